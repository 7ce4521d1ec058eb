"""The page of a rule book: written as agreed, whole, and safe with whatever a cell holds."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve
from invented_rule_book import SPITEFUL, invented_rule_book
from page_outline import PageOutline

from firstpoint.reporting import rule_book_html

GOLDEN = Path(__file__).parent / "golden" / "rule_book.html"


def test_page_of_the_invented_book_is_as_agreed() -> None:
    made = rule_book_html(invented_rule_book())
    assert made == GOLDEN.read_text(encoding="utf-8"), "python tests/reporting/regenerate_golden.py; read it"


def test_page_is_well_formed_with_one_title_and_no_repeated_anchor() -> None:
    outline = PageOutline(rule_book_html(invented_rule_book()))
    assert outline.faults == []
    assert outline.headings.count(1) == 1
    assert all(deep <= above + 1 for above, deep in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert all(table["caption"] == 1 and table["heads"] > 0 for table in outline.tables)


def test_every_row_and_case_has_an_anchor_and_every_link_leads_somewhere() -> None:
    page = invented_rule_book()
    outline = PageOutline(rule_book_html(page))
    assert {"ORC-1", "ORC-2", "ORC-3", "class-A1", "class-A1-001-01", "case-apple-15"} <= set(outline.ids)
    assert [link for link in outline.links if not link.startswith("#") or link[1:] not in outline.ids] == []


def test_a_row_that_is_not_in_the_book_is_named_without_a_link() -> None:
    page = rule_book_html(invented_rule_book())
    assert "GONE-1" in page
    assert 'href="#GONE-1"' not in page
    assert 'href="#OLD-9"' not in page


def test_text_of_a_cell_is_never_read_as_markup_and_nothing_runs() -> None:
    page = rule_book_html(invented_rule_book())
    assert SPITEFUL not in page
    assert "&lt;script&gt;" in page
    assert not PageOutline(page).tags & {"script", "link", "img", "iframe", "form"}
    assert "http" not in page.replace("http-equiv", "")


def test_rows_without_a_case_are_listed_but_not_those_that_leave_no_trace() -> None:
    page = rule_book_html(invented_rule_book())
    listed = page[page.index('id="unreached"') : page.index('id="changes"')]
    assert "ORC-2" in listed
    assert "ORC-1" not in listed
    assert "ORC-3" not in listed
    assert "and 3 more" in page, "fifteen cases reach the first row: two told, ten named"


def test_what_is_missing_is_said_plainly() -> None:
    bare = evolve(invented_rule_book(), cases=(), changes=None, register=(), tables=())
    page = rule_book_html(bare)
    assert "There is no earlier book to compare with." in page
    assert "This book has no clause register yet." in page
    assert "No case sheets were given" in page
    same = rule_book_html(evolve(bare, changes=()))
    assert "Nothing differs from Orchard rules 2030/31" in same
