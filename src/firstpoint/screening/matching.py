"""Where the lexicon's phrases and cues stand in one log.

:func:`find` cuts the log once, looks up which patterns its tokens could satisfy, and runs only those. What it
gives is in token positions; :meth:`Found.span` turns them into characters of the original text, for the few
that are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from attrs import define, frozen

from firstpoint.screening.lexicon import Cue, Lexicon, Phrase
from firstpoint.screening.tokens import cut, token_spans, words_of

_BLOCK_REACH = 6


@frozen
class Hit:
    """A phrase that stands in the log, from token ``start`` up to but not including ``end``."""

    phrase: Phrase
    start: int
    end: int


@frozen
class CueHit:
    """A cue that stands in the log, in tokens."""

    cue: Cue
    start: int
    end: int


@define(slots=False)
class Found:
    """One log after matching: its token codes, and its hits and cues in the order of the text."""

    text: str
    codes: str
    hits: list[Hit]
    cues: list[CueHit]

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each token stands in the original text."""
        return token_spans(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The folded tokens."""
        return words_of(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original text under the tokens ``start`` to ``end``."""
        return self.spans[start][0], self.spans[end - 1][1]


def find(text: str, lexicon: Lexicon) -> Found:
    """Every phrase and cue in ``text``; time grows with its length alone, for every pattern is bounded."""
    codes = cut(text, lexicon.alphabet)
    triggers = lexicon.triggers
    present = set(codes)
    wanted = {number for code in present if code in triggers for number in triggers[code]}
    first_cue = len(lexicon.phrases)
    hits = [
        hit
        for number in wanted
        if number < first_cue
        for hit in _hits(lexicon.phrases[number], codes, present)
    ]
    cues = [
        cue
        for number in wanted
        if number >= first_cue
        for cue in _cues(lexicon.cues[number - first_cue], codes)
    ]
    return Found(text, codes, sorted(hits, key=_place), sorted(cues, key=_place))


def _hits(phrase: Phrase, codes: str, present: set[str]) -> Iterator[Hit]:
    if phrase.matcher.second.isdisjoint(present):
        return
    blocks: list[re.Pattern[str]] | None = None
    for match in phrase.matcher.expression.finditer(codes):
        if blocks is None:
            able = (b for b in phrase.block_matchers if not b.anchors.isdisjoint(present))
            blocks = [block.expression for block in able]
        start, end = match.span()
        around = codes[max(0, start - _BLOCK_REACH) : end + _BLOCK_REACH]
        if not any(block.search(around) for block in blocks):
            yield Hit(phrase, start, end)


def _cues(cue: Cue, codes: str) -> Iterator[CueHit]:
    for match in cue.matcher.expression.finditer(codes):
        yield CueHit(cue, *match.span())


def _place(found: Hit | CueHit) -> tuple[int, int, str]:
    return found.start, found.end, found.phrase.id if isinstance(found, Hit) else found.cue.id
