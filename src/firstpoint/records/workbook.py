"""Excel and OpenDocument workbooks: the values of one sheet as rows of text.

The value a formula had when the workbook was saved is read, never computed anew. Where a formula was saved
without its value (some programs write files so), the row is set aside, since the cell would otherwise read
as empty. Only xlsx files can be searched for such cells.

A workbook is packed, and a small file can unpack to more than the machine holds. So its parts are unpacked
once to nowhere, each no further than it says of itself, and a workbook beyond ``MOST_UNPACKED_BYTES``, or an
xlsx sheet beyond ``MOST_CELLS``, is refused. The reach of a sheet inside ods, xlsb and xls is not known
before it is read.
"""

from __future__ import annotations

import datetime
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records.faults import finding, gather
from firstpoint.records.formulas import Cell, Sheet, look_through
from firstpoint.records.headings import ROWS_LOOKED_THROUGH, Heading, heading_among
from firstpoint.records.mapping import TableMapping
from firstpoint.records.nearest import did_you_mean
from firstpoint.records.raw_rows import RawRows, check_headings, drop_blank_rows
from firstpoint.records.tables import Table

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Value = object
Merged = tuple[tuple[int, int], tuple[int, int]]
MOST_UNPACKED_BYTES = 1_000_000_000
MOST_CELLS = 50_000_000
SAVE_AGAIN = "Open it, let it calculate, and save it; or export the values as CSV."


@frozen
class RawSheet:
    """A sheet as the spreadsheet shows it: its name, its rows of values from the first on, and the places
    (row and column, both from 1) of the cells that hold a formula.
    """

    name: str
    rows: list[list[Value]]
    formulas: frozenset[tuple[int, int]]


def read_sheets(path: Path) -> list[RawSheet]:
    """Give every sheet of a workbook with its values as they are typed, none made into text.

    UnreadableFile when it is no whole workbook, is protected, or unpacks to more than is read of one.
    """
    import python_calamine as calamine

    _check_unpacked_size(path)
    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            sheets = []
            for name in workbook.sheet_names:
                places = frozenset((cell.row, cell.column) for cell in _look_through(path, name).formulas)
                sheets.append(RawSheet(name, _rows(workbook.get_sheet_by_name(name)), places))
            return sheets
    except calamine.PasswordError as error:
        raise _protected(path) from error
    except (calamine.CalamineError, OSError) as error:
        raise _not_whole(path) from error


def read_workbook(path: Path, mapping: TableMapping, table: Table) -> RawRows:
    """The rows of the mapping's sheet (the first when it names none).

    Blank rows, which a spreadsheet may have by the thousand below its data, are dropped and counted. A cell
    merged over several rows stands in each of them, with a warning. UnreadableFile when it is no whole
    workbook or is protected.
    """
    _check_unpacked_size(path)
    name, sheet, rows, merged = _sheet_rows(path, mapping.sheet)
    blank_below = 0
    while rows and not any(_text(cell).strip() for cell in rows[-1]):
        rows.pop()
        blank_below += 1
    heading = _heading(rows, name, mapping, table, path)
    headings = list(heading.names)
    while headings and not headings[-1]:
        headings.pop()
    headings = check_headings(headings, heading.last_row, path)
    filled = _fill_merged(rows, merged, headings, heading.last_row)
    first = heading.last_row + 1
    frame = _frame(headings, rows[heading.last_row :], first)
    unread, findings = _unsaved_formulas(sheet.unsaved, headings, frame)
    kept = frame.filter(~pl.col("row").is_in(list(unread)))
    result = drop_blank_rows(kept, findings=gather([heading.findings, filled, findings]))
    return RawRows(
        frame=result.frame,
        findings=result.findings,
        unread=unread,
        blank_rows=result.blank_rows + blank_below,
    )


def _heading(rows: list[list[Value]], sheet: str, mapping: TableMapping, table: Table, path: Path) -> Heading:
    looked_through = max(ROWS_LOOKED_THROUGH, mapping.heading_row + mapping.heading_rows)
    first = [[_text(cell) for cell in row] for row in rows[:looked_through]]
    heading = heading_among(first, table, mapping)
    if heading is None:
        raise UnreadableFile(
            f"The sheet {sheet!r} has no heading in row {max(1, mapping.heading_row)}.",
            where=str(path),
            remedy="Name the sheet in the mapping (sheet = …), or set heading_row.",
        )
    return heading


