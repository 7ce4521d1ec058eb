"""Today's check: each new reported incident, who ticked it off, and which still wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from attrs import frozen
from django.db.models import Q

from firstpoint.casework.clocks import LONDON
from firstpoint.workbench.work.models import Step, WorkItem


@frozen
class Checked:
    """A new reported incident of a day, and the step by which somebody ticked it off, where somebody did."""

    item: WorkItem
    tick: Step | None


def check_of(day: date) -> Sequence[Checked]:
    """The reported incidents opened on a London day, and earlier ones that still wait to be ticked off."""
    start = datetime.combine(day, time(), LONDON)
    end = datetime.combine(day + timedelta(days=1), time(), LONDON)
    of_the_day = Q(opened_at__gte=start, opened_at__lt=end)
    waiting = Q(state="to_check", opened_at__lt=start)
    items = list(WorkItem.objects.filter(of_the_day | waiting, kind="n100").order_by("opened_at", "pk"))
    ticks = {
        step.item_id: step
        for step in Step.objects.filter(item__in=items, transition="tick_off", undone=False).select_related(
            "by", "item"
        )
    }
    return [Checked(item, ticks.get(item.pk)) for item in items]


def no_crime() -> Sequence[tuple[WorkItem, Step | None]]:
    """Reported incidents that became no crime or wait for the registrar, with why, the newest first."""
    states = ("awaiting_oversight", "overseen", "cancelled")
    items = list(WorkItem.objects.filter(kind="n100", state__in=states).order_by("-opened_at", "-pk")[:500])
    why = {
        step.item_id: step
        for step in Step.objects.filter(
            item__in=items,
            transition__in=("other_force", "contrary", "unconfirmed", "cancel"),
            undone=False,
        )
        .select_related("by", "item")
        .order_by("pk")
    }
    return [(item, why.get(item.pk)) for item in items]
