"""England's clock for moments counted in whole seconds since 1970 (UTC), quick enough to head every entry.

The clocks go forward at 01:00 UTC on the last Sunday of March and back on the last Sunday of October, as they
have since 1996; a test holds this to the time-zone database.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = 86_400

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
HOURS_AND_MINUTES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))


def moment(seconds: int) -> datetime:
    """Give a moment as a time in UTC."""
    return _EPOCH + timedelta(seconds=seconds)


def seconds_of(midnight: date) -> int:
    """Give the moment at which a day begins in London."""
    begun = datetime(midnight.year, midnight.month, midnight.day, tzinfo=LONDON)
    return round((begun - _EPOCH).total_seconds())


def london_offset(seconds: int) -> int:
    """Give by how many seconds London is ahead of UTC at a moment."""
    return 3600 if bisect_right(_changes(), seconds) % 2 else 0


def local_time(seconds: int) -> str:
    """Give the hour and minute in England of a moment, as an entry is headed."""
    return HOURS_AND_MINUTES[(seconds + london_offset(seconds)) % DAY // 60]


def local_times(moments: Sequence[int]) -> list[str]:
    """Give the hours and minutes in England of moments in order, in one go."""
    ahead = london_offset(moments[0])
    if ahead != london_offset(moments[-1]):
        return [local_time(seconds) for seconds in moments]
    return [HOURS_AND_MINUTES[(seconds + ahead) % DAY // 60] for seconds in moments]


def local_day(seconds: int) -> str:
    """Give the day in England of a moment, as YYYY-MM-DD."""
    return _day_text((seconds + london_offset(seconds)) // DAY)


def local_hour(seconds: int) -> int:
    """Give the hour of the day in England, 0 to 23."""
    return (seconds + london_offset(seconds)) % DAY // 3600


def local_iso(seconds: int) -> str:
    """Give a moment in ISO 8601 with England's offset."""
    ahead = london_offset(seconds)
    local = seconds + ahead
    return (
        f"{_day_text(local // DAY)}T{HOURS_AND_MINUTES[local % DAY // 60]}:{local % 60:02d}"
        f"{'+01:00' if ahead else '+00:00'}"
    )


@lru_cache(maxsize=4096)
def _day_text(number: int) -> str:
    return date.fromordinal(_EPOCH_DAY + number).isoformat()


@cache
def _changes() -> tuple[int, ...]:
    """Give the moments from 1996 to 2100 at which the clocks go forward and back, in turn."""
    return tuple(_last_sunday(year, month) for year in range(1996, 2101) for month in (3, 10))


def _last_sunday(year: int, month: int) -> int:
    last = date(year, month, 31)
    return (last.toordinal() - _EPOCH_DAY - (last.weekday() + 1) % 7) * DAY + 3600
