"""A made-up force with its links known, its records spoilt as real ones are, to measure linking on.

The force comes from ``firstpoint.simulation``. Beside it stands the truth: which incident each crime came
from (none for a crime recorded directly) and which incidents are second calls about an event. Then its
records are spoilt, each by chance alone and all from one seed. References go missing, are written differently
or mistyped. Times of report are shifted, cut down to the day, or lost. Places are measured anew, moved or
lost. The crime is told in some of the log's words, mistyped, between words of its own.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from attrs import evolve, frozen

from firstpoint.simulation import make_force, usual_profile

DAYS = 90
SHARE_SECOND_CALLS = 0.03
WRITINGS = {"kept": 0.55, "written differently": 0.06, "mistyped": 0.04, "missing": 0.35}
TIMES = {"kept": 0.35, "minutes off": 0.35, "hours off": 0.15, "day alone": 0.1, "missing": 0.05}
PLACES = {"measured anew": 0.7, "a street away": 0.15, "missing": 0.15}
SHARE_WITH_WORDS = 0.7
OWN_WORDS = (  # noqa: SIM905 - a list of forty words reads worse
    "victim states suspect unknown entered approached left location offence mo lines enquiries house to "
    "cctv pending statement taken injured party offender believed vehicle property stolen damaged assaulted "
    "threatened repeat risk assessment graded crime recorded officer attending scene forensic negative"
).split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@frozen
class LinkingForce:
    """``incidents`` and ``crimes`` as the systems hold them; ``truth`` is ``crime_id, incident_id`` (null
    where the crime has none); ``second_calls`` is ``incident_id, other_id``: a second call and the first.
    """

    incidents: pl.DataFrame
    crimes: pl.DataFrame
    truth: pl.DataFrame
    second_calls: pl.DataFrame
    opening_codes: dict[str, str]


def linking_force(*, seed: int, incidents: int, crimes: int) -> LinkingForce:
    """Give a force with so many incidents, second calls among them, and at most so many crimes."""
    chance = np.random.default_rng(seed)
    first_calls = round(incidents / (1 + SHARE_SECOND_CALLS))
    # The force's own further callers and crimes filed elsewhere are left out: the truth here knows none.
    profile = evolve(usual_profile(), direct_share=0.15, further_calls_share=0.0, elsewhere_share=0.0)
    made = make_force(seed=seed, incidents=first_calls, days=DAYS, start=date(2026, 4, 1), profile=profile)
    logs, second_calls = _with_second_calls(made.incidents, incidents - made.incidents.height, chance)
    held = made.crimes.sample(min(crimes, made.crimes.height), seed=seed, shuffle=False).sort("crime_id")
    return LinkingForce(
        incidents=logs,
        crimes=_spoilt(held, made.incidents, chance),
        truth=held.select("crime_id", "incident_id"),
        second_calls=second_calls,
        opening_codes=made.opening_codes,
    )


def _with_second_calls(
    logs: pl.DataFrame, number: int, chance: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The incidents with second calls: later, from nearby, in other words and often coded otherwise."""
    first = logs[np.sort(chance.choice(logs.height, size=number, replace=False))]
    codes = logs["opening_code"].gather(chance.integers(0, logs.height, number))
    other_code = pl.Series(chance.random(number) < 0.35)
    again = first.with_columns(
        incident_id=pl.col("incident_id").str.replace("^[A-Za-z0-9]+", "Z"),
        received_at=_later(first["received_at"], chance.exponential(25.0, number)),
        easting=pl.col("easting") + pl.Series(chance.normal(0, 40, number).round()),
        northing=pl.col("northing") + pl.Series(chance.normal(0, 40, number).round()),
        opening_code=pl.when(other_code).then(codes).otherwise("opening_code"),
        closing_code=pl.lit("Duplicate"),
        secondary_to=pl.lit(None, pl.String),
        text=pl.Series(_retold(first["text"].to_list(), chance, share=0.35, own=12)),
    )
    again = again.with_columns(incident_id=pl.format("Z{}-{}", pl.int_range(pl.len()), "incident_id"))
    pairs = pl.DataFrame({"incident_id": again["incident_id"], "other_id": first["incident_id"]})
    return pl.concat([logs, again]).sort("received_at", "incident_id"), pairs


