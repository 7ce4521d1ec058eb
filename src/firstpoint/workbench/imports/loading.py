"""Loading extracts: all of them or none, in one transaction; the same extract twice does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from attrs import frozen
from django.db import models, transaction
from django.utils import timezone

from firstpoint.errors import InputError
from firstpoint.records import TABLES, Extract, Table
from firstpoint.workbench.accounts.people import THE_COMMAND
from firstpoint.workbench.imports.models import LoadedExtract
from firstpoint.workbench.incidents.models import Crime, Incident, LogEntry, Victim
from firstpoint.workbench.ledger.keeping import keep

ROWS_AT_ONCE = 2000

_MODELS: dict[str, type[models.Model]] = {
    "incidents": Incident,
    "victims": Victim,
    "crimes": Crime,
    "log_entries": LogEntry,
}

_TABLES: dict[str, Table] = {str(name): table for name, table in TABLES.items()}

Progress = Callable[[str, int, int], None]


@frozen
class Loaded:
    """What became of one extract: how many of its rows were added, how many replaced ones held, how many
    set aside.

    ``already`` says that this very extract had been loaded before, so that nothing was done.
    """

    table: str
    file_name: str
    sha256: str
    added: int
    replaced: int
    set_aside: int
    already: bool

    def __str__(self) -> str:
        if self.already:
            return f"{self.file_name}: loaded before, nothing to do."
        aside = f", {self.set_aside:,} set aside" if self.set_aside else ""
        return f"{self.file_name}: {self.added:,} {self.table} added, {self.replaced:,} replaced{aside}."


def load(
    extracts: Sequence[Extract], *, by: str = THE_COMMAND, progress: Progress | None = None
) -> tuple[Loaded, ...]:
    """What became of each extract, in the order given, once all of them are loaded.

    A row whose key is held already replaces the one held; the log entries of an incident replace those held
    of it. ``progress`` is called with the table, the rows done and the rows in all. A fault or a kill at
    any moment leaves the database as it was. Raises InputError for an extract of a table that is not kept
    here.
    """
    unknown = [each.table for each in extracts if each.table not in _MODELS]
    if unknown:
        raise InputError(
            "There is no such table here.", where=unknown[0], remedy=f"Choose from {', '.join(_MODELS)}."
        )
    with transaction.atomic():
        order = list(_MODELS)
        done = {
            id(each): _load_one(each, by, progress)
            for each in sorted(extracts, key=lambda e: order.index(e.table))
        }
    return tuple(done[id(each)] for each in extracts)


def _load_one(extract: Extract, by: str, progress: Progress | None) -> Loaded:
    name, aside = extract.path.name, extract.rejected_rows
    if LoadedExtract.objects.filter(table=extract.table, sha256=extract.sha256).exists():
        return Loaded(extract.table, name, extract.sha256, 0, 0, aside, already=True)
    added, replaced = _store(extract, progress)
    LoadedExtract.objects.create(
        table=extract.table,
        sha256=extract.sha256,
        file_name=name,
        rows_read=extract.rows_read,
        rows_added=added,
        rows_replaced=replaced,
        rows_set_aside=aside,
        loaded_at=timezone.now(),
        loaded_by=by,
    )
    detail: dict[str, Any] = {
        "table": extract.table,
        "added": added,
        "replaced": replaced,
        "set_aside": aside,
    }
    keep(by, "extract.loaded", f"sha256:{extract.sha256}", detail)
    return Loaded(extract.table, name, extract.sha256, added, replaced, aside, already=False)


def _store(extract: Extract, progress: Progress | None) -> tuple[int, int]:
    if extract.table == "log_entries":
        return _store_entries(extract.frame, progress)
    table = _TABLES[extract.table]
    key = table.key
    model = _MODELS[extract.table]
    held = set(model._default_manager.values_list(key, flat=True))
    replaced = extract.frame.get_column(key).is_in(list(held)).sum() if held else 0
    columns = [column.name for column in table.columns]
    for batch, done in _batches(extract.frame):
        model._default_manager.bulk_create(
            [model(**_fields(row, columns)) for row in batch],
            update_conflicts=True,
            unique_fields=[key],
            update_fields=[_field_name(model, name) for name in columns if name != key],
        )
        if progress:
            progress(extract.table, done, extract.frame.height)
    return extract.frame.height - int(replaced), int(replaced)


def _store_entries(frame: pl.DataFrame, progress: Progress | None) -> tuple[int, int]:
    named = frame.get_column("incident_id").unique().to_list()
    replaced = 0
    for start in range(0, len(named), ROWS_AT_ONCE):
        held = LogEntry.objects.filter(incident_id__in=named[start : start + ROWS_AT_ONCE])
        replaced += held.delete()[0]
    numbered = frame.with_columns(place=pl.int_range(pl.len()).over("incident_id"))
    columns = [*(column.name for column in _TABLES["log_entries"].columns), "place"]
    for batch, done in _batches(numbered):
        LogEntry.objects.bulk_create([LogEntry(**_fields(row, columns)) for row in batch])
        if progress:
            progress("log_entries", done, frame.height)
    return frame.height, replaced


def _batches(frame: pl.DataFrame) -> Iterator[tuple[list[dict[str, Any]], int]]:
    done = 0
    for part in frame.iter_slices(ROWS_AT_ONCE):
        done += part.height
        yield part.to_dicts(), done


def _fields(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    return {name: _clean(row.get(name)) for name in columns}


def _field_name(model: type[models.Model], column: str) -> str:
    """The name of the field that a column fills: a link is filled through its reference."""
    return next(field.name for field in model._meta.concrete_fields if column in (field.attname, field.name))


def _clean(value: Any) -> Any:
    # No database text can hold a NUL; one sign takes its place so that positions in a log stay right.
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value
