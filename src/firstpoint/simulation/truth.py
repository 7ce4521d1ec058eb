"""The truth as frames: what happened, what each report should have become, and what was wrong with the
records.

Nothing that screens, counts or audits reads these; they are for those who want to know how well it does so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import polars as pl

from firstpoint.simulation.events import Due, report_of
from firstpoint.simulation.filing import Filed
from firstpoint.simulation.recording import Recorded
from firstpoint.simulation.tables import Row, frame_of

_LIMIT_SECONDS = 24 * 3600

TRUTH_INCIDENTS: dict[str, Any] = {
    "incident_id": pl.String,
    "kind": pl.String,
    "scenario": pl.String,
    "opening_code": pl.String,
    "stratum": pl.String,
    "unit": pl.String,
    "should_record": pl.Int64,
    "recorded": pl.Int64,
    "over_recorded": pl.Int64,
    "reported_incident": pl.String,
    "repeat_of": pl.String,
    "secondary_to": pl.String,
    "domestic": pl.Boolean,
    "facts": pl.String,
}
TRUTH_CRIMES: dict[str, Any] = {
    "due_id": pl.String,
    "incident_id": pl.String,
    "kind": pl.String,
    "ho_class": pl.String,
    "victim_id": pl.String,
    "victim_sex": pl.String,
    "victim_age": pl.Int64,
    "crime_id": pl.String,
    "recorded_class": pl.String,
    "filed_under": pl.String,
    "cancellation": pl.String,
    "error": pl.String,
}
TRUTH_ERRORS: dict[str, Any] = {
    "incident_id": pl.String,
    "due_id": pl.String,
    "crime_id": pl.String,
    "error": pl.String,
}


def truth_incidents_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give the truth of each report: what should have been recorded, what was, and its facts as JSON."""
    encode = msgspec.json.Encoder().encode
    rows = [
        (
            one.report_id,
            "incident" if one.place else "direct crime",
            one.event.scenario.id,
            one.event.opening_code if one.place else None,
            one.stratum,
            one.unit,
            len(one.event.dues),
            sum(crime.due is not None for crime in one.recording.recorded),
            sum(crime.due is None for crime in one.recording.recorded),
            one.event.scenario.reported or None,
            one.repeat_of,
            one.secondary_to,
            one.event.domestic,
            encode(report_of(one.event, one.report_id)).decode(),
        )
        for one in filed
    ]
    return frame_of(tuple(TRUTH_INCIDENTS), TRUTH_INCIDENTS, rows)


def truth_crimes_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give a row per crime due, with the crime that records it, if any, and what was wrong with it."""
    rows = [row for one in filed for row in _crimes(one)]
    return frame_of(tuple(TRUTH_CRIMES), TRUTH_CRIMES, rows)


def truth_errors_frame(filed: Sequence[Filed]) -> pl.DataFrame:
    """Give a row per error: why a crime due was missed, what is wrong with a record, or that none was due."""
    rows = [row for one in filed for row in _errors(one)]
    return frame_of(tuple(TRUTH_ERRORS), TRUTH_ERRORS, rows)


def due_id(report_id: str, number: int) -> str:
    """Give the reference of a crime due, from its report and its place in it."""
    return f"{report_id}#{number + 1}"


def _held(one: Filed) -> dict[int, tuple[str, Recorded]]:
    """Give the record of each crime due that has one, by the place of the due."""
    return {
        crime.due: (crime_id, crime)
        for crime_id, crime in zip(one.crime_ids, one.recording.recorded, strict=True)
        if crime.due is not None
    }


def _crimes(one: Filed) -> Iterator[Row]:
    held = _held(one)
    for number, due in enumerate(one.event.dues):
        victim = None if due.victim is None else one.event.victims[due.victim]
        person = victim if victim is not None and victim.type == "person" else None
        crime_id, crime = held.get(number, (None, None))
        yield (
            due_id(one.report_id, number),
            one.report_id,
            due.kind,
            due.ho_class,
            None if due.victim is None else one.victim_ids[due.victim],
            person.sex if person else None,
            person.age if person else None,
            crime_id,
            crime.ho_class if crime else None,
            one.filed_under if crime else None,
            (crime.cancellation or None) if crime else None,
            _error(due, crime, missed_all=not held),
        )


def _error(due: Due, crime: Recorded | None, *, missed_all: bool) -> str:
    """Give the one error of a crime due: missed before wrong class, wrong class before late."""
    if crime is None:
        return "not_recorded" if missed_all else "fewer_than_required"
    if crime.ho_class != due.ho_class:
        return "wrong_class"
    if crime.wrongly:
        return "wrongly_cancelled"
    return "late" if _late(crime) else "none"


def _errors(one: Filed) -> Iterator[Row]:
    held = _held(one)
    for number, due in enumerate(one.event.dues):
        reference = due_id(one.report_id, number)
        crime_id, crime = held.get(number, (None, None))
        if crime is None:
            yield (one.report_id, reference, None, one.recording.missed_kind)
            continue
        if crime.ho_class != due.ho_class:
            yield (one.report_id, reference, crime_id, "wrong_class")
        if _late(crime):
            yield (one.report_id, reference, crime_id, "late")
        if crime.wrongly:
            yield (one.report_id, reference, crime_id, "wrongly_cancelled")
    for crime_id, crime in zip(one.crime_ids, one.recording.recorded, strict=True):
        if crime.due is None:
            yield (one.report_id, None, crime_id, "recorded_twice" if one.repeat_of else "over_recorded")


def _late(crime: Recorded) -> bool:
    return crime.recorded_after.total_seconds() > _LIMIT_SECONDS
