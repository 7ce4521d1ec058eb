"""Decision tables compiled to bitmaps, one bit a row, for quick answers to one report.

For each column and code stand two masks: the rows whose cell the fact meets, and the rows whose cell it may
meet. What is left of both after all columns are the rows that apply and the rows that may. The answers are
those of :meth:`~firstpoint.counting.tables.Table.decide`, which is the reading to compare with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from firstpoint.counting.cells import Fact
from firstpoint.counting.coding import OF_THE_CLASS, KindCode
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.tables import Row, Ruling, Table, Vocabulary

Masks = tuple[int, int]


class Bitmap:
    """One table as it reads for one kind; bit 0 is the strongest row."""

    def __init__(self, table: Table, code: KindCode, vocabulary: Vocabulary) -> None:
        self.complete = table.complete
        self._names = tuple(column.name for column in code.columns)
        self.rows = tuple(
            row
            for row in table.rows_for({"kind": code.kind})
            if all(column != "kind" or cell.answer(code.kind) == "yes" for column, cell in row.cells)
        )
        asked = {column for row in self.rows for column, _ in row.cells}
        self._stated = tuple(
            (at, tuple(self._masks(column.name, point) for point in column.points))
            for at, column in enumerate(code.columns)
            if column.name in asked
        )
        self._of_class = {
            name: {value: self._masks(name, value) for value in (*(vocabulary(name) or ()), UNKNOWN)}
            for name in OF_THE_CLASS
            if name in asked
        }
        self._all = (1 << len(self.rows)) - 1
        self._alike = _runs_of_one_result(self.rows)

    def decide(self, codes: Sequence[int], of_class: Mapping[str, str]) -> Ruling:
        """Give the ruling on the codes of a sheet and the facts of its class."""
        may = sure = self._all
        for at, masks in self._stated:
            some, certain = masks[codes[at]]
            may &= some
            sure &= certain
        for name, by_value in self._of_class.items():
            some, certain = by_value[of_class.get(name, UNKNOWN)]
            may &= some
            sure &= certain
        if sure:
            first = sure & -sure
            may &= first | (first - 1)
        elif not (self.complete and may):
            return Ruling(None, self._members(may), self._missing(may, codes, of_class))
        last = may.bit_length() - 1
        if may & self._alike[last] == may:
            return Ruling(self.rows[last], (self.rows[last],), ())
        return Ruling(None, self._members(may), self._missing(may, codes, of_class))

    def _masks(self, name: str, fact: Fact) -> Masks:
        may = sure = 0
        for at, row in enumerate(self.rows):
            answers = {cell.answer(fact) for column, cell in row.cells if column == name}
            may |= 0 if "no" in answers else 1 << at
            sure |= 0 if answers & {"no", "perhaps"} else 1 << at
        return may, sure

    def _members(self, may: int) -> tuple[Row, ...]:
        return tuple(row for at, row in enumerate(self.rows) if may >> at & 1)

    def _missing(self, may: int, codes: Sequence[int], of_class: Mapping[str, str]) -> tuple[str, ...]:
        doubtful: dict[str, int] = {}
        for at, masks in self._stated:
            some, certain = masks[codes[at]]
            doubtful[self._names[at]] = some & ~certain
        for name, by_value in self._of_class.items():
            some, certain = by_value[of_class.get(name, UNKNOWN)]
            doubtful[name] = some & ~certain
        missing: dict[str, None] = {}
        for at, row in enumerate(self.rows):
            if may >> at & 1:
                missing.update((column, None) for column, _ in row.cells if doubtful.get(column, 0) >> at & 1)
        return tuple(missing)


def _runs_of_one_result(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(sum(1 << at for at, other in enumerate(rows) if other.result == row.result) for row in rows)
