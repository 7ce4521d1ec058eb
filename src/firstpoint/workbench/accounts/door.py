"""The door: signing in with a password and a code or with the organisation's account, and signing out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firstpoint.errors import InputError, NotAllowed
from firstpoint.workbench.accounts import (
    administering,
    kept_forms,
    people,
    sessions,
    single_sign_on,
)
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.gate import OPEN_TO_ALL, Signed, before_second_factor, page
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.refusals import shown

_HALF = "half_signed_in"
_ONWARD = "onward"


@page(OPEN_TO_ALL)
@kept_forms.never_kept
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door."""
    onward = _onward(request, request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET":
        return redirect("/") if request.user.is_authenticated else _door(request, onward)
    username = request.POST.get("username", "").strip().replace("\x00", "")[:60]
    password = request.POST.get("password", "")[: people.LONGEST_PASSWORD + 1]
    now = timezone.now()
    user = people.sign_in(username, password, now, sessions.address_of(request))
    if user is None:
        return _door(request, onward, username)
    if user.second_factor_since is None:
        sessions.enter(request, user)
        return redirect(onward)
    request.session[_HALF] = {"user": user.pk, "at": now.timestamp(), "onward": onward}
    return redirect("sign-in-code")


@page(OPEN_TO_ALL)
@kept_forms.never_kept
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second step of the door: the code of a telephone, or a recovery code."""
    half = request.session.get(_HALF)
    now = timezone.now()
    user = _half_signed_in(half, now)
    if half is None or user is None:
        request.session.pop(_HALF, None)
        return redirect("sign-in")
    if request.method == "GET":
        return render(request, "workbench/sign_in_code.html", {})
    given = request.POST.get("code", "")[:40]
    if not people.pass_second_factor(user, given, now, sessions.address_of(request)):
        wrong = {
            "code": "Enter the newest code from your telephone, or a recovery code that you have not used"
        }
        return render(request, "workbench/sign_in_code.html", {"faults": wrong}, status=400)
    del request.session[_HALF]
    sessions.enter(request, user)
    return redirect(_onward(request, half["onward"]))


@page(OPEN_TO_ALL)
@require_GET
def organisation(request: HttpRequest) -> HttpResponse:
    """The way to the organisation's own sign-in page."""
    request.session[_ONWARD] = _onward(request, request.GET.get("next"))
    try:
        return single_sign_on.set_out(request)
    except single_sign_on.Silent as fault:
        return shown(request, 503, fault.message, fault.remedy)


@page(OPEN_TO_ALL)
@require_GET
def organisation_back(request: HttpRequest) -> HttpResponse:
    """Back from the organisation's sign-in page, with its word for who this is."""
    onward = _onward(request, request.session.pop(_ONWARD, None))
    try:
        user = single_sign_on.come_back(request)
    except single_sign_on.Silent as fault:
        return shown(request, 503, fault.message, fault.remedy)
    except NotAllowed as refusal:
        return shown(request, 403, refusal.message, refusal.remedy, title="You are not signed in")
    sessions.enter(request, user)
    return redirect(onward)


@page(OPEN_TO_ALL)
@kept_forms.never_kept
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest, secret: str) -> HttpResponse:
    """The page of a link by which somebody sets their password once."""
    user = administering.of_link(secret, timezone.now())
    if user is None:
        return shown(
            request,
            404,
            "This link was used already, is too old, or is not whole.",
            "Ask your administrator for a new one.",
        )
    if request.method == "GET":
        return render(request, "workbench/set_password.html", {"username": user.username})
    password = request.POST.get("new_password", "")
    faults = _faults_of_new(password, request.POST.get("again", ""))
    if not faults:
        administering.set_password_by_link(secret, password, timezone.now())
        return redirect("sign-in")
    context = {"username": user.username, "faults": faults}
    return render(request, "workbench/set_password.html", context, status=400)


@page("work.see")
@before_second_factor
@require_POST
def sign_out(request: Signed) -> HttpResponse:
    """The way out."""
    keep(request.user.person.reference, "sign-out", request.user.person.reference)
    sessions.forget(request)
    logout(request)
    return redirect("sign-in")


@page("work.see")
@require_http_methods(["GET", "POST"])
def written(request: Signed) -> HttpResponse:
    """What this person had written when their session ended, to send on or to throw away."""
    found = kept_forms.offered(request, request.user, timezone.now())
    if request.method == "POST":
        kept_forms.used_up(request, request.user)
        return redirect(found.address if found and request.POST.get("do") == "open" else "home")
    return render(request, "workbench/written.html", {"found": found, "sent_on": kept_forms.SENT_ON})


def _faults_of_new(password: str, again: str) -> dict[str, str]:
    """What is wrong with a new password, by field."""
    try:
        people.check_password_strength(password)
    except InputError as fault:
        return {"new_password": fault.message}
    return {} if password == again else {"again": "Type the same password in both fields"}


def _half_signed_in(half: object, now: datetime) -> User | None:
    if (
        not isinstance(half, dict)
        or now.timestamp() - half["at"] > timedelta(minutes=settings.CODE_WITHIN_MINUTES).total_seconds()
    ):
        return None
    return User.objects.filter(pk=half["user"], is_active=True).first()


def _onward(request: HttpRequest, wanted: str | None) -> str:
    """Where somebody was on the way to, if that is a page of ours."""
    inside = wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if wanted and inside else "/"


def _door(request: HttpRequest, onward: str, refused: str | None = None) -> HttpResponse:
    context = {
        "onward": onward,
        "username": refused or "",
        "refused": refused is not None,
        "organisation": settings.ORGANISATION,
        "kept": onward == reverse("written") and kept_forms.is_kept_in(request, timezone.now()),
    }
    return render(request, "workbench/sign_in.html", context, status=200 if refused is None else 400)
