"""Reading one incident or one crime: the only way by which a page comes to a person's data.

Each function here writes the look to the ledger in the transaction in which it reads. If the entry cannot be
written, nothing is shown.
"""

from __future__ import annotations

from attrs import frozen
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404

from firstpoint.casework import Person
from firstpoint.workbench.incidents import linked
from firstpoint.workbench.incidents.models import Crime, CrimeLink, Incident, LogEntry, Screened
from firstpoint.workbench.incidents.restricting import refuse_if_shut
from firstpoint.workbench.ledger.keeping import keep, reference


@frozen
class IncidentFile:
    """One incident with all that is held on it; ``screened`` is None before a screen and for a blind look.

    ``links`` are the crimes tied to it that do not name it as written, none of them for a blind look: an
    audit keeps to the references that the crime system holds.
    """

    incident: Incident
    entries: tuple[LogEntry, ...]
    crimes: tuple[Crime, ...]
    screened: Screened | None
    links: tuple[CrimeLink, ...] = ()


@frozen
class CrimeFile:
    """One crime with its victim."""

    crime: Crime


def read_incident(person: Person, key: int, purpose: str) -> IncidentFile:
    """One incident by its key, with the look kept in the ledger; raises Http404 when there is none.

    ``purpose`` is one word that says at which page the person looked.
    """
    return _read(person, purpose, blind=False, pk=key)


def read_incident_of(person: Person, incident_id: str, purpose: str, *, blind: bool = False) -> IncidentFile:
    """One incident by the force's reference, with the look kept in the ledger; Http404 when there is none."""
    return _read(person, purpose, blind=blind, incident_id=incident_id)


def read_incident_blind(person: Person, key: int, purpose: str = "audit") -> IncidentFile:
    """One incident for an auditor: without anything the screen says of it."""
    return _read(person, purpose, blind=True, pk=key)


def read_crime(person: Person, key: int, purpose: str) -> Crime:
    """One crime by its key, with its victim, and the look kept in the ledger."""
    return _read_crime(person, purpose, pk=key)


def read_crime_of(person: Person, crime_id: str, purpose: str) -> CrimeFile:
    """One crime by the force's reference, with its victim, and the look kept in the ledger."""
    return CrimeFile(_read_crime(person, purpose, crime_id=crime_id))


def _read_crime(person: Person, purpose: str, **which: object) -> Crime:
    with transaction.atomic():
        crime = _crimes(Crime.objects.filter(**which)).first()
        if crime is None:
            raise Http404
        if crime.incident_id:
            refuse_if_shut(person, crime.incident_id)
        keep(person.reference, "crime.read", reference("crime", crime.crime_id), {"purpose": purpose})
    return crime


def _crimes(rows: QuerySet[Crime]) -> QuerySet[Crime]:
    """Crimes with their victims, and what was cancelled here."""
    return rows.select_related("victim").prefetch_related("cancelled_here")


def _links(incident_id: str) -> tuple[CrimeLink, ...]:
    held = linked.links_of(incident_id)
    there = []
    for crime in _crimes(linked.crimes_of(held)).defer("text"):
        link = held[crime.crime_id]
        link.crime = crime
        there.append(link)
    return tuple(sorted(there, key=lambda each: (-(each.probability or 1.0), str(each.crime_id))))


def _read(person: Person, purpose: str, *, blind: bool, **which: object) -> IncidentFile:
    with transaction.atomic():
        held = Incident.objects.all()
        if not blind:
            # Whether it has links is asked along with it: most have none, and a query less is a page sooner.
            held = held.select_related("screened").annotate(is_linked=linked.whether_linked())
        incident = held.filter(**which).first()
        if incident is None:
            raise Http404
        refuse_if_shut(person, incident.incident_id)
        file = IncidentFile(
            incident=incident,
            entries=tuple(incident.entries.order_by(F("entry_at").asc(nulls_first=True), "place")),
            crimes=tuple(
                _crimes(incident.crimes.all()).order_by(F("recorded_at").asc(nulls_first=True), "crime_id")
            ),
            screened=None if blind else getattr(incident, "screened", None),
            links=_links(incident.incident_id) if getattr(incident, "is_linked", False) else (),
        )
        # Last, since nobody else can write to the ledger until this transaction is over.
        keep(
            person.reference,
            "incident.read",
            reference("incident", incident.incident_id),
            {"purpose": purpose},
        )
        return file
