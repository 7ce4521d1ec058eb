"""Many logs read in columns, from their bytes to the rows of the screened table.

This is what :class:`~firstpoint.screening.logreading.LogReader` and the modules it stands on say of each log,
over arrays and some hundred times quicker; the plain reading is what it is held to, table by table, in the
tests. A log passes through in this order:

1. :mod:`~firstpoint.screening.engine` finds phrases, cues, and which cue bears on which phrase.
2. :mod:`~firstpoint.screening.columns.cutting` cuts the log into sentences of numbered words, and
   :mod:`~firstpoint.screening.columns.leaning` weighs them (:mod:`~firstpoint.screening.columns.wording`
   holds the arrays).
3. :mod:`~firstpoint.screening.columns.telling` joins the phrases to what they disclose,
   :mod:`~firstpoint.screening.columns.scoring` makes features of both and the chance of each kind, and
   :mod:`~firstpoint.screening.columns.choosing` writes the disclosures
   (:mod:`~firstpoint.screening.columns.phrases` holds the arrays).
4. :mod:`~firstpoint.screening.columns.answers` puts each different set of facts to ``counting`` once.
5. :mod:`~firstpoint.screening.columns.figures` adds up, and :mod:`~firstpoint.screening.columns.laying` lays
   the columns out.

:mod:`~firstpoint.screening.columns.reading` leads a part of the logs through all of it, and
:func:`read_parts` one part after another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl

from firstpoint.screening.columns.reading import Columns, Screening
from firstpoint.screening.logreading import LogReader

__all__ = ["AT_ONCE", "Columns", "Screening", "columns_of", "read_parts"]

AT_ONCE = 10_000  # logs that one thread takes at a time
WORKERS = 2
_KEPT = 4  # readers whose arrays are kept, since to make them takes seconds
_columns: dict[tuple[str, int, int, int], Columns | None] = {}


def columns_of(reader: LogReader) -> Columns | None:
    """The arrays of a reader, kept for the next time; None where they cannot hold what it knows."""
    key = reader.lexicon.version, id(reader.weights), id(reader.ranker), id(reader.network)
    if key not in _columns:
        while len(_columns) >= _KEPT:
            _columns.pop(next(iter(_columns)))
        _columns[key] = Columns.of(reader)
    return _columns[key]


def read_parts(
    columns: Columns,
    parts: Iterable[pl.DataFrame],
    linked: Mapping[str, Sequence[str | None]],
    *,
    at_once: int = AT_ONCE,
    workers: int = WORKERS,
) -> Iterator[pl.DataFrame]:
    """The screened rows of incidents that come in parts, in order, without their rank.

    ``linked`` are the classes of the crimes of each incident; ``at_once`` is how many logs of a part one of
    the ``workers`` takes at a time.
    """
    reader = columns.reader
    screening = Screening(columns, f"{reader.name} {reader.version}", linked)
    slices = (piece for part in parts for piece in _pieces(part, at_once))
    return _in_threads(slices, screening, workers)


def _pieces(part: pl.DataFrame, at_once: int) -> Iterator[pl.DataFrame]:
    return part.iter_slices(at_once) if part.height else iter((part,))


def _in_threads(parts: Iterator[pl.DataFrame], screening: Screening, workers: int) -> Iterator[pl.DataFrame]:
    """What is read of each part, in order; no more parts are begun than there are workers and one."""
    waiting: deque[Future[pl.DataFrame]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for part in parts:
            waiting.append(pool.submit(screening.read, part))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