def _spoilt(crimes: pl.DataFrame, logs: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    whence = crimes.select("incident_id").join(
        logs.select("incident_id", "easting", "northing", "area", "text"),
        on="incident_id",
        how="left",
        maintain_order="left",
    )
    number = crimes.height
    place = _kinds(PLACES, number, chance)
    metres = np.where(place == "a street away", 180.0, 15.0)
    lost, worded = pl.Series(place == "missing"), pl.Series(chance.random(number) < SHARE_WITH_WORDS)
    told = _retold(whence["text"].to_list(), chance, share=0.12, own=18)
    return crimes.with_columns(
        incident_id=pl.Series(_references(crimes["incident_id"].to_list(), chance), dtype=pl.String),
        reported_at=_reported(crimes["reported_at"], chance),
        easting=pl.when(~lost).then(whence["easting"] + pl.Series(chance.normal(0, metres).round())),
        northing=pl.when(~lost).then(whence["northing"] + pl.Series(chance.normal(0, metres).round())),
        area=pl.when(~lost).then(whence["area"]),
        text=pl.when(worded).then(pl.Series(told, dtype=pl.String)),
    )


def _kinds(shares: dict[str, float], number: int, chance: np.random.Generator) -> np.ndarray:
    return chance.choice(list(shares), size=number, p=list(shares.values()))


def _references(references: list[str | None], chance: np.random.Generator) -> list[str | None]:
    spoilt = []
    for reference, kind in zip(references, _kinds(WRITINGS, len(references), chance), strict=True):
        if reference is None or kind == "missing":
            spoilt.append(None)
        elif kind == "written differently":
            spoilt.append("Log " + reference.lower().replace("/", " ").replace("-", " / "))
        elif kind == "mistyped":
            spoilt.append(_mistyped(reference, "0123456789", chance))
        else:
            spoilt.append(reference)
    return spoilt


def _mistyped(word: str, signs: str, chance: np.random.Generator) -> str:
    place = int(chance.integers(0, len(word)))
    if word[place] not in "0123456789" and signs.isdigit():
        place = next(i for i in range(len(word) - 1, -1, -1) if word[i].isdigit())
    return word[:place] + str(chance.choice(list(signs))) + word[place + 1 :]


def _reported(times: pl.Series, chance: np.random.Generator) -> pl.Series:
    number = times.len()
    kind = _kinds(TIMES, number, chance)
    minutes = np.where(kind == "minutes off", chance.normal(0, 6, number), 0.0)
    minutes = np.where(kind == "hours off", chance.uniform(-60, 360, number), minutes)
    moved = _later(times, minutes)
    day = moved.dt.convert_time_zone("Europe/London").dt.truncate("1d").dt.convert_time_zone("UTC")
    kinds = pl.Series(kind)
    return pl.select(
        pl.when(kinds == "missing").then(None).when(kinds == "day alone").then(day).otherwise(moved)
    ).to_series()


def _later(times: pl.Series, minutes: np.ndarray) -> pl.Series:
    return times + pl.Series(np.rint(minutes * 60).astype("int64") * 1_000_000).cast(pl.Duration("us"))


def _retold(
    texts: list[str | None], chance: np.random.Generator, *, share: float, own: int
) -> list[str | None]:
    """Each text in a share of its words, one in twenty mistyped, between words of the writer's own."""
    told: list[str | None] = []
    for text in texts:
        words = [] if text is None else text.lower().split()
        kept = [word for word, keep in zip(words, chance.random(len(words)) < share, strict=True) if keep]
        kept = [
            _mistyped(word, LETTERS, chance) if slips else word
            for word, slips in zip(kept, chance.random(len(kept)) < 0.05, strict=True)
        ]
        mixed = kept + [OWN_WORDS[i] for i in chance.integers(0, len(OWN_WORDS), own)]
        told.append(" ".join(mixed))
    return told
