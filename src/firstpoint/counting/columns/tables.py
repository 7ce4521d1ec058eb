"""Decision tables as bitmaps in columns: for each matter the rows that may apply, at each stage.

The masks are those of :class:`~firstpoint.counting.bitmaps.Bitmap`, in two words of 64 rows each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from firstpoint.counting.bitmaps import Bitmap
from firstpoint.counting.books import Book, vocabulary_of_tests
from firstpoint.counting.coding import OF_THE_CLASS
from firstpoint.counting.columns.arrays import Bytes, Int32, Int64, UInt64
from firstpoint.counting.columns.kernel import compiled_loop
from firstpoint.counting.columns.matters import Matters
from firstpoint.counting.compiled import compiled
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.rulings import as_reached
from firstpoint.counting.titles import kinds_told_by_title

_KINDS = tuple(KINDS)
_WORD = (1 << 64) - 1
#: Where ``law`` says whether earlier law may replace any row of a kind at all.
_ANY_LAW = 128


def stages_of(book: Book) -> Stages:
    """Give the tables of a book in columns."""
    return Stages(book)


class StageArrays(NamedTuple):
    """The tables of a book as arrays.

    ``first`` gives the first stages of each kind: class, recording test, what follows it. The columns that a
    stage asks are those of ``asked`` from ``since[stage, 0]`` to ``since[stage, 1]``: the place among the
    columns of the kind and where the masks begin. A row of ``masks`` has the rows that may apply and those
    that surely do, for one code; ``every`` all rows of a stage. ``law`` gives for each row of a kind's class
    table the stage of earlier law that may replace it, ``by_class`` where a stage has masks for facts of the
    class.
    """

    first: Int32
    since: Int32
    every: UInt64
    by_class: Int32
    asked: Int32
    masks: UInt64
    law: Int32


class Stages:
    """The class table, the recording test and what follows it, for every kind that is read in columns."""

    def __init__(self, book: Book) -> None:
        self._values = {name: (*(vocabulary_of_tests(name) or ()), UNKNOWN) for name in OF_THE_CLASS}
        self._asked: list[tuple[int, int]] = []
        self._masks: list[tuple[int, int, int, int]] = []
        since: list[tuple[int, int]] = []
        every: list[tuple[int, int]] = []
        of_class: list[tuple[int, ...]] = []
        law_at = np.full((len(_KINDS) + 1, 129), -1, dtype=np.int32)
        first = np.zeros((len(_KINDS) + 1, 3), dtype=np.int32)
        names = ("class", book.record_test.stage, book.after_class.stage)
        ready = compiled(book)
        for number, kind in enumerate(_KINDS, start=1):
            if kind in kinds_told_by_title() or kind not in book.class_tables:
                continue
            bitmaps = ready.bitmaps(kind)
            for place, name in enumerate(names):
                first[number, place] = len(since)
                self._add(bitmaps[name], since, every, of_class)
            law: dict[str, int] = {}
            for at, row in enumerate(bitmaps["class"].rows):
                reached = as_reached(row.result) or ""
                if reached in bitmaps and reached not in law:
                    law[reached] = len(since)
                    self._add(bitmaps[reached], since, every, of_class)
                law_at[number, at] = law.get(reached, -1)
            law_at[number, _ANY_LAW] = max(law_at[number])
        self.arrays = StageArrays(
            first,
            np.array(since, dtype=np.int32).reshape(-1, 2),
            np.array(every, dtype=np.uint64).reshape(-1, 2),
            np.array(of_class, dtype=np.int32).reshape(-1, len(OF_THE_CLASS)),
            np.array(self._asked, dtype=np.int32).reshape(-1, 2),
            np.array(self._masks, dtype=np.uint64).reshape(-1, 4),
            law_at,
        )

    def code_of_class(self, facts: Mapping[str, str]) -> tuple[int, ...]:
        """Give the facts of a class as codes."""
        return tuple(self._values[name].index(facts.get(name, UNKNOWN)) for name in OF_THE_CLASS)

    def classed(self, matters: Matters) -> Int64:
        """Give for each matter its kind, the rows of its class table that may apply up to the first that
        surely does (two words), whether one does, and whether earlier law may replace one of them.
        """
        signs = np.empty((len(matters.kind), 5), dtype=np.int64)
        at = self.arrays
        class_signs(
            matters.kind,
            matters.codes,
            at.first,
            at.since,
            at.every,
            at.asked,
            at.masks,
            at.law,
            signs,
            np.zeros((2, 4), dtype=np.uint64),
        )
        return signs

    def tested(self, matters: Matters, classed: Int32, of_class: Int32) -> Int64:
        """Give for each matter the number of its class ruling, the rows of the recording test that may apply
        (two words) and whether one surely does, and the same of what follows it (one word).
        """
        signs = np.empty((len(matters.kind), 6), dtype=np.int64)
        at = self.arrays
        test_signs(
            matters.kind,
            matters.codes,
            classed,
            of_class,
            at.first,
            at.since,
            at.every,
            at.by_class,
            at.asked,
            at.masks,
            signs,
            np.zeros((2, 4), dtype=np.uint64),
        )
        return signs

    def _add(
        self,
        bitmap: Bitmap,
        since: list[tuple[int, int]],
        every: list[tuple[int, int]],
        of_class: list[tuple[int, ...]],
    ) -> None:
        if len(bitmap.rows) > 128:
            raise OverflowError("a table has more than 128 rows for one kind")
        begun = len(self._asked)
        for at, masks in bitmap.stated:
            self._asked.append((at, len(self._masks)))
            self._masks += [_words(*mask) for mask in masks]
        since.append((begun, len(self._asked)))
        every.append((bitmap.all_rows & _WORD, bitmap.all_rows >> 64))
        places = []
        for name in OF_THE_CLASS:
            masks_of = bitmap.of_class.get(name)
            places.append(len(self._masks) if masks_of else -1)
            if masks_of:
                self._masks += [_words(*masks_of[value]) for value in self._values[name]]
        of_class.append(tuple(places))


def _words(may: int, sure: int) -> tuple[int, int, int, int]:
    return may & _WORD, may >> 64, sure & _WORD, sure >> 64


class Register:
    """Numbers for signatures, in the order in which they are first met."""

    def __init__(self, width: int) -> None:
        self._width = width
        self.table = np.full((1 << 14, width + 1), -1, dtype=np.int64)
        self._next = 0

    def known(self, signs: Int64) -> Int32:
        """Give the number of each signature, -1 for those not met yet."""
        numbers = np.empty(len(signs), dtype=np.int32)
        look_up(signs, self.table, numbers)
        return numbers

    def number(self, signs: Int64) -> tuple[Int32, Int64]:
        """Give the number of each signature, and the places at which new ones were met."""
        numbers = np.empty(len(signs), dtype=np.int32)
        new = np.empty(len(signs), dtype=np.int64)
        made, at = 0, 0
        while at < len(signs):
            more, at = _assign(signs, at, self.table, self._next, numbers, new[made:])
            self._next += more
            made += more
            if at < len(signs):
                self._grow()
        return numbers, new[:made]

    def skip(self) -> None:
        """Leave a number out, which something else has taken."""
        self._next += 1

    def _grow(self) -> None:
        old = self.table[self.table[:, self._width] != -1]
        table = np.full((2 * len(self.table), self._width + 1), -1, dtype=np.int64)
        _put_all(table, old)
        self.table = table


@compiled_loop
def _rows_that_may(
    stage: int, codes: Bytes, since: Int32, every: UInt64, asked: Int32, masks: UInt64, kept: UInt64
) -> None:
    may, may_too = every[stage, 0], every[stage, 1]
    sure, sure_too = may, may_too
    if may_too:
        for c in range(since[stage, 0], since[stage, 1]):
            mask = asked[c, 1] + codes[asked[c, 0]]
            may &= masks[mask, 0]
            may_too &= masks[mask, 1]
            sure &= masks[mask, 2]
            sure_too &= masks[mask, 3]
    else:
        for c in range(since[stage, 0], since[stage, 1]):
            mask = asked[c, 1] + codes[asked[c, 0]]
            may &= masks[mask, 0]
            sure &= masks[mask, 2]
    kept[0], kept[1], kept[2], kept[3] = may, may_too, sure, sure_too


@compiled_loop
def _up_to_the_first_sure(kept: UInt64) -> int:
    """Leave of the rows that may apply those up to the first that surely does; give whether one does."""
    one = np.uint64(1)
    if kept[2]:
        lowest = kept[2] & (~kept[2] + one)
        kept[0] &= lowest | (lowest - one)
        kept[1] = np.uint64(0)
        return 1
    if kept[3]:
        lowest = kept[3] & (~kept[3] + one)
        kept[1] &= lowest | (lowest - one)
        return 1
    return 0


@compiled_loop
def class_signs(
    kind: Int32,
    codes: Bytes,
    first: Int32,
    since: Int32,
    every: UInt64,
    asked: Int32,
    masks: UInt64,
    law: Int32,
    signs: Int64,
    notes: UInt64,
) -> None:
    """Put to ``signs`` what :meth:`Stages.classed` gives."""
    kept, then = notes[0], notes[1]
    for m in range(len(kind)):
        _rows_that_may(first[kind[m], 0], codes[m], since, every, asked, masks, kept)
        ends = _up_to_the_first_sure(kept)
        earlier = 0
        if law[kind[m], _ANY_LAW] >= 0:
            for word in range(2):
                left, row = kept[word], 64 * word
                while left:
                    if left & np.uint64(1) and law[kind[m], row] >= 0:
                        _rows_that_may(law[kind[m], row], codes[m], since, every, asked, masks, then)
                        if then[0] or then[1]:
                            earlier = 1
                    left >>= np.uint64(1)
                    row += 1
        signs[m, 0] = kind[m]
        signs[m, 1] = np.int64(kept[0])
        signs[m, 2] = np.int64(kept[1])
        signs[m, 3] = ends
        signs[m, 4] = earlier


@compiled_loop
def test_signs(
    kind: Int32,
    codes: Bytes,
    classed: Int32,
    of_class: Int32,
    first: Int32,
    since: Int32,
    every: UInt64,
    by_class: Int32,
    asked: Int32,
    masks: UInt64,
    signs: Int64,
    notes: UInt64,
) -> None:
    """Put to ``signs`` what :meth:`Stages.tested` gives."""
    kept = notes[0]
    for m in range(len(kind)):
        signs[m, 0] = classed[m]
        for place in range(1, 3):
            stage = first[kind[m], place]
            _rows_that_may(stage, codes[m], since, every, asked, masks, kept)
            for fact in range(of_class.shape[1]):
                if by_class[stage, fact] >= 0:
                    mask = by_class[stage, fact] + of_class[classed[m], fact]
                    for w in range(4):
                        kept[w] &= masks[mask, w]
            ends = _up_to_the_first_sure(kept)
            if place == 1:
                signs[m, 1] = np.int64(kept[0])
                signs[m, 2] = np.int64(kept[1])
                signs[m, 3] = ends
            else:
                signs[m, 4] = np.int64(kept[0])
                signs[m, 5] = ends


@compiled_loop
def _spot(sign: Int64, width: int, size: int) -> np.int64 | int:
    mixed = np.int64(1_469_598_103)
    for w in range(width):
        mixed = (mixed ^ sign[w]) * np.int64(1_099_511_628_211)
        mixed ^= mixed >> 31
    return mixed & (size - 1)


@compiled_loop
def _find_spot(sign: Int64, table: Int64) -> np.int64 | int:
    """Give where a signature stands, or the free place for it."""
    width = table.shape[1] - 1
    spot: np.int64 | int = _spot(sign, width, len(table))
    while table[spot, width] != -1:
        same = True
        for w in range(width):
            if table[spot, w] != sign[w]:
                same = False
                break
        if same:
            return spot
        spot = (spot + 1) & (len(table) - 1)
    return spot


@compiled_loop
def look_up(signs: Int64, table: Int64, numbers: Int32) -> None:
    """Put the number of each signature to ``numbers``, -1 for those not met yet."""
    width = table.shape[1] - 1
    for m in range(len(signs)):
        numbers[m] = table[_find_spot(signs[m], table), width]


@compiled_loop
def _assign(
    signs: Int64, at: int, table: Int64, following: int, numbers: Int32, new: Int64
) -> tuple[int, int]:
    """Number signatures from a place on until the table is half full; give how many are new and how far it
    came.
    """
    width, made = table.shape[1] - 1, 0
    for m in range(at, len(signs)):
        spot = _find_spot(signs[m], table)
        if table[spot, width] == -1:
            if 2 * (following + made + 1) > len(table):
                return made, m
            for w in range(width):
                table[spot, w] = signs[m, w]
            table[spot, width] = following + made
            new[made] = m
            made += 1
        numbers[m] = table[spot, width]
    return made, len(signs)


@compiled_loop
def _put_all(table: Int64, old: Int64) -> None:
    for at in range(len(old)):
        spot = _find_spot(old[at], table)
        for w in range(table.shape[1]):
            table[spot, w] = old[at, w]
