"""What an installation says of itself in ``workbench.toml``, read once at the start.

force = "Made-up Constabulary"        # the name at the top of each page
notice = "Made-up data"               # a sentence under it
database = "postgresql://host/name"   # where it is not the file of the directory
second_factor = "required"            # or "offered": whether local accounts must have one
checkpoints = "/mnt/elsewhere/points" # the file outside the database that the ledger is witnessed in

[jobs]                                # as firstpoint.workbench.jobs.configured reads it
[mail]                                # the same

[oidc]                                # single sign-on by the organisation, where it has one
name = "your force account"           # what the button on the sign-in page calls it
issuer = "https://identity.example"   # where its OpenID Connect discovery document stands
client_id = "firstpoint"
client_secret = "..."                 # better in FIRSTPOINT_OIDC_SECRET
roles_claim = "roles"                 # the claim that carries the roles of a person
redirect = ""                         # the address to come back to, where a proxy hides the true one

[oidc.roles]                          # their word for a role, and ours
"Firstpoint.Registrar" = "registrar"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from firstpoint import casework
from firstpoint.errors import InputError

FILE = "workbench.toml"
SECOND_FACTOR = ("required", "offered")


@frozen
class Organisation:
    """The identity provider of the force, and which of our roles its roles are."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    roles_claim: str
    redirect: str
    roles: Mapping[str, str]


@frozen
class Configuration:
    """What an installation says of itself; ``whole`` is all that its file says."""

    force: str = ""
    notice: str = ""
    second_factor: str = "required"
    checkpoints: Path | None = None
    organisation: Organisation | None = None
    whole: Mapping[str, Any] = field(factory=dict, repr=False)


def read_configuration(directory: Path | None, environment: Mapping[str, str]) -> Configuration:
    """The configuration of a directory; raises InputError where a setting cannot be used.

    What the environment names comes before what the file says.
    """
    path = directory / FILE if directory else None
    said: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path and path.is_file() else {}
    second_factor = str(said.get("second_factor", "required"))
    if second_factor not in SECOND_FACTOR:
        raise _cannot_be_used("second_factor", f"Write one of: {', '.join(SECOND_FACTOR)}.")
    return Configuration(
        force=str(said.get("force", "")),
        notice=str(said.get("notice", "")),
        second_factor=second_factor,
        checkpoints=_checkpoints(
            directory, environment.get("FIRSTPOINT_CHECKPOINTS") or said.get("checkpoints")
        ),
        organisation=_organisation(said.get("oidc"), environment.get("FIRSTPOINT_OIDC_SECRET", "")),
        whole=said,
    )


def _checkpoints(directory: Path | None, named: object) -> Path | None:
    if directory is None:
        return Path(str(named)) if named else None
    return directory / str(named or "checkpoints.jsonl")


def _organisation(said: object, secret: str) -> Organisation | None:
    if said is None:
        return None
    if not isinstance(said, dict):
        raise _cannot_be_used("oidc", "Write it as a table: [oidc].")
    missing = [name for name in ("issuer", "client_id") if not said.get(name)]
    if missing or not (secret or said.get("client_secret")):
        name = missing[0] if missing else "client_secret"
        raise _cannot_be_used(f"oidc.{name}", "It has to be given.")
    issuer = str(said["issuer"]).rstrip("/")
    if not re.match(r"https://|http://(localhost|127\.0\.0\.1)[:/]", issuer):
        raise _cannot_be_used("oidc.issuer", "Give an address that begins with https://.")
    return Organisation(
        issuer=issuer,
        client_id=str(said["client_id"]),
        client_secret=secret or str(said["client_secret"]),
        name=str(said.get("name", "your organisation's account")),
        roles_claim=str(said.get("roles_claim", "roles")),
        redirect=str(said.get("redirect", "")),
        roles=_roles(said.get("roles")),
    )


def _roles(said: object) -> dict[str, str]:
    known = {each.role for each in casework.roles()}
    roles = {str(theirs): str(ours) for theirs, ours in said.items()} if isinstance(said, dict) else {}
    unknown = sorted(set(roles.values()) - known)
    if unknown or not roles:
        names = ", ".join(sorted(known))
        raise _cannot_be_used("oidc.roles", f"Say which of their roles is which of: {names}.")
    return roles


def _cannot_be_used(setting: str, remedy: str) -> InputError:
    return InputError("This setting cannot be used.", where=f"{FILE}, {setting}", remedy=remedy)
