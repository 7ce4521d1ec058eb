"""Finding incidents and crimes: by words of the log, by reference, by place, by the reference of a person.

To look for something is to look at what is held of people: each search is kept in the ledger, with a digest
of what was looked for and never the words. What is found shows references, times and codes; of a restricted
incident only that there is one, to whoever is not named for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from firstpoint.casework import Person
from firstpoint.workbench.incidents.models import Crime, Incident
from firstpoint.workbench.incidents.restricting import is_shut
from firstpoint.workbench.incidents.words import holding
from firstpoint.workbench.ledger.keeping import keep, text_digest
from firstpoint.workbench.paging import counted

MOST_SHOWN = 100
WAYS = {
    "words": "Words of the log",
    "reference": "Reference of an incident or crime",
    "place": "Place",
    "person": "Reference of a victim",
}


@frozen
class FoundRow:
    """An incident or a crime that was found; ``shut`` ones show nothing but their reference.

    ``key`` is that of the incident's page; None for a crime whose incident is not held.
    """

    about: str
    reference: str
    key: int | None
    at: datetime | None = None
    code: str = ""
    unit: str = ""
    shut: bool = False


@frozen
class Found:
    """What a search found: how many incidents and crimes (None: more than are counted), the newest first."""

    incidents: int | None
    crimes: int | None
    rows: tuple[FoundRow, ...]


def find(person: Person, way: str, asked: str) -> Found:
    """The incidents and crimes that a search of one of WAYS finds, with the search kept in the ledger."""
    with transaction.atomic():
        incidents, crimes = _sought(way, asked)
        found = Found(counted(incidents), counted(crimes), _rows(person, incidents, crimes))
        keep(
            person.reference,
            "incidents.searched",
            f"{way}:{text_digest(' '.join(asked.split()).casefold())}",
            {"found": len(found.rows)},
        )
    return found


def _sought(way: str, asked: str) -> tuple[QuerySet[Incident], QuerySet[Crime]]:
    if way == "words":
        return holding(asked), Crime.objects.none()
    if way == "reference":
        return (
            Incident.objects.filter(begins("incident_id", asked)),
            Crime.objects.filter(begins("crime_id", asked)),
        )
    if way == "place":
        here = _place(asked)
        return Incident.objects.filter(here), Crime.objects.filter(here)
    crimes = Crime.objects.filter(begins("victim__victim_id", asked))
    return Incident.objects.filter(incident_id__in=crimes.values("incident_id")), crimes


def begins(field: str, words: str) -> Q:
    """That a column begins with these words, said so that its index answers on either database."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": words, f"{field}__lt": f"{words}\U0010ffff"})
    return Q(**{f"{field}__startswith": words})


def _place(asked: str) -> Q:
    """An area by its name as people write it, or half a kilometre round an easting and a northing."""
    parts = asked.replace(",", " ").split()
    if len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) <= 7 for part in parts):
        east, north = (int(part) for part in parts)
        return Q(easting__range=(east - 500, east + 500), northing__range=(north - 500, north + 500))
    ways = {asked, asked.lower(), asked.upper(), asked.title(), asked.capitalize()}
    wanted = Q()
    for each in sorted(ways):
        wanted |= begins("area", each)
    return wanted


def _rows(person: Person, incidents: QuerySet[Incident], crimes: QuerySet[Crime]) -> tuple[FoundRow, ...]:
    first = list(incidents.defer("text").order_by("-received_at", "incident_id")[:MOST_SHOWN])
    also = list(
        crimes.defer("text").order_by(F("reported_at").desc(nulls_last=True), "crime_id")[:MOST_SHOWN]
    )
    pages = _pages(each.incident_id for each in also)
    named = {each.incident_id for each in first} | {each.incident_id for each in also}
    shut = is_shut(person, [each for each in named if each])
    return (
        *(_masked(_of_incident(each), each.incident_id in shut) for each in first),
        *(_masked(_of_crime(each, pages), each.incident_id in shut) for each in also),
    )


def _pages(incident_ids: Iterable[str | None]) -> dict[str, int]:
    held = Incident.objects.filter(incident_id__in={each for each in incident_ids if each})
    return dict(held.values_list("incident_id", "pk"))


def _of_incident(each: Incident) -> FoundRow:
    return FoundRow(
        "incident", each.incident_id, each.pk, each.received_at, each.opening_code or "", each.unit or ""
    )


def _of_crime(each: Crime, pages: dict[str, int]) -> FoundRow:
    code = " ".join(part for part in (each.ho_class, each.title) if part)
    return FoundRow(
        "crime", each.crime_id, pages.get(each.incident_id or ""), each.reported_at, code, each.unit or ""
    )


def _masked(row: FoundRow, shut: bool) -> FoundRow:
    return FoundRow(row.about, row.reference, row.key, shut=True) if shut else row
