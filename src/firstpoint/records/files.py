"""A file as rows of text under their headings, whatever kind of file it is.

What cannot be read at all raises :class:`~firstpoint.errors.UnreadableFile`. A row that cannot be read is set
aside with the rest of the file kept: its number, its raw text and the reason are in the result.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import polars as pl
from attrs import evolve

from firstpoint.errors import UnreadableFile
from firstpoint.records.faults import findings_where, gather
from firstpoint.records.mapping import TableMapping
from firstpoint.records.raw_rows import READ_BYTES, RawParts, RawRows, check_headings, drop_blank_rows
from firstpoint.records.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
PARQUET_ENDINGS = (".parquet", ".pq")
JSON_LINES_ENDINGS = (".jsonl", ".ndjson")
ROWS_OF_A_PART = 20_000


def read_parts(path: Path, mapping: TableMapping, table: Table) -> RawParts:
    """The rows of a CSV, Parquet, Excel or JSON-lines file, in parts; the kind is told by the ending and
    checked against the content.

    UnreadableFile when it is not there, is empty, is of another kind than its name says, or is still being
    written; the last can show only when all parts have been read.
    """
    before = _state_of(path)
    if path.is_dir():
        raise UnreadableFile(
            "The file cannot be read: this is a folder.",
            where=str(path),
            remedy="Name the file inside it.",
        )
    if not path.is_file():
        raise UnreadableFile(
            "This is no file on a disk but a pipe or a device.",
            where=str(path),
            remedy="Write what comes from it to a file first, then read that.",
        )
    if before.st_size == 0:
        raise UnreadableFile(
            "The file is empty (0 bytes).",
            where=str(path),
            remedy="The export did not finish, or the copy failed. Export it again.",
        )
    try:
        raw = _read_by_ending(path, mapping, table)
    except OSError as error:
        raise _cannot_be_read(path, error) from error
    return RawParts(raw.headings, _watched(raw.parts, path, before))


def _watched(parts: Iterator[RawRows], path: Path, before: os.stat_result) -> Iterator[RawRows]:
    """The parts of a file that must stay as it is while it is read."""
    try:
        for part in parts:
            yield _with_formulas_told(_without_headings_again(without_nul(part)))
    except OSError as error:
        raise _cannot_be_read(path, error) from error
    after = _state_of(path)
    if (after.st_size, after.st_mtime_ns, after.st_ino) != (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    ):
        raise UnreadableFile(
            "The file changed while it was read.",
            where=str(path),
            remedy="It is still being written. Wait until the export has finished and read it again.",
        )


def without_nul(rows: RawRows) -> RawRows:
    """The rows with NUL characters, which no database keeps, taken out, and a warning for each cell."""
    if not rows.may_hold_nul:
        return rows
    findings = [
        findings_where(
            rows.frame,
            pl.col(name).str.contains("\0", literal=True),
            severity="warning",
            column=name,
            value=pl.lit(None, pl.String),
            reason="The cell holds NUL characters; they were taken out.",
            remedy="Look at the cell at the source: part of it may be missing.",
        )
        for name in rows.headings
    ]
    if not any(each.height for each in findings):
        return rows
    cleaned = rows.frame.with_columns(pl.col(pl.String).str.replace_all("\0", "", literal=True))
    return evolve(rows, frame=cleaned, findings=gather([rows.findings, *findings]))


def _without_headings_again(rows: RawRows) -> RawRows:
    """The rows without those that repeat the headings, as files put together have; these are set aside."""
    headings = rows.headings
    if not headings:
        return rows
    some = rows.frame.filter(pl.col(headings[0]) == headings[0])
    again = some.filter(pl.all_horizontal(pl.col(name) == name for name in headings))
    if again.is_empty():
        return rows
    findings = findings_where(
        again,
        pl.lit(value=True),
        severity="reject",
        column="",
        value=pl.lit(None, pl.String),
        reason="The row repeats the headings.",
        remedy="Nothing is lost if files were put together; else look at what stands there at the source.",
    )
    return evolve(
        rows,
        frame=rows.frame.join(again.select("row"), on="row", how="anti", maintain_order="left"),
        findings=gather([rows.findings, findings]),
        unread=rows.unread | dict.fromkeys(again["row"], ",".join(headings)),
    )


def _with_formulas_told(rows: RawRows) -> RawRows:
    """The rows with a warning for each text that begins as a formula does; it is kept as text."""
    told = [
        findings_where(
            rows.frame,
            pl.col(name).str.starts_with("="),
            severity="warning",
            column=name,
            value=pl.lit(None, pl.String),
            reason="The text begins with = as a formula does; it was kept as text.",
            remedy="Nothing is computed from it here. Take care before opening it in a spreadsheet.",
        )
        for name in rows.headings
    ]
    return (
        evolve(rows, findings=gather([rows.findings, *told])) if any(each.height for each in told) else rows
    )


def _read_by_ending(path: Path, mapping: TableMapping, table: Table) -> RawParts:
    ending = path.suffix.lower()
    if ending in WORKBOOK_ENDINGS:
        from firstpoint.records.workbook import read_workbook

        return RawParts.whole(read_workbook(path, mapping, table))
    if ending in PARQUET_ENDINGS:
        return read_parquet(path)
    if ending in JSON_LINES_ENDINGS:
        from firstpoint.records.json_lines import read_json_lines

        return RawParts.whole(read_json_lines(path))
    from firstpoint.records.delimited import read_delimited

    return read_delimited(path, mapping, table)


def _state_of(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError as error:
        raise UnreadableFile(
            "There is no such file.", where=str(path), remedy="Check the path and its spelling."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(
            f"The file cannot be opened: {reason}.", where=str(path), remedy="Check who may read it."
        ) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal digits; UnreadableFile when they may not be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(READ_BYTES):
                digest.update(block)
    except OSError as error:
        raise _cannot_be_read(path, error) from error
    return digest.hexdigest()


def _cannot_be_read(path: Path, error: OSError) -> UnreadableFile:
    return UnreadableFile(
        f"The file cannot be read: {error.strerror}.", where=str(path), remedy="Check who may read it."
    )


@contextmanager
def _saying_it_is_no_parquet(path: Path) -> Iterator[None]:
    """Read with pyarrow inside this, since polars can end the whole process on a damaged page."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, pl.exceptions.PanicException, UnicodeError, ValueError, OSError) as error:
        raise UnreadableFile(
            "This is not a whole Parquet file.",
            where=str(path),
            remedy="It may be cut off, or another kind of file under this name. Export it again.",
        ) from error


