"""The rows of a book told in plain words, for people who keep it and people who ask why."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import StringIO

from firstpoint.counting.books import (
    Book,
    read_class_result,
    vocabulary_of_pairs,
    vocabulary_of_questions,
    vocabulary_of_tests,
)
from firstpoint.counting.cells import MANY, Cell, Fact, Interval, Span
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.matters import vocabulary
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
}

#: What each decision table answers, by the beginning of its name.
_TITLES: Mapping[str, str] = {
    "record_test": "Whether to record",
    "after_class": "Whether a class is held back",
    "principal": "Two crimes in one incident: which is counted",
    "continuing": "What a report adds to an existing record",
    "ask_cancel": "May a record be cancelled",
    "ask_outcome": "May an outcome stand",
    "class_": "Classification: ",
}


def when_words(row: Row, columns: Vocabulary) -> tuple[str, ...]:
    """Give what a row asks for, one sentence part for each fact; ``columns`` names the values of a column."""
    return tuple(
        f"{column_words(column)}: {cell_words(cell, columns(column) or ())}" for column, cell in row.cells
    )


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
    """Give what names the values of the columns of one of the book's tables."""
    if table.stage in (book.pairs.stage, book.memory.stage):
        families = tuple(sorted({rule.family for rule in book.classes.values()}))
        codes = tuple(sorted({rule.ho_code for rule in book.classes.values() if rule.ho_code} | {"none"}))
        return vocabulary_of_pairs(families, codes)
    if table.stage in (book.record_test.stage, book.after_class.stage):
        return vocabulary_of_tests
    return vocabulary_of_questions if table in book.questions.values() else vocabulary


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
