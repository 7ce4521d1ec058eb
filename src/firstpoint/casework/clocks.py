"""By when a piece of work has to be done, and how long that leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from attrs import frozen

from firstpoint.casework.tables import rows
from firstpoint.errors import InputError


@frozen
class Clock:
    """How long a piece of work may take: ``hours`` that pass from ``starts``; warn with ``warn_hours`` to
    go."""

    clock: str
    hours: int
    warn_hours: int
    starts: str
    what: str
    source: str


def deadline(start: datetime, clock_name: str = "recording") -> datetime:
    """The last moment (UTC) for work whose clock started at ``start``.

    The hours are hours that pass. Over a change of the clocks the deadline therefore stands an hour earlier
    or later on a clock in London, but nobody gains or loses time. Raises InputError for a start without a
    zone.
    """
    return _utc(start) + timedelta(hours=clock(clock_name).hours)


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
    return Clock(
        clock=name,
        hours=int(found["hours"]),
        warn_hours=int(found["warn_hours"]),
        starts=found["starts"],
        what=found["what"],
        source=found["source"],
    )


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
