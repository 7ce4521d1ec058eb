"""The page of a rule book: written as agreed, whole, and safe with whatever a cell holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner
from invented_rule_book import SPITEFUL, invented_rule_book
from page_outline import PageOutline

from firstpoint import counting
from firstpoint.cli import main
from firstpoint.reporting import rule_book_html

CASES = Path(__file__).resolve().parents[1] / "counting" / "cases"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
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


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the newest shipped book with our own cases, as the command writes it."""
    out = tmp_path_factory.mktemp("book") / "book.html"
    words = ["books", "page", counting.newest_book().id, "--cases", str(CASES), "--out", str(out)]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    return out


def test_every_row_of_the_shipped_book_has_an_anchor_and_every_link_leads_somewhere(written: Path) -> None:
    page = written.read_text(encoding="utf-8")
    book = counting.newest_book()
    outline = PageOutline(page)
    assert outline.faults == []
    assert outline.headings.count(1) == 1
    assert len(outline.ids) == len(set(outline.ids))
    assert {row.id for table in counting.written_tables(book) for row in table.rows} <= set(outline.ids)
    assert [link for link in outline.links if link[1:] not in outline.ids] == []
    assert all(table["caption"] == 1 for table in outline.tables)
    assert book.sha256 in page


def test_every_case_of_our_own_that_is_of_its_time_stands_on_the_page(written: Path) -> None:
    page = written.read_text(encoding="utf-8")
    texts = [line for path in CASES.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    day = counting.newest_book().valid_from.isoformat()
    held = [case["id"] for case in map(json.loads, texts) if case["report"]["reported_at"][:10] >= day]
    assert {f"case-{name}" for name in held} <= set(PageOutline(page).ids)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; `make test` tries to install it")
def test_page_is_accessible_fits_two_widths_and_prints(written: Path, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    invented = tmp_path / "invented.html"
    invented.write_text(rule_book_html(invented_rule_book()), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        for width in (1280, 400):
            page.set_viewport_size({"width": width, "height": 900})
            for path in (invented, written):
                page.goto(path.as_uri())
                reach = page.evaluate("document.documentElement.scrollWidth")
                assert reach <= width, f"{path.name} is {reach} pixels wide at {width}"
            # The small page has every form that the large one has, where axe takes minutes.
            page.goto(invented.as_uri())
            assert Axe().run(page, options=RULES).response["violations"] == []
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        browser.close()
    assert said == []
