"""The ranked list, the search, a log to be tried on the screen, one incident, and who may open it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firstpoint.errors import InputError
from firstpoint.workbench.accounts import people
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents import finding, linked, listing, restricting
from firstpoint.workbench.incidents.presenting import presented
from firstpoint.workbench.incidents.reading import read_incident
from firstpoint.workbench.incidents.trying import LONGEST, faults_of, given_in, try_log
from firstpoint.workbench.paging import MOST_COUNTED
from firstpoint.workbench.work.cases import decisions_on, items_on, steps_on


@page("incidents.list")
@require_GET
def ranked(request: Signed) -> HttpResponse:
    """The ranked list."""
    now = timezone.now()
    asked = listing.wanted(request.GET)
    here = listing.listed(asked)
    names = [row.incident_id for row in here.rows]
    context = {
        "asked": asked,
        "here": here,
        "now": now,
        "work": decisions_on(names),
        "shut": restricting.is_shut(request.user.person, names),
        "orders": listing.ORDERS,
    }
    return render(request, "workbench/incidents.html", context)


@page("incidents.search")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Signed) -> HttpResponse:
    """Incidents and crimes by words, reference, place or person. What is sought is posted, since an address
    is kept in too many places."""
    way = request.POST.get("way", "words")
    asked = " ".join(request.POST.get("asked", "").replace("\x00", " ").split())[:200]
    known = way in finding.WAYS
    found = finding.find(request.user.person, way, asked) if asked and known else None
    context = {
        "ways": finding.WAYS,
        "way": way if known else "words",
        "asked": asked,
        "found": found,
        "most": finding.MOST_SHOWN,
        "most_counted": MOST_COUNTED,
        "posted": request.method == "POST",
        "may_read": request.user.may("incidents.read"),
    }
    return render(request, "workbench/search.html", context)


@page("links.see")
@require_GET
def links(request: Signed) -> HttpResponse:
    """The crimes that may have come from a report which they do not name, for a person to say."""
    rows = linked.for_review()
    context = {
        "rows": [(link, linked.HOW[link.how]) for link in rows],
        "shut": restricting.is_shut(request.user.person, [link.incident_id for link in rows]),
        "most": linked.MOST_SHOWN,
        "may_decide": request.user.may("links.decide"),
    }
    return render(request, "workbench/links.html", context)


@page("links.decide")
@require_POST
def decide_link(request: Signed, key: int) -> HttpResponse:
    """Say of one crime whether it belongs to one report."""
    said = request.POST.get("said", "")
    if said not in linked.SAYS:
        raise InputError("Nothing was said of the link.", where="said", remedy="Use one of the two buttons.")
    link = linked.decide(key, said, request.user, timezone.now())
    words = "belongs" if said == "same" else "does not belong"
    messages.success(
        request,
        f"It was saved that {link.crime_id} {words} to {link.incident_id}. The next screen counts it.",
    )
    return (
        redirect("incident", link.incident.pk)
        if request.POST.get("from") == "incident"
        else redirect("links")
    )


@page("incidents.restrict")
@require_http_methods(["GET", "POST"])
def restriction(request: Signed, key: int) -> HttpResponse:
    """Who may open one incident: shut it, open it again, name people for it. It shows nothing of the log."""
    incident_id = restricting.reference_of(key)
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = restricting.change(incident_id, request.POST, request.user, timezone.now())
        if not faults:
            messages.success(request, f"{incident_id}: the change was saved.")
            return redirect("restriction", key)
    context = {
        "key": key,
        "incident_id": incident_id,
        "restriction": restricting.restriction_of(incident_id),
        "grants": restricting.grants_of(incident_id),
        "people": people.names(),
        "active": people.active(),
        "faults": faults,
        "given": request.POST,
        "now": timezone.now(),
    }
    return render(request, "workbench/restriction.html", context, status=400 if faults else 200)


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
    on_list = any(item.kind == "recording" for item, _ in items)
    shown = {"items": items, "on_list": on_list, "history": steps_on(seen), "now": now}
    return render(request, "workbench/incident.html", {**presented(file), **shown})
