"""Choosing the day's reviews, so that anybody with the frame, the seed and the day can repeat it.

The frame is every log of the day (or of whatever span one choice covers), each with its score, its place in
the list and, where it has one, its grave stratum. :func:`choose` gives each log its inclusion probability
(:mod:`~firstpoint.screening.reviewing.probabilities`), takes the top, and draws the rest.

The draw is systematic in an order of chance: the logs of a lot are put in the order of their SHA-256 numbers
(:mod:`firstpoint.records.lots`), their probabilities are added up in that order, and a log is chosen where
the running sum passes a whole number above the starting point, itself a SHA-256 number. So the number chosen
is fixed, and each log's probability is met exactly. The frame's hash stands in the text that is hashed, so
that nobody can look for a seed that suits and then change the frame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.errors import InputError
from firstpoint.records.lots import lots, starting_point
from firstpoint.screening.reviewing.mix import DEFAULT_MIX, Mix
from firstpoint.screening.reviewing.probabilities import (
    POOL,
    POOL_NAME,
    TOP,
    TOP_NAME,
    Chances,
    Codes,
    Floats,
    chances,
)

Flags = NDArray[np.bool_]

_MILLIONTHS = 1_000_000
_LOT_NAMES = {TOP: TOP_NAME, POOL: POOL_NAME}


@frozen(eq=False)
class Choice:
    """What was chosen, and all that is needed to choose it again.

    ``logs`` has one row a log of the frame, sorted by reference: ``day`` date, ``incident_id`` str, ``lot``
    str (``top``, ``pool`` or the grave stratum drawn by itself), ``grave`` str or null, ``score`` f64,
    ``place`` i64 (1 is the head of the list), ``inclusion_probability`` f64, ``chosen`` bool. ``sizes`` says
    how many were drawn from each lot, ``quotas`` how many reviews each grave stratum was to have at the
    least.
    """

    logs: pl.DataFrame
    day: date
    seed: int
    frame_sha256: str
    budget: int
    mix: Mix
    sizes: Mapping[str, int]
    quotas: Mapping[str, int]

    @property
    def chosen(self) -> pl.DataFrame:
        """The logs to be reviewed, in an order that does not tell how each was chosen."""
        numbers = lots(self.logs["incident_id"], "order", self.seed, self.day, self.frame_sha256)
        return self.logs.with_columns(number=numbers).filter("chosen").sort("number").drop("number", "chosen")

    def record(self) -> dict[str, object]:
        """What must be kept to repeat the choice and to use its marks, as plain values."""
        return {
            "day": str(self.day),
            "seed": self.seed,
            "frame_sha256": self.frame_sha256,
            "logs": self.logs.height,
            "budget": self.budget,
            "mix": {
                "top": self.mix.top,
                "proportional": self.mix.proportional,
                "uniform": self.mix.uniform,
                "power": self.mix.power,
            },
            "drawn": dict(self.sizes),
            "quotas": dict(self.quotas),
            "least_probability": self.logs["inclusion_probability"].min(),
            "method": (
                f"{self.mix.words()}. Within each lot the logs are put in the order of the SHA-256 of "
                "'seed|day|frame hash|incident_id' and chosen where the running sum of their probabilities "
                "passes a whole number above the starting point, which follows from the SHA-256 of "
                "'seed|day|frame hash|lot'."
            ),
        }


def choose(
    frame: pl.DataFrame,
    *,
    budget: int,
    seed: int,
    day: date,
    mix: Mix = DEFAULT_MIX,
    quotas: Mapping[str, int] | None = None,
) -> Choice:
    """Choose ``budget`` logs of a frame, each with its stored inclusion probability.

    ``frame`` has a row a log: ``incident_id`` str, ``score`` f64 (not negative, read to the millionth),
    ``place`` i64 (the list's order) and, where there are ``quotas``, ``grave`` str (null for none).
    ``quotas`` are the reviews each grave stratum gets at the least, as far as it has logs. Raises InputError
    for a frame that cannot be drawn from and Refused where quotas eat up the draw.
    """
    logs = _checked(frame, budget)
    wanted = {name: number for name, number in (quotas or {}).items() if number > 0}
    codes = {name: code for code, name in enumerate(sorted(wanted), 1)}
    grave = logs["grave"].replace_strict(codes, default=0, return_dtype=pl.Int64).fill_null(0)
    design = chances(
        logs["score"].to_numpy(),
        np.argsort(logs["place"].to_numpy(), kind="stable"),
        grave.to_numpy().astype(np.intp),
        budget=budget,
        mix=mix,
        quotas={codes[name]: number for name, number in wanted.items()},
    )
    names = _LOT_NAMES | {code: name for name, code in codes.items()}
    fingerprint = frame_hash(logs)
    taken = _draw(logs["incident_id"], design, names, (seed, day, fingerprint))
    return Choice(
        logs=_with_chances(logs, design, names, taken, day),
        day=day,
        seed=seed,
        frame_sha256=fingerprint,
        budget=budget,
        mix=mix,
        sizes={names[code]: size for code, size in design.sizes.items()},
        quotas=wanted,
    )


def frame_hash(frame: pl.DataFrame) -> str:
    """The fingerprint of a frame, the same whatever the order of its rows.

    It is the SHA-256, in hexadecimal, of the UTF-8 text with one line ``incident_id``, tab, score in
    millionths, tab, place, tab, grave stratum (empty for none), line feed a log, the lines sorted by their
    bytes.
    """
    lines = frame.select(
        pl.format(
            "{}\t{}\t{}\t{}\n",
            "incident_id",
            (pl.col("score") * _MILLIONTHS).round().cast(pl.Int64),
            "place",
            pl.col("grave").fill_null(""),
        )
    )
    return hashlib.sha256("".join(sorted(lines.to_series().to_list())).encode()).hexdigest()


def systematic(inclusion: Floats, order: Codes, start: float) -> Flags:
    """Which logs of a lot are drawn: those where the running sum, from ``start``, passes a whole number.

    ``inclusion`` (float64) sums to a whole number; ``order`` is an order of chance.
    """
    sums = np.cumsum(inclusion[order])
    if len(sums):
        sums[-1] = round(float(sums[-1]))
    passed = np.floor(np.concatenate([[start], sums + start]))
    taken = np.zeros(len(inclusion), dtype=np.bool_)
    taken[order] = np.diff(passed) > 0
    return taken


def _draw(
    references: pl.Series, design: Chances, names: Mapping[int, str], said: tuple[object, ...]
) -> Flags:
    numbers = np.array(lots(references, *said).to_list())
    taken = design.lot == TOP
    for code in design.sizes:
        members = np.flatnonzero(design.lot == code)
        order = np.argsort(numbers[members], kind="stable")
        start = starting_point(*said, names[code])
        taken[members] = systematic(design.inclusion[members], order, start)
    return np.asarray(taken)


def _with_chances(
    logs: pl.DataFrame, design: Chances, names: Mapping[int, str], taken: Flags, day: date
) -> pl.DataFrame:
    """The frame in the columns of :attr:`Choice.logs`."""
    return logs.select(
        pl.lit(day).alias("day"),
        "incident_id",
        pl.Series("lot", [names[code] for code in design.lot], dtype=pl.String),
        "grave",
        "score",
        "place",
        pl.Series("inclusion_probability", design.inclusion),
        pl.Series("chosen", taken),
    )


def _checked(frame: pl.DataFrame, budget: int) -> pl.DataFrame:
    """The frame by reference, with the types a draw needs, or an InputError that names the row."""
    for needed in ("incident_id", "score", "place"):
        if needed not in frame.columns:
            raise InputError(f"The frame has no column {needed}.", where="frame", remedy="Add it.")
    if budget < 1:
        raise InputError(f"{budget} reviews cannot be shared out.", where="budget", remedy="Give 1 or more.")
    if frame.is_empty():
        raise InputError("There are no logs to choose from.", where="frame", remedy="Check the day.")
    if "grave" not in frame.columns:
        frame = frame.with_columns(grave=pl.lit(None, dtype=pl.String))
    logs = frame.select(
        pl.col("incident_id").cast(pl.String),
        (pl.col("score").cast(pl.Float64) * _MILLIONTHS).round() / _MILLIONTHS,
        pl.col("place").cast(pl.Int64),
        pl.col("grave").cast(pl.String),
    )
    usable = pl.col("score").is_finite() & (pl.col("score") >= 0) & pl.col("place").is_not_null()
    wrong = logs.filter(~(usable & pl.col("incident_id").is_not_null()).fill_null(value=False))
    if wrong.height:
        raise InputError(
            f"{wrong.height} logs have no reference, no place, or a score that is missing or below 0.",
            where=f"incident {wrong['incident_id'][0]}",
            remedy="Screen them again; a log that could not be read has a score of 0, not none.",
        )
    repeated = logs.filter(pl.col("incident_id").is_duplicated())["incident_id"]
    if repeated.len():
        raise InputError(
            "A log stands in the frame more than once, so its chance would be unknown.",
            where=f"incident {repeated.sort()[0]}",
            remedy="Give each log one row.",
        )
    return logs.sort("incident_id")
