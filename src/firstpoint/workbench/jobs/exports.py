"""The jobs that make files to take away: the work list, the decisions of a period, the ledger.

Every export reconciles: the file is read back, and what went in must be what stands in it and what the
exclusions list. Each is an entry of the ledger, and so is each download. No file holds a name of a person or
a word of a log or a rationale.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter
from attrs import define, field
from django.db import transaction
from python_calamine import CalamineWorkbook

from firstpoint import casework
from firstpoint.errors import InputError
from firstpoint.records import as_spreadsheet_text
from firstpoint.workbench.jobs import places
from firstpoint.workbench.jobs.working import Task
from firstpoint.workbench.ledger.keeping import all_entries, keep
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.recording.models import KIND, Decision, RecordingWork

FORMATS = ("csv", "xlsx")
ROWS_AT_ONCE = 5_000
MOST_ROWS_OF_A_SHEET = 1_048_575
_LONDON = ZoneInfo("Europe/London")

WORK_COLUMNS = ("reference", "opened_as", "received_at", "due_at", "state", "rank", "score", "harm")
DECISION_COLUMNS = (
    "reference",
    "decision",
    "from_state",
    "to_state",
    "decided_at",
    "decided_by",
    "late",
    "crimes",
)

Row = tuple[Any, ...]


@define
class Considered:
    """Rows that went in, parted into those for the file and those left out, with the reason for each."""

    came: int = 0
    left_out: Counter[str] = field(factory=Counter)

    def pick(self, rows: Iterable[Row], why_not: Callable[[Row], str]) -> Iterator[Row]:
        """The rows for the file; ``why_not`` says why a row stays out, with nothing where it goes in."""
        for row in rows:
            self.came += 1
            reason = why_not(row)
            if reason:
                self.left_out[reason] += 1
            else:
                yield row


def work_list(task: Task) -> None:
    """Every report that waits for a decision. Argument: ``format``, csv or xlsx."""
    open_states = {each.state for each in casework.states(KIND) if each.open}
    rows = RecordingWork.objects.order_by("due_at", "pk").values_list(
        "incident_id",
        "incident__opening_code",
        "incident__received_at",
        "due_at",
        "state",
        "incident__screened__rank",
        "incident__screened__chance_unrecorded",
        "incident__screened__harm",
    )
    _export(
        task, "work-list", WORK_COLUMNS, rows, lambda row: "" if row[4] in open_states else f"state {row[4]}"
    )


def decisions(task: Task) -> None:
    """The decisions of a period. Arguments: ``first`` and ``last`` day (ISO, London), and ``format``."""
    first, last = (date.fromisoformat(task.arguments[name]) for name in ("first", "last"))
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    told = (
        (each.work.incident_id, each.transition, each.from_state, each.to_state, each.at,
         f"user:{each.by_id}", "late" if each.late else "", _classes(each.given))
        for each in Decision.objects.select_related("work").order_by("at", "pk").iterator(ROWS_AT_ONCE)
    )  # fmt: skip

    def why_not(row: Row) -> str:
        return "" if begin <= row[4] < end else "outside the period"

    _export(task, f"decisions-{first}-to-{last}", DECISION_COLUMNS, told, why_not)


def ledger(task: Task) -> None:
    """Every entry of the ledger, one JSON object a line, as an outsider verifies it."""
    from firstpoint import ledger as chained

    path = places.result(task.job.pk, "ledger.jsonl")
    path.unlink(missing_ok=True)
    came = LedgerEntry.objects.count()
    task.step("Writing entries", 0, came)
    written = chained.write_entries(_counted(task, all_entries(), came), path)
    path.chmod(0o600)
    with path.open(encoding="utf-8") as file:
        lines = sum(1 for _ in file)
    # Entries added while it was written may stand in it; none that was there may be missing.
    _settle(task, path, came=written, out=lines, left_out=Counter(), least=came)


def _export(
    task: Task, name: str, columns: tuple[str, ...], rows: Iterable[Row], why_not: Callable[[Row], str]
) -> None:
    ending = task.arguments.get("format", "csv")
    if ending not in FORMATS:
        raise InputError("There is no such format.", where=str(ending)[:20], remedy="Choose csv or xlsx.")
    considered = Considered()
    path = places.result(task.job.pk, f"{name}.{ending}")
    path.unlink(missing_ok=True)
    task.step("Writing rows")
    picked = _counted(task, considered.pick(rows, why_not), 0)
    (_write_csv if ending == "csv" else _write_xlsx)(path, columns, picked)
    task.step("Reading the file back")
    out = _rows_of_csv(path) if ending == "csv" else _rows_of_xlsx(path)
    _settle(task, path, came=considered.came, out=out, left_out=considered.left_out)


def _settle(task: Task, path: Path, *, came: int, out: int, left_out: Counter[str], least: int = 0) -> None:
    if came != out + left_out.total() or came < least:
        path.unlink(missing_ok=True)
        raise InputError(
            f"{came:,} rows went in, but {out:,} stand in the file and {left_out.total():,} were left out.",
            where=path.name,
            remedy="Nothing is offered for download. Try again, and tell your administrator.",
        )
    says = [f"{came:,} rows went in: {out:,} stand in the file, {left_out.total():,} were left out."]
    says += [
        f"Left out, {reason.replace('_', ' ')}: {number:,}." for reason, number in sorted(left_out.items())
    ]
    with transaction.atomic():
        keep(
            task.job.asked_by,
            "export.made",
            task.job.reference,
            {"kind": task.job.kind, "in": came, "out": out, "left_out": left_out.total()},
        )
        task.settle(says=says, files=[{"name": path.name, "title": path.name, "rows": out}])


def _counted(task: Task, rows: Iterable[Any], of: int) -> Iterator[Any]:
    for number, row in enumerate(rows):
        if number % ROWS_AT_ONCE == 0:
            task.step("Writing rows", number, of)
        yield row


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    with os.fdopen(places.opened_for_owner(path), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for part in _parts(rows):
            texts = pl.DataFrame([[_as_text(cell) for cell in row] for row in part], columns, orient="row")
            # A text that a spreadsheet would compute gets an apostrophe, as in all our files.
            writer.writerows(as_spreadsheet_text(texts).rows())


def _write_xlsx(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    os.close(places.opened_for_owner(path))
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, {"constant_memory": True, **safe}) as workbook:
        sheet = workbook.add_worksheet("Export")
        sheet.write_row(0, 0, columns)
        for place, row in enumerate(rows, start=1):
            if place > MOST_ROWS_OF_A_SHEET:
                raise InputError(
                    f"A sheet holds at most {MOST_ROWS_OF_A_SHEET:,} rows.",
                    where=path.name,
                    remedy="Export it as CSV.",
                )
            for column, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(place, column, cell)
                else:
                    sheet.write_string(place, column, _as_text(cell))


def _rows_of_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _rows_of_xlsx(path: Path) -> int:
    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()) - 1


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _as_text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.astimezone(_LONDON).isoformat(timespec="minutes")
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else str(cell)


def _classes(given: dict[str, Any]) -> str:
    crimes = given.get("crimes") or []
    return "; ".join(f"{each.get('count')} x {each.get('ho_class')}" for each in crimes)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, _LONDON)
