"""What a book says of each combination of facts, and how its classes stand to each other, as arrays.

A combination met for the first time is put to the tables (:mod:`~firstpoint.counting.bitmaps`) and kept, so
that the tables are asked once for each and millions of matters only look their ruling up.
"""

from __future__ import annotations

from itertools import product
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from firstpoint.counting.books import Book, ClassResult, ClassRule, read_class_result
from firstpoint.counting.cells import Choice
from firstpoint.counting.columns.arrays import Bytes, Floats, Int32, Int64, UInt64
from firstpoint.counting.columns.book import asked_by, codes_of_key
from firstpoint.counting.columns.kernel import compiled_loop
from firstpoint.counting.columns.layout import (
    ALLEGATION,
    classes_of_records,
    codes_of_records,
    slots,
    values_in,
)
from firstpoint.counting.columns.matters import Matters
from firstpoint.counting.compiled import compiled
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.principal import READ_FROM_EITHER, READ_FROM_THE_WEAKER, stated_under
from firstpoint.counting.reckoning import STRENGTH
from firstpoint.counting.rulings import Finding
from firstpoint.counting.tables import Row, Table
from firstpoint.vocabulary import reported_incidents

_KINDS = tuple(KINDS)
INCIDENTS = tuple(reported_incidents())
RESULTS = ("stands", "absorbed", "rank")
EFFECTS = ("new", "absorbed")
TIES = ("none", "during", "holds", "apart")
VICTIMS = ("none", "same", "household", "different")
GAPS = ("unknown", "within_three_months", "over_three_months")
ANSWERS = ("unknown", "yes", "no")


class FindingColumns(NamedTuple):
    """The findings of a book, one row each: decision (place in order of strength), class result reached (-1:
    none), reported incident (-1: none), whether a crime is due in an open class, the class results that are possible, and the rows applied,
    by their number among the book's rows.
    """

    decision: Int32
    reached: Int32
    incident: Int32
    due: Bytes
    possible_from: Int32
    possible: Int32
    rows_from: Int32
    rows: Int32


class Findings:
    """The findings of one book, kept by kind and key."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.rows: list[Row] = []
        self._number_of: dict[int, int] = {}
        self.results: list[ClassResult] = []
        self._result_at: dict[ClassResult, int] = {}
        self._found: list[Finding] = []
        self._finding_at: dict[int, int] = {}
        self._table = np.full((1 << 16, 4), -1, dtype=np.int64)
        self._kept = 0
        self._columns: FindingColumns | None = None
        self._lock = Lock()
        for rule in book.classes.values():
            for attempt in (False, True):
                self._result(ClassResult(rule.ho_class, rule.ho_code, attempt))
        for table in book.tables():
            for row in table.rows:
                self.number_of(row)
                reached = read_class_result(row.result)
                if reached and (reached.ho_class, "") in book.classes:
                    self._result(reached)

    def number_of(self, row: Row) -> int:
        """Give the number of a row among the rows of the book."""
        if id(row) not in self._number_of:
            self._number_of[id(row)] = len(self.rows)
            self.rows.append(row)
        return self._number_of[id(row)]

    def of(self, matters: Matters) -> Int32:
        """Give the row of each matter's finding in :meth:`columns`."""
        found = np.empty(len(matters.kind), dtype=np.int32)
        new = np.empty(len(matters.kind), dtype=np.int64)
        while count := _look_up(matters.kind, matters.key, self._table, found, new):
            with self._lock:
                self._keep(matters, new[:count])
        return found

    def _keep(self, matters: Matters, new: Int64) -> None:
        asked, ready = asked_by(self.book), compiled(self.book)
        if 2 * (self._kept + len(new)) > len(self._table):
            self._grow(2 * (self._kept + len(new)))
        for at in new:
            kind, one, two = int(matters.kind[at]), int(matters.key[at, 0]), int(matters.key[at, 1])
            finding = ready.finding_of_codes(_KINDS[kind - 1], codes_of_key(asked, kind, (one, two)))
            _put(self._table, kind, one, two, self._row_of(finding))
            self._kept += 1

    def _grow(self, least: int) -> None:
        old = self._table
        self._table = np.full((1 << (2 * least).bit_length(), 4), -1, dtype=np.int64)
        _put_all(self._table, old)

    def _row_of(self, finding: Finding) -> int:
        if id(finding) not in self._finding_at:
            self._finding_at[id(finding)] = len(self._found)
            self._found.append(finding)
            self._columns = None
        return self._finding_at[id(finding)]

    def _result(self, result: ClassResult) -> int:
        if result not in self._result_at:
            self._result_at[result] = len(self.results)
            self.results.append(result)
        return self._result_at[result]

    def finding(self, row: int) -> Finding:
        """Give the finding in a row of :meth:`columns`."""
        return self._found[row]

    def columns(self) -> FindingColumns:
        """Give all findings met so far."""
        with self._lock:
            return self._columns_now()

    def _columns_now(self) -> FindingColumns:
        if self._columns is None:
            possible_from, possible, rows_from, rows = [0], [], [0], []
            for finding in self._found:
                may = (finding.reached, *finding.possible) if finding.crime_due else ()
                possible += [self._result(result) for result in may if result]
                rows += [self.number_of(step.row) for step in finding.steps]
                possible_from.append(len(possible))
                rows_from.append(len(rows))
            self._columns = FindingColumns(
                np.array([STRENGTH.index(finding.decision) for finding in self._found], dtype=np.int32),
                np.array(
                    [self._result(finding.reached) if finding.reached else -1 for finding in self._found],
                    dtype=np.int32,
                ),
                np.array(
                    [
                        INCIDENTS.index(finding.incident_code) if finding.incident_code else -1
                        for finding in self._found
                    ],
                    dtype=np.int32,
                ),
                np.array([finding.crime_due for finding in self._found], dtype=np.uint8),
                np.array(possible_from, dtype=np.int32),
                np.array(possible, dtype=np.int32),
                np.array(rows_from, dtype=np.int32),
                np.array(rows, dtype=np.int32),
            )
        return self._columns


