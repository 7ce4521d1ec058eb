"""The force as frames: what its systems would export, and the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import polars as pl

from firstpoint.records import TABLES
from firstpoint.records.tables import TableName
from firstpoint.simulation.events import Due, report_of
from firstpoint.simulation.filing import Filed
from firstpoint.simulation.telling import Telling, local_time
from firstpoint.vocabulary import offence_class, offence_codes

_TIME = pl.Datetime("us", "UTC")
_LIMIT = timedelta(hours=24)

# The columns that are filled; the others of the canonical tables are there and empty.
_INCIDENTS = (
    *(
        "incident_id",
        "force",
        "received_at",
        "channel",
        "route",
        "taken_by",
        "team",
        "opening_code",
        "closing_code",
    ),
    *(
        "qualifiers",
        "closed_at",
        "unit",
        "reporter_role",
        "domestic",
        "secondary_to",
        "removed_at",
        "removed_by",
    ),
    *("easting", "northing", "area", "text"),
)
_LOG_ENTRIES = ("incident_id", "entry_at", "author", "text")
_CRIMES = (
    *(
        "crime_id",
        "force",
        "incident_id",
        "reported_at",
        "recorded_at",
        "occurred_from",
        "occurred_to",
        "ho_class",
    ),
    *("ho_code", "title", "victim_id", "suspects", "status", "domestic", "flags", "unit", "recorded_by"),
)
_VICTIMS = (
    *("victim_id", "age", "age_absent", "sex", "sex_absent", "ethnicity", "ethnicity_absent", "vulnerable"),
    "referred_at",
)
TRUTH_INCIDENTS = {
    "incident_id": pl.String,
    "kind": pl.String,
    "scenario": pl.String,
    "opening_code": pl.String,
    "stratum": pl.String,
    "unit": pl.String,
    "should_record": pl.Int64,
    "recorded": pl.Int64,
    "facts": pl.String,
}
TRUTH_CRIMES = {
    "due_id": pl.String,
    "incident_id": pl.String,
    "kind": pl.String,
    "ho_class": pl.String,
    "victim_id": pl.String,
    "victim_sex": pl.String,
    "victim_age": pl.Int64,
    "crime_id": pl.String,
    "recorded_class": pl.String,
    "error": pl.String,
}
TRUTH_ERRORS = {"incident_id": pl.String, "due_id": pl.String, "crime_id": pl.String, "error": pl.String}


def incidents_frame(filed: Sequence[Filed], told: Sequence[Telling | None], force: str) -> pl.DataFrame:
    """Give the ``incidents`` table: a row per incident, its text the join of its entries."""
    rows = [_incident(one, log, force) for one, log in zip(filed, told, strict=True) if log is not None]
    return _canonical("incidents", _INCIDENTS, rows)


def log_entries_frame(filed: Sequence[Filed], told: Sequence[Telling | None]) -> pl.DataFrame:
    """Give the ``log_entries`` table: a row per entry, in order of time within an incident."""
    rows = [
        (one.report_id, entry.at, entry.author, entry.text)
        for one, log in zip(filed, told, strict=True)
        if log is not None
        for entry in log.entries
    ]
    return _canonical("log_entries", _LOG_ENTRIES, rows)


def crimes_frame(filed: Sequence[Filed], force: str) -> pl.DataFrame:
    """Give the ``crimes`` table: a row per crime recorded, in order of its number."""
    rows = [row for one in filed for row in _crimes(one, force)]
    return _canonical("crimes", _CRIMES, rows).sort("crime_id")


def victims_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give the ``victims`` table: a row per victim of a recorded crime."""
    rows = [row for one in filed for row in _victims(one)]
    return _canonical("victims", _VICTIMS, rows)


def truth_incidents_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give the truth of each report: what should have been recorded, what was, and its facts as JSON."""
    rows = [
        (
            one.report_id,
            "incident" if one.place else "direct crime",
            one.event.scenario.id,
            one.event.opening_code if one.place else None,
            one.stratum,
            one.unit,
            len(one.event.dues),
            len(one.crime_ids),
            json.dumps(report_of(one.event, one.report_id), separators=(",", ":")),
        )
        for one in filed
    ]
    return pl.DataFrame(rows, schema=TRUTH_INCIDENTS, orient="row")


def truth_crimes_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give a row per crime due, with the crime that records it, if any, and what was wrong with it."""
    rows = [row for one in filed for row in _truth_crimes(one)]
    return pl.DataFrame(rows, schema=TRUTH_CRIMES, orient="row")


