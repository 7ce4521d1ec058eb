"""What differs between two books, and what the difference does to the count of the same reports."""

from __future__ import annotations

from pathlib import Path

from amended_books import copy_of_book, drop_row, rows_of, set_cell, write_rows

from firstpoint.counting import (
    book_changes,
    book_named,
    book_of_texts,
    effect_on_counts,
    listed_books,
    newest_book,
    read_report,
    texts_in,
)

FIREARM = {
    "schema_version": 1,
    "report_id": "firearm",
    "reported_at": "2026-05-04T18:20:00+01:00",
    "reporter": {"role": "police_officer"},
    "allegations": [
        {"id": "a1", "kind": "firearm_possession", "offender": "o1", "points_to_prove": "made_out"}
    ],
}
BRUISE = {
    "schema_version": 1,
    "report_id": "bruise",
    "reported_at": "2026-05-04T18:20:00+01:00",
    "reporter": {"role": "victim"},
    "allegations": [{"id": "a1", "kind": "assault", "victims": ["v1"], "injury": "minor"}],
}


def test_a_book_does_not_differ_from_itself() -> None:
    assert book_changes(newest_book(), newest_book()) == ()


def test_changed_result_is_told_before_and_after(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    row = set_cell(folder, "class_weapons.csv", "result", "10A", kind="firearm_possession")
    (change,) = book_changes(newest_book(), book_of_texts(texts_in(folder)))
    assert (change.table, change.row, change.what) == ("class_weapons", row, "changed")
    (part,) = change.parts
    assert part.part == "result"
    assert part.before.startswith("10B ")
    assert part.after.startswith("10A ")


def test_changed_condition_is_told_in_words(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    row = set_cell(folder, "class_weapons.csv", "setting", "school|street", setting="school")
    (change,) = book_changes(newest_book(), book_of_texts(texts_in(folder)))
    assert change.row == row
    assert [(p.part, p.before, p.after) for p in change.parts] == [("setting", "school", "street or school")]


def test_added_and_removed_rows_are_told_whole(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    rows = rows_of(folder, "class_weapons.csv")
    firearm = next(row for row in rows if row["kind"] == "firearm_possession")
    apart = [{**firearm, "id": "X-1", "setting": "school"}, {**firearm, "id": "X-2", "setting": "!school"}]
    write_rows(folder, "class_weapons.csv", [*(row for row in rows if row is not firearm), *apart])
    changes = book_changes(newest_book(), book_of_texts(texts_in(folder)))
    assert {(change.row, change.what) for change in changes} == {
        ("X-1", "added"),
        ("X-2", "added"),
        (firearm["id"], "removed"),
    }
    added = next(change for change in changes if change.row == "X-1")
    assert {part.part: part.after for part in added.parts}["clause"] == firearm["clause"]


def test_changed_unit_flag_and_default_are_told(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    set_cell(folder, "classes.csv", "unit", "offender", ho_class="3B", ho_code="-")
    drop_row(folder, "flags.csv", name="corrosive")
    set_cell(folder, "defaults.csv", "note", "said otherwise", fact="attempted")
    changes = {(c.table, c.what) for c in book_changes(newest_book(), book_of_texts(texts_in(folder)))}
    assert changes == {("classes", "changed"), ("flags", "removed"), ("defaults", "changed")}


def test_effect_names_the_reports_that_come_out_otherwise(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    set_cell(folder, "class_weapons.csv", "result", "10A", kind="firearm_possession")
    effect = effect_on_counts(newest_book(), book_of_texts(texts_in(folder)), [BRUISE, FIREARM])
    assert (effect.reports, effect.differing, effect.totals) == (2, ("firearm",), (2, 2))
    assert {name: counts for name, counts in effect.by_class.items() if name.startswith("10")} == {
        "10A": (0, 1),
        "10B": (1, 0),
    }


def test_effect_counts_changed_decisions_and_reports_that_could_not_be_read(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    set_cell(folder, "class_weapons.csv", "result", "incident_only", kind="firearm_possession")
    effect = effect_on_counts(
        newest_book(), book_of_texts(texts_in(folder)), [FIREARM, read_report("{", "line 1")]
    )
    assert (effect.reports, effect.set_aside, effect.totals) == (1, 1, (1, 0))
    assert dict(effect.decisions) == {("record", "incident_only"): 1}


def test_row_that_an_earlier_book_tells_otherwise_is_one_changed_row() -> None:
    *_, earlier, newest = listed_books()
    changes = book_changes(book_named(earlier.id), book_named(newest.id))
    assert changes
    assert not [change for change in changes if "@" in change.row]
    told = [part for change in changes for part in (*change.parts,) if part.part == "goes before"]
    assert not [part for part in told if "@" in part.before + part.after]
