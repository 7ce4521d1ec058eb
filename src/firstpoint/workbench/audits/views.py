"""Audits: progress, blind marking, results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint.casework import Incomplete
from firstpoint.errors import InputError, Refused
from firstpoint.workbench.answers import answers, version
from firstpoint.workbench.audits import marking, sampling
from firstpoint.workbench.audits.models import Audit, SampledReport
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.presenting import presented_blind
from firstpoint.workbench.incidents.reading import read_crime, read_incident_blind
from firstpoint.workbench.incidents.verdicts import class_title

ROWS_A_PAGE = 50


@page("audits.list")
@require_GET
def audits(request: Signed) -> HttpResponse:
    """The audits this person may see."""
    return render(request, "workbench/audits.html", {"audits": list(marking.audits_for(request.user))})


@page("audits.list")
@require_GET
def audit(request: Signed, key: int) -> HttpResponse:
    """One audit: how it was drawn, how far it has come, and an auditor's own reports."""
    found = _audit(request, key)
    marks = request.user if request.user.may("audits.mark") else None
    own = Paginator(marking.own_unmarked_first(found, request.user), ROWS_A_PAGE)
    context = {
        "audit": found,
        "own": own.get_page(request.GET.get("page", "1")),
        "progress": marking.progress_of(found, marks),
        "frame": found.frame,
    }
    return render(request, "workbench/audit.html", context)


@page("audits.mark")
@require_GET
def next_report(request: Signed, key: int) -> HttpResponse:
    """The next report this auditor has to mark, or the audit's page when all are marked."""
    number = marking.next_unmarked(_audit(request, key), request.user)
    return redirect("mark", key, number) if number else redirect("audit", key)


@page("audits.mark")
@require_http_methods(["GET", "POST"])
def mark_report(request: Signed, key: int, number: int) -> HttpResponse:
    """One report, blind: what was said and what is recorded, and the auditor's numbers."""
    report = marking.report_to_mark(key, number, request.user)
    if request.method == "GET":
        return _marking_page(request, report)
    move = marking.move_for(report)
    given = answers(request.POST, (*move.must_give, *move.may_give))
    try:
        marking.mark(report.pk, version(request.POST), request.user, given, timezone.now())
    except Incomplete as faults:
        return _marking_page(request, report, faults.faults)
    messages.success(request, f"Report {number}: {move.says}")
    following = marking.next_unmarked(report.audit, request.user, after=number)
    return redirect("mark", key, following) if following else redirect("audit", key)


@page("audits.results")
@require_GET
def results(request: Signed, key: int) -> HttpResponse:
    """What an audit found, with its intervals; before it is marked to its end, said to be interim."""
    found = _audit(request, key)
    context: dict[str, Any] = {"audit": found, "progress": marking.progress_of(found)}
    try:
        context["result"] = sampling.result(found)
    except (Refused, InputError) as refusal:
        context["refusal"] = refusal
    context["kinds"] = sampling.kinds_of_error(found)
    return render(request, "workbench/results.html", context)


def _marking_page(
    request: Signed, report: SampledReport, faults: Mapping[str, str] | None = None
) -> HttpResponse:
    person = request.user.person
    if report.incident_id:
        shown = presented_blind(read_incident_blind(person, report.incident_id))
    else:
        crime = read_crime(person, report.crime_id or 0, "audit")
        shown = {"crimes": [(crime, class_title(crime.ho_class or ""))], "direct": True}
    own = list(marking.own_reports(report.audit, request.user).values_list("number", flat=True))
    place = own.index(report.number)
    context = {
        **shown,
        "report": report,
        "audit": report.audit,
        "move": marking.move_for(report),
        "faults": dict(faults or {}),
        "given": request.POST if request.method == "POST" else _given_before(report),
        "place": place + 1,
        "own": len(own),
        "before": own[place - 1] if place else None,
        "after": own[place + 1] if place + 1 < len(own) else None,
        "progress": marking.progress_of(report.audit, request.user),
    }
    return render(request, "workbench/mark.html", context, status=400 if faults else 200)


def _given_before(report: SampledReport) -> dict[str, Any]:
    mark = getattr(report, "mark", None)
    if mark is None:
        return {}
    names = ("should_record", "recorded", "in_time", "right_class", "kind_of_error", "note")
    return {name: getattr(mark, name) for name in names}


def _audit(request: Signed, key: int) -> Audit:
    found = marking.audits_for(request.user).filter(pk=key).first()
    if found is None:
        raise Http404
    return found
