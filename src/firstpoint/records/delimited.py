"""CSV and its relatives: which delimiter, and rows cut as a spreadsheet would cut them.

Records that every reader cuts alike (``plain_records``) go to a fast reader. The others go to the standard
reader of Python, which alone says which record is torn. A row number counts records as a spreadsheet does
(the heading is row 1), so a log of several lines inside quotation marks is one row.

The rows come in parts, so that a file larger than the memory can be read; where one part ends and the next
begins makes no difference to any row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from attrs import define, field

from firstpoint.errors import UnreadableFile
from firstpoint.records.encoding import Encoding, encoding_of
from firstpoint.records.faults import FINDINGS_SCHEMA, gather, no_findings
from firstpoint.records.headings import ROWS_LOOKED_THROUGH, Heading, heading_among
from firstpoint.records.mapping import TableMapping
from firstpoint.records.plain_records import Plain, plain_records
from firstpoint.records.raw_rows import RawParts, RawRows, check_headings, drop_blank_rows
from firstpoint.records.tables import Table
from firstpoint.records.text_bytes import NOT_DECODED, TextBytes

START_BYTES = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
PART_BYTES = 48_000_000
STRETCH_BYTES = 1 << 20
BLOCK_ROWS = 20_000
LONGEST_CELL = 16_000_000
LINES_OF_A_TORN_ROW_KEPT = 1_000
CHARACTERS_OF_A_TORN_ROW_KEPT = 1_000_000
MOST_PUT_BACK = 100
MOST_TORN_ROWS = 200_000
EXPORT_AGAIN = "Export it again and compare the sizes; the rows before it were read."
UNDECODABLE = re.compile("[\udc80-\udcff]")


class _Lines(Iterator[str]):
    """The lines of a file, with those taken since the last record kept, for the raw text of a torn one."""

    def __init__(self, text: TextBytes) -> None:
        self.text = text
        self.start = text.position
        self.taken: list[str] = []

    def begin_record(self) -> None:
        self.start = self.text.position
        self.taken.clear()

    def put_back_all_but_first(self) -> None:
        """Let the lines after the first of the last record be read again, as records of their own."""
        self.text.go_back_to(self.start + len(self.taken[0].encode("utf-8", NOT_DECODED)))
        del self.taken[1:]

    def pass_over_the_rest(self, quote: str) -> None:
        """Take the lines up to the one in which the quotation of an endless cell is closed."""
        open_still = sum(line.count(quote) for line in self.taken) % 2
        while open_still:
            self.start = self.text.position
            line = self.text.line(self.start)
            if not line:
                break
            open_still = (open_still + line.count(quote.encode())) % 2

    def __next__(self) -> str:
        line = self.text.line(self.start).decode("utf-8", NOT_DECODED)
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line

    def raw(self) -> str:
        kept = "".join(self.taken[:LINES_OF_A_TORN_ROW_KEPT]).rstrip("\r\n")
        more = len(kept) - CHARACTERS_OF_A_TORN_ROW_KEPT
        if more > 0:
            kept = f"{kept[:CHARACTERS_OF_A_TORN_ROW_KEPT]}… ({more:,} more characters in the file)"
        return UNDECODABLE.sub(lambda mark: f"\\x{ord(mark[0]) - 0xDC00:02x}", kept)


@define
class _Cutting:
    """A file being cut: what is known of it, and the rows cut since the last part was given away."""

    text: TextBytes
    path: Path
    delimiter: str
    quote: str
    headings: list[str]
    width: int
    mixed: bool
    number: int
    findings: pl.DataFrame
    torn: bool = False
    put_back: int = 0
    torn_rows: int = 0
    rows_kept: int = 0
    begun_at: int = 0
    nul: bool = False
    plain: list[bytes] = field(factory=list)
    plain_rows: int = 0
    blocks: list[pl.DataFrame] = field(factory=list)
    numbers: list[int] = field(factory=list)
    cells: list[list[str]] = field(factory=list)
    found: list[tuple[str, int, str | None, None, str, str]] = field(factory=list)
    unread: dict[int, str] = field(factory=dict)

    def keep_plain(self, records: bytes, rows: int) -> None:
        self.flush_cells()
        self.nul = self.nul or b"\0" in records
        self.plain.append(records)
        self.plain_rows += rows
        self.rows_kept += rows
        self.number += rows
        self.torn = False

    def keep(self, number: int, record: list[str]) -> None:
        self.nul = self.nul or any("\0" in cell for cell in record)
        self.numbers.append(number)
        self.cells.append(record)
        self.rows_kept += 1
        if len(self.cells) == BLOCK_ROWS:
            self.flush_cells()

    def flush_plain(self) -> None:
        if self.plain_rows:
            numbers = range(self.number - self.plain_rows + 1, self.number + 1)
            records = b"".join(self.plain)
            self.plain, self.plain_rows = [], 0
            frame = _frame_of_plain(self, records, numbers)
            if frame is None:
                _cut_again(self, records, numbers)
            else:
                self.blocks.append(frame)

    def flush_cells(self) -> None:
        if self.cells:
            self.blocks.append(_frame_of_cells(self.headings, self.numbers, self.cells))
            self.numbers, self.cells = [], []

    def given_away(self) -> RawRows:
        """The rows cut since the last part, which are forgotten here."""
        self.flush_plain()
        self.flush_cells()
        rows = drop_blank_rows(pl.concat([_frame_of_cells(self.headings, [], []), *self.blocks]))
        found = pl.DataFrame(self.found, FINDINGS_SCHEMA, orient="row")
        told = gather([self.findings, found])
        part = RawRows(rows.frame, told, self.unread, rows.blank_rows, may_hold_nul=self.nul)
        self.nul = False
        self.begun_at, self.findings = self.text.position, no_findings()
        self.blocks, self.found, self.unread = [], [], {}
        return part

    def set_aside(self, number: int, raw: str, column: str | None, reason: str, remedy: str) -> None:
        self.torn_rows += 1
        if self.torn_rows > MOST_TORN_ROWS:
            # Each is kept with its words, so without an end to them a spoiled file would fill the memory.
            raise UnreadableFile(
                f"More than {MOST_TORN_ROWS:,} rows do not fit the headings or are torn.",
                where=str(self.path),
                remedy="Its delimiter or quotation marks are not what they seem: name them, or export again.",
            )
        self.unread[number] = raw
        self.found.append(("reject", number, column, None, reason, remedy))

    def warn(self, number: int, reason: str, remedy: str) -> None:
        self.found.append(("warning", number, None, None, reason, remedy))


def read_delimited(path: Path, mapping: TableMapping, table: Table) -> RawParts:
    """The rows of a delimited text file, in parts.

    Rows with more or fewer cells than headings, with undecodable bytes or torn quotation marks are set
    aside; a torn last row also warns that the file seems cut off. UnreadableFile when it holds no headings
    or is no text.
    """
    encoding = encoding_of(path, mapping.encoding)
    csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))  # for the whole process: never lowered
    parts = _parts(path, mapping, table, encoding)
    headings = next(parts)
    assert isinstance(headings, list)
    return RawParts(headings, (part for part in parts if isinstance(part, RawRows)))


def _parts(
    path: Path, mapping: TableMapping, table: Table, encoding: Encoding
) -> Iterator[list[str] | RawRows]:
    """The headings, and then the parts."""
    try:
        with path.open("rb") as stream:
            cutting = _begun(TextBytes.of(stream, encoding), path, mapping, table, encoding)
            yield cutting.headings
            while not cutting.text.done:
                _cut_stretch(cutting)
                # The last row stands in the last part, since something may yet be said of it.
                if cutting.text.position - cutting.begun_at >= PART_BYTES and not cutting.text.done:
                    yield cutting.given_away()
            _say_if_cut_off(cutting)
            yield cutting.given_away()
    except UnicodeError as error:
        raise UnreadableFile(
            f"The file is not {encoding.name} throughout.",
            where=str(path),
            remedy="It may be cut off: export it again. Or name its encoding in the mapping.",
        ) from error


def _begun(text: TextBytes, path: Path, mapping: TableMapping, table: Table, encoding: Encoding) -> _Cutting:
    """The cutting of a file, its headings read."""
    delimiter, heading = _delimiter_and_heading(text.ahead(START_BYTES), mapping, table)
    last_row = heading.last_row if heading else max(1, mapping.heading_row)
    reader = csv.reader(_Lines(text), delimiter=delimiter, quotechar=mapping.quote, strict=True)
    try:
        for _ in range(last_row):
            next(reader)
    except (StopIteration, csv.Error) as error:
        raise _no_heading(last_row, path) from error
    if heading is None:
        raise _no_heading(last_row, path)
    headings = list(heading.names)
    while headings and not headings[-1]:
        headings.pop()
    return _Cutting(
        text=text,
        path=path,
        delimiter=delimiter,
        quote=mapping.quote,
        headings=check_headings(headings, last_row, path),
        width=len(heading.names),
        mixed=encoding.mixed,
        number=last_row,
        findings=gather([encoding.findings, heading.findings]),
        begun_at=text.position,
    )


def _delimiter_and_heading(start: bytes, mapping: TableMapping, table: Table) -> tuple[str, Heading | None]:
    """The delimiter by which a row has every heading wanted; else the most frequent in the first lines."""
    text = start.decode("utf-8", "replace")
    likely = _delimiter_of(text, mapping.heading_row, mapping.quote)
    tried = (mapping.delimiter,) if mapping.delimiter else dict.fromkeys((likely, *DELIMITERS))
    found = {each: heading_among(_first_rows(text, each, mapping), table, mapping) for each in tried}
    for delimiter, heading in found.items():
        if heading and heading.complete:
            return delimiter, heading
    delimiter = mapping.delimiter or likely
    return delimiter, found[delimiter]


def _first_rows(text: str, delimiter: str, mapping: TableMapping) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=mapping.quote)
    try:
        for row in reader:
            rows.append(row)
            if len(rows) >= max(ROWS_LOOKED_THROUGH, mapping.heading_row + mapping.heading_rows) + 1:
                break
    except csv.Error:
        pass
    return rows


def _no_heading(row: int, path: Path) -> UnreadableFile:
    return UnreadableFile(
        f"There is no heading in row {row}.",
        where=str(path),
        remedy="Export the file with its headings, or set heading_row in the mapping.",
    )


def _cut_stretch(cutting: _Cutting) -> None:
    """Cut the records of the next stretch: the plain ones at its start at once, others one by one."""
    text, size = cutting.text, STRETCH_BYTES
    start = text.position
    while True:
        stretch = text.ahead(size)
        plain = _plain_at_start(stretch, cutting)
        if plain.records or plain.follows or len(stretch) < size or size > LONGEST_CELL:
            break
        size *= 2
    if plain.records:
        cutting.keep_plain(stretch[: plain.size], plain.records)
        text.take(plain.size)
    if plain.follows:
        _cut_one_by_one(cutting, start + len(stretch))
    elif not plain.records:
        _cut_one_by_one(cutting, start + 1)


def _plain_at_start(stretch: bytes, cutting: _Cutting) -> Plain:
    marks = cutting.delimiter + cutting.quote
    if not marks.isascii() or cutting.delimiter in cutting.quote + "\r\n":
        return Plain(0, 0, follows=True)
    whole = len(stretch)
    if cutting.mixed:
        try:
            stretch.decode("utf-8")
        except UnicodeDecodeError as error:
            whole = error.start
    plain = plain_records(stretch[:whole], cutting.delimiter, cutting.quote, cutting.width, LONGEST_CELL)
    # Up to three bytes at the end may be the beginning of a character.
    return Plain(plain.size, plain.records, plain.follows or whole < len(stretch) - 3)


def _frame_of_plain(cutting: _Cutting, records: bytes, numbers: range) -> pl.DataFrame | None:
    """Plain records as a frame; None where they are not so plain after all."""
    names = [f"{at}" for at in range(cutting.width)]
    try:
        frame = pl.read_csv(
            records,
            has_header=False,
            separator=cutting.delimiter,
            quote_char=cutting.quote,
            schema=dict.fromkeys(names, pl.String),
            empty_string_is_null=True,
        )
    except pl.exceptions.PolarsError:
        return None
    beyond = names[len(cutting.headings) :]
    filled = frame.select(pl.any_horizontal(pl.col(beyond).str.strip_chars() != "").any()) if beyond else None
    if frame.height != len(numbers) or (filled is not None and filled.item()):
        return None
    named = dict(zip(names, cutting.headings, strict=False))
    return frame.select(pl.Series("row", numbers, pl.Int64), pl.col(list(named))).rename(named)


def _frame_of_cells(headings: list[str], numbers: list[int], cells: list[list[str]]) -> pl.DataFrame:
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(headings)
    return pl.DataFrame(
        [
            pl.Series("row", numbers, pl.Int64),
            *(pl.Series(name, column, pl.String) for name, column in zip(headings, columns, strict=True)),
        ]
    )


def _cut_one_by_one(cutting: _Cutting, until: int) -> None:
    """Cut records with the strict reader until one ends at or behind the place ``until``."""
    cutting.flush_plain()
    lines = _Lines(cutting.text)
    reader = csv.reader(lines, delimiter=cutting.delimiter, quotechar=cutting.quote, strict=True)
    while cutting.text.position < until:
        lines.begin_record()
        cutting.number += 1
        try:
            cutting.torn = _cut_record(next(reader), cutting.number, lines, cutting)
        except StopIteration:
            cutting.number -= 1
            break
        except csv.Error as error:
            cutting.torn = _set_badly_quoted_row_aside(error, cutting.number, lines, cutting)


def _cut_again(cutting: _Cutting, records: bytes, numbers: range) -> None:
    """Cut records one by one that the fast reader did not take for plain."""
    text, number = cutting.text, cutting.number
    cutting.text, cutting.number = TextBytes(io.BytesIO(records), None), numbers.start - 1
    cutting.rows_kept -= len(numbers)
    _cut_one_by_one(cutting, len(records))
    cutting.text, cutting.number = text, number


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


def _set_badly_quoted_row_aside(error: csv.Error, number: int, lines: _Lines, cutting: _Cutting) -> bool:
    """Set a row with a torn quotation aside; whether it stood at the end, as the last row of a cut file does.

    Where whole rows stand inside the quotation, only its first line is set aside; the others are read again.
    """
    swallowed = len(lines.taken) - 1
    rows_inside = cutting.put_back < MOST_PUT_BACK and _whole_rows_inside(lines, cutting)
    at_the_end = "unexpected end" in str(error) and not rows_inside
    if rows_inside:
        reason = (
            "A quotation mark opened in this row is never closed; the rows after it were read all the same."
        )
        lines.put_back_all_but_first()
        cutting.put_back += 1
    elif at_the_end:
        reason = "A quotation mark opened in this row is never closed"
        reason += f"; {swallowed} further lines stand inside it." if swallowed else "."
    elif "field larger" in str(error):
        reason = f"A cell is longer than {LONGEST_CELL:,} characters; a quotation mark may never be closed."
        lines.pass_over_the_rest(cutting.quote)
    else:
        reason = "A quotation mark closes inside a cell and is followed by more text."
    remedy = "Double every quotation mark inside a cell, or export the file again."
    cutting.set_aside(number, lines.raw(), None, reason, remedy)
    return at_the_end


def _whole_rows_inside(lines: _Lines, cutting: _Cutting) -> bool:
    """Whether a line after the first of the record has as many cells as the heading."""
    return any(
        len(next(csv.reader([line], delimiter=cutting.delimiter, quotechar=cutting.quote), []))
        == len(cutting.headings)
        > 1
        for line in lines.taken[1:]
        if len(line) < LONGEST_CELL
    )


def _say_if_cut_off(cutting: _Cutting) -> None:
    cutting.flush_plain()
    if cutting.torn:
        reason = "The file seems cut off: its last row is not whole, and was set aside."
        cutting.warn(cutting.number, reason, EXPORT_AGAIN)
    elif cutting.text.last not in (b"\n", b"\r", b"") and cutting.rows_kept:
        reason = "The last line has no line ending; its last cell may have been cut."
        cutting.warn(cutting.number, reason, "Compare the number of rows with that of the export.")


def _delimiter_of(start: str, heading_row: int, quote: str) -> str:
    """The delimiter that stands most often in the heading line outside quotation marks; else a comma.

    Where nobody says which line that is, it is the first that has one of them.
    """
    lines = start.splitlines()
    chosen = lines[heading_row - 1 : heading_row] if heading_row else lines[:ROWS_LOOKED_THROUGH]
    mark = re.escape(quote)
    for line in chosen:
        unquoted = re.sub(f"{mark}[^{mark}]*{mark}", "", line)
        if any(each in unquoted for each in DELIMITERS):
            return max(DELIMITERS, key=unquoted.count)
    return DELIMITERS[0]
