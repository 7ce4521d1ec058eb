"""Who may open which page: every page names one action of the policy, and a page that names none is shut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from firstpoint import casework
from firstpoint.errors import NotAllowed
from firstpoint.workbench.accounts import kept_forms, second_factor, sessions
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.refusals import form_expired, refused

OPEN_TO_ALL = "open to all"
ASKS_ITSELF = "asks the policy itself"
"""The action of the API's addresses: each of its operations names an action of the policy of its own."""


class Signed(HttpRequest):
    """A request past the gate: somebody is signed in. For type checkers; nothing is ever made of it."""

    user: User


def page(action: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Mark a view as opening only to those whom the policy allows this action."""

    def marked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        view.action = action  # type: ignore[attr-defined]  # read again by the gate below
        return view

    return marked


def before_second_factor(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to somebody who still has to set up a second factor."""
    view.before_second_factor = True  # type: ignore[attr-defined]  # read again by the gate below
    return view


class Gate:
    """Lets a request through to its view when the policy allows it, and refuses it otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        response = self.get_response(request)
        # Only what was taken is let go of: a form that is refused once more must not be lost by it.
        if getattr(request, "is_sent_on", False) and response.status_code < 400:
            kept_forms.used_up(request, request.user)  # type: ignore[arg-type]  # signed in: see below
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        """Give a refusal in place of the view, or None to let it answer."""
        action = action_of(view)
        if action in (OPEN_TO_ALL, ASKS_ITSELF):
            return None
        if not request.user.is_authenticated:
            return _to_the_door(request, view)
        sessions.note_use(request)
        if second_factor.is_due(request.user) and not getattr(view, "before_second_factor", False):
            return redirect("second-factor")
        request.is_sent_on = not _takes_files(view) and kept_forms.SENT_ON in request.POST  # type: ignore[attr-defined]
        try:
            casework.require(request.user.person.roles, action)
        except NotAllowed as refusal:
            keep(request.user.person.reference, "page.refused", f"action:{action}")
            return refused(request, refusal)
        return None


def _to_the_door(request: HttpRequest, view: Callable[..., HttpResponse]) -> HttpResponse:
    """The way to the sign-in page; what was sent without a session is kept for whoever wrote it."""
    if request.method == "POST":
        return (not _takes_files(view) and form_expired(request)) or redirect_to_login("/")
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


def _takes_files(view: Callable[..., HttpResponse]) -> bool:
    """Whether a view reads what is sent by itself, since it takes files: nobody may read it before."""
    return getattr(view, "takes_files", False)


def action_of(view: Callable[..., HttpResponse]) -> str:
    """The action that a view names; a view that names none is a fault, and stays shut."""
    action = getattr(view, "action", None)
    if action is None:
        raise LookupError(f"The view {view!r} names no action of the policy.")
    return str(action)
