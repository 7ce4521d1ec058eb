"""What the rules say to a recording decision, and what follows from one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstpoint.casework import Incomplete, Person, Transition
from firstpoint.workbench.accounts import people
from firstpoint.workbench.incidents.facts import facts_of, faults_of
from firstpoint.workbench.incidents.questions import form_of_facts
from firstpoint.workbench.incidents.verdicts import facts_found, required_by, required_in
from firstpoint.workbench.work.handling import Given, Handling
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import open_item

REMOVING = ("not_a_crime", "crime_related", "transfer")


def against_the_rules(item: WorkItem, move: Transition, case: Given) -> bool:
    """Whether the step would leave unrecorded what the rules require on the facts found, or as decided."""
    asked = [required_in(case, str(item.incident_id))]
    if kept := item.particulars.get("facts"):
        asked.append(required_by(kept))
    if move.transition == "reported_incident":
        return any(each.asks_for_crimes for each in asked)
    return any(each.asks_to_record for each in asked)


def conditions(_item: WorkItem, _move: Transition, _person: Person, given: Given, _now: datetime) -> None:
    """Raise Incomplete where the facts given cannot be those of a report."""
    if given.get("facts") is not None and (faults := faults_of(given["facts"])):
        raise Incomplete(faults)


def drafted(item: WorkItem, posted: Mapping[str, str], case: Given) -> Mapping[str, Any]:
    """The form of the facts as written, as decided or as found, and what the rules require on them."""
    written = facts_of(posted)
    kept = item.particulars.get("facts")
    if written is None and not kept and "required" in case:
        found = facts_found(str(item.incident_id), item.received_at, case["screened"])
        return {"facts": form_of_facts(found, case["required"] if found["allegations"] else None)}
    facts = written if isinstance(written, Mapping) else kept
    form = form_of_facts(facts or facts_found(str(item.incident_id), item.received_at))
    told = {} if written is None else faults_of(written)
    basis = "On the facts as written here." if written is not None else "On the facts as they were decided."
    return {"facts": form, "required": form.required, "faults": told, "basis": basis}


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Set off what a step sets off: a task for who has to find something out, or to tell somebody."""
    by = step.by.person.reference
    if facts := step.given.get("facts"):
        item.particulars = {**item.particulars, "facts": facts}
        item.save(update_fields=["particulars"])
    if step.transition == "need_information":
        asked = {name: step.given[name] for name in ("information_needed", "information_from")}
        task = open_item(
            "information",
            by=by,
            now=now,
            because="asked",
            incident=item.incident,
            origin=item,
            priority=item.priority,
            particulars=asked,
        )
        # Whoever is asked finds it under their own name, not under the unit of the report.
        task.unit = asked["information_from"]
        task.save(update_fields=["unit"])
    if step.transition == "endorse" and _removal(item).get("victim_told") == "to_be_told":
        open_item("telling", by=by, now=now, because="removed", incident=item.incident, origin=item)


def removal_step(item: WorkItem) -> Step | None:
    """The step that asked for the removal, when one did."""
    return (
        item.steps.filter(transition__in=REMOVING, undone=False)
        .select_related("by", "item")
        .order_by("-pk")
        .first()
    )


def _removal(item: WorkItem) -> Mapping[str, Any]:
    step = removal_step(item)
    return step.given if step else {}


def prefilled(item: WorkItem) -> Mapping[str, Any]:
    """The crimes with which something found elsewhere brought the report back, to begin with."""
    crimes = item.particulars.get("crimes")
    return {"crimes": crimes} if crimes else {}


def beside(item: WorkItem) -> Mapping[str, Any]:
    """Who put the report on the list by hand and why, where somebody did."""
    put_on = item.particulars.get("put_on")
    if not put_on:
        return {}
    name = people.names().get(put_on["by"], put_on["by"])
    return {"put_on": {"name": name, "reason": put_on["reason"]}}


HANDLING = Handling(
    beside=beside,
    panel="workbench/panel_put_on.html",
    prefilled=prefilled,
    against=against_the_rules,
    conditions=conditions,
    follows=follows,
    drafted=drafted,
    drafts="workbench/facts.html",
)
