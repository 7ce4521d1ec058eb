"""Records of crimes as the question of a cancellation knows them: class, code, day, standing, no person."""

from __future__ import annotations

from django.http import Http404

from firstpoint.workbench.cancellation.asking import Question, Record
from firstpoint.workbench.cancellation.effect import cancelled_now
from firstpoint.workbench.incidents.models import Crime
from firstpoint.workbench.times import in_london
from firstpoint.workbench.work.models import WorkItem

GONE = ("cancelled", "transferred")


def key_of(reference: str) -> int | None:
    """The key of a crime by the force's own reference; None where none is held."""
    return Crime.objects.filter(crime_id=reference).values_list("pk", flat=True).first()


def held(key: int) -> Crime:
    """One crime, held so that nobody else opens work on it meanwhile; Http404 when there is none."""
    found = Crime.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def record_of(crime: Crime) -> Record:
    """What the rules have to know of a record."""
    status = (crime.status or "").lower()
    if crime.crime_id in cancelled_now(crime.crime_id):
        status = "cancelled"
    recorded_at = in_london(crime.recorded_at) if crime.recorded_at else None
    return Record(
        crime_id=crime.crime_id,
        ho_class=crime.ho_class or "",
        ho_code=crime.ho_code or "",
        has_victim=bool(crime.victim_id),
        recorded_on=recorded_at.date() if recorded_at else None,
        status=status if status in GONE else "open",
        force=crime.force or "",
    )


def record_named(reference: str) -> Record | None:
    """The record of this reference; None where none is held."""
    found = Crime.objects.filter(crime_id=reference).first() if reference else None
    return record_of(found) if found else None


def question_of(item: WorkItem) -> Question:
    """The question that a request for cancellation or transfer puts to the book."""
    facts = item.particulars.get("facts", {})
    assert item.crime is not None
    return Question(
        record=record_of(item.crime),
        code=str(item.particulars.get("cancellation_code", "")),
        facts=facts,
        duplicate=record_named(facts.get("duplicate_of", "")),
    )
