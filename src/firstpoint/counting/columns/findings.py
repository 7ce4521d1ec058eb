"""What a book says of each combination of facts, and how its classes stand to each other, as arrays.

Millions of matters are put to the tables at once; what comes of it has few forms, and each becomes a finding
only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from threading import Lock
from typing import NamedTuple

import numpy as np

from firstpoint.counting.books import Book, ClassResult, ClassRule, read_class_result
from firstpoint.counting.coding import OF_THE_CLASS
from firstpoint.counting.columns.arrays import Bytes, Floats, Int32, Int64, UInt64
from firstpoint.counting.columns.layout import (
    ALLEGATION,
    classes_of_records,
    codes_of_records,
    slots,
    values_in,
)
from firstpoint.counting.columns.matters import Matters
from firstpoint.counting.columns.tables import Register, stages_of
from firstpoint.counting.compiled import compiled
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.principal import READ_FROM_EITHER, READ_FROM_THE_WEAKER, stated_under
from firstpoint.counting.reckoning import STRENGTH
from firstpoint.counting.rulings import Finding, facts_of_class, find
from firstpoint.counting.tables import Row, Ruling, Table
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
    """The findings of one book.

    Matters are put to the tables of their kind by bitmaps (:mod:`~.tables`). What comes of it, the rows that
    may apply at each stage, is the *signature* of a ruling; there are few, and each is turned into a finding
    once, by the same steps as for a single matter (:func:`~firstpoint.counting.rulings.find`).
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.rows: list[Row] = []
        self._number_of: dict[int, int] = {}
        self.results: list[ClassResult] = []
        self._result_at: dict[ClassResult, int] = {}
        self._found: list[Finding] = []
        self._columns: FindingColumns | None = None
        self._lock = Lock()
        self._stages = stages_of(book)
        self._classed = Register(5)
        self._of_class = np.zeros((0, len(OF_THE_CLASS)), dtype=np.int32)
        self._rulings: list[tuple[str, Ruling]] = []
        self._told = Register(6)
        self._then: dict[bytes, int] = {}
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
        classed = self._stages.classed(matters)
        first = self._signed(self._classed, classed, self._class_rulings)
        told = self._stages.tested(matters, first, self._of_class)
        found = self._signed(self._told, told, self._findings_of_signs)
        self._as_the_law_was(matters, classed, found)
        return found

    def finding(self, row: int) -> Finding:
        """Give the finding in a row of :meth:`columns`."""
        return self._found[row]

    def columns(self) -> FindingColumns:
        """Give all findings met so far."""
        with self._lock:
            if self._columns is None or len(self._columns.decision) < len(self._found):
                self._columns = self._as_columns()
            return self._columns

    def _signed(self, register: Register, signs: Int64, work_out: Callable[[Int64], None]) -> Int32:
        """Give the number of each signature, working those out that are met for the first time."""
        numbers = register.known(signs)
        if (numbers < 0).any():
            with self._lock:
                numbers, new = register.number(signs)
                work_out(signs[new])
        return numbers

    def _class_rulings(self, new: Int64) -> None:
        codes = []
        for kind_number, low, high, ends, _ in new:
            kind = _KINDS[int(kind_number) - 1]
            bitmap = compiled(self.book).bitmaps(kind)["class"]
            may = int(low) & _WORD | (int(high) & _WORD) << 64
            ruling = bitmap.settled(may, ends=bool(ends)) or bitmap.unsettled(may)
            self._rulings.append((kind, ruling))
            codes.append(self._stages.code_of_class(facts_of_class(self.book, ruling)))
        self._of_class = np.concatenate(
            [self._of_class, np.array(codes, dtype=np.int32).reshape(-1, len(OF_THE_CLASS))]
        )

    def _findings_of_signs(self, new: Int64) -> None:
        book = self.book
        for first, low, high, ends, after, after_ends in new:
            kind, classed = self._rulings[int(first)]
            bitmaps = compiled(book).bitmaps(kind)
            test, exception = bitmaps[book.record_test.stage], bitmaps[book.after_class.stage]
            may = int(low) & _WORD | (int(high) & _WORD) << 64
            tested = test.settled(may, ends=bool(ends)) or test.unsettled(may)
            excepted = exception.settled(int(after), ends=bool(after_ends)) or exception.unsettled(int(after))
            rulings = {book.record_test.stage: tested, book.after_class.stage: excepted}

            def decide(
                table: Table,
                of_class: Mapping[str, str],
                *,
                classed: Ruling = classed,
                rulings: Mapping[str, Ruling] = rulings,
            ) -> Ruling:
                return _SILENT if "reached" in of_class else rulings.get(table.stage, classed)

            self._found.append(find(kind, book, decide))

    def _as_the_law_was(self, matters: Matters, classed: Int64, found: Int32) -> None:
        """Rule anew, one by one, on matters of a day before the law that now defines the offence."""
        earlier = np.flatnonzero(classed[:, 4])
        if not len(earlier):
            return
        with self._lock:
            for at in earlier:
                kind = int(matters.kind[at])
                sign = bytes([kind]) + matters.codes[at].tobytes()
                if sign not in self._then:
                    ready = compiled(self.book)
                    codes = matters.codes[at][: len(ready.code(_KINDS[kind - 1]).columns)]
                    self._found.append(
                        ready.finding_of_codes(_KINDS[kind - 1], [int(code) for code in codes])
                    )
                    self._then[sign] = -len(self._found)
                    self._told.skip()
                found[at] = -self._then[sign] - 1

    def _result(self, result: ClassResult) -> int:
        if result not in self._result_at:
            self._result_at[result] = len(self.results)
            self.results.append(result)
        return self._result_at[result]

    def _as_columns(self) -> FindingColumns:
        possible_from, possible, rows_from, rows = [0], [], [0], []
        for finding in self._found:
            may = (finding.reached, *finding.possible) if finding.crime_due else ()
            possible += [self._result(result) for result in may if result]
            rows += [self.number_of(step.row) for step in finding.steps]
            possible_from.append(len(possible))
            rows_from.append(len(rows))
        return FindingColumns(
            _whole(STRENGTH.index(finding.decision) for finding in self._found),
            _whole(self._result(finding.reached) if finding.reached else -1 for finding in self._found),
            _whole(
                INCIDENTS.index(finding.incident_code) if finding.incident_code else -1
                for finding in self._found
            ),
            np.array([finding.crime_due for finding in self._found], dtype=np.uint8),
            _whole(possible_from),
            _whole(possible),
            _whole(rows_from),
            _whole(rows),
        )


_WORD = (1 << 64) - 1
#: A table that says nothing of a matter.
_SILENT = Ruling(None, (), ())


def _whole(numbers: Iterable[int]) -> Int32:
    return np.array(list(numbers), dtype=np.int32)


def findings_of(book: Book) -> Findings:
    """Give the findings of a book, which are kept with it."""
    known: Findings | None = book.kept.get("findings")
    if known is None:
        known = book.kept["findings"] = Findings(book)
    return known


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
