"""Where the headings stand in a file that does not begin with them, and cells that reach over several."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records import read_extract

GROUPED = """[incidents.columns]
incident_id = "Incident Number"
received_at = "Incident Received"
closed_at = "Closure Time"
closing_code = "Closure Code"
"""


def warnings_of(extract) -> list[str]:
    return [fault.message for fault in extract.faults if fault.severity == "warning"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_title_above_the_headings_is_passed_over_with_a_word(write, delimiter):
    rows = "Nightly export, all divisions; (restricted)\n\nincident_id,received_at\nI1,2026-04-01\nI2,soon\n"
    content = (
        rows.replace("id,r", f"id{delimiter}r")
        .replace("1,2", f"1{delimiter}2")
        .replace("2,s", f"2{delimiter}s")
    )
    extract = read_extract(write("titled.csv", content), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1"]
    assert extract.rejects.select("row", "value").rows() == [(5, "soon")]
    assert any("found in row 3" in each for each in warnings_of(extract))


def test_headings_over_two_rows_are_put_together(write, mapping):
    content = "Incident,,Closure,\nNumber,Received,Time,Code\nI1,2026-04-01,2026-04-02,NFA\n"
    extract = read_extract(write("two.csv", content), "incidents", mapping(GROUPED))
    assert extract.frame.select("incident_id", "closing_code").rows() == [("I1", "NFA")]
    assert any("rows 1 and 2" in each for each in warnings_of(extract))
    told = mapping("[incidents]\nheading_row = 1\nheading_rows = 2\n" + GROUPED)
    assert warnings_of(read_extract(write("two.csv", content), "incidents", told)) == []


def test_a_group_above_headings_that_are_whole_by_themselves_is_passed_over(write):
    content = "Incident,,\nincident_id,received_at,text\nI1,2026-04-01,x\n"
    extract = read_extract(write("group.csv", content), "incidents")
    assert extract.frame["text"].to_list() == ["x"]


def test_headings_in_no_row_are_missed_in_the_first(write):
    with pytest.raises(BadMapping, match="nearest heading 'incident_ref'"):
        read_extract(write("a.csv", "incident_ref,received_at\nI1,2026-04-01\n"), "incidents")


def test_headings_that_stand_again_further_down_are_set_aside_and_named(write):
    head = "incident_id,received_at,text\n"
    extract = read_extract(write("again.csv", f"{head}I1,2026-04-01,x\n{head}I2,2026-04-01,y\n"), "incidents")
    assert extract.frame["incident_id"].to_list() == ["I1", "I2"]
    assert extract.rejects.select("row", "reason").rows() == [(3, "The row repeats the headings.")]
    assert extract.rows_read == 3


def test_another_mark_of_quotation_is_named_in_the_mapping(write, mapping):
    content = "incident_id;received_at;text\nI1;2026-04-01;'it''s; 5\" long'\n"
    extract = read_extract(write("q.csv", content), "incidents", mapping('[incidents]\nquote = "\'"\n'))
    assert extract.frame["text"].to_list() == ["it's; 5\" long"]


def merged(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page, plain = book.add_worksheet(), book.add_format()
        page.merge_range(0, 0, 0, 1, "Incident", plain)
        page.merge_range(0, 2, 0, 3, "Closure", plain)
        page.write_row(1, 0, ["Number", "Received", "Time", "Code"])
        page.merge_range(2, 1, 4, 1, "2026-04-01", plain)
        for row in (2, 3, 4):
            page.write(row, 0, f"I{row}")
            page.write(row, 3, "NFA")
    return path


def test_a_cell_merged_over_rows_stands_in_each_with_a_warning(tmp_path, mapping):
    extract = read_extract(merged(tmp_path / "merged.xlsx"), "incidents", mapping(GROUPED))
    assert extract.frame["incident_id"].to_list() == ["I2", "I3", "I4"]
    assert extract.warnings.select("row", "column").rows() == [
        (None, None),
        (4, "Incident Received"),
        (5, "Incident Received"),
    ]
    assert "merged with row 3" in extract.warnings["reason"][1]


@pytest.mark.parametrize(
    ("form", "value", "read"),
    [
        ("excel", "45000", "2023-03-15 00:00"),
        ("excel", "46113.395833333336", "2026-04-01 08:30"),
        ("excel-1904", "44651.395833333336", "2026-04-01 08:30"),
    ],
)
def test_days_as_a_spreadsheet_counts_them_are_read_where_the_mapping_says_so(
    write, mapping, form, value, read
):
    path = write("days.csv", f"incident_id,received_at\nI1,{value}\nI2,123456789\nI3,nan\n")
    extract = read_extract(path, "incidents", mapping(f'[incidents]\ntimes = ["{form}"]\n'))
    assert [str(each)[:16] for each in extract.frame["received_at"]] == [read]
    assert extract.rejects["row"].to_list() == [3, 4]


def test_a_date_typed_as_a_number_is_never_guessed(write):
    extract = read_extract(write("days.csv", "incident_id,received_at\nI1,45000\n"), "incidents")
    assert extract.rejects["value"].to_list() == ["45000"]


def test_an_old_workbook_is_read(tmp_path):
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    page = book.add_sheet("Export")
    for row, cells in enumerate(
        [["Export"], ["incident_id", "received_at", "text"], ["I1", "2026-04-01", "x"]]
    ):
        for column, cell in enumerate(cells):
            page.write(row, column, cell)
    book.save(str(tmp_path / "old.xls"))
    extract = read_extract(tmp_path / "old.xls", "incidents")
    assert extract.frame.select("incident_id", "text").rows() == [("I1", "x")]


def test_a_socket_given_as_a_file_is_named(tmp_path, monkeypatch):
    import socket

    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("s.csv")
        with pytest.raises(UnreadableFile, match="no file on a disk"):
            read_extract("s.csv", "incidents")
