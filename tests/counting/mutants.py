"""Mutants of decision tables, which of them mean the same as the table, and the cases that tell the rest.

A mutant is a table with one slip in it, such as a person makes who keeps it: a row left out, an override the
wrong way round, another result, a value more or less in a cell, a cell that takes anything, a bound or a day
one off, not knowing taken for an answer. Whether it means the same is decided exactly: :func:`witness` goes
through all that facts can be, splitting only on what rows that can still matter ask, and gives a combination
of facts on which the two differ, or None where there is none. What differs is the deciding row or its result.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO

import numpy as np
from attrs import evolve, field, frozen
from possible_facts import can_be_missing, constraints, settled_fact

from firstpoint.counting.books import SHIPPED, Book
from firstpoint.counting.cells import MANY, Cell, Choice, Fact, Interval
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.matters import WHERE_NOTHING_IS_SAID
from firstpoint.counting.row_words import columns_of
from firstpoint.counting.tables import Row, Ruling, Table, _overlap

#: Answer of a table to one combination of facts: the result and the row; (``not_decidable``, ``-``) where
#: facts are missing and (``no_row``, ``-``) where no row can apply.
Answer = tuple[str, str]
Facts = dict[str, Fact]

_DAY = "offence_day"
#: Beside the values that rows name, one of each of these columns stands for all the others, save here, where
#: the others are not alike for the rest of the sheet.
_ALSO: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("record_test", "kind"): (
        "assault", "blade_possession", "no_crime_event", "other_notifiable_offence", "theft",
    ),
    ("law_then", "kind"): ("threatening_message", "intimate_image_sharing", "assault"),
}  # fmt: skip
#: Columns in which a fact can be missing although nothing was left out: what they ask for is not there.
_MAY_BE_MISSING: Mapping[str, tuple[str, ...]] = {
    "record_test": ("victim.age",),
    "ask_cancel": ("information.additional", "information.verifiable", "information.shows_no_crime"),
    "ask_outcome": (
        "evidence", "charged.kind", "charged.same_facts", "charged.took_part", "charged.offence_established",
        "charged.relates_to_death", "charged.public_interest_choice", "charged.penile_penetration",
    ),
}  # fmt: skip
_MOST_STEPS = 400_000
_SHORT = 12


@frozen(eq=False)
class Mutant:
    """One slip in a table: what it is, in which row, and the rows of the table that has it, strongest first.

    ``cells_of`` is the column in which cells changed, if any; ``rows`` may hold other cells in one column,
    another result, another order, or one row less.
    """

    slip: str
    row: str
    told: str
    rows: tuple[Row, ...] = field(repr=False)
    column: str = ""
    at: tuple[Fact, ...] | None = field(default=None, repr=False)


def answer_of(ruling: Ruling) -> Answer:
    """Give what a ruling comes to."""
    if ruling.row is not None:
        return ruling.row.result, ruling.row.id
    return ("not_decidable" if ruling.considered else "no_row"), "-"


def with_rows(table: Table, rows: Sequence[Row]) -> Table:
    """Give the table with other rows, strongest first."""
    filed: dict[str, list[Row]] = {}
    if table.filed_by is not None:
        for row in rows:
            cell = dict(row.cells).get(table.filed_by)
            keys = cell.accepted if isinstance(cell, Choice) else table.kinds()
            for key in keys:
                filed.setdefault(key, []).append(row)
    by_key = {key: tuple(group) for key, group in filed.items()}
    return Table(table.stage, table.columns, tuple(rows), table.filed_by, table.complete, by_key)


class Grid:
    """What the facts of a table can be: for each column the values that its rows or a slip could tell apart.

    ``named`` are the values of each column that rows name, with one more that stands for all others, and
    ``told_apart`` those of them that a slip may put into a cell.
    """

    def __init__(self, table: Table, book: Book) -> None:
        self.table, self.book = table, book
        self.columns = [name for name in table.columns if any(name in dict(row.cells) for row in table.rows)]
        vocabulary = columns_of(book, table)
        text = SHIPPED.wording(SHIPPED.named(book.id)).tables.get(f"{table.stage}.csv", "")
        raw = list(csv.DictReader(StringIO(text, newline="")))
        #: The cells that name what they do not take.
        self.excluding = {(row["id"], name) for row in raw for name in self.columns if row[name][0] == "!"}
        self.values: dict[str, tuple[Fact, ...]] = {}
        self.named: dict[str, tuple[Fact, ...]] = {}
        self.told_apart: dict[str, frozenset[Fact]] = {}
        self.typical: dict[str, frozenset[str]] = {column: frozenset() for column in self.columns}
        self.minds_unknown: set[str] = set()
        self.never_missing: set[str] = set()
        for column in self.columns:
            cells = {cell for row in table.rows for name, cell in row.cells if name == column}
            if any(isinstance(cell, Choice) and cell.unknown_matters for cell in cells):
                self.minds_unknown.add(column)
            values = vocabulary(column)
            if values is not None and UNKNOWN not in values:
                self.never_missing.add(column)
            if values is None:
                self.values[column] = self.named[column] = _numbers(column, cells)
                continue
            told = {value for row in raw for value in row[column].removeprefix("!").split("|")} - {"-"}
            known = [value for value in values if value in told and value != UNKNOWN]
            also = [value for value in _ALSO.get((table.stage, column), ()) if value not in known]
            others = [value for value in values if value not in told and value != UNKNOWN]
            others.sort(key=lambda value: value not in _typical(book, column))
            if column == table.filed_by:
                others, known = [], list(table.kinds())
            rest = also or others[:1]
            minded = [UNKNOWN] if column in self.minds_unknown else []
            self.values[column] = self.named[column] = (*known, *rest, *minded)
            self.typical[column] = _typical(book, column)
            self.told_apart[column] = _told_apart(self.named[column], cells)
        self.bound = [
            (names & set(self.columns), can) for names, can in constraints(table.stage, book)
            if len(names & set(self.columns)) > 0
        ]  # fmt: skip

    def possible(self, column: str, facts: Mapping[str, Fact]) -> bool:
        """Say whether facts can stand together, ``column`` being the one told last."""
        return all(can(facts) for names, can in self.bound if column in names)

    def choices(self, column: str, facts: Mapping[str, Fact]) -> tuple[Fact, ...]:
        """Give what a column can be beside these facts."""
        settled = settled_fact(self.book, column, facts)
        if settled is not None:
            return (settled,)
        values = self.values[column]
        if column in _MAY_BE_MISSING.get(self.table.stage, ()) and UNKNOWN not in values:
            return (*values, UNKNOWN)
        if values[-1] == UNKNOWN and not can_be_missing(self.book, column, facts):
            return values[:-1]
        return values

    def told(self, facts: Facts) -> Facts:
        """Give facts without those that nobody could tell of this kind."""
        return {
            column: fact
            for column, fact in facts.items()
            if fact != UNKNOWN or settled_fact(self.book, column, facts) is None
        }

    def can_be_missing(self, column: str, facts: Mapping[str, Fact]) -> bool:
        """Say whether a fact can be unknown for the kind told."""
        return column not in self.never_missing and can_be_missing(self.book, column, facts)


def _typical(book: Book, column: str) -> frozenset[str]:
    """Give the values of a column that nobody would remark on."""
    taken = {default.value for default in book.defaults if default.fact == column}
    return frozenset(taken | {"none", "no", "not_stated", str(WHERE_NOTHING_IS_SAID.get(column, "no"))})


def _told_apart(values: Sequence[Fact], cells: Iterable[Cell]) -> frozenset[Fact]:
    """Give the values that a slip may put into a cell: all of a short list, of a long one the first of those
    that no row tells from each other.
    """
    if len(values) <= _SHORT:
        return frozenset(values)
    ordered = sorted(cells, key=repr)
    alike: dict[tuple[str, ...], Fact] = {}
    for value in values:
        alike.setdefault(tuple(cell.answer(value) for cell in ordered), value)
    return frozenset(alike.values())


def _numbers(column: str, cells: Iterable[Cell]) -> tuple[Fact, ...]:
    edges: set[int] = set()
    for cell in cells:
        if isinstance(cell, Interval):
            for edge in (cell.low, cell.high):
                near = {edge, _next(column, edge, -1), _next(column, edge, 1)}
                edges |= near if edge < MANY else set()
    if column == _DAY:
        edges = {edge for edge in edges if 19000101 <= edge <= 21001231} | {19800101, 20260601}
    return tuple((edge, edge) for edge in sorted(edges) if edge >= 0)


def _next(column: str, number: int, by: int) -> int:
    """Give the number, or the day written as a number, that is one off."""
    if column != _DAY:
        return number + by
    try:
        day = date(number // 10000, number // 100 % 100, number % 100) + timedelta(days=by)
    except ValueError:
        return number
    return int(day.strftime("%Y%m%d"))


# Making mutants


def mutants(grid: Grid) -> Iterator[Mutant]:
    """Give every mutant of a table."""
    rows = grid.table.rows
    for at, row in enumerate(rows):
        yield Mutant("row left out", row.id, "left out", (*rows[:at], *rows[at + 1 :]))
        yield from _with_other_results(grid, at)
        for column, cell in row.cells:
            yield from _with_other_cells(grid, at, column, cell)
    yield from _with_other_order(grid)


def _with(rows: tuple[Row, ...], at: int, row: Row) -> tuple[Row, ...]:
    return (*rows[:at], row, *rows[at + 1 :])


def _with_other_results(grid: Grid, at: int) -> Iterator[Mutant]:
    rows, row = grid.table.rows, grid.table.rows[at]
    filed_by = grid.table.filed_by
    own = dict(row.cells).get(filed_by or "")
    for result in sorted({other.result for other in rows} - {row.result}):
        alike = [other for other in rows if other.result == result]
        if isinstance(own, Choice) and not any(
            own.accepted & dict(other.cells)[filed_by].accepted  # type: ignore[index,union-attr]
            for other in alike
            if filed_by in dict(other.cells)
        ):
            continue
        yield Mutant("other result", row.id, result, _with(rows, at, evolve(row, result=result)))


def _with_other_cells(grid: Grid, at: int, column: str, cell: Cell) -> Iterator[Mutant]:
    rows, row = grid.table.rows, grid.table.rows[at]

    def changed(slip: str, told: str, other: Cell | None, where: tuple[Fact, ...]) -> Mutant:
        cells = tuple((name, other if name == column else old) for name, old in row.cells)
        kept = tuple((name, each) for name, each in cells if each is not None)
        return Mutant(
            slip, row.id, f"{column} {told}", _with(rows, at, evolve(row, cells=kept)), column, where
        )

    values = grid.values[column]
    if column != grid.table.filed_by:
        yield changed("takes anything", "-", None, tuple(v for v in values if cell.answer(v) != "yes"))
    if isinstance(cell, Interval):
        for low, high in (
            (_next(column, cell.low, -1), cell.high), (_next(column, cell.low, 1), cell.high),
            (cell.low, _next(column, cell.high, -1)), (cell.low, _next(column, cell.high, 1)),
        ):  # fmt: skip
            unbounded = cell.high >= MANY and high != cell.high
            if low < 0 or (cell.low == 0 and low != 0) or unbounded or low > high:
                continue
            other = Interval(low, high)
            told = f"{low}-{high}"
            yield changed(
                "bound one off", told, other, tuple(v for v in values if cell.answer(v) != other.answer(v))
            )
        return
    for value in grid.named[column]:
        written = cell.answer(value) == "yes" and (row.id, column) not in grid.excluding
        if not written and value not in grid.told_apart[column]:
            continue
        if value == UNKNOWN:
            other = evolve(cell, takes_unknown=not cell.takes_unknown)
        else:
            other = evolve(cell, accepted=cell.accepted ^ {str(value)})
        if other.points():
            yield changed("value more or less", f"{value}", other, (value,))
    if column not in grid.minds_unknown | grid.never_missing and column != "kind":
        yield _forgiving(grid, at, column)


def _forgiving(grid: Grid, at: int, column: str) -> Mutant:
    """Give the table in which a row names ``unknown``, so that not knowing is a value of its own."""

    def minding(place: int, name: str, cell: Cell) -> Cell:
        if name != column or not isinstance(cell, Choice):
            return cell
        return evolve(cell, unknown_matters=True, takes_unknown=cell.takes_unknown or place == at)

    rows = tuple(
        evolve(row, cells=tuple((name, minding(place, name, cell)) for name, cell in row.cells))
        for place, row in enumerate(grid.table.rows)
    )
    return Mutant("unknown taken for an answer", grid.table.rows[at].id, column, rows, column, (UNKNOWN,))


def _with_other_order(grid: Grid) -> Iterator[Mutant]:
    """Give the table with each override the other way round."""
    rows = grid.table.rows
    place = {row.id: at for at, row in enumerate(rows)}
    for row in rows:
        for name in sorted(row.overrides):
            weaker = rows[place[name]]
            if not _overlap(row, weaker):
                continue
            others = [other for other in rows if other.id != name]
            at = others.index(row)
            yield Mutant("override turned round", row.id, name, (*others[:at], weaker, *others[at:]))


# Deciding whether a mutant means the same


@frozen(eq=False)
class _Pair:
    """A table and a mutant as one list of rows, each in one of them or in both."""

    rows: tuple[Row, ...]
    in_one: int
    in_two: int
    special: int


def _pair(one: Sequence[Row], two: Sequence[Row]) -> _Pair:
    """Lay two lists of rows over each other; rows that only one has, or has elsewhere, are special."""
    at_one, at_two, laid = 0, 0, []
    ids_two = {id(row): at for at, row in enumerate(two)}
    while at_one < len(one) or at_two < len(two):
        if at_one < len(one) and at_two < len(two) and one[at_one] is two[at_two]:
            laid.append((one[at_one], 3))
            at_one, at_two = at_one + 1, at_two + 1
        elif at_one < len(one) and (at_two >= len(two) or ids_two.get(id(one[at_one]), -1) < at_two):
            laid.append((one[at_one], 1))
            at_one += 1
        else:
            laid.append((two[at_two], 2))
            at_two += 1
    masks = [sum(1 << at for at, (_, side) in enumerate(laid) if side in sides) for sides in ((1, 3), (2, 3))]
    special = sum(1 << at for at, (_, side) in enumerate(laid) if side != 3)
    return _Pair(tuple(row for row, _ in laid), masks[0], masks[1], special)


def witness(grid: Grid, mutant: Mutant, rng: random.Random, *, plain: bool = False) -> Facts | None:
    """Give facts on which a mutant answers otherwise than its table, or None where there are none.

    ``plain`` asks for facts that nobody would remark on wherever others would not do better.
    Of facts that a slip makes to be an answer when not known, only that one is taken to be unknown.
    """
    search = _Search(grid, mutant, rng, plain)
    for facts in search.begin():
        found = search.go(facts)
        if found is not None:
            return grid.told(found)
    return None


class _Search:
    def __init__(self, grid: Grid, mutant: Mutant, rng: random.Random, plain: bool) -> None:
        self.grid, self.mutant, self.rng, self.plain = grid, mutant, rng, plain
        if mutant.slip == "other result":
            shared = {row.id: row for row in grid.table.rows}
            rows = tuple(shared[row.id] if row.id != mutant.row else row for row in mutant.rows)
        else:
            rows = mutant.rows
        self.pair = _pair(grid.table.rows, rows)
        self.steps = 0
        self.masks: dict[tuple[str, Fact], tuple[int, int]] = {}
        self.asking = {
            column: sum(1 << at for at, row in enumerate(self.pair.rows) if column in dict(row.cells))
            for column in grid.columns
        }

    def begin(self) -> Iterator[Facts]:
        """Give the facts to begin with: what the slip is about."""
        filed_by = self.grid.table.filed_by
        about: list[Facts] = [{self.mutant.column: value} for value in self.mutant.at or ()] or [{}]
        self.rng.shuffle(about)
        keys = list(self.grid.values[filed_by]) if filed_by else []
        self.rng.shuffle(keys)
        special = [row for at, row in enumerate(self.pair.rows) if self.pair.special >> at & 1]
        for facts in about:
            if filed_by is None or filed_by in facts:
                yield facts
                continue
            for key in keys:
                together = {filed_by: key, **facts}
                asked = any(_could_apply(row, together) for row in special)
                if asked and all(self._can_be(column, fact, together) for column, fact in facts.items()):
                    yield together

    def _can_be(self, column: str, fact: Fact, facts: Facts) -> bool:
        told = {name: value for name, value in facts.items() if name != column}
        if fact == UNKNOWN and column not in self.grid.minds_unknown:
            return self.grid.can_be_missing(column, told)
        return fact in self.grid.choices(column, told)

    def mask(self, column: str, fact: Fact) -> tuple[int, int]:
        """Give the rows that a fact leaves possible, and those that it meets for sure."""
        found = self.masks.get((column, fact))
        if found is None:
            may = sure = (1 << len(self.pair.rows)) - 1
            for at, row in enumerate(self.pair.rows):
                for name, cell in row.cells:
                    if name == column:
                        answer = cell.answer(fact)
                        if answer != "yes":
                            sure &= ~(1 << at)
                        if answer == "no":
                            may &= ~(1 << at)
            found = self.masks[column, fact] = (may, sure)
        return found

    def go(self, facts: Facts) -> Facts | None:
        may = sure = (1 << len(self.pair.rows)) - 1
        for column, fact in facts.items():
            if not self.grid.possible(column, facts):
                return None
            some, certain = self.mask(column, fact)
            may, sure = may & some, sure & certain
        return self._split(facts, may, sure)

    def _live(self, may: int, definite: int, members: int) -> int:
        first = definite & members
        limit = (first & -first) * 2 - 1 if first else -1
        return may & members & limit

    def _split(self, facts: Facts, may: int, sure: int) -> Facts | None:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise RuntimeError(f"{self.mutant} takes too long to tell")
        pending = 0
        for column, asked in self.asking.items():
            if column not in facts:
                pending |= asked
        definite = may & sure & ~pending
        one = self._live(may, definite, self.pair.in_one)
        two = self._live(may, definite, self.pair.in_two)
        if not (one | two) & self.pair.special:
            return None
        open_rows = (one | two) & pending
        if not open_rows:
            return facts if self._answer(one, definite) != self._answer(two, definite) else None
        wanted = open_rows & self.pair.special or open_rows
        row = self.pair.rows[(wanted & -wanted).bit_length() - 1]
        column = next(name for name, _ in row.cells if name not in facts)
        choices = list(self.grid.choices(column, facts))
        if self.plain:
            choices.sort(key=lambda fact: fact not in self.grid.typical[column])
        else:
            self.rng.shuffle(choices)
        above = self.pair.special & -self.pair.special
        choices.sort(key=lambda fact: self._rank(column, fact, may, above))
        for fact in choices:
            together = {**facts, column: fact}
            if not self.grid.possible(column, together):
                continue
            some, certain = self.mask(column, fact)
            found = self._split(together, may & some, sure & certain)
            if found is not None:
                return found
        return None

    def _rank(self, column: str, fact: Fact, may: int, above: int) -> tuple[bool, int]:
        """Give how promising a fact is: the rows in question live, few stronger ones do."""
        left = may & self.mask(column, fact)[0]
        return not left & self.pair.special, (left & (above - 1)).bit_count()

    def _answer(self, live: int, definite: int) -> Answer:
        return _answer(self.pair.rows, live, bool(live & definite), self.grid.table.complete)


def _could_apply(row: Row, facts: Mapping[str, Fact]) -> bool:
    """Say whether a row can still apply when nothing is known of the columns that are not told."""
    return all(column not in facts or cell.answer(facts[column]) != "no" for column, cell in row.cells)


def _answer(rows: Sequence[Row], live: int, settled: bool, complete: bool) -> Answer:
    """Give the answer that live rows come to, the weakest of them being met for sure where ``settled``."""
    if not live:
        return "no_row", "-"
    if not settled and not complete:
        return "not_decidable", "-"
    last = rows[live.bit_length() - 1]
    while live:
        first = live & -live
        if rows[first.bit_length() - 1].result != last.result:
            return "not_decidable", "-"
        live ^= first
    return last.result, last.id


# Which cases tell which mutants


class Cases:
    """Combinations of facts with the table's answer to each, and which mutants each of them tells."""

    def __init__(self, grid: Grid, found: Sequence[Facts]) -> None:
        self.grid, self.found = grid, list(found)
        self.rows = grid.table.rows
        self.place = {row.id: at for at, row in enumerate(self.rows)}
        self.status = np.array(
            [[_status(row, facts) for row in self.rows] for facts in self.found], dtype=np.int8
        ).reshape(len(self.found), len(self.rows))
        self.answers = [answer_of(grid.table.decide(facts)) for facts in self.found]

    def telling(self, mutant: Mutant) -> list[int]:
        """Give the cases to which a mutant answers otherwise than the table."""
        return [
            case
            for case in self._affected(mutant)
            if self._answer_of_mutant(mutant, case) != self.answers[case]
        ]

    def _affected(self, mutant: Mutant) -> Iterable[int]:
        at = self.place[mutant.row]
        stronger = (self.status[:, :at] == 2).any(axis=1)
        if mutant.slip in ("row left out", "other result"):
            return np.flatnonzero((self.status[:, at] > 0) & ~stronger).tolist()
        if mutant.slip == "override turned round":
            return np.flatnonzero((self.status[:, self.place[mutant.told]] > 0) & ~stronger).tolist()
        told = set(mutant.at or ())
        at_risk = [case for case, facts in enumerate(self.found) if facts.get(mutant.column, UNKNOWN) in told]
        return [case for case in at_risk if not stronger[case]] if mutant.at != (UNKNOWN,) else at_risk

    def _answer_of_mutant(self, mutant: Mutant, case: int) -> Answer:
        facts, live, settled = self.found[case], 0, False
        known = self.status[case]
        moved = mutant.slip == "override turned round" or len(mutant.rows) != len(self.rows)
        for at, row in enumerate(mutant.rows):
            if moved:
                status = known[self.place[row.id]]
            else:
                status = known[at] if row is self.rows[at] else _status(row, facts)
            if status:
                live |= 1 << at
                if status == 2:
                    settled = True
                    break
        return _answer(mutant.rows, live, settled, self.grid.table.complete)


