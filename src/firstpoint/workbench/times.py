"""Times by the clock on a wall in London, in words."""

from __future__ import annotations

from datetime import date, datetime

from firstpoint.casework.clocks import LONDON


def london(moment: datetime | None) -> str:
    """A moment by the clock in London, such as 4 May 2026, 14:05."""
    if moment is None:
        return "not known"
    local = _in_london(moment)
    return f"{local.day} {local:%b %Y, %H:%M}"


def day(moment: datetime | date | None) -> str:
    """The day of a moment, such as 4 May 2026."""
    if moment is None:
        return "not known"
    local = _in_london(moment) if isinstance(moment, datetime) else moment
    return f"{local.day} {local:%B %Y}"


def _in_london(moment: datetime) -> datetime:
    try:
        return moment.astimezone(LONDON)
    except OverflowError:
        # At the very ends of the calendar there is no such moment in London: better as it is than no page.
        return moment
