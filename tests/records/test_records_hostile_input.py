"""A file made to do harm gets a named error or loses its own rows; it never takes the machine with it."""

from __future__ import annotations

import csv
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.errors import BadMapping, InputError, UnreadableFile
from firstpoint.records import (
    as_spreadsheet_text,
    delimited,
    from_spreadsheet_text,
    read_extract,
    read_mapping,
    workbook,
    write_rejects,
)

HEAD = "incident_id,received_at,text\n"
ROW = "I1,2026-04-01T09:00:00Z,He punched me\n"


def book(path: Path, *cells: tuple[int, int, str]) -> Path:
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ("incident_id", "received_at", "text"))
        for row, column, value in cells:
            sheet.write_string(row, column, value)
    return path


def test_one_cell_in_the_last_corner_does_not_ask_for_all_the_memory_there_is(tmp_path):
    far = book(tmp_path / "far.xlsx", (1, 0, "I1"), (1_048_575, 16_383, "stray"))
    with pytest.raises(UnreadableFile, match="reaches to row 1,048,576 and column 16,384"):
        read_extract(far, "incidents")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED_BYTES", 50_000)
    path = book(tmp_path / "bomb.xlsx", (1, 0, "I1"))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b" " * 1_000_000)
    with pytest.raises(UnreadableFile, match=r"unpacks to 0.0 GB"):
        read_extract(path, "incidents")


def test_a_workbook_that_lies_about_its_size_is_no_whole_workbook(tmp_path):
    path = book(tmp_path / "lies.xlsx", (1, 0, "I1"))
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    said, told = part.file_size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(part.compress_size.to_bytes(4, "little") + said, b"%b%b" % (
        part.compress_size.to_bytes(4, "little"), told)))  # fmt: skip
    assert path.read_bytes() != whole
    with pytest.raises(UnreadableFile, match="not a whole workbook"):
        read_extract(path, "incidents")


@pytest.mark.parametrize("entity", ['"lol"', 'SYSTEM "file:///etc/hostname"'])
def test_entities_in_a_sheet_are_neither_expanded_nor_fetched(tmp_path, entity):
    path = book(tmp_path / "a.xlsx", (1, 0, "I1"))
    out = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = content.replace(
                    b"<worksheet", f"<!DOCTYPE w [<!ENTITY a {entity}>]><worksheet".encode(), 1
                )
                content = content.replace(b"<v>0</v>", b"<v>&a;</v>")
            new.writestr(part.filename, content)
    with pytest.raises(InputError, match=r"not a whole workbook|no heading 'incident_id'"):
        read_extract(out, "incidents")


def test_more_headings_than_any_export_has_are_refused(write):
    wide = write("wide.csv", HEAD.strip() + "," + ",".join(f"c{n}" for n in range(100_000)) + "\n")
    with pytest.raises(UnreadableFile, match="100,003 headings"):
        read_extract(wide, "incidents")


def test_a_file_of_torn_rows_without_end_is_refused_at_a_limit(write, monkeypatch):
    monkeypatch.setattr(delimited, "MOST_TORN_ROWS", 100)
    with pytest.raises(UnreadableFile, match="More than 100 rows do not fit"):
        read_extract(write("torn.csv", HEAD + "x\n" * 200), "incidents")
    assert read_extract(write("few.csv", HEAD + "x\n" * 100 + ROW), "incidents").frame.height == 1


def test_half_of_a_character_costs_its_own_line_alone(write):
    line = '{{"incident_id": "{}", "received_at": "2026-04-01T09:00:00Z", "text": "{}"}}\n'
    extract = read_extract(
        write("half.jsonl", line.format("I1", "\\ud83d") + line.format("I2", "\\ud83d\\ude00")), "incidents"
    )
    assert extract.frame["incident_id"].to_list() == ["I2"]
    assert extract.rejects["row"].to_list() == [1]


@pytest.mark.parametrize("line", ['{"a":' + "[" * 100_000, '{"incident_id":' + "9" * 5000 + "}", "[]"])
def test_json_lines_of_which_none_can_be_read_are_said_to_be_so(write, line):
    with pytest.raises(UnreadableFile, match="No line of the file is one JSON object"):
        read_extract(write("deep.jsonl", line + "\n"), "incidents")


