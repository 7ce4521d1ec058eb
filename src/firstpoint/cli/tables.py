"""Tables that commands write: whole or not at all."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from firstpoint.errors import InputError
from firstpoint.records import as_spreadsheet_text

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
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = path.with_name(path.name + ".part")
    if path.suffix == ".parquet":
        frame.write_parquet(half_written)
    elif path.suffix == ".jsonl":
        frame.write_ndjson(half_written)
    else:
        as_spreadsheet_text(frame).write_csv(half_written)
    half_written.replace(path)
    return path


def write_text(text: str | bytes, path: Path) -> Path:
    """Write a text or bytes by one rename, and give the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = path.with_name(path.name + ".part")
    if isinstance(text, str):
        half_written.write_text(text, encoding="utf-8")
    else:
        half_written.write_bytes(text)
    half_written.replace(path)
    return path
