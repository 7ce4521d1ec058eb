"""The lexicon compiled to google-re2: the same finds by another engine.

RE2 never backtracks, so its time grows with the text alone, whatever the pattern. It stands in where the
loops of :mod:`~firstpoint.screening.engine` cannot be compiled (``firstpoint[re2]``), and in the tests beside
both other readings. Expressions are made from the elements of a pattern, not from the expression that the
plain reading runs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.matching import BLOCK_REACH, CueHit, Found, Hit, in_order
from firstpoint.screening.patterns import Element, Matcher
from firstpoint.screening.tokens import CLAUSE, ENTRY, SENTENCE, coded, tokens_of

_MEMORY = (
    1 << 30
)  # bytes that a set of expressions may take; RE2's own limit is too small for a whole lexicon


class Re2Matching:
    """Finds with RE2 what :func:`~firstpoint.screening.matching.find` finds.

    Raises ImportError where google-re2 is not installed.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        import re2

        self._re2: Any = re2
        self.lexicon = lexicon
        self._blocks = {phrase.id: self._compiled(phrase.block_matchers) for phrase in lexicon.phrases}

    @cached_property
    def _phrases(self) -> _Set:
        return _Set(self._re2, [phrase.matcher for phrase in self.lexicon.phrases])

    @cached_property
    def _cues(self) -> _Set:
        return _Set(self._re2, [cue.matcher for cue in self.lexicon.cues])

    def find(self, text: str, kinds: Iterable[str] = ()) -> Found:
        """Every phrase in ``text``, and the cues that have a say over the kinds told or over ``kinds``."""
        tokens = tokens_of(text)
        codes = coded(tokens, self.lexicon.alphabet)
        hits = [
            hit
            for place, start, end in self._phrases.finds(codes)
            if not self._is_blocked((hit := Hit(self.lexicon.phrases[place], start, end)), codes)
        ]
        told = {hit.phrase.kind for hit in hits}.union(kinds)
        cues = [
            CueHit(cue, start, end)
            for place, start, end in (self._cues.finds(codes) if told else ())
            if any(map((cue := self.lexicon.cues[place]).governs, told))
        ]
        return Found(text, tokens, codes, in_order(hits), in_order(cues))

    def _is_blocked(self, hit: Hit, codes: str) -> bool:
        around = codes[max(0, hit.start - BLOCK_REACH) : hit.end + BLOCK_REACH]
        return any(block.search(around) for block in self._blocks[hit.phrase.id])

    def _compiled(self, matchers: Sequence[Matcher]) -> list[Any]:
        return [self._re2.compile(re2_source(matcher)) for matcher in matchers]


class _Set:
    """Many expressions: one look says which of them stand in a log, and only those are then searched for."""

    def __init__(self, re2: Any, matchers: Sequence[Matcher]) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        sources = [re2_source(matcher) for matcher in matchers]
        self._set = re2.Set.SearchSet(options)
        for source in sources:
            self._set.Add(source)
        self._set.Compile()
        self._each = [re2.compile(source) for source in sources]

    def finds(self, codes: str) -> Iterator[tuple[int, int, int]]:
        for place in sorted(self._set.Match(codes) or ()):
            for match in self._each[place].finditer(codes):
                yield place, *match.span()


def re2_source(matcher: Matcher) -> str:
    """A pattern as an expression of RE2 over token codes, without a look ahead."""
    return "".join(_source(element, first=not at) for at, element in enumerate(matcher.elements))


def _source(element: Element, *, first: bool) -> str:
    if element.gap is not None:
        return f"[^{SENTENCE}{ENTRY}]{{0,{element.gap}}}?"
    longest_first = sorted(element.sequences, key=len, reverse=True)
    either = "|".join("".join(map(_class, sequence)) for sequence in longest_first)
    source = f"{'' if first else CLAUSE + '?'}(?:{either})"
    return f"(?:{source})?" if element.optional else source


def _class(codes: Collection[str]) -> str:
    return f"[{''.join(map(re.escape, sorted(codes)))}]"
