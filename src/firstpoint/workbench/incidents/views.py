"""The ranked list, a search for words, a log to be tried on the screen, and one incident."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents import listing
from firstpoint.workbench.incidents.presenting import presented
from firstpoint.workbench.incidents.reading import read_incident
from firstpoint.workbench.incidents.trying import LONGEST, faults_of, given_in, try_log
from firstpoint.workbench.incidents.words import MOST_SHOWN, with_words
from firstpoint.workbench.work.cases import decisions_on, items_on, steps_on


@page("incidents.list")
@require_GET
def ranked(request: Signed) -> HttpResponse:
    """The ranked list."""
    now = timezone.now()
    asked = listing.wanted(request.GET)
    here = listing.listed(asked)
    decided = decisions_on([row.incident_id for row in here])
    context = {"asked": asked, "here": here, "now": now, "work": decided, "orders": listing.ORDERS}
    return render(request, "workbench/incidents.html", context)


@page("incidents.read")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Signed) -> HttpResponse:
    """Incidents whose logs hold words. They are posted, since an address is kept in too many places."""
    asked = request.POST.get("words", "").strip()[:200]
    found = with_words(request.user.person, asked) if asked else None
    context = {"asked": asked, "found": found, "most": MOST_SHOWN, "posted": request.method == "POST"}
    return render(request, "workbench/search.html", context)


@page("incidents.try")
@require_http_methods(["GET", "HEAD", "POST"])
def try_out(request: Signed) -> HttpResponse:
    """What the screen sees in words that were pasted. They are posted, shown once and kept nowhere."""
    given = given_in(request.POST)
    faults = faults_of(given) if request.method == "POST" else {}
    seen = try_log(request.user.person, given) if request.method == "POST" and not faults else {}
    context = {"given": given, "faults": faults, "longest": LONGEST, **seen}
    return render(request, "workbench/try.html", context, status=400 if faults else 200)


@page("incidents.read")
@require_GET
def incident(request: Signed, key: int) -> HttpResponse:
    """One incident: what was said, what is recorded, what the screen sees, what the rules require."""
    now = timezone.now()
    file = read_incident(request.user.person, key, "incident")
    items = [
        (item, request.user.may(item.of_kind.see))
        for item in items_on(file.incident.incident_id)
        if not item.of_kind.blind
    ]
    seen = [item for item, may_see in items if may_see]
    context = {**presented(file), "items": items, "history": steps_on(seen), "now": now}
    return render(request, "workbench/incident.html", context)
