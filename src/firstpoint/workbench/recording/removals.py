"""The removals that wait for a second person, and the decisions that came late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from firstpoint.casework import transitions
from firstpoint.workbench.recording.handling import REMOVING
from firstpoint.workbench.work.models import Step, WorkItem

MOST_SHOWN = 200


def waiting() -> Sequence[WorkItem]:
    """The removals that wait for endorsement, the most urgent first: references and times alone."""
    rows = WorkItem.objects.filter(kind="recording", state="awaiting_endorsement")
    return list(rows.order_by("due_at", "pk")[:MOST_SHOWN])


def is_own(item: WorkItem, reference: str) -> bool:
    """Whether this person ever decided that it is to be removed, and so can never endorse its removal."""
    return item.is_own(reference, *REMOVING)


def late_decisions(since: datetime) -> Sequence[Step]:
    """The decisions taken late since a moment, the newest first: references and times alone."""
    decisions = [each.transition for each in transitions("recording") if each.when_late]
    rows = Step.objects.filter(late=True, at__gte=since, item__kind="recording", transition__in=decisions)
    return list(rows.select_related("item").order_by("-at"))
