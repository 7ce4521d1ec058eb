"""Signing in with the organisation's account: OpenID Connect, by code with PKCE, state and nonce.

A person is known by issuer and subject, never by a name that somebody could take over. Their roles are what
the claim says, anew at each sign-in: no role of ours, or two that one person must not hold together, and
they do not get in. Whether they need a second factor is for the organisation to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from authlib.integrations.django_client.apps import DjangoOAuth2App
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from joserfc.errors import JoseError

from firstpoint import casework
from firstpoint.errors import InputError, NotAllowed
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.accounts.people import check_roles, make_user
from firstpoint.workbench.accounts.sessions import end_programs, end_sessions
from firstpoint.workbench.configuration import Organisation
from firstpoint.workbench.ledger.keeping import keep

BY_ORGANISATION = "organisation"
"""Who acts when the organisation's identity provider says who somebody is."""

_SECONDS_TO_ANSWER = 10
# Signed with a key that only the provider has. "none" is no signature, and HS256 is made with our secret.
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_FAULTS = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError)
_TRY_AGAIN = "Go to the sign-in page and start again. If it fails once more, tell your administrator."


class Silent(InputError):
    """The organisation's identity provider does not answer, or not as it should."""


def set_out(request: HttpRequest) -> HttpResponse:
    """The way to the organisation's sign-in page; the session keeps what must come back from it."""
    back = configured().redirect or request.build_absolute_uri(reverse("organisation-back"))
    return _provider(configured()).authorize_redirect(request, back)


def come_back(request: HttpRequest) -> User:
    """The person whom the identity provider vouches for.

    Raises NotAllowed where it does not, or no role fits, and Silent where it does not answer.
    """
    organisation = configured()
    claims = _claims(organisation, request)
    with transaction.atomic():
        user, refusal = _known(organisation, claims)
    # Raised only here: what was written of the refusal must stay.
    if refusal is not None:
        raise refusal
    assert user is not None
    return user


def configured() -> Organisation:
    """The organisation's identity provider; raises Http404 where the installation has none."""
    if settings.ORGANISATION is None:
        raise Http404
    return settings.ORGANISATION


def _provider(organisation: Organisation) -> DjangoOAuth2App:
    registry = OAuth()
    registry.register(
        "organisation",
        client_id=organisation.client_id,
        client_secret=organisation.client_secret,
        server_metadata_url=f"{organisation.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": _SECONDS_TO_ANSWER,
        },
    )
    provider: DjangoOAuth2App = registry.create_client("organisation")
    try:
        said = provider.load_server_metadata()
    except requests.RequestException as fault:
        raise _silent(organisation) from fault
    if str(said.get("issuer", "")).rstrip("/") != organisation.issuer:
        raise _silent(organisation)
    offered = said.get("id_token_signing_alg_values_supported") or ["RS256"]
    said["id_token_signing_alg_values_supported"] = [each for each in offered if each in _SIGNATURES]
    return provider


def _claims(organisation: Organisation, request: HttpRequest) -> Mapping[str, Any]:
    provider = _provider(organisation)
    expected = {
        "iss": {"essential": True, "values": [provider.server_metadata["issuer"]]},
        "aud": {"essential": True, "values": [organisation.client_id]},
    }
    try:
        token = provider.authorize_access_token(request, claims_options=expected)
        claims: Mapping[str, Any] = token["userinfo"]
        if not str(claims["sub"]) or "\x00" in str(claims["sub"]):
            raise KeyError("sub")
    except requests.RequestException as fault:
        raise _silent(organisation) from fault
    except _FAULTS as fault:
        keep("nobody", "sign-in.refused", BY_ORGANISATION, {"fault": type(fault).__name__})
        raise NotAllowed(
            "Your organisation's sign-in did not vouch for you in a way that can be trusted.",
            where=type(fault).__name__,
            remedy=_TRY_AGAIN,
        ) from fault
    return claims


def _known(organisation: Organisation, claims: Mapping[str, Any]) -> tuple[User | None, NotAllowed | None]:
    """The person of these claims, made or brought up to date, or why they do not get in."""
    roles = _roles(organisation, claims)
    found = (
        User.objects.select_for_update()
        .filter(issuer=organisation.issuer, subject=str(claims["sub"]))
        .first()
    )
    subject = found.person.reference if found else BY_ORGANISATION
    if found is not None and not found.is_active:
        keep("nobody", "sign-in.refused", subject, {"fault": "closed"})
        return None, NotAllowed("Your account is closed.", remedy="Ask your administrator.")
    try:
        check_roles(roles)
    except InputError as fault:
        if found is not None:
            end_sessions(found)
            end_programs(found, timezone.now())
        keep("nobody", "sign-in.refused", subject, {"fault": "roles", "roles": roles})
        return None, _no_fitting_role(roles, fault)
    user = found or _made(organisation, claims, roles)
    _bring_up_to_date(user, roles)
    keep(user.person.reference, "sign-in", user.person.reference, {"by": BY_ORGANISATION})
    return user, None


def _made(organisation: Organisation, claims: Mapping[str, Any], roles: list[str]) -> User:
    name = str(claims.get("name") or claims.get("preferred_username") or "").replace("\x00", "")[:120]
    return make_user(
        _free_name(str(claims.get("preferred_username", ""))),
        roles,
        make_password(None),
        shown_name=name,
        by=BY_ORGANISATION,
        issuer=organisation.issuer,
        subject=str(claims["sub"]),
    )


def _bring_up_to_date(user: User, roles: list[str]) -> None:
    if user.roles == roles:
        return
    user.roles = roles
    user.__dict__.pop("person", None)
    user.save(update_fields=["roles"])
    end_sessions(user)
    keep(BY_ORGANISATION, "account.roles", user.person.reference, {"roles": roles})


def _roles(organisation: Organisation, claims: Mapping[str, Any]) -> list[str]:
    said = claims.get(organisation.roles_claim) or []
    theirs = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return sorted({organisation.roles[str(each)] for each in theirs if str(each) in organisation.roles})


def _free_name(preferred: str) -> str:
    """A user name of ours that is like theirs and not taken: names identify nobody who comes this way."""
    like = re.sub(r"[^A-Za-z0-9._-]", "", preferred.split("@")[0])[:50] or "person"
    taken = set(User.objects.filter(username__startswith=like).values_list("username", flat=True))
    return next(
        name for name in (like, *(f"{like}-{n}" for n in range(2, len(taken) + 3))) if name not in taken
    )


def _no_fitting_role(roles: list[str], fault: InputError) -> NotAllowed:
    if not roles:
        return NotAllowed(
            "Your organisation's account has no role in Firstpoint.",
            remedy="Ask whoever looks after the organisation's accounts to give you one.",
        )
    titles = " and ".join(casework.role(each).short for each in roles)
    return NotAllowed(
        f"Your organisation gives you roles that nobody may hold together: {titles}. {fault.message}",
        remedy="Ask whoever looks after the organisation's accounts to take one of them away.",
    )


def _silent(organisation: Organisation) -> Silent:
    return Silent(
        "Your organisation's sign-in does not answer as it should.",
        where=organisation.issuer,
        remedy="Try again in a minute. If it fails again, tell your administrator.",
    )
