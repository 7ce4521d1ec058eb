"""Signing in and out, the day's work, people, and what each role may do."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firstpoint import casework
from firstpoint.workbench.accounts import people, today
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.gate import OPEN_TO_ALL, Signed, page
from firstpoint.workbench.ledger.keeping import keep


@page("work.see")
@require_GET
def home(request: Signed) -> HttpResponse:
    """What waits for this person today, a part for each role they hold."""
    now = timezone.now()
    return render(request, "workbench/home.html", {"parts": today.parts_for(request.user, now), "now": now})


@page(OPEN_TO_ALL)
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door."""
    onward = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
        onward = "/"
    if request.method == "GET":
        return redirect("/") if request.user.is_authenticated else _door(request, onward)
    username = request.POST.get("username", "").strip().replace("\x00", "")[:60]
    user = people.sign_in(
        username, request.POST.get("password", "")[: people.LONGEST_PASSWORD + 1], timezone.now()
    )
    if user is None:
        return _door(request, onward, username)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(onward)


@page("work.see")
@require_POST
def sign_out(request: Signed) -> HttpResponse:
    """The way out."""
    keep(request.user.person.reference, "sign-out", request.user.person.reference)
    logout(request)
    return redirect("sign-in")


@page("accounts.see")
@require_GET
def accounts(request: Signed) -> HttpResponse:
    """Who has which role."""
    return render(
        request,
        "workbench/people.html",
        {"people": User.objects.order_by("shown_name"), "role": casework.role},
    )


@page("policy.see")
@require_GET
def roles(request: Signed) -> HttpResponse:
    """What each role may do, straight from the policy."""
    areas: dict[str, list[casework.Action]] = {}
    for action in casework.actions():
        areas.setdefault(action.area, []).append(action)
    return render(request, "workbench/roles.html", {"areas": areas, "roles": casework.roles()})


def _door(request: HttpRequest, onward: str, refused: str | None = None) -> HttpResponse:
    context = {"onward": onward, "username": refused or "", "refused": refused is not None}
    return render(request, "workbench/sign_in.html", context, status=200 if refused is None else 400)
