"""The case that a piece of work is about, as its page shows it: the only way from work to a person's data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.http import Http404

from firstpoint.casework import Person
from firstpoint.workbench.incidents import restricting
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.incidents.presenting import presented, presented_blind, presented_crime
from firstpoint.workbench.incidents.reading import read_crime_of, read_incident_of
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import incident_of


def work_item(kind: str, key: int) -> WorkItem:
    """One piece of work; Http404 when there is none of this kind."""
    item = WorkItem.objects.filter(pk=key, kind=kind).first()
    if item is None:
        raise Http404
    return item


def incident_by_key(key: int) -> Incident:
    """An incident by its key without its text, for what does not show it; Http404 when there is none."""
    incident = Incident.objects.defer("text").filter(pk=key).first()
    if incident is None:
        raise Http404
    return incident


def case_of(item: WorkItem, person: Person) -> dict[str, Any]:
    """What the page shows of the incident or crime that the work is about, with the look in the ledger."""
    if item.of_kind.about == "crime":
        return presented_crime(read_crime_of(person, str(item.crime_id), item.kind))
    blind = item.of_kind.blind
    file = read_incident_of(person, str(item.incident_id), item.kind, blind=blind)
    return presented_blind(file) if blind else presented(file)


def refuse_if_shut(item: WorkItem, person: Person) -> None:
    """Raise Shut where the incident that the work is about is restricted and this person has no grant."""
    if incident := incident_of(item):
        restricting.refuse_if_shut(person, incident)


def history(item: WorkItem) -> Sequence[Step]:
    """The steps taken on this work so far, oldest first."""
    return list(item.steps.select_related("by").order_by("pk"))


def items_on(incident_id: str) -> Sequence[WorkItem]:
    """All the work about one incident, oldest first."""
    return list(WorkItem.objects.filter(incident_id=incident_id).order_by("pk"))


def steps_on(items: Collection[WorkItem]) -> Sequence[Step]:
    """The steps taken on some pieces of work, oldest first."""
    known = {each.pk: each for each in items}
    steps = list(Step.objects.filter(item__in=known).select_related("by").order_by("at", "pk"))
    for step in steps:
        step.item = known[step.item_id]
    return steps


def decisions_on(incident_ids: Collection[str]) -> dict[str, WorkItem]:
    """The recording decisions on some incidents, by incident."""
    rows = WorkItem.objects.filter(kind="recording", incident_id__in=incident_ids)
    return {str(each.incident_id): each for each in rows}
