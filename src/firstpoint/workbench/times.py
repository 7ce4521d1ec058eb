"""Times by the clock on a wall in London, in words."""

from __future__ import annotations

from datetime import date, datetime

from firstpoint.casework.clocks import LONDON


def london(moment: datetime | None) -> str:
    """A moment by the clock in London, such as 4 May 2026, 14:05."""
    if moment is None:
        return "not known"
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%b %Y, %H:%M}"


def day(moment: datetime | date | None) -> str:
    """The day of a moment, such as 4 May 2026."""
    if moment is None:
        return "not known"
    local = moment.astimezone(LONDON) if isinstance(moment, datetime) else moment
    return f"{local.day} {local:%B %Y}"
