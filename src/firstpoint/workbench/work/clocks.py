"""The clocks of work as this force keeps them: the table's, or what the registrar set instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from firstpoint import casework
from firstpoint.ledger import Detail
from firstpoint.workbench.ledger.keeping import keep, text_digest
from firstpoint.workbench.work.models import ClockSetting

LONGEST = {"hours": 720, "days": 90}
LONGEST_REASON = 2000


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


def amounts() -> dict[str, int]:
    """What each clock that was ever set runs now."""
    rows = ClockSetting.objects.order_by("since", "pk").values_list("clock", "amount")
    return dict(rows)


def history() -> Sequence[ClockSetting]:
    """Every setting that was ever made, the newest first."""
    return list(ClockSetting.objects.order_by("-since", "-pk"))


def set_clock(*, clock: str, amount: str, reason: str, by: str, now: datetime) -> dict[str, str]:
    """What is wrong with a setting, by field; an empty answer means that it stands and is in the ledger.

    Work that is open keeps its deadline: a clock that is set longer must not make late work timely.
    """
    known = {each.clock: each for each in casework.clocks()}
    faults = {}
    if clock not in known:
        return {"clock": "Select a clock"}
    if known[clock].starts == "report" and clock == "recording":
        return {"clock": "The rules set the 24 hours; no force may change them"}
    if not (
        amount.isascii()
        and amount.isdigit()
        and len(amount) < 5
        and int(amount) <= LONGEST[known[clock].unit]
    ):
        faults["amount"] = (
            f"Enter a whole number of {known[clock].unit}, at most {LONGEST[known[clock].unit]}"
        )
    if not 0 < len(reason) <= LONGEST_REASON:
        faults["reason"] = f"Enter why, in at most {LONGEST_REASON:,} characters"
    if faults:
        return faults
    with transaction.atomic():
        setting = ClockSetting.objects.create(
            clock=clock, amount=int(amount), since=now, by=by, reason=reason
        )
        detail: Detail = {"amount": setting.amount, "reason": f"hmac-sha256:{text_digest(reason)}"}
        keep(by, "clock.set", f"clock:{clock}", detail)
    return {}
