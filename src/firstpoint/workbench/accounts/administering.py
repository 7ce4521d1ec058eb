"""What an administrator does to accounts: never to their own, and never to the last administrator's.

Each change is an entry in the ledger, in the same transaction, and ends the person's sessions.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from firstpoint.errors import NotAllowed, Refused
from firstpoint.workbench.accounts.models import PasswordLink, User
from firstpoint.workbench.accounts.people import (
    check_password_strength,
    check_qualifications,
    check_roles,
    make_user,
)
from firstpoint.workbench.accounts.sealing import digest
from firstpoint.workbench.accounts.sessions import end_programs, end_sessions
from firstpoint.workbench.ledger.keeping import keep

_PURPOSE = "password-link"
ADMINISTRATOR = "administrator"


def invite(
    username: str,
    roles: Iterable[str],
    *,
    shown_name: str,
    qualifications: Iterable[str] = (),
    by: User,
    now: datetime,
) -> tuple[User, str]:
    """A new person without a password yet, and the secret of the link by which they set it."""
    with transaction.atomic():
        user = make_user(
            username,
            roles,
            make_password(None),
            shown_name=shown_name,
            by=by.person.reference,
            qualifications=qualifications,
        )
        return user, _link(user, now)


def new_link(user: User, by: User, now: datetime) -> str:
    """The secret of a link to set a new password; the old password is good no longer."""
    with transaction.atomic():
        user = _to_change(user, by)
        if user.is_of_organisation:
            raise Refused(
                "This person signs in with the organisation's account and has no password here.",
                where=user.username,
                remedy="Ask those who look after the organisation's accounts.",
            )
        user.password = make_password(None)
        user.save(update_fields=["password"])
        end_sessions(user)
        end_programs(user, now)
        keep(by.person.reference, "account.password-link", user.person.reference)
        return _link(user, now)


def change_roles(user: User, roles: Iterable[str], qualifications: Iterable[str], by: User) -> User:
    """The person with other roles and qualifications."""
    held, trained = sorted(set(roles)), sorted(set(qualifications))
    check_qualifications(trained)
    with transaction.atomic():
        user = _to_change(user, by)
        if user.is_of_organisation:
            held = sorted(user.roles)  # the organisation's own word, renewed at each sign-in
        else:
            check_roles(held)
        if ADMINISTRATOR not in held:
            _check_not_last(user)
        if (held, trained) == (sorted(user.roles), sorted(user.qualifications)):
            return user
        user.roles, user.qualifications = held, trained
        user.save(update_fields=["roles", "qualifications"])
        end_sessions(user)
        particulars = {"roles": held, "qualifications": trained}
        keep(by.person.reference, "account.roles", user.person.reference, particulars)
    return user


def close(user: User, by: User, now: datetime) -> None:
    """Let this person in no longer, and no program in their name."""
    with transaction.atomic():
        user = _to_change(user, by)
        _check_not_last(user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        PasswordLink.objects.filter(user=user).delete()
        end_sessions(user)
        end_programs(user, now)
        keep(by.person.reference, "account.closed", user.person.reference)


def reopen(user: User, by: User) -> None:
    """Let this person in again."""
    with transaction.atomic():
        user = _to_change(user, by)
        User.objects.filter(pk=user.pk).update(is_active=True)
        keep(by.person.reference, "account.reopened", user.person.reference)


def of_link(secret: str, now: datetime) -> User | None:
    """The person whom a link lets set a password, or None when it is used, old or none."""
    found = PasswordLink.objects.select_related("user").filter(
        digest=digest(_PURPOSE, secret), until__gt=now, user__is_active=True
    )
    link = found.first()
    return link.user if link else None


def set_password_by_link(secret: str, password: str, now: datetime) -> User | None:
    """The person who set a password by a link, which is used up by it; None when it is good no longer."""
    check_password_strength(password)
    hashed = make_password(password)
    with transaction.atomic():
        user = of_link(secret, now)
        if user is None or not PasswordLink.objects.filter(user=user).delete()[0]:
            return None
        _put_password(user, hashed)
    return user


def change_own_password(user: User, password: str) -> None:
    """Give a person, who proved the old one, a new password; every session of theirs ends."""
    check_password_strength(password)
    hashed = make_password(password)
    with transaction.atomic():
        _put_password(user, hashed)


def check_not_own(user: User, by: User) -> None:
    """Raise NotAllowed where somebody would change their own account."""
    if user.pk == by.pk:
        raise NotAllowed(
            "Nobody changes their own account in this way.",
            where=user.username,
            remedy="Ask another administrator.",
        )


def _put_password(user: User, hashed: str) -> None:
    user.password = hashed
    user.save(update_fields=["password"])
    end_sessions(user)
    keep(user.person.reference, "account.password-set", user.person.reference)


def _link(user: User, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    until = now + timedelta(days=settings.LINK_FOR_DAYS)
    PasswordLink.objects.update_or_create(
        user=user, defaults={"digest": digest(_PURPOSE, secret), "until": until}
    )
    return secret


def _to_change(user: User, by: User) -> User:
    """The account as it stands, held until the change is done."""
    check_not_own(user, by)
    return User.objects.select_for_update().get(pk=user.pk)


def _check_not_last(user: User) -> None:
    if ADMINISTRATOR not in user.roles:
        return
    # Held together, so that two who take each other away at once do not both succeed.
    active = User.objects.select_for_update().filter(is_active=True).order_by("pk")
    if not [each for each in active if ADMINISTRATOR in each.roles and each.pk != user.pk]:
        raise Refused(
            "This is the last administrator, without whom nobody could look after accounts.",
            where=user.username,
            remedy="Make somebody else an administrator first.",
        )
