"""Extracts that come as spreadsheets."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from firstpoint.errors import BadMapping, UnreadableFile
from firstpoint.records import read_extract, read_sheets

HEADINGS = ["incident_id", "received_at", "text"]


def book(path: Path, fill, *, sheet: str = "Export") -> Path:
    """A workbook whose one sheet has the headings and what ``fill(sheet, day_format)`` writes."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as workbook:
        page = workbook.add_worksheet(sheet)
        page.write_row(0, 0, HEADINGS)
        fill(page, workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
    return path


def row(page, day, number, reference, text):
    page.write(number - 1, 0, reference)
    page.write_datetime(number - 1, 1, datetime.datetime.fromisoformat("2026-07-01T09:30"), day)
    page.write(number - 1, 2, text)


def test_a_workbook_is_read_with_its_own_dates_and_numbers(tmp_path):
    def fill(page, day):
        row(page, day, 2, "I1", "He punched me")
        row(page, day, 3, 1234, "Bike gone")

    extract = read_extract(book(tmp_path / "a.xlsx", fill), "incidents")
    assert extract.frame.select("incident_id", "text").rows() == [
        ("I1", "He punched me"),
        ("1234", "Bike gone"),
    ]
    assert str(extract.frame["received_at"][0]) == "2026-07-01 08:30:00+00:00"
    assert extract.faults == ()


def test_a_formula_gives_its_saved_value_and_one_without_is_set_aside(tmp_path):
    def fill(page, day):
        row(page, day, 2, "I1", "kept")
        page.write_formula(1, 2, '="He "&"punched me"', None, "He punched me")
        row(page, day, 3, "I2", "")
        page.write_formula(2, 2, "=VLOOKUP(A3,Log!A:B,2,0)", None, "")
        row(page, day, 4, "I3", "after")

    path = book(tmp_path / "formulas.xlsx", fill)
    extract = read_extract(path, "incidents")
    assert extract.frame.select("incident_id", "text").rows() == [("I1", "He punched me"), ("I3", "after")]
    assert extract.rejects.select("row", "column", "value").rows() == [
        (3, "text", "=VLOOKUP(A3,Log!A:B,2,0)")
    ]
    assert "without its value" in extract.rejects["reason"][0]
    assert "save it" in extract.rejects["remedy"][0]
    assert extract.rows_read == extract.frame.height + extract.rejected_rows


def test_trailing_blank_rows_are_dropped_and_counted(tmp_path):
    def fill(page, day):
        row(page, day, 2, "I1", "He punched me")
        for number in range(3, 2_003):
            page.write(number - 1, 0, " ")
        page.write_blank(5_000, 2, None, day)

    extract = read_extract(book(tmp_path / "blank.xlsx", fill), "incidents")
    assert (extract.rows_read, extract.frame.height) == (1, 1)
    assert extract.blank_rows >= 2_000
    assert extract.rejected_rows == 0


def test_text_that_looks_like_a_formula_stays_text_with_a_warning(tmp_path):
    extract = read_extract(
        book(tmp_path / "cmd.xlsx", lambda page, day: row(page, day, 2, "I1", "=cmd|'/c calc'!A1")),
        "incidents",
    )
    assert extract.frame["text"].to_list() == ["=cmd|'/c calc'!A1"]
    (fault,) = extract.faults
    assert (fault.severity, fault.row, fault.column, fault.value) == ("warning", 2, "text", None)


def test_row_numbers_are_those_the_spreadsheet_shows(tmp_path, mapping):
    with xlsxwriter.Workbook(str(tmp_path / "low.xlsx")) as workbook:
        page = workbook.add_worksheet()
        page.write(0, 0, "Nightly export")
        page.write_row(3, 0, HEADINGS)
        page.write_row(4, 0, ["I1", "2026-04-01", "x"])
        page.write_row(6, 0, ["I2", "soon", "x"])
    extract = read_extract(tmp_path / "low.xlsx", "incidents", mapping("[incidents]\nheading_row = 4\n"))
    assert extract.rejects.select("row", "value").rows() == [(7, "soon")]
    assert extract.blank_rows == 1


def test_a_sheet_that_is_not_there_is_refused_with_the_nearest(tmp_path, mapping):
    path = book(tmp_path / "a.xlsx", lambda page, day: row(page, day, 2, "I1", "x"), sheet="Incidents")
    with pytest.raises(BadMapping, match=r"no sheet 'Incident'. Did you mean 'Incidents'"):
        read_extract(path, "incidents", mapping('[incidents]\nsheet = "Incident"\n'))


def test_a_cut_workbook_is_refused(tmp_path):
    whole = book(tmp_path / "a.xlsx", lambda page, day: row(page, day, 2, "I1", "x")).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match=r"cut.xlsx: This is not a whole workbook"):
        read_extract(tmp_path / "cut.xlsx", "incidents")


def test_an_empty_sheet_is_refused(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "empty.xlsx")) as workbook:
        workbook.add_worksheet("Log")
    with pytest.raises(UnreadableFile, match="'Log' has no heading in row 1"):
        read_extract(tmp_path / "empty.xlsx", "incidents")


def test_an_opendocument_sheet_is_read(tmp_path):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in (HEADINGS, ["I1", "2026-04-01T09:00:00Z", "He punched me"])
    )
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Export">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", content)
    extract = read_extract(path, "incidents")
    assert extract.frame.select("incident_id", "text").rows() == [("I1", "He punched me")]


def test_every_sheet_is_read_with_its_values_as_typed_and_its_formulas_placed(tmp_path):
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        first, second = workbook.add_worksheet("first"), workbook.add_worksheet("second")
        first.write_string(0, 0, "008/06")
        first.write_number(1, 1, 12)
        second.write_formula(2, 1, "=1+1", value=2)
    first, second = read_sheets(path)
    assert (first.name, first.formulas) == ("first", frozenset())
    assert first.rows == [["008/06", ""], ["", 12.0]]
    assert (second.name, second.formulas) == ("second", frozenset({(3, 2)}))


def test_sheets_of_something_else_are_refused(tmp_path):
    path = tmp_path / "two.xlsx"
    path.write_bytes(b"not a workbook")
    with pytest.raises(UnreadableFile, match="not a whole workbook"):
        read_sheets(path)
