"""Asking for a cancellation or transfer, saying its facts anew, and those in effect."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint.vocabulary import cancellations
from firstpoint.workbench.answers import version
from firstpoint.workbench.cancellation import effect, requesting
from firstpoint.workbench.cancellation.records import key_of, record_of
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.presenting import presented_crime
from firstpoint.workbench.incidents.reading import CrimeFile, read_crime, read_crime_of
from firstpoint.workbench.incidents.restricting import is_shut
from firstpoint.workbench.work.cases import work_item
from firstpoint.workbench.work.models import WorkItem


@page("cancellations.request")
@require_http_methods(["GET", "POST"])
def find(request: Signed) -> HttpResponse:
    """The way to a crime by its reference. It is posted, since an address is kept in too many places."""
    faults: dict[str, str] = {}
    asked = request.POST.get("reference", "").replace("\x00", "").strip()[:200]
    if request.method == "POST":
        key = key_of(asked) if asked else None
        if key is not None:
            return redirect("cancellation-ask", key)
        faults["reference"] = (
            "No crime of this reference is held here: check it as the crime system writes it"
            if asked
            else "Enter the reference of the crime"
        )
    context = {"faults": faults, "asked": asked}
    return render(request, "workbench/cancellation_find.html", context, status=400 if faults else 200)


@page("cancellations.request")
@require_http_methods(["GET", "POST"])
def ask(request: Signed, key: int) -> HttpResponse:
    """A request about one crime: first the category, then what it asks for."""
    now = timezone.now()
    crime = read_crime(request.user.person, key, "cancellation")
    record = record_of(crime)
    requesting.refuse_if_closed(record)
    code = request.POST.get("category", "") or request.GET.get("category", "")
    context = {**presented_crime(CrimeFile(crime)), "key": key, "categories": cancellations()}
    if code not in cancellations():
        faults = {"category": "Select a category"} if code or "category" in request.GET else {}
        return render(
            request,
            "workbench/cancellation_category.html",
            {**context, "faults": faults},
            status=400 if faults else 200,
        )
    form = requesting.form_for(code, record, now)
    if request.method == "POST":
        outcome = requesting.request(key, form, request.POST, request.user, now)
        if isinstance(outcome, WorkItem):
            messages.success(request, f"{outcome.reference}: the request was saved.")
            return redirect("item-cancellation", outcome.pk)
        return _form(request, {**context, "form": form}, outcome)
    return _form(request, {**context, "form": form})


@page("cancellations.request")
@require_http_methods(["GET", "POST"])
def facts(request: Signed, key: int) -> HttpResponse:
    """What is said of the facts of one request, to be said anew."""
    now, item = timezone.now(), work_item("cancellation", key)
    crime = read_crime_of(request.user.person, str(item.crime_id), "cancellation").crime
    form = requesting.form_for(str(item.particulars.get("cancellation_code", "")), record_of(crime), now)
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = requesting.change_facts(item, version(request.POST), form, request.POST, request.user, now)
        if not faults:
            messages.success(request, f"{item.reference}: what is said of the facts was saved.")
            return redirect("item-cancellation", item.pk)
    told = item.particulars.get("facts", {})
    given = {**{each.name: told.get(each.fact, "") for each in form.facts}, **request.POST.dict()}
    context = {"work": item, "form": form, "faults": faults, "given": given}
    return render(request, "workbench/cancellation_facts.html", context, status=400 if faults else 200)


@page("cancellations.oversee")
@require_GET
def in_effect(request: Signed) -> HttpResponse:
    """The cancellations and transfers in effect, reversed, and without the victim told."""
    show = request.GET.get("show", "")
    rows = effect.listed(show)
    shut = is_shut(request.user.person, [each.crime.incident_id for each in rows if each.crime.incident_id])
    context = {
        "rows": rows,
        "shut": shut,
        "show": show if show in ("reversed", "untold") else "",
        "counts": effect.by_category(),
        "categories": cancellations(),
        "most": effect.MOST_SHOWN,
    }
    return render(request, "workbench/cancellations_in_effect.html", context)


def _form(request: Signed, context: dict[str, Any], faults: dict[str, str] | None = None) -> HttpResponse:
    shown = {**context, "faults": faults or {}, "given": request.POST}
    return render(request, "workbench/cancellation_ask.html", shown, status=400 if faults else 200)
