"""What the screen holds of each kind of allegation: its name in words, who suffers it, what is assumed,
its harm, and the classes it could become."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import StringIO

from attrs import frozen

from firstpoint import counting
from firstpoint.vocabulary import offence_class


@frozen
class KindRow:
    """A row of ``kinds.csv``.

    ``holder`` is ``person``, ``business`` or ``state``; ``harm`` stands on a scale of 0 to 100 and is the
    maker's judgement in steps that follow the longest sentences and what is done to a person, for a force to
    replace by its own index; ``assume`` are facts taken for granted where the log is silent.
    """

    kind: str
    offence: str
    holder: str
    harm: float
    assume: Mapping[str, str]


def kind_row(kind: str) -> KindRow:
    """The row of one kind; raises KeyError for a kind that the screen does not know."""
    return kind_rows()[kind]


@cache
def kind_rows() -> Mapping[str, KindRow]:
    """All rows, by kind."""
    text = (resources.files("firstpoint.screening") / "lexicon" / "kinds.csv").read_text("utf-8")
    return {row["kind"]: _row(row) for row in csv.DictReader(StringIO(text))}


@cache
def possible_classes(kind: str) -> frozenset[str]:
    """Every class that the newest rule book can reach from a kind of the facts format, whatever the facts."""
    table = counting.newest_book().class_tables.get(kind)
    if table is None:
        return frozenset()
    results = {row.result.split()[0] for row in table.rows_for({"kind": kind})}
    return frozenset(result for result in results if offence_class(result))


@cache
def groups(kind: str) -> frozenset[str]:
    """The published groups of the classes that a kind could become."""
    known = (offence_class(ho_class) for ho_class in possible_classes(kind))
    return frozenset(each.group for each in known if each)


def _row(row: dict[str, str]) -> KindRow:
    assume = dict(part.split("=", 1) for part in row["assume"].split(";") if part)
    return KindRow(row["kind"], row["offence"], row["holder"], float(row["harm"]), assume)
