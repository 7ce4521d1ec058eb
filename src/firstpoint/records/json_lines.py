"""JSON lines: one object a line, its names the headings. Line 1 is row 1, since there is no heading line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from firstpoint.errors import UnreadableFile
from firstpoint.records.faults import findings_where
from firstpoint.records.raw_rows import RawRows, check_headings, drop_blank_rows

NOT_AN_OBJECT = "The line is not one JSON object, or holds half of a character."


def read_json_lines(path: Path) -> RawRows:
    """The rows of a JSON-lines file in UTF-8, every value written as text; other lines are set aside."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"Byte {error.start} is not UTF-8, in which JSON is written.",
            where=str(path),
            remedy="Export it again as UTF-8.",
        ) from error
    objects: dict[int, dict[str, Any]] = {}
    unread: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        read = _object(line)
        if read is None:
            unread[number] = line
        else:
            objects[number] = read
    return _rows(objects, unread, path)


def _object(line: str) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
        if "\\ud" in line or "\\uD" in line:
            # An escape can name half of a pair of surrogates, which no other format can hold.
            json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _rows(objects: dict[int, dict[str, Any]], unread: dict[int, str], path: Path) -> RawRows:
    if not objects:
        raise UnreadableFile(
            "No line of the file is one JSON object.",
            where=str(path),
            remedy='Write one object a line, as in {"incident_id": "…", "text": "…"}.',
        )
    names = list(dict.fromkeys(name for each in objects.values() for name in each))
    headings = check_headings(names, 1, path)
    columns = {
        heading: pl.Series([_as_text(each.get(name)) for each in objects.values()], dtype=pl.String)
        for heading, name in zip(headings, names, strict=True)
    }
    frame = pl.DataFrame({"row": pl.Series(list(objects), dtype=pl.Int64), **columns})
    torn = pl.DataFrame({"row": pl.Series(list(unread), dtype=pl.Int64)})
    findings = findings_where(
        torn,
        pl.lit(value=True),
        severity="reject",
        column="",
        value=pl.lit(None, pl.String),
        reason=NOT_AN_OBJECT,
        remedy='Write one object a line, as in {"incident_id": "…", "text": "…"}.',
    )
    kept = drop_blank_rows(frame, findings=findings)
    return RawRows(frame=kept.frame, findings=findings, unread=unread, blank_rows=kept.blank_rows)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
