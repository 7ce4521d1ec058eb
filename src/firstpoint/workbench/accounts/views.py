"""The day's work, who has which role, and what each role may do."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from firstpoint import casework
from firstpoint.workbench.accounts import guessing, today
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.gate import Signed, page


@page("work.see")
@require_GET
def home(request: Signed) -> HttpResponse:
    """What waits for this person today, a part for each role they hold."""
    now = timezone.now()
    return render(request, "workbench/home.html", {"parts": today.parts_for(request.user, now), "now": now})


@page("accounts.see")
@require_GET
def accounts(request: Signed) -> HttpResponse:
    """Who has which role."""
    now = timezone.now()
    may_change = request.user.may("accounts.change")
    context = {
        "people": User.objects.order_by("shown_name"),
        "role": casework.role,
        "may_change": may_change,
        "kept_out": guessing.addresses_kept_out(now) if may_change else [],
        "now": now,
    }
    return render(request, "workbench/people.html", context)


@page("policy.see")
@require_GET
def roles(request: Signed) -> HttpResponse:
    """What each role may do, straight from the policy."""
    areas: dict[str, list[casework.Action]] = {}
    for action in casework.actions():
        areas.setdefault(action.area, []).append(action)
    return render(request, "workbench/roles.html", {"areas": areas, "roles": casework.roles()})
