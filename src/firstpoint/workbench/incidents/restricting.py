"""Restricted incidents, which open only to people who are named for them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from firstpoint.casework import Person
from firstpoint.errors import NotAllowed
from firstpoint.workbench.incidents.models import Grant, Restriction
from firstpoint.workbench.ledger.keeping import reference


class Shut(NotAllowed):
    """The incident is restricted, and this person has no grant; the refusal belongs in the ledger."""


def is_shut(person: Person, incident_ids: Collection[str]) -> frozenset[str]:
    """Those of some incidents that are restricted and to which this person has no grant now."""
    restricted = Restriction.objects.filter(incident_id__in=incident_ids)
    standing = Q(until=None) | Q(until__gt=timezone.now())
    granted = Grant.objects.filter(standing, holder=person.reference).values("restriction")
    return frozenset(restricted.exclude(pk__in=granted).values_list("incident_id", flat=True))


def refuse_if_shut(person: Person, incident_id: str) -> None:
    """Raise Shut where an incident is restricted and this person has no grant."""
    if is_shut(person, [incident_id]):
        raise Shut(
            "This incident is restricted to people who are named for it.",
            where=reference("incident", incident_id),
            remedy="Ask the registrar, who can name you.",
        )
