"""What the values under a heading look like: times and in which format, numbers, yes and no, words.

Whether 03/04/2026 is in March or April is never guessed: a value such as 25/12/2026 settles it for its
heading, and where none does, both ways of writing are given back.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from attrs import frozen

from firstpoint.records.columns import NO, YES
from firstpoint.records.times import local_times, offset_times, times_of_day

VALUES_LOOKED_AT = 2_000
DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%d%b%Y",
)  # fmt: skip
CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%H.%M", "%H%M")
DAY_THEN_CLOCK = r"^(.*?)(?: +(\d{1,2}[:.]\d\d.*|\d{4}))?$"
LIKE_A_DAY = (
    r"^(?:\d{1,2}[/.\- ]?(?:\d{1,2}|[A-Za-z]{3,9})[/.\- ]?\d{2,4}|\d{4}[/.\-]?\d{1,2}[/.\-]?\d{1,2}|"
    r"[A-Za-z]{3,9} \d{1,2},? \d{4})(?:\D|$)"
)
LIKE_A_CLOCK = r"^\d{1,2}(?:[:.]\d\d|\d\d$)"
LIKE_DAYS_COUNTED = r"^[2-7]\d{4}(?:\.\d+)?$"
OTHER_WAY = {"%d/%m": "%m/%d", "%m/%d": "%d/%m", "%d-%m": "%m-%d", "%m-%d": "%d-%m"}
NOTHING_KNOWN = (
    "n/k", "nk", "unknown", "not known", "n/a", "na", "none", "null", "-", "not recorded", "not stated",
    "not specified", "nil", "unk",
)  # fmt: skip


@frozen
class Kinds:
    """What some values look like.

    ``filled`` of ``rows`` cells hold something. ``formats`` read as times the share ``times`` of them (ISO
    8601 needs none); ``other_way`` are the formats, the month first for the day, that read just as many;
    ``only_other_way`` counts values that only those read. ``clocks`` is the share of times of day,
    ``numbers`` and ``yes_no`` are shares too, ``distinct`` is that of different values, ``length`` the mean
    number of characters. ``unknown`` are the words met that mean nothing is known.
    """

    rows: int
    filled: int
    times: float = 0.0
    formats: tuple[str, ...] = ()
    other_way: tuple[str, ...] = ()
    only_other_way: int = 0
    with_clock: bool = False
    clocks: float = 0.0
    clock_formats: tuple[str, ...] = ()
    numbers: float = 0.0
    yes_no: float = 0.0
    distinct: float = 0.0
    length: float = 0.0
    unknown: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def kinds_of(cells: pl.Series) -> Kinds:
    """What the values of a column of text look like (cells of nothing known left out of the shares)."""
    filled = cells.drop_nulls().str.strip_chars()
    known = filled.filter(~filled.str.to_lowercase().is_in(NOTHING_KNOWN)).head(VALUES_LOOKED_AT)
    unknown = filled.filter(filled.str.to_lowercase().is_in(NOTHING_KNOWN)).unique(maintain_order=True)
    if known.is_empty():
        return Kinds(cells.len(), filled.len(), unknown=tuple(unknown))
    formats, times, other_way, only_other = _times_in(known)
    clock = _best_clock(known)
    folded = known.str.to_lowercase()
    distinct = known.unique(maintain_order=True)
    return Kinds(
        rows=cells.len(),
        filled=filled.len(),
        times=times,
        formats=formats,
        other_way=other_way,
        only_other_way=only_other,
        with_clock=bool(known.str.contains(r"\d[:.]\d\d").mean() or 0.0),
        clocks=clock[1],
        clock_formats=clock[0],
        numbers=_share(known.cast(pl.Float64, strict=False).is_not_null()),
        yes_no=_share(folded.is_in([*YES, *NO])),
        distinct=distinct.len() / known.len(),
        length=float(known.str.len_chars().mean() or 0.0),  # type: ignore[arg-type]  # polars gives any literal
        unknown=tuple(unknown),
        values=tuple(distinct.head(50)),
    )


def _share(true: pl.Series) -> float:
    return float(true.sum()) / true.len()


def _times_in(known: pl.Series) -> tuple[tuple[str, ...], float, tuple[str, ...], int]:
    """Formats of times, the share of values they read, those the other way round, and what only they read."""
    if _share(known.str.contains(LIKE_DAYS_COUNTED)) > 0.9:
        return ("excel",), _share(known.str.contains(LIKE_DAYS_COUNTED)), (), 0
    if _share(known.str.contains(LIKE_A_DAY)) < 0.3:
        return (), 0.0, (), 0
    iso = local_times(known, ())[0].is_not_null() | offset_times(known).is_not_null()
    left = known.filter(~iso)
    formats: list[str] = []
    other_way: list[str] = []
    only_other = 0
    while left.str.contains(LIKE_A_DAY).mean() and (best := _best_stamp(left)):
        fits, twin = _fits(left, best), _other_way(best)
        fits_twin = _fits(left, twin) if twin else fits
        if (fits_twin == fits).all() and twin:
            other_way.append(twin)
        only_other += int((fits_twin & ~fits).sum())
        formats.append(best)
        left = left.filter(~(fits | fits_twin))
    unread = left.len() + only_other
    return tuple(formats), 1 - unread / known.len(), tuple(other_way), only_other


def _best_stamp(values: pl.Series) -> str:
    """The format that reads most values, its day and its clock found apart; empty when none reads any."""
    parts = values.to_frame("value").select(
        day=pl.col("value").str.extract(DAY_THEN_CLOCK, 1),
        clock=pl.col("value").str.extract(DAY_THEN_CLOCK, 2),
    )
    clocked = parts.filter(pl.col("clock").is_not_null())
    parts = clocked if clocked.height * 2 >= parts.height else parts.filter(pl.col("clock").is_null())
    day = _most_often(DAYS, [_fits(parts["day"], form) for form in DAYS])
    if parts["clock"].null_count() or not day:
        return day
    clock = _most_often(CLOCKS, [times_of_day(parts["clock"], (form,)).is_not_null() for form in CLOCKS])
    stamps = [f"{day} {form}" for form in dict.fromkeys((clock, *CLOCKS)) if form]
    return _most_often(stamps, [_fits(values, form) for form in stamps])


def _most_often(formats: Sequence[str], fits: Sequence[pl.Series]) -> str:
    counts = [int(each.sum()) for each in fits]
    return formats[counts.index(max(counts))] if max(counts) else ""


def _fits(values: pl.Series, form: str) -> pl.Series:
    return local_times(values, (form,))[-1].is_not_null()


def _other_way(form: str) -> str:
    for start, twin in OTHER_WAY.items():
        if form.startswith(start):
            return twin + form[len(start) :]
    return ""


def _best_clock(known: pl.Series) -> tuple[tuple[str, ...], float]:
    """The format that reads most values as a time of day (none needed for HH:MM), and the share it reads."""
    if _share(known.str.contains(LIKE_A_CLOCK)) < 0.3:
        return (), 0.0
    usual = _share(times_of_day(known, ()).is_not_null())
    if usual >= 0.9:
        return (), usual
    shares = {form: _share(times_of_day(known, (form,)).is_not_null()) for form in CLOCKS}
    best = max(shares, key=lambda form: shares[form])
    return ((best,), shares[best]) if shares[best] > usual else ((), usual)
