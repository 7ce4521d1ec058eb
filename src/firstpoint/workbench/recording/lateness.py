"""The decisions that came later than the rules allow, by week and unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from attrs import frozen
from django.db.models import QuerySet

from firstpoint import casework
from firstpoint.casework.clocks import LONDON
from firstpoint.workbench.paging import counted
from firstpoint.workbench.work.models import Step

MOST_SHOWN, WEEKS = 200, 26


@frozen
class Late:
    """A late decision: the step, by how much it was late, and the reason that was given."""

    step: Step
    by: str
    reason: str


def late_decisions(since: datetime, until: datetime | None = None, unit: str = "") -> Sequence[Step]:
    """The decisions taken late since a moment, the newest first: references and times alone."""
    return list(_late(since, until, unit).select_related("item").order_by("-at")[: MOST_SHOWN + 1])


def how_many_late(since: datetime) -> int | None:
    """How many decisions were taken late since a moment; None where they are more than are counted."""
    return counted(_late(since))


def _late(since: datetime, until: datetime | None = None, unit: str = "") -> QuerySet[Step]:
    decisions = [each.transition for each in casework.transitions("recording") if each.when_late]
    rows = Step.objects.filter(
        late=True, undone=False, at__gte=since, item__kind="recording", transition__in=decisions
    )
    if until:
        rows = rows.filter(at__lt=until)
    if unit:
        rows = rows.filter(item__unit__icontains=unit)
    return rows


def late_in_week(monday: date, unit: str) -> list[Late]:
    """The late decisions of the week from a Monday, at most one more than are shown."""
    start = datetime.combine(monday, time(), LONDON)
    end = datetime.combine(monday + timedelta(days=7), time(), LONDON)
    return [
        Late(
            step=each,
            by=casework.time_left(each.item.due_at, each.at) if each.item.due_at else "",
            reason=str(each.given.get("late_reason", "")),
        )
        for each in late_decisions(start, end, unit)
    ]


def weeks(now: datetime) -> list[date]:
    """The Mondays of this week and of those before it, the newest first."""
    today = now.astimezone(LONDON).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in range(WEEKS)]
