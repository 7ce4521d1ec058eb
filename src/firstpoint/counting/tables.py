"""Decision tables: rows that say which facts lead to which result, read from CSV and checked.

A row is ``id, clause, overrides, <fact columns>, result, note``. File order has no meaning: where two rows
can both apply, one must name the other in ``overrides`` (several ids with ``|``). :func:`read_table` refuses
duplicate ids, values outside the vocabulary, overlaps that no row settles, circles of overrides, rows that
can never apply, and, for a table that promises an answer to everything, combinations of facts that no row
covers. :func:`table_faults` runs the same checks to the end and gives all that they find; where a row cannot
be read, only what is wrong however that row is mended is told of the others.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from io import StringIO

from attrs import evolve, field, frozen

from firstpoint.counting.book_fault import Fault
from firstpoint.counting.cells import ANY_NUMBER, MANY, Cell, Choice, Fact, Interval, read_cell
from firstpoint.counting.facts import UNKNOWN

Facts = Mapping[str, Fact]
#: The values of a column: a tuple of names, or None for whole numbers; raises KeyError for no such column.
Vocabulary = Callable[[str], tuple[str, ...] | None]

#: What is wrong with a result, or None.
ResultFault = Callable[[str], str | None]
Values = Mapping[str, tuple[str, ...] | None]

OUTER = ("id", "clause", "overrides", "result", "note")

#: How many uncovered combinations of facts are told of one table (of one value of its filing column), and how
#: many values of one fact.
MOST_GAPS = 8
MOST_VALUES = 8


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


def _any_result(_: str) -> str | None:
    return None


def read_table(
    text: str,
    *,
    stage: str,
    source: str,
    vocabulary: Vocabulary,
    filed_by: str | None = None,
    complete: bool = False,
    results: ResultFault = _any_result,
) -> Table:
    """Read and check one table.

    ``source`` names the file in errors; ``results`` gives what is wrong with a result, or None;
    ``complete`` asks for an answer to every combination of facts (within each value of ``filed_by`` that
    has rows).

    Raises InputError naming file, row and column at the first thing wrong.
    """
    checking = _checked(text, stage, source, vocabulary, filed_by, complete, results)
    try:
        fault = next(checking)
    except StopIteration as sound:
        table: Table = sound.value
        return table
    raise fault.error()


def table_faults(
    text: str,
    *,
    source: str,
    vocabulary: Vocabulary,
    filed_by: str | None = None,
    complete: bool = False,
    results: ResultFault = _any_result,
) -> Iterator[Fault]:
    """Give every fault of one table; none means that :func:`read_table` takes it. Arguments as there."""
    yield from _checked(text, "", source, vocabulary, filed_by, complete, results)


def _checked(
    text: str,
    stage: str,
    source: str,
    vocabulary: Vocabulary,
    filed_by: str | None,
    complete: bool,
    results: ResultFault,
) -> Generator[Fault, None, Table]:
    """Yield each fault of a table as it is found; give the table, to be used only if there was none."""
    reader = csv.DictReader(StringIO(text, newline=""), restkey=_BEYOND)
    header = tuple(reader.fieldnames or ())
    values: dict[str, tuple[str, ...] | None] = {}
    yield from _header_faults(header, source, vocabulary, values)
    if any(name not in header for name in OUTER):
        return Table(stage, (), ())
    readings = []
    for line, record in enumerate(reader, start=2):
        reading = _read_row(record, line, values)
        yield from (
            evolve(fault, file=source) for fault in (*reading.faults, *_result_faults(reading, results))
        )
        readings.append(reading)
    readings = _with_unknown_as_a_value(readings)
    yield from _id_faults([reading.row for reading in readings], source)
    firm, loose = _told_apart(readings)
    above = _reach([reading.row for reading in readings])
    yield from _circles(firm, above, source)
    ordered = _in_precedence(firm)
    by_key = {key: _keep(ordered, group) for key, group in _file(firm, filed_by, values).items()}
    table = Table(stage, tuple(values), tuple(ordered), filed_by, complete, by_key)
    told: set[tuple[str, str]] = set()
    for key, group in by_key.items() if filed_by else [("", tuple(ordered))]:
        unread = [row for row in loose if not filed_by or _allows(row, filed_by, key)]
        yield from _overlaps(group, above, source, told)
        asked = {column for row in (*group, *unread) for column, _ in row.cells} - {filed_by}
        atoms = {column: _atoms(column, (*group, *unread), values[column]) for column in asked}
        what = f"{filed_by} {key}" if filed_by else ""
        # Which of two unsettled rows comes first is chance, so neither is said never to apply.
        doubtful = {name for pair in told for name in pair} | {r.id for r in group if r.id in above[r.id]}
        yield from _cover_faults(group, unread, doubtful, atoms, filed_by, what, source, complete=complete)
    return table


#: Under this name a row's cells beyond the last heading are kept.
_BEYOND = "\0beyond"


def _header_faults(
    header: tuple[str, ...], source: str, vocabulary: Vocabulary, values: dict[str, tuple[str, ...] | None]
) -> Iterator[Fault]:
    """Give what is wrong with the headings, and fill ``values`` with those of each known column of facts."""
    for name in OUTER:
        if name not in header:
            yield Fault(source, "", name, f"column {name!r} is missing.", "Add it to the header.")
    for at, name in enumerate(header):
        if name in header[:at]:
            yield Fault(source, "", name, f"column {name!r} stands twice.", "Keep one of them.")
        elif name not in OUTER:
            try:
                values[name] = vocabulary(name)
            except KeyError:
                wrong = f"{name!r} is not a fact that a report can give."
                yield Fault(source, "", name, wrong, "Correct the column's name.")


@frozen
class _Reading:
    """A row as far as it could be read; one that is not ``whole`` may mean less than its cells say."""

    row: Row
    whole: bool
    faults: tuple[Fault, ...]


def _read_row(record: Mapping[str, str], line: int, values: Values) -> _Reading:
    name = record["id"] or str(line)
    cells = []
    faults = []
    for column, known in values.items():
        try:
            cell = read_cell(record[column] or "", known)
        except ValueError as reason:
            faults.append(Fault("", name, column, f"{reason}.", "Correct the cell."))
            continue
        if cell is not None:
            cells.append((column, cell))
    unread = [column for column in record if column not in (*OUTER, *values)]
    whole = not faults and bool(record["id"]) and not any(record[c] not in ("-", "") for c in unread)
    if _BEYOND in record:
        beyond = "there are more cells than headings."
        faults.append(Fault("", name, "", beyond, "Put text that holds a comma between quotation marks."))
    for needed in ("id", "clause", "result"):
        if not record[needed]:
            faults.append(Fault("", name, needed, f"no {needed} is given.", f"Give the row its {needed}."))
    row = Row(
        record["id"] or f"line {line}",
        record["clause"] or "",
        frozenset(other for other in (record["overrides"] or "").split("|") if other),
        tuple(cells),
        record["result"] or "",
        record["note"] or "",
    )
    return _Reading(row, whole, tuple(faults))


def _result_faults(reading: _Reading, results: ResultFault) -> Iterator[Fault]:
    wrong = results(reading.row.result) if reading.row.result else None
    if wrong:
        yield Fault("", reading.row.id, "result", f"{wrong}.", "Correct the result.")


def _with_unknown_as_a_value(readings: Sequence[_Reading]) -> list[_Reading]:
    """Give the rows so that each cell knows whether its column names ``unknown`` anywhere in the table."""
    naming = {
        column
        for reading in readings
        for column, cell in reading.row.cells
        if isinstance(cell, Choice) and cell.unknown_matters
    }

    def told(column: str, cell: Cell) -> Cell:
        return evolve(cell, unknown_matters=True) if isinstance(cell, Choice) and column in naming else cell

    return [
        evolve(
            reading,
            row=evolve(
                reading.row, cells=tuple((column, told(column, cell)) for column, cell in reading.row.cells)
            ),
        )
        for reading in readings
    ]


def _id_faults(rows: Sequence[Row], source: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            yield Fault(source, row.id, "id", "this id stands twice.", "Ids are never reused.")
        seen.add(row.id)
    for row in rows:
        for name in sorted(row.overrides - seen):
            strange = f"overrides {name!r}, which is not there."
            yield Fault(source, row.id, "overrides", strange, "Name a row of this file.")


def _told_apart(readings: Sequence[_Reading]) -> tuple[list[Row], list[Row]]:
    """Give the rows that say what they mean, and those whose cells or id are in doubt."""
    firm: dict[str, Row] = {}
    loose = []
    for reading in readings:
        if reading.whole and reading.row.id not in firm:
            firm[reading.row.id] = reading.row
        else:
            loose.append(reading.row)
    return list(firm.values()), loose


def _reach(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Give for each row all rows that it overrides, directly or through others."""
    direct: dict[str, set[str]] = {}
    for row in rows:
        direct.setdefault(row.id, set()).update(row.overrides)
    reach = {}
    for name in direct:
        seen: set[str] = set()
        waiting = list(direct[name])
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                waiting += direct.get(other, ())
        reach[name] = seen
    return reach


