"""The registrar's advice on which a chief officer decides, and whether it still holds."""

from __future__ import annotations

from datetime import datetime

from firstpoint.workbench.work.models import Step, WorkItem


def advice_on(item: WorkItem) -> Step | None:
    """The registrar's advice, where nothing was put to the request since: no information, no other facts."""
    steps = item.steps.filter(transition__in=("advise", "supply"), undone=False)
    last = steps.select_related("by").order_by("-pk").first()
    if last is None or last.transition != "advise":
        return None
    anew = item.particulars.get("facts_said_at")
    return None if anew and datetime.fromisoformat(anew) > last.at else last
