"""What a review of an incident with fewer crimes than required sets off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstpoint.casework import Transition
from firstpoint.workbench.incidents.verdicts import required_in
from firstpoint.workbench.recording.bringing_back import bring_back
from firstpoint.workbench.work.handling import Given, Handling
from firstpoint.workbench.work.models import Step, WorkItem


def against_the_rules(item: WorkItem, _move: Transition, case: Given) -> bool:
    """Whether the rules still require more crimes than were recorded when the work was opened."""
    return required_in(case, str(item.incident_id)).total > int(item.particulars.get("recorded", 0))


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Put the crimes that are due at the head of the list of reports to decide."""
    if step.transition == "more" and item.incident is not None:
        reason = "Fewer crimes are recorded than the rules require."
        crimes = step.given["crimes"]
        bring_back(item.incident, step.by, now, because="missed", reason=reason, crimes=crimes, origin=item)


def beside(item: WorkItem) -> Mapping[str, Any]:
    """How many crimes were required and recorded when the work was opened."""
    return {"missed": item.particulars}


HANDLING = Handling(
    against=against_the_rules,
    follows=follows,
    beside=beside,
    panel="workbench/panel_missed.html",
    pages=(("The monthly report", "missed-report", "missed.report"),),
)
