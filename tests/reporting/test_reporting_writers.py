"""Both writers say the same, take text as text, and leave files that anybody can read."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from attrs import evolve
from invented_board_paper import invented_paper
from pypdf import PdfReader
from regenerate_golden import GOLDEN, page_without_pictures, words_of

from firstpoint.reporting import (
    BulletList,
    Chart,
    Column,
    Heading,
    KeyFigure,
    KeyFigures,
    Metadata,
    Notice,
    Paragraph,
    Points,
    Report,
    Table,
    board_report,
    to_html,
    to_pdf,
)
from firstpoint.reporting.plain_text import printable
from firstpoint.reporting.tree import in_words

METADATA = Metadata("Westmarch Constabulary", "January 2026", date(2026, 2, 3), "OFFICIAL", "Made-up data")
TEXTS = (Column("Reference", "name"), Column("Text"))


@pytest.fixture(scope="module")
def report() -> Report:
    return board_report(invented_paper())


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return to_html(report)


@pytest.fixture(scope="module")
def paper(report: Report) -> bytes:
    return to_pdf(report)


def of(*blocks: Any) -> Report:
    return Report("A title", "A strap", METADATA, blocks)


def flat(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def test_the_page_is_as_it_was(page: str) -> None:
    assert page_without_pictures(page) == (GOLDEN / "board_paper.html").read_text(encoding="utf-8")


def test_the_paper_reads_as_it_did(paper: bytes) -> None:
    assert words_of(paper) == (GOLDEN / "board_paper.txt").read_text(encoding="utf-8")


def test_the_same_report_gives_the_same_bytes(report: Report, page: str, paper: bytes) -> None:
    assert to_html(report) == page
    assert to_pdf(report) == paper


def test_every_figure_of_every_table_is_in_both(report: Report, page: str, paper: bytes) -> None:
    words = flat(words_of(paper))
    tables = [b for b in report.blocks if isinstance(b, Table)] + [
        b.data for b in report.blocks if isinstance(b, Chart)
    ]
    figures = {
        in_words(cell, column.kind)
        for table in tables
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
        if isinstance(cell, int | float)
    }
    assert len(figures) > 40
    assert {f for f in figures if f not in page} == set()
    assert {f for f in figures if f not in words} == set()


def test_the_paper_is_tagged_and_says_its_language_and_title(paper: bytes) -> None:
    file = PdfReader(BytesIO(paper))
    catalogue: Any = file.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/StructTreeRoot"]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert file.metadata is not None
    assert file.metadata.title == "Crime data integrity: audit results and progress"
    assert file.xmp_metadata is not None
    assert b"<pdfuaid:part>1</pdfuaid:part>" in file.xmp_metadata.stream.get_data()


def test_every_picture_of_the_paper_carries_its_words(report: Report, paper: bytes) -> None:
    charts = [b for b in report.blocks if isinstance(b, Chart)]
    alternatives = set(alternatives_in(PdfReader(BytesIO(paper)).trailer["/Root"]["/StructTreeRoot"]))  # type: ignore[index]
    assert {c.alternative for c in charts} <= alternatives


def alternatives_in(node: Any) -> list[str]:
    """Every alternative text in a tree of tags."""
    found, waiting, seen = [], [node], set()
    while waiting:
        here = waiting.pop()
        here = here.get_object() if hasattr(here, "get_object") else here
        if id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, list):
            waiting.extend(here)
        elif isinstance(here, dict):
            if "/Alt" in here:
                found.append(str(here["/Alt"]))
            if "/K" in here:
                waiting.append(here["/K"])
    return found


def test_every_page_of_the_paper_carries_marking_force_and_number(paper: bytes) -> None:
    pages = [flat(p.extract_text()) for p in PdfReader(BytesIO(paper)).pages]
    for number, words in enumerate(pages, start=1):
        assert "OFFICIAL" in words
        assert "Westmarch Constabulary" in words
        assert f"Page {number} of {len(pages)}" in words


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    addresses = re.findall(r'(?:src|href|action|data)="([^"]*)"', page)
    assert all(a.startswith(("#", "data:image/svg+xml")) for a in addresses)
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(" not in page
    assert "<script" not in page


def test_the_page_has_one_title_a_language_and_a_way_past_the_header(page: str) -> None:
    assert page.count("<h1") == 1
    assert '<html lang="en-GB">' in page
    assert '<a class="skip" href="#main">' in page
    assert 'id="main"' in page


def test_every_table_of_the_page_has_a_caption_and_scopes(page: str) -> None:
    tables = re.findall(r"<table.*?</table>", page, flags=re.DOTALL)
    assert len(tables) >= 7
    for table in tables:
        assert re.search(r"<caption>[^<]+</caption>", table)
        assert table.count('scope="col"') == table.count('role="columnheader"') > 0
        assert 'scope="row"' in table


SPITEFUL = (
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><b>bold</b>",
    "&lt;already&gt; &amp; escaped",
    '#sys.inputs *strong* _em_ $x^2$ `raw` @ref <label> = heading #panic("gone")',
    "\\u{41} // comment /* block */ ]] }} #{",
    "{{ 7 * 7 }} {% if %}",
)


@pytest.mark.parametrize("text", SPITEFUL)
def test_text_is_never_read_as_markup(text: str) -> None:
    table = Table(text, (Column(text, "name"), Column("Text")), ((text, Points(text, (text,))),), note=text)
    report = Report(
        text,
        text,
        Metadata(text, text, date(2026, 2, 3), text, text, ((text, text),)),
        (
            Heading(text),
            Paragraph(text, lead=text),
            BulletList((text,)),
            KeyFigures((KeyFigure(text, text, text),)),
            Notice("warning", text, text),
            table,
        ),
    )
    page = to_html(report)
    assert not re.search(r"<(script|img|b)\b", page)
    assert page.count("</style>") == page.count("</title>") == 1
    assert flat(text).replace(" ", "") in words_of(to_pdf(report)).replace("\n", "").replace(" ", "")


def test_controls_and_marks_that_turn_text_round_are_dropped() -> None:
    assert printable("a\x00b\u202ec\u200fd\u2066e\ud800f\ufeff\x1b[31mg") == "abcdef[31mg"
    assert printable("two\r\nlines\tand more") == "two lines and more"


def test_a_nul_or_an_override_breaks_neither_writer() -> None:
    report = of(Paragraph("not\x00 recorded\u202e dedrocer"), Table("T\x00", TEXTS, (("1\x00", "\u202ex"),)))
    assert "not recorded dedrocer" in to_html(report)
    assert "not recorded dedrocer" in flat(words_of(to_pdf(report)))


def test_welsh_letters_are_printed() -> None:
    report = of(Paragraph("Heddlu’r Gogledd: tŷ, dŵr, sïo, êl – £5 ≥ ½ → ✓"))
    assert "tŷ, dŵr, sïo, êl" in to_html(report)
    assert "tŷ, dŵr, sïo, êl" in flat(words_of(to_pdf(report)))


@pytest.mark.parametrize("text", ["日本語", "😀", "مرحبا", "\ue000\U0010fffd"])
def test_a_script_no_font_can_draw_does_not_stop_the_paper(text: str) -> None:
    report = of(Paragraph(f"before {text} after"))
    words = flat(words_of(to_pdf(report)))
    assert "before" in words
    assert "after" in words
    assert text in to_html(report)


def test_an_empty_table_says_that_it_is_empty() -> None:
    report = of(Table("Nothing yet", TEXTS, (), empty="No report was audited."))
    assert "No report was audited." in to_html(report)
    assert "No report was audited." in words_of(to_pdf(report))


def test_an_empty_report_can_be_written() -> None:
    assert "<h1>A title</h1>" in to_html(of())
    assert "A title" in words_of(to_pdf(of()))


def test_a_long_word_and_a_long_text_stay_on_the_paper() -> None:
    long = "x" * 400
    report = of(Table("Long", TEXTS, ((long, "word " * 3000),)))
    text = words_of(to_pdf(report))
    assert text.count("word") == 3000
    assert text.replace("\n", "").replace(" ", "").count("x") >= 400


def test_a_hundred_rows_are_all_there_under_a_repeated_heading() -> None:
    report = of(Table("Many", TEXTS, tuple((f"R{n:03}", f"text {n}") for n in range(100))))
    paper = PdfReader(BytesIO(to_pdf(report)))
    pages = [p.extract_text() for p in paper.pages]
    assert len(pages) > 1
    assert all("Reference" in words for words in pages)
    assert all(f"R{n:03}" in "".join(pages) for n in range(100))
    assert to_html(report).count('scope="row"') == 100


def test_a_big_report_is_set_in_under_three_seconds() -> None:
    many = tuple((f"R{n:04}", "a sentence of ordinary length, as they come") for n in range(3000))
    blocks = [Heading("Part"), *(Paragraph("Words. " * 60, numbered=True) for _ in range(200))]
    big = of(*blocks, Table("Many", TEXTS, many))
    begun = time.process_time()
    paper = to_pdf(big)
    assert time.process_time() - begun < 3  # a wall clock would measure the neighbours as well
    assert len(PdfReader(BytesIO(paper)).pages) > 50


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="'T', row 2: 1 cells for 2 columns"):
        Table("T", TEXTS, (("a", "b"), ("a",)))


def test_a_chart_without_words_is_refused() -> None:
    data = Table("T", TEXTS, ())
    with pytest.raises(ValueError, match="alternative"):
        Chart("Caption", "<svg/>", "\x00", data)


def test_numbered_paragraphs_run_through_the_report() -> None:
    report = of(
        Paragraph("one", numbered=True), Heading("H"), Paragraph("free"), Paragraph("two", numbered=True)
    )
    words = flat(words_of(to_pdf(report)))
    assert "1. one" in words
    assert "2. two" in words
    assert '<span class="number">2.</span> <span>two</span>' in to_html(report)


def test_the_room_loads_without_its_heavy_parts() -> None:
    code = "import sys, firstpoint.reporting; print({'altair', 'vl_convert', 'typst'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_paper_can_be_changed_without_being_touched(report: Report) -> None:
    other = evolve(report, title="Another")
    assert report.title != other.title


# ---


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_has_no_accessibility_fault_and_fits_the_screen(
    page: str, width: int, tmp_path: Any
) -> None:
    if not (browser_path := chromium()):
        pytest.skip("no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    file = tmp_path / "paper.html"
    file.write_text(page, encoding="utf-8")
    said: list[str] = []
    with sync_playwright() as drama:
        browser = drama.chromium.launch(executable_path=browser_path)
        tab = browser.new_page(viewport={"width": width, "height": 900})
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda fault: said.append(str(fault)))
        tab.goto(file.as_uri())
        for details in tab.locator("details").all():
            details.evaluate("it => it.open = true")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(tab, options={"runOnly": {"type": "tag", "values": tags}})
        overflow = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        browser.close()
    assert said == []
    assert found.response["violations"] == []
    assert overflow <= 0
