"""A lexicon as the arrays that the engine's loops read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from firstpoint.errors import InputError
from firstpoint.screening.engine import bearing, standing
from firstpoint.screening.engine import words as word_tables
from firstpoint.screening.engine.bearing import Cues
from firstpoint.screening.engine.letters import Letters, letters
from firstpoint.screening.engine.standing import Patterns
from firstpoint.screening.lexicon import DIRECTIONS, Lexicon
from firstpoint.screening.patterns import Element, Matcher
from firstpoint.screening.tokens import CLAUSE, ENTRY, NUMBER, SENTENCE, UNKNOWN, cut

_MARKS = (CLAUSE, SENTENCE, ENTRY, UNKNOWN, NUMBER)  # the token codes 0 to 4, in this order
_MOST_KINDS = 128
_EVERYDAY = 200  # how often a word of everyday is taken to stand beside one of the lexicon's own sentences
Codes = frozenset[int]
Row = tuple[Codes, ...]


class Lexis(NamedTuple):
    """All that the loops know; ``kind_of`` (int32): the number of each phrase's kind."""

    letters: Letters
    words: word_tables.Words
    patterns: Patterns
    cues: Cues
    kind_of: NDArray[np.int32]
    all_kinds: NDArray[np.uint64]


@define
class Tables:
    """What is made once of a lexicon; ``words`` gives each run a table of words of its own."""

    lexicon: Lexicon
    patterns: Patterns
    cues: Cues
    kinds: Mapping[str, int]
    kind_of: NDArray[np.int32]
    longest: tuple[int, int]  # the most elements of a pattern, and the most tokens
    known: Sequence[tuple[bytes, int]] = field(repr=False)
    starts: Sequence[tuple[bytes, int]] = field(repr=False)

    def lexis(self, places_bits: int = 15) -> Lexis:
        """All that a run needs, with a fresh table of words."""
        all_kinds = np.full(2, np.iinfo(np.uint64).max, dtype=np.uint64)
        words = _words(self.known, self.starts, places_bits)
        return Lexis(letters(), words, self.patterns, self.cues, self.kind_of, all_kinds)


def tables_of(lexicon: Lexicon) -> Tables:
    """The arrays of a lexicon.

    Raises :class:`InputError` where it is larger than the arrays allow.
    """
    numbers = _Numbers(lexicon)
    pool = _Pool(lexicon, numbers)
    kinds = {kind: number for number, kind in enumerate(_kinds(lexicon))}
    if len(kinds) > _MOST_KINDS:
        raise InputError(f"the lexicon speaks of {len(kinds)} kinds; {_MOST_KINDS} are possible")
    patterns = pool.patterns(kinds)
    alphabet = lexicon.alphabet
    return Tables(
        lexicon=lexicon,
        patterns=patterns,
        cues=_cues(lexicon, kinds, numbers),
        kinds=kinds,
        kind_of=np.array([kinds[p.kind] for p in lexicon.phrases], dtype=np.int32),
        longest=pool.longest,
        known=[(word.encode(), numbers.of[code]) for word, code in alphabet.literals.items()],
        starts=[(start.encode(), numbers.of[code]) for start, code in alphabet.prefixes.items()],
    )


def _kinds(lexicon: Lexicon) -> list[str]:
    of_cues = {kind for cue in lexicon.cues for kind in cue.kinds}
    of_codes = {row.kind for row in lexicon.opening_codes if row.kind}
    return sorted({phrase.kind for phrase in lexicon.phrases} | of_cues | of_codes)


class _Numbers:
    """Token codes as small numbers: the marks first, then the words and prefixes of the alphabet."""

    def __init__(self, lexicon: Lexicon) -> None:
        alphabet = lexicon.alphabet
        private = (*alphabet.literals.values(), *alphabet.prefixes.values())
        self.of = {code: number for number, code in enumerate((*_MARKS, *private))}
        self.often = self._counted(lexicon)

    def _counted(self, lexicon: Lexicon) -> NDArray[np.int64]:
        """How often each code is to be expected, from the sentences that the lexicon brings itself."""
        often = np.ones(len(self.of), dtype=np.int64)
        for row in (*lexicon.phrases, *lexicon.cues):
            for sentence in (*row.hits, *row.misses):
                for code in cut(sentence, lexicon.alphabet):
                    often[self.of[code]] += 1
        for code in (*lexicon.common, *_MARKS):
            often[self.of[code]] += _EVERYDAY
        return often

    def set_of(self, codes: Iterable[str]) -> Codes:
        return frozenset(self.of[code] for code in codes)


