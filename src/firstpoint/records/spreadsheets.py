"""Text that a spreadsheet would take for a formula, and how it is written so that it stays text.

A cell of a CSV file that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break is computed when the
file is opened in a spreadsheet, and a log can begin so on purpose. Such a text is written with an apostrophe
before it. References are joined on later, so the tables that are read back (frames and marks) lose the
apostrophe again: a text that begins with apostrophes and then such a sign gets one more, and gives one back,
so nothing that was there is lost. Numbers are no texts and stay as they are. JSON lines and Parquet are
opened by no spreadsheet as formulas and hold every text as it is.
"""

from __future__ import annotations

import polars as pl

_SIGNS = r"[=+\-@＝＋－＠\t\r\n]"


def as_spreadsheet_text(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before each text that would be computed."""
    return frame.with_columns(pl.col(pl.String).str.replace(f"^('*{_SIGNS})", "'${1}"))


def from_spreadsheet_text(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as it was before :func:`as_spreadsheet_text`."""
    return frame.with_columns(pl.col(pl.String).str.replace(f"^'('*{_SIGNS})", "${1}"))
