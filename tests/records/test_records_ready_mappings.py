"""Each ready mapping on its made-up sample: canonical tables, and no row set aside but those planted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from firstpoint.records import (
    TABLES,
    link_by_reference,
    read_extract,
    ready_mapping,
    ready_mappings,
    with_text_of_entries,
)

EXPORTS = Path(__file__).resolve().parents[2] / "docs/examples/exports"

PLANTED = [
    ("control_room_entries", "incidents", 7, 3, [(8, "received_at", "31/02/2026 09:30:00")]),
    ("control_room_entries", "log_entries", 7, 7, []),
    ("incident_per_row", "incidents", 6, 5, [(6, "received_at", "06/24/2026")]),
    ("crime_per_row", "crimes", 4, 3, [(5, "recorded_at", "6 June 2026")]),
    ("victim_per_row", "victims", 6, 4, [(6, "victim_id", None)]),
    ("victim_per_row", "crimes", 6, 6, []),
    ("secondary_incidents", "incidents", 4, 3, [(6, "incident_id", None)]),
    ("online_report_pole", "incidents", 4, 3, [(5, "received_at", "05-06-2026")]),
    ("online_report_pole", "crimes", 4, 3, [(5, "reported_at", "05-06-2026")]),
]  # fmt: skip


def sample(name: str, table: str):
    return read_extract(EXPORTS / f"{name}.csv", table, ready_mapping(name))


@pytest.mark.parametrize(("name", "table", "read", "kept", "rejects"), PLANTED)
def test_a_sample_becomes_canonical_rows_and_loses_only_what_was_planted(name, table, read, kept, rejects):
    extract = sample(name, table)
    assert extract.frame.schema == TABLES[table].schema()
    assert (extract.rows_read, extract.rows_kept) == (read, kept)
    assert extract.rejects.select("row", "column", "value").rows() == rejects


def test_every_ready_mapping_of_an_export_has_its_sample():
    exports = {path.stem for path in EXPORTS.glob("*.csv")}
    assert exports == set(ready_mappings()) - {"canonical", "us_campus_log"}
    assert exports == {name for name, *_ in PLANTED}


def test_entries_of_a_log_are_the_text_of_their_incident_without_a_warning():
    incidents = sample("control_room_entries", "incidents")
    assert incidents.joined_rows == 3
    assert incidents.warnings.is_empty()
    first = incidents.frame.row(0, named=True)
    assert first["text"].splitlines()[-1] == "Crime recorded. Close."
    assert first["received_at"] == datetime(2026, 6, 23, 7, 12, 4, tzinfo=UTC)
    entries = sample("control_room_entries", "log_entries")
    bare = incidents.frame.with_columns(text=None).cast({"text": TABLES["incidents"].schema()["text"]})
    assert with_text_of_entries(bare, entries.frame)["text"].to_list() == incidents.frame["text"].to_list()


def test_crimes_of_one_export_are_linked_to_incidents_of_another():
    incidents, crimes = sample("incident_per_row", "incidents"), sample("crime_per_row", "crimes")
    links = link_by_reference(incidents.frame, crimes.frame)
    assert links.links.height == 2
    assert crimes.frame["cancellation"].to_list() == [None, None, "C2"]
    assert crimes.frame["flags"].to_list() == [["alcohol", "licensed premises"], None, ["domestic abuse"]]


def test_a_secondary_incident_names_the_one_it_came_from():
    secondary = sample("secondary_incidents", "incidents").frame
    assert secondary["secondary_to"].to_list() == ["1203 of 24/06/2026", None, "1203 of 24/06/2026"]
    assert set(secondary["reporter_role"]) == {"professional"}
    known = set(sample("incident_per_row", "incidents").frame["incident_id"])
    assert set(secondary["secondary_to"].drop_nulls()) <= known


def test_a_person_harmed_twice_stands_once_among_the_victims_with_a_lawful_reason():
    victims = sample("victim_per_row", "victims")
    assert victims.identical_rows == 1
    asked = victims.frame.select("victim_id", "age", "age_absent", "ethnicity_absent").rows()
    assert asked == [
        ("V-88001", 34.0, None, None),
        ("V-88002", 51.0, None, "refused"),
        ("V-88003", None, "not asked", "not asked"),
        ("V-88007", None, None, None),
    ]


def test_an_online_report_carries_its_own_words_and_nobodys_name():
    extract = sample("online_report_pole", "incidents")
    assert extract.frame["channel"].unique().to_list() == ["online"]
    assert "lock was cut" in extract.frame["text"][0]
    assert {"Given Name", "Surname"} <= set(extract.unused_headings)
    flags = sample("online_report_pole", "crimes").frame["flags"].to_list()
    assert flags == [None, ["Race"], None]