def findings_of(book: Book) -> Findings:
    """Give the findings of a book, which are kept with it."""
    known: Findings | None = book.kept.get("findings")
    if known is None:
        known = book.kept["findings"] = Findings(book)
    return known


@compiled_loop
def _spot(kind: int, one: int, two: int, size: int) -> int:
    mixed = (one ^ (two * 1_099_511_628_211) ^ (kind * 1_000_003)) * 1_099_511_628_211
    return ((mixed ^ (mixed >> 29)) * 1_000_003) & (size - 1)


@compiled_loop
def _look_up(kind: Int32, key: Int64, table: Int64, found: Int32, new: Int64) -> int:
    """Look matters up; give how many are not known yet, the places of which stand in ``new``."""
    missing = 0
    for at in range(len(kind)):
        spot = _spot(kind[at], key[at, 0], key[at, 1], len(table))
        found[at] = -1
        while table[spot, 0] != -1:
            if table[spot, 0] == kind[at] and table[spot, 1] == key[at, 0] and table[spot, 2] == key[at, 1]:
                found[at] = table[spot, 3]
                break
            spot = (spot + 1) & (len(table) - 1)
        if found[at] == -1:
            new[missing] = at
            missing += 1
            if missing >= 20_000:
                return missing
    return missing


@compiled_loop
def _put(table: Int64, kind: int, one: int, two: int, row: int) -> None:
    spot = _spot(kind, one, two, len(table))
    while table[spot, 0] != -1:
        if table[spot, 0] == kind and table[spot, 1] == one and table[spot, 2] == two:
            return
        spot = (spot + 1) & (len(table) - 1)
    table[spot, 0], table[spot, 1], table[spot, 2], table[spot, 3] = kind, one, two, row


@compiled_loop
def _put_all(table: Int64, old: Int64) -> None:
    for at in range(len(old)):
        if old[at, 0] != -1:
            _put(table, old[at, 0], old[at, 1], old[at, 2], old[at, 3])


