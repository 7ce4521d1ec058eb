"""What a request has to say so that the book can answer: made from the columns of the book's own table."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from attrs import frozen

from firstpoint import counting
from firstpoint.counting.facts import UNKNOWN, values_of
from firstpoint.counting.question_facts import QUESTION_FACTS

#: Columns of the book's table that the record, the decider or the state of the work say, and no form.
SAID_OTHERWISE = frozenset(
    {
        *("code", "record_group", "victim_crime", "recorded_since_april_2020"),
        *("decided_by", "independent", "victim_told", "registered_registrar_exists"),
    }
)


@frozen
class AskedFact:
    """A fact of the question that a person is asked for, in plain words.

    ``feeds`` are the columns of the book's table that rest on it; ``values`` maps what can be answered to
    its words, and is empty where the answer is a text.
    """

    fact: str
    feeds: frozenset[str]
    title: str
    hint: str
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its name in a form."""
        return self.fact.replace(".", "-")


def facts_for(code: str, day: date, group: str = UNKNOWN) -> tuple[AskedFact, ...]:
    """The facts that matter to a category of cancellation on a day, for a record of this group."""
    wanted = columns_for(code, day, group)
    return tuple(each for each in every_fact() if each.feeds & wanted)


def columns_for(code: str, day: date, group: str = UNKNOWN) -> frozenset[str]:
    """The columns that the rows of the book's table read for this category and group of record."""
    table = counting.book_on(day).questions["cancel"]
    rows = [
        dict(row.cells)
        for row in table.rows_for({"code": code})
        if "record_group" not in dict(row.cells) or dict(row.cells)["record_group"].answer(group) != "no"
    ]
    return frozenset(column for row in rows for column in row)


@cache
def every_fact() -> tuple[AskedFact, ...]:
    """Every fact that a form can ask for, in the order in which it asks."""
    return tuple(
        AskedFact(
            row["fact"], frozenset(row["feeds"].split("|")), row["title"], row["hint"], _values(row["fact"])
        )
        for row in _rows("facts")
    )


def _values(fact: str) -> Mapping[str, str]:
    if fact in ("duplicate_of", "record.section"):
        return {}
    words = {(row["fact"], row["value"]): row["title"] for row in _rows("fact_choices")}
    listed = tuple(value for each, value in words if each == fact)
    allowed = values_of("ask", fact) or QUESTION_FACTS.get(fact) or (*listed, UNKNOWN)
    return {value: words.get((fact, value)) or words["", value] for value in allowed}


def _rows(name: str) -> Sequence[dict[str, str]]:
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
