"""What auditors mark who are not always right, with the rates at which they err known.

Auditors differ in skill (``grammar/auditors.toml``): one new to the work learns, one flatters the force.
Their marks are in the form that ``auditing`` reads; a second reading is by another auditor on a share of
the same reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Protocol

import polars as pl
from attrs import fields, frozen

from firstpoint.errors import InputError
from firstpoint.simulation.chance import Chance, streams
from firstpoint.simulation.grammar_files import toml_of

_COLUMNS = {
    "stratum": pl.String,
    "incident_id": pl.String,
    "should_record": pl.Int64,
    "recorded": pl.Int64,
    "over_recorded": pl.Int64,
    "auditor": pl.String,
    "reading": pl.String,
    "in_time": pl.Int64,
    "right_class": pl.Int64,
    "kind_of_error": pl.String,
}


class Truth(Protocol):
    """What an auditor's marks are made from: a made-up force, or its truth tables read back."""

    @property
    def truth_incidents(self) -> pl.DataFrame:
        """A row per report."""

    @property
    def truth_errors(self) -> pl.DataFrame:
        """A row per error of recording."""


@frozen
class Auditor:
    """How an auditor errs.

    ``overlooks`` is the chance that a missed crime is not seen, for each such crime; ``over_calls`` the
    chance that a report is given one crime that is not due; ``class_slips`` the chance that the class of a
    recorded crime is misjudged, ``time_slips`` that its delay is. ``learns`` is the share of these errors
    that each hundred reports read takes away. ``flatters`` is the chance that a report with a missed crime
    is passed as if it had none, whatever was seen. All lie between 0 and 1, or InputError is raised.
    """

    name: str
    overlooks: float = 0.0
    over_calls: float = 0.0
    class_slips: float = 0.0
    time_slips: float = 0.0
    learns: float = 0.0
    flatters: float = 0.0

    def __attrs_post_init__(self) -> None:
        for field in fields(Auditor):
            value = getattr(self, field.name)
            if field.name != "name" and not 0 <= value <= 1:
                raise InputError(
                    f"the share {value} is not between 0 and 1",
                    where=f"auditor {self.name}, {field.name}",
                    remedy="Give a share such as 0.1.",
                )


@cache
def usual_auditors() -> Mapping[str, Auditor]:
    """Give the auditors that are shipped, by name."""
    return {name: Auditor(name, **rates) for name, rates in toml_of("auditors").items()}


def auditor_marks(
    force: Truth,
    sample_rows: pl.DataFrame,
    *,
    auditor: str,
    overlooks: float,
    over_calls: float,
    seed: int,
    reading: str = "first",
) -> pl.DataFrame:
    """Give the marks of an auditor who errs only in these two ways; see :func:`marks_by`."""
    plain = Auditor(auditor, overlooks=overlooks, over_calls=over_calls)
    return marks_by(plain, force, sample_rows, seed=seed, reading=reading)


def marks_by(
    auditor: Auditor, force: Truth, sample_rows: pl.DataFrame, *, seed: int, reading: str = "first"
) -> pl.DataFrame:
    """Give an auditor's marks of the sampled reports.

    ``sample_rows`` needs ``stratum`` and ``incident_id`` (``inclusion_probability`` is carried over).
    Crimes recorded are always found. Columns: stratum, incident_id, should_record, recorded, over_recorded
    (crimes recorded that were not due, seen as the missed ones are), auditor, reading, in_time and
    right_class (how many of the recorded crimes were), kind_of_error (why crimes were missed,
    ``over_called``, or null). Rows keep the order of the sample; a mark depends on seed, auditor and place in
    the sample. Raises :class:`~firstpoint.errors.InputError` for a report that is not the force's.
    """
    truth = sample_rows.join(_truth(force), on="incident_id", how="left", maintain_order="left")
    unknown = truth.filter(pl.col("due").is_null())
    if unknown.height:
        raise InputError(
            "The sample holds a report that is not the force's.",
            where=str(unknown["incident_id"][0]),
            remedy="Draw the sample from a frame of the same force.",
        )
    chance = Chance(streams(seed, ["marks"])["marks"])
    read = truth.select(
        "stratum", "incident_id", "due", "held", "beyond", "in_time", "right_class", "kind_of_error"
    ).iter_rows()
    rows = [
        _mark(row, auditor, reading, (1 - auditor.learns) ** (at / 100), chance)
        for at, row in enumerate(read)
    ]
    marks = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
    if "inclusion_probability" in sample_rows.columns:
        marks = marks.with_columns(sample_rows["inclusion_probability"])
    return marks