def _status(row: Row, facts: Mapping[str, Fact]) -> int:
    return {"no": 0, "perhaps": 1, "yes": 2}[row.answer(facts)[0]]


@frozen
class Sheet:
    """The cases that tell all mutants of a table that mean something else, and how many those are."""

    table: Table
    cases: tuple[Facts, ...]
    answers: tuple[Answer, ...]
    made: Mapping[str, int]
    alike: Mapping[str, int]


def sheet_of(table: Table, book: Book, *, seed: int = 1, kept: Sequence[Facts] = ()) -> Sheet:
    """Give a small set of cases that tells every mutant of a table that does not mean the same, and in which
    each row decides that can.

    ``kept`` are cases to begin with.
    """
    grid, rng = Grid(table, book), random.Random(seed)  # noqa: S311
    every = list(mutants(grid))
    found: dict[tuple[tuple[str, Fact], ...], Facts] = {_key(facts): facts for facts in kept}
    made: dict[str, int] = {}
    alike: dict[str, int] = {}
    differing = []
    for mutant in every:
        made[mutant.slip] = made.get(mutant.slip, 0) + 1
        facts = witness(grid, mutant, rng, plain=True)
        if facts is None:
            alike[mutant.slip] = alike.get(mutant.slip, 0) + 1
            continue
        differing.append(mutant)
        found.setdefault(_key(facts), facts)
        if mutant.slip != "other result":
            again = witness(grid, mutant, rng)
            assert again is not None
            found.setdefault(_key(again), again)
    cases = Cases(grid, list(found.values()))
    deciding = [[at for at, (_, name) in enumerate(cases.answers) if name == row.id] for row in table.rows]
    wanted = [cases.telling(mutant) for mutant in differing] + [each for each in deciding if each]
    chosen = _smallest_cover(wanted, len(cases.found))
    chosen.sort(key=lambda case: (_order(cases.answers[case], cases.place), case))
    return Sheet(
        table, tuple(cases.found[case] for case in chosen), tuple(cases.answers[case] for case in chosen),
        made, alike,
    )  # fmt: skip


def _key(facts: Mapping[str, Fact]) -> tuple[tuple[str, Fact], ...]:
    return tuple(sorted(facts.items(), key=lambda item: item[0]))


def _order(answer: Answer, place: Mapping[str, int]) -> tuple[int, str]:
    return place.get(answer[1], len(place)), answer[0]


def _smallest_cover(telling: Sequence[Sequence[int]], number: int) -> list[int]:
    """Give few cases that serve every want: in each step the one that serves most of those left.

    ``telling`` gives for each mutant the cases that tell it.
    """
    tells: list[set[int]] = [set() for _ in range(number)]
    for mutant, cases in enumerate(telling):
        if not cases:
            raise AssertionError("a mutant that differs is told by no case")
        for case in cases:
            tells[case].add(mutant)
    left = set(range(len(telling)))
    chosen = []
    while left:
        case = max(range(number), key=lambda each: len(tells[each]))
        chosen.append(case)
        gone = set(tells[case])
        left -= gone
        for each in {other for mutant in gone for other in telling[mutant]}:
            tells[each] -= gone
    return chosen
