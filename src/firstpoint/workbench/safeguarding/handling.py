"""What asks whether safeguarding was done, and what its pages and those of alerts show beside a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstpoint.workbench.safeguarding.models import LookedAt
from firstpoint.workbench.safeguarding.vulnerable import reasons
from firstpoint.workbench.work.handling import Handling
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import open_item


def asked_after_a_removal(item: WorkItem, step: Step, now: datetime) -> None:
    """Ask whether safeguarding was done where a report about somebody vulnerable became no crime."""
    if step.transition in ("endorse", "reopen"):
        # It is looked at for an alert once more: it may have been read while it stood otherwise.
        LookedAt.objects.filter(item=item).delete()
    if step.transition == "endorse" and item.incident is not None:
        _ask(item, step, now)


def asked_after_no_crime(item: WorkItem, step: Step, now: datetime) -> None:
    """Ask the same, and have the victim told, where a reported incident was agreed to become no crime."""
    if step.transition != "agree" or item.incident is None:
        return
    _ask(item, step, now)
    if not WorkItem.objects.filter(kind="telling", incident=item.incident, open=True).exists():
        by = step.by.person.reference
        open_item("telling", by=by, now=now, because="no_crime", incident=item.incident, origin=item)


def _ask(item: WorkItem, step: Step, now: datetime) -> None:
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
