"""The recording decision, and the second person's look at a removal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint import casework
from firstpoint.casework import Incomplete, Transition
from firstpoint.vocabulary import offence_classes
from firstpoint.workbench.answers import answers, crime_lines, version
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.presenting import presented
from firstpoint.workbench.incidents.reading import read_incident
from firstpoint.workbench.incidents.verdicts import OpenCrimes, RequiredOf, class_title, required_of_work
from firstpoint.workbench.recording import deciding
from firstpoint.workbench.recording.models import KIND, RecordingWork
from firstpoint.workbench.recording.removals import (
    history,
    incident_key,
    latest_removal,
    moves_now,
    waiting,
    work_to_do,
)

_DECISIONS = ("record", "reported_incident", "not_a_crime", "need_information")
_ENDORSEMENTS = ("endorse", "return")
_REMOVING = ("not_a_crime", "endorse")
_SPARE_LINES = 2


@page("recording.decide")
@require_http_methods(["GET", "POST"])
def decide(request: Signed, key: int) -> HttpResponse:
    """The decision on a report: asked, checked, saved."""
    return _move(request, key, _DECISIONS, "decide")


@page("recording.reopen")
@require_http_methods(["GET", "POST"])
def reopen(request: Signed, key: int) -> HttpResponse:
    """Putting a decided report back on the list."""
    return _move(request, key, ("reopen",), "reopen")


@page("removals.list")
@require_GET
def removals(request: Signed) -> HttpResponse:
    """The removals that wait for a second person."""
    own = request.user.person.reference
    rows = [(work, work.is_own_removal(own)) for work in waiting()]
    context = {"rows": rows, "now": timezone.now(), "may_endorse": request.user.may("removals.endorse")}
    return render(request, "workbench/removals.html", context)


@page("removals.endorse")
@require_http_methods(["GET", "POST"])
def endorse(request: Signed, key: int) -> HttpResponse:
    """A team leader's look at one removal: endorse it or return it."""
    return _move(request, key, _ENDORSEMENTS, "endorse")


def _move(request: Signed, key: int, names: tuple[str, ...], purpose: str) -> HttpResponse:
    work = work_to_do(key)
    # The first of the moves stands for all: they start from the same states and ask the same of the person.
    _refuse_early(work, casework.transition(KIND, names[0]), request)
    if request.method == "GET" or request.POST.get("step") == "change":
        return _form(request, work, names, purpose)
    chosen = request.POST.get("decision", "") if len(names) > 1 else names[0]
    if chosen not in names:
        return _form(request, work, names, purpose, {"decision": "Select what to do"})
    move = casework.transition(KIND, chosen)
    given = answers(request.POST, move.asks)
    seen = version(request.POST)
    try:
        if request.POST.get("step") == "save":
            deciding.decide(key, seen, move, request.user, given, timezone.now())
            messages.success(request, f"{work.incident_id}: {move.says}")
            return redirect("removals" if purpose == "endorse" else "incidents")
        deciding.check_decision(work, seen, move, request.user, given, timezone.now())
    except Incomplete as faults:
        return _form(request, work, names, purpose, faults.faults)
    return _check_page(request, work, move, given, purpose)


def _refuse_early(work: RecordingWork, move: Transition, request: Signed) -> None:
    """Raise Moved or NotAllowed before anybody writes a rationale in vain."""
    try:
        deciding.check_decision(
            work, version(request.POST) or work.version, move, request.user, {}, timezone.now()
        )
    except Incomplete:
        return


def _form(
    request: Signed,
    work: RecordingWork,
    names: tuple[str, ...],
    purpose: str,
    faults: Mapping[str, str] | None = None,
) -> HttpResponse:
    file = read_incident(request.user.person, incident_key(work), purpose)
    shown = presented(file)
    now = timezone.now()
    context = {
        **shown,
        "work": work,
        "now": now,
        "late": work.is_late(now),
        "moves": [casework.transition(KIND, name) for name in names],
        "faults": dict(faults or {}),
        "given": request.POST,
        "lines": _lines(request, shown["required"]),
        "classes": _current_classes(),
        "purpose": purpose,
        "removal": latest_removal(work) if purpose == "endorse" else None,
        "decisions": history(work),
        "own_moves": moves_now(work, request.user),
    }
    return render(request, "workbench/decide.html", context, status=400 if faults else 200)


def _check_page(
    request: Signed, work: RecordingWork, move: Transition, given: Mapping[str, Any], purpose: str
) -> HttpResponse:
    asked = [each for each in move.asks if given.get(each.name)]
    required = required_of_work(work.incident_id)
    context = {
        "work": work,
        "required": required,
        "against": required.asks_to_record
        and (move.transition in _REMOVING or (required.asks_for_crimes and move.to_state == "reported")),
        "incident_key": incident_key(work),
        "move": move,
        "rows": [(each, _said(each, given[each.name])) for each in asked],
        "posted": [
            (name, value)
            for name, value in request.POST.items()
            if name not in ("step", "csrfmiddlewaretoken")
        ],
        "purpose": purpose,
        "now": timezone.now(),
    }
    return render(request, "workbench/check_decision.html", context)


def _said(asked: casework.Particular, answer: Any) -> list[str]:
    if asked.form == "crimes":
        return [f"{line['count']} × {line['ho_class']} {class_title(line['ho_class'])}" for line in answer]
    if asked.form == "choice":
        return [each.title for each in asked.choices if each.choice == answer]
    return str(answer).split("\n")


def _lines(request: Signed, required: RequiredOf) -> list[dict[str, str]]:
    if request.method == "POST":
        written = crime_lines(request.POST)
    else:
        written = [{"ho_class": each.ho_class, "count": str(each.count)} for each in required.crimes]
        written += [{"ho_class": "", "count": str(each.count)} for each in required.open]
    spare = ({"ho_class": "", "count": ""} for _ in range(_SPARE_LINES))
    titles = dict(_current_classes())
    still_open = iter(required.open)
    lines = [{**line, "title": titles.get(line["ho_class"], "")} for line in (*written, *spare)]
    for line in lines:
        if line["count"] and not line["ho_class"]:
            line["title"] = _to_complete(next(still_open, None))
    return lines


def _to_complete(crime: OpenCrimes | None) -> str:
    """What stands beside a line whose class has to be entered."""
    if crime is None:
        return "Enter the class"
    settle = f": find out {'; '.join(crime.settle)}" if crime.settle else ""
    return f"{crime.offence.capitalize()}, class open{settle}. Enter the class"


def _current_classes() -> list[tuple[str, str]]:
    return [(each.code, each.title) for each in offence_classes().values() if each.current]
