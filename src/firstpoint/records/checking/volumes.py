"""Days that have more or fewer rows than the same weekday before leads to expect.

The rows of a day are expected to be the median of the same weekday of the eight weeks before (at least four),
moved by what the days of the last fortnight were above or below theirs (their median), so that a season's
slow rise is followed. Square roots of counts have much the same spread whatever their size (Anscombe 1948):
twice the difference of roots would have the variance 1 + 1.5/k + 0.15, were the counts those of chance alone
(Poisson), with the median of k days and that of the fortnight. Real days spread wider, so the variance is
scaled by a robust estimate from all days (their median absolute deviation), never below 1. The limits follow
from Student's distribution, since that estimate is itself uncertain, shared out over the days compared. Days
on which fewer than ten rows are expected are not compared: they say too little.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstpoint.records.chance import FALSE_ALARMS, Floats
from firstpoint.records.checking.found import Found, Material
from firstpoint.records.needed_columns import need_columns
from firstpoint.records.reading import Extract

LONDON = "Europe/London"
STAMPED = {"incidents": "received_at", "crimes": "recorded_at"}
WEEKS_BEFORE, LEAST_WEEKS = 8, 4
DRIFT_DAYS, LEAST_DRIFT_DAYS = 14, 7
LEAST_EXPECTED = 10
EFFICIENCY_OF_MAD = 0.37
DAYS_NAMED = 10


def days_out_of_line(material: Material) -> Iterator[Found]:
    """Days of the extract whose rows are outside their limits, the first named with what was expected."""
    if material.table not in STAMPED:
        return
    compared = volumes_by_day(material.extract, tuple(material.before()))
    for few in (True, False):
        side = pl.col("rows") < pl.col("low") if few else pl.col("rows") > pl.col("high")
        odd = compared.filter(pl.col("out_of_line"), side)
        if odd.is_empty():
            continue
        said = [_said(entry) for entry in odd.head(DAYS_NAMED).iter_rows(named=True)]
        more = f"; and {odd.height - DAYS_NAMED} more" if odd.height > DAYS_NAMED else ""
        what = f"{'Too few' if few else 'Too many'} rows on {odd.height} day{'s' if odd.height > 1 else ''}"
        at_end = few and odd["day"][-1] == compared["day"][-1]
        hint = " The last day may have been cut short by the hour of the export." if at_end else ""
        column = STAMPED[material.table]
        yield Found(
            "volume", column, f"{what}: {'; '.join(said)}{more}.{hint}", value=f"{odd['day'][0]:%d/%m/%Y}"
        )


def _said(entry: dict[str, float]) -> str:
    return (
        f"{entry['day']:%a %d/%m/%Y} {entry['rows']:,} (expected {entry['expected']:,.0f}, "
        f"{entry['low']:,.0f} to {entry['high']:,.0f})"
    )


def volumes_by_day(extract: Extract, earlier: tuple[Extract, ...] = ()) -> pl.DataFrame:
    """The rows of each London day of an extract beside what was expected (see :func:`compare_days`).

    Days of ``earlier`` extracts before the first of this one are looked back upon, and given too. Crimes are
    counted by the day of recording, up to the last day on which any was reported: where an extract was
    taken by the day of the report, later days hold only the tail of late recording.
    """
    here = _days(extract)
    if here.is_empty():
        return compare_days(here)
    first = here["day"].min()
    before = [_days(each).filter(pl.col("day") < first) for each in earlier]
    joined = pl.concat([here, *before]).group_by("day").agg(pl.col("rows").sum())
    return compare_days(joined, since=first if before else None)  # type: ignore[arg-type]  # polars gives any literal


def _days(extract: Extract) -> pl.DataFrame:
    column = STAMPED[extract.table]
    day = pl.col(column).dt.convert_time_zone(LONDON).dt.date()
    frame = extract.scan().select(day=day)
    if extract.table == "crimes":
        reported = pl.col("reported_at").dt.convert_time_zone(LONDON).dt.date()
        first, last = extract.scan().select(first=reported.min(), last=reported.max()).collect().row(0)
        if first is not None:
            frame = frame.filter(pl.col("day").is_between(first, last))
    return frame.drop_nulls().group_by("day").agg(rows=pl.len().cast(pl.Int64)).collect()


def compare_days(days: pl.DataFrame, *, since: date | None = None) -> pl.DataFrame:
    """Days held against the same weekday of the weeks before.

    ``days`` has ``day`` (Date) and ``rows`` (Int64), each day once; days between that are not there had no
    rows. Gives ``day, rows, expected, low, high`` (Float64, null where there are too few weeks to look back
    upon) and ``out_of_line``, in order of day. With ``since``, only days from then on are compared.
    """
    need_columns(days, ("day", "rows"), "volumes")
    every = _every_day(days)
    rows = every["rows"].to_numpy().astype(np.float64)
    median, weeks = _same_weekday_before(rows)
    root = np.maximum(np.sqrt(median + 0.375) + _drift(rows, median), 0)
    expected = np.maximum(np.square(root) - 0.375, 0)
    compared = (weeks >= LEAST_WEEKS) & (expected >= LEAST_EXPECTED)
    if since is not None:
        compared &= (every["day"] >= since).to_numpy()
    low, high = _limits(rows, root, weeks, int(compared.sum()))
    blank = np.where(compared, 1.0, np.nan)
    return every.with_columns(
        expected=pl.Series(expected * blank, dtype=pl.Float64).fill_nan(None),
        low=pl.Series(low * blank, dtype=pl.Float64).fill_nan(None),
        high=pl.Series(high * blank, dtype=pl.Float64).fill_nan(None),
    ).with_columns(
        out_of_line=((pl.col("rows") < pl.col("low")) | (pl.col("rows") > pl.col("high"))).fill_null(False)
    )


def _every_day(days: pl.DataFrame) -> pl.DataFrame:
    if days.is_empty():
        return pl.DataFrame(schema={"day": pl.Date, "rows": pl.Int64})
    first, last = days["day"].min(), days["day"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    every = pl.DataFrame({"day": [first + timedelta(days=at) for at in range((last - first).days + 1)]})
    filled = every.join(days.select("day", pl.col("rows").cast(pl.Int64)), on="day", how="left")
    return filled.with_columns(pl.col("rows").fill_null(0)).sort("day")


def _same_weekday_before(rows: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The median of the same weekday of the weeks before, and of how many."""
    shifted = np.full((WEEKS_BEFORE, len(rows)), np.nan)
    for week in range(1, WEEKS_BEFORE + 1):
        if 7 * week < len(rows):
            shifted[week - 1, 7 * week :] = rows[: -7 * week]
    return _median(shifted), (~np.isnan(shifted)).sum(axis=0)


