"""Bringing a report onto the list of reports to decide, because of something that was found elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

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

    Work that waits already stays where it stands; work that was decided is reopened with the reason.
    """
    item = WorkItem.objects.filter(kind="recording", incident=incident).first()
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
        item = follow_on(
            item, casework.transition("recording", "reopen"), user, {"reopen_reason": reason}, now
        ).item
    item.priority = FIRST
    if crimes:
        item.particulars = {**item.particulars, "crimes": [dict(each) for each in crimes]}
    item.save(update_fields=["priority", "particulars"])
    return item
