"""Alerts to the registrar and public protection: overdue or unrecorded reports about vulnerable people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.paging import counted
from firstpoint.workbench.safeguarding.models import LookedAt
from firstpoint.workbench.safeguarding.vulnerable import reasons
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made
from firstpoint.workbench.work.queues import whether_open

_MOST, _AT_ONCE = 5000, 1000


def raise_due(now: datetime, by: str, most: int | None = _MOST) -> int:
    """How many alerts were raised: one for each overdue or removed report about somebody vulnerable.

    Safe to repeat: a report is alerted to once as overdue and once as unrecorded. Of many that are due the
    gravest ``most`` that were never read are read; None reads all, which is done after every screen.
    """
    overdue = whether_open() & Q(kind__in=("recording", "n100"), due_at__lt=now)
    removed = Q(kind="recording", state="removed")
    alerts = WorkItem.objects.filter(kind="alert")
    overdue &= ~Q(incident_id__in=alerts.filter(because="overdue").values("incident_id"))
    removed &= ~Q(incident_id__in=alerts.filter(because="unrecorded").values("incident_id"))
    rows = WorkItem.objects.filter(overdue | removed)
    if most is not None:
        rows = rows.filter(looked=None)
    keys = list(rows.order_by("-priority", "pk").values_list("pk", flat=True)[:most])
    parts = (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
    raised = sum(_raised(part, now) for part in parts)
    if raised:
        keep(by, "alert.raised", f"raised:{raised}")
    return raised


def raise_all(now: datetime, by: str) -> int:
    """The same for every report that is due, however many they are."""
    return raise_due(now, by, None)


def alert_of_the_day(_day: date, now: datetime, by: str) -> int:
    """The same, once a day, for an installation without a worker."""
    return raise_all(now, by)


def not_in_hand() -> int | None:
    """How many alerts nobody has in hand yet; None where they are more than can be counted quickly."""
    return counted(WorkItem.objects.filter(kind="alert", state="raised"))


def _raised(keys: Sequence[int], now: datetime) -> int:
    rows = WorkItem.objects.filter(pk__in=keys).select_related("incident").defer("incident__text")
    # What was raised in an earlier part is left out: a report may be overdue twice over.
    ours = [str(each.incident_id) for each in rows]
    alerts = WorkItem.objects.filter(kind="alert", incident_id__in=ours)
    told = {(str(name), because) for name, because in alerts.values_list("incident_id", "because")}
    due = {str(each.incident_id): each for each in rows if (str(each.incident_id), _why(each)) not in told}
    why = reasons(due)
    amount = amount_of("alert")
    items = []
    for incident_id, reason in sorted(why.items()):
        late = due[incident_id]
        item = made(
            "alert",
            now=now,
            because=_why(late),
            incident=late.incident,
            priority=late.priority,
            amount=amount,
        )
        item.particulars = {"vulnerable": reason}
        items.append(item)
    WorkItem.objects.bulk_create(items, batch_size=1000)
    LookedAt.objects.bulk_create(
        [LookedAt(item_id=key, at=now) for key in keys],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["at"],
    )
    return len(items)


def _why(item: WorkItem) -> str:
    return "overdue" if item.open else "unrecorded"
