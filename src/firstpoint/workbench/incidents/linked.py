"""Crimes linked to incidents that they do not name as written: which links stand, and what people say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from firstpoint.errors import Refused
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Crime, CrimeLink, Incident
from firstpoint.workbench.incidents.restricting import refuse_if_shut
from firstpoint.workbench.ledger.keeping import keep, reference

MOST_SHOWN = 200
HOW = {
    "formatting": "by its reference, written differently",
    "slip": "by its reference, one slip away",
    "likeness": "by likeness",
}
SAYS = ("same", "other")  # that the crime belongs to the report, or does not


def standing() -> QuerySet[CrimeLink]:
    """The links by which a crime counts as recorded for an incident: none where it names one that is held."""
    named = Incident.objects.filter(incident_id=OuterRef("crime__incident_id"))
    elsewhere = CrimeLink.objects.filter(crime_id=OuterRef("crime_id"), decided="same")
    linked = Q(band="linked", decided="") & ~Exists(elsewhere)
    return CrimeLink.objects.filter(Q(decided="same") | linked).exclude(Exists(named))


def crimes_tied_to(incidents: QuerySet[Incident] | None = None) -> Mapping[str, str]:
    """The incident of each crime that a link ties to one of some incidents (of all, where none are given)."""
    rows = standing() if incidents is None else standing().filter(incident__in=incidents)
    pairs = rows.values_list("crime_id", "incident_id")
    return {str(crime_id): str(incident_id) for crime_id, incident_id in pairs}


def changed_since(moment: datetime) -> frozenset[str]:
    """The incidents of which a link was found or decided since a moment."""
    rows = CrimeLink.objects.filter(changed_at__gte=moment)
    return frozenset(map(str, rows.values_list("incident_id", flat=True)))


def whether_linked() -> Exists:
    """Whether an incident that is asked for has any link."""
    return Exists(CrimeLink.objects.filter(incident_id=OuterRef("incident_id")))


def links_of(incident_id: str) -> dict[str, CrimeLink]:
    """The links of an incident by their crime, those left out that are no longer found."""
    rows = CrimeLink.objects.filter(incident_id=incident_id)
    return {str(each.crime_id): each for each in rows if each.band != "none" or each.decided}


def crimes_of(links: Mapping[str, CrimeLink]) -> QuerySet[Crime]:
    """The crimes of some links, for the reader, which writes the look to the ledger."""
    return Crime.objects.filter(crime_id__in=links)


def for_review() -> Sequence[CrimeLink]:
    """The links on which nobody has decided yet and that do not stand by themselves, the likeliest first."""
    open_ones = CrimeLink.objects.filter(band="review", decided="")
    settled = CrimeLink.objects.filter(crime_id=OuterRef("crime_id"), decided="same")
    rows = open_ones.exclude(Exists(settled)).select_related("incident", "crime")
    rows = rows.defer("incident__text", "crime__text")
    return list(rows.order_by(F("probability").desc(nulls_last=True), "crime_id", "pk")[:MOST_SHOWN])


def decide(key: int, said: str, user: User, now: datetime) -> CrimeLink:
    """Let what somebody says of a link stand; it can be said anew.

    Raises Shut for a restricted incident, and Refused where the crime was said to belong to another.
    """
    with transaction.atomic():
        rows = CrimeLink.objects.select_for_update(of=("self",)).select_related("incident", "crime")
        link = rows.defer("incident__text", "crime__text").filter(pk=key).first()
        if link is None:
            raise Http404
        refuse_if_shut(user.person, link.incident_id)
        others = CrimeLink.objects.filter(crime_id=link.crime_id, decided="same").exclude(pk=key)
        if said == "same" and others.exists():
            raise _taken(link)
        link.decided, link.changed_by, link.changed_at = said, user.person.reference, now
        try:
            with transaction.atomic():
                link.save(update_fields=["decided", "changed_by", "changed_at"])
        except IntegrityError:
            # Somebody else said so of another report between the look and the writing.
            raise _taken(link) from None
        detail = {"incident": link.incident_id, "said": said, "how": link.how}
        keep(user.person.reference, "link.decided", reference("crime", link.crime_id), detail)
    return link


def _taken(link: CrimeLink) -> Refused:
    return Refused(
        "This crime was said to belong to another report.",
        where=reference("crime", link.crime_id),
        remedy="Say of that one first that it does not.",
    )
