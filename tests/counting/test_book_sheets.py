"""A rule book goes through a workbook and comes back as it was; what a spreadsheet spoils is named."""

from __future__ import annotations

import csv
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import xlsxwriter
from amended_books import SHIPPED, copy_of_book
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstpoint import counting
from firstpoint.cli.book_workbook import files_in, workbook_of
from firstpoint.errors import InputError


def through_a_workbook(folder: Path, place: Path) -> tuple[dict[str, str], list[counting.Fault]]:
    path = place / "book.xlsx"
    path.write_bytes(workbook_of(counting.sheets_of_book(counting.texts_in(folder)), "Trial"))
    return files_in(path)


def test_newest_book_comes_back_byte_for_byte(tmp_path: Path) -> None:
    files, faults = through_a_workbook(SHIPPED, tmp_path)
    assert faults == []
    held = {p.relative_to(SHIPPED).as_posix(): p.read_bytes() for p in SHIPPED.rglob("*") if p.is_file()}
    # The registrars' case sheets lie with the book and are no part of what it says.
    held = {name: text for name, text in held.items() if not name.startswith("sheets/")}
    assert {name: text.encode("utf-8") for name, text in files.items()} == held


def test_earlier_book_comes_out_as_a_whole_that_stands_alone(tmp_path: Path) -> None:
    earlier = counting.listed_books()[-3]
    texts = counting.shipped_texts(earlier.id)
    (tmp_path / "book.xlsx").write_bytes(workbook_of(counting.sheets_of_book(texts), "Trial"))
    files, faults = files_in(tmp_path / "book.xlsx")
    assert faults == []
    assert files == dict(texts.files)
    folder = tmp_path / earlier.id
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    alone = counting.book_of_texts(counting.texts_in(folder))
    assert counting.book_changes(counting.book_named(earlier.id), alone) == ()


def test_the_same_book_makes_the_same_workbook() -> None:
    sheets = counting.sheets_of_book(counting.shipped_texts(SHIPPED.name))
    assert workbook_of(sheets, "Trial") == workbook_of(sheets, "Trial")


# What a spreadsheet likes to make into dates, numbers, truth values, errors, formulas or escapes.
TEMPTING = st.sampled_from(
    ["008/06", "1-2", "0-12", "16+", "1E5", "007", "TRUE", "yes", "#N/A", "=1+1", "+1", "-1", "@SUM(A1)",
     "'x", " led by a space", "ends with one ", "two\nlines", "a|b", "!a", "-", "", '"quoted"', "_x0041_",
     "é £ – ≥"]
)  # fmt: skip
CELLS = TEMPTING | st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n"), max_size=20
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.text("abcXYZ-0123456789", min_size=1), CELLS, CELLS), max_size=8),
    ends=st.sampled_from(["\n", "\r\n"]),
    lines=st.lists(st.sampled_from(["", "# comment", 'id = "=1+1"', "  "])),
)
def test_whatever_stands_in_the_cells_comes_back(rows, ends, lines, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "book"
    (folder / "clauses").mkdir(parents=True, exist_ok=True)
    written = StringIO(newline="")
    csv.writer(written, lineterminator=ends).writerows([("id", "values", "note"), *rows])
    files = {
        "class_trial.csv": written.getvalue(),
        "clauses/trial.csv": written.getvalue(),
        "book.toml": "\n".join(lines),
    }
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    back, faults = through_a_workbook(folder, tmp_path)
    assert faults == []
    assert back == files


def edited(tmp_path: Path, cell: object, *, formula: bool = False) -> list[counting.Fault]:
    """Give the faults of a workbook of one sheet in which somebody typed this into row 3 of ``unit``."""
    held = BytesIO()
    with xlsxwriter.Workbook(held) as workbook:
        contents, page = workbook.add_worksheet("Contents"), workbook.add_worksheet("classes")
        contents.write_row(0, 0, ("sheet", "file", "line ends"))
        contents.write_row(1, 0, ("classes", "classes.csv", "LF"))
        page.write_row(0, 0, ("ho_class", "unit"))
        page.write_row(1, 0, ("8N", "victim"))
        page.write_string(2, 0, "8Q")
        if formula:
            page.write_formula(2, 1, str(cell), value="victim")
        elif isinstance(cell, date):
            page.write_datetime(2, 1, cell, workbook.add_format({"num_format": "dd/mm/yyyy"}))
        else:
            page.write(2, 1, cell)
    (tmp_path / "edited.xlsx").write_bytes(held.getvalue())
    return files_in(tmp_path / "edited.xlsx")[1]


@pytest.mark.parametrize(
    ("cell", "words"),
    [(12, "holds the number 12"), (True, "holds the truth value True"), (0.5, "holds the number 0.5")],
)
def test_number_in_place_of_a_text_is_named_with_sheet_row_and_column(
    cell: object, words: str, tmp_path: Path
) -> None:
    (fault,) = edited(tmp_path, cell)
    assert (fault.file, fault.row, fault.column) == ("classes", "3", "unit")
    assert words in fault.what
    assert "text" in fault.remedy


def test_code_that_became_a_date_is_named_and_not_guessed_back(tmp_path: Path) -> None:
    (fault,) = edited(tmp_path, datetime(2006, 8, 1))  # noqa: DTZ001
    assert (fault.file, fault.row, fault.column) == ("classes", "3", "unit")
    assert "2006-08-01" in fault.what


def test_formula_is_named_although_its_value_looks_right(tmp_path: Path) -> None:
    (fault,) = edited(tmp_path, '="vic"&"tim"', formula=True)
    assert (fault.row, fault.column) == ("3", "unit")
    assert "holds a formula" in fault.what


def test_sheets_that_went_missing_or_name_another_place_are_refused() -> None:
    head = ("sheet", "file", "line ends")
    contents = [
        head,
        ("gone", "gone.csv", "LF"),
        ("x", "../../x.csv", "LF"),
        ("y", "y.csv", "CR"),
        ("", "", ""),
    ]
    files, faults = counting.files_of_sheets({"Contents": contents}, {})
    assert files == {}
    assert [(fault.row, fault.column) for fault in faults] == [
        ("", "sheet"),
        ("3", "file"),
        ("4", "line ends"),
    ]
    assert counting.files_of_sheets({"Contents": [("what",)]}, {})[1]
    assert counting.files_of_sheets({}, {})[1]


def test_text_beyond_the_headings_is_named_by_the_letters_of_its_column() -> None:
    sheets = {
        "Contents": [("sheet", "file", "line ends"), ("t", "t.csv", "LF")],
        "t": [("a", ""), ("1", "2")],
    }
    (fault,) = counting.files_of_sheets(sheets, {})[1]
    assert (fault.file, fault.row, fault.column) == ("t", "2", "B")


def test_cell_that_no_spreadsheet_gives_back_is_refused_before_it_is_written(tmp_path: Path) -> None:
    folder = copy_of_book(tmp_path)
    with (folder / "flags.csv").open("a", encoding="utf-8") as text:
        text.write("F,bell\x07,item,metal,-,-,c\n")
    with pytest.raises(InputError, match=r"flags\.csv, row \d+, column name: .* control character"):
        counting.sheets_of_book(counting.texts_in(folder))
