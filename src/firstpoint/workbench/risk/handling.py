"""What a result of the daily audit sets off: a missed crime is on the list to decide at once."""

from __future__ import annotations

from datetime import datetime

from firstpoint.workbench.recording.bringing_back import put_right
from firstpoint.workbench.risk.models import Drawn
from firstpoint.workbench.work.handling import Handling
from firstpoint.workbench.work.models import Step, WorkItem


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Ask about safeguarding first, then put the crimes at the head of the list of reports to decide.

    The draw keeps what stood when it was made, so that putting a miss right changes no estimate.
    """
    due = sum(each["count"] for each in step.given.get("crimes", ()))
    missed = step.transition == "missed"
    Drawn.objects.filter(item=item).update(
        audited_at=now, due=due if missed else None, missed=max(due, 1) if missed else 0
    )
    if not missed or item.incident is None:
        return
    reason = "The daily audit found a crime that was missed."
    put_right(item.incident, step.by, now, reason=reason, crimes=step.given["crimes"], origin=item)


def undoes(item: WorkItem, _step: Step) -> None:
    """Count a report as not audited again."""
    Drawn.objects.filter(item=item).update(audited_at=None, due=None, missed=None)


HANDLING = Handling(
    follows=follows, undoes=undoes, pages=(("What the daily audit yields", "risk-yield", "risk.results"),)
)