def test_a_pipe_and_a_device_are_named_and_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(UnreadableFile, match="a pipe or a device"):
            read_extract(path, "incidents")


@pytest.mark.parametrize("name", ["folder", "folder.csv", "folder.xlsx", "folder.parquet", "folder.jsonl"])
def test_a_folder_under_the_name_of_a_file_is_unreadable(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(UnreadableFile, match=name):
        read_extract(tmp_path / name, "incidents")


def test_links_that_lead_in_a_circle_are_unreadable(tmp_path):
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    with pytest.raises(UnreadableFile, match="symbolic links"):
        read_extract(tmp_path / "loop.csv", "incidents")


def test_a_file_that_may_not_be_read_says_so(write):
    path = write("shut.csv", HEAD + ROW)
    path.chmod(0)
    path.parent.chmod(0o755)
    script = (
        "import os, sys\n"
        "from firstpoint.records import read_extract\n"
        "from firstpoint.errors import UnreadableFile\n"
        "os.geteuid() == 0 and os.setuid(65534)\n"
        "from pathlib import Path\n"
        "opened = lambda *a, **k: (_ for _ in ()).throw(PermissionError(13, 'Permission denied'))\n"
        "Path.open = opened\n"
        "Path.is_file = lambda self: True\n"
        "Path.stat = lambda self, **k: os.stat_result([0o100000, 0, 0, 1, 0, 0, 50, 0, 0, 0])\n"
        "try:\n    read_extract(sys.argv[1], 'incidents')\n"
        "except UnreadableFile as refusal:\n    print(refusal)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    ).stdout
    assert "Permission denied. Check who may read it." in said


@pytest.mark.parametrize("encoding", ["undefined", "punycode", "utf-16", "zlib", "\\u0000", "nope"])
def test_an_encoding_that_does_not_fit_is_an_unreadable_file(write, encoding):
    mapping = read_mapping(write("m.toml", f'[incidents]\nencoding = "{encoding}"\n'))
    with pytest.raises(UnreadableFile):
        read_extract(write("a.csv", HEAD + ROW), "incidents", mapping)


@pytest.mark.parametrize("zone", ["Factory", "localtime", "right/UTC", "Europe", "../../etc/passwd", "/etc"])
def test_a_time_zone_that_cannot_be_used_is_a_bad_mapping(write, zone):
    with pytest.raises(BadMapping, match="no time zone"):
        read_mapping(write("m.toml", f'[incidents]\ntime_zone = "{zone}"\n'))


def test_a_mapping_nested_too_deeply_is_unreadable(write):
    with pytest.raises(UnreadableFile, match="nested too deeply"):
        read_mapping(write("m.toml", "a = " + "[" * 100_000 + "]" * 100_000))


FORMULA = "=cmd|'/c calc'!A1"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_rejects_open_in_a_spreadsheet_as_text(write, tmp_path, sign):
    evil = f"{sign}{FORMULA}"
    extract = read_extract(write("bad.csv", f'{HEAD}I1,"{evil}",x\n"{evil}",never,y\n'), "incidents")
    write_rejects([extract], tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert any(cell.startswith("'") for cell in cells)
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r＝" and cell]


def test_what_was_set_aside_is_read_by_its_owner_alone(write, tmp_path):
    extract = read_extract(write("bad.csv", HEAD + "I1,never,x\n"), "incidents")
    (tmp_path / "rejects.csv").touch(mode=0o644)
    write_rejects([extract], tmp_path / "rejects.csv")
    assert stat.S_IMODE((tmp_path / "rejects.csv").stat().st_mode) == 0o600


@given(st.lists(st.text("'=+-@\t\ra ＝", max_size=5), min_size=1))
def test_a_reference_written_for_a_spreadsheet_is_read_back_as_it_was(references):
    frame = pl.DataFrame(
        {"incident_id": references, "n": range(len(references))}, schema_overrides={"incident_id": pl.String}
    )
    written = as_spreadsheet_text(frame)
    assert from_spreadsheet_text(written).equals(frame)
    assert not written["incident_id"].str.contains(r"^[=+\-@＝\t\r]").any()