def _circles(rows: Sequence[Row], above: Mapping[str, set[str]], source: str) -> Iterator[Fault]:
    told: set[str] = set()
    for name in sorted(row.id for row in rows):
        if name in above[name] and name not in told:
            circle = sorted(other for other in above[name] if name in above.get(other, ()))
            told.update(circle)
            wrong = f"rows override each other in a circle: {', '.join(circle)}."
            yield Fault(source, name, "overrides", wrong, "Take one override out.")


def _file(rows: Sequence[Row], filed_by: str | None, values: Values) -> dict[str, tuple[Row, ...]]:
    if filed_by is None:
        return {}
    filed: dict[str, list[Row]] = {}
    for row in rows:
        cell = dict(row.cells).get(filed_by)
        keys = cell.accepted if isinstance(cell, Choice) else frozenset(values.get(filed_by) or ())
        for key in keys:
            filed.setdefault(key, []).append(row)
    return {key: tuple(group) for key, group in sorted(filed.items())}


def _keep(ordered: Sequence[Row], group: Iterable[Row]) -> tuple[Row, ...]:
    ids = {row.id for row in group}
    return tuple(row for row in ordered if row.id in ids)


def _in_precedence(rows: Sequence[Row]) -> list[Row]:
    """Give the rows so that each stands before those it overrides; among the rest by id, so files may be
    shuffled. Rows in a circle come as their ids have it.
    """
    beaten_by: dict[str, set[str]] = {row.id: set() for row in rows}
    for row in rows:
        for name in row.overrides & beaten_by.keys():
            beaten_by[name].add(row.id)
    waiting = {row.id: row for row in rows}
    ordered: list[Row] = []
    while waiting:
        free = sorted(name for name in waiting if not beaten_by[name] & waiting.keys())
        ordered += [waiting.pop(name) for name in free or sorted(waiting)[:1]]
    return ordered