class Standing(NamedTuple):
    """How the class results of a book stand to each other, as arrays.

    By class result: ``rank``, ``order`` (the place among results of one rank), ``kin`` (class and family
    together), ``family``, ``unit``, ``conduct``, and which rows of the table of pairs a result meets as the ``weaker``
    and as the ``other`` of two (bits, two words). The rest of the bits of that table: by ``tie``, relation of
    ``victims``, and what is ``said`` (fact, no or yes); ``pair_result`` by row. Of the table of memory:
    ``memory_*`` with the rows that may and that surely apply. ``thing`` says for each result and name of a
    unit whether it is counted by that, ``very_thing`` whether that is its only name; ``thing_if`` is the slot of the fact on which this hangs (-1: none).
    ``stated[fact, kind, code]`` says whether a stated fact comes to yes. ``record_result`` gives the result of
    each class of record (-1: none), ``record_codes`` those of single codes: class, code, result.
    """

    rank: Floats
    order: Int32
    kin: Int32
    family: Int32
    unit: Int32
    conduct: Bytes
    has_thing: Bytes
    thing: Bytes
    very_thing: Bytes
    thing_if: Int32
    weaker: UInt64
    other: UInt64
    tie: UInt64
    victims: UInt64
    said: UInt64
    pair_result: Int32
    pair_number: Int32
    memory_of_result: UInt64
    memory_of_record: UInt64
    memory_told: UInt64
    memory_result: Int32
    memory_number: Int32
    memory_alike: UInt64
    stated: Bytes
    record_result: Int32
    record_codes: Int32


UNITS = (
    "victim", "owner", "shop", "offender", "incident", "each_time", "victim_else_one", "penetrator",
    "supplier", "building", "things", "victims_and_things", "victims_else_things",
)  # fmt: skip


def standing_of(book: Book) -> Standing:
    """Give how the classes of a book stand to each other."""
    known: Standing | None = book.kept.get("standing")
    if known is None or len(known.rank) < len(findings_of(book).results):
        known = book.kept["standing"] = _standing(book)
    return known


def _standing(book: Book) -> Standing:
    results = findings_of(book).results
    rules = [book.class_rule(result.ho_class, result.ho_code) for result in results]
    ordered = sorted(results, key=lambda result: (result.ho_class, result.ho_code, result.attempt))
    place = {result: at for at, result in enumerate(ordered)}
    kin: dict[tuple[str, str], int] = {}
    for rule in rules:
        kin.setdefault((rule.ho_class, rule.family), len(kin))
    families = sorted({rule.family for rule in rules})
    units = ("", *values_in(ALLEGATION, "unit"))
    names = slots(ALLEGATION, names=True)
    numbers = findings_of(book)
    memory_told = np.array(
        [
            _rows_met(book.memory, {"dealt_with": dealt, "ended": ended, "gap": gap})
            for dealt, ended, gap in product(ANSWERS, ANSWERS, GAPS)
        ],
        dtype=np.uint64,
    ).reshape(len(ANSWERS), len(ANSWERS), len(GAPS), 2)
    record_result, record_codes = _records(book, results)
    return Standing(
        rank=np.array([rule.rank for rule in rules], dtype=np.float64),
        order=np.array([place[result] for result in results], dtype=np.int32),
        kin=np.array([kin[rule.ho_class, rule.family] for rule in rules], dtype=np.int32),
        family=np.array([families.index(rule.family) for rule in rules], dtype=np.int32),
        unit=np.array([UNITS.index(rule.unit) for rule in rules], dtype=np.int32),
        conduct=np.array([rule.family == "conduct" for rule in rules], dtype=np.uint8),
        has_thing=np.array([rule.thing != "" for rule in rules], dtype=np.uint8),
        thing=np.array(
            [[unit in (rule.thing, *rule.thing.split("|")) for unit in units] for rule in rules],
            dtype=np.uint8,
        ),
        very_thing=np.array([[unit == rule.thing != "" for unit in units] for rule in rules], dtype=np.uint8),
        thing_if=np.array([names[rule.thing_if] if rule.thing_if else -1 for rule in rules], dtype=np.int32),
        weaker=_pairs(
            book.pairs, [{"family": rule.family, "code": rule.ho_code or "none"} for rule in rules]
        ),
        other=_pairs(
            book.pairs,
            [{"other_family": rule.family, "other_code": rule.ho_code or "none"} for rule in rules],
        ),
        tie=_pairs(book.pairs, [{"tie": tie} for tie in TIES]),
        victims=_pairs(book.pairs, [{"victims": relation} for relation in VICTIMS]),
        said=np.array(
            [
                _pairs(book.pairs, [{name: "no"}, {name: "yes"}])
                for name in (*READ_FROM_THE_WEAKER, *READ_FROM_EITHER)
            ],
            dtype=np.uint64,
        ),
        pair_result=np.array([RESULTS.index(row.result) for row in book.pairs.rows], dtype=np.int32),
        pair_number=np.array([numbers.number_of(row) for row in book.pairs.rows], dtype=np.int32),
        memory_of_result=np.array(
            [
                _rows_met(book.memory, {"family": rule.family, "code": rule.ho_code or "none"})
                for rule in rules
            ],
            dtype=np.uint64,
        ),
        memory_of_record=np.array(
            [_rows_met(book.memory, {"record_family": family}) for family in (UNKNOWN, *_families(rules))],
            dtype=np.uint64,
        ),
        memory_told=memory_told,
        memory_result=np.array([EFFECTS.index(row.result) for row in book.memory.rows], dtype=np.int32),
        memory_number=np.array([numbers.number_of(row) for row in book.memory.rows], dtype=np.int32),
        memory_alike=np.array(
            [
                sum(1 << at for at, row in enumerate(book.memory.rows) if row.result == effect)
                for effect in EFFECTS
            ],
            dtype=np.uint64,
        ),
        stated=_stated(book),
        record_result=record_result,
        record_codes=record_codes,
    )


