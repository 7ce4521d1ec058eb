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


def _links(incident: Incident) -> tuple[CrimeLink, ...]:
    rows = incident.links.exclude(band="none", decided="").select_related("crime__victim")
    rows = rows.prefetch_related("crime__cancelled_here").defer("crime__text")
    return tuple(rows.order_by(F("probability").desc(nulls_first=True), "crime_id"))


def _read(person: Person, purpose: str, *, blind: bool, **which: object) -> IncidentFile:
    with transaction.atomic():
        held = Incident.objects.all() if blind else Incident.objects.select_related("screened")
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
            links=() if blind else _links(incident),
        )
        # Last, since nobody else can write to the ledger until this transaction is over.
        keep(
            person.reference,
            "incident.read",
            reference("incident", incident.incident_id),
            {"purpose": purpose},
        )
        return file
