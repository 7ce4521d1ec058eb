"""By when a crime must be recorded.

The limit runs from the first report to the police, day and night: 24 hours (Crime Recording Rules 2026/27,
When to record, p 10), and 72 in the books before April 2015.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from firstpoint.counting.books import Book
from firstpoint.counting.days import LONDON, moment

__all__ = ["LONDON", "moment", "record_by"]


def record_by(received_at: datetime, book: Book) -> datetime:
    """Give the latest moment for recording a report received at this moment (with zone), in the same zone.

    Hours are real hours: the night on which clocks change neither lengthens nor shortens the limit.
    Raises ValueError for a moment without a zone.
    """
    if received_at.tzinfo is None:
        raise ValueError("received_at carries no zone; give a time with its offset from UTC")
    end = received_at.astimezone(ZoneInfo("UTC")) + timedelta(hours=book.limit_hours)
    return end.astimezone(received_at.tzinfo)
