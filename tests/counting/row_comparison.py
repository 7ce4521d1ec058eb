"""What the readable interpreter says of a report, as a row that columns must give too."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from firstpoint.counting import Book, count_frame, crimes_due_with_open_class
from firstpoint.counting.questions import answer_question
from firstpoint.counting.reports import plain_reckoning_of
from firstpoint.counting.verdict import verdict_on
from firstpoint.errors import BadReport, Refused

#: Stands for a row whose report cannot be counted.
REFUSED = ("refused",)


def plain_row(text: str | bytes, *, book: Book | None = None, reconstructed: bool = False) -> tuple[Any, ...]:
    """Give what the interpreter says of a report, or :data:`REFUSED`."""
    try:
        report = json.loads(text)
        reckoning = plain_reckoning_of(report, book, reconstructed=reconstructed)
    except (json.JSONDecodeError, BadReport, Refused):
        return REFUSED
    verdict = answer_question(report, reckoning, verdict_on(report, reckoning))
    limit = verdict.get("record_by")
    trace = [row for rows in reckoning.trace for row in rows]
    if "ask" in report:
        trace = [step["row"] for step in verdict["trace"]]
    return (
        report.get("report_id"),
        verdict["book"]["id"],
        verdict["decision"],
        verdict["total"],
        crimes_due_with_open_class(verdict),
        datetime.fromisoformat(limit).astimezone(UTC) if limit else None,
        counted(_numbers(verdict["crimes"], "ho_class", "ho_code")),
        counted(_numbers(verdict.get("reported_incidents", ()), "code")),
        tuple(trace),
    )


def column_row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give a row of ``count_frame`` in the same form."""
    if row["fault"] is not None:
        return REFUSED
    return (
        row["report_id"],
        row["book"],
        row["decision"],
        row["total"],
        row["due_in_open_class"],
        row["record_by"],
        counted(_numbers(row["crimes"], "ho_class", "ho_code")),
        counted(_numbers(row["reported_incidents"], "code")),
        tuple(row["trace"]),
    )


def frame_of(texts: Iterable[str]) -> pl.DataFrame:
    """Give reports in JSON as a frame."""
    return pl.DataFrame({"report": list(texts)}, schema={"report": pl.String})


def disagreements(
    texts: Sequence[str], *, reconstructed: bool = False, workers: int = 2
) -> list[tuple[str, Any, Any]]:
    """Give each report of which columns and interpreter say different things, with what each says."""
    rows = count_frame(frame_of(texts), reconstructed=reconstructed, workers=workers).to_dicts()
    found = []
    for text, row in zip(texts, rows, strict=True):
        said, plain = column_row(row), plain_row(text, reconstructed=reconstructed)
        if said != plain:
            found.append((text, said, plain))
    return found


def counted(entries: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Give how many there are of each, in an order that does not hang on that of the entries."""
    found = Counter(tuple(part or "" for part in entry[:-1]) + entry[-1:] for entry in entries)
    return tuple(sorted(found.items()))


def _numbers(entries: Iterable[Mapping[str, Any]], *names: str) -> Iterable[tuple[Any, ...]]:
    return [(*(entry.get(name) for name in names), entry["count"]) for entry in entries]
