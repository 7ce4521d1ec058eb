"""What is wrong between tables, and a report of everything, for a registrar to read.

A single file is checked as it is read. What only shows when the tables stand side by side is checked here:
crimes and entries that point to nothing, times out of order, codes nobody knows, the same key in two files.
Nothing is set aside for it: each is a warning that names its rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import asdict, frozen

from firstpoint import vocabulary
from firstpoint.records.faults import Fault, findings_where, gather, summarise
from firstpoint.records.reading import Extract
from firstpoint.records.spreadsheets import as_spreadsheet_text
from firstpoint.records.tables import TABLES

REFERENCES = (
    ("crimes", "incident_id", "incidents", "incident_id", "The crime points to no incident"),
    ("log_entries", "incident_id", "incidents", "incident_id", "The entry belongs to no incident"),
    ("incidents", "secondary_to", "incidents", "incident_id", "The incident is secondary to none"),
    ("victims", "victim_id", "crimes", "victim_id", "The victim is the victim of no crime"),
    ("crimes", "victim_id", "victims", "victim_id", "The crime names no victim"),
)
"""Table and column that point, table and column pointed to, and what it means when nothing is there."""

ORDERS = (
    ("crimes", "occurred_from", "occurred_to"),
    ("crimes", "occurred_from", "reported_at"),
    ("crimes", "reported_at", "recorded_at"),
    ("crimes", "recorded_at", "outcome_at"),
    ("incidents", "received_at", "closed_at"),
    ("incidents", "received_at", "removed_at"),
    ("victims", "referred_at", "safeguarded_at"),
)
"""Pairs of times of which the first may not be later than the second."""


@frozen
class ExtractSummary:
    """What became of the rows of one file. ``missing`` gives the share of empty cells of each column used."""

    table: str
    path: str
    sha256: str
    rows_read: int
    rows_kept: int
    rows_set_aside: int
    rows_joined: int
    identical_rows: int
    blank_rows: int
    unused_headings: tuple[str, ...]
    missing: dict[str, float]


@frozen
class CheckReport:
    """All faults of a set of extracts, and what became of their rows."""

    faults: tuple[Fault, ...]
    summary: tuple[ExtractSummary, ...]

    @property
    def rows_set_aside(self) -> int:
        """How many rows of all files were set aside."""
        return sum(each.rows_set_aside for each in self.summary)

    def text(self) -> str:
        """The report as lines of plain text."""
        return "\n".join(_lines(self)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "faults": [asdict(each) for each in self.faults],
            "summary": [asdict(each) for each in self.summary],
        }


def check_extracts(extracts: Sequence[Extract]) -> CheckReport:
    """Everything wrong with these extracts, alone and together."""
    faults = [fault for each in extracts for fault in each.faults]
    for extract in extracts:
        findings = gather(
            [
                *_pointing_to_nothing(extract, extracts),
                *_out_of_order(extract),
                *_unknown_codes(extract),
                *_in_an_earlier_file(extract, extracts),
            ]
        )
        faults += summarise(extract.table, str(extract.path), findings)
    return CheckReport(tuple(faults), tuple(_summary(each) for each in extracts))


def _summary(extract: Extract) -> ExtractSummary:
    nulls = extract.scan().null_count().collect()
    rows = extract.rows_kept
    return ExtractSummary(
        table=extract.table,
        path=str(extract.path),
        sha256=extract.sha256,
        rows_read=extract.rows_read,
        rows_kept=rows,
        rows_set_aside=extract.rejected_rows,
        rows_joined=extract.joined_rows,
        identical_rows=extract.identical_rows,
        blank_rows=extract.blank_rows,
        unused_headings=extract.unused_headings,
        missing={name: nulls[name][0] / rows for name in nulls.columns} if rows else {},
    )


def _numbered(extract: Extract) -> pl.DataFrame:
    return extract.frame.with_columns(extract.row_numbers.alias("row"))


def _warning(frame: pl.DataFrame, bad: pl.Expr, column: str, reason: str, remedy: str) -> pl.DataFrame:
    return findings_where(
        frame, bad.fill_null(False), severity="warning", column=column, reason=reason, remedy=remedy
    )


def _pointing_to_nothing(extract: Extract, extracts: Sequence[Extract]) -> Iterator[pl.DataFrame]:
    for table, column, other, key, reason in REFERENCES:
        targets = [each.frame[key] for each in extracts if each.table == other]
        if table != extract.table or not targets:
            continue
        known = pl.concat(targets).drop_nulls()
        if known.is_empty() and other != "incidents":
            continue
        yield _warning(
            _numbered(extract),
            ~pl.col(column).is_in(known.implode()),
            column,
            f"{reason} in the {other} given.",
            f"Give {other} over a longer period, or mend the reference at the source. The row was kept.",
        )


def _out_of_order(extract: Extract) -> Iterator[pl.DataFrame]:
    for table, earlier, later in ORDERS:
        if table == extract.table:
            yield _warning(
                _numbered(extract),
                pl.col(later) < pl.col(earlier),
                later,
                f"{later} is before {earlier}.",
                "One of the two is wrong, or in another time zone: check both at the source.",
            )


def _unknown_codes(extract: Extract) -> Iterator[pl.DataFrame]:
    if extract.table != "crimes":
        return
    frame = _numbered(extract)
    lists = {
        "ho_class": list(vocabulary.offence_classes()),
        "outcome": list(vocabulary.outcomes()),
    }
    for column, codes in lists.items():
        yield _warning(
            frame,
            ~pl.col(column).is_in(codes),
            column,
            "The code is on no list that Firstpoint has.",
            "Translate the source's code in the mapping, or check it at the source.",
        )
    yield _warning(
        frame,
        pl.col("status").is_in(["cancelled", "transferred"]) & pl.col("cancellation").is_null(),
        "cancellation",
        "A crime was cancelled or transferred and no ground is given.",
        "Export the ground (C1 to C5) too.",
    )


def _in_an_earlier_file(extract: Extract, extracts: Sequence[Extract]) -> Iterator[pl.DataFrame]:
    key = TABLES[_name(extract)].key
    for other in extracts:
        if other is extract:
            return
        if key and other.table == extract.table:
            yield _warning(
                _numbered(extract),
                pl.col(key).is_in(other.frame[key].implode()),
                key,
                f"The key stands in {other.path.name} too.",
                "When both are loaded the later loaded row stands.",
            )


def _name(extract: Extract) -> Any:
    return extract.table


def _lines(report: CheckReport) -> Iterator[str]:
    for each in report.summary:
        yield f"{each.table}: {each.path}"
        yield f"  {_rows_in_words(each)}"
        if each.unused_headings:
            yield f"  Headings not used: {', '.join(each.unused_headings)}."
        gaps = [f"{name} {_percent(share)}" for name, share in each.missing.items() if 0 < share < 1]
        empty = [name for name, share in each.missing.items() if share == 1]
        if gaps:
            yield f"  Cells empty: {', '.join(gaps)}."
        if empty:
            yield f"  Columns the source does not have: {', '.join(empty)}."
        for fault in report.faults:
            if (fault.table, fault.file) == (each.table, each.path):
                yield f"  {'SET ASIDE' if fault.severity == 'reject' else 'Warning'}: {fault.sentence}"
    aside = report.rows_set_aside
    yield f"{_rows(aside)} set aside." if aside else "No row was set aside."


def _rows_in_words(each: ExtractSummary) -> str:
    parts = [f"{_rows(each.rows_read)} read", f"{each.rows_kept:,} kept"]
    named = (
        (each.rows_set_aside, "set aside"),
        (each.rows_joined, "joined to an earlier version"),
        (each.identical_rows, "identical and dropped"),
    )
    parts += [f"{count:,} {words}" for count, words in named if count]
    blank = f" ({_rows(each.blank_rows, 'blank ')} passed over)" if each.blank_rows else ""
    return ", ".join(parts) + blank + "."


def _rows(count: int, kind: str = "") -> str:
    return f"1 {kind}row" if count == 1 else f"{count:,} {kind}rows"


def _percent(share: float) -> str:
    """A share in words that never calls a few none, or nearly all all."""
    if share < 0.01:
        return "under 1%"
    return "over 99%" if share > 0.99 else f"{share:.0%}"


def write_rejects(extracts: Extract | Sequence[Extract], path: str | Path) -> int:
    """Write every row set aside and every remark on a row that was kept, and give the number of lines.

    CSV with ``severity`` (reject or warning), ``table``, ``file``, ``row``, ``column``, ``value``,
    ``reason``, ``remedy`` and ``raw`` (the row as it stood), each with an apostrophe before it where a
    spreadsheet would compute it. It holds the words of the source, so its owner alone may read it: keep it
    where the source is kept.
    """
    parts = [
        pl.select(severity=pl.lit(severity), table=pl.lit(each.table), file=pl.lit(each.path.name)).join(
            frame, how="cross"
        )
        for each in ([extracts] if isinstance(extracts, Extract) else extracts)
        for severity, frame in (("reject", each.rejects), ("warning", each.warnings))
    ]
    lines = pl.concat(parts) if parts else pl.DataFrame()
    _write_for_owner(as_spreadsheet_text(lines), Path(path))
    return lines.height


def _write_for_owner(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as CSV that its owner alone may read, by one rename."""
    half_written = path.with_name(path.name + ".part")
    half_written.unlink(missing_ok=True)
    with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        frame.write_csv(file)
    half_written.replace(path)
