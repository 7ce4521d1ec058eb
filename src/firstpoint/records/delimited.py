"""CSV and its relatives: which delimiter, and rows cut as a spreadsheet would cut them.

The standard reader of Python cuts the rows, since it alone says which record is torn; the cells then go
into a frame in blocks. A row number counts records as a spreadsheet does (the heading is row 1), so a log
of several lines inside quotation marks is one row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polars as pl
from attrs import define, field

from firstpoint.errors import UnreadableFile
from firstpoint.records.encoding import encoding_of
from firstpoint.records.faults import FINDINGS_SCHEMA, gather
from firstpoint.records.mapping import TableMapping
from firstpoint.records.raw_rows import RawRows, check_headings, drop_blank_rows

DELIMITERS = (",", ";", "\t", "|")
BLOCK_ROWS = 20_000
LONGEST_CELL = 16_000_000
LINES_OF_A_TORN_ROW_KEPT = 1_000
MOST_PUT_BACK = 100
MOST_TORN_ROWS = 200_000
EXPORT_AGAIN = "Export it again and compare the sizes; the rows before it were read."
UNDECODABLE = re.compile("[\udc80-\udcff]")


@define
class _Cutting:
    """What has been read of a file so far: good rows in blocks, torn ones by number, what is wrong."""

    headings: list[str]
    mixed: bool
    path: Path
    blocks: list[pl.DataFrame] = field(factory=list)
    numbers: list[int] = field(factory=list)
    cells: list[list[str]] = field(factory=list)
    findings: list[tuple[str, int, str | None, None, str, str]] = field(factory=list)
    unread: dict[int, str] = field(factory=dict)

    def keep(self, number: int, record: list[str]) -> None:
        self.numbers.append(number)
        self.cells.append(record)
        if len(self.cells) == BLOCK_ROWS:
            self.flush()

    def flush(self) -> None:
        columns = list(zip(*self.cells, strict=True)) if self.cells else [()] * len(self.headings)
        self.blocks.append(
            pl.DataFrame(
                [
                    pl.Series("row", self.numbers, pl.Int64),
                    *(pl.Series(n, c, pl.String) for n, c in zip(self.headings, columns, strict=True)),
                ]
            )
        )
        self.numbers, self.cells = [], []

    def set_aside(self, number: int, raw: str, column: str | None, reason: str, remedy: str) -> None:
        if len(self.unread) == MOST_TORN_ROWS:
            # Each is kept with its words, so without an end to them a spoiled file would fill the memory.
            raise UnreadableFile(
                f"More than {MOST_TORN_ROWS:,} rows do not fit the headings or are torn.",
                where=str(self.path),
                remedy="Its delimiter or quotation marks are not what they seem: name them, or export again.",
            )
        self.unread[number] = raw
        self.findings.append(("reject", number, column, None, reason, remedy))

    def warn(self, number: int, reason: str, remedy: str) -> None:
        self.findings.append(("warning", number, None, None, reason, remedy))


class _Lines(Iterator[str]):
    """The lines of a file, with those taken since the last record kept, for the raw text of a torn one."""

    def __init__(self, stream: Iterator[str]) -> None:
        self.stream = stream
        self.taken: list[str] = []
        self.ended_with_newline = True
        self.put_back = 0

    def put_back_all_but_first(self) -> None:
        """Let the lines after the first of the last record be read again, as records of their own."""
        self.stream = chain(self.taken[1:], self.stream)
        del self.taken[1:]
        self.put_back += 1

    def __next__(self) -> str:
        line = next(self.stream)
        self.taken.append(line)
        self.ended_with_newline = line.endswith(("\n", "\r"))
        return line

    def raw(self) -> str:
        kept = "".join(self.taken[:LINES_OF_A_TORN_ROW_KEPT]).rstrip("\r\n")
        return UNDECODABLE.sub(lambda mark: f"\\x{ord(mark[0]) - 0xDC00:02x}", kept)


def read_delimited(path: Path, mapping: TableMapping) -> RawRows:
    """The rows of a delimited text file.

    Rows with more or fewer cells than headings, with undecodable bytes or torn quotation marks are set
    aside; a torn last row also warns that the file seems cut off. UnreadableFile when it holds no headings
    or is no text.
    """
    encoding = encoding_of(path, mapping.encoding)
    csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))  # for the whole process: never lowered
    try:
        with path.open("r", encoding=encoding.name, errors="surrogateescape", newline="") as stream:
            delimiter = mapping.delimiter or _delimiter_of(stream.read(65_536), mapping.heading_row)
            stream.seek(0)
            cutting = _cut(_Lines(stream), delimiter, mapping.heading_row, encoding.mixed, path)
    except UnicodeError as error:
        raise UnreadableFile(
            f"The file is not {encoding.name} throughout.",
            where=str(path),
            remedy="It may be cut off: export it again. Or name its encoding in the mapping.",
        ) from error
    rows = drop_blank_rows(pl.concat(cutting.blocks))
    return RawRows(
        frame=rows.frame,
        findings=gather([encoding.findings, pl.DataFrame(cutting.findings, FINDINGS_SCHEMA, orient="row")]),
        unread=cutting.unread,
        blank_rows=rows.blank_rows,
    )


def _cut(lines: _Lines, delimiter: str, heading_row: int, mixed: bool, path: Path) -> _Cutting:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    cutting = _Cutting(_headings(reader, heading_row, path), mixed, path)
    number, torn = heading_row, False
    while True:
        lines.taken.clear()
        number += 1
        try:
            torn = _cut_record(next(reader), number, lines, cutting)
        except StopIteration:
            break
        except csv.Error as error:
            torn = _set_badly_quoted_row_aside(error, number, lines, delimiter, cutting)
    cutting.flush()
    _say_if_cut_off(cutting, number - 1, torn, lines)
    return cutting


def _cut_record(record: list[str], number: int, lines: _Lines, cutting: _Cutting) -> bool:
    """Keep a record or set it aside; whether it had too few cells, as the last row of a cut file has."""
    width = len(cutting.headings)
    if len(record) != width:
        while len(record) > width and not record[-1].strip():
            record.pop()
        if not any(cell.strip() for cell in record):
            record = [""] * width
    if len(record) != width:
        cutting.set_aside(
            number,
            lines.raw(),
            None,
            f"The row has {len(record)} cells where the heading has {width}.",
            "A delimiter or quotation mark in a cell may be unprotected, or the row cut: export it again.",
        )
    elif cutting.mixed and (bad := _undecodable(record, cutting.headings)):
        cutting.set_aside(number, lines.raw(), *bad)
    else:
        cutting.keep(number, record)
    return len(record) < width


def _undecodable(record: list[str], headings: list[str]) -> tuple[str, str, str] | None:
    for heading, cell in zip(headings, record, strict=True):
        if found := UNDECODABLE.search(cell):
            byte = ord(found[0]) - 0xDC00
            return (
                heading,
                f"Byte 0x{byte:02X} in {heading!r} is not valid in the encoding of the rest of the file.",
                "Two encodings are mixed: export the file as UTF-8, or name its encoding in the mapping.",
            )
    return None


def _set_badly_quoted_row_aside(
    error: csv.Error, number: int, lines: _Lines, delimiter: str, cutting: _Cutting
) -> bool:
    """Set a row with a torn quotation aside; whether it stood at the end, as the last row of a cut file does.

    Where whole rows stand inside the quotation, only its first line is set aside; the others are read again.
    """
    swallowed = len(lines.taken) - 1
    rows_inside = lines.put_back < MOST_PUT_BACK and _whole_rows_inside(lines, delimiter, cutting)
    at_the_end = "unexpected end" in str(error) and not rows_inside
    if rows_inside:
        reason = (
            "A quotation mark opened in this row is never closed; the rows after it were read all the same."
        )
        lines.put_back_all_but_first()
    elif at_the_end:
        reason = "A quotation mark opened in this row is never closed"
        reason += f"; {swallowed} further lines stand inside it." if swallowed else "."
    elif "field larger" in str(error):
        reason = f"A cell is longer than {LONGEST_CELL:,} characters; a quotation mark may never be closed."
    else:
        reason = "A quotation mark closes inside a cell and is followed by more text."
    remedy = "Double every quotation mark inside a cell, or export the file again."
    cutting.set_aside(number, lines.raw(), None, reason, remedy)
    return at_the_end


def _whole_rows_inside(lines: _Lines, delimiter: str, cutting: _Cutting) -> bool:
    """Whether a line after the first of the record has as many cells as the heading."""
    return any(
        len(next(csv.reader([line], delimiter=delimiter), [])) == len(cutting.headings) > 1
        for line in lines.taken[1:]
        if len(line) < LONGEST_CELL
    )


def _say_if_cut_off(cutting: _Cutting, last: int, torn: bool, lines: _Lines) -> None:
    if torn:
        reason = "The file seems cut off: its last row is not whole, and was set aside."
        cutting.warn(last, reason, EXPORT_AGAIN)
    elif not lines.ended_with_newline and cutting.blocks[0].height:
        reason = "The last line has no line ending; its last cell may have been cut."
        cutting.warn(last, reason, "Compare the number of rows with that of the export.")


def _headings(reader: Iterator[list[str]], heading_row: int, path: Path) -> list[str]:
    try:
        for _ in range(heading_row - 1):
            next(reader)
        headings = [heading.strip().lstrip("\ufeff") for heading in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise UnreadableFile(
            f"There is no heading in row {heading_row}.",
            where=str(path),
            remedy="Export the file with its headings, or set heading_row in the mapping.",
        ) from error
    while headings and not headings[-1]:
        headings.pop()
    return check_headings(headings, heading_row, path)


def _delimiter_of(start: str, heading_row: int) -> str:
    """The delimiter that stands most often in the heading line outside quotation marks; else a comma."""
    unquoted = re.sub(r'"[^"]*"', "", "".join(start.splitlines()[heading_row - 1 : heading_row]))
    return max(DELIMITERS, key=lambda mark: (unquoted.count(mark), -DELIMITERS.index(mark)))
