"""Every rule of the official texts ends in a row, in a fact of the format, or is left out with a reason.

Each part of the register lies in the folder ``clauses`` of the book, as its own file; parts may be written at
different times.
"""

from __future__ import annotations

import csv
import re
from importlib import resources
from io import StringIO
from typing import Any

import pytest

from firstpoint.counting.books import Book, books
from firstpoint.counting.facts import schema

COLUMNS = ["source", "page", "heading", "rule", "ends_as", "rows", "because"]
SOURCES = {"crr", "outcomes", "schools", "retail_robbery", "notifiable_list", "fraud", "nsir"}
BOOK = books()[-1]
FOLDER = resources.files("firstpoint.counting") / "books" / BOOK.id
#: A clause that stands for itself: it names a page, or a text that is cited as a whole.
CITED = re.compile(
    r"\bpp? ?\d|National Standard for Incident Recording|[Nn]otifiable (offences )?list|fraud section"
    r"|Outcomes guidance"
)

#: Rows whose clause names no page yet and whose part of the register is still to come.
AWAITING_A_PAGE = {"CLS-VEHICLE-15"}


def _parts() -> list[tuple[str, list[dict[str, str]]]]:
    folder = FOLDER / "clauses"
    if not folder.is_dir():
        return []
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".csv")), key=lambda f: f.name)
    return [(file.name, list(csv.DictReader(StringIO(file.read_text("utf-8"))))) for file in files]


LINES = [pytest.param(line, id=f"{name}-{n}") for name, lines in _parts() for n, line in enumerate(lines, 2)]


def _rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO((FOLDER / name).read_text("utf-8"))))


def _ids(book: Book) -> set[str]:
    ids = {row.id for table in book.tables() for row in table.rows}
    for name in ("defaults.csv", "flags.csv", "qualifiers.csv", "told_beside.csv"):
        ids |= {row["id"] for row in _rows_of(name)}
    return ids | {f"classes:{ho_class}{f' {code}' if code else ''}" for ho_class, code in book.classes}


IDS = _ids(BOOK)


def _fact_exists(name: str) -> bool:
    report, definitions = schema("report"), schema("report")["$defs"]
    part, colon, rest = name.partition(":")
    if colon:
        return part == "judgement" and rest in _enum(definitions["judgement"]["properties"]["about"])
    part, dot, rest = name.partition(".")
    if dot:
        node = definitions.get(part) or report["properties"].get(part, {})
        return rest in node.get("properties", {})
    return name in definitions["allegation"]["properties"] or name in report["properties"]


def _enum(node: dict[str, Any]) -> list[str]:
    return node.get("enum") or [entry["const"] for entry in node.get("oneOf", ())]


def test_register_has_parts_with_the_agreed_columns() -> None:
    assert {"general.csv", "conduct_and_messages.csv", "sexual.csv", "schools.csv"} <= dict(_parts()).keys()
    for name, lines in _parts():
        assert lines, name
        assert list(lines[0]) == COLUMNS, name


@pytest.mark.parametrize("line", LINES)
def test_line_names_its_text_and_ends_in_what_the_book_or_the_format_has(line: dict[str, str]) -> None:
    assert line["source"] in SOURCES
    assert re.fullmatch(r"\d+(-\d+)?|-", line["page"]), "a page, a span of pages, or - where there is none"
    assert line["rule"], "the rule is told in our own words"
    named = [name for name in line["rows"].split("|") if name]
    if line["ends_as"] == "row":
        assert named
        assert [name for name in named if name not in IDS] == []
    elif line["ends_as"] == "fact":
        assert named
        assert [name for name in named if not _fact_exists(name)] == []
    else:
        assert line["ends_as"] == "not_encoded"
        assert line["because"], "a rule left out says why"
        assert not named


def test_every_row_is_cited_by_the_register_or_cites_its_own_page() -> None:
    cited = {name for _, lines in _parts() for line in lines for name in line["rows"].split("|")}
    bare = [
        row.id
        for table in BOOK.tables()
        for row in table.rows
        if row.id not in cited and not CITED.search(row.clause)
    ]
    assert set(bare) <= AWAITING_A_PAGE


def test_every_page_of_the_general_rules_and_of_conduct_and_sexual_offences_is_read() -> None:
    read = {int(line["page"]) for _, lines in _parts() for line in lines if line["source"] == "crr"
            and line["page"].isdigit()}  # fmt: skip
    outcomes = set(range(19, 26))
    assert (set(range(1, 34)) | set(range(50, 72))) - outcomes <= read
