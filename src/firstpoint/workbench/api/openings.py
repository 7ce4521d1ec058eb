"""What programs may open: a decision on a report, an appeal against one, a request for a cancellation."""

from collections.abc import Collection
from typing import Any

from django.http import Http404
from django.utils import timezone
from ninja import Status

from firstpoint.casework import Incomplete
from firstpoint.vocabulary import cancellations
from firstpoint.workbench.api import showing
from firstpoint.workbench.api.access import allowed
from firstpoint.workbench.api.operations import PROBLEMS, Key, api
from firstpoint.workbench.api.values import AppealIn, CancellationIn, Problem, PutOnIn, WorkRow
from firstpoint.workbench.appeals import handling as appeals
from firstpoint.workbench.cancellation import requesting
from firstpoint.workbench.cancellation.asked_facts import AskedFact
from firstpoint.workbench.cancellation.records import key_of, record_of
from firstpoint.workbench.gate import Signed
from firstpoint.workbench.incidents.reading import read_crime
from firstpoint.workbench.incidents.restricting import refuse_if_shut
from firstpoint.workbench.recording.putting_on import put_on_list
from firstpoint.workbench.work.cases import incident_by_key
from firstpoint.workbench.work.models import WorkItem

__all__ = ["api"]

_OPENED = {201: WorkRow, 409: Problem, **PROBLEMS}


@api.post("/incidents/{key}/decision", response=_OPENED, tags=["Incidents"])
@allowed("recording.put_on")
def put_on(request: Signed, key: Key, why: PutOnIn) -> Status[WorkRow]:
    """Put a report on the list to decide, with the reason."""
    item = put_on_list(incident_by_key(key), request.user, why.dict(), timezone.now())
    return Status(201, showing.row_of(item))


@api.post("/incidents/{key}/appeals", response=_OPENED, tags=["Incidents"])
@allowed("appeals.receive")
def appeal(request: Signed, key: Key, told: AppealIn) -> Status[WorkRow]:
    """Receive an appeal against what a report became, or new information about it."""
    incident = incident_by_key(key)
    refuse_if_shut(request.user.person, incident.incident_id)
    item = appeals.receive(incident, request.user, told.dict(), timezone.now())
    return Status(201, showing.row_of(item))


@api.post("/cancellations", response=_OPENED, tags=["Work"])
@allowed("cancellations.request")
def cancellation(request: Signed, asked: CancellationIn) -> Status[WorkRow]:
    """Ask for the cancellation or transfer of a crime; faults tell what the category needs and lacks."""
    now, key = timezone.now(), key_of(asked.crime_id)
    if key is None:
        raise Http404
    if asked.category not in cancellations():
        raise Incomplete({"category": f"Select a category: {', '.join(cancellations())}"})
    record = record_of(read_crime(request.user.person, key, "cancellation"))
    requesting.refuse_if_closed(record)
    form = requesting.form_for(asked.category, record, now)
    faults = {
        **_unasked(asked.facts, {each.fact for each in form.facts}),
        **_unasked(asked.given, {each.name for each in (*form.must_give, *form.may_give)}),
    }
    if faults:
        raise Incomplete(faults)
    outcome = requesting.open_request(key, form, asked.facts, asked.given, request.user, now)
    if not isinstance(outcome, WorkItem):
        raise Incomplete(dict(_as_sent(name, fault, form.facts) for name, fault in outcome.items()))
    return Status(201, showing.row_of(outcome))


def _as_sent(name: str, fault: str, facts: Collection[AskedFact]) -> tuple[str, str]:
    """A fault under the name that a program knows the fact by, with the answers that it can give."""
    for each in facts:
        if each.name == name:
            return each.fact, f"{fault} ({', '.join(each.values)})" if each.values else fault
    return name, fault


def _unasked(said: dict[str, Any], asked: set[str]) -> dict[str, str]:
    return {name: f"Not asked here: {', '.join(sorted(asked)) or 'nothing'}" for name in said.keys() - asked}
