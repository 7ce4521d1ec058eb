"""Write the golden files anew: ``python tests/reporting/regenerate_golden.py``.

Read the difference before committing it.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from invented_board_paper import invented_paper
from invented_rule_book import invented_rule_book
from pypdf import PdfReader

from firstpoint.reporting import board_report, rule_book_html, to_html, to_pdf

GOLDEN = Path(__file__).parent / "golden"


def page_without_pictures(page: str) -> str:
    """Give a page with each chart's picture left out: its bytes belong to the drawing library."""
    return re.sub(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+", "data:image/svg+xml;base64,PICTURE", page)


def words_of(paper: bytes) -> str:
    """Give the text of a PDF, a line to a line, blanks evened out, the text inside pictures left out."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    lines = (re.sub(r"\s+", " ", line).strip() for text in pages for line in text.splitlines())
    return "\n".join(filter(None, lines)) + "\n"


def main() -> None:
    report = board_report(invented_paper())
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / "board_paper.html").write_text(page_without_pictures(to_html(report)), encoding="utf-8")
    (GOLDEN / "rule_book.html").write_text(rule_book_html(invented_rule_book()), encoding="utf-8")
    (GOLDEN / "board_paper.txt").write_text(words_of(to_pdf(report)), encoding="utf-8")


if __name__ == "__main__":
    main()
