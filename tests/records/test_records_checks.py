"""What only shows when the tables stand side by side, and the report of it."""

from __future__ import annotations

import json

import polars as pl
import pytest

from firstpoint.records import (
    check_extracts,
    link_by_reference,
    read_extract,
    with_text_of_entries,
    write_rejects,
)


@pytest.fixture
def both(incidents, write):
    crimes = write(
        "crimes.csv",
        "crime_id,incident_id,victim_id,occurred_from,occurred_to,reported_at,recorded_at,ho_class,status\n"
        "C1,I1,V1,2026-03-30,2026-03-31,2026-04-01,2026-04-02,8N,recorded\n"
        "C2,I9,V2,2026-03-30,2026-03-29,2026-04-01,2026-03-31,8N,recorded\n"
        "C3,,V9,2026-05-01,,2026-04-01,2026-04-02,8ZZ,cancelled\n",
    )
    victims = write("victims.csv", "victim_id,age\nV1,34\nV2,150\nV3,8\n")
    entries = write("log_entries.csv", "incident_id,entry_at,text\nI1,2026-04-01,x\nI7,2026-04-01,y\n")
    files = [(incidents, "incidents"), (crimes, "crimes"), (victims, "victims"), (entries, "log_entries")]
    return [read_extract(path, table) for path, table in files]


def rows_of(report, table, column, words):
    return [
        (fault.row, fault.rows)
        for fault in report.faults
        if (fault.table, fault.column) == (table, column) and words in fault.message
    ]


def test_a_crime_that_points_to_no_incident_is_listed_and_kept(both):
    report = check_extracts(both)
    assert rows_of(report, "crimes", "incident_id", "points to no incident") == [(3, 1)]
    fault = next(each for each in report.faults if "points to no incident" in each.message)
    assert (fault.severity, fault.value) == ("warning", "I9")
    assert "longer period" in fault.remedy
    assert both[1].frame["crime_id"].to_list() == ["C1", "C2", "C3"]
    links = link_by_reference(both[0].frame, both[1].frame)
    assert links.links.rows() == [("I1", "C1", 1.0, "reference")]
    assert links.direct["crime_id"].to_list() == ["C3"]
    assert links.dangling["crime_id"].to_list() == ["C2"]


def test_orphaned_entries_and_victims_are_listed(both):
    report = check_extracts(both)
    assert rows_of(report, "log_entries", "incident_id", "no incident") == [(3, 1)]
    assert rows_of(report, "victims", "victim_id", "no crime") == [(4, 1)]
    assert rows_of(report, "crimes", "victim_id", "no victim") == [(4, 1)]


def test_dates_out_of_order_are_listed(both):
    report = check_extracts(both)
    assert rows_of(report, "crimes", "occurred_to", "before occurred_from") == [(3, 1)]
    assert rows_of(report, "crimes", "recorded_at", "before reported_at") == [(3, 1)]
    assert rows_of(report, "crimes", "reported_at", "before occurred_from") == [(4, 1)]


def test_a_code_on_no_list_and_a_cancellation_without_ground_are_listed(both):
    report = check_extracts(both)
    assert rows_of(report, "crimes", "ho_class", "on no list") == [(4, 1)]
    assert rows_of(report, "crimes", "cancellation", "no ground") == [(4, 1)]


def test_an_impossible_age_is_left_empty_with_a_warning(both):
    assert both[2].frame["age"].to_list() == [34, None, 8]
    assert rows_of(check_extracts(both), "victims", "age", "not between 0 and 120") == [(3, 1)]


def test_the_same_incident_in_two_files_is_listed(incidents, write):
    again = write("later.csv", "incident_id,received_at\nI3,2026-04-05\nI8,2026-04-05\n")
    report = check_extracts([read_extract(incidents, "incidents"), read_extract(again, "incidents")])
    assert rows_of(report, "incidents", "incident_id", "stands in incidents.csv too") == [(2, 1)]


def test_the_report_says_what_became_of_every_row(both, write):
    report = check_extracts(
        [*both, read_extract(write("x.csv", "crime_id,recorded_at\nC7,soon\n,,\n"), "crimes")]
    )
    text = report.text()
    assert "3 rows read, 3 kept." in text
    assert "1 row read, 0 kept, 1 set aside (1 blank row passed over)." in text
    assert "SET ASIDE: crimes row 2 column recorded_at value 'soon'" in text
    assert "age 33%" in text
    assert text.endswith("1 row set aside.\n")
    assert report.rows_set_aside == 1


def test_the_report_is_plain_values_for_a_machine(both):
    report = check_extracts(both)
    back = json.loads(json.dumps(report.as_dict()))
    assert [each["table"] for each in back["summary"]] == ["incidents", "crimes", "victims", "log_entries"]
    assert len(back["faults"]) == len(report.faults) > 5


def test_clean_extracts_have_nothing_to_report(incidents, crimes):
    report = check_extracts([read_extract(incidents, "incidents"), read_extract(crimes, "crimes")])
    assert report.faults == ()
    assert report.text().endswith("No row was set aside.\n")


def test_rejects_are_written_with_file_row_reason_and_remedy(both, write, tmp_path):
    bad = read_extract(write("bad.csv", 'crime_id,recorded_at,title\nC7,soon,"a ""b"", c"\n'), "crimes")
    lines = write_rejects([*both, bad], tmp_path / "rejects.csv")
    back = pl.read_csv(tmp_path / "rejects.csv")
    assert back.height == lines == 2
    line = back.filter(severity="reject").row(0, named=True)
    assert (line["table"], line["file"], line["row"], line["column"], line["value"]) == (
        "crimes",
        "bad.csv",
        2,
        "recorded_at",
        "soon",
    )
    assert line["raw"] == 'C7,soon,"a ""b"", c"'
    assert line["reason"]
    assert line["remedy"]


def test_nothing_set_aside_still_writes_a_file_with_headings(incidents, tmp_path):
    assert write_rejects([read_extract(incidents, "incidents")], tmp_path / "rejects.csv") == 0
    assert (tmp_path / "rejects.csv").read_text().startswith("severity,table,file,row")


def test_an_incident_without_text_takes_that_of_its_entries_in_order_of_time(write):
    log = write(
        "i.csv", "incident_id,received_at,text\nI1,2026-04-01,\nI2,2026-04-01,own words\nI3,2026-04-01,\n"
    )
    rows = (
        "I1,2026-04-01T10:00:00Z,second\nI1,2026-04-01T09:00:00Z,first\nI2,2026-04-01,other\nI1,2026-04-02,\n"
    )
    entries = write("e.csv", "incident_id,entry_at,text\n" + rows)
    frame = with_text_of_entries(
        read_extract(log, "incidents").frame, read_extract(entries, "log_entries").frame
    )
    assert frame.select("incident_id", "text").rows() == [
        ("I1", "first\nsecond"),
        ("I2", "own words"),
        ("I3", None),
    ]
    assert frame.columns == read_extract(log, "incidents").frame.columns


def test_a_fault_names_its_file_and_two_files_of_a_table_keep_theirs_apart(write):
    first = read_extract(write("a.csv", "crime_id,recorded_at\nC1,soon\n"), "crimes")
    second = read_extract(write("b.csv", "crime_id,recorded_at\nC2,later\n"), "crimes")
    report = check_extracts([first, second])
    assert str(report.faults[0]).split(": ")[0].endswith("a.csv")
    assert report.text().count("SET ASIDE") == 2
