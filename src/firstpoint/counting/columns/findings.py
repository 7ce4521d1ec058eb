"""What a book says of each combination of facts, and how its classes stand to each other, as arrays.

Millions of matters are put to the tables at once; what comes of it has few forms, and each becomes a finding
only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import NamedTuple

import numpy as np

from firstpoint.counting.books import Book, ClassResult, read_class_result
from firstpoint.counting.coding import OF_THE_CLASS
from firstpoint.counting.columns.arrays import Bytes, Int32, Int64
from firstpoint.counting.columns.matters import Matters
from firstpoint.counting.columns.tables import Register, StageArrays, stages_of
from firstpoint.counting.compiled import compiled
from firstpoint.counting.facts import KINDS
from firstpoint.counting.reckoning import STRENGTH
from firstpoint.counting.rulings import Finding
from firstpoint.counting.tables import Row
from firstpoint.vocabulary import reported_incidents

_KINDS = tuple(KINDS)
INCIDENTS = tuple(reported_incidents())


class FindingColumns(NamedTuple):
    """The findings of a book, one row each: decision (place in order of strength), class result reached (-1:
    none), reported incident (-1: none), whether a crime is due in an open class, the class results that are
    possible, and the rows applied, by their number among the book's rows.
    """

    decision: Int32
    reached: Int32
    incident: Int32
    due: Bytes
    possible_from: Int32
    possible: Int32
    rows_from: Int32
    rows: Int32


class Known(NamedTuple):
    """The tables of a book (:class:`~.tables.StageArrays`), the facts of each class ruling met, the
    signatures met on the class and on the whole, and the findings met.
    """

    stages: StageArrays
    of_class: Int32
    classed: Int64
    told: Int64
    columns: FindingColumns


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
        self._rulings: list[tuple[str, tuple[int, bool]]] = []
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

    @property
    def met(self) -> int:
        """How many rulings on a class and findings have been worked out so far."""
        return len(self._rulings) + len(self._found)

    def known(self) -> Known:
        """Give all that has been worked out so far, as arrays for a loop of another module."""
        with self._lock:
            if self._columns is None or len(self._columns.decision) < len(self._found):
                self._columns = self._as_columns()
            return Known(
                self._stages.arrays, self._of_class, self._classed.table, self._told.table, self._columns
            )

    def finding(self, row: int) -> Finding:
        """Give the finding in a row of :meth:`columns`."""
        return self._found[row]

    def columns(self) -> FindingColumns:
        """Give all findings met so far."""
        return self.known().columns

    def _signed(self, register: Register, signs: Int64, work_out: Callable[[Int64], None]) -> Int32:
        """Give the number of each signature, working those out that are met for the first time."""
        numbers = register.known(signs)
        # Another worker may have numbered a signature and not yet worked it out: wait for it.
        if (numbers < 0).any() or self._lock.locked():
            with self._lock:
                numbers, new = register.number(signs)
                work_out(signs[new])
        return numbers

    def _class_rulings(self, new: Int64) -> None:
        codes = []
        for kind_number, low, high, ends, _ in new:
            kind, bits = _KINDS[int(kind_number) - 1], (_joined(low, high), bool(ends))
            self._rulings.append((kind, bits))
            codes.append(self._stages.code_of_class(compiled(self.book).of_class(kind, bits)))
        more = np.array(codes, dtype=np.int32).reshape(-1, len(OF_THE_CLASS))
        self._of_class = np.concatenate([self._of_class, more])

    def _findings_of_signs(self, new: Int64) -> None:
        for first, low, high, ends, after, after_ends in new:
            kind, classed = self._rulings[int(first)]
            tested = (_joined(low, high), bool(ends))
            self._found.append(
                compiled(self.book).short(kind, classed, tested, (_joined(after, 0), bool(after_ends)))
            )

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
#: Held while the findings of a book are begun, so that all workers share them.
_MAKING = Lock()


def _joined(low: int, high: int) -> int:
    """Give the bits of two words as one number."""
    return int(low) & _WORD | (int(high) & _WORD) << 64


def _whole(numbers: Iterable[int]) -> Int32:
    return np.array(list(numbers), dtype=np.int32)


def findings_of(book: Book) -> Findings:
    """Give the findings of a book, which are kept with it."""
    with _MAKING:
        known: Findings | None = book.kept.get("findings")
        if known is None:
            known = book.kept["findings"] = Findings(book)
        return known
