"""Alerts to the registrar and public protection: overdue or unrecorded reports about vulnerable people."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.safeguarding.vulnerable import reasons
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made

_MOST = 5000


def raise_due(now: datetime, by: str) -> int:
    """How many alerts were raised: one for each overdue or removed report about somebody vulnerable.

    Safe to repeat: a report that was alerted to once is not alerted to again, unless its alert is closed and
    it became overdue anew after a reopening.
    """
    overdue = Q(kind="recording", open=True, due_at__lt=now) | Q(kind="n100", open=True, due_at__lt=now)
    removed = Q(kind="recording", state="removed")
    alerted = WorkItem.objects.filter(kind="alert").values("incident_id")
    rows = WorkItem.objects.filter(overdue | removed).exclude(incident_id__in=alerted)
    due = {each.incident_id: each for each in rows.select_related("incident").defer("incident__text")[:_MOST]}
    why = reasons([str(each) for each in due])
    amount = amount_of("alert")
    items = []
    for incident_id, reason in sorted(why.items()):
        late = due[incident_id]
        because = "overdue" if late.open else "unrecorded"
        item = made(
            "alert", now=now, because=because, incident=late.incident, priority=late.priority, amount=amount
        )
        item.particulars = {"vulnerable": reason}
        items.append(item)
    WorkItem.objects.bulk_create(items, batch_size=1000)
    if items:
        keep(by, "alert.raised", f"raised:{len(items)}")
    return len(items)


def alert_of_the_day(_day: date, now: datetime, by: str) -> int:
    """The same, once a day, for an installation without a worker."""
    return raise_due(now, by)
