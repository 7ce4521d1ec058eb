"""The force's own bands of the recording rate, by date, and the chance that the true rate lies in each.

A file of bands is TOML, written by the force:

    [[bands]]
    from = 2026-04-01
    names = ["poor", "fair", "good", "excellent"]
    least = [0.0, 0.80, 0.90, 0.95]

Each table holds from its day until the next one's. ``least`` is the lowest rate of each band, as a share; the
band ends where the next begins. They are the force's own marks: they predict no grade of an inspection, for
which no thresholds are published.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
from attrs import field, frozen

from firstpoint.auditing.intervals import student_t
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused, UnreadableFile

_NEARLY_NORMAL = 1e6


def _as_floats(given: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(one) for one in given)


def _check_least(bands: Bands, _: object, least: tuple[float, ...]) -> None:
    rising = all(a < b for a, b in pairwise(least))
    if not (len(bands.names) == len(least) > 1 and least[0] == 0.0 and rising and least[-1] < 1.0):
        raise InputError(
            "These are no bands: as many names as least rates are needed, rising from 0 to below 1.",
            where=f"bands from {bands.first_day}",
            remedy='Write from = 2026-04-01, names = ["poor", "good"], least = [0.0, 0.90].',
        )


@frozen
class Bands:
    """The bands in force from a day on: names, and the least rate of each as a share, rising from 0.

    Raises InputError for rates that do not rise from 0 to below 1 or are not as many as the names.
    """

    first_day: date
    names: tuple[str, ...]
    least: tuple[float, ...] = field(converter=_as_floats, validator=_check_least)


def read_bands(path: Path | str) -> tuple[Bands, ...]:
    """Give the bands of a TOML file in the order of their days. Raises UnreadableFile or InputError."""
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["bands"]
    except (OSError, UnicodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise UnreadableFile(
            f"The bands cannot be read ({type(error).__name__}).",
            where=path.name,
            remedy="Give a TOML file with [[bands]] tables: from, names, least.",
        ) from error
    read = sorted(
        (_bands(table, f"{path.name}, table {at}") for at, table in enumerate(tables, start=1)),
        key=lambda one: one.first_day,
    )
    for before, after in pairwise(read):
        if before.first_day == after.first_day:
            raise InputError(
                "Two tables of bands begin on one day.",
                where=f"{path.name}, {after.first_day}",
                remedy="Keep one of them.",
            )
    return tuple(read)


def bands_on(all_bands: Sequence[Bands], day: date) -> Bands:
    """Give the bands in force on a day. Raises Refused where none were yet."""
    held = [one for one in all_bands if one.first_day <= day]
    if not held:
        raise Refused(
            "No bands were in force yet.",
            where=f"{day}",
            remedy="Add a table with an earlier day, if the force had bands then.",
        )
    return max(held, key=lambda one: one.first_day)


def chance_of_bands(rate: Estimate, bands: Bands) -> pl.DataFrame:
    """Give the chance of each band: ``band`` str and ``least``, ``below``, ``chance`` f64, summing to 1.

    The chances are those of the rate's own interval read at every level at once (a confidence distribution:
    Xie and Singh, *International Statistical Review*, 2013): half of what the interval leaves out lies below
    its lower limit and half above its upper one. They cover the luck of the draw and nothing else.
    """
    below = [chance_below(rate, least) for least in bands.least]
    ends = [*below[1:], 1.0]
    return pl.DataFrame(
        {
            "band": bands.names,
            "least": bands.least,
            "below": [*bands.least[1:], 1.0],
            "chance": [max(end - start, 0.0) for start, end in zip(below, ends, strict=True)],
        }
    )


def chance_below(rate: Estimate, mark: float) -> float:
    """Give the chance that the true rate lies below a mark, from the rate's interval."""
    if mark <= 0.0 or mark > 1.0:
        return 0.0 if mark <= 0.0 else 1.0
    if rate.low == rate.high:
        return float(rate.estimate < mark)
    tail = (1.0 - rate.confidence) / 2.0
    if rate.estimate >= 1.0:
        return 0.0 if mark >= 1.0 else float(mark ** (math.log(tail) / math.log(rate.low)))
    if rate.estimate <= 0.0:
        held = math.log(tail) / math.log1p(-rate.high)
        return 1.0 if mark >= 1.0 else float(1.0 - (1.0 - mark) ** held)
    if mark >= 1.0:
        return 1.0
    from scipy.special import stdtr

    df = rate.degrees_of_freedom or _NEARLY_NORMAL
    below = mark < rate.estimate
    limit = rate.low if below else rate.high
    side = abs(_log_odds(rate.estimate) - _log_odds(limit)) / student_t(df, rate.confidence)
    return float(stdtr(df, (_log_odds(mark) - _log_odds(rate.estimate)) / side))


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-12), 1.0 - 1e-12)
    return math.log(share / (1.0 - share))


def _bands(table: dict[str, Any], where: str) -> Bands:
    first, names, least = table.get("from"), table.get("names"), table.get("least")
    if not (
        isinstance(first, date)
        and isinstance(names, list)
        and isinstance(least, list)
        and all(isinstance(one, int | float) for one in least)
    ):
        raise InputError(
            "The table lacks a day, a list of names or a list of least rates.",
            where=where,
            remedy='Write from = 2026-04-01, names = ["poor", "good"], least = [0.0, 0.90].',
        )
    return Bands(first, tuple(str(name) for name in names), tuple(least))
