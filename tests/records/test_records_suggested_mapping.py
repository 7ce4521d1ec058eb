"""A mapping proposed from headings and values: right where it can be, and asking where it cannot."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstpoint.cli import main
from firstpoint.errors import UnreadableFile
from firstpoint.records import read_extract, read_mapping, ready_mapping, suggest_mapping

EXPORTS = Path(__file__).resolve().parents[2] / "docs/examples/exports"
SAMPLES = [
    ("control_room_entries", "incidents"),
    ("control_room_entries", "log_entries"),
    ("incident_per_row", "incidents"),
    ("crime_per_row", "crimes"),
    ("victim_per_row", "victims"),
    ("victim_per_row", "crimes"),
    ("secondary_incidents", "incidents"),
    ("online_report_pole", "incidents"),
    ("online_report_pole", "crimes"),
]


def saved(suggestion, folder: Path):
    path = folder / "suggested.toml"
    path.write_text(suggestion.toml, "utf-8")
    return read_mapping(path)


@cache
def suggested(name: str, table: str):
    return suggest_mapping(EXPORTS / f"{name}.csv", table)


def test_nine_columns_in_ten_of_the_samples_are_found_as_their_mappings_have_them():
    right, wanted = 0, 0
    for name, table in SAMPLES:
        found = {each.column: each for each in suggested(name, table).proposals}
        for column, source in ready_mapping(name).tables[table].columns.items():
            if source.needs:
                wanted += 1
                have = found.get(column)
                right += have is not None and {*have.headings, have.time} - {""} == set(source.needs)
    assert wanted > 90
    assert right / wanted >= 0.9


@pytest.mark.parametrize(("name", "table"), [each for each in SAMPLES if each[0] != "online_report_pole"])
def test_what_is_proposed_is_used_as_it_stands_and_loses_no_more_rows(tmp_path, name, table):
    path = EXPORTS / f"{name}.csv"
    proposed = read_extract(path, table, saved(suggested(name, table), tmp_path))
    ready = read_extract(path, table, ready_mapping(name))
    entries_without_an_answer = 3 if (name, table) == ("control_room_entries", "incidents") else 0
    assert proposed.rejected_rows == ready.rejected_rows + entries_without_an_answer
    assert proposed.frame[
        "incident_id" if "incident_id" in proposed.frame.columns else "victim_id"
    ].to_list() == (
        ready.frame["incident_id" if "incident_id" in ready.frame.columns else "victim_id"].to_list()
    )


def test_the_table_is_told_by_the_headings():
    assert suggest_mapping(EXPORTS / "crime_per_row.csv").table == "crimes"
    assert suggest_mapping(EXPORTS / "secondary_incidents.csv").table == "incidents"
    assert suggest_mapping(EXPORTS / "victim_per_row.csv").table == "victims"


def test_a_day_above_twelve_settles_which_number_is_the_day(write):
    rows = "I1,03/04/2026 09:00\nI2,25/12/2026 10:00\n"
    toml = suggest_mapping(write("incidents.csv", "Log No,Received\n" + rows)).toml
    assert 'received_at = { from = "Received", formats = ["%d/%m/%Y %H:%M"] }  # 100% fit' in toml
    assert "ASK" not in toml


def test_days_that_fit_both_ways_are_asked_about_and_never_chosen(write, tmp_path):
    path = write("incidents.csv", "Log No,Received\nI1,03/04/2026\nI2,05/06/2026\n")
    suggestion = suggest_mapping(path)
    assert (
        "ASK: Every value of 'Received' can be read with the day first and with the month first"
        in suggestion.toml
    )
    assert '# received_at = { from = "Received", formats = ["%d/%m/%Y"] }' in suggestion.toml
    assert '# received_at = { from = "Received", formats = ["%m/%d/%Y"] }' in suggestion.toml
    assert read_extract(path, "incidents", saved(suggestion, tmp_path)).rejected_rows == 2


def test_two_ways_of_writing_a_day_in_one_column_are_named(write):
    rows = "".join(f"I{n},{n + 12}/04/2026\n" for n in range(1, 9)) + "I9,04/25/2026\n"
    (received,) = [
        each for each in suggest_mapping(write("a.csv", "Log No,Received\n" + rows)).proposals
        if each.column == "received_at"
    ]  # fmt: skip
    assert received.formats == ("%d/%m/%Y",)
    assert "1 values of 'Received' can only be read the other way round" in received.asks[0]
    assert received.fits == pytest.approx(8 / 9)


def test_days_counted_by_a_spreadsheet_are_proposed_with_a_question(write, tmp_path):
    path = write("incidents.csv", "Log No,Received\nI1,46113.5\nI2,46114.25\n")
    suggestion = suggest_mapping(path)
    assert "ASK: Are the numbers under 'Received' days" in suggestion.toml
    assert read_extract(path, "incidents", saved(suggestion, tmp_path)).rows_kept == 2


def test_a_title_and_headings_over_two_rows_are_seen_through(write):
    titled = write(
        "a.csv", "Export of the night\nLog Number,Date Received,Remarks\nI1,2026-04-01,some words here\n"
    )
    assert "heading_row = 2" in suggest_mapping(titled, "incidents").toml
    two = write("b.csv", "Incident,,Removed,\nNumber,Date,Date,By\nI1,2026-04-01,2026-04-02,A7\n")
    assert "heading_rows = 2" in suggest_mapping(two, "incidents").toml


def test_words_for_nothing_known_and_codes_that_tell_their_meaning_are_proposed(write):
    rows = "C1,2026-04-01,Live,N/K\nC2,2026-04-01,No crime,18\nC3,2026-04-01,Sleeping,2\n"
    suggestion = suggest_mapping(
        write("a.csv", "Crime No,Date Recorded,Crime Status,Outcome\n" + rows), "crimes"
    )
    assert 'codes = { "Live" = "recorded", "No crime" = "cancelled" }' in suggestion.toml
    assert "What do these values mean: 'Sleeping'?" in suggestion.toml
    assert 'unknown = ["N/K"]' in suggestion.toml


def test_what_is_left_open_is_said(write):
    suggestion = suggest_mapping(write("a.csv", "Log No,Shoe size\nI1,44\n"), "incidents")
    assert suggestion.missing == ("received_at",)
    assert "# NEEDED: no heading looks like received_at" in suggestion.toml
    assert suggestion.unused == ("Shoe size",)


def test_repeated_keys_are_asked_about():
    toml = suggest_mapping(EXPORTS / "control_room_entries.csv", "incidents").toml
    assert "ASK: 3 of 7 rows repeat 'Log Number'" in toml
    assert '# treat = "entries"' in toml


def test_no_words_of_a_log_stand_in_what_is_proposed():
    for name, table in SAMPLES:
        toml = suggested(name, table).toml
        words = ("partner", "Bicycle", "bruise", "hedge")
        assert not [word for word in words if re.search(rf"\b{word}\b", toml)]


def test_a_file_that_cannot_be_read_has_no_mapping(write):
    with pytest.raises(UnreadableFile):
        suggest_mapping(write("not.xlsx", "x"))


def test_the_command_prints_what_can_be_saved_and_used(tmp_path):
    path = EXPORTS / "incident_per_row.csv"
    printed = CliRunner().invoke(main, ["check", str(path), "--suggest-mapping"])
    assert printed.exit_code == 0
    (tmp_path / "m.toml").write_text(printed.stdout, "utf-8")
    checked = CliRunner().invoke(
        main, ["check", str(path), "--table", "incidents", "--mapping", str(tmp_path / "m.toml")]
    )
    assert checked.exit_code == 3
    assert "6 rows read, 5 kept, 1 set aside" in checked.output
    two = CliRunner().invoke(main, ["check", str(path), str(path), "--suggest-mapping"])
    assert two.exit_code == 2


NAMES = st.lists(
    st.text(min_size=1, max_size=12).map(str.strip).filter(bool), min_size=1, max_size=4, unique=True
)
VALUES = st.one_of(
    st.sampled_from(["", "03/04/2026", "25/12/2026 10:00", "Y", "1", "N/A", "Live", "09:15", "2026-04-01"]),
    st.text(),
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(NAMES, st.lists(st.lists(VALUES, min_size=4, max_size=4), max_size=4), st.booleans())
def test_whatever_stands_in_a_file_what_is_proposed_is_a_mapping(names, rows, usual):
    import csv

    from firstpoint.errors import InputError

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.csv"
        with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
            writer = csv.writer(file)
            writer.writerow(["Log No", "Received", *names] if usual else names)
            writer.writerows(rows)
        try:
            suggestion = suggest_mapping(path)
        except InputError:
            return
        assert saved(suggestion, Path(folder)).tables[suggestion.table] is not None
