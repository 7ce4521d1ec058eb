"""Making, finding and ending the tokens by which programs act for a person."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from firstpoint.errors import InputError
from firstpoint.ledger import Detail
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.api.models import ApiToken
from firstpoint.workbench.ledger.keeping import keep

LONGEST_DAYS = 366
MOST_TOKENS = 20
_PREFIX = "fp_"
_SELDOM = timedelta(minutes=1)


def make_token(user: User, name: str, roles: Iterable[str], days: int, now: datetime) -> str:
    """A new token in clear, which is shown once; raises InputError where something of it cannot be used."""
    held = sorted(set(roles))
    if not name.strip() or len(name) > 80:
        raise InputError(
            "A token needs a name of at most 80 characters.", where="name", remedy="Name its use."
        )
    if not held or not set(held) <= set(user.roles):
        raise InputError(
            "A token can have only roles that you have.", where="roles", remedy="Choose from your own roles."
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(
            f"A token lasts from 1 to {LONGEST_DAYS} days.", where="days", remedy="Choose fewer days."
        )
    clear = _PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        if len(standing(user, now)) >= MOST_TOKENS:
            raise InputError("You have too many tokens.", where="name", remedy="End one that is not used.")
        token = ApiToken.objects.create(
            user=user,
            name=name.strip(),
            digest=_digest(clear),
            roles=held,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        detail: Detail = {"roles": held, "days": days}
        keep(user.person.reference, "token.made", f"token:{token.pk}", detail)
    return clear


def standing(user: User, now: datetime) -> Sequence[ApiToken]:
    """The tokens of a person that can be used now, the newest first."""
    return list(user.tokens.filter(ended_at=None, expires_at__gt=now).order_by("-pk"))


def end_token(user: User, key: int, now: datetime) -> bool:
    """Whether a token of this person was standing and is ended now."""
    with transaction.atomic():
        ended = user.tokens.filter(pk=key, ended_at=None).update(ended_at=now)
        if ended:
            keep(user.person.reference, "token.ended", f"token:{key}")
    return bool(ended)


def user_of(clear: str, now: datetime) -> User | None:
    """The person for whom a token acts, holding those of the token's roles that the person still has."""
    if not clear.startswith(_PREFIX) or len(clear) > 100:
        return None
    rows = ApiToken.objects.select_related("user").filter(ended_at=None, expires_at__gt=now)
    token = rows.filter(digest=_digest(clear), user__is_active=True).first()
    if token is None:
        return None
    if token.used_at is None or now - token.used_at > _SELDOM:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    user: User = token.user
    user.roles = [role for role in user.roles if role in token.roles]
    return user


def _digest(clear: str) -> str:
    # A token is long and random: nobody finds it by trying, so a plain digest will do.
    return hashlib.sha256(clear.encode("utf-8", "surrogatepass")).hexdigest()
