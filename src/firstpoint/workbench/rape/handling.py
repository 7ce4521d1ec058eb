"""What opens a reported incident, and what its confirmation sets off: the crime at once, rightly classed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstpoint import casework, counting
from firstpoint.casework import Person, Transition
from firstpoint.errors import FirstpointError, Refused
from firstpoint.screening.facts import report_clock
from firstpoint.vocabulary import reported_incidents
from firstpoint.workbench.recording.bringing_back import bring_back
from firstpoint.workbench.work.handling import Given, Handling
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import open_item
from firstpoint.workbench.work.stepping import follow_on

#: What each family of reported incidents becomes once it is confirmed, in the words of the facts.
KIND_OF_CRIME = {"N100": "rape", "N200": "modern_slavery", "N300": "murder"}


def opened_by_a_decision(item: WorkItem, step: Step, now: datetime) -> None:
    """Open the review of a reported incident that a recording decision made, where none is open."""
    if step.transition != "reported_incident":
        return
    if WorkItem.objects.filter(kind="n100", incident=item.incident, open=True).exists():
        return
    open_item(
        "n100",
        by=step.by.person.reference,
        now=now,
        because="decided",
        incident=item.incident,
        origin=item,
        priority=item.priority,
        particulars={"reported_code": step.given["reported_code"]},
        authors={"reported_incident": [step.by.person.reference]},
    )


def conditions(item: WorkItem, move: Transition, _person: Person, given: Given, _now: datetime) -> None:
    """Raise Refused where a confirmation gives no crime that the rules can class."""
    if move.transition == "confirm" and given:
        crimes_of(item, given)


def crimes_of(item: WorkItem, given: Given) -> list[dict[str, Any]]:
    """The crimes that a confirmed reported incident must become, by the counting rules of the report's day.

    Raises Refused where the rules give none on the age and sex that were given.
    """
    moment, _ = report_clock(item.received_at)
    victim = {"id": "v1", "age_band": given["victim_age"], "sex": given["victim_sex"]}
    report = {
        "schema_version": 1,
        "report_id": "confirmed",
        "reported_at": moment.isoformat(),
        "reporter": {"role": "victim"},
        "victims": [victim],
        "allegations": [{"id": "a1", "kind": _kind(item), "victims": ["v1"]}],
    }
    try:
        verdict = counting.count_report(report)
    except FirstpointError as fault:
        raise _cannot(fault.message) from fault
    if verdict["decision"] != "record" or not verdict["crimes"]:
        raise _cannot("The rules ask for more facts than age and sex.")
    return [{"ho_class": each["ho_class"], "count": each["count"]} for each in verdict["crimes"]]


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Decide the crime in the name of who confirmed it."""
    if step.transition != "confirm" or item.incident is None:
        return
    crimes = crimes_of(item, step.given)
    reason = f"The reported incident {item.particulars.get('reported_code', '')} was confirmed."
    work = bring_back(
        item.incident, step.by, now, because="confirmed", reason=reason, crimes=crimes, origin=item
    )
    given = {
        "crimes": crimes,
        "rationale": step.given["rationale"],
        "late_reason": f"{reason} The clock of the first report was over." if work.is_late(now) else "",
    }
    follow_on(work, casework.transition("recording", "record"), step.by, given, now)


def beside(item: WorkItem) -> Mapping[str, Any]:
    """Under which code it is reported, in words."""
    code = str(item.particulars.get("reported_code", ""))
    found = reported_incidents().get(code)
    return {"reported_code": code, "reported_title": found.title if found else ""}


def _kind(item: WorkItem) -> str:
    return KIND_OF_CRIME.get(str(item.particulars.get("reported_code", ""))[:4], "rape")


def _cannot(why: str) -> Refused:
    return Refused(
        f"The rules give no class for this: {why}",
        where="confirm",
        remedy="Decide it on the list of reports to decide, where all facts can be given.",
    )


HANDLING = Handling(
    conditions=conditions,
    follows=follows,
    beside=beside,
    panel="workbench/panel_reported.html",
    pages=(
        ("The daily check", "n100-check", "n100.see"),
        ("Those that became no crime", "n100-no-crime", "n100.oversee"),
    ),
)
