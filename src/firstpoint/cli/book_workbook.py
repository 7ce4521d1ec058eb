"""A rule book as a workbook that its keeper can edit, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from firstpoint import counting, records

#: Below the last row of each sheet, so many more may be filled with the lists of values at hand.
ROWS_TO_COME = 200
_WIDTHS: Mapping[str, int] = {
    "id": 18, "clause": 52, "overrides": 30, "result": 24, "note": 36, "text": 110, "because": 60, "rule": 70,
    "kinds": 40, "values": 40, "rows": 40,
}  # fmt: skip
_HOW = (
    "A rule book to be edited. Each sheet is one file of it; `firstpoint books import` reads it back.",
    "Every cell is a text. Keep it so: a code such as 008/06 must not become a date.",
    "A cell holds a value, alternatives (a|b), an exclusion (!a), ages (13-15, 16+), or - for anything.",
    "Values to choose from stand in the sheet Words; the arrow in a cell offers them one at a time.",
    "Ids are never reused. Where two rows can both apply, the stronger names the weaker under overrides.",
)


def workbook_of(sheets: Sequence[counting.BookSheet], title: str) -> bytes:
    """Give the bytes of a workbook with these sheets: every cell a text, headings frozen, filters set."""
    import xlsxwriter

    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as workbook:
        # The same book gives the same bytes, so that a copy can be told from an edited one.
        workbook.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = workbook.add_format(
            {"num_format": "@", "bold": True, "bg_color": "#DDE6EF", "valign": "top", "text_wrap": True}
        )
        _write_contents(workbook, sheets, title, text, head)
        places = _places_of_words(sheets)
        for sheet in sheets:
            _write_sheet(workbook, sheet, places, text, head)
        _write_words(workbook, places, text, head)
    return held.getvalue()


def _write_contents(
    workbook: Any, sheets: Sequence[counting.BookSheet], title: str, text: Any, head: Any
) -> None:
    page = workbook.add_worksheet(counting.CONTENTS)
    page.set_column(0, 1, 34, text)
    page.set_column(2, 2, 12, text)
    plain = workbook.add_format({"num_format": "@", "valign": "top"})
    for at, line in enumerate((title, *_HOW)):
        page.write_string(at, 0, line, head if at == 0 else plain)
    start = len(_HOW) + 2
    for column, heading in enumerate(counting.CONTENTS_HEADINGS):
        page.write_string(start, column, heading, head)
    for at, sheet in enumerate(sheets, start=start + 1):
        for column, cell in enumerate((sheet.name, sheet.file, sheet.line_ends)):
            page.write_string(at, column, cell, text)


Places = Mapping[tuple[str, ...], tuple[int, str]]


def _places_of_words(sheets: Sequence[counting.BookSheet]) -> Places:
    """Give each list of values its column in the sheet Words, and the first heading that it serves."""
    places: dict[tuple[str, ...], tuple[int, str]] = {}
    for sheet in sheets:
        for heading, values in sheet.choices.items():
            places.setdefault(values, (len(places), heading))
    return places


def _write_words(workbook: Any, places: Places, text: Any, head: Any) -> None:
    page = workbook.add_worksheet("Words")
    page.freeze_panes(1, 0)
    for values, (column, heading) in places.items():
        page.set_column(column, column, 26, text)
        page.write_string(0, column, heading, head)
        for row, value in enumerate(values, start=1):
            page.write_string(row, column, value, text)


def _write_sheet(workbook: Any, sheet: counting.BookSheet, places: Places, text: Any, head: Any) -> None:
    page = workbook.add_worksheet(sheet.name)
    headings = sheet.rows[0] if sheet.rows else ()
    for column, heading in enumerate(headings):
        page.set_column(column, column, _WIDTHS.get(heading, 20), text)
    for at, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            page.write_string(at, column, cell, head if at == 0 else text)
    page.freeze_panes(1, 1)
    if headings:
        page.autofilter(0, 0, max(len(sheet.rows) - 1, 1), len(headings) - 1)
    for column, heading in enumerate(headings):
        if heading in sheet.choices:
            _offer(page, column, len(sheet.rows), sheet.choices[heading], places)


def _offer(page: Any, column: int, rows: int, values: tuple[str, ...], places: Places) -> None:
    """Offer the values of a column without refusing others, since a cell may hold several."""
    from xlsxwriter.utility import xl_range_abs

    at = places[values][0]
    page.data_validation(
        1,
        column,
        rows + ROWS_TO_COME,
        column,
        {
            "validate": "list",
            "source": f"=Words!{xl_range_abs(1, at, len(values), at)}",
            "show_error": False,
        },
    )


def files_in(path: Path) -> tuple[dict[str, str], list[counting.Fault]]:
    """Give the files of a book that a workbook holds, and every fault of its cells."""
    sheets = records.read_sheets(path)
    values = {sheet.name: sheet.rows for sheet in sheets}
    return counting.files_of_sheets(values, {sheet.name: sheet.formulas for sheet in sheets})
