"""Referrals and safeguarding, counted: what was raised, sent, refused, failed, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from statistics import median

from attrs import frozen
from django.db.models import Count, Q

from firstpoint.casework.clocks import LONDON
from firstpoint.workbench.referrals.models import FAILED, OPTED_OUT, SENT, WAITING, Referral
from firstpoint.workbench.work.models import Step, WorkItem

WEEKS = 12


@frozen
class Week:
    """The referrals raised in one week that begins on ``monday``, by what became of them."""

    monday: date
    raised: int
    sent: int
    waiting: int
    failed: int
    opted_out: int
    median_hours: float | None


@frozen
class Asked:
    """Safeguarding questions: waiting, overdue, seen to in time and late, and not needed."""

    waiting: int
    overdue: int
    in_time: int
    late: int
    not_needed: int


def by_week(now: datetime) -> Sequence[Week]:
    """The last weeks, the newest first, those without a referral left out."""
    today = now.astimezone(LONDON).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    weeks: dict[date, list[Referral]] = {}
    for each in Referral.objects.filter(raised_at__date__gte=first).only("raised_at", "state", "sent_at"):
        day = each.raised_at.astimezone(LONDON).date()
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(each)
    return [_week(monday, weeks[monday]) for monday in sorted(weeks, reverse=True)]


def safeguarding(now: datetime) -> Asked:
    """What became of the safeguarding questions."""
    counts = WorkItem.objects.filter(kind="safeguarding").aggregate(
        waiting=Count("pk", filter=Q(open=True)),
        overdue=Count("pk", filter=Q(open=True, due_at__lt=now)),
        not_needed=Count("pk", filter=Q(state="not_needed")),
    )
    done = Step.objects.filter(item__kind="safeguarding", transition="do", undone=False)
    late = done.filter(late=True).count()
    return Asked(in_time=done.count() - late, late=late, **counts)


def waiting_or_failed(most: int = 200) -> Sequence[Referral]:
    """The referrals that people may have to look at: failed ones first, then those that wait longest."""
    rows = Referral.objects.filter(state__in=(FAILED, WAITING)).order_by("state", "raised_at")
    return list(rows[:most])


def _week(monday: date, raised: Sequence[Referral]) -> Week:
    states = [each.state for each in raised]
    hours = [(each.sent_at - each.raised_at).total_seconds() / 3600 for each in raised if each.sent_at]
    return Week(
        monday=monday,
        raised=len(raised),
        sent=states.count(SENT),
        waiting=states.count(WAITING),
        failed=states.count(FAILED),
        opted_out=states.count(OPTED_OUT),
        median_hours=median(hours) if hours else None,
    )
