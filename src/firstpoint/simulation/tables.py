"""The force as frames: what its systems would export, and the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import polars as pl

from firstpoint.simulation.events import Due, Event, report_of
from firstpoint.simulation.filing import Filed
from firstpoint.simulation.telling import Telling, local_time
from firstpoint.vocabulary import offence_class, offence_codes

_TIME = pl.Datetime("us", "UTC")
_LIMIT = timedelta(hours=24)

INCIDENTS = {
    "incident_id": pl.String,
    "force": pl.String,
    "received_at": _TIME,
    "channel": pl.String,
    "route": pl.String,
    "taken_by": pl.String,
    "team": pl.String,
    "opening_code": pl.String,
    "closing_code": pl.String,
    "qualifiers": pl.String,
    "closed_at": _TIME,
    "unit": pl.String,
    "reporter_role": pl.String,
    "domestic": pl.Boolean,
    "secondary_to": pl.String,
    "removed_at": _TIME,
    "removed_by": pl.String,
    "easting": pl.Int64,
    "northing": pl.Int64,
    "area": pl.String,
    "text": pl.String,
}
LOG_ENTRIES = {"incident_id": pl.String, "entry_at": _TIME, "author": pl.String, "text": pl.String}
CRIMES = {
    "crime_id": pl.String,
    "force": pl.String,
    "incident_id": pl.String,
    "reported_at": _TIME,
    "recorded_at": _TIME,
    "occurred_from": _TIME,
    "occurred_to": _TIME,
    "ho_class": pl.String,
    "ho_code": pl.String,
    "title": pl.String,
    "victim_id": pl.String,
    "suspects": pl.Int64,
    "status": pl.String,
    "cancellation": pl.String,
    "outcome": pl.String,
    "outcome_at": _TIME,
    "domestic": pl.Boolean,
    "flags": pl.String,
    "unit": pl.String,
    "recorded_by": pl.String,
}
VICTIMS = {
    "victim_id": pl.String,
    "age": pl.Int64,
    "sex": pl.String,
    "ethnicity": pl.String,
    "vulnerable": pl.Boolean,
    "referred_at": _TIME,
    "safeguarded_at": _TIME,
}
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
    return pl.DataFrame(rows, schema=INCIDENTS, orient="row")


def log_entries_frame(filed: Sequence[Filed], told: Sequence[Telling | None]) -> pl.DataFrame:
    """Give the ``log_entries`` table: a row per entry, in order of time within an incident."""
    rows = [
        (one.report_id, entry.at, entry.author, entry.text)
        for one, log in zip(filed, told, strict=True)
        if log is not None
        for entry in log.entries
    ]
    return pl.DataFrame(rows, schema=LOG_ENTRIES, orient="row")


def crimes_frame(filed: Sequence[Filed], force: str) -> pl.DataFrame:
    """Give the ``crimes`` table: a row per crime recorded, in order of its number."""
    rows = [row for one in filed for row in _crimes(one, force)]
    return pl.DataFrame(rows, schema=CRIMES, orient="row").sort("crime_id")


def victims_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give the ``victims`` table: a row per victim of a recorded crime."""
    rows = [row for one in filed for row in _victims(one)]
    return pl.DataFrame(rows, schema=VICTIMS, orient="row")


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
        "Domestic" if event.domestic else None,
        log.closed_at,
        place.unit,
        event.reporter,
        event.domestic,
        one.secondary_to,
        log.closed_at if removed else None,
        closer if removed else None,
        place.easting,
        place.northing,
        place.area,
        "\n".join(f"{local_time(entry.at)} {entry.author}: {entry.text}" for entry in log.entries),
    )


def _crimes(one: Filed, force: str) -> Iterator[tuple[Any, ...]]:
    event = one.event
    for crime_id, crime in zip(one.crime_ids, one.recording.recorded, strict=True):
        due = event.dues[crime.due]
        right = crime.ho_class == due.ho_class
        occurred = event.received_at - timedelta(minutes=40)
        yield (
            crime_id,
            force,
            one.report_id if one.place else None,
            event.received_at,
            event.received_at + crime.recorded_after,
            occurred,
            event.received_at,
            crime.ho_class,
            due.ho_code if right else _usual_code(crime.ho_class),
            _title(crime.ho_class),
            None if due.victim is None else one.victim_ids[due.victim],
            1,
            "recorded",
            None,
            None,
            None,
            event.domestic,
            "DA" if event.domestic else None,
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
        person = victim.type == "person"
        young = person and victim.age < 18
        yield (
            one.victim_ids[index],
            victim.age if person else None,
            victim.sex if person else None,
            victim.ethnicity if person else None,
            (young or one.event.domestic) if person else None,
            one.event.received_at + timedelta(hours=20) if young else None,
            None,
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
    return next((code.ho_code for code in offence_codes() if code.class_code == ho_class and code.current), None)


@cache
def _title(ho_class: str) -> str:
    found = offence_class(ho_class)
    return found.title if found else ho_class
