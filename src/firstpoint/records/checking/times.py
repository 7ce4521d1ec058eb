"""Times out of order, in the future, or put in where none was known; and clocks that do not agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from firstpoint.records.chance import FALSE_ALARMS, as_many_or_more
from firstpoint.records.checking.found import Found, Material, part, where
from firstpoint.records.tables import table_named

LONDON = "Europe/London"
ORDERS = (
    ("crimes", "occurred_from", "occurred_to"),
    ("crimes", "occurred_from", "reported_at"),
    ("crimes", "occurred_from", "recorded_at"),
    ("crimes", "reported_at", "recorded_at"),
    ("crimes", "recorded_at", "outcome_at"),
    ("incidents", "received_at", "closed_at"),
    ("incidents", "received_at", "removed_at"),
    ("victims", "referred_at", "safeguarded_at"),
)
"""Pairs of times of which the first may not be later than the second."""

FILLER_DAYS = (
    date(1900, 1, 1), date(1900, 1, 2), date(1901, 1, 1), date(1970, 1, 1), date(1980, 1, 1),
    date(2000, 1, 1), date(2099, 1, 1), date(2099, 12, 31), date(2100, 1, 1), date(2100, 12, 31),
)  # fmt: skip
"""Days that systems and people put where the day was not known."""

USUAL_FROM, USUAL_TO = datetime(2000, 1, 3, tzinfo=UTC), datetime(2098, 12, 30, tzinfo=UTC)

CAN_BE_TRUE = ("occurred_from", "occurred_to")
"""Columns in which a filler day of 1980 or later can be the day of an old offence."""

MIDNIGHTS_OF_A_CLOCK, MIDNIGHTS_OF_PEOPLE = 0.01, 0.15
"""The most times at 00:00:00 that is usual: where a clock stamps the row, and where somebody says when."""

LEAST_MIDNIGHTS = 10
MICROSECONDS_OF_AN_HOUR = 3_600_000_000
LEAST_HOURS_OFF, SHARE_OFF_IN_SUMMER, SHARE_OFF_IN_WINTER = 20, 0.20, 0.05
LEAST_IN_THE_DOUBLED_HOUR = 10
STAMPED = {"incidents": "received_at", "log_entries": "entry_at", "crimes": "recorded_at"}


def out_of_order(material: Material) -> Iterator[Found]:
    """Times of a row that are earlier than one that must come before."""
    for table, earlier, later in ORDERS:
        if table == material.table:
            yield from where(
                part(material.extract, earlier, later),
                pl.col(later) < pl.col(earlier),
                check="out-of-order",
                column=later,
                message=f"{later} is before {earlier}.",
            )
    if material.table == "log_entries":
        yield from _entries_before_their_incident(material)


def _entries_before_their_incident(material: Material) -> Iterator[Found]:
    starts = [
        each.scan().select("incident_id", "received_at").collect() for each in material.others("incidents")
    ]
    if not starts:
        return
    first = pl.concat(starts).group_by("incident_id").agg(pl.col("received_at").min())
    entries = part(material.extract, "incident_id", "entry_at").join(first, on="incident_id", how="left")
    yield from where(
        entries,
        pl.col("entry_at") < pl.col("received_at").dt.truncate("1m"),
        check="out-of-order",
        column="entry_at",
        message="entry_at is before received_at of its incident.",
    )


def _time_columns(table: str) -> list[str]:
    return [column.name for column in table_named(table).columns if column.kind == "time"]


def in_the_future(material: Material) -> Iterator[Found]:
    """Times later than the moment of the check, where one was given."""
    if material.as_of is None:
        return
    for column in _time_columns(material.table):
        yield from where(
            part(material.extract, column),
            pl.col(column) > pl.lit(material.as_of),
            check="future",
            column=column,
            message=f"The time lies after {material.as_of:%d/%m/%Y %H:%M}, when this was checked.",
        )


def on_a_filler_day(material: Material) -> Iterator[Found]:
    """Times on a day that stands for *not known*."""
    for column in _time_columns(material.table):
        # Nearly all times lie between the two; only the others need their day by the London clock.
        may_be = ~pl.col(column).is_between(pl.lit(USUAL_FROM), pl.lit(USUAL_TO))
        days = [day for day in FILLER_DAYS if column not in CAN_BE_TRUE or not 1980 <= day.year <= 2000]
        yield from where(
            part(material.extract, column).filter(may_be),
            _local(column).dt.date().is_in(days),
            check="filler-day",
            column=column,
            message="The day is one that stands for not known.",
            value=_local(column).dt.strftime("%d/%m/%Y %H:%M"),
        )


def too_many_midnights(material: Material) -> Iterator[Found]:
    """Columns of which too many times are 00:00:00 by the London clock."""
    for column in _time_columns(material.table):
        times = part(material.extract, column).drop_nulls(column)
        # A midnight in London is a whole hour in UTC, which few times are.
        whole_hours = times.filter(pl.col(column).dt.timestamp("us") % MICROSECONDS_OF_AN_HOUR == 0)
        at_midnight = whole_hours.filter(_local(column).dt.time() == pl.time(0, 0))
        usual = MIDNIGHTS_OF_PEOPLE if column in CAN_BE_TRUE else MIDNIGHTS_OF_A_CLOCK
        if at_midnight.height < LEAST_MIDNIGHTS or at_midnight.height <= usual * times.height:
            continue
        if not _beyond(at_midnight.height, times.height, usual, len(_time_columns(material.table))):
            continue
        share = at_midnight.height / times.height
        yield Found(
            "midnight",
            column,
            f"{share:.0%} of the times are midnight exactly; {usual:.0%} is the most that is usual.",
            at_midnight.select("row", value=_local(column).dt.strftime("%d/%m/%Y %H:%M")),
        )


def _beyond(hits: int, rows: int, usual: float, looked_at: int) -> bool:
    chance = as_many_or_more(np.array([float(hits)]), np.array([float(rows)]), np.array([usual]))
    return bool(chance[0] < FALSE_ALARMS / looked_at)


def _local(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(LONDON)


def an_hour_off(material: Material) -> Iterator[Found]:
    """Crimes reported exactly an hour from the receipt of their incident, in summer alone."""
    if material.table != "crimes":
        return
    incidents = [
        each.scan().select("incident_id", "received_at").collect() for each in material.others("incidents")
    ]
    if not incidents:
        return
    # A key stands once in a file, and may stand in two.
    received = incidents[0] if len(incidents) == 1 else pl.concat(incidents).unique("incident_id")
    both = (
        part(material.extract, "incident_id", "reported_at")
        .join(received, on="incident_id")
        .with_columns(apart=(pl.col("reported_at") - pl.col("received_at")).dt.total_minutes())
        .filter(pl.col("apart").is_not_null())
        .with_columns(
            off=pl.col("apart").abs() == 60, summer=_local("received_at").dt.dst_offset() > pl.duration()
        )
    )
    summer, winter = both.filter("summer"), both.filter(~pl.col("summer"))
    off = summer.filter("off")
    if off.height < LEAST_HOURS_OFF or off.height < SHARE_OFF_IN_SUMMER * summer.height:
        return
    if winter.height and winter["off"].mean() > SHARE_OFF_IN_WINTER:  # type: ignore[operator]  # polars gives any literal
        return
    direction = "after" if off["apart"].mean() > 0 else "before"  # type: ignore[operator]  # polars gives any literal
    yield Found(
        "hour-off",
        "reported_at",
        f"{off.height / summer.height:.0%} of the crimes reported in summer are timed exactly an hour "
        f"{direction} the receipt of their incident.",
        off.sort("row").select("row", value=pl.col("reported_at").cast(pl.String)),
    )


def second_hour_missing(material: Material) -> Iterator[Found]:
    """Nights in October whose second hour from 01:00 holds nothing while the first holds many rows."""
    column = STAMPED.get(material.table)
    if column is None:
        return
    hours = (
        part(material.extract, column)
        .filter(pl.col(column).dt.hour() <= 1, pl.col(column).dt.month() == 10)
        .filter(pl.col(column).dt.day() >= 25, pl.col(column).dt.weekday() == 7)
        .with_columns(day=pl.col(column).dt.date(), hour=pl.col(column).dt.hour())
    )
    for (day,), rows in hours.group_by("day", maintain_order=True):
        first, second = (rows.filter(pl.col("hour") == hour) for hour in (0, 1))
        if first.height >= LEAST_IN_THE_DOUBLED_HOUR and second.is_empty():
            yield Found(
                "doubled-hour",
                column,
                f"In the night of {day:%d/%m/%Y} {first.height} rows lie in the first hour from 01:00 "
                "and none in the second.",
                first.select("row", value=_local(column).dt.strftime("%d/%m/%Y %H:%M")),
            )
