"""Where the headings of a file stand, and which of them feeds which column.

An export may have a title above its headings, or headings over two rows, the upper naming a group of
columns. Where the mapping does not say in which row they stand, the first row (or two) that has every heading
wanted is taken, and a warning says so; where none has, the first row is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl
from attrs import frozen

from firstpoint.errors import BadMapping
from firstpoint.records.faults import finding, no_findings
from firstpoint.records.mapping import TableMapping
from firstpoint.records.nearest import nearest
from firstpoint.records.tables import Table

ROWS_LOOKED_THROUGH = 12


@frozen
class Heading:
    """The heading of a file: the names in order (those empty at its end too), and its last row.

    ``complete`` says that it has every heading wanted.
    """

    names: list[str]
    last_row: int
    complete: bool
    findings: pl.DataFrame


def heading_among(rows: Sequence[Sequence[str]], table: Table, layout: TableMapping) -> Heading | None:
    """The heading among the first rows of a file; None when there is no row where the mapping says."""
    if layout.heading_row:
        return _heading_at(rows, layout.heading_row, max(1, layout.heading_rows), table, layout)
    for spanned in (layout.heading_rows,) if layout.heading_rows else (1, 2):
        for first in range(1, min(len(rows), ROWS_LOOKED_THROUGH) + 1):
            found = _heading_at(rows, first, spanned, table, layout)
            if found and found.complete:
                return found
    return _heading_at(rows, 1, max(1, layout.heading_rows), table, layout)


def _heading_at(
    rows: Sequence[Sequence[str]], first: int, spanned: int, table: Table, layout: TableMapping
) -> Heading | None:
    last = first + spanned - 1
    if len(rows) < last:
        return None
    names = _put_together(rows[first - 1 : last])
    filled = [name for name in names if name]
    complete = len(set(filled)) == len(filled) and not _found_and_missing(filled, table, layout)[1]
    told = no_findings() if layout.heading_row or last == 1 else _told(first, last)
    return Heading(names, last, complete, told)


def _put_together(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of a heading over one or more rows; a cell left empty above goes on to the right."""
    width = max(len(row) for row in rows)
    spread = [[cell.strip().lstrip("\ufeff") for cell in row] + [""] * (width - len(row)) for row in rows]
    for upper in spread[:-1]:
        for at in range(1, width):
            if not upper[at] and spread[-1][at]:
                upper[at] = upper[at - 1]
    return [" ".join(filter(None, dict.fromkeys(cells))) for cells in zip(*spread, strict=True)]


def _told(first: int, last: int) -> pl.DataFrame:
    rows = f"row {first}" if first == last else f"rows {first} and {last}"
    spans = "" if first == last else ", heading_rows = 2"
    return finding(
        "warning",
        None,
        None,
        None,
        f"The headings were found in {rows}; what stands above was passed over.",
        f"If that is not so, set heading_row = {first}{spans} as it is in the mapping.",
    )


def find_headings(headings: Sequence[str], table: Table, layout: TableMapping, where: Path) -> dict[str, str]:
    """The heading of the file for each name that the mapping or the table gives.

    Case, spaces, hyphens and underscores do not matter. BadMapping names every missing heading, with the
    nearest that the file has.
    """
    found, missing = _found_and_missing(headings, table, layout)
    if missing:
        raise BadMapping(_missing_words(missing, headings), where=str(where), remedy=_missing_remedy(table))
    return found


def _found_and_missing(
    headings: Sequence[str], table: Table, layout: TableMapping
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    by_form: dict[str, list[str]] = {}
    for heading in headings:
        by_form.setdefault(form_of(heading), []).append(heading)
    found: dict[str, str] = {}
    missing: list[tuple[str, str]] = []
    for column, name, needed in _wanted(table, layout):
        here = [name] if name in headings else by_form.get(form_of(name), [])
        if len(here) == 1:
            found[name] = here[0]
        elif needed:
            missing.append((column, name))
    return found, missing


def _wanted(table: Table, layout: TableMapping) -> Iterable[tuple[str, str, bool]]:
    """Each canonical column, a heading that feeds it, and whether the file must have that heading."""
    for column, source in layout.columns.items():
        for heading in source.needs:
            yield column, heading, True
    event_at = layout.repeats.event_at
    for heading in event_at.needs if event_at else ():
        yield "event_at of repeats", heading, True
    for each in table.columns:
        if each.name not in layout.columns:
            yield each.name, each.name, each.required


def form_of(heading: str) -> str:
    """A heading as it is compared: case, spaces, hyphens and underscores do not matter."""
    return re.sub(r"[\s_\-]+", " ", heading.strip().casefold())


def _missing_words(missing: list[tuple[str, str]], headings: Sequence[str]) -> str:
    parts = []
    for column, name in dict.fromkeys(missing):
        near = nearest(name, headings)
        purpose = "" if column == name else f" (for {column})"
        parts.append(f"{name!r}{purpose}" + (f", nearest heading {near!r}" if near else ""))
    return f"The file has no heading {'; no heading '.join(parts)}. It has: {', '.join(headings)}."


def _missing_remedy(table: Table) -> str:
    return f"Name the right headings under [{table.name}.columns] of the mapping, or mend the export."
