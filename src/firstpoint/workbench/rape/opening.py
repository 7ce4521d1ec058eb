"""Opening the review of reported incidents that the force's records hold: safe to repeat."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from firstpoint.workbench.incidents.models import Crime
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made

_GONE = ("cancelled", "transferred")
_AT_ONCE = 2000


def open_for_records(now: datetime, by: str) -> int:
    """How many reviews were opened: one for each incident with a reported incident that has no review yet."""
    records = Crime.objects.filter(Q(ho_class__startswith="N") | Q(ho_code__startswith="N"))
    reviewed = WorkItem.objects.filter(kind="n100").values("incident_id")
    fresh = records.exclude(status__in=_GONE).exclude(incident_id__in=reviewed).exclude(incident=None)
    amount, items = amount_of("n100_check"), {}
    for record in fresh.select_related("incident").defer("text", "incident__text").iterator(_AT_ONCE):
        if record.incident_id in items or not _is_held(record):
            continue
        item = made("n100", now=now, because="record", incident=record.incident, amount=amount)
        code = record.ho_code if (record.ho_code or "").startswith("N") else record.ho_class
        item.particulars = {"reported_code": code, "crime_id": record.crime_id}
        item.authors = {"reported_incident": [record.recorded_by]} if record.recorded_by else {}
        items[record.incident_id] = item
    WorkItem.objects.bulk_create(items.values(), batch_size=_AT_ONCE)
    if items:
        keep(by, "n100.opened-for-records", f"opened:{len(items)}")
    return len(items)


def _is_held(record: Crime) -> bool:
    # A record may name an incident that was never exported.
    return record.incident is not None and record.incident.pk is not None
