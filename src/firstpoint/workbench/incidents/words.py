"""Finding incidents by words of their logs.

An index of words stands beside the incidents. It is kept in the transaction that changes them, by sets of
rows: whoever changes the text of incidents calls :func:`forget` before and :func:`learn` after.
"""

from __future__ import annotations

import re

from django.db import connection, transaction

from firstpoint.casework import Person
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.ledger.keeping import keep, text_digest

TABLE = "incident_words"
#: Bytes of words gathered before they are written down: the more, the quicker a large load.
_GATHERED, _USUALLY = 64 << 20, 1 << 20
_WORD = re.compile(r"[^\W_]+\*?")
MOST_WORDS = 12


def learn(which: str, *, all_at_once: bool = False) -> None:
    """Take in the words of incidents; ``which`` is a condition in SQL on the table of incidents."""
    if all_at_once:
        _gather(_GATHERED, merging=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (rowid, text) SELECT id, text FROM {Incident._meta.db_table} WHERE {which}"
        )
    if all_at_once:
        _gather(_USUALLY, merging=4)


def forget(which: str) -> None:
    """Leave out the words of incidents that are about to change; ``which`` as for :func:`learn`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({TABLE}, rowid, text) "
            f"SELECT 'delete', id, text FROM {Incident._meta.db_table} WHERE {which}"
        )


def with_words(person: Person, asked: str) -> list[str]:
    """Give the references of incidents whose logs hold all these words; ``burgl*`` finds what begins so.

    To look for words is to look at what was said of people: it is kept in the ledger, with a digest of the
    words.
    """
    words = _WORD.findall(asked)[:MOST_WORDS]
    if not words:
        return []
    sought = " ".join(f'"{word}"' if not word.endswith("*") else f'"{word[:-1]}"*' for word in words)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT incident_id FROM {Incident._meta.db_table} "
                f"WHERE id IN (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)",
                [sought],
            )
            found = [row[0] for row in cursor.fetchall()]
        keep(
            person.reference,
            "incidents.searched",
            f"words:{text_digest(' '.join(words).casefold())}",
            {"found": len(found)},
        )
    return found


def _gather(size: int, *, merging: int) -> None:
    with connection.cursor() as cursor:
        for setting, value in (("hashsize", size), ("automerge", merging)):
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES (%s, %s)", [setting, value])
