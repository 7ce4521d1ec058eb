"""One number on several rows: a copy, a later version, or another event."""

from __future__ import annotations

from firstpoint.records import read_extract

VERSIONS = '[incidents.repeats]\ntreat = "versions"\n'
EVENTS = """
[incidents.repeats]
treat = "versions"
keys = "^C-"
event_at = { date = "Day", time = "Clock", date_formats = ["%d/%m/%y", "%d/%m/%Y"], first_before = " - " }
"""

LOG = """incident_id,received_at,opening_code,closing_code,qualifiers,text,Day,Clock
C-1,2026-04-01T12:00:00Z,DISTURBANCE,REPORT,B,He hit a nurse,1/4/2026,09:00 - 10:00
C-1,2026-04-01T09:00:00Z,BATTERY,ADVICE,A,Nurse hit,01/04/26,09:00
C-1,2026-04-03T09:00:00Z,THEFT,,,Bag gone,02/04/26,09:00
D-2,2026-04-01T09:00:00Z,NOISE,,,Music,01/04/26,09:00
D-2,2026-04-01T09:00:00Z,PARKING,,,A car,01/04/26,09:00
"""


def test_versions_of_one_case_are_joined_and_nothing_is_lost(write, mapping):
    extract = read_extract(write("log.csv", LOG), "incidents", mapping(EVENTS))
    case = extract.frame.filter(incident_id="C-1").row(0, named=True)
    assert case["text"] == "Nurse hit\nHe hit a nurse"
    assert case["received_at"].hour == 9
    assert (case["opening_code"], case["closing_code"]) == ("BATTERY", "REPORT")
    assert set(case["qualifiers"]) == {"A", "B", "DISTURBANCE", "ADVICE"}
    assert extract.joined_rows == 1
    assert extract.rows_read == extract.frame.height + extract.joined_rows == 5


def test_a_number_used_for_another_event_keeps_both_and_warns(write, mapping):
    extract = read_extract(write("log.csv", LOG), "incidents", mapping(EVENTS))
    assert extract.frame["incident_id"].to_list() == ["C-1", "C-1/2", "D-2", "D-2/2"]
    again = next(fault for fault in extract.faults if "used before" in fault.message)
    assert (again.severity, again.row, again.rows) == ("warning", 4, 2)


def test_without_an_event_time_every_later_row_is_a_version(write, mapping):
    extract = read_extract(write("log.csv", LOG), "incidents", mapping(VERSIONS))
    assert extract.frame["incident_id"].to_list() == ["C-1", "D-2"]
    assert extract.joined_rows == 3
    assert extract.frame["text"][0] == "Nurse hit\nHe hit a nurse\nBag gone"


def test_a_row_that_could_not_be_read_takes_no_key(write):
    rows = "I1,soon,first\nI1,2026-04-01,second\n"
    extract = read_extract(write("log.csv", "incident_id,received_at,text\n" + rows), "incidents")
    assert extract.frame["text"].to_list() == ["second"]
    assert extract.rejects["row"].to_list() == [2]


def test_entries_of_a_log_may_repeat_an_incident_but_not_themselves(write):
    rows = "I1,2026-04-01T09:00:00Z,a\nI1,2026-04-01T09:00:00Z,b\nI1,2026-04-01T09:00:00Z,a\n"
    extract = read_extract(write("entries.csv", "incident_id,entry_at,text\n" + rows), "log_entries")
    assert extract.frame["text"].to_list() == ["a", "b"]
    assert extract.identical_rows == 1


def test_a_mark_for_another_event_never_meets_a_number_of_the_source(write, mapping):
    rows = "".join(f"{key},2026-04-01,{text}\n" for key, text in [("D1", "a"), ("D1", "b"), ("D1/2", "c")])
    toml = '[incidents.repeats]\ntreat = "versions"\nkeys = "^none"\n'
    extract = read_extract(
        write("log.csv", "incident_id,received_at,text\n" + rows), "incidents", mapping(toml)
    )
    assert extract.frame["incident_id"].to_list() == ["D1", "D1//2", "D1/2"]
    assert extract.joined_rows == 0
