"""Every case on the registrars' sheets still has its answer; the sheets are no part of a book's rules."""

import csv
import shutil

import pytest
from mutants import answer_of
from plain_sheets import SHEETS
from registrar_sheets import BACK, FRONT, cases_of, folder_of, says, tables_of

from firstpoint.counting.book_texts import shipped_texts, texts_in
from firstpoint.counting.books import newest_book, read_book

BOOK = newest_book()
TABLES = {table.stage: table for table in tables_of(BOOK)}


@pytest.mark.parametrize("stage", TABLES)
def test_every_case_still_has_its_answer(stage):
    table, cases = TABLES[stage], cases_of(TABLES[stage], BOOK)
    assert cases
    wrong = {
        case.id: answer_of(table.decide(case.facts))
        for case in cases
        if answer_of(table.decide(case.facts)) != case.answer
    }
    assert wrong == {}


@pytest.mark.parametrize("stage", TABLES)
def test_every_row_that_a_report_can_reach_decides_some_case(stage):
    deciding = {case.answer[1] for case in cases_of(TABLES[stage], BOOK)}
    # Death makes the fact of a killing, so that no injury can be fatal without it; the row closes the table.
    beyond_reach = {"CLS-ASSAULT-29"}
    assert {row.id for row in TABLES[stage].rows} - deciding - beyond_reach == set()


@pytest.mark.parametrize("stage", TABLES)
def test_a_sheet_says_in_words_what_its_cells_say_and_names_each_case_once(stage):
    clauses = {row.id: row.clause for row in TABLES[stage].rows}
    with (folder_of(BOOK) / f"{stage}.csv").open(encoding="utf-8", newline="") as lines:
        sheet = list(csv.DictReader(lines))
    cases = cases_of(TABLES[stage], BOOK)
    columns = [name for name in sheet[0] if name not in (*FRONT, *BACK)]
    assert len({line["id"] for line in sheet}) == len(sheet)
    assert [line["says"] for line in sheet] == [says(case.facts, columns) for case in cases]
    assert [line["clause"] for line in sheet] == [clauses.get(line["row"], "-") for line in sheet]


@pytest.mark.parametrize("name", SHEETS)
def test_units_gravity_and_assumptions_are_still_what_their_sheets_say(name):
    with (folder_of(BOOK) / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        assert [tuple(line) for line in csv.reader(lines)] == list(SHEETS[name](BOOK))


def test_sheets_are_no_part_of_what_a_book_says(tmp_path):
    here = folder_of(BOOK).parent
    bare, laden = tmp_path / "bare" / here.name, tmp_path / "laden" / here.name
    shutil.copytree(here, laden)
    shutil.copytree(here, bare, ignore=shutil.ignore_patterns("sheets"))
    assert read_book(bare).sha256 == read_book(laden).sha256 == BOOK.sha256
    assert texts_in(bare).files == texts_in(laden).files == shipped_texts(BOOK.id).files
