"""A report as a paper: A4, tagged, PDF/UA-1, the same bytes for the same report.

Typst sets the paper from ``paper.typ``. The report goes in as JSON and comes out as text, so nothing in it
can act as markup. Only the fonts inside the compiler are used, so the paper looks the same on every
machine; a script they lack (Arabic, Chinese) is looked for among the fonts of the machine, and a character
nobody can draw is printed by its number, ``[U+1F600]``, since the standard allows no empty boxes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import singledispatch
from importlib import resources
from typing import Any

from firstpoint.reporting.tree import (
    Block,
    BulletList,
    Cell,
    Chart,
    Column,
    Heading,
    KeyFigures,
    Notice,
    Paragraph,
    Points,
    Report,
    Table,
    in_words,
    numbered,
)

_PAPER_FACE = 'font-family="Libertinus Serif"'
_UNDRAWN = "could not be displayed with"
_NOT_EUROPEAN = re.compile(
    r"[^\u0020-\u024f\u0370-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-\u203a\u20ac\u2190-\u21ff\u2200-\u22ff]"
)


def to_pdf(report: Report) -> bytes:
    """Give the whole report as a tagged PDF/UA-1 file."""
    import typst

    written = _as_json(report, str)
    for fonts_of_the_machine in (False, True):
        try:
            return _compiled(written, report, with_system_fonts=fonts_of_the_machine)
        except typst.TypstError as fault:
            if _UNDRAWN not in str(fault):
                raise
    return _compiled(_as_json(report, _by_number), report, with_system_fonts=False)


def _compiled(written: str, report: Report, *, with_system_fonts: bool) -> bytes:
    import typst

    paper = resources.files("firstpoint.reporting").joinpath("paper.typ").read_bytes()
    return typst.compile(
        paper,
        sys_inputs={"report": written},
        ignore_system_fonts=not with_system_fonts,
        pdf_standards=["ua-1"],
        timestamp=datetime.combine(report.metadata.prepared_on, time(), UTC),
    )


def _by_number(text: str) -> str:
    """Give the text with every character outside European scripts printed by its number."""
    return _NOT_EUROPEAN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


Say = Callable[[str], str]


def _as_json(report: Report, say: Say) -> str:
    metadata = report.metadata
    day = metadata.prepared_on
    return json.dumps(
        {
            "title": say(report.title),
            "strap": say(report.strap),
            "force": say(metadata.force),
            "marking": say(metadata.marking),
            "standing": say(metadata.standing),
            "date": {"year": day.year, "month": day.month, "day": day.day},
            "lines": [[say(label), say(value)] for label, value in metadata.lines()],
            "blocks": [
                _written(block, say) | {"number": number} for number, block in numbered(report.blocks)
            ],
        }
    )


@singledispatch
def _written(block: Block, _say: Say) -> dict[str, Any]:
    """Give a block as plain values for the paper."""
    raise TypeError(f"a report holds a {type(block).__name__}, which this writer does not know")


@_written.register
def _(block: Heading, say: Say) -> dict[str, Any]:
    return {"kind_of_block": "heading", "level": block.level, "text": say(block.text)}


@_written.register
def _(block: Paragraph, say: Say) -> dict[str, Any]:
    return {"kind_of_block": "paragraph", "text": say(block.text), "lead": say(block.lead)}


@_written.register
def _(block: BulletList, say: Say) -> dict[str, Any]:
    return {"kind_of_block": "bullets", "points": list(map(say, block.points))}


@_written.register
def _(block: KeyFigures, say: Say) -> dict[str, Any]:
    figures = [{"value": say(f.value), "label": say(f.label), "detail": say(f.detail)} for f in block.figures]
    return {"kind_of_block": "key_figures", "figures": figures}


@_written.register
def _(block: Notice, say: Say) -> dict[str, Any]:
    return {"kind_of_block": "notice", "kind": block.kind, "title": say(block.title), "text": say(block.text)}


@_written.register
def _(block: Table, say: Say) -> dict[str, Any]:
    return {
        "kind_of_block": "table",
        "caption": say(block.caption),
        "columns": [{"heading": say(c.heading), "kind": c.kind, "share": c.share} for c in block.columns],
        "rows": [
            [_cell(cell, c, say) for cell, c in zip(row, block.columns, strict=True)] for row in block.rows
        ],
        "total": block.total,
        "note": say(block.note),
        "empty": say(block.empty),
    }


@_written.register
def _(block: Chart, say: Say) -> dict[str, Any]:
    return {
        "kind_of_block": "chart",
        "caption": say(block.caption),
        "svg": re.sub(r'font-family="[^"]*"', _PAPER_FACE, say(block.svg)),
        "alternative": say(block.alternative),
        "data": _written(block.data, say),
        "note": say(block.note),
    }


def _cell(cell: Cell, column: Column, say: Say) -> str | dict[str, Any]:
    if isinstance(cell, Points):
        return {"lead": say(cell.lead), "points": list(map(say, cell.points))}
    return say(in_words(cell, column.kind))