def _fill_merged(
    rows: list[list[Value]], merged: Sequence[Merged], headings: list[str], last_heading: int
) -> pl.DataFrame:
    """Write the value of a cell merged over several rows into each of them; a warning for each row filled.

    A spreadsheet keeps it in the first alone. A cell merged over several columns is left as it stands.
    """
    findings = []
    for (top, left), (bottom, _) in merged:
        if top < last_heading or left >= len(headings) or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in range(top + 1, min(bottom, len(rows) - 1) + 1):
            rows[row].extend([""] * (left + 1 - len(rows[row])))
            rows[row][left] = rows[top][left]
            reason = f"The cell is merged with row {top + 1}; what stands there was taken for this row too."
            remedy = "Check that it is meant for each of the rows; better, export without merged cells."
            findings.append(finding("warning", row + 1, headings[left], None, reason, remedy))
    return gather(findings)


def _check_unpacked_size(path: Path) -> None:
    """Raise UnreadableFile when a workbook unpacks to too much, or to something else than it says."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
            whole = size > MOST_UNPACKED_BYTES or archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError):
        # Whether it is protected, damaged or of a rare kind, the reader itself says best.
        return
    if size > MOST_UNPACKED_BYTES:
        raise UnreadableFile(
            f"The workbook unpacks to {size / 1e9:.1f} GB, more than is read of one.",
            where=str(path),
            remedy="Export it as CSV or Parquet, or in several parts.",
        )
    if not whole:
        raise _not_whole(path)


def _not_whole(path: Path) -> UnreadableFile:
    return UnreadableFile(
        "This is not a whole workbook.",
        where=str(path),
        remedy="It may be cut off, or another kind of file under this name. Export it again.",
    )


def _protected(path: Path) -> UnreadableFile:
    return UnreadableFile(
        "The workbook is protected by a password.", where=str(path), remedy="Save it without one."
    )


def _sheet_rows(path: Path, sheet: str) -> tuple[str, Sheet, list[list[Value]], Sequence[Merged]]:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            name = sheet or _first_sheet(workbook, path)
            if name not in workbook.sheet_names:
                raise BadMapping(
                    f"The workbook has no sheet {name!r}.{did_you_mean(name, workbook.sheet_names)}",
                    where=str(path),
                    remedy=f"Its sheets are {', '.join(workbook.sheet_names)}.",
                )
            seen = _look_through(path, name)
            page = workbook.get_sheet_by_name(name)
            return name, seen, _rows(page), page.merged_cell_ranges or ()
    except calamine.PasswordError as error:
        raise _protected(path) from error
    except (calamine.CalamineError, OSError) as error:
        raise _not_whole(path) from error


def _first_sheet(workbook: CalamineWorkbook, path: Path) -> str:
    if not workbook.sheet_names:
        raise UnreadableFile("The workbook has no sheet.", where=str(path), remedy="Export it again.")
    return workbook.sheet_names[0]


def _rows(sheet: CalamineSheet) -> list[list[Value]]:
    """The rows from the first of the sheet on, so that their numbers are those the spreadsheet shows."""
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def _frame(headings: list[str], body: list[list[Value]], first: int) -> pl.DataFrame:
    numbers = pl.Series("row", range(first, first + len(body)), pl.Int64)
    columns = [
        pl.Series(heading, [_text(row[at]) if at < len(row) else "" for row in body], pl.String)
        for at, heading in enumerate(headings)
    ]
    return pl.DataFrame([numbers, *columns])


def _text(value: Value) -> str:
    """A cell as text: times in ISO 8601, whole numbers without a point."""
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _unsaved_formulas(
    cells: Sequence[Cell], headings: list[str], frame: pl.DataFrame
) -> tuple[dict[int, str], pl.DataFrame]:
    at = frame.filter(pl.col("row").is_in([cell.row for cell in cells]))
    lines = {row[0]: ",".join(each or "" for each in row[1:]) for row in at.iter_rows()}
    unread: dict[int, str] = {}
    findings = []
    for cell in cells:
        if cell.row not in lines or cell.column > len(headings):
            continue
        unread[cell.row] = lines[cell.row]
        findings.append(
            finding(
                "reject",
                cell.row,
                headings[cell.column - 1],
                f"={cell.formula}",
                "The cell holds a formula that was saved without its value.",
                SAVE_AGAIN,
            )
        )
    return unread, gather(findings)


def _look_through(path: Path, sheet: str) -> Sheet:
    """What an xlsx sheet holds, before it is read; UnreadableFile when it reaches too far."""
    if not zipfile.is_zipfile(path) or path.suffix.lower() not in (".xlsx", ".xlsm"):
        return Sheet()
    seen = look_through(path, sheet)
    if seen.rows * seen.columns > MOST_CELLS:
        raise UnreadableFile(
            f"The sheet {sheet!r} reaches to row {seen.rows:,} and column {seen.columns:,}: more cells than "
            "are read of one.",
            where=str(path),
            remedy="A stray cell far from the table may be filled: empty it. Or export the sheet as CSV.",
        )
    return seen