def _median(columns: Floats) -> Floats:
    some = ~np.isnan(columns).all(axis=0)
    median = np.full(columns.shape[1], np.nan)
    if some.any():
        median[some] = np.nanmedian(columns[:, some], axis=0)
    return median


def _drift(rows: Floats, median: Floats) -> Floats:
    """How far the roots of the days of the fortnight before lay above those of their medians; 0 at first."""
    apart = np.sqrt(rows + 0.375) - np.sqrt(median + 0.375)
    before = np.full((DRIFT_DAYS, len(rows)), np.nan)
    for day in range(1, min(DRIFT_DAYS, len(rows) - 1) + 1):
        before[day - 1, day:] = apart[:-day]
    enough = (~np.isnan(before)).sum(axis=0) >= LEAST_DRIFT_DAYS
    return np.where(enough, _median(before), 0.0)


def _limits(rows: Floats, root: Floats, weeks: NDArray[np.int64], compared: int) -> tuple[Floats, Floats]:
    from scipy.special import stdtrit

    if compared == 0:
        nothing = np.full(len(rows), np.nan)
        return nothing, nothing
    spread, freedom = _spread(rows)
    quantile = -float(stdtrit(freedom, FALSE_ALARMS / (2 * compared)))
    with np.errstate(divide="ignore", invalid="ignore"):
        half = quantile * spread * np.sqrt(1.15 + 1.5 / weeks) / 2
        low = np.maximum(np.ceil(np.square(np.maximum(root - half, 0)) - 0.375), 0)
        high = np.floor(np.square(root + half) - 0.375)
    return low, high


def _spread(rows: Floats) -> tuple[float, float]:
    """How much wider than chance days spread about the same weekday around them, and its degrees of freedom.

    Each day is held against the median of the same weekday of up to eight weeks on either side.
    """
    around = np.full((2 * WEEKS_BEFORE, len(rows)), np.nan)
    for week in range(1, WEEKS_BEFORE + 1):
        if 7 * week < len(rows):
            around[2 * week - 2, 7 * week :] = rows[: -7 * week]
            around[2 * week - 1, : -7 * week] = rows[7 * week :]
    weeks = (~np.isnan(around)).sum(axis=0)
    seen = weeks > 0
    apart = 2 * (np.sqrt(rows[seen] + 0.375) - np.sqrt(_median(around)[seen] + 0.375))
    scaled = apart / np.sqrt(1 + 1.5 / weeks[seen])
    spread = 1.4826 * float(np.median(np.abs(scaled)))
    return max(1.0, spread), max(4.0, EFFICIENCY_OF_MAD * int(seen.sum()))
