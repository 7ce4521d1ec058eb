"""A lexicon as the arrays that the engine's loops read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

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
from firstpoint.screening.spelling import LONGEST, Spelling
from firstpoint.screening.tokens import CLAUSE, ENTRY, NUMBER, SENTENCE, UNKNOWN, cut

_MARKS = (CLAUSE, SENTENCE, ENTRY, UNKNOWN, NUMBER)  # the token codes 0 to 4, in this order
_MOST_KINDS = 128
_EVERYDAY = 200  # how often a word of everyday is taken to stand beside one of the lexicon's own sentences
_FEWEST_PLACES = 15  # bits of the places of a table of words
_ROW_RARER = 10  # by how much a row of words is rarer than the rarest of them
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
    known: tuple[NDArray[np.uint64], int] = field(
        repr=False
    )  # the table of known words, the bits of its places
    taken: int
    resolving: Mapping[str, Any] = field(repr=False)  # all other fields of ``Words``

    def lexis(self, words: word_tables.Words | None = None) -> Lexis:
        """All that a run needs, with a fresh table of words where none is given."""
        all_kinds = np.full(2, np.iinfo(np.uint64).max, dtype=np.uint64)
        return Lexis(letters(), words or self.words(), self.patterns, self.cues, self.kind_of, all_kinds)

    def words(self) -> word_tables.Words:
        """A table of the known words, to which a run adds those that it meets."""
        known, bits = self.known
        slots = lines(1 << bits, 4).reshape(-1)
        slots[:] = known
        return word_tables.Words(
            slots=slots,
            state=np.array([self.taken, (1 << bits) // 2, bits], dtype=np.int64),
            spelt=np.zeros(LONGEST, dtype=np.uint8),
            shorter=np.zeros(LONGEST, dtype=np.uint8),
            rows=np.zeros((3, LONGEST + 1), dtype=np.int64),
            **self.resolving,
        )


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
    known = _known(lexicon, numbers)
    starts, start_bits = _table(
        [(start.encode(), numbers.of[code]) for start, code in alphabet.prefixes.items()]
    )
    return Tables(
        lexicon=lexicon,
        patterns=patterns,
        cues=_cues(lexicon, kinds, numbers),
        kinds=kinds,
        kind_of=np.array([kinds[p.kind] for p in lexicon.phrases], dtype=np.int32),
        longest=pool.longest,
        known=_table([(word.encode(), value) for word, value in known.items()], _FEWEST_PLACES),
        taken=len(known),
        resolving={
            "starts": starts,
            "start_bits": start_bits,
            "start_lengths": np.array(
                sorted({len(start.encode()) for start in alphabet.prefixes}, reverse=True), dtype=np.int64
            ),
            **_repairs(lexicon, numbers),
        },
    )


def _known(lexicon: Lexicon, numbers: _Numbers) -> dict[str, int]:
    """The words of the lexicon and those that tell a language, each with its code and its language << 32."""
    of_word = lexicon.languages.of_word
    known = {
        word: numbers.of[code] | of_word.get(word, 0) << 32
        for word, code in lexicon.alphabet.literals.items()
    }
    for word, language in of_word.items():
        known.setdefault(word, numbers.of[lexicon.alphabet.code(word)] | language << 32)
    return known


def _kinds(lexicon: Lexicon) -> list[str]:
    of_cues = {kind for cue in lexicon.cues for kind in cue.kinds}
    of_codes = {row.kind for row in lexicon.opening_codes if row.kind}
    return sorted({phrase.kind for phrase in lexicon.phrases} | of_cues | of_codes)


class _Numbers:
    """Token codes as small numbers: the marks first, then the words and prefixes of the alphabet.

    Words that are to be met often come first, so that what is kept of them lies close together.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        alphabet = lexicon.alphabet
        often = dict.fromkeys((*_MARKS, *alphabet.literals.values(), *alphabet.prefixes.values()), 1)
        told = [*((p.hits, p.misses) for p in lexicon.phrases), *((c.hits, c.misses) for c in lexicon.cues)]
        for hits, misses in told:
            for code in "".join(cut(sentence, alphabet) for sentence in (*hits, *misses)):
                often[code] += 1
        for code in lexicon.common:
            often[code] += _EVERYDAY
        private = sorted(often.keys() - set(_MARKS), key=lambda code: (-often[code], code))
        self.of = {code: number for number, code in enumerate((*_MARKS, *private))}
        #: How often each code is to be expected, from the sentences that the lexicon brings itself.
        self.often = np.array([_EVERYDAY + often[c] if c in _MARKS else often[c] for c in self.of])

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

        def cost(at: int) -> float:
            return sum(
                int(often[code])
                if code < len(often)
                else min(int(often[list(a)].sum()) for a in self.row_of[code]) / _ROW_RARER
                for code in self.wanted[place][at] or ()
            )

        return min(required, key=cost)

    def patterns(self, kinds: Mapping[str, int]) -> Patterns:
        cues_from, last = len(self.lexicon.phrases), len(self.lexicon.phrases) + len(self.lexicon.cues)
        # The sets that patterns begin with come first, so that what is asked most often lies close together.
        for each in self.wanted:
            if each[0] is not None:
                self._set(each[0])
        wanted = [-1 if codes is None else self._set(codes) for each in self.wanted for codes in each]
        elements = [element for matcher in self.matchers for element in matcher.elements]
        anchors = [self.anchor(place) for place in range(last)]
        phrases, cues = self._anchored(anchors, 0, cues_from), self._anchored(anchors, cues_from, last)
        needs_of_patterns, needs_of_elements, needs_of_codes, needs = self._needs(anchors)
        flags = np.zeros(self._size, dtype=np.uint64)
        flags[[self.numbers.of[mark] for mark in (SENTENCE, ENTRY)]] |= standing.ENDS
        pairs = self._pairs(flags)
        return Patterns(
            codes=self._rows_of_codes(flags, phrases, cues, needs_of_codes),
            patterns=self._rows_of_patterns(anchors, kinds, needs_of_patterns),
            needs=needs,
            members=self._members(),
            elements=np.array(
                [
                    (-1 if e.gap is None else e.gap, w, e.optional, need)
                    for e, w, need in zip(elements, wanted, needs_of_elements, strict=True)
                ],
                dtype=np.int32,
            ),
            rank=self._ranks(),
            block=_places(range(last, len(self.matchers))),
            anchored=_halves(
                [
                    place | (int(standing.LAST) if at == len(each) - 1 else 0)
                    for each in (*phrases, *cues)
                    for at, place in enumerate(each)
                ],
                [needs_of_patterns[place] & standing.LOWER for each in (*phrases, *cues) for place in each],
            ),
            pair_slots=pairs[0],
            pair_bits=pairs[1],
            pair_sieve=pairs[2],
            rows=pairs[3],
        )

    def _rows_of_codes(
        self,
        flags: NDArray[np.uint64],
        phrases: Sequence[Sequence[int]],
        cues: Sequence[Sequence[int]],
        needs: NDArray[np.uint64],
    ) -> NDArray[np.uint64]:
        rows = lines(self._size, 4)
        rows[:, int(standing.CODE_FLAGS)] = flags
        many = [len(each) for each in (*phrases, *cues)]
        begins = np.where(np.array(many) > 0, _begins(many)[:-1].astype(np.int64), int(standing.NONE))
        rows[:, int(standing.CODE_ANCHORED)] = _halves(begins[: self._size], begins[self._size :])
        rows[: len(needs), int(standing.CODE_NEEDS)] = needs
        return rows.reshape(-1)

    def _rows_of_patterns(
        self,
        anchors: Sequence[int],
        kinds: Mapping[str, int],
        needs: NDArray[np.uint64],
    ) -> NDArray[np.uint64]:
        rows = lines(len(self.matchers))
        many = [len(matcher.elements) for matcher in self.matchers]
        rows[: len(needs), int(standing.PATTERN_NEEDS)] = needs >> np.uint64(32)
        rows[:, int(standing.PATTERN_ELEMENTS)] = _halves(_begins(many)[:-1], many)
        before = [self._before(place, anchor) for place, anchor in enumerate(anchors)]
        rows[: len(before), int(standing.PATTERN_BEFORE)] = _halves(*zip(*before, strict=True))
        blocks = [len(phrase.blocks) for phrase in self.lexicon.phrases]
        rows[: len(blocks), int(standing.PATTERN_BLOCKS)] = _halves(_begins(blocks)[:-1], blocks)
        first, last = int(standing.PATTERN_KINDS), int(standing.PATTERN_KINDS) + 2
        rows[: len(anchors), first:last] = self._kinds(kinds)
        return rows.reshape(-1)

    def _before(self, place: int, anchor: int) -> tuple[int, int]:
        """The least tokens from the start of a pattern to its anchor, and how many more there may be.

        A comma may stand before the anchor itself.
        """
        least, most = (sum(span[at] for span in self.spans[place][:anchor]) for at in (0, 1))
        return least, most + (anchor > 0) - least

    def _needs(
        self, anchors: Sequence[int]
    ) -> tuple[NDArray[np.uint64], list[int], NDArray[np.uint64], NDArray[np.uint64]]:
        """What each pattern needs besides its anchor, and the need that each element is or -1; the row of
        each code, and those rows: the needs that codes meet, as bits.

        A need is a set of codes of which one must stand in the sentence; of a row of words its rarest word
        stands for it. Where there are more needs than bits, those met about equally often share one.
        """
        often = self.numbers.often
        needed = [
            {
                at: self._signs(codes)
                for at, codes in enumerate(self.wanted[place])
                if codes is not None and at != anchor and not self.matchers[place].elements[at].optional
            }
            for place, anchor in enumerate(anchors)
        ]
        needs = {signs for each in needed for signs in each.values()}
        by_rarity = sorted(needs, key=lambda signs: (int(often[list(signs)].sum()), sorted(signs)))
        bits = standing.ALWAYS_MET
        bit_of = {signs: number * bits // max(bits, len(needs)) for number, signs in enumerate(by_rarity)}
        met_by: dict[int, set[int]] = {}
        for signs, bit in bit_of.items():
            for code in signs:
                met_by.setdefault(code, set()).add(bit)
        rows, row_of = lines(1 + len(met_by), standing.NEEDS), np.zeros(len(self.numbers.of), np.uint64)
        for row, (code, met) in enumerate(sorted(met_by.items()), 1):
            row_of[code] = row
            for bit in met:
                rows[row, bit >> 6] |= np.uint64(1 << (bit & 63))
        listed = standing.NEEDS_LISTED
        of_patterns = np.zeros(len(anchors), dtype=np.uint64)
        for place, each in enumerate(needed):
            rarest = sorted({bit_of[signs] for signs in each.values()})[:listed]
            for at, bit in enumerate(rarest + [standing.ALWAYS_MET] * (listed - len(rarest))):
                of_patterns[place] |= np.uint64(bit << (16 * at))
        of_look_alikes: list[dict[int, Codes]] = [{} for _ in self.blocks]
        of_elements = [
            bit_of[each[at]] if at in each else -1
            for each, matcher in zip((*needed, *of_look_alikes), self.matchers, strict=True)
            for at in range(len(matcher.elements))
        ]
        return of_patterns, of_elements, row_of, rows

    def _signs(self, codes: Codes) -> Codes:
        often = self.numbers.often
        rows = (
            min(self.row_of[code], key=lambda atom: int(often[list(atom)].sum()))
            for code in codes
            if code in self.row_of
        )
        return frozenset(code for code in codes if code not in self.row_of).union(*rows)

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

    def _anchored(self, anchors: Sequence[int], first: int, last: int) -> list[list[int]]:
        """For each code, the patterns from ``first`` to ``last`` of whose anchor it is one."""
        places: list[list[int]] = [[] for _ in range(self._size)]
        for place in range(first, last):
            for code in self.wanted[place][anchors[place]] or ():
                places[code].append(place)
        return places

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

    def _pairs(
        self, flags: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int64], int, NDArray[np.uint64], NDArray[np.int32]]:
        """The rows of words by their first two, the longest first; marks them in ``flags``."""
        by_pair: dict[tuple[int, int], list[int]] = {}
        rows = list(self.rows)
        written = [self._row(row) for row in rows]
        for number in sorted(range(len(rows)), key=lambda number: -len(rows[number])):
            flags[list(rows[number][0])] |= standing.FIRST
            flags[list(rows[number][1])] |= standing.SECOND
            for first in rows[number][0]:
                for second in rows[number][1]:
                    by_pair.setdefault((first, second), []).append(number)
        bits = max(4, (3 * len(by_pair)).bit_length())
        slots = np.full((1 << bits, 4), -1, dtype=np.int64)
        sieve = np.zeros(1 << 11, dtype=np.uint64)
        listed: list[int] = []
        for (first, second), numbers in by_pair.items():
            pair = (first << 20) | second
            hashed = (pair * int(standing.SPREAD)) & ((1 << 64) - 1)
            bit, place = hashed >> int(standing.SIEVE), hashed >> (64 - bits)
            sieve[bit >> 6] |= np.uint64(1 << (bit & 63))
            while slots[place, 0] >= 0:
                place = (place + 1) & ((1 << bits) - 1)
            slots[place, :3] = pair, len(listed), len(listed) + len(numbers)
            listed += numbers
        return slots, bits, sieve, np.array([written[row] for row in listed] or [[0] * 16], dtype=np.int32)

    def _row(self, row: Row) -> list[int]:
        further = [-1 - self._set(atom) if len(atom) > 1 else next(iter(atom)) for atom in row[2:]]
        if len(row) > standing.LONGEST_ROW:
            raise InputError(
                f"{len(row)} words stand in one row in a pattern",
                remedy=f"Write at most {standing.LONGEST_ROW} words with lines between them.",
            )
        return [self.rows[row], len(further), *further, *[0] * (standing.LONGEST_ROW - 2 - len(further))]


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


