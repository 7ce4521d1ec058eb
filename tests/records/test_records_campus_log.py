"""A real log, read whole: every row is accounted for and the reused numbers are told apart."""

from __future__ import annotations

import polars as pl
import pytest

from firstpoint.records import (
    Extract,
    crimes_from_closing_codes,
    link_by_reference,
    read_extract,
    ready_mapping,
)

pytestmark = pytest.mark.shared


@pytest.fixture
def log(campus_log) -> Extract:
    return read_extract(campus_log, "incidents", ready_mapping("us_campus_log"))


def test_every_row_of_the_log_is_accounted_for(log):
    assert log.rows_read == 2_132
    assert log.frame.height + log.rejected_rows + log.identical_rows + log.joined_rows == log.rows_read
    assert (log.frame.height, log.rejected_rows, log.joined_rows) == (2_124, 0, 8)


def test_of_thirty_numbers_that_stand_twice_eight_rows_are_updates_and_the_rest_other_events(log):
    assert log.frame["incident_id"].is_duplicated().any() is False
    assert log.frame["incident_id"].str.ends_with("/2").sum() == 23
    assert log.frame["incident_id"].str.ends_with("/3").sum() == 0


def test_both_date_formats_are_read(log):
    assert log.frame["received_at"].null_count() == 0
    assert log.frame["received_at"].dt.year().unique().to_list() == [2020]
    assert set(log.frame["received_at"].dt.month()) == {2, 3, 4, 5}


def test_a_time_of_day_that_cannot_be_read_is_a_warning_and_keeps_the_row(log):
    untimed = log.warnings.filter(column="received_at")
    assert untimed.height == 14
    assert set(untimed["value"].drop_nulls()) >= {"2:!3"}


def test_a_report_taken_is_a_crime_recorded_whose_class_is_not_known(log):
    mapping = ready_mapping("us_campus_log")
    crimes = crimes_from_closing_codes(log.frame, mapping)
    assert crimes.height == log.frame["closing_code"].is_in(list(mapping.closing_codes)).sum() > 200
    assert crimes["ho_class"].null_count() == crimes.height
    assert set(crimes["status"]) == {"recorded"}
    links = link_by_reference(log.frame, crimes)
    assert links.links.height == crimes.height
    assert links.direct.is_empty()
    assert links.dangling.is_empty()


def test_a_report_by_hospital_guards_is_no_police_record(log):
    crimes = crimes_from_closing_codes(log.frame, ready_mapping("us_campus_log"))
    guards = log.frame.filter(pl.col("closing_code").str.starts_with("Hospital Security"))
    assert guards.height > 50
    assert not set(guards["incident_id"]) & set(crimes["incident_id"])


def test_every_code_the_mapping_names_is_in_the_log(log):
    mapping = ready_mapping("us_campus_log")
    there = set(log.frame["opening_code"]) | set(log.frame["qualifiers"].explode())
    assert set(mapping.opening_codes) <= there
    assert set(mapping.closing_codes) <= set(log.frame["closing_code"])
