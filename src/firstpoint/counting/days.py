"""Moments and days as the format writes them; a day is the day in London."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_PLAIN_DATE = len("2026-04-01")


def moment(text: str) -> datetime:
    """Read a time with zone as the format writes it."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=4096)
def day_in_london(text: str) -> date:
    """Give the day of a plain date, or of a time with zone as it was in London."""
    if len(text) == _PLAIN_DATE:
        return date.fromisoformat(text)
    return moment(text).astimezone(LONDON).date()


def offence_day(allegation: Mapping[str, Any], reported_at: str) -> int:
    """Give the last day of what is alleged as a number, 20260401 for 1 April 2026.

    The offence clock: where ``when`` is absent, the day of the report. Conduct that ran on over a change of
    the law is judged by the law at its end.
    """
    when = allegation.get("when", {})
    day = day_in_london(when.get("to") or when.get("from") or reported_at)
    return day.year * 10_000 + day.month * 100 + day.day
