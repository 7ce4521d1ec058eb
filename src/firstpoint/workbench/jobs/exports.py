"""The jobs that make files to take away: the work list, the steps of a period, the ledger.

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
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter
from attrs import define, field
from django.db import transaction
from python_calamine import CalamineWorkbook

from firstpoint.errors import InputError
from firstpoint.records import as_spreadsheet_text
from firstpoint.workbench.incidents.models import Restriction
from firstpoint.workbench.jobs import places
from firstpoint.workbench.jobs.working import Task
from firstpoint.workbench.ledger.keeping import all_entries, keep
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.times import in_london
from firstpoint.workbench.work.models import Step, WorkItem

FORMATS = ("csv", "xlsx")
ROWS_AT_ONCE = 5_000
MOST_ROWS_OF_A_SHEET = 1_048_575
_LONDON = ZoneInfo("Europe/London")

WORK_COLUMNS = (
    "kind",
    "reference",
    "opened_as",
    "received_at",
    "due_at",
    "state",
    "waits_for",
    "priority",
)
STEP_COLUMNS = (
    "kind",
    "reference",
    "step",
    "from_state",
    "to_state",
    "taken_at",
    "taken_by",
    "late",
    "crimes",
)

Row = tuple[Any, ...]
T = TypeVar("T")


@define
class Considered:
    """Rows that went in, parted into those for the file and those left out, with the reason for each."""

    came: int = 0
    left_out: Counter[str] = field(factory=Counter)

    def pick(self, rows: Iterable[T], why_not: Callable[[T], str]) -> Iterator[T]:
        """The rows for the file; ``why_not`` says why a row stays out, with nothing where it goes in."""
        for row in rows:
            self.came += 1
            reason = why_not(row)
            if reason:
                self.left_out[reason] += 1
            else:
                yield row


def work_list(task: Task) -> None:
    """Every piece of work that is open, of every kind. Argument: ``format``, csv or xlsx."""
    restricted = _restricted()
    items = WorkItem.objects.order_by("kind", "due_at", "pk").select_related("crime").defer("crime__text")

    def why_not(item: WorkItem) -> str:
        return _about_restricted(item, restricted) or ("" if item.open else f"state {item.state}")

    _export(task, "work-list", WORK_COLUMNS, items.iterator(ROWS_AT_ONCE), why_not, _work_row)


def decisions(task: Task) -> None:
    """The steps taken in a period. Arguments: ``first`` and ``last`` day (ISO, London), and ``format``."""
    first, last = (date.fromisoformat(task.arguments[name]) for name in ("first", "last"))
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    restricted = _restricted()
    steps = Step.objects.select_related("item__crime").defer("item__crime__text").order_by("at", "pk")

    def why_not(step: Step) -> str:
        return ("" if begin <= step.at < end else "outside the period") or _about_restricted(
            step.item, restricted
        )

    name = f"decisions-{first}-to-{last}"
    _export(task, name, STEP_COLUMNS, steps.iterator(ROWS_AT_ONCE), why_not, _step_row)


def _work_row(item: WorkItem) -> Row:
    return (
        item.kind,
        item.reference,
        item.opening_code,
        item.received_at,
        item.due_at,
        item.state,
        item.waits_for,
        item.priority,
    )


def _step_row(step: Step) -> Row:
    return (
        step.item.kind,
        step.item.reference,
        step.transition,
        step.from_state,
        step.to_state,
        step.at,
        f"user:{step.by_id}",
        "late" if step.late else "",
        _classes(step.given),
    )


def _restricted() -> frozenset[str]:
    return frozenset(map(str, Restriction.objects.values_list("incident_id", flat=True)))


def _about_restricted(item: WorkItem, restricted: frozenset[str]) -> str:
    about = {item.incident_id, item.crime.incident_id if item.crime else None}
    return "restricted" if about & restricted else ""


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
    task: Task,
    name: str,
    columns: tuple[str, ...],
    held: Iterable[T],
    why_not: Callable[[T], str],
    as_row: Callable[[T], Row],
) -> None:
    ending = task.arguments.get("format", "csv")
    if ending not in FORMATS:
        raise InputError("There is no such format.", where=str(ending)[:20], remedy="Choose csv or xlsx.")
    considered = Considered()
    path = places.result(task.job.pk, f"{name}.{ending}")
    path.unlink(missing_ok=True)
    task.step("Writing rows")
    picked = map(as_row, _counted(task, considered.pick(held, why_not), 0))
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
        return (in_london(cell) or cell).isoformat(timespec="minutes")
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else str(cell)


def _classes(given: dict[str, Any]) -> str:
    crimes = given.get("crimes") or []
    return "; ".join(f"{each.get('count')} x {each.get('ho_class')}" for each in crimes)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, _LONDON)
