"""The report of ``firstpoint check``: short at the terminal, whole as JSON, as a page and as a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from firstpoint import records
from firstpoint.cli.check_page import check_page, summary_sentence
from firstpoint.cli.check_workbook import marked_workbook
from firstpoint.cli.tables import write_text
from firstpoint.errors import InputError
from firstpoint.reporting import to_html

LINES_A_FILE = 12


def write_reports(
    report: records.CheckReport,
    extracts: Sequence[records.Extract],
    source: records.SourceMapping | None,
    *,
    against: Sequence[records.Extract] = (),
    page: Path | None,
    workbook: Path | None,
    force: str = "",
) -> list[Path]:
    """Write the page and the workbook where they are asked for, and give their paths."""
    written = []
    if page:
        today = datetime.now(ZoneInfo("Europe/London")).date()
        tree = check_page(report, extracts, checked_on=today, against=against, force=force)
        written.append(write_text(to_html(tree), page))
    if workbook:
        written.append(write_text(marked_workbook(report, extracts, source), workbook))
    return written


def short_text(report: records.CheckReport, *, all_or_nothing: bool) -> str:
    """Give the report for the terminal: a sentence, then each file with its gravest findings."""
    loaded = sum(each.rows_kept for each in report.summary)
    if all_or_nothing and report.rows_set_aside:
        verdict = "Nothing would be loaded: rows would be set aside, and all or nothing was asked for."
    else:
        verdict = f"{loaded:,} rows would be loaded."
    return f"{summary_sentence(report)}\n\n{report.text(most=LINES_A_FILE)}{verdict}"


def as_json(
    report: records.CheckReport, extracts: Sequence[records.Extract], *, all_or_nothing: bool
) -> dict[str, Any]:
    """Give the report as plain values: faults, summary, each check with its counts, equality data."""
    kinds = Counter(fault.check for fault in report.faults)
    rows = Counter[str]()
    for fault in report.faults:
        rows[fault.check] += fault.rows
    checks = [
        {
            "id": each.id,
            "title": each.title,
            "severity": each.severity,
            "findings": kinds[each.id],
            "rows": rows[each.id],
        }
        for each in records.CHECKS.values()
    ]
    would_load = not (all_or_nothing and report.rows_set_aside)
    kept = sum(each.rows_kept for each in report.summary)
    return {
        "sentence": summary_sentence(report),
        "rows_that_would_be_loaded": kept if would_load else 0,
        **report.as_dict(),
        "checks": checks,
        "equality": _equality(extracts),
    }


def _equality(extracts: Sequence[records.Extract]) -> list[dict[str, Any]]:
    victims = [each.scan().collect() for each in extracts if each.table == "victims"]
    crimes = [
        each.scan().select("victim_id", "unit", "ho_class").collect()
        for each in extracts
        if each.table == "crimes"
    ]
    if not victims:
        return []
    return records.equality_completeness(pl.concat(victims), pl.concat(crimes) if crimes else None).to_dicts()


def refuse_partial(report: records.CheckReport) -> None:
    """Raise InputError, naming the first fault, where rows were set aside."""
    first = next((fault for fault in report.faults if fault.severity == "reject"), None)
    if first is not None:
        row = "" if first.row is None else f"row {first.row}"
        column = "" if first.column is None else f"column {first.column}"
        rows = "1 row" if report.rows_set_aside == 1 else f"{report.rows_set_aside:,} rows"
        raise InputError(
            f"{rows} would be set aside, so nothing would be loaded. {first.message}",
            where=", ".join(filter(None, (first.file, row, column))),
            remedy=f"{first.remedy} Or load the good rows alone, without --all-or-nothing.",
        )
