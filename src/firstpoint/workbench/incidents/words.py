"""Finding incidents by words of their logs.

An index of words stands beside the incidents. It is kept in the transaction that changes them, by sets of
rows: whoever changes the text of incidents calls :func:`forget` before and :func:`learn` after.
"""

from __future__ import annotations

import re

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from firstpoint.workbench.incidents.models import Incident

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


def holding(asked: str) -> QuerySet[Incident]:
    """The incidents whose logs hold all these words; ``burgl*`` finds what begins so; no word finds none."""
    words = _WORD.findall(asked)[:MOST_WORDS]
    if not words:
        return Incident.objects.none()
    sought = " ".join(f'"{word}"' if not word.endswith("*") else f'"{word[:-1]}"*' for word in words)
    found = RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [sought])  # noqa: S611
    return Incident.objects.filter(pk__in=found)


def _gather(size: int, *, merging: int) -> None:
    with connection.cursor() as cursor:
        for setting, value in (("hashsize", size), ("automerge", merging)):
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES (%s, %s)", [setting, value])