def second_readings(
    auditor: Auditor, force: Truth, first: pl.DataFrame, *, share: float, seed: int
) -> pl.DataFrame:
    """Give another auditor's blind second marks of a share of the reports that ``first`` marks.

    The columns of :func:`marks_by` with ``reading`` ``second``, and ``second_probability``, the share.
    Raises InputError for a share outside 0 to 1.
    """
    if not 0 < share <= 1:
        raise InputError(
            "the share of second readings is not between 0 and 1",
            where=f"share={share}",
            remedy="Give a share such as 0.2.",
        )
    chance = Chance(streams(seed, ["second"])["second"])
    again = first.filter(pl.Series([chance.happens(share) for _ in range(first.height)], dtype=pl.Boolean))
    rows = again.select(
        "stratum", "incident_id", *(name for name in ("inclusion_probability",) if name in first.columns)
    )
    marks = marks_by(auditor, force, rows, seed=seed + 1, reading="second")
    return marks.with_columns(second_probability=pl.lit(share))


def _truth(force: Truth) -> pl.DataFrame:
    """Give, by report, the crimes due and held and why the first of the missing ones was missed."""
    missed = force.truth_errors.filter(pl.col("crime_id").is_null())
    kinds = missed.group_by("incident_id", maintain_order=True).agg(
        pl.col("error").first().alias("kind_of_error")
    )
    slips = force.truth_errors.group_by("incident_id").agg(
        late=(pl.col("error") == "late").sum().cast(pl.Int64),
        wrong=(pl.col("error") == "wrong_class").sum().cast(pl.Int64),
    )
    return (
        force.truth_incidents.select(
            "incident_id", due="should_record", held="recorded", beyond="over_recorded"
        )
        .join(kinds, on="incident_id", how="left")
        .join(slips, on="incident_id", how="left")
        .with_columns(
            in_time=pl.col("held") - pl.col("late").fill_null(0),
            right_class=pl.col("held") - pl.col("wrong").fill_null(0),
        )
    )


def _mark(
    row: tuple[str, str, int, int, int, int, int, str | None],
    auditor: Auditor,
    reading: str,
    errs: float,
    chance: Chance,
) -> tuple[str, str, int, int, int, str, str, int, int, str | None]:
    """Give one mark; ``errs`` is what learning has left of the auditor's errors."""
    stratum, incident_id, due, held, beyond, in_time, right_class, kind = row
    seen = _seen(due - held, auditor.overlooks * errs, chance)
    called = int(chance.happens(auditor.over_calls * errs))
    if seen and auditor.flatters and chance.happens(auditor.flatters):
        seen = 0
    named = kind if seen else ("over_called" if called else None)
    return (
        stratum,
        incident_id,
        held + seen + called,
        held,
        _seen(beyond, auditor.overlooks * errs, chance),
        auditor.name,
        reading,
        _misjudged(in_time, held, auditor.time_slips * errs, chance),
        _misjudged(right_class, held, auditor.class_slips * errs, chance),
        named,
    )


def _seen(number: int, overlooks: float, chance: Chance) -> int:
    return sum(not chance.happens(overlooks) for _ in range(number))


def _misjudged(right: int, of: int, slips: float, chance: Chance) -> int:
    """Give how many of the recorded crimes are found right where one in so many is misjudged either way."""
    if not slips:
        return right
    return sum((number < right) != chance.happens(slips) for number in range(of))
