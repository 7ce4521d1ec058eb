"""Finding incidents by words of their logs.

An index of words stands beside the incidents. On SQLite it is kept in the transaction that changes them, by
sets of rows: whoever changes the text of incidents calls :func:`forget` before and :func:`learn` after.
PostgreSQL keeps its index by itself. Both hold letters and digits in a row, whatever their case or accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

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
    if connection.vendor != "sqlite":
        return
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
    if connection.vendor != "sqlite":
        return
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
    return Incident.objects.filter(pk__in=_keys_of(words))


def _keys_of(words: Sequence[str]) -> RawSQL:
    """The keys of the incidents that hold all words, as SQL."""
    if connection.vendor == "sqlite":
        sought = " ".join(f'"{word}"' if not word.endswith("*") else f'"{word[:-1]}"*' for word in words)
        return RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [sought])  # noqa: S611
    plain = [_without_accents(word) for word in words]
    sought = " & ".join(f"'{word}'" if not word.endswith("*") else f"'{word[:-1]}':*" for word in plain)
    return RawSQL(  # noqa: S611 - words are letters and digits
        f"SELECT id FROM {Incident._meta.db_table} WHERE {TABLE}(text) @@ to_tsquery('simple', %s)", [sought]
    )


def _without_accents(word: str) -> str:
    parted = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


def _gather(size: int, *, merging: int) -> None:
    with connection.cursor() as cursor:
        for setting, value in (("hashsize", size), ("automerge", merging)):
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES (%s, %s)", [setting, value])