def _families(rules: list[ClassRule]) -> list[str]:
    return [rule.family for rule in rules]


def _rows_met(table: Table, facts: dict[str, str]) -> tuple[int, int]:
    """Give the rows that these facts leave open, as those that may and those that surely are met."""
    may = sure = (1 << len(table.rows)) - 1
    for at, row in enumerate(table.rows):
        for column, cell in row.cells:
            if column in facts:
                answer = cell.answer(facts[column])
                if answer != "yes":
                    sure &= ~(1 << at)
                    may &= ~(1 << at) if answer == "no" else -1
    return may, sure


def _pairs(table: Table, told: list[dict[str, str]]) -> UInt64:
    """Give which rows of the table of pairs are met by each set of facts, in two words."""
    if len(table.rows) > 128:
        raise OverflowError("the table of pairs has more than 128 rows")
    masks = [_rows_met(table, facts)[1] for facts in told]
    word = (1 << 64) - 1
    return np.array([(mask & word, mask >> 64) for mask in masks], dtype=np.uint64)


def _stated(book: Book) -> Bytes:
    names = (*READ_FROM_THE_WEAKER, *READ_FROM_EITHER)
    stated = np.zeros((len(names), len(_KINDS) + 1, 8), dtype=np.uint8)
    for at, name in enumerate(names):
        values = (None, *values_in(ALLEGATION, name))
        for kind, code in product(range(len(_KINDS)), range(len(values))):
            stated[at, kind + 1, code] = stated_under(book, _KINDS[kind], name, values[code]) == "yes"
    return stated


def _records(book: Book, results: list[ClassResult]) -> tuple[Int32, Int32]:
    at = {result: number for number, result in enumerate(results)}
    classes, codes = classes_of_records(), codes_of_records()
    by_class = np.full(len(classes) + 1, -1, dtype=np.int32)
    single = []
    for ho_class, ho_code in book.classes:
        if ho_class not in classes:
            continue
        number = at[ClassResult(ho_class, ho_code, False)]
        if not ho_code:
            by_class[classes.index(ho_class) + 1] = number
        elif ho_code in codes:
            single.append((classes.index(ho_class) + 1, codes.index(ho_code) + 1, number))
    return by_class, np.array(single, dtype=np.int32).reshape(-1, 3)
