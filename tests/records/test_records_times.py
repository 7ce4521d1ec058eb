"""When a report was received, whatever the clock on the wall said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from firstpoint.records import read_extract


def received(write, value, toml="", mapping=None):
    path = write("times.csv", f"incident_id,received_at\nI1,{value}\n")
    return read_extract(path, "incidents", mapping(toml) if mapping else None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-10T09:00:00", datetime(2026, 1, 10, 9, tzinfo=UTC)),
        ("2026-07-10 09:00", datetime(2026, 7, 10, 8, tzinfo=UTC)),
        ("2026-07-10T09:00:00Z", datetime(2026, 7, 10, 9, tzinfo=UTC)),
        ("2026-07-10T09:00:00+01:00", datetime(2026, 7, 10, 8, tzinfo=UTC)),
        ("2026-07-10T09:00:00.250000+0100", datetime(2026, 7, 10, 8, 0, 0, 250000, tzinfo=UTC)),
        ("2026-07-10", datetime(2026, 7, 9, 23, tzinfo=UTC)),
    ],
)
def test_local_time_becomes_utc(write, value, expected):
    extract = received(write, value)
    assert extract.frame["received_at"].to_list() == [expected]
    assert extract.faults == ()


def test_an_hour_that_stood_twice_is_read_as_the_earlier_with_a_warning(write):
    extract = received(write, "2026-10-25 01:30")
    assert extract.frame["received_at"].to_list() == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
    (fault,) = extract.faults
    assert (fault.severity, fault.row, fault.column) == ("warning", 2, "received_at")
    assert "stood twice" in fault.message
    assert "UTC" in fault.remedy


def test_an_hour_that_never_was_is_read_as_if_clocks_had_not_moved(write):
    extract = received(write, "2026-03-29 01:30")
    assert extract.frame["received_at"].to_list() == [datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]
    assert "skipped" in extract.faults[0].message


def test_an_offset_settles_the_hour_that_stood_twice(write):
    extract = received(write, "2026-10-25T01:30:00+00:00")
    assert extract.frame["received_at"].to_list() == [datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    assert extract.faults == ()


def test_the_mapping_says_where_the_clock_hangs(write, mapping):
    extract = received(write, "2026-07-10 09:00", '[incidents]\ntime_zone = "UTC"\n', mapping)
    assert extract.frame["received_at"].to_list() == [datetime(2026, 7, 10, 9, tzinfo=UTC)]


def test_date_and_time_in_two_columns_are_put_together(write, mapping):
    toml = """
[incidents.columns]
received_at = { date = "Day", time = "Clock", date_formats = ["%d/%m/%Y"], time_formats = ["%H%M"] }
"""
    path = write("two.csv", "incident_id,Day,Clock\nI1,10/07/2026,0915\nI2,10/07/2026,\nI3,99/07/2026,0915\n")
    extract = read_extract(path, "incidents", mapping(toml))
    assert extract.frame["received_at"].to_list() == [
        datetime(2026, 7, 10, 8, 15, tzinfo=UTC),
        datetime(2026, 7, 9, 23, tzinfo=UTC),
    ]
    assert extract.warnings.select("row", "column").rows() == [(3, "received_at")]
    assert "start of the day" in extract.warnings["reason"][0]
    assert extract.rejects.select("row", "column", "value").rows() == [(4, "received_at", "99/07/2026")]


def test_a_two_figure_year_is_not_the_year_twenty(write, mapping):
    extract = received(write, "05/07/20", '[incidents]\ntimes = ["%d/%m/%Y", "%d/%m/%y"]\n', mapping)
    assert extract.frame["received_at"].to_list() == [datetime(2020, 7, 4, 23, tzinfo=UTC)]
