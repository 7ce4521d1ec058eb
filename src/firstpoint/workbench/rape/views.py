"""The daily check of reported incidents, and the registrar's oversight of those that became no crime."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.restricting import is_shut
from firstpoint.workbench.rape.checking import check_of, no_crime


@page("n100.see")
@require_GET
def check(request: Signed) -> HttpResponse:
    """Each new reported incident of a day by reference, and who ticked it off."""
    day = _day(request)
    rows = check_of(day)
    shut = is_shut(request.user.person, [str(row.item.incident_id) for row in rows])
    context = {"rows": rows, "day": day, "shut": shut, "now": timezone.now()}
    return render(request, "workbench/n100_check.html", context)


@page("n100.oversee")
@require_GET
def oversight(request: Signed) -> HttpResponse:
    """Every reported incident that became no crime, with the reason, its age and whether it was agreed."""
    rows = no_crime()
    shut = is_shut(request.user.person, [str(item.incident_id) for item, _ in rows])
    context = {"rows": rows, "shut": shut, "now": timezone.now()}
    return render(request, "workbench/n100_no_crime.html", context)


def _day(request: HttpRequest) -> date:
    today = timezone.localdate()
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return asked if date(2000, 1, 1) <= asked <= today else today
