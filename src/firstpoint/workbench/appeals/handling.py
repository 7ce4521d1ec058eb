"""Receiving an appeal, and what its decision sets off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstpoint import casework
from firstpoint.casework import Incomplete, particular
from firstpoint.errors import Refused
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.recording.bringing_back import bring_back
from firstpoint.workbench.work.handling import Given, Handling
from firstpoint.workbench.work.models import FIRST, Step, WorkItem
from firstpoint.workbench.work.opening import open_item

ASKED = (particular("appellant"), particular("appeal_grounds"))


def receive(incident: Incident, user: User, given: Given, now: datetime) -> WorkItem:
    """The appeal against what a report became, for the independent decider.

    Nobody who ever took a step on that decision may decide it, nor whoever received it. Raises Incomplete
    for what is missing, and Refused where it waits to be decided or an appeal is open already.
    """
    faults = casework.faults_of(ASKED, given)
    if faults:
        raise Incomplete(faults)
    decided = WorkItem.objects.filter(kind="recording", incident=incident).first()
    # A report that never was on the list was decided before, or elsewhere.
    if decided is not None and decided.open:
        raise Refused(
            "Nothing is decided on this report yet.",
            where="appeal",
            remedy="Put what they say into the log: whoever decides will read it.",
        )
    if WorkItem.objects.filter(kind="appeal", incident=incident, open=True).exists():
        raise Refused("An appeal is open already.", where="appeal", remedy="Add to the log what is new.")
    return open_item(
        "appeal",
        by=user.person.reference,
        now=now,
        because=str(given["appellant"]),
        incident=incident,
        origin=decided,
        priority=decided.priority if decided else FIRST,
        particulars={each.name: given[each.name] for each in ASKED},
        authors={
            "decided": _who_had_a_hand(incident),
            "receive": [user.person.reference],
        },
    )


def _who_had_a_hand(incident: Incident) -> list[str]:
    """Everybody who ever took a step on the decision, or on the reported incident that it became."""
    work = WorkItem.objects.filter(kind__in=("recording", "n100"), incident=incident)
    authors = work.values_list("authors", flat=True)
    return sorted({person for each in authors for people in each.values() for person in people})


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Put an upheld report back on the list at once; have whoever appealed told where it was not upheld."""
    if item.incident is None:
        return
    if step.to_state == "upheld":
        reason = "An appeal was upheld."
        bring_back(item.incident, step.by, now, because="appeal", reason=reason, origin=item)
    if step.to_state == "dismissed":
        by = step.by.person.reference
        open_item("telling", by=by, now=now, because="appeal", incident=item.incident, origin=item)


def beside(item: WorkItem) -> Mapping[str, Any]:
    """Who appeals and what they say."""
    told = [(asked, item.particulars[asked.name]) for asked in ASKED if item.particulars.get(asked.name)]
    return {"appeal": told}


HANDLING = Handling(follows=follows, beside=beside, panel="workbench/panel_appeal.html")
