"""Opening a piece of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from firstpoint import casework
from firstpoint.casework import Person
from firstpoint.workbench.incidents.models import Crime, Incident
from firstpoint.workbench.incidents.restricting import is_shut
from firstpoint.workbench.ledger.keeping import keep, reference
from firstpoint.workbench.work.clocks import due
from firstpoint.workbench.work.models import WorkItem


def open_item(
    kind: str,
    *,
    by: str,
    now: datetime,
    because: str,
    incident: Incident | None = None,
    crime: Crime | None = None,
    origin: WorkItem | None = None,
    priority: float = 0.0,
    particulars: Mapping[str, Any] | None = None,
    authors: Mapping[str, Sequence[str]] | None = None,
) -> WorkItem:
    """A new piece of work in the state in which its kind opens, with its entry in the ledger.

    ``by`` is who or what opens it, ``because`` one word for why. ``authors`` names people who had a hand in
    what it is about before (such as whoever decided the report that is appealed): the tables may bar them.
    """
    item = made(kind, now=now, because=because, incident=incident, crime=crime, priority=priority)
    item.origin, item.particulars = origin, dict(particulars or {})
    item.authors = {step: list(people) for step, people in (authors or {}).items()}
    item.save()
    keep(by, f"{kind}.opened", subject_of(item), {"because": because, "work": item.pk})
    return item


def made(
    kind: str,
    *,
    now: datetime,
    because: str,
    incident: Incident | None = None,
    crime: Crime | None = None,
    priority: float = 0.0,
    amount: int | None = None,
) -> WorkItem:
    """A new piece of work that is not saved yet, for those who open many at once; ``amount`` as for
    :func:`~firstpoint.workbench.work.clocks.due`."""
    state = casework.state(kind, casework.kind_of_work(kind).opens)
    received_at = (
        (incident.received_at if incident else None) or (crime.reported_at if crime else None) or now
    )
    return WorkItem(
        kind=kind,
        incident_id=incident.incident_id if incident else None,
        crime_id=crime.crime_id if crime else None,
        state=state.state,
        waits_for=state.waits_for,
        due_at=due(state.clock, received_at=received_at, entered_at=now, amount=amount),
        opened_at=now,
        received_at=received_at,
        opening_code=incident.opening_code if incident else crime.title if crime else None,
        unit=incident.unit if incident else crime.unit if crime else None,
        priority=priority,
        because=because,
    )


def incident_of(item: WorkItem) -> str:
    """The reference of the incident behind a piece of work; empty where there is none."""
    return str(item.incident_id or (item.crime.incident_id if item.crime else "") or "")


def shut_to(person: Person, items: Sequence[WorkItem]) -> frozenset[int]:
    """The keys of those of some pieces of work whose incident is restricted and shut to this person."""
    behind = {each.pk: each.incident_id or "" for each in items}
    of_crimes = [each.pk for each in items if each.crime_id]
    if of_crimes:
        rows = WorkItem.objects.filter(pk__in=of_crimes).values_list("pk", "crime__incident_id")
        behind |= {key: str(name or "") for key, name in rows}
    shut = is_shut(person, sorted({name for name in behind.values() if name}))
    return frozenset(key for key, name in behind.items() if name in shut)


def subject_of(item: WorkItem) -> str:
    """What a piece of work is about, as the ledger writes it."""
    return reference(item.of_kind.about, item.reference)
