"""Where referrals go, as ``workbench.toml`` says:

[victim_support]
webhook = "https://support.example/referrals"   # or:
folder = "/mnt/support/referrals"               # a CSV file for each sending
secret = "..."                                  # signs what goes out; better FIRSTPOINT_SUPPORT_SECRET
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from attrs import field, frozen
from django.conf import settings

from firstpoint.errors import InputError


@frozen
class Support:
    """Where referrals go: a webhook with the secret that signs, or a folder; neither where nobody said."""

    webhook: str = ""
    folder: Path | None = None
    secret: str = field(default="", repr=False)

    @property
    def is_set(self) -> bool:
        """Whether anything can be sent."""
        return bool(self.webhook or self.folder)


def support() -> Support:
    """Where referrals go; raises InputError where the setting cannot be used."""
    said = settings.SHOWN.get("victim_support", {})
    if not isinstance(said, dict):
        raise _cannot("victim_support", "Write it as a table: [victim_support].")
    webhook, folder = str(said.get("webhook", "")), said.get("folder")
    secret = os.environ.get("FIRSTPOINT_SUPPORT_SECRET", "") or str(said.get("secret", ""))
    if webhook and not _is_safe(webhook):
        raise _cannot("victim_support.webhook", "Give an address that begins with https://.")
    if webhook and not secret:
        raise _cannot("victim_support.secret", "Give a secret: without it nobody can tell who sends.")
    return Support(webhook, Path(str(folder)) if folder else None, secret)


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    )


def _cannot(where: str, remedy: str) -> InputError:
    return InputError("This setting cannot be used.", where=f"workbench.toml, {where}", remedy=remedy)
