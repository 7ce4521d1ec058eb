"""What the plain reading and the engine say of the same logs, side by side."""

from __future__ import annotations

from firstpoint.screening.context import contexts
from firstpoint.screening.engine import read_column, tables_of
from firstpoint.screening.lexicon import ready_lexicon
from firstpoint.screening.matching import find

LEXICON = ready_lexicon()
TABLES = tables_of(LEXICON)


def told_plainly(text, lexicon, kinds=()):
    """Hits with their places, cues, and the cues that bear on each hit, by the plain reading."""
    found = find(text or "", lexicon, kinds)
    return _told(found, contexts(found, lexicon))


def told_by_the_engine(column, tables, kinds=None):
    """The same of every log of a column, by the engine."""
    return [_told(found, found.bearing) for found in read_column(column, tables, kinds)]


def _told(found, bearing):
    hits = [(hit.phrase.id, hit.start, hit.end, *found.span(hit.start, hit.end)) for hit in found.hits]
    return hits, _cues(found.cues), [_cues(cues) for cues in bearing]


def _cues(cues):
    return [(cue.cue.id, cue.start, cue.end) for cue in cues]
