"""Bringing a report onto the list of reports to decide, because of something that was found elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from firstpoint import casework
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.work.models import FIRST, WorkItem
from firstpoint.workbench.work.opening import open_item
from firstpoint.workbench.work.stepping import follow_on


def bring_back(
    incident: Incident,
    user: User,
    now: datetime,
    *,
    because: str,
    reason: str,
    crimes: Sequence[Mapping[str, Any]] = (),
    origin: WorkItem | None = None,
) -> WorkItem:
    """The recording work of an incident, open and at the head of the list, with these crimes to begin with.

    Work that was decided is reopened with the reason, and a removal that waits for its endorsement goes back:
    whoever asked for it did not know. Who has it open in any other state is told that it has moved.
    """
    with transaction.atomic():
        rows = WorkItem.objects.select_for_update()
        item = rows.filter(kind="recording", incident=incident).first()
        if item is None:
            item = open_item(
                "recording",
                by=user.person.reference,
                now=now,
                because=because,
                incident=incident,
                origin=origin,
                priority=FIRST,
            )
        elif not item.open:
            reopen = casework.transition("recording", "reopen")
            item = follow_on(item, reopen, user, {"reopen_reason": reason}, now).item
        elif item.state == "awaiting_endorsement":
            back = casework.transition("recording", "return")
            item = follow_on(item, back, user, {"return_reason": reason}, now).item
        else:
            item.version += 1
        item.priority = FIRST
        if crimes:
            item.particulars = {**item.particulars, "crimes": [dict(each) for each in crimes]}
        item.save(update_fields=["priority", "particulars", "version"])
        return item


def put_right(
    incident: Incident,
    user: User,
    now: datetime,
    *,
    reason: str,
    crimes: Sequence[Mapping[str, Any]] = (),
    origin: WorkItem | None = None,
) -> WorkItem:
    """The recording work of an incident in which an audit found a crime that was missed.

    Safeguarding is asked about first, unless that is asked already.
    """
    asked = WorkItem.objects.filter(kind="safeguarding", incident=incident, open=True)
    if not asked.exists():
        by = user.person.reference
        open_item(
            "safeguarding",
            by=by,
            now=now,
            because="missed",
            incident=incident,
            origin=origin,
            priority=FIRST,
        )
    return bring_back(incident, user, now, because="audit", reason=reason, crimes=crimes, origin=origin)
