"""One entry of the ledger, its canonical form and its hash."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from attrs import field, frozen

from firstpoint.errors import InputError

Particular = str | int | bool | None
Detail = Mapping[str, Particular | Sequence[Particular]]

FIRST_PREVIOUS = "0" * 64
"""What the first entry of a ledger carries as the hash of the one before it."""

LONGEST_REFERENCE = 200
_REFERENCE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}")
_HASH = re.compile(r"[0-9a-f]{64}")


@frozen
class Entry:
    """One thing that was done or seen.

    ``sequence`` counts from 1 without gaps; ``at`` is UTC; ``actor`` and ``subject`` are references without
    spaces; ``detail`` holds references, whole numbers, yes or no, and lists of these; ``previous`` and
    ``hash`` are SHA-256 in lower-case hexadecimal.
    """

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Detail = field(factory=dict)
    previous: str = FIRST_PREVIOUS
    hash: str = ""

    def content(self) -> dict[str, object]:
        """The entry as plain JSON values, without its own hash."""
        return {
            "sequence": self.sequence,
            "at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "detail": {name: _plain(value) for name, value in self.detail.items()},
            "previous": self.previous,
        }

    def as_dict(self) -> dict[str, object]:
        """The entry as plain JSON values, its own hash included."""
        return {**self.content(), "hash": self.hash}


def canonical(content: Mapping[str, object]) -> bytes:
    """The one way of writing a content: JSON with sorted keys, no spaces, UTF-8, no fractions."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def entry_hash(entry: Entry) -> str:
    """The SHA-256 that belongs to an entry, computed from its canonical content."""
    return hashlib.sha256(canonical(entry.content())).hexdigest()


def digest(text: str, key: bytes) -> str:
    """A keyed digest (HMAC-SHA-256) of a text: proves the text later, tells nothing without the key.

    A plain hash will not do: a short text (a name, "yes") could be found by trying.
    """
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def check_content(entry: Entry) -> None:
    """Raise InputError when an entry holds anything but references, whole numbers, yes or no and digests."""
    where = f"ledger entry {entry.sequence}"
    if entry.at.tzinfo is None:
        raise InputError("The time of an entry carries no time zone.", where=where, remedy="Give it in UTC.")
    for name, value in {"actor": entry.actor, "action": entry.action, "subject": entry.subject}.items():
        _check_reference(value, f"{where}, {name}")
    for name, particular in entry.detail.items():
        _check_reference(name, f"{where}, name of a particular")
        for part in _parts(particular):
            _check_particular(part, f"{where}, {name}")


def is_hash(value: object) -> bool:
    """Whether a value has the form of a SHA-256 in lower-case hexadecimal."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _check_particular(value: object, where: str) -> None:
    if value is None or isinstance(value, bool | int):
        return
    _check_reference(value, where)


def _check_reference(value: object, where: str) -> None:
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return
    raise InputError(
        f"A ledger holds references of at most {LONGEST_REFERENCE} characters without spaces, never text.",
        where=where,
        remedy="Give a reference, or a keyed digest of the text.",
    )


def _parts(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
