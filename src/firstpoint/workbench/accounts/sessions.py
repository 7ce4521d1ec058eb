"""Where a person is signed in: their browsers, and ending them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from firstpoint.workbench.accounts.models import OpenSession, User
from firstpoint.workbench.ledger.keeping import keep

_NOTE_USE_EVERY_SECONDS = 60

# What browsers and machines write of themselves, the more particular before the more general.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def enter(request: HttpRequest, user: User) -> None:
    """Sign this person in with the browser that asks: a new session, kept in their list."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    now = timezone.now()
    OpenSession.objects.filter(user=user, last_used_at__lt=now - _longest()).delete()
    _list(request, user, now)


def stay(request: HttpRequest, user: User) -> None:
    """Keep the session that asks when all others of this person just ended."""
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    _list(request, user, timezone.now())


def note_use(request: HttpRequest) -> None:
    """Note that a session is in use, once a minute at most."""
    key = request.session.session_key
    if key and cache.add(f"session-used:{key}", True, _NOTE_USE_EVERY_SECONDS):
        OpenSession.objects.filter(session_key=key).update(last_used_at=timezone.now())


def open_sessions(user: User) -> list[OpenSession]:
    """The sessions of this person that can still be used, the last used first."""
    recent = timezone.now() - _longest()
    return list(user.open_sessions.filter(last_used_at__gt=recent).order_by("-last_used_at"))


def end_session(user: User, key: int, by: str) -> bool:
    """Whether a session of this person was there to end, and now is ended."""
    with transaction.atomic():
        found = OpenSession.objects.filter(user=user, pk=key)
        if not _delete(found):
            return False
        keep(by, "session.ended", user.person.reference)
        return True


def end_all(user: User, by: str) -> None:
    """End every session of this person."""
    with transaction.atomic():
        end_sessions(user)
        keep(by, "session.all-ended", user.person.reference)


def end_sessions(user: User) -> None:
    """End every session of this person, in the caller's transaction and with the caller's ledger entry."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])
    _delete(OpenSession.objects.filter(user=user))


def end_programs(user: User, now: datetime) -> None:
    """End every token by which a program acts for this person, in the caller's transaction."""
    user.tokens.filter(ended_at=None).update(ended_at=now)


def forget(request: HttpRequest) -> None:
    """Take the session that asks off the list: its owner is leaving."""
    OpenSession.objects.filter(session_key=request.session.session_key).delete()


def address_of(request: HttpRequest) -> str:
    """The address that asks; empty behind a proxy that is not believed, since all would share its own."""
    if settings.OVER_HTTPS and not settings.PROXY:
        return ""
    return str(request.META.get("REMOTE_ADDR", ""))[:60]


def browser_of(request: HttpRequest) -> str:
    """The browser that asks, in words, such as Firefox on Windows."""
    said = str(request.META.get("HTTP_USER_AGENT", ""))
    browser, machine = _first(_BROWSERS, said), _first(_MACHINES, said)
    return f"{browser or 'A browser'} on {machine}" if machine else browser or "Not known"


def _list(request: HttpRequest, user: User, now: datetime) -> None:
    OpenSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "started_at": now,
            "last_used_at": now,
            "address": address_of(request),
            "browser": browser_of(request),
        },
    )


def _delete(found: Iterable[OpenSession]) -> int:
    sessions = list(found)
    Session.objects.filter(session_key__in=[each.session_key for each in sessions]).delete()
    OpenSession.objects.filter(pk__in=[each.pk for each in sessions]).delete()
    return len(sessions)


def _first(words: tuple[tuple[str, str], ...], said: str) -> str:
    return next((shown for word, shown in words if word in said), "")


def _longest() -> timedelta:
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)
