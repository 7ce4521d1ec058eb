"""Decision tables: rows that say which facts lead to which result, read from CSV and checked.

A row is ``id, clause, overrides, <fact columns>, result, note``. File order has no meaning: where two rows
can both apply, one must name the other in ``overrides`` (several ids with ``|``). Reading a table refuses
duplicate ids, values outside the vocabulary, overlaps that no row settles, circles of overrides, rows that
can never apply, and, for a table that promises an answer to everything, combinations of facts that no row
covers.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO

from attrs import evolve, field, frozen

from firstpoint.counting.cells import ANY_NUMBER, Cell, Choice, Fact, Interval, read_cell
from firstpoint.counting.facts import UNKNOWN
from firstpoint.errors import InputError

Facts = Mapping[str, Fact]
#: The values of a column: a tuple of names, or None for whole numbers; raises KeyError for no such column.
Vocabulary = Callable[[str], tuple[str, ...] | None]

OUTER = ("id", "clause", "overrides", "result", "note")


@frozen
class Row:
    """One rule: its id, the clause it rests on, the cells that are not ``-`` and the result."""

    id: str
    clause: str
    overrides: frozenset[str]
    cells: tuple[tuple[str, Cell], ...]
    result: str
    note: str

    def answer(self, facts: Facts) -> tuple[str, tuple[str, ...]]:
        """Say yes, no or perhaps for these facts; with *perhaps*, the columns whose fact is missing."""
        missing = []
        for column, cell in self.cells:
            met = cell.answer(facts.get(column, UNKNOWN))
            if met == "no":
                return "no", (column,)
            if met == "perhaps":
                missing.append(column)
        return ("perhaps", tuple(missing)) if missing else ("yes", ())


@frozen
class Ruling:
    """What a table says: the deciding row, or None with the columns whose facts are missing.

    ``considered`` are the rows that could still apply, strongest first.
    """

    row: Row | None
    considered: tuple[Row, ...]
    missing: tuple[str, ...]


@frozen
class Table:
    """A stage of a rule book: its rows in order of precedence, filed by the value of ``filed_by`` where
    given.
    """

    stage: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    filed_by: str | None = None
    complete: bool = False
    _filed: Mapping[str, tuple[Row, ...]] = field(factory=dict, eq=False, repr=False)

    def rows_for(self, facts: Facts) -> tuple[Row, ...]:
        """Give the rows that the filing column leaves open, strongest first."""
        if self.filed_by is None:
            return self.rows
        return self._filed.get(str(facts.get(self.filed_by)), ())

    def kinds(self) -> tuple[str, ...]:
        """Give the values of the filing column that have rows."""
        return tuple(self._filed)

    def decide(self, facts: Facts) -> Ruling:
        """Give the ruling on these facts: first hit in precedence, with unknown facts followed both ways."""
        considered: list[Row] = []
        missing: dict[str, None] = {}
        for row in self.rows_for(facts):
            met, columns = row.answer(facts)
            if met == "no":
                continue
            considered.append(row)
            missing.update(dict.fromkeys(columns))
            if met == "yes":
                break
        else:
            if not (self.complete and considered):
                return Ruling(None, tuple(considered), tuple(missing))
        if all(row.result == considered[-1].result for row in considered):
            return Ruling(considered[-1], tuple(considered), ())
        return Ruling(None, tuple(considered), tuple(missing))


def read_table(
    text: str,
    *,
    stage: str,
    source: str,
    vocabulary: Vocabulary,
    filed_by: str | None = None,
    complete: bool = False,
    results: Callable[[str], str | None] = lambda _: None,
) -> Table:
    """Read and check one table.

    ``source`` names the file in errors; ``results`` gives what is wrong with a result, or None;
    ``complete`` asks for an answer to every combination of facts (within each value of ``filed_by`` that
    has rows).

    Raises InputError naming file, row and column at the first thing wrong.
    """
    reader = csv.DictReader(StringIO(text, newline=""))
    header = tuple(reader.fieldnames or ())
    columns = tuple(name for name in header if name not in OUTER)
    absent = [name for name in OUTER if name not in header]
    if absent:
        raise InputError(f"column {absent[0]!r} is missing.", where=source, remedy="Add it to the header.")
    values = {column: _values(column, vocabulary, source) for column in columns}
    rows = [_read_row(record, line, source, values, results) for line, record in enumerate(reader, start=2)]
    rows = _with_unknown_as_a_value(rows)
    _refuse_repeated_ids(rows, source)
    filed = _file(rows, filed_by, values)
    ordered = _in_precedence(rows, source)
    by_key = {key: _keep(ordered, group) for key, group in filed.items()}
    table = Table(stage, columns, tuple(ordered), filed_by, complete, by_key)
    stronger = _settled(ordered)
    for key, group in by_key.items() if filed_by else [("", tuple(ordered))]:
        _refuse_open_overlaps(group, stronger, source)
        _check_cover(group, source, values, f"{filed_by} {key}" if filed_by else "", complete, filed_by)
    return table


def _values(column: str, vocabulary: Vocabulary, source: str) -> tuple[str, ...] | None:
    try:
        return vocabulary(column)
    except KeyError:
        raise InputError(
            f"{column!r} is not a fact that a report can give.",
            where=source,
            remedy="Correct the column's name.",
        ) from None


def _read_row(
    record: Mapping[str, str],
    line: int,
    source: str,
    values: Mapping[str, tuple[str, ...] | None],
    results: Callable[[str], str | None],
) -> Row:
    where = f"{source}, row {record.get('id') or line}"
    cells = []
    for column, known in values.items():
        try:
            cell = read_cell(record[column] or "", known)
        except ValueError as reason:
            raise InputError(
                f"{reason}.", where=f"{where}, column {column}", remedy="Correct the cell."
            ) from None
        if cell is not None:
            cells.append((column, cell))
    for needed in ("id", "clause", "result"):
        if not record[needed]:
            raise InputError(f"no {needed} is given.", where=where, remedy=f"Give the row its {needed}.")
    wrong = results(record["result"])
    if wrong:
        raise InputError(f"{wrong}.", where=f"{where}, column result", remedy="Correct the result.")
    overrides = frozenset(name for name in record["overrides"].split("|") if name)
    return Row(
        record["id"], record["clause"], overrides, tuple(cells), record["result"], record["note"] or ""
    )


def _with_unknown_as_a_value(rows: Sequence[Row]) -> list[Row]:
    """Give the rows so that each cell knows whether its column names ``unknown`` anywhere in the table."""
    naming = {
        column
        for row in rows
        for column, cell in row.cells
        if isinstance(cell, Choice) and cell.unknown_matters
    }

    def told(column: str, cell: Cell) -> Cell:
        return evolve(cell, unknown_matters=True) if isinstance(cell, Choice) and column in naming else cell

    return [
        evolve(row, cells=tuple((column, told(column, cell)) for column, cell in row.cells)) for row in rows
    ]


def _refuse_repeated_ids(rows: Sequence[Row], source: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise InputError(
                "this id stands twice.", where=f"{source}, row {row.id}", remedy="Ids are never reused."
            )
        seen.add(row.id)
    for row in rows:
        for name in row.overrides - seen:
            raise InputError(
                f"overrides {name!r}, which is not there.",
                where=f"{source}, row {row.id}",
                remedy="Name a row of this file.",
            )


def _file(
    rows: Sequence[Row], filed_by: str | None, values: Mapping[str, tuple[str, ...] | None]
) -> dict[str, tuple[Row, ...]]:
    if filed_by is None:
        return {}
    filed: dict[str, list[Row]] = {}
    for row in rows:
        cell = dict(row.cells).get(filed_by)
        keys = cell.accepted if isinstance(cell, Choice) else frozenset(values[filed_by] or ())
        for key in keys:
            filed.setdefault(key, []).append(row)
    return {key: tuple(group) for key, group in sorted(filed.items())}


def _keep(ordered: Sequence[Row], group: Iterable[Row]) -> tuple[Row, ...]:
    ids = {row.id for row in group}
    return tuple(row for row in ordered if row.id in ids)


def _in_precedence(rows: Sequence[Row], source: str) -> list[Row]:
    """Give the rows so that each stands before those it overrides; among the rest by id, so files may be
    shuffled.
    """
    beaten_by: dict[str, set[str]] = {row.id: set() for row in rows}
    for row in rows:
        for name in row.overrides:
            beaten_by[name].add(row.id)
    waiting = {row.id: row for row in rows}
    ordered: list[Row] = []
    while waiting:
        free = sorted(name for name in waiting if not beaten_by[name] & waiting.keys())
        if not free:
            raise InputError(
                f"rows override each other in a circle: {', '.join(sorted(waiting))}.",
                where=source,
                remedy="Take one override out.",
            )
        ordered += [waiting.pop(name) for name in free]
    return ordered


def _check_cover(
    rows: Sequence[Row],
    source: str,
    values: Mapping[str, tuple[str, ...] | None],
    what: str,
    complete: bool,
    filed_by: str | None,
) -> None:
    columns = {column for row in rows for column, _ in row.cells} - {filed_by}
    atoms = {column: _atoms(column, rows, values[column]) for column in columns}
    used: set[str] = set()
    for facts, hit in _outcomes(rows, atoms, {}, filed_by):
        if hit is not None:
            used.add(hit.id)
        elif complete:
            told = ", ".join(f"{column} {point}" for column, point in sorted(facts.items()))
            raise InputError(f"no row covers {what}: {told}.", where=source, remedy="Add a row or widen one.")
    idle = [row.id for row in rows if row.id not in used]
    if idle:
        raise InputError("this row can never apply.", where=f"{source}, row {idle[0]}", remedy="Take it out.")


def _outcomes(
    rows: Sequence[Row], atoms: Mapping[str, Sequence[Fact]], facts: Mapping[str, Fact], filed_by: str | None
) -> Iterator[tuple[Mapping[str, Fact], Row | None]]:
    """Give every way in which facts lead to a row or to none, splitting only on what the strongest row
    still asks.
    """
    if not rows:
        yield facts, None
        return
    asked = next((column for column, _ in rows[0].cells if column != filed_by and column not in facts), None)
    if asked is None:
        yield facts, rows[0]
        return
    for point in atoms[asked]:
        open_rows = [row for row in rows if _allows(row, asked, point)]
        yield from _outcomes(open_rows, atoms, {**facts, asked: point}, filed_by)


def _allows(row: Row, column: str, point: Fact) -> bool:
    return all(name != column or cell.answer(point) == "yes" for name, cell in row.cells)


def _refuse_open_overlaps(rows: Sequence[Row], stronger: Mapping[str, set[str]], source: str) -> None:
    for at, first in enumerate(rows):
        for second in rows[at + 1 :]:
            if (
                second.id not in stronger[first.id]
                and first.id not in stronger[second.id]
                and _overlap(first, second)
            ):
                raise InputError(
                    f"can apply together with {second.id}, and neither overrides the other.",
                    where=f"{source}, row {first.id}",
                    remedy="Name the weaker row in the stronger one's overrides.",
                )


def _settled(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Give for each row all rows that it overrides, directly or through others."""
    below: dict[str, set[str]] = {}
    for row in reversed(rows):
        reach = set(row.overrides)
        for name in row.overrides:
            reach |= below.get(name, set())
        below[row.id] = reach
    return below


