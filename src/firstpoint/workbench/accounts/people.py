"""Adding people, and signing them in with a password."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from firstpoint import casework
from firstpoint.errors import InputError
from firstpoint.workbench.accounts import guessing, second_factor
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.ledger.keeping import keep

LONGEST_PASSWORD = 200

THE_COMMAND = "command"
"""Who acts when the command acts: nobody is signed in there."""


def add_user(
    username: str, roles: Iterable[str], password: str, *, shown_name: str = "", by: str = THE_COMMAND
) -> User:
    """A new person who can sign in.

    ``username`` has letters, digits and ``. - _``; ``roles`` are names of casework's roles. Raises
    InputError for a role that does not exist, roles that one person must not hold together, a name that is
    taken, or a weak password.
    """
    held = sorted(set(roles))
    check_password_strength(password)
    return make_user(username, held, make_password(password), shown_name=shown_name, by=by)


def make_user(
    username: str,
    roles: Iterable[str],
    password: str,
    *,
    shown_name: str = "",
    by: str,
    qualifications: Iterable[str] = (),
    issuer: str = "",
    subject: str = "",
) -> User:
    """A new person with a password that is hashed already; raises InputError as :func:`add_user` does."""
    held = sorted(set(roles))
    _check_name(username)
    check_roles(held)
    check_qualifications(qualifications)
    try:
        with transaction.atomic():
            user = User.objects.create(
                username=username,
                shown_name=shown_name or username,
                roles=held,
                qualifications=sorted(set(qualifications)),
                password=password,
                created_at=timezone.now(),
                issuer=issuer,
                subject=subject,
            )
            given = sorted(set(qualifications))
            particulars = {"roles": held, **({"qualifications": given} if given else {})}
            keep(by, "account.added", user.person.reference, particulars)
    except IntegrityError as fault:
        raise InputError("This name is taken.", where=username, remedy="Choose another.") from fault
    return user


def sign_in(username: str, password: str, now: datetime, address: str = "") -> User | None:
    """The person whose name and password these are, or None.

    After some wrong passwords in a row an account is locked for a while, and after more of them, on whatever
    names, an address is; what is said to the person at the page is the same in every case, so that nobody can
    find out which names exist. Where the person has a second factor it is still to be asked for.
    """
    found = User.objects.filter(username=username, is_active=True, issuer="").first()
    # The slow part stands before the transaction, which would else keep everybody from working meanwhile. It
    # is as slow for a name that does not exist and for one that is locked, so that time tells nothing.
    right = check_password(password, found.password if found else _nobodys_password())
    with transaction.atomic():
        if guessing.is_kept_out(address, now):
            return None
        user = User.objects.select_for_update().filter(pk=found.pk, is_active=True).first() if found else None
        if user is None or found is None or user.password != found.password:
            guessing.note_wrong(None, address, now)
            return None
        if user.locked_until and user.locked_until > now:
            guessing.note_wrong(None, address, now)
            return None
        if not right:
            keep(user.person.reference, "sign-in.refused", user.person.reference)
            guessing.note_wrong(user, address, now)
            return None
        _note_password(user)
        return user


def pass_second_factor(user: User, code: str, now: datetime, address: str = "") -> bool:
    """Whether somebody who gave the right password gets in with this code as well."""
    with transaction.atomic():
        if guessing.is_kept_out(address, now) or (user.locked_until and user.locked_until > now):
            return False
        right = second_factor.is_right(user, code, now)
        keep(user.person.reference, "sign-in" if right else "sign-in.refused", user.person.reference)
        if right:
            guessing.note_right(user)
        else:
            guessing.note_wrong(user, address, now)
        return right


def reference_of(written: str) -> str:
    """The ledger's reference of a person by user name; what is no user name stays as it is written."""
    user = User.objects.filter(username=written).first()
    return user.person.reference if user else written


def names() -> Mapping[str, str]:
    """The shown name of each person by reference, for pages that say who did what."""
    shown = {f"user:{key}": name for key, name in User.objects.values_list("pk", "shown_name")}
    return {**shown, THE_COMMAND: "The command", "worker": "The worker", "nobody": "Nobody signed in"}


def active() -> Sequence[tuple[str, str]]:
    """Everybody who may sign in, by reference and shown name, in the order of the names."""
    rows = User.objects.filter(is_active=True).order_by("shown_name", "pk")
    return [(f"user:{key}", name) for key, name in rows.values_list("pk", "shown_name")]


@cache
def _nobodys_password() -> str:
    return make_password(secrets.token_urlsafe())


def _note_password(user: User) -> None:
    # Where a code is still to come the wrong ones stay counted: else the right password would clear them,
    # and codes could be guessed for ever.
    if user.second_factor_since:
        keep(user.person.reference, "sign-in.password", user.person.reference)
        return
    guessing.note_right(user)
    keep(user.person.reference, "sign-in", user.person.reference)


def _check_name(username: str) -> None:
    if (
        not username
        or len(username) > 60
        or not username.replace("-", "").replace(".", "").replace("_", "").isalnum()
    ):
        raise InputError(
            "A user name has 1 to 60 letters, digits, dots, hyphens and underscores.",
            where=username[:60],
            remedy="Choose another.",
        )


def check_qualifications(held: Iterable[str]) -> None:
    """Raise InputError for a qualification that does not exist."""
    known = {each.qualification for each in casework.qualifications()}
    unknown = sorted(set(held) - known)
    if unknown:
        raise InputError(
            "There is no such qualification.",
            where=", ".join(unknown),
            remedy=f"Choose from: {', '.join(sorted(known))}.",
        )


def check_roles(held: list[str]) -> None:
    """Raise InputError for no role, a role that does not exist, or two that one person must not hold."""
    known = {each.role for each in casework.roles()}
    unknown = [name for name in held if name not in known]
    if unknown or not held:
        raise InputError(
            "There is no such role." if unknown else "A person needs a role.",
            where=", ".join(unknown),
            remedy=f"Choose from: {', '.join(sorted(known))}.",
        )
    for one, other in casework.clashing(held):
        raise InputError(
            f"One person cannot be {casework.role(one).short} and {casework.role(other).short}.",
            where=f"{one}, {other}",
            remedy="Give the second role to somebody else.",
        )


def check_password_strength(password: str) -> None:
    """Raise InputError for a password that is too long or too weak."""
    if len(password) > LONGEST_PASSWORD:
        raise InputError(
            f"A password has at most {LONGEST_PASSWORD} characters.", where="password", remedy="Shorten it."
        )
    try:
        validate_password(password)
    except ValidationError as fault:
        raise InputError(" ".join(fault.messages), where="password", remedy="Choose a longer one.") from fault
