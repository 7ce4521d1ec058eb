"""What the rules say to a recording decision, and what follows from one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstpoint.casework import Transition
from firstpoint.workbench.incidents.verdicts import required_of_work
from firstpoint.workbench.work.handling import Handling
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import open_item

REMOVING = ("not_a_crime", "crime_related", "transfer")


def against_the_rules(item: WorkItem, move: Transition) -> bool:
    """Whether the step would leave unrecorded what the rules require on the facts found."""
    required = required_of_work(str(item.incident_id))
    return required.asks_for_crimes if move.transition == "reported_incident" else required.asks_to_record


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Set off what a step sets off: a task for who has to find something out, or to tell somebody."""
    by = step.by.person.reference
    if step.transition == "need_information":
        asked = {name: step.given[name] for name in ("information_needed", "information_from")}
        open_item(
            "information",
            by=by,
            now=now,
            because="asked",
            incident=item.incident,
            origin=item,
            priority=item.priority,
            particulars=asked,
        )
    if step.transition == "endorse" and _removal(item).get("victim_told") == "to_be_told":
        open_item("telling", by=by, now=now, because="removed", incident=item.incident, origin=item)


def removal_step(item: WorkItem) -> Step | None:
    """The step that asked for the removal, when one did."""
    return item.steps.filter(transition__in=REMOVING).select_related("by", "item").order_by("-pk").first()


def _removal(item: WorkItem) -> Mapping[str, Any]:
    step = removal_step(item)
    return step.given if step else {}


def when_checking(item: WorkItem) -> Mapping[str, Any]:
    """What the rules require, for the page on which a decision is checked before it is saved."""
    return {"required": required_of_work(str(item.incident_id))}


HANDLING = Handling(against=against_the_rules, follows=follows, when_checking=when_checking)
