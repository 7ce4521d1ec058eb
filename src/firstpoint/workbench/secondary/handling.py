"""What a review of a secondary incident or of a professional's report sets off."""

from __future__ import annotations

from datetime import datetime

from firstpoint.casework import Transition
from firstpoint.workbench.incidents.verdicts import required_in
from firstpoint.workbench.recording.bringing_back import bring_back
from firstpoint.workbench.work.handling import Given, Handling
from firstpoint.workbench.work.models import Step, WorkItem


def against_the_rules(item: WorkItem, _move: Transition, case: Given) -> bool:
    """Whether the rules require something on the facts that the screen found."""
    return required_in(case, str(item.incident_id)).asks_to_record


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Put the crimes that were disclosed at the head of the list of reports to decide."""
    if step.transition == "disclose" and item.incident is not None:
        reason = "A review found that it discloses crimes of its own."
        crimes = step.given["crimes"]
        bring_back(item.incident, step.by, now, because=item.kind, reason=reason, crimes=crimes, origin=item)


HANDLING = Handling(
    against=against_the_rules,
    follows=follows,
    pages=(("What the reviews found", "secondary-results", "secondary.results"),),
)
