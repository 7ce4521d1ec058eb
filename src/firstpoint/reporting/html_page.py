"""A report as one self-contained page: no script, no font, no picture and no address outside itself.

The page has one ``h1``, a link that skips to the text, captions and scopes on every table, an alternative
text on every chart with its figures underneath, and a style for print. On a narrow screen each row of a
table becomes a card whose cells carry their column's name; the roles are spelled out so that assistive
technology still meets a table.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import singledispatch
from html import escape
from importlib import resources
from itertools import count

from firstpoint.reporting.tree import (
    Block,
    BulletList,
    Cell,
    Chart,
    Column,
    Heading,
    KeyFigures,
    Metadata,
    Notice,
    Paragraph,
    Points,
    Report,
    Table,
    in_words,
    numbered,
)

# The page says of itself that it runs nothing and fetches nothing.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def to_html(report: Report) -> str:
    """Give the whole report as one HTML page (a ``str`` to be written as UTF-8)."""
    style = resources.files("firstpoint.reporting").joinpath("page.css").read_text(encoding="utf-8")
    body = "\n".join((_title_block(report), *map(str, _body(report))))
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{escape(_page_title(report))}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="band">{_band(report.metadata)}</header>
<main id="main" tabindex="-1">
{body}
</main>
<footer class="band">{_band(report.metadata)}</footer>
</body>
</html>
"""


def _page_title(report: Report) -> str:
    return " – ".join(filter(None, (report.title, report.metadata.force)))


def _band(metadata: Metadata) -> str:
    words = filter(None, (metadata.marking, metadata.standing))
    return "".join(f"<span>{escape(word)}</span>" for word in (metadata.force, *words))


def _title_block(report: Report) -> str:
    rows = "\n".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in report.metadata.lines()
    )
    strap = f'<p class="strap">{escape(report.strap)}</p>\n' if report.strap else ""
    particulars = f'<dl class="particulars">\n{rows}\n</dl>'
    return f'<div class="title-block">\n{strap}<h1>{escape(report.title)}</h1>\n{particulars}\n</div>'


def _body(report: Report) -> Iterator[str]:
    serial = count(1)
    for number, block in numbered(report.blocks):
        yield _paragraph(block, number) if isinstance(block, Paragraph) else _written(block, next(serial))


def _paragraph(block: Paragraph, number: int | None) -> str:
    lead = f"<strong>{escape(block.lead)}</strong> " if block.lead else ""
    text = f"{lead}{escape(block.text)}"
    if number is None:
        return f"<p>{text}</p>"
    return f'<p class="numbered"><span class="number">{number}.</span> <span>{text}</span></p>'


@singledispatch
def _written(block: Block, _serial: int) -> str:
    """Give a block as markup; ``serial`` makes its ids its own."""
    raise TypeError(f"a report holds a {type(block).__name__}, which this writer does not know")


@_written.register
def _(block: Heading, _serial: int) -> str:
    return f"<h{block.level}>{escape(block.text)}</h{block.level}>"


@_written.register
def _(block: BulletList, _serial: int) -> str:
    return _bullets(block.points)


@_written.register
def _(block: KeyFigures, _serial: int) -> str:
    figures = "\n".join(
        f'<div><dt>{escape(f.label)}</dt><dd class="figure">{escape(f.value)}</dd>'
        + (f'<dd class="detail">{escape(f.detail)}</dd>' if f.detail else "")
        + "</div>"
        for f in block.figures
    )
    return f'<dl class="key-figures">\n{figures}\n</dl>'


@_written.register
def _(block: Notice, _serial: int) -> str:
    shape = block.kind.replace(" ", "-")
    return (
        f'<div class="notice {shape}" role="note">\n<p class="notice-title">{escape(block.title)}</p>\n'
        f"<p>{escape(block.text)}</p>\n</div>"
    )


@_written.register
def _(block: Table, serial: int) -> str:
    return _table(block, f"table-{serial}")


@_written.register
def _(block: Chart, serial: int) -> str:
    picture = b64encode(block.svg.encode("utf-8")).decode("ascii")
    return (
        f'<figure id="chart-{serial}">\n<figcaption>{escape(block.caption)}</figcaption>\n'
        f'<div class="picture" role="region" aria-label="{escape(block.caption)}: picture" tabindex="0">'
        f'<img alt="{escape(block.alternative)}" src="data:image/svg+xml;base64,{picture}"></div>\n'
        f"{_note(block.note)}<details>\n<summary>Figures of this chart</summary>\n"
        f"{_table(block.data, f'chart-{serial}-data')}\n</details>\n"
        "</figure>"
    )


def _table(table: Table, name: str) -> str:
    heads = "".join(
        f'<th scope="col" role="columnheader"{_numeric(c)}>{escape(c.heading)}</th>' for c in table.columns
    )
    rows = "\n".join(_rows(table)) if table.rows else _no_rows(table)
    widths = "".join(f'<col style="width:{100 * c.share / table.shares:.1f}%">' for c in table.columns)
    return (
        f'<div class="table" id="{name}">\n<table role="table">\n<caption>{escape(table.caption)}</caption>\n'
        f"<colgroup>{widths}</colgroup>\n"
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{rows}\n</tbody>\n</table>\n{_note(table.note)}</div>'
    )


def _rows(table: Table) -> Iterator[str]:
    for place, row in enumerate(table.rows, start=1):
        shape = ' class="total"' if table.total and place == len(table.rows) else ""
        cells = "".join(_cell(cell, column) for cell, column in zip(row, table.columns, strict=True))
        yield f'<tr role="row"{shape}>{cells}</tr>'


def _no_rows(table: Table) -> str:
    return f'<tr role="row"><td role="cell" colspan="{len(table.columns)}">{escape(table.empty)}</td></tr>'


def _cell(cell: Cell, column: Column) -> str:
    if column.kind == "name":
        return f'<th scope="row" role="rowheader">{_content(cell, column)}</th>'
    label = f' data-column="{escape(column.heading)}"'
    return f'<td role="cell"{_numeric(column)}{label}>{_content(cell, column)}</td>'


def _content(cell: Cell, column: Column) -> str:
    if isinstance(cell, Points):
        return f"<div>{escape(cell.lead)}{_bullets(cell.points) if cell.points else ''}</div>"
    words = escape(in_words(cell, column.kind))
    return f'<span class="status">{words}</span>' if column.kind == "status" else f"<span>{words}</span>"


def _note(text: str) -> str:
    return f'<p class="table-note">{escape(text)}</p>\n' if text else ""


def _numeric(column: Column) -> str:
    return ' class="numeric"' if column.is_numeric else ""


def _bullets(points: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{escape(point)}</li>" for point in points) + "</ul>"
