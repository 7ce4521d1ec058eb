"""What a change to the lexicon would do to a set of logs: both lexicons read them, and the readings are set
side by side.

A log counts as changed where it gains or loses a disclosure, where one of its disclosures is told otherwise
(certainty, context, crimes, victims, class), or where its chance moves. Ranks move for others' sake as well:
they are given beside each changed log, and for all logs together as one number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from attrs import frozen

from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.logreading import BY_WORDS, LogReader
from firstpoint.screening.reading import LexiconReader, Reader
from firstpoint.screening.screened import screen
from firstpoint.screening.stored import disclosure_of


@frozen
class ChangedLog:
    """One log that reads otherwise: pairs are (before, after); ``moved`` are disclosures told otherwise.

    The chance is None where the log was not read.
    """

    incident_id: str
    rank: tuple[int, int]
    chance_unrecorded: tuple[float | None, float | None]
    gained: tuple[Disclosure, ...]
    lost: tuple[Disclosure, ...]
    moved: tuple[tuple[Disclosure, Disclosure], ...]


@frozen
class LexiconEffect:
    """What the change does to a set of logs; pairs are (before, after).

    ``changed`` are the logs that read otherwise, those first whose chance moves most. ``patterns`` gives for
    each row that tells or ceases to tell something in how many logs it is part of a disclosure, the rows
    whose number differs alone.
    """

    logs: int
    versions: tuple[str, str]
    disclosing: tuple[int, int]
    expected_crimes: tuple[float, float]
    changed: tuple[ChangedLog, ...]
    ranks_moved: int
    patterns: Mapping[str, tuple[int, int]]


def _shipped(lexicon: Lexicon) -> Reader:
    return LogReader(LexiconReader(lexicon))


def lexicon_effect(
    incidents: pl.DataFrame,
    before: Lexicon,
    after: Lexicon,
    *,
    crimes: pl.DataFrame | None = None,
    read_with: Callable[[Lexicon], Reader] = _shipped,
    progress: Callable[[int, int], None] | None = None,
) -> LexiconEffect:
    """What it would do to these logs to read them with ``after`` in place of ``before``.

    ``read_with`` makes the reader that reads with a lexicon: that which ships, weights of words and all, or
    :class:`LexiconReader`, by which the phrases alone are seen.

    ``incidents`` and ``crimes`` as for :func:`~firstpoint.screening.screened.screen`; ``progress`` is called
    with (done, total) over both readings.
    """
    total = 2 * incidents.height
    was = screen(incidents, crimes, reader=read_with(before), progress=_part(progress, 0, total))
    now = screen(
        incidents,
        crimes,
        reader=read_with(after),
        progress=_part(progress, incidents.height, total),
    )
    rows = list(zip(was.iter_rows(named=True), now.iter_rows(named=True), strict=True))
    changed = [log for old, new in rows if (log := _changed(old, new))]
    counts = (_patterns(was), _patterns(now))
    return LexiconEffect(
        logs=incidents.height,
        versions=(before.version, after.version),
        disclosing=(_disclosing(was), _disclosing(now)),
        expected_crimes=(_sum(was), _sum(now)),
        changed=tuple(sorted(changed, key=_by_weight)),
        ranks_moved=sum(old["rank"] != new["rank"] for old, new in rows),
        patterns={
            name: (counts[0][name], counts[1][name])
            for name in sorted(counts[0].keys() | counts[1].keys())
            if counts[0][name] != counts[1][name]
        },
    )


def _part(
    progress: Callable[[int, int], None] | None, ahead: int, total: int
) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, _: progress(ahead + done, total)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> ChangedLog | None:
    was, now = _by_kind(old["disclosures"]), _by_kind(new["disclosures"])
    log = ChangedLog(
        incident_id=str(old["incident_id"]),
        rank=(old["rank"], new["rank"]),
        chance_unrecorded=(old["chance_unrecorded"], new["chance_unrecorded"]),
        gained=tuple(one for kind, one in now.items() if kind not in was),
        lost=tuple(one for kind, one in was.items() if kind not in now),
        moved=tuple(
            (one, now[kind]) for kind, one in was.items() if kind in now and _told(one) != _told(now[kind])
        ),
    )
    same = log.chance_unrecorded[0] == log.chance_unrecorded[1]
    return None if same and not (log.gained or log.lost or log.moved) else log


def _by_kind(rows: Iterable[Mapping[str, Any]]) -> dict[str, Disclosure]:
    return {row["kind"]: disclosure_of(row) for row in rows}


def _told(one: Disclosure) -> tuple[Any, ...]:
    return one.certainty, one.context, one.victims, one.crimes, one.ho_class


def _patterns(screened: pl.DataFrame) -> Counter[str]:
    cells: Sequence[str] = (
        screened["disclosures"].explode().drop_nulls().struct.field("pattern").to_list()
        if screened.height
        else []
    )
    return Counter(name for cell in cells for name in cell.split() if name != BY_WORDS)


def _disclosing(screened: pl.DataFrame) -> int:
    return screened.filter(pl.col("disclosures").list.len() > 0).height


def _sum(screened: pl.DataFrame) -> float:
    return round(float(screened["expected_crimes"].sum()), 2)


def _by_weight(log: ChangedLog) -> tuple[float, str]:
    was, now = (chance or 0.0 for chance in log.chance_unrecorded)
    return -abs(now - was), log.incident_id
