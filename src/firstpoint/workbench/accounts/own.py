"""A person's own sign-in: their password, second factor and sessions."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import check_password
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint.errors import InputError, Refused
from firstpoint.workbench.accounts import administering, guessing, people, second_factor, sessions
from firstpoint.workbench.accounts.kept_forms import never_kept
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.gate import Signed, before_second_factor, page


@page("account.own")
@require_http_methods(["GET", "POST"])
def account(request: Signed) -> HttpResponse:
    """How this person signs in, and where they are signed in now."""
    if request.method == "POST":
        _end_session(request)
        return redirect("account")
    user = request.user
    context = {
        "sessions": sessions.open_sessions(user),
        "this_session": request.session.session_key,
        "codes_left": second_factor.recovery_codes_left(user) if user.second_factor_since else 0,
        "required": settings.SECOND_FACTOR == "required",
    }
    return render(request, "workbench/account.html", context)


@page("account.own")
@before_second_factor
@never_kept
@require_http_methods(["GET", "POST"])
def set_up(request: Signed) -> HttpResponse:
    """Setting up the second factor, and with one: new recovery codes, or taking it away."""
    if request.user.is_of_organisation:
        raise Refused(
            "You sign in with your organisation's account, which sees to the second factor.",
            where="second factor",
            remedy="Ask whoever looks after the organisation's accounts.",
        )
    if request.user.second_factor_since:
        return _with_factor(request)
    if request.method == "GET":
        return _set_up_page(request)
    codes = second_factor.confirm(request.user, request.POST.get("code", "")[:40], timezone.now())
    if codes is None:
        return _set_up_page(request, {"code": "Enter the newest code that your telephone shows"})
    sessions.stay(request, request.user)
    return _codes_page(request, codes)


@page("account.own")
@before_second_factor
@require_GET
def picture(request: Signed) -> HttpResponse:
    """The secret to set up as a QR code; nothing is shown once it is set up."""
    if request.user.second_factor_since or request.user.is_of_organisation:
        raise Http404
    response = HttpResponse(second_factor.picture(request.user), content_type="image/svg+xml")
    # A picture that can do nothing, opened by itself.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@page("account.own")
@never_kept
@require_http_methods(["GET", "POST"])
def password(request: Signed) -> HttpResponse:
    """Changing one's own password, which ends every other session."""
    if request.user.is_of_organisation:
        raise Refused(
            "You sign in with your organisation's account and have no password here.",
            where="password",
            remedy="Change it where your organisation says.",
        )
    if request.method == "GET":
        return render(request, "workbench/password.html", {})
    faults = _faults(request)
    if faults:
        return render(request, "workbench/password.html", {"faults": faults}, status=400)
    administering.change_own_password(request.user, request.POST.get("new_password", ""))
    sessions.stay(request, request.user)
    messages.success(request, "Your password is changed. Your other sessions are ended.")
    return redirect("account")


def _end_session(request: Signed) -> None:
    own = request.user
    if request.POST.get("do") == "end-others":
        sessions.end_all(own, own.person.reference)
        sessions.stay(request, own)
        messages.success(request, "Your other sessions are ended.")
        return
    written = request.POST.get("session", "")
    key = int(written) if written.isascii() and written.isdigit() and len(written) < 18 else 0
    if own.open_sessions.filter(pk=key, session_key=request.session.session_key).exists():
        raise Refused("This is the session you are in.", where="session", remedy="Sign out instead.")
    if sessions.end_session(own, key, own.person.reference):
        messages.success(request, "The session is ended.")
    else:
        messages.success(request, "That session had ended already.")


def _with_factor(request: Signed) -> HttpResponse:
    """The page of a second factor that is there: each change of it asks for a code once more."""
    if request.method == "GET":
        return _factor_page(request)
    if not _code_is_right(request):
        return _factor_page(
            request, {"code": "Enter the newest code from your telephone, or a recovery code"}
        )
    if request.POST.get("do") == "remove":
        return _remove(request)
    return _codes_page(request, second_factor.renew_recovery_codes(request.user))


def _remove(request: Signed) -> HttpResponse:
    second_factor.take_away(request.user, request.user.person.reference)
    sessions.stay(request, request.user)
    if second_factor.is_due(request.user):
        return redirect("second-factor")
    messages.success(request, "You sign in with your password alone now.")
    return redirect("account")


def _code_is_right(request: Signed) -> bool:
    now = timezone.now()
    user = User.objects.get(pk=request.user.pk)
    if user.locked_until and user.locked_until > now:
        return False
    if second_factor.is_right(user, request.POST.get("code", "")[:40], now):
        return True
    guessing.note_wrong(user, sessions.address_of(request), now)
    return False


def _set_up_page(request: Signed, faults: dict[str, str] | None = None) -> HttpResponse:
    secret = second_factor.secret_to_set_up(request.user)
    context = {
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "faults": faults,
        "due": second_factor.is_due(request.user),
    }
    return render(request, "workbench/second_factor_set_up.html", context, status=400 if faults else 200)


def _factor_page(request: Signed, faults: dict[str, str] | None = None) -> HttpResponse:
    context = {
        "faults": faults,
        "codes_left": second_factor.recovery_codes_left(request.user),
        "required": settings.SECOND_FACTOR == "required",
    }
    return render(request, "workbench/second_factor.html", context, status=400 if faults else 200)


def _codes_page(request: Signed, codes: list[str]) -> HttpResponse:
    return render(request, "workbench/recovery_codes.html", {"codes": codes})


def _faults(request: Signed) -> dict[str, str]:
    """What is wrong with what was given, by field; a wrong old password counts as one at the door does."""
    user = User.objects.get(pk=request.user.pk)
    now = timezone.now()
    old = request.POST.get("old_password", "")[:201]
    locked = user.locked_until is not None and user.locked_until > now
    if not check_password(old, user.password) or locked:
        if not locked:
            guessing.note_wrong(user, sessions.address_of(request), now)
        return {"old_password": "Enter the password that you sign in with now"}
    new = request.POST.get("new_password", "")
    try:
        people.check_password_strength(new)
    except InputError as fault:
        return {"new_password": fault.message}
    return {} if new == request.POST.get("again", "") else {"again": "Type the same password in both fields"}