def _overlaps(
    rows: Sequence[Row], above: Mapping[str, set[str]], source: str, told: set[tuple[str, str]]
) -> Iterator[Fault]:
    """Give each pair of rows that can both apply although neither overrides the other, once for the table."""
    for at, first in enumerate(rows):
        for second in rows[at + 1 :]:
            pair = (first.id, second.id)
            settled = second.id in above[first.id] or first.id in above[second.id]
            if not settled and pair not in told and _overlap(first, second):
                told.add(pair)
                yield Fault(
                    source,
                    first.id,
                    "overrides",
                    f"can apply together with {second.id}, and neither overrides the other.",
                    "Name the weaker row in the stronger one's overrides.",
                )


def _overlap(first: Row, second: Row) -> bool:
    other = dict(second.cells)
    return all(column not in other or _meet(cell, other[column]) for column, cell in first.cells)


def _meet(one: Cell, two: Cell) -> bool:
    if isinstance(one, Choice) and isinstance(two, Choice):
        return bool(one.points() & two.points())
    if isinstance(one, Interval) and isinstance(two, Interval):
        return one.low <= two.high and two.low <= one.high
    return True


#: For each column one fact for each way in which the rows tell its values apart, with all facts like it.
Atoms = Mapping[str, Mapping[Fact, str]]


def _cover_faults(
    rows: Sequence[Row],
    unread: Sequence[Row],
    doubtful: Collection[str],
    atoms: Atoms,
    filed_by: str | None,
    what: str,
    source: str,
    *,
    complete: bool,
) -> Iterator[Fault]:
    """Give the combinations of facts that no row covers, and the rows that can never apply.

    ``unread`` are rows that could not be read whole: they count as covering all that they may, and hide no
    other row, so that what is told holds however they are mended. Of ``doubtful`` rows nothing is told.
    """
    used, has_gaps = _reached(rows, atoms, filed_by)
    gaps: list[str] = []
    if has_gaps and complete and not unread:
        outcomes = _outcomes(rows, atoms, {}, filed_by)
        gaps = [_told(facts, atoms) for facts, hit in outcomes if hit is None]
    if unread and complete:
        outcomes = _outcomes((*rows, *unread), atoms, {}, filed_by)
        gaps = [_told(facts, atoms) for facts, hit in outcomes if hit is None]
    if complete:
        yield from _gap_faults(gaps, what, source)
    for row in rows:
        if row.id not in used and row.id not in doubtful:
            never = f"this row can never apply{f' where {what}' if what else ''}."
            yield Fault(source, row.id, "", never, "Take it out.")


