"""What was cancelled here and stands so: beside the force's own records, which only an extract changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen
from django.db.models import Count, Q

from firstpoint.workbench.cancellation.models import CancelledHere
from firstpoint.workbench.work.models import Step, WorkItem

MOST_SHOWN = 500


@frozen
class OfCategory:
    """How many of one category are in effect, were reversed, and took effect without the victim told."""

    code: str
    in_effect: int
    reversed: int
    untold: int


def cancelled_now(*crime_ids: str) -> frozenset[str]:
    """Those of some crimes (of all, where none is named) that were cancelled or transferred here."""
    rows = CancelledHere.objects.filter(reversed_at=None)
    if crime_ids:
        rows = rows.filter(crime_id__in=crime_ids)
    return frozenset(map(str, rows.values_list("crime_id", flat=True)))


def changed_since(moment: datetime) -> frozenset[str]:
    """The incidents of which a crime was cancelled here, or stands again, since a moment."""
    rows = CancelledHere.objects.filter(Q(since__gte=moment) | Q(reversed_at__gte=moment))
    found = rows.filter(crime__incident_id__isnull=False).values_list("crime__incident_id", flat=True)
    return frozenset(map(str, found))


def take_effect(item: WorkItem, step: Step, now: datetime) -> None:
    """Let a cancellation or transfer that was decided stand from now on."""
    CancelledHere.objects.create(
        item=item,
        crime_id=str(item.crime_id),
        code=item.particulars.get("cancellation_code", ""),
        since=now,
        victim_told=step.transition == "tell",
    )


def undo(item: WorkItem, now: datetime) -> None:
    """Let the crime stand again."""
    CancelledHere.objects.filter(item=item, reversed_at=None).update(reversed_at=now)


def by_category() -> Sequence[OfCategory]:
    """The cancellations and transfers decided here, counted by category."""
    untold = Q(reversed_at=None, item__steps__transition="cannot_tell")
    rows = CancelledHere.objects.values("code").annotate(
        in_effect=Count("pk", filter=Q(reversed_at=None), distinct=True),
        reversed=Count("pk", filter=Q(reversed_at__isnull=False), distinct=True),
        untold=Count("pk", filter=untold, distinct=True),
    )
    return [OfCategory(**row) for row in rows.order_by("code")]


def listed(show: str) -> Sequence[CancelledHere]:
    """Those in effect, those ``reversed``, or those whose victim was ``untold``, the newest first."""
    # References and standing alone: a look at this list is no look at a person's data.
    shown = ("code", "since", "victim_told", "reversed_at", "item__kind", "crime__crime_id")
    rows = CancelledHere.objects.select_related("item", "crime").only(
        *shown, "crime__status", "crime__incident_id"
    )
    chosen = {
        "reversed": rows.filter(reversed_at__isnull=False),
        "untold": rows.filter(reversed_at=None, item__steps__transition="cannot_tell").distinct(),
    }.get(show, rows.filter(reversed_at=None))
    return list(chosen.order_by("-since", "-pk")[:MOST_SHOWN])
