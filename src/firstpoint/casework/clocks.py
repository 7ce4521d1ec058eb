"""By when a piece of work has to be done, and how long that leaves."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from attrs import frozen

from firstpoint.casework.tables import rows
from firstpoint.errors import InputError

LONDON = ZoneInfo("Europe/London")


@frozen
class Clock:
    """How long a piece of work may take, from what, and with how many hours to go to warn.

    ``starts`` is ``report``, the first report to the police, or ``entry``, the moment at which the work came
    into the state whose clock it is. Of ``unit`` ``hours`` so many pass; of ``days`` the clock on a wall in
    London shows the same time so many days later; 0 days is the end of that day in London.
    """

    clock: str
    amount: int
    unit: Literal["hours", "days"]
    warn_hours: int
    starts: Literal["report", "entry"]
    what: str
    source: str


def deadline(start: datetime, clock_name: str = "recording", *, amount: int | None = None) -> datetime:
    """The last moment (UTC) for work whose clock started at ``start``.

    Hours are hours that pass: over a change of the clocks the deadline stands an hour earlier or later on a
    wall in London, but nobody gains or loses time. Days are days of the calendar there. ``amount`` is the
    force's own setting where it has one. Raises InputError for a start without a zone.
    """
    chosen = clock(clock_name)
    length = chosen.amount if amount is None else amount
    if chosen.unit == "hours":
        return _utc(start) + timedelta(hours=length)
    local = _utc(start).astimezone(LONDON)
    if length == 0:
        return _utc(datetime.combine(local.date(), time(23, 59, 59), LONDON))
    return _utc(datetime.combine(local.date() + timedelta(days=length), local.timetz()))


def hours_left(due: datetime, now: datetime) -> float:
    """Hours from ``now`` to ``due``; negative when it is past."""
    return (_utc(due) - _utc(now)).total_seconds() / 3600


def is_late(due: datetime, now: datetime) -> bool:
    """Whether the deadline is past; at the very moment of it work is still in time."""
    return hours_left(due, now) < 0


def time_left(due: datetime, now: datetime) -> str:
    """The time left in words: ``3 hours 10 minutes left``, or ``overdue by 2 days 4 hours``.

    Whole minutes, rounded so that nobody is promised a minute they do not have: down before the deadline, up
    after it. Beyond two days, days and hours.
    """
    seconds = (_utc(due) - _utc(now)).total_seconds()
    if seconds >= 0:
        return f"{_span(int(seconds // 60))} left"
    return f"overdue by {_span(int(-(seconds // 60)))}"


@cache
def clock(name: str) -> Clock:
    """The clock of this name; raises KeyError when there is none."""
    found = {row["clock"]: row for row in rows("clocks")}[name]
    numbers = {column: int(found[column]) for column in ("amount", "warn_hours")}
    return Clock(**{**found, **numbers})  # type: ignore[arg-type]  # the tests hold the table to these words


def clocks() -> tuple[Clock, ...]:
    """Every clock, in the order of the table."""
    return tuple(clock(row["clock"]) for row in rows("clocks"))


def _span(minutes: int) -> str:
    if minutes == 0:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return _joined((hours // 24, "day"), (hours % 24, "hour"))
    return _joined((hours, "hour"), (minutes, "minute"))


def _joined(*parts: tuple[int, str]) -> str:
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InputError(
            "A clock was given a time without a time zone.",
            where=moment.isoformat(),
            remedy="Give the time with its zone, so that a change of the clocks cannot shift the deadline.",
        )
    return moment.astimezone(UTC)