def read_parquet(path: Path) -> RawParts:
    """The rows of a Parquet file, every value written as text (times as ISO 8601), in parts."""
    parts = _parquet_parts(path)
    headings = next(parts)
    assert isinstance(headings, list)
    return RawParts(headings, (part for part in parts if isinstance(part, RawRows)))


def _parquet_parts(path: Path) -> Iterator[list[str] | RawRows]:
    """The headings, and then the parts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = 2
    with _saying_it_is_no_parquet(path), pq.ParquetFile(path, pre_buffer=False) as file:
        headings = check_headings(file.schema_arrow.names, 1, path)
        yield headings
        yield _rows_of(pa.Table.from_batches([], file.schema_arrow), headings, first)
        for batch in file.iter_batches(batch_size=ROWS_OF_A_PART):
            yield _rows_of(pa.Table.from_batches([batch]), headings, first)
            first += batch.num_rows


def _rows_of(table: pa.Table, headings: list[str], first: int) -> RawRows:
    """Rows of a Parquet file as text, the first of them numbered ``first``."""
    table = table.replace_schema_metadata(None)
    table.validate(full=True)
    frame = cast(pl.DataFrame, pl.from_arrow(table))
    texts = [_as_text(column).alias(name) for name, column in zip(headings, frame, strict=True)]
    rows = pl.Series("row", range(first, first + frame.height), pl.Int64)
    return drop_blank_rows(pl.DataFrame([rows, *texts]))


def _as_text(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        utc = column if dtype.time_zone is None else column.dt.convert_time_zone("UTC")
        return utc.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("" if dtype.time_zone is None else "Z"))
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String), strict=False).list.join(";")
    if dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    return column.cast(pl.String, strict=False)
