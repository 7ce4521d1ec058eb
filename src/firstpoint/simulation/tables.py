"""The force as frames: what its systems would export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import polars as pl

from firstpoint.records import TABLES
from firstpoint.records.tables import TableName
from firstpoint.simulation.chance import Chance
from firstpoint.simulation.characteristics import characteristic_columns, characteristics_of
from firstpoint.simulation.clock import local_times
from firstpoint.simulation.filing import Filed
from firstpoint.simulation.telling import Telling
from firstpoint.vocabulary import offence_class, offence_codes

Row = tuple[Any, ...]

# The columns that are filled, where the canonical table has them; its others are there and empty.
_INCIDENTS = (
    *("incident_id", "force", "received_at", "channel", "route", "taken_by", "team", "opening_code"),
    *("closing_code", "qualifiers", "closed_at", "unit", "reporter_role", "domestic", "secondary_to"),
    *("removed_at", "removed_by", "easting", "northing", "area", "text"),
)
_LOG_ENTRIES = ("incident_id", "entry_at", "author", "text")
_CRIMES = (
    *("crime_id", "force", "incident_id", "reported_at", "recorded_at", "occurred_from", "occurred_to"),
    *("ho_class", "ho_code", "title", "victim_id", "suspects", "status", "cancellation", "domestic"),
    *("flags", "unit", "recorded_by", "easting", "northing", "area"),
)


def incidents_frame(filed: Sequence[Filed], told: Sequence[Telling | None], force: str) -> pl.DataFrame:
    """Give the ``incidents`` table: a row per incident, its text the join of its entries."""
    rows = [_incident(one, log, force) for one, log in zip(filed, told, strict=True) if log is not None]
    return _canonical("incidents", _INCIDENTS, rows)


def log_entries_frame(filed: Sequence[Filed], told: Sequence[Telling | None]) -> pl.DataFrame:
    """Give the ``log_entries`` table: a row per entry, in order of time within an incident."""
    rows = [
        (one.report_id, *entry)
        for one, log in zip(filed, told, strict=True)
        if log is not None
        for entry in log.entries
    ]
    return _canonical("log_entries", _LOG_ENTRIES, rows)


def crimes_frame(filed: Sequence[Filed], force: str) -> pl.DataFrame:
    """Give the ``crimes`` table: a row per crime recorded, in order of its number."""
    rows = [row for one in filed for row in _crimes(one, force)]
    return _canonical("crimes", _CRIMES, rows).sort("crime_id")


def victims_frame(filed: Sequence[Filed], chance: Chance) -> pl.DataFrame:
    """Give the ``victims`` table: a row per victim of a recorded crime, as last written down."""
    columns = ("victim_id", *characteristic_columns(), "vulnerable", "referred_at")
    rows = {row[0]: row for one in filed for row in _victims(one, chance)}
    return _canonical("victims", columns, list(rows.values()))


def frame_of(columns: Sequence[str], schema: dict[str, Any], rows: Sequence[Row]) -> pl.DataFrame:
    """Give rows as a frame; whole numbers stand for moments in seconds since 1970 where the type is a
    time."""
    made = []
    for name, values in zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True):
        kind = schema.get(name)
        if kind is None:
            continue
        if isinstance(kind, pl.Datetime):
            made.append((pl.Series(name, values, dtype=pl.Int64) * 1_000_000).cast(kind))
        else:
            made.append(pl.Series(name, values, dtype=kind))
    return pl.DataFrame(made)


def _canonical(table: TableName, columns: Sequence[str], rows: Sequence[Row]) -> pl.DataFrame:
    """Give the rows as a canonical table: every column of it, in its order and type."""
    schema: dict[str, Any] = dict(TABLES[table].schema())
    frame = frame_of(columns, schema, rows)
    empty = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in columns]
    return frame.with_columns(empty).select(list(schema))


def _incident(one: Filed, log: Telling, force: str) -> Row:
    place = one.place
    assert place is not None
    event = one.event
    removed = not one.crime_ids and bool(place.stratum)
    return (
        one.report_id,
        force,
        event.received,
        place.channel,
        place.route,
        place.taken_by,
        f"{place.unit} {place.team}",
        event.opening_code,
        log.closing_code,
        ["Domestic"] if event.domestic else None,
        log.closed_at,
        place.unit,
        event.reporter,
        event.domestic,
        one.secondary_to,
        log.closed_at if removed else None,
        log.entries[-1].author if removed else None,
        float(place.easting),
        float(place.northing),
        place.area,
        _joined(log),
    )


def _joined(log: Telling) -> str:
    """Give the entries of a log as one text, each headed with its time and author."""
    times = local_times([entry.at for entry in log.entries])
    return "\n".join(
        [f"{time} {author}: {text}" for time, (_, author, text) in zip(times, log.entries, strict=True)]
    )


def _crimes(one: Filed, force: str) -> Iterator[Row]:
    event = one.event
    incident = one.filed_under or (one.report_id if one.place else None)
    for crime_id, crime in zip(one.crime_ids, one.recording.recorded, strict=True):
        due = None if crime.due is None else event.dues[crime.due]
        right = due is not None and crime.ho_class == due.ho_class
        yield (
            crime_id,
            force,
            incident,
            event.received,
            event.received + int(crime.recorded_after.total_seconds()),
            event.occurred,
            event.occurred,
            crime.ho_class,
            due.ho_code if due is not None and right else _usual_code(crime.ho_class),
            _title(crime.ho_class),
            _victim_id(one, crime.due),
            1.0,
            "cancelled" if crime.cancellation else "recorded",
            crime.cancellation or None,
            event.domestic,
            ["DA"] if event.domestic else None,
            one.unit,
            f"CMU{10 + int(crime_id.split('/')[1]) % 30}",
            float(one.place.easting) if one.place else None,
            float(one.place.northing) if one.place else None,
            one.place.area if one.place else None,
        )


def _victim_id(one: Filed, due: int | None) -> str | None:
    """Give the victim of a recorded crime; one not due is put down to the first person of the event."""
    index = 0 if due is None else one.event.dues[due].victim
    return None if index is None else one.victim_ids[index]


def _victims(one: Filed, chance: Chance) -> Iterator[Row]:
    event = one.event
    shown = {0 if crime.due is None else event.dues[crime.due].victim for crime in one.recording.recorded}
    for index in sorted(index for index in shown if index is not None):
        victim = event.victims[index]
        reference = one.victim_ids[index]
        person = victim.type == "person"
        young = person and victim.age < 18
        yield (
            reference,
            *characteristics_of(victim, reference, one.unit, chance),
            (young or event.domestic) if person else None,
            event.received + 72_000 if young else None,
        )


@cache
def _usual_code(ho_class: str) -> str | None:
    """Give a current code of the class, where one stands on the list."""
    return next(
        (code.ho_code for code in offence_codes() if code.class_code == ho_class and code.current), None
    )


@cache
def _title(ho_class: str) -> str:
    found = offence_class(ho_class)
    return found.title if found else ho_class
