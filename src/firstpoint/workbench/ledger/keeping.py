"""Adding to the ledger, and proving it whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import DataError, connection, transaction
from django.utils import timezone

from firstpoint import ledger
from firstpoint.errors import LedgerBroken
from firstpoint.ledger import Checkpoint, Detail, Entry, VerifyResult
from firstpoint.workbench.ledger.models import LedgerEntry

# Any number will do, so long as nothing else in the database locks the same one.
_LOCK = 7_219_402_117
_READ_AT_ONCE = 2000


def keep(actor: str, action: str, subject: str, detail: Detail | None = None) -> LedgerEntry:
    """Add one entry in the caller's transaction, if any: it stands or falls with what was done.

    On PostgreSQL nobody else can add one until that transaction is over: whoever adds an entry does it last.
    """
    with transaction.atomic(savepoint=False):
        entry = ledger.chain(
            _end_held(), at=timezone.now(), actor=actor, action=action, subject=subject, detail=detail
        )
        return LedgerEntry.objects.create(**_columns(entry))


def reference(kind: str, identifier: str) -> str:
    """A reference without spaces, such as ``incident:1234%20of%2005/06``, short enough for the ledger."""
    written = f"{kind}:{quote(identifier, safe='/:.-_')}"
    return written if len(written) <= 200 else f"{kind}:sha256:{text_digest(identifier)}"


def text_digest(text: str) -> str:
    """The keyed digest by which a text can be proved later without being in the ledger."""
    return ledger.digest(text, settings.LEDGER_KEY)


def verify_ledger(checkpoints: Sequence[Checkpoint] = ()) -> VerifyResult:
    """What the ledger of the database holds; raises LedgerBroken naming the first entry that does not fit."""
    return ledger.verify(all_entries(), checkpoints)


def export_ledger(path: Path) -> int:
    """How many entries were written to ``path``: all that an outsider needs to verify them."""
    return ledger.write_entries(all_entries(), path)


def all_entries() -> Iterator[Entry]:
    """Every entry, oldest first; raises LedgerBroken for one that PostgreSQL holds and nobody can read.

    They are read in parts and by their numbers, so that nothing is held open between two parts.
    """
    rows, reached, at_once = LedgerEntry.objects.order_by("sequence"), -1, _READ_AT_ONCE
    while True:
        try:
            some = list(rows.filter(sequence__gt=reached)[:at_once])
        except DataError as fault:
            if at_once == 1:
                raise _beyond_reading(reached + 1) from fault
            at_once = 1  # to find out which one it is
            continue
        if not some:
            return
        for row in some:
            yield row.as_entry()
            reached = row.sequence


def _beyond_reading(sequence: int) -> LedgerBroken:
    return LedgerBroken(
        "It cannot be read: it holds what no program of ours writes.",
        where=f"ledger entry {sequence}",
        remedy="Restore the ledger from a backup, and find out who could change it.",
    )


def _end_held() -> Checkpoint | None:
    """Where the ledger ends, while nobody else adds to it until the transaction is over."""
    asked = f"SELECT sequence, hash FROM {LedgerEntry._meta.db_table} ORDER BY sequence DESC LIMIT 1"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # One way to the server for both; the second statement sees what the first one waited for.
            cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK}); {asked}")
            cursor.nextset()
        else:
            # Transactions are opened IMMEDIATE, so this writer already stands alone.
            cursor.execute(asked)
        found = cursor.fetchone()
    return Checkpoint(count=found[0], head=found[1], at=timezone.now()) if found else None


def _columns(entry: Entry) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": dict(entry.detail),
        "previous": entry.previous,
        "hash": entry.hash,
    }
