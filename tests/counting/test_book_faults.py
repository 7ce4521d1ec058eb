"""Everything wrong with a rule book is told in one pass, with file, row, column and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from amended_books import copy_of_book, drop_row, rows_of, set_cell, set_text, write_rows

from firstpoint.counting import Fault, book_named, book_of_texts, listed_books, shipped_texts, texts_in
from firstpoint.counting import book_faults as faults_of_texts
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.tables import table_faults
from firstpoint.errors import InputError

COLOURS = ("red", "green", "blue", "amber", UNKNOWN)
HEADER = "id,clause,overrides,colour,age,result,note\n"


def faults_of(rows: str, header: str = HEADER) -> list[Fault]:
    known = {"colour": COLOURS, "age": None}
    return list(table_faults(header + rows, source="t.csv", vocabulary=lambda c: known[c], complete=True))


def told(faults: list[Fault]) -> list[tuple[str, str, str]]:
    return [(fault.row, fault.column, fault.what) for fault in faults]


def book_faults(folder: Path) -> list[Fault]:
    return faults_of_texts(texts_in(folder))


def test_newest_book_has_no_fault() -> None:
    assert faults_of_texts(shipped_texts(listed_books()[-1].id)) == []


@pytest.mark.parametrize("name", [book.id for book in listed_books()[:-1]])
def test_earlier_book_that_can_be_used_lacks_at_most_what_an_offence_was_before_its_code(name: str) -> None:
    faults = faults_of_texts(shipped_texts(name))
    try:
        book_named(name)
    except InputError:
        assert faults, "the loader refuses a book that is called sound"
        return
    assert [fault for fault in faults if "after this book" not in fault.what] == []


def test_every_fault_of_a_table_is_told_not_only_the_first() -> None:
    faults = faults_of(
        "R1,c,R9,red,-,x,\nR1,c,,green,-,x,\nR2,,,purple,-,x,\nR3,c,,blue,old,,\nR4,c,R5,red|amber,0-12,x,\n"
        "R5,c,R4,red|amber,0-17,y,\n"
    )
    assert [(fault.row, fault.column) for fault in faults] == [
        ("R2", "colour"),
        ("R2", "clause"),
        ("R3", "age"),
        ("R3", "result"),
        ("R1", "id"),
        ("R1", "overrides"),
        ("R4", "overrides"),
        ("R1", "overrides"),
        ("R1", "overrides"),
    ]
    assert all(fault.file == "t.csv" and fault.remedy for fault in faults)


def test_every_gap_is_told_with_all_the_facts_alike() -> None:
    assert [fault.what for fault in faults_of("R1,c,,red,-,x,\nR2,c,,green,0-12,x,\n")] == [
        "no row covers these facts: age 13 or more, colour green.",
        "no row covers these facts: colour blue or amber.",
    ]


def test_row_that_cannot_be_read_causes_no_false_alarm_elsewhere() -> None:
    faults = faults_of("R1,c,,red,-,x,\nR2,c,,!redd,-,y,\n")
    assert [(fault.row, fault.column) for fault in faults] == [("R2", "colour")]


def test_rows_that_contradict_each_other_are_not_also_said_never_to_apply() -> None:
    faults = faults_of("R1,c,,-,-,x,\nR2,c,,red,-,y,\n")
    assert [fault.what for fault in faults] == [
        "can apply together with R2, and neither overrides the other."
    ]


def test_two_circles_of_overrides_are_told_apart() -> None:
    faults = faults_of(
        "R1,c,R2,red,-,x,\nR2,c,R1,red,-,y,\nR3,c,R4,green,-,x,\nR4,c,R3,green,-,y,\nR5,c,,blue|amber,-,z,\n"
    )
    assert [fault.what for fault in faults] == [
        "rows override each other in a circle: R1, R2.",
        "rows override each other in a circle: R3, R4.",
    ]


def test_heading_that_is_missing_strange_or_repeated_is_named() -> None:
    faults = faults_of("R1,c,,-,1,-,x,-\n", "id,clause,overrides,colour,shoe_size,colour,result\n")
    assert [fault.column for fault in faults] == ["note", "shoe_size", "colour"]


def test_cells_beyond_the_headings_are_named() -> None:
    assert told(faults_of("R1,c,,-,-,x,a,b\n")) == [("R1", "", "there are more cells than headings.")]


Amend = Callable[[Path], object]


def _repeat_a_class(folder: Path) -> None:
    rows = rows_of(folder, "classes.csv")
    write_rows(folder, "classes.csv", [*rows, rows[0]])


#: What is done to a book, and the place and words of the fault that must be told.
AMENDED: dict[str, tuple[Amend, str, str, str]] = {
    "a class without a unit": (
        lambda folder: set_cell(folder, "classes.csv", "unit", "-", ho_class="3B", ho_code="-"),
        "classes.csv", "unit", "no unit of count",
    ),
    "a unit that is none": (
        lambda folder: set_cell(folder, "classes.csv", "unit", "dozen", ho_class="3B", ho_code="-"),
        "classes.csv", "unit", "'dozen' is not a unit",
    ),
    "a class that never existed": (
        lambda folder: set_cell(folder, "classes.csv", "ho_class", "3Z", ho_class="3B", ho_code="-"),
        "classes.csv", "ho_class", "'3Z' is not an offence class",
    ),
    "a class that stands twice": (_repeat_a_class, "classes.csv", "ho_class", "stands twice"),
    "a result that is no class of the book": (
        lambda folder: set_cell(folder, "class_weapons.csv", "result", "10Z", kind="firearm_possession"),
        "class_weapons.csv", "result", "'10Z' is neither",
    ),
    "a word that no report uses": (
        lambda folder: set_cell(folder, "class_weapons.csv", "setting", "skool", setting="school"),
        "class_weapons.csv", "setting", "'skool' is not a value",
    ),
    "an override of a row that is gone": (
        lambda folder: drop_row(folder, "after_class.csv", school_rule="-"),
        "after_class.csv", "overrides", "which is not there",
    ),
    "facts that no row covers": (
        lambda folder: drop_row(folder, "continuing.csv", family="-", record_family="-"),
        "continuing.csv", "", "no row covers",
    ),
    "a kind left out": (
        lambda folder: drop_row(folder, "kinds.csv", kind="affray"),
        "kinds.csv", "kind", "left out",
    ),
    "a mark that is none": (
        lambda folder: set_cell(folder, "kinds.csv", "mark", "X", kind="affray"),
        "kinds.csv", "mark", "'X' is not a mark",
    ),
    "a default that no fact takes": (
        lambda folder: set_cell(folder, "defaults.csv", "value", "perhaps", fact="attempted"),
        "defaults.csv", "value", "'perhaps' is not a value of attempted",
    ),
    "a flag on an unknown value": (
        lambda folder: set_cell(folder, "flags.csv", "values", "iron", fact="item"),
        "flags.csv", "values", "'iron' is not a value of item",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AMENDED)
def test_fault_is_told_with_its_place_where_the_loader_refuses_the_book(name: str, tmp_path: Path) -> None:
    amend, file, column, words = AMENDED[name]
    folder = copy_of_book(tmp_path)
    amend(folder)
    with pytest.raises(InputError):
        book_of_texts(texts_in(folder))
    faults = book_faults(folder)
    assert any(f.file == file and f.column == column and words in f.what for f in faults), faults
    assert all(fault.remedy for fault in faults)


def test_faults_of_several_files_are_told_together(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    for name in ("a class without a unit", "a word that no report uses", "a kind left out"):
        AMENDED[name][0](folder)
    assert {fault.file for fault in book_faults(folder)} == {"classes.csv", "class_weapons.csv", "kinds.csv"}


def test_class_of_another_time_is_named_although_the_loader_takes_it(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    rows = rows_of(folder, "classes.csv")
    # Burglary residential was a class from 2017 to March 2023.
    old = {**next(row for row in rows if row["ho_class"] == "28I"), "ho_class": "28E", "ho_code": "-"}
    write_rows(folder, "classes.csv", [*rows, old])
    (fault,) = book_faults(folder)
    assert (fault.file, fault.column) == ("classes.csv", "ho_class")
    assert "until 2023-03-31" in fault.what


def test_code_outside_its_class_is_named(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    name = set_cell(folder, "class_weapons.csv", "result", "10D 008/06", kind="blade_possession", setting="-")
    (fault,) = book_faults(folder)
    assert (fault.file, fault.row, fault.column) == ("class_weapons.csv", name, "result")
    assert "008/06 is not on the notifiable list in class 10D" in fault.what


def test_code_that_came_into_force_after_the_book_is_named_unless_earlier_law_is_told(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    set_text(folder, "book.toml", "valid_from = 2026-04-01", "valid_from = 2025-04-01")
    set_text(folder, "book.toml", "valid_to = 2027-04-01", "valid_to = 2025-11-01")
    # An offence created on 6 February 2026.
    name = set_cell(folder, "class_weapons.csv", "result", "88C 175/09", kind="other_weapon_offence")
    assert not [fault for fault in book_faults(folder) if fault.row == name], (
        "the book says what it was before"
    )
    rows = rows_of(folder, "law_then.csv")
    write_rows(folder, "law_then.csv", [row for row in rows if "175/09" not in row["reached"]])
    told = {(f.row, f.column): f.what for f in book_faults(folder)}
    assert "175/09 is in force from 2026-02-06, after this book" in told[name, "result"]


def test_day_that_is_no_edition_is_named_where_the_editions_are_listed(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    (tmp_path / "editions.csv").write_text(
        "date,precision,what,source\n2026-04-01,day,x,y\n2027-04-01,day,x,y\n", encoding="utf-8"
    )
    assert book_faults(folder) == []
    set_text(folder, "book.toml", "valid_from = 2026-04-01", "valid_from = 2026-06-01")
    (fault,) = book_faults(folder)
    assert (fault.file, fault.column) == ("book.toml", "valid_from")
    assert "2026-06-01 is not the day of a known edition" in fault.what


def test_id_that_two_tables_share_is_named(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    other = rows_of(folder, "class_state.csv")[0]["id"]
    set_cell(folder, "class_weapons.csv", "id", other, kind="other_weapon_offence")
    assert [(f.row, f.column) for f in book_faults(folder)] == [(other, "id")]


def test_missing_file_and_broken_dates_are_told_with_the_rest(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    (folder / "flags.csv").unlink()
    set_text(folder, "book.toml", "valid_to = 2027-04-01", "valid_to = 2020-04-01")
    set_text(folder, "book.toml", "limit_hours = ", "limit_hours = -")
    told = {(fault.file, fault.column) for fault in book_faults(folder)}
    assert {("flags.csv", ""), ("book.toml", "valid_to"), ("book.toml", "limit_hours")} <= told
