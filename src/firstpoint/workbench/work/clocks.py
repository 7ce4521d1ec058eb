"""The clocks of work as this force keeps them: the table's, or what the registrar set instead."""

from __future__ import annotations

from datetime import datetime

from firstpoint import casework
from firstpoint.workbench.work.models import ClockSetting


def amount_of(clock: str) -> int:
    """How many hours or days a clock runs now."""
    setting = ClockSetting.objects.filter(clock=clock).order_by("-since", "-pk").first()
    return setting.amount if setting else casework.clock(clock).amount


def due(
    clock: str, *, received_at: datetime, entered_at: datetime, amount: int | None = None
) -> datetime | None:
    """By when work must leave the state whose clock this is; None where no clock runs.

    ``amount`` is what :func:`amount_of` gave, where a caller opens many pieces of work at once.
    """
    if not clock:
        return None
    start = received_at if casework.clock(clock).starts == "report" else entered_at
    return casework.deadline(start, clock, amount=amount_of(clock) if amount is None else amount)
