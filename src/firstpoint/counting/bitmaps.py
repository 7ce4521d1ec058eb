"""Decision tables compiled to bitmaps, one bit a row, for quick answers to one report.

For each column and code stand two masks: the rows whose cell the fact meets, and the rows whose cell it may
meet. What is left of both after all columns are the rows that apply and the rows that may. The answers are
those of :meth:`~firstpoint.counting.tables.Table.decide`, which is the reading to compare with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from firstpoint.counting.cells import Cell, Fact
from firstpoint.counting.coding import OF_THE_CLASS, KindCode
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.rulings import NOT_SAID
from firstpoint.counting.tables import Row, Ruling, Vocabulary

Masks = tuple[int, int]


class Bitmap:
    """One table as it reads for one kind; bit 0 is the strongest row.

    ``stated`` has, for each column asked, its place among the columns of the kind and the masks by code;
    ``of_class`` the masks of the facts of the class, by value.
    """

    def __init__(
        self, rows: Iterable[Row], code: KindCode, vocabulary: Vocabulary, *, complete: bool
    ) -> None:
        self.complete = complete
        self._names = tuple(column.name for column in code.columns)
        self.rows = tuple(
            row
            for row in rows
            if all(column != "kind" or cell.answer(code.kind) == "yes" for column, cell in row.cells)
        )
        self.all_rows = (1 << len(self.rows)) - 1
        asked: dict[str, list[tuple[int, Cell]]] = {}
        for at, row in enumerate(self.rows):
            for column, cell in row.cells:
                asked.setdefault(column, []).append((1 << at, cell))
        self.stated = tuple(
            (at, tuple(self._masks(asked[column.name], point) for point in column.points))
            for at, column in enumerate(code.columns)
            if column.name in asked
        )
        self.of_class = {
            name: {value: self._masks(asked[name], value) for value in (*(vocabulary(name) or ()), UNKNOWN)}
            for name in OF_THE_CLASS
            if name in asked
        }
        self._alike = _runs_of_one_result(self.rows)

    def decide(self, codes: Sequence[int], of_class: Mapping[str, str]) -> Ruling:
        """Give the ruling on the codes of a sheet and the facts of its class."""
        may, ends = self.bits(codes, of_class)
        settled = self.settled(may, ends=ends)
        return settled or Ruling(None, self.members(may), self._missing(may, codes, of_class))

    def bits(self, codes: Sequence[int], of_class: Mapping[str, str]) -> tuple[int, bool]:
        """Give the rows that may apply up to the first that surely does, and whether one surely does."""
        may = sure = self.all_rows
        for at, masks in self.stated:
            some, certain = masks[codes[at]]
            may &= some
            sure &= certain
        for name, by_value in self.of_class.items():
            some, certain = by_value[of_class.get(name, UNKNOWN)]
            may &= some
            sure &= certain
        if sure:
            first = sure & -sure
            return may & (first | (first - 1)), True
        return may, False

    def settled(self, may: int, *, ends: bool) -> Ruling | None:
        """Give the ruling if the rows that may apply agree; ``ends``: the last of them surely does."""
        if not ends and not (self.complete and may):
            return None
        last = may.bit_length() - 1
        alike = may & self._alike[last] == may
        return Ruling(self.rows[last], (self.rows[last],), ()) if alike else None

    def unsettled(self, may: int) -> Ruling:
        """Give the ruling of rows that disagree, without saying which facts are missing."""
        return Ruling(None, self.members(may), NOT_SAID)

    def _masks(self, cells: Iterable[tuple[int, Cell]], fact: Fact) -> Masks:
        may = sure = self.all_rows
        for bit, cell in cells:
            answer = cell.answer(fact)
            if answer != "yes":
                sure &= ~bit
                may &= ~bit if answer == "no" else -1
        return may, sure

    def members(self, may: int) -> tuple[Row, ...]:
        """Give the rows whose bits are set, strongest first."""
        return tuple(row for at, row in enumerate(self.rows) if may >> at & 1)

    def _missing(self, may: int, codes: Sequence[int], of_class: Mapping[str, str]) -> tuple[str, ...]:
        doubtful: dict[str, int] = {}
        for at, masks in self.stated:
            some, certain = masks[codes[at]]
            doubtful[self._names[at]] = some & ~certain
        for name, by_value in self.of_class.items():
            some, certain = by_value[of_class.get(name, UNKNOWN)]
            doubtful[name] = some & ~certain
        missing: dict[str, None] = {}
        for at, row in enumerate(self.rows):
            if may >> at & 1:
                missing.update((column, None) for column, _ in row.cells if doubtful.get(column, 0) >> at & 1)
        return tuple(missing)


def _runs_of_one_result(rows: Sequence[Row]) -> tuple[int, ...]:
    by_result: dict[str, int] = {}
    for at, row in enumerate(rows):
        by_result[row.result] = by_result.get(row.result, 0) | 1 << at
    return tuple(by_result[row.result] for row in rows)
