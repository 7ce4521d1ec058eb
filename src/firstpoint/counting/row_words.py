"""The rows of a book told in plain words, for people who keep it and people who ask why."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import StringIO

from firstpoint.counting.books import Book, read_class_result, vocabulary_of
from firstpoint.counting.cells import MANY, Cell, Choice, Fact, Interval, Span
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.tables import Row, Table, Vocabulary
from firstpoint.vocabulary import offence_class, reported_incidents

#: What a result that is no class says.
RESULTS: Mapping[str, str] = {
    "record": "record the crime",
    "incident_only": "an incident only; no notifiable crime",
    "information": "an information report; no crime",
    "crime_related_incident": "a crime-related incident; no crime",
    "other_force": "for another force to record",
    "refer": "passed to the national fraud service",
    "stands": "both crimes stand",
    "absorbed": "counted in the other crime",
    "rank": "the graver of the two is counted",
    "new": "a new crime",
    "yes": "allowed",
    "no": "not allowed",
    "chosen": "allowed where it was chosen",
    "not_decidable": "cannot be decided from what the sources tell",
}

#: The column whose numbers are days: 20260401 is 1 April 2026.
_DAY = "offence_day"

#: What each decision table answers, by the beginning of its name.
_TITLES: Mapping[str, str] = {
    "book": "The book as a whole",
    "record_test": "Whether to record",
    "after_class": "Whether a class is held back",
    "principal": "Two crimes in one incident: which is counted",
    "continuing": "What a report adds to an existing record",
    "ask_cancel": "May a record be cancelled",
    "ask_outcome": "May an outcome stand",
    "ask_in_time": "Was a crime recorded in time",
    "ask_reclassify": "May a record be reclassified",
    "law_then": "What an offence was before today's law",
    "class_listed": "Offences told by their title on the notifiable list",
    "class_": "Classification: ",
}


def when_words(row: Row, columns: Vocabulary) -> tuple[str, ...]:
    """Give what a row asks for, one sentence part for each fact; ``columns`` names the values of a column."""
    return tuple(f"{column_words(name)}: {condition_words(name, cell, columns)}" for name, cell in row.cells)


def condition_words(column: str, cell: Cell, columns: Vocabulary) -> str:
    """Give what a cell of this column accepts; days, which the tables write as numbers, as days."""
    if column == _DAY and isinstance(cell, Interval):
        return f"up to {_day(cell.high)}" if cell.low == 0 else f"from {_day(cell.low)}"
    return cell_words(cell, columns(column) or ())


def _day(number: int) -> str:
    """Give a day written as a number, 20260401, as 2026-04-01."""
    text = str(number)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def cell_words(cell: Cell, values: tuple[str, ...]) -> str:
    """Give what a cell of a column with these values accepts: ``minor or lasting pain``, ``13 to 15``."""
    if isinstance(cell, Interval):
        return span_words((cell.low, cell.high))
    known = [value for value in values if value != UNKNOWN]
    taken = [spoken(value) for value in known if value in cell.accepted]
    left = [spoken(value) for value in known if value not in cell.accepted]
    if taken and 3 * len(left) <= len(taken) and not cell.takes_unknown:
        if not left:
            return "known"
        return f"{'known, and ' if cell.unknown_matters else ''}not {_or(left)}"
    if not left and cell.takes_unknown:
        return "known or not"
    return _or([*taken, *(["not known"] if cell.takes_unknown else [])])


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "nothing"


def result_words(result: str) -> str:
    """Give a result with the title of its class or incident: ``8N Assault with injury, code 008/06``."""
    reached = read_class_result(result)
    if result in RESULTS or reached is None:
        incident = reported_incidents().get(result)
        return f"{result} {incident.title}" if incident else RESULTS.get(result, spoken(result))
    code = f", code {reached.ho_code}" if reached.ho_code else ""
    return f"{class_words(reached.ho_class)}{code}{', an attempt' if reached.attempt else ''}"


def class_words(ho_class: str) -> str:
    """Give a class with its title, as far as it is listed."""
    listed = offence_class(ho_class)
    return f"{ho_class} {listed.title}" if listed else ho_class


def table_words(stage: str) -> str:
    """Give what a decision table is for: ``Whether to record``, ``Classification: assaults``."""
    for name, title in _TITLES.items():
        if stage == name:
            return title
        if name.endswith("_") and stage.startswith(name):
            return title + spoken(stage.removeprefix(name))
    return spoken(stage)


def column_words(column: str) -> str:
    """Give the heading of a column of facts in words."""
    return _columns().get(column) or column.replace("_", " ").replace(".", "'s ")


@cache
def _columns() -> Mapping[str, str]:
    text = (resources.files(__package__) / "column_words.csv").read_text(encoding="utf-8")
    return {row["column"]: row["words"] for row in csv.DictReader(StringIO(text, newline=""))}


def columns_of(book: Book, table: Table) -> Vocabulary:
    """Give what names the values of the columns of one of the book's tables.

    Rows about two crimes may name the families and codes of later books, so these come from the rows too.
    """
    rules = book.classes.values()
    families = {rule.family for rule in rules} | _named(table, "family", "other_family", "record_family")
    codes = {rule.ho_code for rule in rules if rule.ho_code} | {"none"} | _named(table, "code", "other_code")
    known = vocabulary_of(f"{table.stage}.csv", tuple(sorted(families)), tuple(sorted(codes)))

    def values(column: str) -> tuple[str, ...] | None:
        try:
            return known(column)
        except KeyError:
            return tuple(sorted(_named(table, column)))

    return values


def _named(table: Table, *columns: str) -> set[str]:
    cells = [cell for row in table.rows for column, cell in row.cells if column in columns]
    return {value for cell in cells if isinstance(cell, Choice) for value in cell.accepted}


def fact_words(fact: Fact) -> str:
    """Give a fact in words."""
    return span_words(fact) if isinstance(fact, tuple) else spoken(fact)


def spoken(name: str) -> str:
    """Give a name of the format as it is spoken."""
    return name.replace("_or_", " or ").replace("_", " ")


def span_words(span: Span) -> str:
    """Give a range of whole numbers in words: ``12``, ``13 to 15``, ``16 or more``."""
    low, high = span
    if low == high:
        return str(low)
    return f"{low} or more" if high >= MANY else f"{low} to {high}"
