"""The monthly report on missed multiple crimes: to read, to take along, to sign off."""

from __future__ import annotations

import csv
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint.workbench.accounts import people
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.missed.monthly import LONGEST_DONE, as_csv_rows, months, report_of, sign


@page("missed.report")
@require_GET
def report(request: Signed) -> HttpResponse:
    """The report of a month by class and unit."""
    return _shown(request, _month(request))


@page("missed.report")
@require_GET
def report_csv(request: Signed) -> HttpResponse:
    """The report of a month as a table."""
    month = _month(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="missed-{month:%Y-%m}.csv"'
    csv.writer(answer).writerows([_harmless(cell) for cell in row] for row in as_csv_rows(report_of(month)))
    keep(request.user.person.reference, "missed.exported", f"month:{month:%Y-%m}")
    return answer


@page("missed.sign")
@require_http_methods(["GET", "POST"])
def sign_off(request: Signed) -> HttpResponse:
    """Signing off a month, with what was done."""
    month = _month(request)
    done = request.POST.get("what_was_done", "").strip()
    if request.method == "GET":
        return _shown(request, month, signing=True)
    if not 0 < len(done) <= LONGEST_DONE:
        fault = f"Enter what was done, in at most {LONGEST_DONE:,} characters"
        return _shown(request, month, signing=True, faults={"what_was_done": fault})
    sign(month, done, by=request.user.person.reference, now=timezone.now())
    messages.success(request, f"{month:%B %Y} was signed off.")
    return redirect("missed-report")


def _shown(
    request: Signed, month: date, *, signing: bool = False, faults: dict[str, str] | None = None
) -> HttpResponse:
    context = {
        "report": report_of(month),
        "months": months(),
        "names": people.names(),
        "signing": signing,
        "may_sign": request.user.may("missed.sign"),
        "faults": faults or {},
        "given": request.POST,
        "longest": LONGEST_DONE,
    }
    return render(request, "workbench/missed_report.html", context, status=400 if faults else 200)


def _month(request: HttpRequest) -> date:
    asked = request.GET.get("month", "") or request.POST.get("month", "")
    try:
        return date.fromisoformat(f"{asked}-01")
    except ValueError:
        known = months()
        return known[0] if known else timezone.localdate().replace(day=1)


def _harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
