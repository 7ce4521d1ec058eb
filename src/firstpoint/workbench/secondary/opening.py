"""Opening the review of secondary incidents and of reports by professionals: in bulk, and safe to repeat."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.work.clocks import amount_of
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made

#: How reporter roles begin that stand for a professional who reports for a victim.
PROFESSIONAL = "professional"
_AT_ONCE = 2000


def open_for_incidents(now: datetime, by: str) -> int:
    """How many reviews were opened, for secondary incidents and professionals' reports that had none."""
    secondary = Incident.objects.exclude(secondary_to=None).exclude(secondary_to="")
    professional = Incident.objects.filter(reporter_role__startswith=PROFESSIONAL).filter(
        Q(secondary_to=None) | Q(secondary_to="")
    )
    opened = _open("secondary", secondary, now) + _open("third_party", professional, now)
    if opened:
        keep(by, "secondary.opened-for-incidents", f"opened:{opened}")
    return opened


def _open(kind, incidents, now: datetime) -> int:
    reviewed = WorkItem.objects.filter(kind=kind).values("incident_id")
    fresh = incidents.exclude(incident_id__in=reviewed).defer("text")
    amount = amount_of("secondary")
    items = [
        made(kind, now=now, because="extract", incident=incident, amount=amount)
        for incident in fresh.iterator(chunk_size=_AT_ONCE)
    ]
    WorkItem.objects.bulk_create(items, batch_size=_AT_ONCE)
    return len(items)
