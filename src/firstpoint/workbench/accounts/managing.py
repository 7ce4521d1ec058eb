"""The administrator's pages of people: adding one, and changing what one may do."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from firstpoint import casework
from firstpoint.errors import InputError
from firstpoint.workbench.accounts import administering, guessing, second_factor, sessions
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.gate import Signed, page


@page("accounts.change")
@require_http_methods(["GET", "POST"])
def add(request: Signed) -> HttpResponse:
    """A new person, with a link by which they set their password, shown once."""
    if request.method == "GET":
        return _add_page(request)
    given = request.POST
    try:
        user, secret = administering.invite(
            given.get("username", "").strip()[:61],
            given.getlist("role"),
            shown_name=given.get("shown_name", "").strip().replace("\x00", "")[:120],
            qualifications=given.getlist("qualification"),
            by=request.user,
            now=timezone.now(),
        )
    except InputError as fault:
        return _add_page(request, _of_field(fault))
    return _link_page(request, user, secret)


@page("accounts.change")
@require_http_methods(["GET", "POST"])
def person(request: Signed, key: int) -> HttpResponse:
    """One person: what they may do, whether they get in, where they are signed in."""
    user = _person(key)
    if request.method == "GET":
        return _person_page(request, user)
    if request.POST.get("do") == "link":
        return _link_page(request, user, administering.new_link(user, request.user, timezone.now()))
    change = _CHANGES.get(request.POST.get("do", ""))
    if change is None:
        raise InputError("Nothing was chosen.", where="form", remedy="Go back and press one of the buttons.")
    try:
        done = change(request, user)
    except InputError as fault:
        return _person_page(request, user, _of_field(fault))
    messages.success(request, done)
    return redirect("person", key)


@page("accounts.change")
@require_POST
def let_in(request: Signed, key: int) -> HttpResponse:
    """An address that was kept out for guessing may try again."""
    if guessing.unlock_address(key, request.user.person.reference):
        messages.success(request, "The address may try again.")
    return redirect("accounts")


def _roles(request: Signed, user: User) -> str:
    administering.change_roles(
        user, request.POST.getlist("role"), request.POST.getlist("qualification"), request.user
    )
    return "Saved. If anything changed, their sessions are ended and they sign in anew."


def _close(request: Signed, user: User) -> str:
    administering.close(user, request.user, timezone.now())
    return "The account is closed, and their sessions are ended."


def _reopen(request: Signed, user: User) -> str:
    administering.reopen(user, request.user)
    return "The account is open again."


def _unlock(request: Signed, user: User) -> str:
    _check_other(request, user)
    guessing.unlock(user, request.user.person.reference)
    return "The account is unlocked."


def _end(request: Signed, user: User) -> str:
    _check_other(request, user)
    sessions.end_all(user, request.user.person.reference)
    return "Their sessions are ended."


def _factor(request: Signed, user: User) -> str:
    _check_other(request, user)
    second_factor.take_away(user, request.user.person.reference)
    return "The second factor is taken away, and their sessions are ended."


_CHANGES: dict[str, Callable[[Signed, User], str]] = {
    "roles": _roles,
    "close": _close,
    "reopen": _reopen,
    "unlock": _unlock,
    "end-sessions": _end,
    "second-factor": _factor,
}


def _check_other(request: Signed, user: User) -> None:
    administering.check_not_own(user, request.user)


def _person(key: int) -> User:
    user = User.objects.filter(pk=key).first()
    if user is None:
        raise Http404
    return user


def _of_field(fault: InputError) -> dict[str, str]:
    """The fault beside the field that it is of, for the summary to lead there."""
    field = "username" if "name" in fault.message else "role"
    return {field: f"{fault.message} {fault.remedy}"}


def _person_page(request: Signed, user: User, faults: dict[str, str] | None = None) -> HttpResponse:
    context = {
        "each": user,
        "own": user.pk == request.user.pk,
        "sessions": sessions.open_sessions(user),
        "locked": user.locked_until if user.locked_until and user.locked_until > timezone.now() else None,
        "faults": faults,
        **_choices(request, user),
    }
    return render(request, "workbench/person.html", context, status=400 if faults else 200)


def _add_page(request: Signed, faults: dict[str, str] | None = None) -> HttpResponse:
    context = {"faults": faults, "given": request.POST, "days": settings.LINK_FOR_DAYS, **_choices(request)}
    return render(request, "workbench/person_add.html", context, status=400 if faults else 200)


def _choices(request: Signed, user: User | None = None) -> dict[str, object]:
    """The boxes of roles and qualifications: as they were ticked, or as the person has them."""
    posted = request.method == "POST"
    held = request.POST.getlist("role") if posted else user.roles if user else []
    trained = request.POST.getlist("qualification") if posted else user.qualifications if user else []
    return {
        "roles": [
            {
                "value": each.role,
                "text": each.title,
                "hint": {"text": each.does},
                "checked": each.role in held,
            }
            for each in casework.roles()
        ],
        "qualifications": [
            {
                "value": each.qualification,
                "text": each.title,
                "hint": {"text": each.does},
                "checked": each.qualification in trained,
            }
            for each in casework.qualifications()
        ],
    }


def _link_page(request: Signed, user: User, secret: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("set-password", args=[secret]))
    context = {"each": user, "link": link, "days": settings.LINK_FOR_DAYS}
    return render(request, "workbench/password_link.html", context)