def _table(entries: Sequence[tuple[bytes, int]], bits: int = 4) -> tuple[NDArray[np.uint64], int]:
    """A table of words with their values, at most a third of it filled, and the bits of its places."""
    bits = max(bits, (3 * len(entries)).bit_length())
    slots = lines(1 << bits, 4).reshape(-1)
    spelt, begins = _spelt(word for word, _ in entries)
    values = np.array([value for _, value in entries], dtype=np.int64)
    word_tables.put(slots, bits, spelt, begins, values, np.zeros(2, dtype=np.uint64))
    return slots, bits


def _spelt(words: Iterable[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The letters of words, one word after the other, and where each begins and the last one ends."""
    each = list(words)
    return np.frombuffer(b"".join(each) or b"\0", dtype=np.uint8), _begins(map(len, each))


def _repairs(lexicon: Lexicon, numbers: _Numbers) -> dict[str, Any]:
    """The arrays from which misspellings are repaired."""
    spelling = lexicon.alphabet.spelling or Spelling({}, frozenset())
    number_of = {word: number for number, word in enumerate(spelling.targets)}
    targets = np.zeros((max(1, len(number_of)), LONGEST), dtype=np.uint8)
    kinds = np.zeros((max(1, len(number_of)), 2), dtype=np.int32)
    for word, number in number_of.items():
        targets[number, : len(word)] = np.frombuffer(word.encode(), dtype=np.uint8)
        kinds[number] = len(word), numbers.of[spelling.targets[word]]
    bits = max(4, (2 * len(spelling.near)).bit_length())
    near = lines(1 << bits, 2).reshape(-1)
    sieve = np.zeros((1 << bits + word_tables.SIEVED) // 64 + 1, dtype=np.uint64)
    many = [len(each) for each in spelling.near.values()]
    spelt, begins = _spelt(word.encode() for word in spelling.near)
    listed, key = _halves(_begins(many)[:-1], many), np.zeros(2, dtype=np.uint64)
    if word_tables.put_near(near, bits, sieve, spelt, begins, listed, key) >= 0:
        raise InputError(
            "two shortened words of the lexicon have one key", remedy="Leave out one of its words."
        )
    ordinary, ordinary_bits = _table([(word.encode(), 0) for word in sorted(spelling.ordinary)])
    return {
        "ordinary": ordinary,
        "ordinary_bits": ordinary_bits,
        "targets": targets,
        "target_kinds": kinds,
        "near": near,
        "near_bits": bits,
        "near_sieve": sieve,
        "near_targets": _ints(number_of[word] for each in spelling.near.values() for word in each),
    }


def _begins(lengths: Iterable[int]) -> NDArray[np.int32]:
    return np.cumsum([0, *lengths], dtype=np.int32)


def _places(numbers: Iterable[int]) -> NDArray[np.uint32]:
    return np.array(list(numbers), dtype=np.uint32)


def _halves(lower: Iterable[int], upper: Iterable[int]) -> NDArray[np.uint64]:
    """Pairs of numbers as words, the second in the upper half."""
    low, high = (np.array(list(each), dtype=np.uint64) for each in (lower, upper))
    return low | (high << np.uint64(32))


def lines(rows: int, width: int = 8) -> NDArray[np.uint64]:
    """Rows of words, none of which lies over the end of one of the processor's lines of 64 bytes."""
    held = np.zeros(width * rows + 8, dtype=np.uint64)
    begin = -held.ctypes.data % 64 // 8
    return held[begin : begin + width * rows].reshape(rows, width)


def _ints(numbers: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(numbers), dtype=np.int32)
