"""Dates and times as a source writes them, to instants in UTC.

Only ISO 8601 and the formats that the mapping names are read. Whether 03/04/2026 is in March or April is
never guessed: without a format it is set aside, and where two named formats both fit and disagree, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from attrs import frozen

ISO_LOCAL = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
ISO_DAY = "%Y-%m-%d"
ISO_OFFSET = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
)
ISO_WITH_OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"
DAYS_COUNTED_FROM = {
    "excel": datetime(1899, 12, 30),  # noqa: DTZ001 - local, as all here are
    "excel-1904": datetime(1904, 1, 1),  # noqa: DTZ001 - local too
}
"""Formats that are no pattern: days as a spreadsheet counts them, and the day it counts from."""

MOST_DAYS_COUNTED = 100_000
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100


def local_times(text: pl.Series, formats: Sequence[str]) -> list[pl.Series]:
    """A naive Datetime reading of ``text`` as ISO 8601, and one for each format; null where none fits."""
    return [_first_that_fits(text, (*ISO_LOCAL, ISO_DAY)), *(_read(text, each) for each in formats)]


def _first_that_fits(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    """The reading by the first format that fits each value; a later one is tried on what is left alone."""
    read = _read(text, formats[0])
    for form in formats[1:]:
        left = read.is_null() & text.is_not_null()
        if not left.any():
            break
        read = read.zip_with(~left, _read(text.set(~left, None), form))
    return read


def _read(text: pl.Series, form: str) -> pl.Series:
    if form in DAYS_COUNTED_FROM:
        return _plausible(_days_counted(text, DAYS_COUNTED_FROM[form]))
    if any(mark in form for mark in ("%H", "%I", "%T", "%R", "%k", "%l", "%X", "%c")):
        return _plausible(text.str.strptime(pl.Datetime("us"), form, strict=False))
    return _plausible(text.str.strptime(pl.Date, form, strict=False).cast(pl.Datetime("us")))


def _days_counted(text: pl.Series, start: datetime) -> pl.Series:
    """Days since ``start``, the fraction of a day being its time, to the second."""
    days = text.cast(pl.Float64, strict=False)
    days = days.set(~days.is_between(0, MOST_DAYS_COUNTED).fill_null(True), None)
    seconds = (days * 86_400).round().cast(pl.Int64).alias("seconds")
    since = pl.lit(start).cast(pl.Datetime("us"))
    return seconds.to_frame().select(since + pl.duration(seconds="seconds")).to_series()


def _plausible(time: pl.Series) -> pl.Series:
    """The time, if of this age: %Y reads the 20 of 05/07/20 as the year 20."""
    return time.set(~time.dt.year().is_between(EARLIEST_YEAR, LATEST_YEAR).fill_null(True), None)


def offset_times(text: pl.Series) -> pl.Series:
    """The UTC reading of ISO 8601 text that carries Z or an offset; null elsewhere."""
    marked = text.set(~text.str.contains(ISO_WITH_OFFSET).fill_null(True), None)
    zulu = marked.str.replace(r"Z$", "+00:00")
    read = pl.Series(text.name, [None], pl.Datetime("us", "UTC")).new_from_index(0, text.len())
    for form in ISO_OFFSET:
        left = read.is_null() & zulu.is_not_null()
        if not left.any():
            break
        reading = zulu.set(~left, None).str.strptime(pl.Datetime("us", "UTC"), form, strict=False)
        read = read.zip_with(~left, reading)
    return _plausible(read)


def times_of_day(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    """The time of day for the first format that fits; 24-hour HH:MM[:SS] is always read."""
    stamped = pl.select(pl.lit("2000-01-01 ") + text).to_series()
    forms = [f"%Y-%m-%d {form}" for form in (*formats, "%H:%M:%S", "%H:%M")]
    readings = [stamped.str.strptime(pl.Datetime("us"), form, strict=False) for form in forms]
    return pl.select(pl.coalesce(readings)).to_series().dt.time()


@frozen
class OnTheClock:
    """Local times as instants.

    ``utc`` reads a time that ``stood_twice`` when clocks went back as the earlier instant, and one that
    ``never_was``, when they went forward, as if the clock had not been put forward yet.
    """

    utc: pl.Series
    stood_twice: pl.Series
    never_was: pl.Series


def on_the_clock(local: pl.Series, time_zone: str) -> OnTheClock:
    """The instants of local times (naive Datetime)."""
    early = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    late = local.dt.replace_time_zone(time_zone, ambiguous="latest", non_existent="null")
    never_was = local.is_not_null() & early.is_null()
    read = early
    if never_was.any():
        moved = local.dt.offset_by("1h").dt.replace_time_zone(
            time_zone, ambiguous="earliest", non_existent="null"
        )
        read = early.zip_with(~never_was, moved)
    return OnTheClock(read.dt.convert_time_zone("UTC"), (early != late).fill_null(False), never_was)


def reads_what_it_writes(form: str, *, of_day: bool = False) -> bool:
    """Whether a format can be used: a time written in it is read back (as a time of day, if ``of_day``)."""
    if form in DAYS_COUNTED_FROM:
        return not of_day
    try:
        written = pl.Series([datetime.fromisoformat("2026-12-31 21:45")]).dt.strftime(form)
        reading = times_of_day(written, [form]) if of_day else local_times(written, [form])[-1]
        return reading.is_not_null().all()
    except pl.exceptions.PolarsError:
        return False