def truth_errors_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give a row per error in recording a crime due: why it was missed, wrongly classed, or late."""
    rows = [row for one in filed for row in _errors(one)]
    return pl.DataFrame(rows, schema=TRUTH_ERRORS, orient="row")


def _canonical(table: TableName, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Give the rows as a canonical table: every column of it, in its order and type."""
    schema = TABLES[table].schema()
    frame = pl.DataFrame(rows, schema={name: schema[name] for name in columns}, orient="row")
    empty = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in columns]
    return frame.with_columns(empty).select(list(schema))


def due_id(report_id: str, number: int) -> str:
    """Give the reference of a crime due, from its report and its place in it."""
    return f"{report_id}#{number + 1}"


def _incident(one: Filed, log: Telling, force: str) -> tuple[Any, ...]:
    place = one.place
    assert place is not None
    event = one.event
    removed = not one.crime_ids and bool(place.stratum)
    closer = log.entries[-1].author
    return (
        one.report_id,
        force,
        event.received_at,
        place.channel,
        place.route,
        place.taken_by,
        f"{place.unit} response",
        event.opening_code,
        log.closing_code,
        ["Domestic"] if event.domestic else None,
        log.closed_at,
        place.unit,
        event.reporter,
        event.domestic,
        one.secondary_to,
        log.closed_at if removed else None,
        closer if removed else None,
        float(place.easting),
        float(place.northing),
        place.area,
        "\n".join(f"{local_time(entry.at)} {entry.author}: {entry.text}" for entry in log.entries),
    )


def _crimes(one: Filed, force: str) -> Iterator[tuple[Any, ...]]:
    event = one.event
    for crime_id, crime in zip(one.crime_ids, one.recording.recorded, strict=True):
        due = event.dues[crime.due]
        right = crime.ho_class == due.ho_class
        yield (
            crime_id,
            force,
            one.report_id if one.place else None,
            event.received_at,
            event.received_at + crime.recorded_after,
            event.occurred_at,
            event.occurred_at,
            crime.ho_class,
            due.ho_code if right else _usual_code(crime.ho_class),
            _title(crime.ho_class),
            None if due.victim is None else one.victim_ids[due.victim],
            1.0,
            "recorded",
            event.domestic,
            ["DA"] if event.domestic else None,
            one.unit,
            f"CMU{10 + hash_of(crime_id) % 30}",
        )


def hash_of(reference: str) -> int:
    """Give a number that stays the same for a reference, from its digits."""
    return int(reference.split("/")[1])


def _victims(one: Filed) -> Iterator[tuple[Any, ...]]:
    shown = {one.event.dues[crime.due].victim for crime in one.recording.recorded}
    for index in sorted(index for index in shown if index is not None):
        victim = one.event.victims[index]
        reference = one.victim_ids[index]
        if victim.type != "person":
            irrelevant = "not relevant"
            yield (reference, None, irrelevant, None, irrelevant, None, irrelevant, None, None)
            continue
        young = victim.age < 18
        yield (
            reference,
            float(victim.age),
            None,
            victim.sex,
            None,
            victim.ethnicity or None,
            None if victim.ethnicity else "not asked",
            young or one.event.domestic,
            one.event.received_at + timedelta(hours=20) if young else None,
        )


def _truth_crimes(one: Filed) -> Iterator[tuple[Any, ...]]:
    held = _held(one)
    for number, due in enumerate(one.event.dues):
        victim = None if due.victim is None else one.event.victims[due.victim]
        person = victim if victim is not None and victim.type == "person" else None
        crime_id, given, late = held.get(number, (None, None, False))
        yield (
            due_id(one.report_id, number),
            one.report_id,
            due.kind,
            due.ho_class,
            None if due.victim is None else one.victim_ids[due.victim],
            person.sex if person else None,
            person.age if person else None,
            crime_id,
            given,
            _error(one, due, crime_id, given, late),
        )


def _held(one: Filed) -> dict[int, tuple[str, str, bool]]:
    return {
        crime.due: (crime_id, crime.ho_class, crime.recorded_after > _LIMIT)
        for crime_id, crime in zip(one.crime_ids, one.recording.recorded, strict=True)
    }


def _error(one: Filed, due: Due, crime_id: str | None, given: str | None, late: bool) -> str:
    """Give the one error of a crime due: missed before wrong class, wrong class before late."""
    if crime_id is None:
        return "fewer_than_required" if one.crime_ids else "not_recorded"
    if given != due.ho_class:
        return "wrong_class"
    return "late" if late else "none"


def _errors(one: Filed) -> Iterator[tuple[Any, ...]]:
    held = _held(one)
    for number, due in enumerate(one.event.dues):
        reference = due_id(one.report_id, number)
        crime_id, given, late = held.get(number, (None, None, False))
        if crime_id is None:
            yield (one.report_id, reference, None, one.recording.missed_kind)
            continue
        if given != due.ho_class:
            yield (one.report_id, reference, crime_id, "wrong_class")
        if late:
            yield (one.report_id, reference, crime_id, "late")


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
