"""The page of the lexicon: whole, safe with whatever a cell holds, usable without scripts."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from page_outline import PageOutline

from firstpoint.cli import main
from firstpoint.reporting import (
    AuditedFigure,
    CodeLine,
    CueRow,
    CueTable,
    LexiconPage,
    LexiconRow,
    LexiconTable,
    ReadableChoice,
    ReadableStep,
    WordClass,
    lexicon_html,
)
from firstpoint.screening.lexicon import ready_lexicon

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SPITEFUL = '<script>alert("1")</script>'
STEPS = (
    ReadableStep((ReadableChoice("scrump…"), ReadableChoice("parts of a tree", "TREE")), False, 0),
    ReadableStep((ReadableChoice(SPITEFUL),), True, 3),
)


def a_row(name: str, strength: str, audited: AuditedFigure | None = None) -> LexiconRow:
    return LexiconRow(
        name, strength, STEPS, ("fruit: apple",), (STEPS, STEPS), "Orchards, p 1",
        ("He scrumped an apple",), (SPITEFUL,), audited,
    )  # fmt: skip


def invented() -> LexiconPage:
    """A lexicon of orchards with a row of every form."""
    figure = AuditedFigure(12, 9, "75%", "46.7% to 91.2%")
    rows = (
        a_row("ORC-1", "certain", figure), a_row("ORC-2", "likely"), a_row("ORC-3", "weak"),
        a_row("ORC-4", "detail"),
    )  # fmt: skip
    cue = CueRow("CUE-1", STEPS, "In the whole log", "Only for scrumping", (), ("It fell",), ("It hung",))
    return LexiconPage(
        title="Words of the orchard",
        particulars=(("Version", "0123456789ab"),),
        audited_note="No audit marks were given.",
        strengths=(("certain", "Sure"), ("likely", "Rather sure"), ("weak", "Unsure"), ("detail", "A fact")),
        tables=(LexiconTable("scrumping", "Scrumping", "Against the state; harm 1 of 100.", rows),),
        cues=(CueTable("windfall", "Told as a windfall", "Leaves 5 of 100 parts.", (cue,)),),
        classes=(WordClass("TREE", "parts of a tree", ("bough", "twig"), ("ORC-1", "CUE-1")),),
        opening_codes=(CodeLine("OPEN-1", STEPS, "scrumping, likely"),),
        closing_codes=(CodeLine("CLOSE-1", STEPS, "Dismissed"),),
        index=(("9 trees", ("ORC-1",)), ("apple", ("ORC-1", "ORC-2")), ("pear", ("ORC-3",))),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the shipped lexicon, as the command writes it."""
    out = tmp_path_factory.mktemp("lexicon") / "lexicon.html"
    ran = CliRunner().invoke(main, ["lexicon", "page", "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    return out


def check_bones(page: str) -> PageOutline:
    outline = PageOutline(page)
    assert outline.faults == []
    assert outline.headings.count(1) == 1
    assert all(deep <= above + 1 for above, deep in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert [link for link in outline.links if not link.startswith("#") or link[1:] not in outline.ids] == []
    assert all(table["caption"] == 1 and table["heads"] > 0 for table in outline.tables)
    assert not outline.tags & {"script", "link", "img", "iframe", "form"}
    return outline


def test_page_is_well_formed_and_every_link_leads_somewhere() -> None:
    outline = check_bones(lexicon_html(invented()))
    assert {"ORC-1", "CUE-1", "class-TREE", "OPEN-1", "index-A", "index-0-9"} <= set(outline.ids)


def test_text_of_a_cell_is_never_read_as_markup() -> None:
    page = lexicon_html(invented())
    assert SPITEFUL not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_row_tells_its_words_its_lookalikes_its_clause_and_what_audits_found() -> None:
    page = lexicon_html(invented())
    row = page[page.index('id="ORC-1"') :].split("</tr>")[0]
    told = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row))
    for words in ("scrump…", "parts of a tree", "within 3 words perhaps", "But not near", "Orchards, p 1"):
        assert words in told, words
    assert "9 of 12 confirmed" in told
    assert "75% (46.7% to 91.2%)" in told
    assert "not yet" in page[page.index('id="ORC-2"') :].split("</tr>")[0]


def test_every_row_cue_and_class_that_ships_has_an_anchor(written: Path) -> None:
    outline = check_bones(written.read_text(encoding="utf-8"))
    lexicon = ready_lexicon()
    rows = (*lexicon.phrases, *lexicon.cues, *lexicon.opening_codes, *lexicon.closing_codes)
    assert {row.id for row in rows} <= set(outline.ids)


def test_every_sentence_and_clause_that_ships_stands_on_the_page(written: Path) -> None:
    from html import unescape

    page = unescape(written.read_text(encoding="utf-8"))
    lexicon = ready_lexicon()
    for row in (*lexicon.phrases, *lexicon.cues):
        assert [each for each in (*row.hits, *row.misses) if each not in page] == [], row.id
    assert {phrase.cite for phrase in lexicon.phrases if phrase.cite not in page} == set()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; `make test` tries to install it")
def test_page_is_accessible_fits_two_widths_and_chooses_rows_without_scripts(
    written: Path, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    small = tmp_path / "invented.html"
    small.write_text(lexicon_html(invented()), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        for width in (1280, 400):
            page.set_viewport_size({"width": width, "height": 900})
            # The large page has no form that the small one lacks; it is tried where room is scarcest.
            for path in (small, written)[: 1 if width > 400 else 2]:
                page.goto(path.as_uri())
                reach = page.evaluate("document.documentElement.scrollWidth")
                assert reach <= width, f"{path.name} is {reach} pixels wide at {width}"
            page.goto(small.as_uri())
            assert Axe().run(page, options=RULES).response["violations"] == []
        page.check("#show-weak")
        assert [page.is_visible(f"#ORC-{n}") for n in (1, 2, 3, 4)] == [False, False, True, False]
        page.check("#show-audited")
        assert [page.is_visible(f"#ORC-{n}") for n in (1, 2, 3, 4)] == [True, False, False, False]
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        browser.close()
    assert said == []
