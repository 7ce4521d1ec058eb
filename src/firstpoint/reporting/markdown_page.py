"""A report as Markdown, for a repository or a wiki: the same tree, without pictures.

A chart gives its caption, its alternative text and its figures as a table. Marks that Markdown would read
are escaped in every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import singledispatch

from firstpoint.reporting.tree import (
    Block,
    BulletList,
    Chart,
    Heading,
    KeyFigures,
    Notice,
    Paragraph,
    Report,
    Table,
    in_words,
    numbered,
)

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|])")
_BEGINS_A_LIST = re.compile(r"^(\d+)([.)])(?= )|^([-+])(?= )")


def to_markdown(report: Report) -> str:
    """Give the whole report as Markdown (a ``str`` to be written as UTF-8)."""
    parts = [f"# {_text(report.title)}"]
    if report.strap:
        parts.append(f"*{_text(report.strap)}*")
    lines = ((label, value) for label, value in report.metadata.lines() if value)
    parts.append("\n".join(f"- **{_text(label)}:** {_text(value)}" for label, value in lines))
    if report.metadata.marking:
        parts.append(f"**{_text(report.metadata.marking)}**")
    parts += [_paragraph(block, number) for number, block in _blocks(report)]
    return "\n\n".join(parts) + "\n"


def _blocks(report: Report) -> Iterator[tuple[int | None, Block]]:
    return numbered(report.blocks)


def _paragraph(block: Block, number: int | None) -> str:
    if not isinstance(block, Paragraph):
        return _written(block)
    lead = f"**{_text(block.lead)}** " if block.lead else ""
    begin = f"{number}\\. " if number is not None else ""
    return f"{begin}{lead}{_text(block.text)}"


@singledispatch
def _written(block: Block) -> str:
    """Give a block as Markdown."""
    raise TypeError(f"a report holds a {type(block).__name__}, which this writer does not know")


@_written.register
def _(block: Heading) -> str:
    return f"{'#' * block.level} {_text(block.text)}"


@_written.register
def _(block: BulletList) -> str:
    return "\n".join(f"- {_text(point)}" for point in block.points)


@_written.register
def _(block: KeyFigures) -> str:
    return "\n".join(
        f"- **{_text(figure.value)}** {_text(figure.label)}"
        + (f" ({_text(figure.detail)})" if figure.detail else "")
        for figure in block.figures
    )


@_written.register
def _(block: Notice) -> str:
    return f"> **{_text(block.title)}**\n>\n> {_text(block.text)}"


@_written.register
def _(block: Table) -> str:
    if not block.rows:
        return f"**{_text(block.caption)}**\n\n{_text(block.empty)}"
    head = " | ".join(_text(column.heading) for column in block.columns)
    rule = " | ".join("---:" if column.is_numeric else "---" for column in block.columns)
    rows = (
        " | ".join(
            _text(in_words(cell, column.kind)) for cell, column in zip(row, block.columns, strict=True)
        )
        for row in block.rows
    )
    lines = "\n".join(f"| {line} |" for line in (head, rule, *rows))
    note = f"\n\n{_text(block.note)}" if block.note else ""
    return f"**{_text(block.caption)}**\n\n{lines}{note}"


@_written.register
def _(block: Chart) -> str:
    note = f"\n\n{_text(block.note)}" if block.note else ""
    return f"**{_text(block.caption)}**: {_text(block.alternative)}{note}\n\n{_written(block.data)}"


def _text(text: str) -> str:
    """Give a text in which nothing is read as a mark."""
    return _BEGINS_A_LIST.sub(
        lambda told: f"{told[1] or ''}\\{told[2] or told[3]}", _MARKS.sub(r"\\\1", text)
    )