def _reached(rows: Sequence[Row], atoms: Atoms, filed_by: str | None) -> tuple[set[str], bool]:
    """Give the rows that some facts lead to, and whether some lead to none.

    The walk is that of :func:`_outcomes` with rows and columns as bits, so that what different facts leave
    open alike is walked once.
    """
    columns = list(atoms)
    at = {column: 1 << place for place, column in enumerate(columns)}
    every = (1 << len(rows)) - 1
    left_open: dict[str, list[int]] = {}
    for column, points in atoms.items():
        asking = [
            (1 << place, cell) for place, row in enumerate(rows) for name, cell in row.cells if name == column
        ]
        masks = [every & ~sum(bit for bit, cell in asking if cell.answer(point) != "yes") for point in points]
        left_open[column] = masks
    asked = [[column for column, _ in row.cells if column != filed_by] for row in rows]
    used = 0
    has_gaps: bool = False
    waiting, seen = [(every, 0)], {(every, 0)}
    while waiting:
        mask, known = waiting.pop()
        if not mask:
            has_gaps = True
            continue
        strongest = (mask & -mask).bit_length() - 1
        wanted = next((name for name in asked[strongest] if not at[name] & known), None)
        if wanted is None:
            used |= 1 << strongest
            continue
        for points_mask in left_open[wanted]:
            following = (mask & points_mask, known | at[wanted])
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return {row.id for place, row in enumerate(rows) if used >> place & 1}, has_gaps


def _gap_faults(gaps: Sequence[str], what: str, source: str) -> Iterator[Fault]:
    for told in gaps[:MOST_GAPS]:
        gap = f"no row covers {what or 'these facts'}: {told}."
        yield Fault(source, "", "", gap, "Add a row or widen one.")
    if len(gaps) > MOST_GAPS:
        more = f"no row covers {len(gaps) - MOST_GAPS} more combinations of facts"
        yield Fault(source, "", "", f"{' of '.join(filter(None, (more, what)))}.", "Mend the first.")


def _told(facts: Mapping[str, Fact], atoms: Atoms) -> str:
    return ", ".join(f"{column} {atoms[column][point]}" for column, point in sorted(facts.items()))


def _outcomes(
    rows: Sequence[Row], atoms: Atoms, facts: Mapping[str, Fact], filed_by: str | None
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


def _atoms(column: str, rows: Sequence[Row], values: tuple[str, ...] | None) -> dict[Fact, str]:
    """Give one fact for each way in which the rows tell the values of a column apart, with words for all the
    facts that are like it.
    """
    cells = {cell for row in rows for name, cell in row.cells if name == column}
    if values is None:
        return _spans(cells)
    ordered = sorted(cells, key=repr)
    alike: dict[tuple[bool, ...], list[str]] = {}
    for value in values:
        if value != UNKNOWN or any(isinstance(cell, Choice) and cell.unknown_matters for cell in ordered):
            alike.setdefault(tuple(cell.answer(value) == "yes" for cell in ordered), []).append(value)
    return {
        group[0]: " or ".join([*group[:MOST_VALUES], *(["…"] if len(group) > MOST_VALUES else [])])
        for group in alike.values()
    }


def _spans(cells: Iterable[Cell]) -> dict[Fact, str]:
    edges = {0} | {edge for cell in cells if isinstance(cell, Interval) for edge in (cell.low, cell.high + 1)}
    inside = sorted(edge for edge in edges if edge <= ANY_NUMBER[1])
    spans: dict[Fact, str] = {}
    for low, above in zip(inside, [*inside[1:], MANY + 1], strict=True):
        high = above - 1
        spans[low, low] = (
            str(low) if high == low else f"{low} or more" if high >= MANY else f"{low} to {high}"
        )
    return spans
