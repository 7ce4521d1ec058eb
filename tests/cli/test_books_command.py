"""What the commands for keepers of rule books say and write."""

from __future__ import annotations

import json
import re
import shutil
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner

from firstpoint import counting
from firstpoint.cli import main

SHIPPED = Path(str(resources.files("firstpoint.counting") / "books" / "2026-04-01"))
BOOK = "2026-04-01"
FIREARM = {
    "schema_version": 1,
    "report_id": "R-firearm",
    "reported_at": "2026-05-04T18:20:00+01:00",
    "reporter": {"role": "police_officer"},
    "allegations": [
        {"id": "a1", "kind": "firearm_possession", "offender": "o1", "points_to_prove": "made_out"}
    ],
}


def firstpoint(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def amended(tmp_path):
    """A copy of the shipped book in which possessing a firearm is put into the class of intent."""
    folder = tmp_path / "amended"
    shutil.copytree(SHIPPED, folder)
    table = folder / "class_weapons.csv"
    text = table.read_text(encoding="utf-8")
    assert ",10B," in text
    table.write_text(text.replace(",10B,", ",10A,"), encoding="utf-8")
    return folder


def test_show_lists_the_tables_then_tells_a_table_a_row_and_a_class():
    listed = firstpoint("books", "show", BOOK)
    assert listed.exit_code == 0
    assert re.search(r"class_weapons +\d+ rows +Classification: weapons", listed.output)
    table = firstpoint("books", "show", BOOK, "class_weapons").output
    row = re.search(r"^(\S+)  10B ", table, re.MULTILINE).group(1)
    told = firstpoint("books", "show", BOOK, row).output
    assert "10B Possession of Firearms Offences" in told
    assert "When kind of offence: firearm possession" in told
    assert "Clause: Possession of weapons, p 94" in told
    assert "unit: " in firstpoint("books", "show", BOOK, "10B").output


def test_show_names_what_goes_before_a_row():
    book = counting.book_named(BOOK)
    weaker = next(name for row in book.record_test.rows for name in sorted(row.overrides))
    assert "These go before it:" in firstpoint("books", "show", BOOK, weaker).output


def test_book_or_row_that_is_not_there_is_refused_with_what_there_is():
    nowhere = firstpoint("books", "show", "1066-10-14")
    assert nowhere.exit_code == 2
    assert BOOK in nowhere.output
    assert firstpoint("books", "show", BOOK, "REC-9999").exit_code == 2
    assert firstpoint("books", "check", Path(__file__).parent).exit_code == 2


def test_check_says_sound_of_the_newest_and_names_every_fault_of_a_folder(amended):
    sound = firstpoint("books", "check", BOOK)
    assert sound.exit_code == 0
    assert f"{BOOK}: sound." in sound.output
    (amended / "flags.csv").unlink()
    kinds = amended / "kinds.csv"
    kinds.write_text(kinds.read_text(encoding="utf-8").replace("affray,M", "affray,X"), encoding="utf-8")
    checked = firstpoint("books", "check", amended)
    assert checked.exit_code == 2
    assert "amended: 2 faults." in checked.output
    assert "flags.csv: this file is missing." in checked.output
    assert "kinds.csv, row affray, column mark: 'X' is not a mark" in checked.output
    machine = firstpoint("books", "check", amended, "--json")
    assert machine.exit_code == 2
    assert {fault["file"] for fault in json.loads(machine.output)} == {"flags.csv", "kinds.csv"}


def test_diff_reads_as_a_change_notice(amended):
    notice = firstpoint("books", "diff", BOOK, amended)
    assert notice.exit_code == 0, notice.output
    assert "0 rows added, 0 rows removed, 1 row changed." in notice.output
    assert re.search(r"result: 10B .* -> 10A ", notice.output)
    assert "No row differs." in firstpoint("books", "diff", BOOK, BOOK).output


def test_diff_says_what_the_change_does_to_counts(amended, tmp_path):
    reports = tmp_path / "reports.jsonl"
    reports.write_text(json.dumps(FIREARM) + "\nnot a report\n", encoding="utf-8")
    told = firstpoint("books", "diff", BOOK, amended, "--on", reports).output
    assert "Reports counted under both: 1. Otherwise: 1.\nCrimes: 1 -> 1." in told
    assert "10A: 0 -> 1" in told
    assert "10B: 1 -> 0" in told
    assert "Reports: R-firearm" in told
    assert "Left out, since they could not be read: 1." in told
    machine = json.loads(firstpoint("books", "diff", BOOK, amended, "--on", reports, "--json").output)
    assert machine["counts"]["first_differing"] == ["R-firearm"]
    assert machine["counts"]["by_class"]["10A"] == {"before": 0, "after": 1}
    assert [change["what"] for change in machine["changes"]] == ["changed"]


def test_page_names_the_case_under_the_row_that_decides_it(tmp_path):
    case = {"id": "trial-1", "scenario": "A pistol under a car seat.", "report": FIREARM}
    (tmp_path / "trial.jsonl").write_text(json.dumps(case) + "\n", encoding="utf-8")
    out = tmp_path / "book.html"
    firstpoint("books", "page", BOOK, "--cases", tmp_path / "trial.jsonl", "--out", out)
    page = out.read_text(encoding="utf-8")
    (row,) = [r.id for r in class_rows("class_weapons") if r.result == "10B"]
    told = page[page.index(f'id="{row}"') :].split("</tr>")[0]
    assert "A pistol under a car seat." in told


def test_page_marks_a_case_that_expects_something_else(tmp_path):
    case = {"id": "t", "scenario": "s", "report": FIREARM, "expect": {"decision": "incident_only"}}
    (tmp_path / "t.jsonl").write_text(json.dumps(case) + "\n", encoding="utf-8")
    firstpoint("books", "page", BOOK, "--cases", tmp_path / "t.jsonl", "--out", tmp_path / "b.html")
    assert "The case expects:" in (tmp_path / "b.html").read_text(encoding="utf-8")
    (tmp_path / "t.jsonl").write_text('{"id": "no report"}\n', encoding="utf-8")
    refused = firstpoint("books", "page", BOOK, "--cases", tmp_path / "t.jsonl", "--out", tmp_path / "b.html")
    assert refused.exit_code == 2
    assert "t.jsonl, line 1" in refused.output


def test_page_shows_the_changes_and_the_clause_register_of_an_amended_book(amended, tmp_path):
    shutil.rmtree(amended / "clauses", ignore_errors=True)
    (amended / "clauses").mkdir()
    (row,) = [r.id for r in class_rows("class_weapons") if r.result == "10B"]
    (amended / "clauses" / "crr.csv").write_text(
        "source,page,heading,rule,ends_as,rows,because\n"
        f"crr,94,Weapons,a firearm held is one crime,row,{row},\n"
        'crr,2,Foreword,who wrote it,not_encoded,,"prose, not a rule"\n',
        encoding="utf-8",
    )
    out = tmp_path / "book.html"
    wrote = firstpoint("books", "page", amended, "--since", BOOK, "--out", out)
    assert wrote.exit_code == 0, wrote.output
    page = out.read_text(encoding="utf-8")
    assert "rows added, removed or changed: 1." in page
    assert "Crime Recording Rules: not encoded, because" in page
    assert "prose, not a rule" in page
    register = page[page.index('id="register"') :]
    assert f'<a href="#{row}">{row}</a>' in register


def test_export_then_import_gives_the_same_sound_book(tmp_path):
    workbook, out = tmp_path / "book.xlsx", tmp_path / "back"
    exported = firstpoint("books", "export", BOOK, "--out", workbook)
    assert exported.exit_code == 0, exported.output
    imported = firstpoint("books", "import", workbook, "--out", out)
    assert imported.exit_code == 0, imported.output
    assert "The book is sound." in imported.output
    for path in SHIPPED.rglob("*"):
        if path.is_file() and path.parent.name != "sheets":
            assert (out / path.relative_to(SHIPPED)).read_bytes() == path.read_bytes(), path.name
    again = firstpoint("books", "import", workbook, "--out", out)
    assert again.exit_code == 2
    assert "not empty" in again.output
    assert firstpoint("books", "export", BOOK, "--out", tmp_path / "book.csv").exit_code == 2


def test_import_of_a_book_that_does_not_hold_together_tells_its_faults(amended, tmp_path):
    kinds = amended / "kinds.csv"
    kinds.write_text(kinds.read_text(encoding="utf-8").replace("affray,M", "affray,X"), encoding="utf-8")
    firstpoint("books", "export", amended, "--out", tmp_path / "book.xlsx")
    imported = firstpoint("books", "import", tmp_path / "book.xlsx", "--out", tmp_path / "back")
    assert imported.exit_code == 2
    assert "kinds.csv, row affray, column mark" in imported.output
    assert (tmp_path / "back" / "kinds.csv").is_file()


def test_import_of_something_else_is_refused(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"not a workbook")
    assert firstpoint("books", "import", path, "--out", tmp_path / "back").exit_code == 2
    assert not (tmp_path / "back").exists()


def class_rows(stage):
    book = counting.book_named(BOOK)
    return next(table for table in book.tables() if table.stage == stage).rows
