"""Dates and times as a source writes them, to instants in UTC.

Only ISO 8601 and the formats that the mapping names are read. Whether 03/04/2026 is in March or April is
never guessed: without a format it is set aside, and where two named formats both fit and disagree, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

ISO_LOCAL = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
ISO_DAY = "%Y-%m-%d"
ISO_WITH_OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100


def local_times(text: pl.Expr, formats: Sequence[str]) -> list[pl.Expr]:
    """A naive Datetime reading of ``text`` for each format, ISO 8601 first; null where it does not fit."""
    return [_plausible(_read(text, each)) for each in (*ISO_LOCAL, ISO_DAY, *formats)]


def _read(text: pl.Expr, form: str) -> pl.Expr:
    if any(mark in form for mark in ("%H", "%I", "%T", "%R", "%k", "%l", "%X", "%c")):
        return text.str.strptime(pl.Datetime("us"), form, strict=False)
    return text.str.strptime(pl.Date, form, strict=False).cast(pl.Datetime("us"))


def _plausible(time: pl.Expr) -> pl.Expr:
    """The time, if of this age: %Y reads the 20 of 05/07/20 as the year 20."""
    return pl.when(time.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR)).then(time)


def offset_times(text: pl.Expr) -> pl.Expr:
    """The UTC reading of ISO 8601 text that carries Z or an offset; null elsewhere."""
    marked = pl.when(text.str.contains(ISO_WITH_OFFSET)).then(text.str.replace(r"Z$", "+00:00"))
    readings = [
        marked.str.strptime(pl.Datetime("us", "UTC"), form, strict=False)
        for form in (
            "%Y-%m-%dT%H:%M:%S%.f%#z",
            "%Y-%m-%d %H:%M:%S%.f%#z",
            "%Y-%m-%dT%H:%M%#z",
            "%Y-%m-%d %H:%M%#z",
        )
    ]
    return _plausible(pl.coalesce(readings))


def times_of_day(text: pl.Expr, formats: Sequence[str]) -> pl.Expr:
    """The time of day for the first format that fits; 24-hour HH:MM[:SS] is always read."""
    stamped = pl.lit("2000-01-01 ") + text
    return pl.coalesce(
        stamped.str.strptime(pl.Datetime("us"), f"%Y-%m-%d {form}", strict=False)
        for form in (*formats, "%H:%M:%S", "%H:%M")
    ).dt.time()


def to_utc(local: pl.Expr, time_zone: str) -> pl.Expr:
    """The instant of a local time.

    A time that stands twice when clocks go back is read as the earlier instant; one that never was, when they
    go forward, as if the clock had not been put forward yet.
    """
    read = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    moved = (local + pl.duration(hours=1)).dt.replace_time_zone(
        time_zone, ambiguous="earliest", non_existent="null"
    )
    return pl.coalesce(read, moved).dt.convert_time_zone("UTC")


def never_was(local: pl.Expr, time_zone: str) -> pl.Expr:
    """Whether the local time fell in the hour skipped when clocks went forward."""
    read = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return local.is_not_null() & read.is_null()


def stood_twice(local: pl.Expr, time_zone: str) -> pl.Expr:
    """Whether the local time fell in the hour repeated when clocks went back."""
    early = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    late = local.dt.replace_time_zone(time_zone, ambiguous="latest", non_existent="null")
    return (early != late).fill_null(False)


def reads_what_it_writes(form: str, *, of_day: bool = False) -> bool:
    """Whether a format can be used: a time written in it is read back (as a time of day, if ``of_day``)."""
    try:
        written = pl.select(pl.lit(datetime.fromisoformat("2026-12-31 21:45")).dt.strftime(form)).to_series()
        reading = (
            times_of_day(pl.lit(written), [form]) if of_day else local_times(pl.lit(written), [form])[-1]
        )
        return pl.select(reading).to_series().is_not_null().all()
    except pl.exceptions.PolarsError:
        return False
