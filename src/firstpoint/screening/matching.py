"""Where the lexicon's phrases and cues stand in one log.

:func:`find` cuts the log once, looks up which patterns its tokens could satisfy, and runs only those. What it
gives is in token positions; :meth:`Found.span` turns them into characters of the original text, for the few
that are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from attrs import define, frozen

from firstpoint.screening.lexicon import Cue, Lexicon, Phrase
from firstpoint.screening.tokens import ENTRY, SENTENCE, coded, fold, token_spans, tokens_of

BLOCK_REACH = 6
_SENTENCES = re.compile(f"[^{re.escape(SENTENCE + ENTRY)}]+")  # no pattern reaches over the end of one


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


AnyHit = TypeVar("AnyHit", Hit, CueHit)


@define(slots=False)
class Found:
    """One log after matching: its token codes, and its hits and cues in the order of the text.

    ``bearing``, where whoever matched has told it already, are the cues that bear on each hit.
    """

    text: str
    tokens: list[str]
    codes: str
    hits: list[Hit]
    cues: list[CueHit]
    bearing: list[tuple[CueHit, ...]] | None = None

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each token stands in the original text."""
        return token_spans(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The folded tokens."""
        return list(map(fold, self.tokens))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original text under the tokens ``start`` to ``end``."""
        return self.spans[start][0], self.spans[end - 1][1]


def find(text: str, lexicon: Lexicon, kinds: Iterable[str] = ()) -> Found:
    """Every phrase in ``text``, and the cues that have a say over the kinds told or over ``kinds``.

    Time grows with the length of the text alone, for every pattern is bounded.
    """
    tokens = tokens_of(text)
    codes = coded(tokens, lexicon.alphabet)
    standing = set(codes)
    sentences = [(*match.span(), set(match[0])) for match in _SENTENCES.finditer(codes)]
    hits = [
        hit
        for start, end, here in sentences
        for place in _places(here, lexicon.phrases_by_code)
        if (phrase := lexicon.phrases[place]).matcher.could_stand(here)
        for hit in _hits(phrase, codes, start, end, standing)
    ]
    told = {hit.phrase.kind for hit in hits}.union(kinds)
    cues = [
        CueHit(cue, *match.span())
        for place in (_places(standing, lexicon.cues_by_code) if told else ())
        if any(map((cue := lexicon.cues[place]).governs, told)) and cue.matcher.could_stand(standing)
        for match in cue.matcher.expression.finditer(codes)
    ]
    return Found(text, tokens, codes, in_order(hits), in_order(cues))


def _places(standing: set[str], by_code: Mapping[str, tuple[int, ...]]) -> set[int]:
    """The places of the patterns whose rarest need is met by one of these token codes."""
    return {place for code in standing if code in by_code for place in by_code[code]}


def _hits(phrase: Phrase, codes: str, first: int, last: int, standing: set[str]) -> Iterator[Hit]:
    blocks: list[re.Pattern[str]] | None = None
    for match in phrase.matcher.expression.finditer(codes, first, last):
        if blocks is None:
            blocks = [block.expression for block in phrase.block_matchers if block.could_stand(standing)]
        start, end = match.span()
        around = codes[max(0, start - BLOCK_REACH) : end + BLOCK_REACH]
        if not any(block.search(around) for block in blocks):
            yield Hit(phrase, start, end)


def in_order(finds: Iterable[AnyHit]) -> list[AnyHit]:
    """Finds in the order of the text: by their start, their end, then their id."""
    return sorted(finds, key=_place)


def _place(found: Hit | CueHit) -> tuple[int, int, str]:
    return found.start, found.end, found.phrase.id if isinstance(found, Hit) else found.cue.id
