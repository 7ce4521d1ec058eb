"""Tables and texts that commands write: whole or not at all, and for their owner alone.

Most hold the words of logs, so nobody else on the machine may read one before its owner shares it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from firstpoint.errors import InputError, UnreadableFile
from firstpoint.records import as_spreadsheet_text, from_spreadsheet_text

ENDINGS = (".parquet", ".jsonl", ".csv")


def write_table(frame: pl.DataFrame, path: Path) -> Path:
    """Write a frame as Parquet, JSON lines or CSV by the path's ending, and give the path.

    The file appears by one rename, so a reader never sees half of it. In CSV, text that a spreadsheet would
    compute is written with an apostrophe before it. Nested columns need Parquet or JSON lines. Raises
    InputError for another ending.
    """
    if path.suffix not in ENDINGS:
        raise InputError(
            f"cannot write a table as {path.suffix or 'a file without an ending'}.",
            where=str(path),
            remedy=f"Use one of {', '.join(ENDINGS)}.",
        )
    half_written = _for_owner(path)
    if path.suffix == ".parquet":
        frame.write_parquet(half_written)
    elif path.suffix == ".jsonl":
        frame.write_ndjson(half_written)
    else:
        as_spreadsheet_text(frame).write_csv(half_written)
    half_written.replace(path)
    return path


def write_parts(parts: Iterable[pl.DataFrame], path: Path) -> Path:
    """Write frames of one schema, one after the other, as Parquet or JSON lines, and give the path.

    As with :func:`write_table` the file appears by one rename; one part is held in memory at a time. Raises
    InputError for another ending.
    """
    if path.suffix not in (".parquet", ".jsonl"):
        raise InputError(
            f"parts of a table are not written as {path.suffix or 'a file without an ending'}.",
            where=str(path),
            remedy="End the name in .jsonl or .parquet.",
        )
    half_written = _for_owner(path)
    if path.suffix == ".parquet":
        _write_row_groups(parts, half_written)
    else:
        with half_written.open("wb") as file:
            for part in parts:
                part.write_ndjson(file)
    half_written.replace(path)
    return path


def _write_row_groups(parts: Iterable[pl.DataFrame], path: Path) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for part in parts:
            rows = part.to_arrow()
            writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1)
            writer.write_table(rows, row_group_size=part.height or None)
    finally:
        if writer is not None:
            writer.close()


def read_table(path: Path) -> pl.DataFrame:
    """Read back a table that a command wrote, by its ending; in CSV, ``incident_id`` stays text.

    Raises UnreadableFile for a file that is none, and InputError for another ending.
    """
    if path.suffix not in ENDINGS:
        raise InputError(
            f"A table is not read from {path.suffix or 'a file without an ending'}.",
            where=str(path),
            remedy=f"Use one of {', '.join(ENDINGS)}.",
        )
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".jsonl":
            return pl.read_ndjson(path)
        text = {"incident_id": pl.String, "lot": pl.String, "grave": pl.String}
        return from_spreadsheet_text(
            pl.read_csv(path, try_parse_dates=True, infer_schema_length=None, schema_overrides=text)
        )
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        raise UnreadableFile(
            f"It cannot be read as a table ({type(error).__name__}).",
            where=str(path),
            remedy="Give the file that the command before wrote, or a CSV in UTF-8 with a header row.",
        ) from error


def write_text(text: str | bytes, path: Path) -> Path:
    """Write a text or bytes by one rename, and give the path."""
    half_written = _for_owner(path)
    if isinstance(text, str):
        half_written.write_text(text, encoding="utf-8")
    else:
        half_written.write_bytes(text)
    half_written.replace(path)
    return path


def _for_owner(path: Path) -> Path:
    """Give an empty file beside ``path``, to be written and then renamed; nobody else may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = path.with_name(path.name + ".part")
    half_written.unlink(missing_ok=True)
    half_written.touch(mode=0o600, exist_ok=False)
    return half_written
