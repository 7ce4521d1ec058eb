"""The workbook that goes back to whoever sent an extract: their rows, with what is wrong in each cell.

Every cell is a text: nothing in it is computed, and what begins like a formula carries the mark with which a
spreadsheet keeps it so. The colour of a cell is said in words beside it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import polars as pl

from firstpoint import records

GRADES = {"set aside": "#F4C7C3", "serious": "#FCE8B2", "look": "#DDE6EF"}
LONGEST_TEXT = 32_000
LONGEST_COMMENT = 1_000
MOST_ROWS_OF_FAULTS = 1_000
FAULT_HEADINGS = ("How grave", "Table", "File", "Column", "Rows", "First row", "What is wrong", "What to do")
HOW = (
    "What was found wrong in these files. Each further sheet holds the rows that have something wrong, as "
    "they were sent, with their number in the file; of each file at most "
    f"{records.MOST_ROWS:,}, the gravest.",
    "A coloured cell has a comment with the reason and the remedy; the last column says the same in words. "
    "Mend the rows at the source and export them again: this workbook is not read back.",
)


def marked_workbook(
    report: records.CheckReport, extracts: Sequence[records.Extract], source: records.SourceMapping | None
) -> bytes:
    """Give the bytes of the workbook: the list of faults, then a sheet for each file with rows at fault."""
    import xlsxwriter

    held = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(held, options) as workbook:
        formats = _formats(workbook)
        _write_faults(workbook, report, formats)
        for number, (extract, found) in enumerate(zip(extracts, report.found, strict=True), start=1):
            marks = records.marks_of(extract, found)
            if marks.height:
                sent = records.rows_as_sent(extract, source, marks["row"].unique().to_list())
                _write_rows(workbook.add_worksheet(f"{number} {extract.table}"), sent, marks, formats)
    return held.getvalue()


def _formats(workbook: Any) -> dict[str, Any]:
    """Give a format for plain, for headings and for each grade, and its twin for text like a formula."""
    base = {"num_format": "@", "text_wrap": True, "valign": "top"}
    kinds = {"plain": {}, "heading": {"bold": True, "bottom": 1}} | {
        grade: {"bg_color": colour, "border": 1} for grade, colour in GRADES.items()
    }
    return {
        name + twin: workbook.add_format({**base, **kind, "quote_prefix": bool(twin)})
        for name, kind in kinds.items()
        for twin in ("", " formula")
    }


def _write(page: Any, row: int, column: int, text: str | None, kind: str, formats: dict[str, Any]) -> None:
    """Write a text as a text, whatever it begins with; an empty one keeps its colour."""
    text = "" if text is None else text
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + "…"
    looks_like_formula = text.lstrip()[:1] in tuple("=+-@＝＋－＠")
    style = formats[f"{kind} formula" if text and looks_like_formula else kind]
    if text:
        page.write_string(row, column, text, style)
    else:
        page.write_blank(row, column, None, style)


def _write_faults(workbook: Any, report: records.CheckReport, formats: dict[str, Any]) -> None:
    page = workbook.add_worksheet("Faults")
    for column, width in enumerate((12, 12, 22, 20, 10, 10, 70, 60)):
        page.set_column(column, column, width)
    for at, line in enumerate(HOW):
        page.merge_range(at, 0, at, len(FAULT_HEADINGS) - 1, line, formats["plain"])
        page.set_row(at, 32)
    start = len(HOW) + 1
    for column, heading in enumerate(FAULT_HEADINGS):
        _write(page, start, column, heading, "heading", formats)
    faults = report.worst_first()
    for at, fault in enumerate(faults[:MOST_ROWS_OF_FAULTS], start=start + 1):
        grade = records.grade_of(fault)
        cells = (
            *(
                grade,
                fault.table,
                fault.file.rsplit("/", 1)[-1],
                fault.column,
                f"{fault.rows:,}" if fault.rows else "",
            ),
            *("" if fault.row is None else str(fault.row), fault.message, fault.remedy),
        )
        for column, cell in enumerate(cells):
            _write(page, at, column, cell, grade if column == 0 else "plain", formats)
    if not faults:
        _write(page, start + 1, 0, "Nothing was found wrong.", "plain", formats)
    page.freeze_panes(start + 1, 0)


def _write_rows(page: Any, sent: records.SentRows, marks: pl.DataFrame, formats: dict[str, Any]) -> None:
    headings = [name for name in sent.frame.columns if name != "row"]
    columns = ["Row", *headings, "What is wrong"]
    page.set_column(0, 0, 8)
    page.set_column(1, len(headings), 18)
    page.set_column(len(headings) + 1, len(headings) + 1, 80)
    for column, heading in enumerate(columns):
        _write(page, 0, column, heading, "heading", formats)
    by_row = marks.partition_by("row", as_dict=True)
    places = {name: at for at, name in enumerate(headings, start=1)}
    for at, (row, cells) in enumerate(_all_rows(sent, len(headings)), start=1):
        wrong = _by_column(by_row.get((row,)), sent, places)
        _write(page, at, 0, str(row), _worst(wrong.get(0, [])), formats)
        for column, cell in enumerate(cells, start=1):
            _write(page, at, column, cell, _worst(wrong.get(column, [])), formats)
        for column, said in wrong.items():
            if said:
                words = "\n".join(dict.fromkeys(f"{reason} {remedy}" for _, reason, remedy in said))
                page.write_comment(at, column, words[:LONGEST_COMMENT], {"x_scale": 2.5, "y_scale": 1.5})
        every = [each for said in wrong.values() for each in said]
        words = "\n".join(dict.fromkeys(f"{grade}: {reason} {remedy}" for grade, reason, remedy in every))
        _write(page, at, len(headings) + 1, words, "plain", formats)
    page.freeze_panes(1, 1)


def _all_rows(sent: records.SentRows, width: int) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    """Give the rows in order of their number; a torn one stands whole in the first cell."""
    whole = {row: cells for row, *cells in sent.frame.iter_rows()}
    torn = {row: [text, *[None] * (width - 1)] for row, text in sent.torn.items()}
    for row, cells in sorted((whole | torn).items()):
        yield row, tuple(cells)


Said = tuple[str, str, str]


def _by_column(
    marks: pl.DataFrame | None, sent: records.SentRows, places: dict[str, int]
) -> dict[int, list[Said]]:
    """Give what is wrong at each place of the sheet; the row's number stands for what has no cell."""
    wrong: dict[int, list[Said]] = {}
    for mark in [] if marks is None else marks.iter_rows(named=True):
        headings = sent.headings_of.get(mark["column"] or "", ())
        if not headings and mark["column"] in places:
            headings = (mark["column"],)
        for place in [places[each] for each in headings] or [0]:
            wrong.setdefault(place, []).append((mark["grade"], mark["reason"], mark["remedy"]))
    return wrong


def _worst(said: list[Said]) -> str:
    found = {grade for grade, _, _ in said}
    return next((grade for grade in GRADES if grade in found), "plain")
