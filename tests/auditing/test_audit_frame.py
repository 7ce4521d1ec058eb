"""Which reports an audit may draw from, and what is left out and why."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import polars as pl
import pytest

from firstpoint.auditing import build_frame, frame_report, frame_sha256
from firstpoint.errors import InputError

STRATA = {"VIOL": "violence", "RAPE": "sexual", "THEFT": "other"}
JUNE = (date(2026, 6, 1), date(2026, 6, 30))
TIME = pl.Datetime("us", "UTC")


def incidents(*rows: tuple[str, str | None, datetime]) -> pl.DataFrame:
    schema = {"incident_id": pl.String, "opening_code": pl.String, "received_at": TIME}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def crimes(*rows: tuple[str, str | None, str | None, datetime, str]) -> pl.DataFrame:
    schema = {
        "crime_id": pl.String,
        "incident_id": pl.String,
        "ho_class": pl.String,
        "reported_at": TIME,
        "status": pl.String,
    }
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def noon(day: int, month: int = 6) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


SOME_INCIDENTS = incidents(
    ("I1", "VIOL", noon(1)),
    ("I2", "RAPE", noon(2)),
    ("I3", "PARKING", noon(3)),
    ("I4", None, noon(4)),
    ("I5", "THEFT", noon(5, month=7)),
)
SOME_CRIMES = crimes(
    ("C1", "I1", "8N", noon(1), "recorded"),
    ("C2", None, "8N", noon(6), "recorded"),
    ("C3", None, "19C", noon(7), "cancelled"),
    ("C4", None, None, noon(8), "recorded"),
    ("C5", None, "not a class", noon(9), "recorded"),
    ("C6", None, "8N", noon(9), "transferred"),
    ("C7", "I999", "8N", noon(9), "recorded"),
    ("C8", None, "8N", noon(9, month=8), "recorded"),
)


def test_a_frame_holds_incidents_that_suggest_crime_and_crimes_recorded_directly() -> None:
    frame = build_frame(SOME_INCIDENTS, SOME_CRIMES, STRATA, *JUNE)
    assert frame.rows() == [
        ("sexual", "C3", "direct crime"),
        ("sexual", "I2", "incident"),
        ("violence", "C2", "direct crime"),
        ("violence", "I1", "incident"),
    ]


def test_what_was_left_out_is_counted_with_its_reason() -> None:
    report = frame_report(SOME_INCIDENTS, SOME_CRIMES, STRATA, *JUNE)
    assert report.strata == {"violence": (1, 1), "sexual": (1, 1)}
    assert report.left_out == {
        "crime names an incident that is not in the extract": 1,
        "crime recorded directly has a class that is not in the list": 1,
        "crime recorded directly has no offence class": 1,
        "crime recorded directly was transferred to another force": 1,
        "incident has no opening code": 1,
        "opening code does not suggest crime": 1,
    }
    assert report.outside_window == 2
    assert "1 June 2026 to 30 June 2026" in report.text()
    assert "opening code does not suggest crime" in report.text()


def test_fraud_is_left_out_and_counted() -> None:
    from firstpoint.vocabulary import offence_classes

    fraud = next(code for code, one in offence_classes().items() if one.audit_stratum == "excluded")
    extra = crimes(("C9", None, fraud, noon(9), "recorded"))
    report = frame_report(SOME_INCIDENTS, extra, STRATA, *JUNE)
    assert report.left_out["fraud and other classes that recording rates leave out"] == 1
    assert build_frame(SOME_INCIDENTS, extra, STRATA, *JUNE).height == 2


def test_a_call_just_after_midnight_in_london_belongs_to_the_new_day() -> None:
    # 23:30 UTC on 31 May is 00:30 on 1 June in London
    late = incidents(("I1", "VIOL", datetime(2026, 5, 31, 23, 30, tzinfo=UTC)))
    assert build_frame(late, crimes(), STRATA, *JUNE).height == 1


def test_an_incident_twice_in_the_frame_is_turned_away() -> None:
    twice = incidents(("I1", "VIOL", noon(1)), ("I1", "VIOL", noon(2)))
    with pytest.raises(InputError, match="I1"):
        build_frame(twice, crimes(), STRATA, *JUNE)


def test_a_direct_crime_with_the_reference_of_an_incident_is_turned_away() -> None:
    with pytest.raises(InputError, match="I1"):
        build_frame(
            incidents(("I1", "VIOL", noon(1))), crimes(("I1", None, "8N", noon(1), "recorded")), STRATA, *JUNE
        )


def test_a_window_that_ends_before_it_starts_is_turned_away() -> None:
    with pytest.raises(InputError, match="before it starts"):
        build_frame(SOME_INCIDENTS, SOME_CRIMES, STRATA, JUNE[1], JUNE[0])


def test_the_fingerprint_does_not_depend_on_the_order_of_rows() -> None:
    frame = build_frame(SOME_INCIDENTS, SOME_CRIMES, STRATA, *JUNE)
    assert frame_sha256(frame.reverse()) == frame_sha256(frame)
    assert frame_sha256(frame[1:]) != frame_sha256(frame)


def test_the_fingerprint_can_be_made_by_hand() -> None:
    frame = pl.DataFrame({"stratum": ["other", "violence"], "incident_id": ["B", "A"]})
    by_hand = hashlib.sha256(b"A\tviolence\nB\tother\n").hexdigest()
    assert frame_sha256(frame) == by_hand
