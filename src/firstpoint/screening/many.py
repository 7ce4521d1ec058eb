"""Many logs at once, by the quickest engine that this installation has.

The engine (:mod:`~firstpoint.screening.engine`) needs numba. Where that cannot be had, RE2 stands in
(``firstpoint[re2]``), and where neither can, the plain reading. All three find the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.matching import Found, find

MANY = 2_000  # from so many logs on it pays to have the engine's loops, which may have to be compiled first
LOGS_AT_ONCE = 20_000

Finds = tuple[Iterable[Found], Iterable[str | None]]
Engine = Callable[[pl.Series, Sequence[str | None]], Finds]
_KEPT = 4  # lexicons whose engines are kept, by their version, since to make one takes a second or more
_engines: dict[str, Engine] = {}


def found_in_many(texts: pl.Series, lexicon: Lexicon, kinds: Sequence[str | None]) -> Finds:
    """What stands in each text, and why a text could not be read, or None.

    ``kinds``, one a text, are kinds that its codes tell; cues for them are found although no phrase tells
    of them.
    """
    if lexicon.version not in _engines:
        while len(_engines) >= _KEPT:
            _engines.pop(next(iter(_engines)))
        _engines[lexicon.version] = _engine(lexicon)
    return _engines[lexicon.version](texts, kinds)


def _engine(lexicon: Lexicon) -> Engine:
    for engine in (_compiled, _re2):
        try:
            return engine(lexicon)
        except ImportError:
            continue
    return _one_by_one(lexicon, lambda text, kinds: find(text, lexicon, kinds))


def _compiled(lexicon: Lexicon) -> Engine:
    from firstpoint.screening.engine import read_column, tables_of

    tables = tables_of(lexicon)

    def finds(texts: pl.Series, kinds: Sequence[str | None]) -> Finds:
        reading = read_column(texts, tables, kinds)
        return reading, reading.not_read

    return finds


def _re2(lexicon: Lexicon) -> Engine:
    from firstpoint.screening.re2_matching import Re2Matching

    return _one_by_one(lexicon, Re2Matching(lexicon).find)


def _one_by_one(lexicon: Lexicon, finder: Callable[[str, list[str]], Found]) -> Engine:
    def finds(texts: pl.Series, kinds: Sequence[str | None]) -> Finds:
        told = zip(texts, kinds, strict=True)
        found = (finder(text or "", [kind] if kind else []) for text, kind in told)
        return found, (lexicon.languages.why(text or "") for text in texts)

    return finds
