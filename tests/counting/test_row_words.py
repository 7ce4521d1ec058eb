"""Rows told in words that a registrar can check against the official text."""

from __future__ import annotations

import re

import pytest

from firstpoint.counting import (
    class_words,
    columns_of,
    newest_book,
    result_words,
    table_words,
    when_words,
    written_tables,
)
from firstpoint.counting.cells import read_cell
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.row_words import cell_words

SIZES = ("none", "minor", "lasting_pain", "serious", "race_or_religion", UNKNOWN)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("minor|lasting_pain", "minor or lasting pain"),
        ("minor|lasting_pain|serious", "minor, lasting pain or serious"),
        ("!serious", "not serious"),
        ("!minor|lasting_pain|serious", "none or race or religion"),
        ("minor|unknown", "minor or not known"),
        ("!unknown", "known"),
        ("none|minor|lasting_pain|serious|race_or_religion", "known or not"),
    ],
)
def test_cell_is_told_as_what_it_takes(cell: str, words: str) -> None:
    assert cell_words(read_cell(cell, SIZES), SIZES) == words


@pytest.mark.parametrize(("cell", "words"), [("13-15", "13 to 15"), ("16+", "16 or more"), ("12", "12")])
def test_age_is_told_as_a_range(cell: str, words: str) -> None:
    assert cell_words(read_cell(cell, None), ()) == words


def test_result_is_told_with_the_title_of_its_class() -> None:
    assert result_words("8N 008/06") == f"{class_words('8N')}, code 008/06"
    assert class_words("8N").casefold() == "8n assault with injury"
    assert result_words("28J 028/03 attempt").endswith("code 028/03, an attempt")
    assert result_words("N100/01").startswith("N100/01 Rape reported")
    assert result_words("incident_only") == "an incident only; no notifiable crime"


def test_every_row_is_told_without_a_name_of_the_format() -> None:
    book = newest_book()
    for table in written_tables(book):
        assert "_" not in table_words(table.stage)
        for row in table.rows:
            told = [*when_words(row, columns_of(book, table)), result_words(row.result)]
            assert not [part for part in told if re.search(r"_|: $|\d{8}", part)], (row.id, told)
