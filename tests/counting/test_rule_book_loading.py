"""A rule book that contradicts itself, or leaves something open, is refused with file, row and column."""

from __future__ import annotations

import shutil
from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.counting import newest_book, record_by
from firstpoint.counting.books import read_book
from firstpoint.counting.cells import ANY_NUMBER, Choice, Interval, read_cell
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.tables import Table, read_table
from firstpoint.errors import InputError
from firstpoint.vocabulary import offence_codes

COLOURS = ("red", "green", "blue", UNKNOWN)
HEADER = "id,clause,overrides,colour,age,result,note\n"


def columns(name: str) -> tuple[str, ...] | None:
    return {"colour": COLOURS, "age": None}[name]


def table_of(rows: str, *, complete: bool = True) -> Table:
    return read_table(HEADER + rows, stage="trial", source="trial.csv", vocabulary=columns, complete=complete)


def refusal(rows: str) -> str:
    with pytest.raises(InputError) as refused:
        table_of(rows)
    return str(refused.value)


def test_unknown_value_is_named_with_row_and_column() -> None:
    told = refusal("R1,c,,purple,-,x,\nR2,c,,-,-,y,\n")
    assert "row R1, column colour" in told
    assert "'purple' is not a value" in told


def test_overlap_without_override_is_refused() -> None:
    assert "row R1, column overrides: can apply together with R2" in refusal("R1,c,,red,-,x,\nR2,c,,-,-,y,\n")


def test_gap_is_told_with_the_facts_nobody_covers() -> None:
    assert "no row covers" in refusal("R1,c,,red|green,-,x,\n")
    assert "colour blue" in refusal("R1,c,,red|green,-,x,\n")


def test_row_that_can_never_apply_is_refused() -> None:
    assert "row R2: this row can never apply" in refusal("R1,c,R2,-,-,x,\nR2,c,,red,-,y,\n")


def test_circle_of_overrides_is_refused() -> None:
    assert "in a circle" in refusal("R1,c,R2,red,-,x,\nR2,c,R1,-,-,y,\n")


def test_repeated_id_is_refused() -> None:
    assert "row R1, column id: this id stands twice" in refusal("R1,c,,red,-,x,\nR1,c,,!red,-,y,\n")


def test_override_of_a_row_that_is_not_there_is_refused() -> None:
    assert "overrides 'R9', which is not there" in refusal("R1,c,R9,-,-,x,\n")


def test_column_that_no_report_can_give_is_refused() -> None:
    with pytest.raises(InputError, match="'shoe_size' is not a fact"):
        read_table(
            "id,clause,overrides,shoe_size,result,note\nR1,c,,-,x,\n",
            stage="t",
            source="t.csv",
            vocabulary=columns,
        )


def test_file_order_has_no_meaning() -> None:
    strong, weak = "R1,c,R2,red,0-12,x,\n", "R2,c,,-,-,y,\n"
    for rows in (strong + weak, weak + strong):
        assert table_of(rows).decide({"colour": "red", "age": (12, 12)}).row.id == "R1"
        assert table_of(rows).decide({"colour": "red", "age": (13, 13)}).row.id == "R2"


def test_unknown_fact_is_followed_both_ways() -> None:
    table = table_of("R1,c,R2,red,-,x,\nR2,c,,-,-,y,\n")
    ruling = table.decide({"colour": UNKNOWN})
    assert ruling.row is None
    assert ruling.missing == ("colour",)
    assert table_of("R1,c,R2,red,-,x,\nR2,c,,-,-,x,\n").decide({}).row is not None


def test_not_knowing_is_a_value_where_a_row_names_it() -> None:
    table = table_of("R1,c,,red,-,x,\nR2,c,,green|blue|unknown,-,y,\n")
    assert table.decide({"colour": UNKNOWN}).row.id == "R2"


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_interval_answers_as_its_members_would(low: int, high: int, least: int, most: int) -> None:
    cell, span = Interval(min(low, high), max(low, high)), (min(least, most), max(least, most))
    inside = [cell.low <= age <= cell.high for age in range(span[0], span[1] + 1)]
    assert cell.answer(span) == ("yes" if all(inside) else "perhaps" if any(inside) else "no")


def test_cells_hold_values_alternatives_exclusions_and_intervals_only() -> None:
    assert read_cell("-", COLOURS) is None
    assert read_cell("!red", COLOURS) == Choice(frozenset({"green", "blue"}), takes_unknown=False)
    assert read_cell("16+", None).answer(ANY_NUMBER) == "perhaps"
    with pytest.raises(ValueError, match="not an interval"):
        read_cell("age < 16", None)
    with pytest.raises(ValueError, match="empty cell"):
        read_cell(" ", COLOURS)


def test_every_row_states_its_clause_and_ids_are_never_shared_between_stages() -> None:
    ids = [row.id for table in newest_book().tables() for row in table.rows]
    assert len(ids) == len(set(ids))
    assert all(row.clause.strip() for table in newest_book().tables() for row in table.rows)


def test_every_code_of_the_book_stands_on_the_notifiable_list_in_its_class() -> None:
    listed = {(entry.class_code, entry.ho_code) for entry in offence_codes()}
    named = {
        (result[0], result[1])
        for table in set(newest_book().class_tables.values())
        for result in (row.result.split() for row in table.rows)
        if len(result) > 1
    }
    rows = {(rule.ho_class, rule.ho_code) for rule in newest_book().classes.values() if rule.ho_code}
    assert {pair for pair in named | rows if pair not in listed and not pair[0].startswith("NFIB")} == set()


def test_a_changed_cell_changes_the_hash(tmp_path: Path) -> None:
    folder = resources.files("firstpoint.counting") / "books" / "2026-04-01"
    copied = Path(shutil.copytree(str(folder), tmp_path / "2026-04-01"))
    assert read_book(copied).sha256 == newest_book().sha256
    with (copied / "continuing.csv").open("a", encoding="utf-8") as table:
        table.write("\n")
    assert read_book(copied).sha256 != newest_book().sha256


def test_class_outside_the_list_is_refused(tmp_path: Path) -> None:
    folder = resources.files("firstpoint.counting") / "books" / "2026-04-01"
    copied = Path(shutil.copytree(str(folder), tmp_path / "book"))
    table = copied / "class_weapons.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",10B,", ",10Z,"), encoding="utf-8")
    with pytest.raises(InputError, match="'10Z' is neither a decision nor a class"):
        read_book(copied)


def test_limit_is_24_real_hours_even_when_clocks_change() -> None:
    book = newest_book()
    assert (
        record_by(datetime.fromisoformat("2026-05-04T18:20:00+01:00"), book).isoformat()
        == "2026-05-05T18:20:00+01:00"
    )
    spring = datetime(2027, 3, 27, 12, 0, tzinfo=ZoneInfo("Europe/London"))
    assert record_by(spring, book).isoformat() == "2027-03-28T13:00:00+01:00"
    with pytest.raises(ValueError, match="no zone"):
        record_by(datetime(2026, 5, 4, 18, 20), book)  # noqa: DTZ001
