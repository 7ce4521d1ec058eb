"""What is shown when something is refused or goes wrong: always a page that says what to do next."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from firstpoint.casework import Moved
from firstpoint.errors import FirstpointError, InputError, LedgerBroken, NotAllowed, Refused
from firstpoint.workbench.accounts import kept_forms
from firstpoint.workbench.database import does_not_answer
from firstpoint.workbench.incidents.restricting import Shut
from firstpoint.workbench.ledger.keeping import keep

_log = logging.getLogger("firstpoint.workbench")

_FOR_PROGRAMS = "/api/v1/"

_TITLES = {
    400: "This request cannot be used",
    403: "You cannot do this",
    404: "There is no such page",
    409: "This has changed since you opened it",
    413: "This is too long to send",
    500: "Something went wrong on our side",
    503: "The workbench cannot work just now",
}


def refused(request: HttpRequest, refusal: FirstpointError) -> HttpResponse:
    """The page for something that was refused on purpose."""
    return shown(request, _status(refusal), refusal.message, refusal.remedy)


def shown(request: HttpRequest, status: int, message: str, remedy: str, title: str = "") -> HttpResponse:
    """A refusal as a page, or to a program as JSON: what is wrong, and what to do next."""
    if request.path.startswith(_FOR_PROGRAMS):
        return JsonResponse({"message": message, "remedy": remedy}, status=status)
    context = {"title": title or _TITLES[status], "message": message, "remedy": remedy, "status": status}
    return render(request, "workbench/refused.html", context, status=status)


class RefusalsAsPages:
    """Turns what is refused on the way to a view, or by it, into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return shown(
                request, 400, "The address holds a sign that no address can hold.", "Go back and try again."
            )
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """The page for a refusal; None leaves anything else to Django and :func:`our_fault`."""
        if isinstance(fault, Shut) and request.user.is_authenticated:
            keep(request.user.person.reference, "incident.refused", fault.where)
        if isinstance(fault, FirstpointError):
            return refused(request, fault)
        return database_is_busy() if does_not_answer(fault) else None


class KeepPrivate:
    """Keeps pages out of caches, and closes doors of the browser that the workbench never uses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"
        )
        return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that Django itself would not read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return shown(
            request,
            413,
            "What you sent is larger than a form can be.",
            "Go back, shorten it and send it again.",
        )
    if isinstance(exception, SuspiciousOperation):
        _log.info("a request was not read: %s", type(exception).__name__)
    return shown(request, 400, "The request could not be read.", "Go back and try again.")


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """The page for a plain 403."""
    return shown(request, 403, "You may not do this.", "See what each role may do.")


def not_there(request: HttpRequest, exception: Http404) -> HttpResponse:  # noqa: ARG001 - Django names it
    """The page for an address that leads nowhere."""
    return shown(
        request,
        404,
        "Nothing is kept under this address. It may have been mistyped or moved.",
        "Go to your work today and look for it from there.",
    )


def database_is_busy() -> HttpResponse:
    """The page for a database that others hold, that is away, or that cannot be written."""
    from firstpoint.workbench.jobs.noticing import saving_waits

    if saving_waits():
        return _without_the_database(
            503,
            "An extract or a screen is being written into the database, so nothing was saved or shown.",
            "Go back: what you wrote is still in your browser. Copy it, and send it again in a few minutes.",
        )
    message = "The database does not answer or cannot be written, so nothing was saved or shown."
    remedy = (
        "Go back: what you wrote is still in your browser. Copy it, and send it again in a minute. If that "
        "fails too, tell your administrator."
    )
    return _without_the_database(503, message, remedy)


def our_fault(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django names it
    """The page for a fault of ours. It asks the database nothing, which may be what failed.

    On the way to a view and back (sessions, the gate) the database may be what does not answer.
    """
    if does_not_answer(sys.exc_info()[1]):
        return database_is_busy()
    message = "Nothing that you sent was kept in part: it is either done or not done."
    remedy = (
        "Look whether it was done. If not, try once more; if it fails again, tell your administrator when."
    )
    return _without_the_database(500, message, remedy)


def _without_the_database(status: int, message: str, remedy: str) -> HttpResponse:
    # Without the request no one asks who is signed in, which would ask the database again.
    context = {"title": _TITLES[status], "message": message, "remedy": remedy, "status": status}
    return HttpResponse(render_to_string("workbench/refused.html", context), status=status)


def form_expired(request: HttpRequest) -> HttpResponse | None:
    """The page for a form whose session is over and which is kept; None where it cannot be kept."""
    secret = kept_forms.keep_form(request, timezone.now())
    if secret is None:
        return None
    context = {"signed_in": request.user.is_authenticated, "minutes": settings.FORM_KEPT_FOR_MINUTES}
    return kept_forms.set_cookie(render(request, "workbench/form_expired.html", context, status=403), secret)


def form_not_ours(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django names it
    """The page for a form whose token is missing or old."""
    return form_expired(request) or shown(
        request,
        403,
        "This form was opened before you signed in, or in another session, so it was not accepted.",
        "Go back, load the page anew, and send the form again. Copy what you wrote first.",
        title="This form has expired",
    )


def _status(refusal: FirstpointError) -> int:
    match refusal:
        case Moved() | Refused():
            return 409
        case NotAllowed():
            return 403
        case InputError():
            return 400
        case LedgerBroken():
            return 409
    return 500
