"""What the words around a phrase do to its meaning.

A cue works inside its own sentence and reach, unless a word such as *but* (class ``TERMINATOR``) stands
between, or, where it counts victims, one such as *by* (class ``AGENT``). Cues marked ``entry`` work in the
whole entry, those marked ``earlier`` in their entry and the ones before it (a later entry can explain what an
earlier one tells, never the other way round), and those marked ``log`` in the whole log.

:func:`contexts` gives, for every hit, the cues that bear on it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.matching import CueHit, Found, Hit
from firstpoint.screening.tokens import ENTRY, SENTENCE


def contexts(found: Found, lexicon: Lexicon) -> list[tuple[CueHit, ...]]:
    """The cues that bear on each hit, in step with ``found.hits``."""
    if found.bearing is not None:
        return found.bearing
    near = [cue for cue in found.cues if cue.cue.direction in ("before", "after", "both")]
    wide = [cue for cue in found.cues if cue.cue.direction in ("entry", "earlier", "log")]
    starts = [cue.start for cue in near]
    furthest = max((cue.cue.reach + cue.end - cue.start for cue in near), default=0)
    entries = _Entries(found.codes, wide)
    stops = lexicon.terminators | {SENTENCE, ENTRY}
    stops_of = {"victims": stops | lexicon.agents}
    return [
        (*_near(found, hit, near, starts, furthest, stops, stops_of), *entries.bearing_on(hit))
        for hit in found.hits
    ]


class _Entries:
    """The cues that govern each entry and the whole log, one of each category and set of kinds."""

    def __init__(self, codes: str, wide: Sequence[CueHit]) -> None:
        self._ends = [at for at, code in enumerate(codes) if code == ENTRY] if wide else []
        self._by_entry: dict[int, dict[str, CueHit]] = {}
        self._by_log: dict[str, CueHit] = {}
        self._earlier: dict[str, tuple[int, CueHit]] = {}  # the last entry in which each stands
        for cue in wide:
            if cue.cue.direction == "log":
                self._by_log.setdefault(cue.cue.id, cue)
            elif cue.cue.direction == "earlier":
                self._earlier[cue.cue.id] = (bisect_left(self._ends, cue.start), cue)
            else:
                self._by_entry.setdefault(bisect_left(self._ends, cue.start), {}).setdefault(cue.cue.id, cue)

    def bearing_on(self, hit: Hit) -> Iterator[CueHit]:
        if not (self._by_log or self._by_entry or self._earlier):
            return
        entry = bisect_left(self._ends, hit.start)
        in_entry = self._by_entry.get(entry, {})
        explained = [cue for last, cue in self._earlier.values() if entry <= last]
        for cue in (*self._by_log.values(), *in_entry.values(), *explained):
            if cue.cue.governs(hit.phrase.kind):
                yield cue


def _near(
    found: Found,
    hit: Hit,
    near: Sequence[CueHit],
    starts: Sequence[int],
    furthest: int,
    stops: frozenset[str],
    stops_of: Mapping[str, frozenset[str]],
) -> Iterator[CueHit]:
    for at in range(bisect_left(starts, hit.start - furthest), bisect_left(starts, hit.end + furthest + 1)):
        cue = near[at]
        if not cue.cue.governs(hit.phrase.kind):
            continue
        between = _between(hit, cue)
        if between is None or between[1] - between[0] > cue.cue.reach:
            continue
        if stops_of.get(cue.cue.category, stops).isdisjoint(found.codes[slice(*between)]):
            yield cue


def _between(hit: Hit, cue: CueHit) -> tuple[int, int] | None:
    """The tokens between a cue and a hit, or None where the cue stands on the wrong side."""
    if cue.end <= hit.start:
        return (cue.end, hit.start) if cue.cue.direction != "after" else None
    if cue.start >= hit.end:
        return (hit.end, cue.start) if cue.cue.direction != "before" else None
    # Where they overlap, a cue that must stand before begins before the phrase; a "no" inside it is part of
    # the phrase ("after she had said no"). Between lies what the phrase says up to the cue ("hit by two").
    if cue.cue.direction == "before":
        return (hit.start, hit.start) if cue.start < hit.start else None
    return max(hit.start, cue.start - cue.cue.reach), max(hit.start, cue.start)
