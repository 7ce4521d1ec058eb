"""The tables of this room as values: what people are asked for, and between what they choose."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Literal

from attrs import frozen

from firstpoint.vocabulary import cancellations, reported_incidents


@frozen
class Choice:
    """One answer that can be chosen, with the rule it comes from."""

    choice: str
    title: str
    source: str


@frozen
class Particular:
    """One thing that a person is asked for when work moves on.

    ``form`` says what the answer is: ``text`` of at most ``longest`` characters, ``count`` a whole number
    from ``lowest`` to ``highest``, ``choice`` one of ``choices``, ``crimes`` a list of offence classes each
    with a count, ``moment`` a date and time, ``information`` a list of pieces of additional verifiable
    information, each with what it is, when it was obtained, from whom, and how it was verified, ``facts`` a
    report in the form that ``counting`` reads, of at most ``longest`` characters.
    ``missing`` is what to say when it must be given and is not.
    """

    name: str
    title: str
    hint: str
    form: Literal["text", "count", "choice", "crimes", "moment", "information", "facts"]
    choices: tuple[Choice, ...]
    lowest: int
    highest: int
    longest: int
    missing: str


def particular(name: str) -> Particular:
    """What a person is asked for under this name; raises KeyError for a name that no table holds."""
    return _particulars()[name]


@cache
def choices(name: str) -> tuple[Choice, ...]:
    """The answers of one list of choices, in the order of the table."""
    if name in _OF_THE_VOCABULARY:  # lists that are not to be kept twice
        return _OF_THE_VOCABULARY[name]()
    return tuple(
        Choice(row["choice"], row["title"], row["source"])
        for row in rows("choices")
        if row["choices"] == name
    )


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """The rows of one of this room's tables, each cell as text."""
    text = files(__package__).joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def listed(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds several, separated by upright bars."""
    return tuple(part for part in cell.split("|") if part)


def _current_reported_incidents() -> tuple[Choice, ...]:
    return tuple(
        Choice(code, f"{code} {each.title}", "Counting Rules, reported incidents")
        for code, each in reported_incidents().items()
        if not each.valid_to
    )


def _current_cancellations() -> tuple[Choice, ...]:
    return tuple(
        Choice(code, f"{code} {each.title}", "Outcomes for recorded crimes, April 2026")
        for code, each in cancellations().items()
    )


_OF_THE_VOCABULARY = {
    "reported_incidents": _current_reported_incidents,
    "cancellations": _current_cancellations,
}


@cache
def _particulars() -> dict[str, Particular]:
    return {
        row["particular"]: Particular(
            name=row["particular"],
            title=row["title"],
            hint=row["hint"],
            form=row["form"],  # type: ignore[arg-type]  # the tests hold the table to these words
            choices=choices(row["choices"]),
            lowest=int(row["lowest"] or 0),
            highest=int(row["highest"] or 0),
            longest=int(row["longest"] or 0),
            missing=row["missing"],
        )
        for row in rows("particulars")
    }
