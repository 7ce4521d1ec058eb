"""Sheets of cases that a registrar can read, one for each decision table of a book, and the making of them.

``python tests/counting/registrar_sheets.py [table ...]`` writes the sheets of the newest book anew. What they
expect is what the tables say on that day; a change of a rule shows as a change of the sheet, to be read.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen
from mutants import Answer, Facts, sheet_of

from firstpoint.counting.books import Book, newest_book
from firstpoint.counting.cells import ANY_NUMBER, Fact
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.row_words import column_words, columns_of, fact_words, spoken
from firstpoint.counting.tables import Table

BOOKS = Path(__file__).resolve().parents[2] / "src" / "firstpoint" / "counting" / "books"
FRONT, BACK = ("id", "says"), ("result", "row", "clause")
_NOT_FROM_ROWS = "class_listed"
_DAY = "offence_day"


@frozen
class Case:
    """One line of a sheet: the facts that are told, and the answer that is due."""

    id: str
    facts: Facts
    answer: Answer


def folder_of(book: Book) -> Path:
    """Give the folder in which the sheets of a book lie."""
    return BOOKS / book.id / "sheets"


def tables_of(book: Book) -> tuple[Table, ...]:
    """Give the tables that have sheets: all but the one made from the notifiable list."""
    return tuple(table for table in book.tables() if table.stage != _NOT_FROM_ROWS)


def cases_of(table: Table, book: Book) -> tuple[Case, ...]:
    """Read the sheet of a table."""
    vocabulary = columns_of(book, table)
    path = folder_of(book) / f"{table.stage}.csv"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(_case(line, vocabulary) for line in csv.DictReader(lines))


def _case(line: Mapping[str, str], vocabulary: object) -> Case:
    facts: Facts = {}
    for column, text in line.items():
        if column not in (*FRONT, *BACK) and text != "-":
            number = vocabulary(column) is None and text != UNKNOWN  # type: ignore[operator]
            facts[column] = (int(text), int(text)) if number else text
    return Case(line["id"], facts, (line["result"], line["row"]))


def write_sheet(table: Table, book: Book) -> int:
    """Write the sheet of a table anew; give the number of cases."""
    sheet = sheet_of(table, book)
    clauses = {row.id: row.clause for row in table.rows}
    columns = [column for column in table.columns if any(column in facts for facts in sheet.cases)]
    path = folder_of(book) / f"{table.stage}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow((*FRONT, *columns, *BACK))
        for number, (facts, (result, row)) in enumerate(
            zip(sheet.cases, sheet.answers, strict=True), start=1
        ):
            told = [_cell(facts[column]) if column in facts else "-" for column in columns]
            name = f"{table.stage.removeprefix('class_').replace('_', '-')}-{number:03}"
            writer.writerow((name, says(facts, columns), *told, result, row, clauses.get(row, "-")))
    return len(sheet.cases)


def _cell(fact: Fact) -> str:
    return fact if isinstance(fact, str) else str(fact[0])


def says(facts: Mapping[str, Fact], columns: Sequence[str]) -> str:
    """Give facts as a sentence: ``Assault; injury: wound; hostility: race or religion.``"""
    told = "; ".join(_phrases(facts, columns)) or "Nothing in particular"
    return f"{told[0].upper()}{told[1:]}."


def _phrases(facts: Mapping[str, Fact], columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        fact = facts.get(column)
        if fact is None:
            continue
        if column == "kind" and fact != UNKNOWN:
            yield spoken(str(fact))
            continue
        if fact in (UNKNOWN, ANY_NUMBER):
            value = "not known"
        elif column == _DAY:
            value = f"{fact[0] // 10000}-{fact[0] // 100 % 100:02}-{fact[0] % 100:02}"  # type: ignore[operator]
        else:
            value = fact_words(fact)
        yield f"{column_words(column)}: {value}"


def main(names: Sequence[str]) -> None:
    """Write the sheets of the tables named, or of all."""
    book = newest_book()
    for table in tables_of(book):
        if not names or table.stage in names:
            began = time.monotonic()
            number = write_sheet(table, book)
            print(f"{table.stage}: {number} cases, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
