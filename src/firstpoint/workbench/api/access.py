"""Who may call what: the same policy as at the pages, asked by every operation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from firstpoint import casework
from firstpoint.errors import NotAllowed
from firstpoint.workbench.accounts import second_factor, sessions
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.api.tokens import user_of
from firstpoint.workbench.gate import Signed
from firstpoint.workbench.ledger.keeping import keep

Called = TypeVar("Called", bound=Callable[..., Any])


class ByToken(HttpBearer):
    """A program, by a token in the header ``Authorization: Bearer …``."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The person for whom the token acts, or None."""
        user = user_of(token, timezone.now())
        if user is not None:
            request.user = user
        return user


class BySession(SessionAuth):
    """A person who is signed in at the pages; a form's token against forgery is asked for as there."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:  # noqa: ARG002 - ninja's face
        """The person who is signed in, or None; at the pages, too, nothing opens before the second factor."""
        if not request.user.is_authenticated or second_factor.is_due(request.user):
            return None
        sessions.note_use(request)
        return request.user


WAYS_IN = [ByToken(), BySession()]


def allowed(action: str) -> Callable[[Called], Called]:
    """Mark an operation as open to those alone whom the policy allows this action."""

    def marked(operation: Called) -> Called:
        @wraps(operation)
        def checked(request: Signed, *args: Any, **kwargs: Any) -> Any:
            require(request, action)
            return operation(request, *args, **kwargs)

        checked.action = action  # type: ignore[attr-defined]  # read by the tests
        return checked  # type: ignore[return-value]

    return marked


def require(request: Signed, action: str) -> None:
    """Raise NotAllowed, and keep that it was refused, unless the policy allows whoever calls this action."""
    person = request.user.person
    try:
        casework.require(person.roles, action)
    except NotAllowed:
        keep(person.reference, "page.refused", f"action:{action}")
        raise
