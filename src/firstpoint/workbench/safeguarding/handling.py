"""What asks whether safeguarding was done, and what its pages and those of alerts show beside a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstpoint.workbench.safeguarding.vulnerable import reasons
from firstpoint.workbench.work.handling import Handling
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import open_item


def asked_after_a_removal(item: WorkItem, step: Step, now: datetime) -> None:
    """Ask whether safeguarding was done where a report about somebody vulnerable became no crime."""
    if step.transition != "endorse" or item.incident is None:
        return
    why = reasons([str(item.incident_id)]).get(str(item.incident_id))
    if why and not WorkItem.objects.filter(kind="safeguarding", incident=item.incident, open=True).exists():
        open_item(
            "safeguarding",
            by=step.by.person.reference,
            now=now,
            because="unrecorded",
            incident=item.incident,
            origin=item,
            priority=item.priority,
            particulars={"vulnerable": why},
        )


def beside(item: WorkItem) -> Mapping[str, Any]:
    """Who is vulnerable and why."""
    known = item.particulars.get("vulnerable") or reasons([str(item.incident_id)]).get(str(item.incident_id))
    return {"vulnerable": known or ""}


HANDLING = Handling(
    beside=beside,
    panel="workbench/panel_vulnerable.html",
    pages=(("Referrals and safeguarding, counted", "referrals", "referrals.see"),),
)
