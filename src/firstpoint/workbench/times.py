"""Times by the clock on a wall in London, in words.

A moment that was saved may be one that no clock there can show, such as the last hours of the year 9999 in a
zone behind ours. A page says so and goes on.
"""

from __future__ import annotations

from datetime import date, datetime

from firstpoint.casework.clocks import LONDON

CANNOT_BE_SHOWN = "a time that cannot be shown"


def in_london(moment: datetime) -> datetime | None:
    """A moment by the clock in London; None where no clock there can show it.

    One without a zone was written by that clock.
    """
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(LONDON)
    except (OverflowError, ValueError):
        return None


def london(moment: datetime | None) -> str:
    """A moment by the clock in London, such as 4 May 2026, 14:05."""
    if moment is None:
        return "not known"
    local = in_london(moment)
    return f"{local.day} {local:%b %Y, %H:%M}" if local else CANNOT_BE_SHOWN


def london_as_kept(text: str) -> str:
    """A moment kept as text, by the clock in London; the text itself where it can be shown no better."""
    try:
        local = in_london(datetime.fromisoformat(text))
    except ValueError:
        return text
    return london(local) if local else text


def day(moment: datetime | date | None) -> str:
    """The day of a moment, such as 4 May 2026."""
    if moment is None:
        return "not known"
    local = in_london(moment) if isinstance(moment, datetime) else moment
    return f"{local.day} {local:%B %Y}" if local else CANNOT_BE_SHOWN
