"""What ``workbench.toml`` says of jobs and of mail.

[jobs]
largest_upload_mb = 2048   # of one file
keep_files_days = 7        # uploads, rows set aside and exports

[mail]
host = "mail.example"
port = 25
from = "firstpoint@force.example"
digest = "daily"           # "off" without it
starttls = false
user = ""                  # the password comes from FIRSTPOINT_MAIL_PASSWORD
domains = ["force.example"]  # whither digests may go; the domain of "from" without it
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from attrs import field, frozen
from django.conf import settings

from firstpoint.errors import InputError

SETTINGS = "workbench.toml"


@frozen
class Mail:
    """The server that takes mail, and who gets any."""

    host: str
    port: int
    sender: str
    digest: bool
    starttls: bool
    user: str
    domains: tuple[str, ...]
    password: str = field(default="", repr=False)


def largest_upload() -> int:
    """The most bytes that an uploaded file may have."""
    return _whole("jobs", "largest_upload_mb", 2048) << 20


def files_kept_for() -> timedelta:
    """How long the files of a job are kept."""
    return timedelta(days=_whole("jobs", "keep_files_days", 7))


def mail() -> Mail | None:
    """The mail server, or None where none is named; raises InputError for what makes no sense."""
    given = _section("mail")
    if not given:
        return None
    sender, host = _text(given, "from"), _text(given, "host")
    if not host or "@" not in sender:
        raise _wrong("mail", "host and from", "Name the mail server and the address that mail comes from.")
    digest = given.get("digest", "off")
    if digest not in ("off", "daily"):
        raise _wrong("mail", "digest", 'Write "daily" or "off".')
    domains = given.get("domains") or [sender.rpartition("@")[2]]
    if not isinstance(domains, list) or not all(isinstance(each, str) for each in domains):
        raise _wrong("mail", "domains", 'Write a list such as ["force.example"].')
    if _text(given, "user") and given.get("starttls") is not True:
        raise _wrong("mail", "user", "Set starttls = true: the password would be sent for all to read.")
    return Mail(
        host=host,
        port=_whole("mail", "port", 25),
        sender=sender,
        digest=digest == "daily",
        starttls=given.get("starttls") is True,
        user=_text(given, "user"),
        domains=tuple(each.lower().lstrip("@") for each in domains),
        password=os.environ.get("FIRSTPOINT_MAIL_PASSWORD", ""),
    )


def check() -> None:
    """Raise InputError where anything of it makes no sense."""
    largest_upload(), files_kept_for(), mail()


def _section(name: str) -> dict[str, Any]:
    given = settings.SHOWN.get(name, {})
    if not isinstance(given, dict):
        raise _wrong(name, "it", f"Write [{name}] as a table.")
    return given


def _text(given: dict[str, Any], name: str) -> str:
    return str(given.get(name, "")).strip()


def _whole(section: str, name: str, usual: int) -> int:
    value = _section(section).get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1_000_000:
        raise _wrong(section, name, "Write a whole number above 0.")
    return value


def _wrong(section: str, name: str, remedy: str) -> InputError:
    return InputError("This setting makes no sense.", where=f"{SETTINGS} [{section}] {name}", remedy=remedy)
