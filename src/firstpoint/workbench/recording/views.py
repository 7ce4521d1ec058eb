"""Reports put on the list by hand, removals that wait for a second person, and decisions that came late."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint import casework
from firstpoint.casework import Incomplete
from firstpoint.workbench.answers import answers
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.restricting import is_shut, refuse_if_shut
from firstpoint.workbench.recording import lateness, removals
from firstpoint.workbench.recording.handling import REMOVING
from firstpoint.workbench.recording.putting_on import ASKED, decision_on, put_on_list
from firstpoint.workbench.work.cases import incident_by_key

_FILTERS = ("opened_as", "unit", "find", "decision", "late")


@page("recording.put_on")
@require_http_methods(["GET", "POST"])
def put_on(request: Signed, key: int) -> HttpResponse:
    """Why a report should be decided; the report itself is not shown here."""
    now, incident = timezone.now(), incident_by_key(key)
    refuse_if_shut(request.user.person, incident.incident_id)
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            put_on_list(incident, request.user, answers(request.POST, ASKED), now)
        except Incomplete as missing:
            faults = missing.faults
        else:
            messages.success(request, f"{incident.incident_id} is on the list to decide.")
            return redirect("incident", key)
    context = {
        "incident_id": incident.incident_id,
        "key": key,
        "late": casework.is_late(casework.deadline(incident.received_at), now),
        "there": decision_on(incident.incident_id),
        "asked": ASKED,
        "faults": faults,
        "given": request.POST,
    }
    return render(request, "workbench/put_on_list.html", context, status=400 if faults else 200)


@page("removals.list")
@require_GET
def waiting(request: Signed) -> HttpResponse:
    """The removals that wait for a second person."""
    return _list(request)


@page("removals.endorse")
@require_http_methods(["GET", "POST"])
def endorse(request: Signed) -> HttpResponse:
    """The page between ticking removals and endorsing them: each is shown, and the whole is confirmed."""
    ticked = list(dict.fromkeys(request.POST.getlist("tick")))
    if request.method == "GET":
        return redirect("removals")
    if not ticked:
        return _list(request, "Tick the removals that you want to look at together")
    if len(ticked) > removals.MOST_TOGETHER:
        return _list(request, f"Tick at most {removals.MOST_TOGETHER}: each has to be read")
    if request.POST.get("step") != "endorse":
        return _interruption(request, ticked)
    if request.POST.get("confirm") != "yes":
        return _interruption(request, ticked, "Confirm that you have read each of them")
    endorsed, skipped = removals.endorse_each(ticked, request.user, timezone.now())
    told = "1 removal was endorsed." if len(endorsed) == 1 else f"{len(endorsed)} removals were endorsed."
    messages.success(request, " ".join([told, *(f"Skipped {each}" for each in skipped)]))
    return redirect("removals")


@page("recording.late")
@require_GET
def late(request: Signed) -> HttpResponse:
    """The decisions that came late in one week, with their reasons."""
    weeks = lateness.weeks(timezone.now())
    asked = {each.isoformat(): each for each in weeks}.get(request.GET.get("week", ""), weeks[0])
    unit = request.GET.get("unit", "").replace("\x00", "").strip()[:100]
    rows = lateness.late_in_week(asked, unit)
    context = {
        "weeks": weeks,
        "week": asked,
        "unit": unit,
        "rows": rows,
        "most": lateness.MOST_SHOWN,
        "shut": is_shut(request.user.person, [str(each.step.item.incident_id) for each in rows]),
    }
    return render(request, "workbench/late.html", context)


def _list(request: Signed, fault: str = "") -> HttpResponse:
    now, own = timezone.now(), request.user.person.reference
    asked = {name: request.GET.get(name, "").replace("\x00", "").strip()[:100] for name in _FILTERS}
    rows = [(work, removals.is_own(work, own)) for work in removals.waiting(now, asked)]
    moves = {name: casework.transition("recording", name).title for name in REMOVING}
    context = {
        "rows": rows,
        "now": now,
        "asked": asked,
        "decisions": moves,
        "shut": is_shut(request.user.person, [str(work.incident_id) for work, _ in rows]),
        "may_endorse": request.user.may("removals.endorse"),
        "most": removals.MOST_SHOWN,
        "faults": {"ticks": fault} if fault else {},
    }
    return render(request, "workbench/removals.html", context, status=400 if fault else 200)


def _interruption(request: Signed, ticked: Sequence[str], fault: str = "") -> HttpResponse:
    shown = removals.looked_at(ticked, request.user)
    context = {
        "ready": [each for each in shown if not each.why_not],
        "refused": [each for each in shown if each.why_not],
        "faults": {"confirm": fault} if fault else {},
    }
    return render(request, "workbench/endorse_together.html", context, status=400 if fault else 200)
