"""Recording work as pages show it: what waits for endorsement, what was decided, what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404

from firstpoint.casework import Transition
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.recording.deciding import moves_for
from firstpoint.workbench.recording.models import Decision, RecordingWork


def waiting() -> Sequence[RecordingWork]:
    """The removals that wait for endorsement, the most urgent first: references and times alone."""
    rows = RecordingWork.objects.filter(state="awaiting_endorsement").select_related("incident")
    return list(rows.defer("incident__text").order_by("due_at", "pk"))


def latest_removal(work: RecordingWork) -> Decision | None:
    """The decision that asked for a removal, when one did."""
    return work.decisions.filter(transition="not_a_crime").select_related("by").order_by("-pk").first()


def late_decisions(since: datetime) -> Sequence[Decision]:
    """The decisions taken late since a moment, the newest first: references and times alone."""
    rows = Decision.objects.filter(late=True, at__gte=since).select_related("work__incident")
    return list(rows.defer("work__incident__text").order_by("-at"))


def work_to_do(key: int) -> RecordingWork:
    """One piece of recording work; Http404 when there is none."""
    work = RecordingWork.objects.filter(pk=key).first()
    if work is None:
        raise Http404
    return work


def work_of(incident: Incident) -> RecordingWork | None:
    """The recording work of an incident, when there is any."""
    return RecordingWork.objects.filter(incident_id=incident.incident_id).first()


def incident_key(work: RecordingWork) -> int:
    """The key of the incident that this work is about."""
    return Incident.objects.values_list("pk", flat=True).get(incident_id=work.incident_id)


def history(work: RecordingWork | None) -> Sequence[Decision]:
    """What was decided on this work so far, oldest first."""
    return list(work.decisions.select_related("by").order_by("pk")) if work else []


def moves_now(work: RecordingWork | None, user: User) -> tuple[Transition, ...]:
    """What this person may do to this work now."""
    return moves_for(work, user) if work else ()
