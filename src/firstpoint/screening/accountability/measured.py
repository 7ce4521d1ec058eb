"""The figures that were measured on banks of annotated logs: a file that the benchmark writes.

``measured.json``, in this folder, is JSON::

    {"format": "firstpoint-screen-measured/1",
     "measured_on": "2026-11-27",            the day
     "command": "...",                       what was run
     "reader": "lexicon 0123456789ab",       name and version of the reader, as in every screened row
     "threshold": 0.5,                       the chance from which a log counts as flagged
     "confidence": 0.95, "interval": "...",  how the limits were made
     "banks": [{"bank": "a", "logs": 159, "with_crime": 88, "use": "tuned on"}, ...],
     "cells": [{"model": "screen", "trained_on": ["a", "b"], "tested_on": "c", "seen": false,
                "figures": [{"name": "auc", "value": 0.8, "low": 0.7, "high": 0.9, "of": 160}, ...]}, ...],
     "subgroups": {"banks": ["c"], "least": 20, "shares": [...], "gaps": [...]}}

``use`` is ``tuned on``, ``read for development``, ``measured in development`` or ``test alone``; ``seen``
says whether the bank tested on had a say in the words or weights; ``of`` is the number of logs, pairs, crimes
or quotes that a figure is of. ``shares`` and ``gaps`` are the rows of
:mod:`~firstpoint.screening.accountability.subgroups`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from firstpoint.errors import UnreadableFile

FORMAT = "firstpoint-screen-measured/1"
SCREEN = "screen"
MEASURES = {
    "auc": "a log with a crime scores above one without (AUC)",
    "f1": "logs rightly flagged (F1)",
    "pairs_both_right": "pairs with both logs judged rightly",
    "pairs_told_apart": "of pairs that differ, told apart",
    "offence_f1": "offences rightly named (F1)",
    "evidence_recall": "telling words found",
    "count_accepted": "crimes due within the accepted number",
}


@frozen
class Bank:
    """A bank of annotated logs that was measured on, and what it was used for before."""

    bank: str
    logs: int
    with_crime: int
    use: str


@frozen
class Figure:
    """A figure with its limits and the number of things it is of."""

    name: str
    value: float
    low: float
    high: float
    of: int


@frozen
class Cell:
    """What one model, made with some banks, did on one bank."""

    model: str
    trained_on: tuple[str, ...]
    tested_on: str
    seen: bool
    figures: tuple[Figure, ...]

    def figure(self, name: str) -> Figure | None:
        """The figure of that name, where it could be measured on this bank."""
        return next((one for one in self.figures if one.name == name), None)


@frozen
class SubgroupFigures:
    """Rows of shares and gaps as the subgroup functions give them, and of which banks."""

    banks: tuple[str, ...]
    least: int
    shares: tuple[Mapping[str, Any], ...]
    gaps: tuple[Mapping[str, Any], ...]


@frozen
class Measured:
    """A whole file of figures; see the module."""

    measured_on: str
    command: str
    reader: str
    threshold: float
    confidence: float
    interval: str
    banks: tuple[Bank, ...]
    cells: tuple[Cell, ...]
    subgroups: SubgroupFigures

    def as_dict(self) -> dict[str, Any]:
        """The file's content as plain values for JSON."""
        return {"format": FORMAT, **asdict(self)}

    def cells_of(self, model: str, *, seen: bool) -> tuple[Cell, ...]:
        """The cells of a model on banks that had, or had not, a say in it."""
        return tuple(cell for cell in self.cells if cell.model == model and cell.seen is seen)


def shipped_measured() -> Measured | None:
    """The figures that come with the product, or None where it was built without any."""
    file = measured_file()
    return _measured(file.read_text("utf-8"), "measured.json") if file.is_file() else None


def measured_file() -> Traversable:
    """Where the figures that come with the product stand."""
    return resources.files("firstpoint.screening.accountability") / "measured.json"


def read_measured(path: Path) -> Measured:
    """The figures in a file; raises UnreadableFile for one that is not of this format."""
    try:
        return _measured(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeError) as error:
        raise UnreadableFile(f"The figures cannot be read ({error}).", where=str(path)) from error


def _measured(text: str, where: str) -> Measured:
    try:
        told = json.loads(text)
        if told.pop("format") != FORMAT:
            raise ValueError("another format")
        return Measured(
            banks=tuple(Bank(**one) for one in told.pop("banks")),
            cells=tuple(_cell(one) for one in told.pop("cells")),
            subgroups=_subgroups(told.pop("subgroups")),
            **told,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(
            f"It does not hold figures of the format {FORMAT} ({error}).",
            where=where,
            remedy="Make it anew with benchmarks/bench_reading.py.",
        ) from error


def _cell(told: Mapping[str, Any]) -> Cell:
    return Cell(
        model=told["model"],
        trained_on=tuple(told["trained_on"]),
        tested_on=told["tested_on"],
        seen=told["seen"],
        figures=tuple(Figure(**one) for one in told["figures"]),
    )


def _subgroups(told: Mapping[str, Any]) -> SubgroupFigures:
    shares: Sequence[Mapping[str, Any]] = told["shares"]
    return SubgroupFigures(tuple(told["banks"]), told["least"], tuple(shares), tuple(told["gaps"]))