class _Pool:
    """The patterns of a lexicon in one row: phrases, cues, then the look-alikes of phrases."""

    def __init__(self, lexicon: Lexicon, numbers: _Numbers) -> None:
        self.lexicon, self.numbers = lexicon, numbers
        self.blocks = [block for phrase in lexicon.phrases for block in phrase.block_matchers]
        self.matchers: list[Matcher] = [
            *(phrase.matcher for phrase in lexicon.phrases),
            *(cue.matcher for cue in lexicon.cues),
            *self.blocks,
        ]
        self.rows: dict[Row, int] = {}
        self.sets: dict[Codes, int] = {}
        self.wanted = [[self._codes(element) for element in m.elements] for m in self.matchers]
        self.row_of = {number: row for row, number in self.rows.items()}

    def _codes(self, element: Element) -> Codes | None:
        """The codes of an element, its rows of words among them; None for a gap."""
        if element.gap is not None:
            return None
        codes: set[int] = set()
        for sequence in element.sequences:
            row = tuple(self.numbers.set_of(atom) for atom in sequence)
            if len(row) == 1:
                codes |= row[0]
            else:
                codes.add(self.rows.setdefault(row, len(self.numbers.of) + len(self.rows)))
        return frozenset(codes)

    @cached_property
    def spans(self) -> list[list[tuple[int, int]]]:
        """The least and most tokens of each element of each pattern, the comma before it among them."""
        return [
            [_span(element, first=not at) for at, element in enumerate(matcher.elements)]
            for matcher in self.matchers
        ]

    @property
    def longest(self) -> tuple[int, int]:
        return max(len(s) for s in self.spans), max(sum(most for _, most in s) for s in self.spans)

    def anchor(self, place: int) -> int:
        """The element of a pattern of which a token is least often met."""
        required = [
            at
            for at, element in enumerate(self.matchers[place].elements)
            if element.gap is None and not element.optional
        ]
        often = self.numbers.often

        def cost(at: int) -> int:
            return sum(
                int(often[code]) if code < len(often) else min(int(often[list(a)].sum()) for a in self.row_of[code])
                for code in self.wanted[place][at] or ()
            )

        return min(required, key=cost)

    def patterns(self, kinds: Mapping[str, int]) -> Patterns:
        lexicon = self.lexicon
        phrases, cues = len(lexicon.phrases), len(lexicon.cues)
        elements = [(e, w) for m, ws in zip(self.matchers, self.wanted, strict=True) for e, w in zip(m.elements, ws, strict=True)]
        wanted = [-1 if codes is None else self._set(codes) for _, codes in elements]
        row_sets = [[self._set(atom) for atom in row[2:]] for row in self.rows]
        anchors = [self.anchor(place) for place in range(phrases + cues)]
        phrase_from, phrase = self._anchored(anchors, 0, phrases)
        cue_from, cue = self._anchored(anchors, phrases, phrases + cues)
        leads, slots, bits, listed = self._pairs()
        before = [[sum(s[at] for s in self.spans[p][:a]) for p, a in enumerate(anchors)] for at in (0, 1)]
        return Patterns(
            members=self._members(),
            element_from=_begins(len(m.elements) for m in self.matchers),
            gap=_ints(-1 if e.gap is None else e.gap for e, _ in elements),
            wanted=_ints(wanted),
            optional=np.array([e.optional for e, _ in elements], dtype=np.int8),
            least_before=_ints(before[0]),
            # A comma may stand between what comes before and the anchor itself.
            most_before=_ints(most + (a > 0) for most, a in zip(before[1], anchors, strict=True)),
            rank=self._ranks(),
            kinds=self._kinds(kinds),
            block_from=_begins([*(len(p.blocks) for p in lexicon.phrases), *[0] * cues]),
            block=_ints(range(phrases + cues, len(self.matchers))),
            phrase_from=phrase_from,
            phrase=phrase,
            cue_from=cue_from,
            cue=cue,
            leads=leads,
            pair_slots=slots,
            pair_bits=bits,
            row=listed,
            row_code=_ints(self.rows.values()),
            row_from=_begins(len(sets) for sets in row_sets),
            row_set=_ints(s for sets in row_sets for s in sets),
        )

    def _set(self, codes: Codes) -> int:
        return self.sets.setdefault(codes, len(self.sets))

    def _members(self) -> NDArray[np.uint64]:
        members = np.zeros((self._size, max(1, (len(self.sets) + 63) // 64)), dtype=np.uint64)
        for codes, number in self.sets.items():
            members[list(codes), number >> 6] |= np.uint64(1 << (number & 63))
        return members

    @property
    def _size(self) -> int:
        return len(self.numbers.of) + len(self.rows)

    def _anchored(
        self, anchors: Sequence[int], first: int, last: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """For each code, the patterns from ``first`` to ``last`` of whose anchor it is one."""
        places: list[list[int]] = [[] for _ in range(self._size)]
        for place in range(first, last):
            for code in self.wanted[place][anchors[place]] or ():
                places[code].append(place)
        return _begins(map(len, places)), _ints(p for each in places for p in each)

    def _ranks(self) -> NDArray[np.int32]:
        ids = [*(p.id for p in self.lexicon.phrases), *(c.id for c in self.lexicon.cues)]
        ranks = {each: rank for rank, each in enumerate(sorted(ids))}
        return _ints(ranks[each] for each in ids)

    def _kinds(self, kinds: Mapping[str, int]) -> NDArray[np.uint64]:
        says = np.zeros((len(self.lexicon.phrases) + len(self.lexicon.cues), 2), dtype=np.uint64)
        says[: len(self.lexicon.phrases)] = np.iinfo(np.uint64).max
        for place, cue in enumerate(self.lexicon.cues, len(self.lexicon.phrases)):
            for kind, number in kinds.items():
                if cue.governs(kind):
                    says[place, number >> 6] |= np.uint64(1 << (number & 63))
        return says

    def _pairs(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], int, NDArray[np.int32]]:
        """The rows of words by their first two, the longest first."""
        by_pair: dict[tuple[int, int], list[int]] = {}
        leads = np.zeros(self._size, dtype=np.uint8)
        rows = list(self.rows)
        for number in sorted(range(len(rows)), key=lambda number: -len(rows[number])):
            leads[list(rows[number][0])] |= 1
            leads[list(rows[number][1])] |= 2
            for first in rows[number][0]:
                for second in rows[number][1]:
                    by_pair.setdefault((first, second), []).append(number)
        bits = max(4, (3 * len(by_pair)).bit_length())
        slots = np.full((1 << bits, 3), -1, dtype=np.int64)
        listed: list[int] = []
        for (first, second), numbers in by_pair.items():
            pair = (first << 20) | second
            place = ((pair * int(standing.SPREAD)) & ((1 << 64) - 1)) >> (64 - bits)
            while slots[place, 0] >= 0:
                place = (place + 1) & ((1 << bits) - 1)
            slots[place] = pair, len(listed), len(listed) + len(numbers)
            listed += numbers
        return leads, slots, bits, _ints(listed)


def _span(element: Element, *, first: bool) -> tuple[int, int]:
    if element.gap is not None:
        return 0, element.gap
    lengths = [len(sequence) for sequence in element.sequences]
    return (0 if element.optional else min(lengths)), max(lengths) + (not first)


def _cues(lexicon: Lexicon, kinds: Mapping[str, int], numbers: _Numbers) -> Cues:
    stops = np.zeros(len(numbers.of), dtype=np.uint8)
    for codes, bit in (
        ({*lexicon.terminators, SENTENCE, ENTRY}, bearing.STOPS),
        (lexicon.agents, bearing.STOPS_VICTIMS),
    ):
        stops[list(numbers.set_of(codes))] |= bit
    return Cues(
        direction=np.array([DIRECTIONS.index(c.direction) for c in lexicon.cues], dtype=np.int8),
        reach=_ints(c.reach for c in lexicon.cues),
        counts_victims=np.array([c.category == "victims" for c in lexicon.cues], dtype=np.uint8),
        governs=np.array([[c.governs(k) for k in kinds] for c in lexicon.cues], dtype=np.uint8),
        stops=stops,
    )


def _words(
    known: Sequence[tuple[bytes, int]], starts: Sequence[tuple[bytes, int]], bits: int
) -> word_tables.Words:
    while len(known) * 3 > 1 << bits:
        bits += 1
    slots = np.zeros((1 << bits, 3), dtype=np.uint64)
    _enter(slots, bits, known)
    start_bits = max(4, (3 * len(starts)).bit_length())
    start_slots = np.zeros((1 << start_bits, 3), dtype=np.uint64)
    _enter(start_slots, start_bits, starts)
    lengths = sorted({len(start) for start, _ in starts}, reverse=True)
    state = np.array([len(known), (1 << bits) // 2, bits], dtype=np.int64)
    return word_tables.Words(slots, state, start_slots, start_bits, np.array(lengths, dtype=np.int64))


def _enter(slots: NDArray[np.uint64], bits: int, entries: Sequence[tuple[bytes, int]]) -> None:
    spelt = np.frombuffer(b"".join(word for word, _ in entries) or b"\0", dtype=np.uint8)
    begins = _begins(len(word) for word, _ in entries)
    values = np.array([value for _, value in entries], dtype=np.int64)
    word_tables.put(slots, bits, spelt, begins, values, np.zeros(2, dtype=np.uint64))


def _begins(lengths: Iterable[int]) -> NDArray[np.int32]:
    return np.cumsum([0, *lengths], dtype=np.int32)


def _ints(numbers: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(numbers), dtype=np.int32)
