"""A form that is sent when its session is over is kept, and offered again to whoever wrote it.

Each form carries a signed reference of the person whose page it stood on. When it arrives without a session
(or with the token of an earlier one), its fields are sealed with a secret that only a cookie of that browser
holds, and kept for an hour. After sign-in they are shown to the same person alone, who sends them on with one
press; being sent on uses them up. Files, passwords and one-time codes are never kept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import frozen
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from firstpoint.errors import InputError
from firstpoint.workbench.accounts.models import KeptForm, User
from firstpoint.workbench.accounts.sealing import digest, seal, unseal
from firstpoint.workbench.ledger.keeping import keep

WRITTEN_BY = "written_by"
SENT_ON = "sent_on"
COOKIE = "kept_form"
MOST_CHARACTERS = 300_000
MOST_OF_ONE_PERSON = 10
_PURPOSE = "kept-form"
_OF_OURS = {"csrfmiddlewaretoken", WRITTEN_BY, SENT_ON}
_SIGNER = Signer(salt="firstpoint.written-by")


@frozen
class Written:
    """A form as it was written: where it was sent, and its fields in order."""

    address: str
    fields: tuple[tuple[str, str], ...]
    kept_at: datetime

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields that a person wrote something in, for them to see."""
        return [(name, value) for name, value in self.fields if value.strip() and name not in {"version"}]


def never_kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view whose forms hold passwords or codes, which are never kept."""
    view.never_kept = True  # type: ignore[attr-defined]  # read again below
    return view


def written_by(user: User) -> SafeString:
    """The hidden field by which a form says on whose page it stood."""
    return format_html('<input type="hidden" name="{}" value="{}">', WRITTEN_BY, _SIGNER.sign(str(user.pk)))


def keep_form(request: HttpRequest, now: datetime) -> str | None:
    """The secret for the browser's cookie when what it sent is kept; None when it cannot be."""
    user = _writer(request)
    fields = _fields(request)
    if user is None or not fields or _is_never_kept(request):
        return None
    content = json.dumps(fields)
    if len(content) > MOST_CHARACTERS:
        return None
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        _forget_old(user, now)
        KeptForm.objects.create(
            user=user,
            browser_digest=digest(_PURPOSE, secret),
            address=request.get_full_path(),
            sealed_fields=seal(_PURPOSE, content, held_elsewhere=secret),
            kept_at=now,
        )
        keep("nobody", "form.kept", user.person.reference)
    return secret


def offered(request: HttpRequest, user: User, now: datetime) -> Written | None:
    """The form that is kept for this person in this browser, if there is one."""
    found = _of_browser(request, now)
    if found is None or found.user_id != user.pk:
        return None
    try:
        content = unseal(_PURPOSE, found.sealed_fields, held_elsewhere=request.COOKIES[COOKIE])
    except InputError:
        return None
    fields = tuple((str(name), str(value)) for name, value in json.loads(content))
    return Written(found.address, fields, found.kept_at)


def is_kept_in(request: HttpRequest, now: datetime) -> bool:
    """Whether a form is kept for whoever wrote it in this browser."""
    return _of_browser(request, now) is not None


def used_up(request: HttpRequest, user: User) -> None:
    """Let go of the form that is kept for this person in this browser: it was sent on, or thrown away."""
    KeptForm.objects.filter(user=user, browser_digest=_browser_digest(request)).delete()


def set_cookie(response: HttpResponse, secret: str) -> HttpResponse:
    """The response with the secret in a cookie that no script can read."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=settings.FORM_KEPT_FOR_MINUTES * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _writer(request: HttpRequest) -> User | None:
    try:
        key = _SIGNER.unsign(request.POST.get(WRITTEN_BY, ""))
    except BadSignature:
        return None
    return User.objects.filter(pk=int(key), is_active=True).first()


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _OF_OURS and isinstance(value, str)
    ]


def _is_never_kept(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is None or getattr(match.func, "never_kept", False)


def _of_browser(request: HttpRequest, now: datetime) -> KeptForm | None:
    if COOKIE not in request.COOKIES:
        return None
    recent = KeptForm.objects.filter(kept_at__gt=now - timedelta(minutes=settings.FORM_KEPT_FOR_MINUTES))
    return recent.filter(browser_digest=_browser_digest(request)).first()


def _browser_digest(request: HttpRequest) -> str:
    return digest(_PURPOSE, request.COOKIES.get(COOKIE, ""))


def _forget_old(user: User, now: datetime) -> None:
    KeptForm.objects.filter(kept_at__lt=now - timedelta(minutes=settings.FORM_KEPT_FOR_MINUTES)).delete()
    newest = KeptForm.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True)
    KeptForm.objects.filter(pk__in=list(newest)[MOST_OF_ONE_PERSON - 1 :]).delete()
