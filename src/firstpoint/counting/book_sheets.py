"""A rule book as the sheets of a workbook, and back, without loss.

Each CSV file of the book becomes a sheet of texts with its headings first; ``book.toml`` becomes a sheet of
numbered lines. The first sheet, ``Contents``, says which sheet is which file. Coming back, every cell must
still be a text: a code that a spreadsheet has turned into a date or a number, or a formula, is named with
sheet, row and column instead of being taken for what it may have been.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from io import StringIO

from attrs import frozen

from firstpoint.counting.book_fault import Fault
from firstpoint.counting.book_faults import ANSWERS, EFFECTS, table_options
from firstpoint.counting.book_texts import BookTexts
from firstpoint.counting.books import DECISIONS, MARKS, UNITS, words_of_classes
from firstpoint.counting.question_facts import RECORD_GROUPS
from firstpoint.counting.tables import OUTER
from firstpoint.errors import InputError

CONTENTS = "Contents"
CONTENTS_HEADINGS = ("sheet", "file", "line ends")
LINES = ("line", "text")
MOST_TEXT = 32_000
_FILE_NAME = re.compile(r"(?:clauses/)?[A-Za-z0-9][A-Za-z0-9_.-]*\.(?:csv|toml)$")
_LINE_ENDS: Mapping[str, str] = {"LF": "\n", "CRLF": "\r\n"}
#: What a workbook cannot hold, or does not give back as it was.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@frozen
class BookSheet:
    """One file of a book as a sheet: its rows, headings first, and the values to choose from by heading.

    ``exact`` says whether the file comes back byte for byte; otherwise only its quoting differs.
    """

    name: str
    file: str
    line_ends: str
    rows: tuple[tuple[str, ...], ...]
    choices: Mapping[str, tuple[str, ...]]
    exact: bool


def sheets_of_book(book: BookTexts) -> tuple[BookSheet, ...]:
    """Give every file of a book as a sheet; raise InputError where a cell cannot stand in one."""
    sheets: list[BookSheet] = []
    for name, text in book.files.items():
        line_ends = "CRLF" if "\r\n" in text else "LF"
        rows = _rows(name, text)
        _refuse_unwritable(name, rows)
        exact = _text_of(name, rows, line_ends) == text
        choices = _choices(name, rows[0] if rows else (), book)
        sheets.append(BookSheet(_sheet_name(name, sheets), name, line_ends, rows, choices, exact))
    return tuple(sheets)


def _rows(name: str, text: str) -> tuple[tuple[str, ...], ...]:
    if name.endswith(".toml"):
        lines = text.replace("\r\n", "\n").split("\n")
        return (LINES, *((str(number), line) for number, line in enumerate(lines, start=1)))
    return tuple(tuple(row) for row in csv.reader(StringIO(text, newline="")))


def _text_of(name: str, rows: Sequence[Sequence[str]], line_ends: str) -> str:
    end = _LINE_ENDS[line_ends]
    if name.endswith(".toml"):
        return end.join(row[1] for row in rows[1:])
    written = StringIO(newline="")
    csv.writer(written, lineterminator=end).writerows(rows)
    return written.getvalue()


def _refuse_unwritable(name: str, rows: Sequence[Sequence[str]]) -> None:
    for line, row in enumerate(rows, start=1):
        width = len(rows[0])
        if len(row) != width:
            wrong = f"there are {len(row)} cells for {width} headings."
            raise InputError(wrong, where=f"{name}, row {line}", remedy="Correct the line.")
        for heading, cell in zip(rows[0], row, strict=True):
            if len(cell) > MOST_TEXT or _UNWRITABLE.search(cell):
                raise InputError(
                    "the text is too long for a spreadsheet, or holds a control character.",
                    where=f"{name}, row {line}, column {heading}",
                    remedy="Shorten it, or take the character out.",
                )


def _sheet_name(file: str, taken: Collection[BookSheet]) -> str:
    """Give a name that a workbook allows (31 characters, no slash) and that no other sheet has."""
    plain = file.removesuffix(".csv").replace("/", " ").replace("book.toml", "book")
    used = {sheet.name.casefold() for sheet in taken} | {CONTENTS.casefold(), "words"}
    names = [plain[:31], *(f"{plain[:28]} {number}" for number in range(2, 100))]
    return next(name for name in names if name.casefold() not in used)


def _choices(name: str, headings: Sequence[str], book: BookTexts) -> Mapping[str, tuple[str, ...]]:
    """Give the values to choose from in each column that has a list of them."""
    if name in _LISTED:
        return {heading: values for heading, values in _LISTED[name].items() if heading in headings}
    classes = list(csv.DictReader(StringIO(book.files.get("classes.csv", ""), newline="")))
    try:
        options = table_options(name, book.files, classes, *words_of_classes(book.lineage))
    except KeyError:
        # A list of classes without its columns; whoever checks the book is told so.
        return {}
    if options is None:
        return {}
    choices: dict[str, tuple[str, ...]] = {}
    for heading in headings:
        try:
            values = () if heading in OUTER else options["vocabulary"](heading)
        except KeyError:
            continue
        if values:
            choices[heading] = ("-", *values)
    return {**choices, "result": _results(name, classes)}


def _results(name: str, classes: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    if name in EFFECTS:
        return EFFECTS[name]
    if name.startswith("ask_"):
        return ANSWERS
    codes = [f"{row['ho_class']} {row['ho_code']}".removesuffix(" -") for row in classes]
    return (*DECISIONS, *codes) if name.startswith("class_") else DECISIONS


_YES_NO = ("yes", "no")
_LISTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "kinds.csv": {"mark": MARKS},
    "classes.csv": {"unit": UNITS, "serious_at_school": _YES_NO, "record_group": RECORD_GROUPS},
    "defaults.csv": {"also_unknown": _YES_NO},
}


def files_of_sheets(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    formulas: Mapping[str, Collection[tuple[int, int]]],
) -> tuple[dict[str, str], list[Fault]]:
    """Give the text of each file that the sheets of a workbook hold, and every fault of their cells.

    ``sheets`` gives the values of each sheet by its name, row by row from the first; ``formulas`` the places
    (row and column from 1) that hold a formula. The files are to be used only where there is no fault.
    """
    faults: list[Fault] = []
    files: dict[str, str] = {}
    for name, file, line_ends in _contents(sheets.get(CONTENTS, ()), faults):
        if name not in sheets:
            wrong = f"the sheet {name!r} is gone."
            faults.append(
                Fault(CONTENTS, "", "sheet", wrong, "Put it back, or take its line out of Contents.")
            )
            continue
        rows = list(_texts_of_sheet(name, sheets[name], formulas.get(name, ()), faults))
        if rows:
            files[file] = _text_of(file, rows, line_ends)
    return files, faults


def _contents(rows: Sequence[Sequence[object]], faults: list[Fault]) -> Iterator[tuple[str, str, str]]:
    """Give sheet, file and line ends of each line of the sheet ``Contents`` that can be used."""
    start = next((at for at, row in enumerate(rows) if tuple(row[:3]) == CONTENTS_HEADINGS), None)
    if start is None:
        wrong = f"there is no line with the headings {', '.join(CONTENTS_HEADINGS)}."
        faults.append(Fault(CONTENTS, "", "", wrong, "Use a workbook that `firstpoint books export` wrote."))
        return
    seen: set[str] = set()
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        sheet, file, line_ends = (str(cell) for cell in (*row, "", "", "")[:3])
        if not sheet and not file:
            continue
        if not _FILE_NAME.match(file) or file in seen:
            wrong = f"{file!r} is no file of a book, or stands twice."
            faults.append(Fault(CONTENTS, str(number), "file", wrong, "Give the name as exported."))
        elif line_ends not in _LINE_ENDS:
            wrong = f"{line_ends!r} is neither LF nor CRLF."
            faults.append(Fault(CONTENTS, str(number), "line ends", wrong, "Write LF."))
        else:
            yield sheet, file, line_ends
        seen.add(file)


def _texts_of_sheet(
    sheet: str,
    rows: Sequence[Sequence[object]],
    formulas: Collection[tuple[int, int]],
    faults: list[Fault],
) -> Iterator[tuple[str, ...]]:
    """Give the rows of a sheet as texts, blank rows left out; note each cell that is no text."""
    headings = [str(cell) for cell in rows[0]] if rows else []
    while headings and not headings[-1]:
        headings.pop()
    if not headings or "" in headings:
        gap = "the first row must hold the headings, without a gap."
        faults.append(Fault(sheet, "1", "", gap, "Put the headings back as exported."))
        return
    for number, row in enumerate(rows, start=1):
        texts = []
        for at, cell in enumerate(row, start=1):
            place = headings[at - 1] if at <= len(headings) else _letters(at)
            wrong = "holds a formula" if (number, at) in formulas else _not_text(cell)
            if wrong:
                faults.append(Fault(sheet, str(number), place, f"the cell {wrong}, not a text.", _RETYPE))
            elif at > len(headings) and cell != "":
                beyond = "there is text beyond the last heading."
                faults.append(
                    Fault(sheet, str(number), place, beyond, "Give the column a heading, or empty it.")
                )
            texts.append("" if wrong else str(cell))
        texts = [*texts, *[""] * len(headings)][: len(headings)]
        if any(texts):
            yield tuple(texts)


_RETYPE = "Format the cell as text, type the value again, and save."


def _not_text(cell: object) -> str:
    """Give what a cell holds instead of a text, in words; empty for a text."""
    if isinstance(cell, str):
        return ""
    if isinstance(cell, bool):
        return f"holds the truth value {cell}"
    if isinstance(cell, datetime | date | time):
        return f"holds a date or time ({cell.isoformat()})"
    if isinstance(cell, int | float):
        return f"holds the number {cell:g}"
    return "holds something"


def _letters(column: int) -> str:
    """Give the letters under which a spreadsheet shows a column: 28 is AB."""
    letters = ""
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters
