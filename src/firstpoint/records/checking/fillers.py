"""Words, places and ages put in where nothing was known: a blank is better than an invention.

``fillers.csv`` holds a row a pattern: the columns in which it is looked for (``any``, references to a
``person``, words for a ``place``), what it means, and values that it must hit and must miss. ``;`` stands for
the comma in a count of repeats, since the file is parted by commas.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources
from io import StringIO

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.records.chance import FALSE_ALARMS, as_many_or_more
from firstpoint.records.checking.found import Found, Material, part, where

COLUMNS = {
    "incidents": {
        "any": ("channel", "route", "team", "opening_code", "closing_code", "unit"),
        "person": ("taken_by", "removed_by"),
        "place": ("area",),
    },
    "log_entries": {"any": (), "person": ("author",), "place": ()},
    "crimes": {"any": ("title", "unit"), "person": ("victim_id", "recorded_by"), "place": ()},
    "victims": {"any": (), "person": ("victim_id",), "place": ()},
}
"""The columns of each table by kind; patterns of ``any`` are looked for in all of them."""

GRID = {"easting": 700_000, "northing": 1_300_000}
"""How far the National Grid reaches, in metres."""

PLACE_SHARE, LEAST_ROWS_OF_A_PLACE = 0.05, 30
AGE_TIMES, LEAST_ROWS_OF_AN_AGE = 3, 30


@frozen
class Filler:
    """A pattern of values that stand for nothing. ``hits`` and ``misses`` are examples."""

    id: str
    pattern: str
    kind: str
    means: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]


@cache
def fillers() -> tuple[Filler, ...]:
    """The patterns of ``fillers.csv``."""
    text = (resources.files("firstpoint.records.checking") / "fillers.csv").read_text("utf-8")
    return tuple(
        Filler(
            row["id"],
            "(?i)" + row["pattern"].replace(";}", ",}"),
            row["kind"],
            row["means"],
            tuple(row["hits"].split("|")),
            tuple(row["misses"].split("|")),
        )
        for row in csv.DictReader(StringIO(text))
    )


def filler_words(material: Material) -> Iterator[Found]:
    """Cells that hold a filler; each column's distinct values are looked at once."""
    for kind, columns in COLUMNS[material.table].items():
        wanted = [each for each in fillers() if each.kind in ("any", kind)]
        for column in columns:
            frame = part(material.extract, column).drop_nulls(column)
            values = frame[column].unique()
            values = values.filter(values.str.strip_chars().str.contains(_any_of(wanted)))
            bare = values.str.strip_chars()
            for filler in wanted if values.len() else ():
                bad = values.filter(bare.str.contains(filler.pattern))
                if bad.len():
                    yield from where(
                        frame,
                        pl.col(column).is_in(bad.implode()),
                        check="filler-word",
                        column=column,
                        message=f"The value stands for nothing ({filler.means}; {filler.id}).",
                    )


def _any_of(wanted: list[Filler]) -> str:
    """One pattern for all, since most values match none."""
    return "|".join(f"(?:{each.pattern})" for each in wanted)


def filler_places(material: Material) -> Iterator[Found]:
    """Grid references off the grid, and one point on a great part of all rows."""
    if material.table != "incidents":
        return
    frame = part(material.extract, "easting", "northing").drop_nulls()
    for column, farthest in GRID.items():
        yield from where(
            frame,
            (pl.col(column) <= 1) | (pl.col(column) > farthest),
            check="filler-place",
            column=column,
            message=f"This is off the National Grid (0 to {farthest:,} metres).",
        )
    counts = frame.group_by("easting", "northing").agg(rows=pl.len())
    often = counts.filter(pl.col("rows") >= max(LEAST_ROWS_OF_A_PLACE, PLACE_SHARE * frame.height))
    for east, north, rows in often.sort("rows", descending=True).iter_rows():
        yield from where(
            frame,
            (pl.col("easting") == east) & (pl.col("northing") == north),
            check="filler-place",
            column="easting",
            message=f"One point ({east:.0f}, {north:.0f}) stands on {rows / frame.height:.0%} of all rows "
            "that have one.",
        )


def filler_ages(material: Material) -> Iterator[Found]:
    """Ages that three times as many victims have as any of the two years before and after."""
    if material.table != "victims":
        return
    frame = part(material.extract, "age").drop_nulls().with_columns(pl.col("age").floor().cast(pl.Int64))
    counts = np.bincount(frame["age"].to_numpy(), minlength=121).astype(np.float64)
    beside = np.stack([_moved(counts, by) for by in (-2, -1, 1, 2)]).max(axis=0)
    chance = as_many_or_more(counts, counts + beside, np.full_like(counts, AGE_TIMES / (AGE_TIMES + 1)))
    odd = (counts >= LEAST_ROWS_OF_AN_AGE) & (chance < FALSE_ALARMS / len(counts))
    for age in np.flatnonzero(odd):
        yield from where(
            frame,
            pl.col("age") == int(age),
            check="filler-age",
            column="age",
            message=f"{counts[age]:,.0f} victims are {age}; of no age within two years are there more than "
            f"{beside[age]:,.0f}.",
        )


def _moved(
    counts: np.ndarray[tuple[int], np.dtype[np.float64]], by: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    moved = np.zeros_like(counts)
    if by > 0:
        moved[:-by] = counts[by:]
    else:
        moved[-by:] = counts[:by]
    return moved