def _overlap(first: Row, second: Row) -> bool:
    other = dict(second.cells)
    return all(column not in other or _meet(cell, other[column]) for column, cell in first.cells)


def _meet(one: Cell, two: Cell) -> bool:
    if isinstance(one, Choice) and isinstance(two, Choice):
        return bool(one.points() & two.points())
    if isinstance(one, Interval) and isinstance(two, Interval):
        return one.low <= two.high and two.low <= one.high
    return True


def _atoms(column: str, rows: Sequence[Row], values: tuple[str, ...] | None) -> list[Fact]:
    """Give one fact for each way in which the rows tell the values of a column apart."""
    cells = {cell for row in rows for name, cell in row.cells if name == column}
    if values is None:
        edges = {0} | {
            edge for cell in cells if isinstance(cell, Interval) for edge in (cell.low, cell.high + 1)
        }
        return [(edge, edge) for edge in sorted(edges) if edge <= ANY_NUMBER[1]]
    alike: dict[tuple[bool, ...], Fact] = {}
    ordered = sorted(cells, key=repr)
    for value in values:
        if value != UNKNOWN or any(isinstance(cell, Choice) and cell.unknown_matters for cell in ordered):
            alike.setdefault(tuple(cell.answer(value) == "yes" for cell in ordered), value)
    return list(alike.values())
