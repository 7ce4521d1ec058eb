"""``firstpoint check``: what it says, what it writes, and with which exit code it ends."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from click.testing import CliRunner

from firstpoint import simulation
from firstpoint.cli import main
from firstpoint.cli.check_workbook import marked_workbook
from firstpoint.records import CHECKS, check_extracts, read_extract, read_sheets

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reporting"))
from page_outline import PageOutline

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RED, YELLOW = "FFF4C7C3", "FFFCE8B2"


def check(*words):
    return CliRunner().invoke(main, ["check", *map(str, words)])


@pytest.fixture(scope="module")
def force(tmp_path_factory):
    """A made-up force on disk, with faults planted in its crimes."""
    folder = tmp_path_factory.mktemp("force")
    simulation.write_force(
        simulation.make_force(seed=12, incidents=1_500, start=date(2026, 4, 1), days=45), folder
    )
    crimes = pl.read_csv(folder / "crimes.csv", infer_schema=False).with_row_index("at")
    planted = {"crime_id": (1, "=cmd|calc!A0"), "recorded_at": (3, "31/02/2026"), "ho_class": (5, "8ZZ")}
    planted |= {"incident_id": (7, "I-none"), "title": (1, "+44 people")}
    crimes.with_columns(
        pl.when(pl.col("at") == at).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, (at, value) in planted.items()
    ).with_columns(
        recorded_by=pl.when(pl.col("at") == 1).then(pl.lit("N/K")).otherwise("recorded_by")
    ).drop("at").write_csv(folder / "crimes.csv")  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def ran(force):
    files = [force / f"{table}.csv" for table in ("incidents", "crimes", "victims", "log_entries")]
    more = (
        "--html",
        force / "out" / "check.html",
        "--workbook",
        force / "out" / "check.xlsx",
        "--force",
        "Fellshire",
    )
    return check(*files, "--mapping", force / "mapping.toml", *more), force


def test_the_terminal_says_the_worst_first_and_the_code_that_rows_were_set_aside(ran):
    result, _ = ran
    assert result.exit_code == 3
    assert "4 files with" in result.output.splitlines()[0]
    crimes = result.output.split("crimes: ")[1].split("victims: ")[0]
    grades = re.findall(r"^  (SET ASIDE|SERIOUS|Look): ", crimes, re.MULTILINE)
    assert grades == sorted(grades, key=["SET ASIDE", "SERIOUS", "Look"].index)
    assert {"SET ASIDE", "SERIOUS", "Look"} == set(grades)
    assert "crimes row 7 column ho_class value '8ZZ'" in crimes


def test_all_or_nothing_says_that_nothing_would_be_loaded(force):
    result = check(force / "crimes.csv", "--mapping", force / "mapping.toml", "--all-or-nothing")
    assert result.exit_code == 2
    assert "Nothing would be loaded" in result.output
    for words in (
        "crimes.csv, row 5, column recorded_at",
        "1 row would be set aside",
        "without --all-or-nothing",
    ):
        assert words in result.output


def test_nothing_set_aside_ends_with_nought_either_way(force):
    for way in ("--all-or-nothing", "--keep-good-rows"):
        result = check(force / "victims.csv", "--mapping", force / "mapping.toml", way)
        assert result.exit_code == 0
        assert "rows would be loaded." in result.output


def test_json_holds_every_check_with_its_counts(force):
    result = check(force / "crimes.csv", force / "victims.csv", "--mapping", force / "mapping.toml", "--json")
    said = json.loads(result.stdout)
    assert [each["id"] for each in said["checks"]] == list(CHECKS)
    counts = {each["id"]: each["rows"] for each in said["checks"]}
    assert counts["unlisted-code"] == 1
    assert said["faults"][0]["gravity"] == "set aside"
    assert said["rows_that_would_be_loaded"] == sum(each["rows_kept"] for each in said["summary"])
    assert {each["by"] for each in said["equality"]} == {"all", "unit", "offence group"}


def test_an_earlier_extract_is_looked_back_upon(force, tmp_path):
    crimes = pl.read_csv(force / "crimes.csv", infer_schema=False)
    half = crimes.height // 2
    crimes.head(half).write_csv(tmp_path / "crimes_before.csv")
    crimes.tail(half).with_columns(victim_id=pl.lit(None)).write_csv(tmp_path / "crimes_now.csv")
    words = (tmp_path / "crimes_now.csv", "--mapping", force / "mapping.toml", "--json")
    alone = json.loads(check(*words).stdout)
    beside = json.loads(check(*words, "--against", tmp_path / "crimes_before.csv").stdout)
    assert "column-emptied" not in [each["check"] for each in alone["faults"]]
    assert ("column-emptied", "victim_id") in [(each["check"], each["column"]) for each in beside["faults"]]


@pytest.fixture(scope="module")
def page(ran):
    return (ran[1] / "out" / "check.html").read_text("utf-8")


def test_the_page_is_whole_and_well_formed(page):
    outline = PageOutline(page)
    assert outline.faults == []
    assert outline.headings.count(1) == 1
    assert all(each["caption"] == 1 and each["heads"] for each in outline.tables)
    assert not {"script", "link", "iframe"} & outline.tags
    assert "://" not in page
    assert outline.links == ["#main"]


def test_the_page_tells_every_check_the_days_the_gaps_and_the_files(page):
    for check_made in CHECKS.values():
        assert check_made.title in page
    for words in (
        "Rows by day",
        "Empty cells by unit",
        "Recording within 24 hours",
        "Equality data",
        "The files",
    ):
        assert words in page
    assert page.count("data:image/svg+xml") == 2


def test_the_page_carries_no_value_of_a_row(page, ran):
    for words in ("31/02/2026", "=cmd", "+44 people", "I-none", "8ZZ"):
        assert words not in page
    incidents = pl.read_csv(ran[1] / "incidents.csv", infer_schema=False)
    assert not any(text[:60] in page for text in incidents["text"].head(300))


def comments(path):
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/comments"))
        trees = [ElementTree.fromstring(archive.read(name)) for name in names]  # noqa: S314 - made by the test
    return [
        {each.get("ref"): "".join(each.itertext()) for each in tree.iter(f"{SHEET}comment")} for tree in trees
    ]


def fills(path, sheet):
    """The colour of each cell of a sheet, where it has one."""
    with zipfile.ZipFile(path) as archive:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 - made by the test
        cells = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314
    colours = [
        (found.get("rgb") if (found := fill.find(f".//{SHEET}fgColor")) is not None else None)
        for fill in styles.iter(f"{SHEET}fill")
    ]
    formats = [int(each.get("fillId")) for each in styles.find(f"{SHEET}cellXfs")]
    return {each.get("r"): colours[formats[int(each.get("s", 0))]] for each in cells.iter(f"{SHEET}c")}


def test_the_workbook_read_back_holds_the_senders_rows_under_their_headings(ran):
    _, force = ran
    faults, *sheets = read_sheets(force / "out" / "check.xlsx")
    assert faults.name == "Faults"
    crimes = next(each for each in sheets if each.name.endswith("crimes"))
    sent = pl.read_csv(force / "crimes.csv", infer_schema=False)
    assert crimes.rows[0] == ["Row", *sent.columns, "What is wrong"]
    by_row = {row[0]: row[1:] for row in crimes.rows[1:]}
    for number in ("3", "5", "7", "9"):
        kept = ["" if cell is None else cell for cell in sent.row(int(number) - 2)]
        assert by_row[number][:-1] == kept, number
    assert "set aside: " in by_row["5"][-1]
    assert "serious: The code is on no list" in by_row["7"][-1]


def test_a_faulty_cell_is_coloured_and_says_why_and_what_to_do(ran):
    _, force = ran
    path = force / "out" / "check.xlsx"
    _, *sheets = read_sheets(path)
    at = next(number for number, each in enumerate(sheets) if each.name.endswith("crimes"))
    rows = sheets[at].rows
    column = chr(ord("A") + rows[0].index("ho_class"))
    place = f"{column}{next(at for at, row in enumerate(rows, start=1) if row[0] == '7')}"
    said = comments(path)[at]
    assert "on no list" in said[place]
    assert "Translate the source's code" in said[place]
    coloured = fills(path, at + 2)
    assert coloured[place] == YELLOW
    time = chr(ord("A") + rows[0].index("recorded_at"))
    assert coloured[f"{time}{next(at for at, row in enumerate(rows, start=1) if row[0] == '5')}"] == RED
    assert {cell for cell, colour in coloured.items() if colour and not cell.endswith("1")} >= set(said)


def test_no_cell_of_the_workbook_is_computed(ran):
    path = ran[1] / "out" / "check.xlsx"
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    assert all(not sheet.formulas for sheet in read_sheets(path))


def test_the_workbook_of_a_clean_extract_says_that_nothing_was_wrong(tmp_path):
    (tmp_path / "crimes.csv").write_text("crime_id,recorded_at\nC1,2026-04-01T09:00\n")
    result = check(tmp_path / "crimes.csv", "--workbook", tmp_path / "out.xlsx")
    assert result.exit_code == 0
    sheets = read_sheets(tmp_path / "out.xlsx")
    assert [each.name for each in sheets] == ["Faults"]
    assert any("Nothing was found wrong." in row for row in sheets[0].rows)


def test_torn_rows_long_cells_and_control_characters_reach_the_workbook(tmp_path):
    text = '"' + "x" * 40_000 + '"'
    rows = f"C1,soon,{text}\nC2,2026-04-01T09:00,a,b,c\nC3,soon,\x07bell\n"
    (tmp_path / "crimes.csv").write_text("crime_id,recorded_at,title\n" + rows)
    result = check(tmp_path / "crimes.csv", "--workbook", tmp_path / "out.xlsx")
    assert result.exit_code == 3
    crimes = read_sheets(tmp_path / "out.xlsx")[1]
    assert [row[0] for row in crimes.rows] == ["Row", "2", "3", "4"]
    assert len(crimes.rows[1][3]) == 32_001
    assert crimes.rows[2][1].startswith("C2,2026-04-01T09:00,a,b,c")


def test_rows_of_a_file_that_is_gone_are_marked_under_canonical_names(tmp_path):
    path = tmp_path / "crimes.csv"
    path.write_text("crime_id,recorded_at,ho_class,flags\nC1,2026-04-01T09:00,8ZZ,a;b\nC2,soon,8N,\n")
    extract = read_extract(path, "crimes")
    path.unlink()
    marked = marked_workbook(check_extracts([extract]), [extract], None)
    (tmp_path / "out.xlsx").write_bytes(marked)
    crimes = read_sheets(tmp_path / "out.xlsx")[1]
    row = dict(zip(crimes.rows[0], crimes.rows[1], strict=True))
    assert (row["Row"], row["ho_class"], row["flags"]) == ("2", "8ZZ", "a;b")
    assert crimes.rows[2][:2] == ["3", "C2,soon,8N,"]


def test_what_is_written_is_for_its_owner_alone(ran):
    for name in ("check.html", "check.xlsx"):
        assert (ran[1] / "out" / name).stat().st_mode & 0o077 == 0


def test_a_board_sees_no_small_number_of_equality_data(force, tmp_path):
    rows = [
        f"V{at},{30 + at % 40},,{'' if at < 3 else 'female'},,{'Jedi' if at < 2 else ''}" for at in range(60)
    ]
    (tmp_path / "victims.csv").write_text(
        "victim_id,age,age_absent,sex,sex_absent,religion\n" + "\n".join(rows) + "\n"
    )
    out = tmp_path / "equality"
    words = ["report", "equality", str(tmp_path / "victims.csv"), "--force", "Fellshire", "--out", str(out)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    page = out.with_suffix(".html").read_text("utf-8")
    assert "fewer than 5" in page
    sex = page.split('role="rowheader"><span>Sex</span>')[1].split("</tr>")[0]
    assert "57" not in sex
    assert "95.0%" not in sex
    religion = page.split('role="rowheader"><span>Religion or belief</span>')[1].split("</tr>")[0]
    assert "hardly any" in religion
    for count in ("58", "3.3%", ">2<"):
        assert count not in religion
    assert out.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
