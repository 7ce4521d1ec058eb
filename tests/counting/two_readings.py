"""Both readings of a book's tables held against each other: rows one by one, and bitmaps over codes.

Codes that all cells of a table answer alike are one *way* of a column; that each code has the masks of its
own answers is checked for every code. Where the ways of all columns make few enough combinations every one is
compared; elsewhere every path through the rows and, in both cases, random combinations of codes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from attrs import evolve, frozen

from firstpoint.counting.bitmaps import Bitmap
from firstpoint.counting.books import Book, vocabulary_of_tests
from firstpoint.counting.cells import ANY_NUMBER, Fact
from firstpoint.counting.coding import OF_THE_CLASS, KindCode
from firstpoint.counting.compiled import compiled
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.tables import Row, Table, _atoms, _outcomes
from firstpoint.counting.titles import kinds_told_by_title

#: Beyond this many combinations a table is compared along its paths.
WHOLE = 1_000_000


@frozen
class Compared:
    """How many tables (each as it reads for one kind), combinations and differences there were; ``whole`` are
    the tables of which every combination was compared.
    """

    tables: int
    whole: int
    combinations: int
    differences: int


@frozen(eq=False)
class Reading:
    """One table as it reads for one kind, with the columns that its rows ask for and their possible facts."""

    table: Table
    bitmap: Bitmap
    code: KindCode
    told: Mapping[str, str]
    facts: Mapping[str, tuple[Fact, ...]]
    #: The codes of a sheet of which nothing is known.
    blank: tuple[int, ...]

    def differ(self, facts: Mapping[str, Fact]) -> bool:
        """Say whether the two readings of these facts differ in row, rows left open or missing facts."""
        plain = self.table.decide({"kind": self.code.kind, **self.told, **facts})
        codes, of_class = list(self.blank), {}
        for name, fact in facts.items():
            if name in OF_THE_CLASS:
                of_class[name] = str(fact)
            else:
                at = self.code.position[name]
                codes[at] = self.code.columns[at].code(fact)
        quick = self.bitmap.decide(codes, of_class)
        if plain.row is not None or quick.row is not None:
            return plain.row is not quick.row
        return plain.considered != quick.considered or set(plain.missing) != set(quick.missing)


def readings(book: Book, seen: set[object] | None = None) -> Iterator[Reading]:
    """Give every table of a book as it reads for each kind, those that read alike for several kinds once.

    ``seen`` remembers those that were given, so that a table which outlives a book is given once.
    """
    ready = compiled(book)
    seen = set() if seen is None else seen
    for kind in book.marks:
        if kind in kinds_told_by_title():
            continue
        code = ready.code(kind)
        blank = tuple(column.code(ANY_NUMBER if column.steps else UNKNOWN) for column in code.columns)
        for stage, bitmap in ready.bitmaps(kind).items():
            table, told = _table_of(book, kind, stage)
            asked = {column for row in bitmap.rows for column, _ in row.cells} - {"kind", "reached"}
            facts: dict[str, tuple[Fact, ...]] = {
                column.name: column.points for column in code.columns if column.name in asked
            }
            for name in OF_THE_CLASS:
                if name in asked:
                    facts[name] = tuple(dict.fromkeys((*(vocabulary_of_tests(name) or ()), UNKNOWN)))
            key = (table.stage, tuple(map(id, bitmap.rows)), tuple(sorted(facts.items())))
            if key not in seen:
                seen.add(key)
                yield Reading(table, bitmap, code, told, facts, blank)


def _table_of(book: Book, kind: str, stage: str) -> tuple[Table, Mapping[str, str]]:
    if stage == book.record_test.stage:
        return book.record_test, {}
    if stage == book.after_class.stage:
        return book.after_class, {}
    if stage == "class":
        return book.class_tables[kind], {}
    return book.law_then, {"reached": stage}


def compare(
    book: Book, *, random_points: int, most: int = WHOLE, seed: int = 1, seen: set[object] | None = None
) -> Compared:
    """Compare both readings of every table of a book that is not among those ``seen`` in another.

    ``random_points`` is how many random combinations are added for each stage, spread over its tables, and
    ``most`` from how many combinations on a table is compared along its paths.
    """
    rng = random.Random(seed)  # noqa: S311
    every = list(readings(book, seen))
    by_stage: dict[str, int] = {}
    for reading in every:
        by_stage[reading.table.stage] = by_stage.get(reading.table.stage, 0) + 1
    whole = combinations = differences = 0
    for reading in every:
        ways = _ways(reading)
        assert masks_are_answers(reading)
        if prod(map(len, ways.values())) < most:
            whole += 1
            points: Iterator[Mapping[str, Fact]] = _all(ways)
        else:
            points = _paths(reading)
        for facts in points:
            combinations += 1
            differences += reading.differ(facts)
        for _ in range(random_points // by_stage[reading.table.stage]):
            facts = {name: rng.choice(values) for name, values in reading.facts.items()}
            combinations += 1
            differences += reading.differ(facts)
    return Compared(len(every), whole, combinations, differences)


def masks_are_answers(reading: Reading) -> bool:
    """Say whether each code of each column has the masks that the cells of the rows answer."""
    bitmap = reading.bitmap
    for name, points in reading.facts.items():
        for point in points:
            may, sure = _masks(bitmap.rows, name, point)
            if name in OF_THE_CLASS:
                found = bitmap.of_class[name][str(point)]
            else:
                at = reading.code.position[name]
                found = dict(bitmap.stated)[at][reading.code.columns[at].code(point)]
            if found != (may, sure):
                return False
    return True


def _masks(rows: Sequence[Row], name: str, point: Fact) -> tuple[int, int]:
    answers = [dict(row.cells)[name].answer(point) if name in dict(row.cells) else "yes" for row in rows]
    may = sum(1 << at for at, answer in enumerate(answers) if answer != "no")
    return may, sum(1 << at for at, answer in enumerate(answers) if answer == "yes")


def _ways(reading: Reading) -> dict[str, list[Fact]]:
    """Give for each column one fact of each way in which the rows answer it."""
    ways: dict[str, list[Fact]] = {}
    for name, points in reading.facts.items():
        alike: dict[tuple[int, int], Fact] = {}
        for point in points:
            alike.setdefault(_masks(reading.bitmap.rows, name, point), point)
        ways[name] = list(alike.values())
    return ways


def _all(ways: Mapping[str, Sequence[Fact]]) -> Iterator[Mapping[str, Fact]]:
    for points in product(*ways.values()):
        yield dict(zip(ways, points, strict=True))


def _paths(reading: Reading) -> Iterator[Mapping[str, Fact]]:
    """Give the facts of every path through the rows, each also with one of its facts unknown."""
    rows = _without_kind(reading.bitmap.rows)
    atoms = {name: _atoms(name, rows, vocabulary_of_tests(name)) for name in reading.facts}
    for facts, _ in _outcomes(rows, atoms, {}, None):
        yield facts
        for name in facts:
            unknown: Fact = ANY_NUMBER if isinstance(facts[name], tuple) else UNKNOWN
            yield {**facts, name: unknown}


def _without_kind(rows: Sequence[Row]) -> list[Row]:
    return [
        evolve(row, cells=tuple(each for each in row.cells if each[0] not in ("kind", "reached")))
        for row in rows
    ]
