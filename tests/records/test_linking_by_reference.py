"""Crimes that name their incident: as written, written differently, or with a slip."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.records.linking.references import one_slip, same_reference

NOON = datetime(2026, 5, 7, 12, tzinfo=UTC)
INCIDENTS = {"incident_id": pl.String, "received_at": pl.Datetime("us", "UTC")}
CRIMES = {
    "crime_id": pl.String,
    "incident_id": pl.String,
    "reported_at": pl.Datetime("us", "UTC"),
    "recorded_at": pl.Datetime("us", "UTC"),
}


def incidents(*rows):
    return pl.DataFrame(
        [(name, NOON + timedelta(minutes=at)) for name, at in rows], schema=INCIDENTS, orient="row"
    )


def crime(reference, minutes=0.0):
    at = NOON + timedelta(minutes=minutes)
    return pl.DataFrame([("C1", reference, at, at)], schema=CRIMES, orient="row")


def found(held, named):
    return [(row["incident_id"], row["how"], row["sure"]) for row in same_reference(held, named).to_dicts()]


@pytest.mark.parametrize(
    "written",
    ["Log 412 of 7/5/2026", "0412-07/05/2026", "412 07 05 2026", "LOG NO 0412 OF 07.05.2026", "041207052026"],
)
def test_a_reference_written_differently_is_the_same_reference(written):
    held = incidents(("0412 of 07/05/2026", 0), ("0413 of 07/05/2026", 0))
    assert found(held, crime(written)) == [("0412 of 07/05/2026", "formatting", True)]


def test_parts_are_kept_apart_so_that_12_3_is_not_1_23():
    held = incidents(("12-3", 0), ("1-23", 0))
    assert found(held, crime("12/3")) == [("12-3", "formatting", True)]


def test_a_writing_that_two_incidents_share_is_for_review():
    held = incidents(("A-7", 0), ("A 07", 0))
    assert found(held, crime("a/7")) == [("A 07", "formatting", False), ("A-7", "formatting", False)]


def test_a_slip_is_believed_where_one_incident_alone_was_reported_within_minutes():
    held = incidents(("20260507-0412", 0), ("20260507-0413", 300))
    assert found(held, crime("20260507-0492", minutes=4)) == [("20260507-0412", "slip", True)]


def test_a_slip_with_two_incidents_within_minutes_is_for_review():
    held = incidents(("20260507-0412", 0), ("20260507-0413", 3))
    named = crime("20260507-041")
    assert found(held, named) == [("20260507-0412", "slip", False), ("20260507-0413", "slip", False)]


def test_a_slip_is_nothing_where_the_report_was_on_another_day():
    held = incidents(("20260507-0412", 0))
    assert found(held, crime("20260507-0492", minutes=3 * 24 * 60)) == []


def test_short_references_are_never_mended():
    assert found(incidents(("412", 0)), crime("413")) == []


@given(st.text("0123456789AB", min_size=3, max_size=12), st.data())
def test_a_slip_is_one_either_way_round_and_never_none(word, data):
    place = data.draw(st.integers(0, len(word) - 1))
    sign = data.draw(st.sampled_from("0123456789AB"))
    kind = data.draw(st.sampled_from(["change", "drop", "add", "swap"]))
    other = {
        "change": word[:place] + sign + word[place + 1 :],
        "drop": word[:place] + word[place + 1 :],
        "add": word[:place] + sign + word[place:],
        "swap": word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
    }[kind]
    assert one_slip(word, other) == one_slip(other, word) == (word != other)


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 6))
def test_two_slips_are_not_one(word, place):
    changed = "".join(str((int(sign) + 5) % 10) if at in (place, 7) else sign for at, sign in enumerate(word))
    swapped = place == 6 and changed[6:] == word[6:][::-1]
    assert swapped or not one_slip(word, changed)


@settings(deadline=None, max_examples=15)
@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(order):
    held = incidents(*((f"20260507-04{number}0", 3 * number) for number in range(6)))
    named = pl.concat(
        [
            crime(f"20260507 04{number}0", 3 * number).with_columns(crime_id=pl.lit(f"C{number}"))
            for number in range(6)
        ]
    )
    assert same_reference(held[list(order)], named[list(order)]).equals(same_reference(held, named))
