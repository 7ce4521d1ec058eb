"""A report as a tree of plain values: what it says, not how it looks.

    Report
    ├── Metadata                 who reports to whom, for which period, under which marking, from what data
    └── blocks, in reading order
        ├── Heading              level 2 or 3 (the title is the only level 1)
        ├── Paragraph            numbered, as board papers are, or not
        ├── BulletList
        ├── KeyFigures           a few large figures, each with what it means
        ├── Table                caption, columns, rows, note
        ├── Chart                a still picture, its alternative text, and its figures as a Table
        └── Notice               made-up data, a warning, a refusal with its reason

Every text is made :func:`~firstpoint.reporting.plain_text.printable` as it enters. Values are checked here,
once, so that a writer can trust them: a row has as many cells as its table has columns, a chart always has
an alternative text and its figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import in_

from firstpoint.reporting.plain_text import printable, printable_lines


@frozen
class Points:
    """A cell of a table that holds a sentence and, under it, its points."""

    lead: str = field(converter=printable)
    points: tuple[str, ...] = field(default=(), converter=printable_lines)


Cell: TypeAlias = "str | int | float | Points | None"
ColumnKind: TypeAlias = Literal["text", "name", "count", "rate", "status"]
NoticeKind: TypeAlias = Literal["made-up data", "warning", "no figure", "note"]

NO_VALUE = "–"


@frozen
class Column:
    """One column of a table.

    ``kind`` says how its cells are written: ``name`` (the heading of its row), ``text``, ``count`` (a whole
    number, or words in its place), ``rate`` (a percentage from 0 to 100, one decimal), ``status`` (a word
    set off as a label). ``share`` is its part of the width, relative to the other columns.
    """

    heading: str = field(converter=printable)
    kind: ColumnKind = field(default="text", validator=in_(("text", "name", "count", "rate", "status")))
    share: float = 1.0

    @property
    def is_numeric(self) -> bool:
        """Whether its cells are numbers, set to the right."""
        return self.kind in ("count", "rate")


def _columns(columns: Iterable[Column]) -> tuple[Column, ...]:
    return tuple(columns)


def _cells(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(printable(c) if isinstance(c, str) else c for c in row) for row in rows)


@frozen
class Heading:
    """A heading; its level is 2 or 3, under the title."""

    text: str = field(converter=printable)
    level: int = field(default=2, validator=in_((2, 3)))


@frozen
class Paragraph:
    """A paragraph; numbered ones run through the whole report, as board papers do.

    ``lead`` is set off in bold before the text, to say what the paragraph is about.
    """

    text: str = field(converter=printable)
    numbered: bool = False
    lead: str = field(default="", converter=printable)


@frozen
class BulletList:
    """Points, without an order."""

    points: tuple[str, ...] = field(converter=printable_lines)


@frozen
class KeyFigure:
    """A large figure, what it is of, and what to bear in mind when reading it."""

    value: str = field(converter=printable)
    label: str = field(converter=printable)
    detail: str = field(default="", converter=printable)


def _figures(figures: Iterable[KeyFigure]) -> tuple[KeyFigure, ...]:
    return tuple(figures)


@frozen
class KeyFigures:
    """The few figures that a reader in a hurry should take away."""

    figures: tuple[KeyFigure, ...] = field(converter=_figures)


@frozen
class Table:
    """A table with a caption.

    ``rows`` holds a cell for each column; ``total`` says whether the last row sums up the others; ``note``
    stands under the table; ``empty`` is what is said when there are no rows.
    """

    caption: str = field(converter=printable)
    columns: tuple[Column, ...] = field(converter=_columns)
    rows: tuple[tuple[Cell, ...], ...] = field(converter=_cells)
    total: bool = False
    note: str = field(default="", converter=printable)
    empty: str = field(default="Nothing to show.", converter=printable)

    @property
    def shares(self) -> float:
        """The sum of the columns' shares of the width."""
        return sum(column.share for column in self.columns)

    @rows.validator
    def _rows_fit_columns(self, _: Attribute[Any], rows: tuple[tuple[Cell, ...], ...]) -> None:
        for number, row in enumerate(rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table '{self.caption}', row {number}: {len(row)} cells for {len(self.columns)} columns"
                )


def _not_blank(_: object, attribute: Attribute[Any], value: str) -> None:
    if not value:
        raise ValueError(f"a chart needs its {attribute.name}")


@frozen
class Chart:
    """A still picture with its words and its figures.

    ``svg`` is a whole SVG document; ``alternative`` says in words what the picture shows; ``data`` holds
    every figure drawn; ``note`` explains marks in the picture, and stands under it.
    """

    caption: str = field(converter=printable, validator=_not_blank)
    svg: str = field(validator=_not_blank, repr=False)
    alternative: str = field(converter=printable, validator=_not_blank)
    data: Table
    note: str = field(default="", converter=printable)


@frozen
class Notice:
    """Something the reader must know before the figures around it: what kind it is, a title, and the text."""

    kind: NoticeKind = field(validator=in_(("made-up data", "warning", "no figure", "note")))
    title: str = field(converter=printable)
    text: str = field(converter=printable)


Block: TypeAlias = Heading | Paragraph | BulletList | KeyFigures | Table | Chart | Notice


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((printable(label), printable(value)) for label, value in pairs)


@frozen
class Metadata:
    """Who reports to whom, of what period, and on what data.

    ``marking`` is the protective marking, printed on every page; ``standing`` says what kind of data the
    figures rest on (``Made-up data``, ``Live records``), printed beside it. ``details`` are further lines
    of the title block.
    """

    force: str = field(converter=printable)
    period: str = field(converter=printable)
    prepared_on: date
    marking: str = field(default="", converter=printable)
    standing: str = field(default="", converter=printable)
    details: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Give the title block's lines, each a label and what stands beside it."""
        fixed = (("Force", self.force), ("Period", self.period), ("Date", british_date(self.prepared_on)))
        data = (("Data", self.standing),) if self.standing else ()
        return (*self.details, *fixed, *data)


def _blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(blocks)


@frozen
class Report:
    """A whole report: title, strap line, metadata and blocks in reading order."""

    title: str = field(converter=printable)
    strap: str = field(converter=printable)
    metadata: Metadata
    blocks: tuple[Block, ...] = field(converter=_blocks)


def in_words(cell: Cell, kind: ColumnKind) -> str:
    """Give a cell as printed: ``1,234`` for a count, ``92.1%`` for a rate, a dash for nothing."""
    if cell is None or cell == "":
        return NO_VALUE
    if isinstance(cell, Points):
        return " ".join((cell.lead, *cell.points))
    if isinstance(cell, str):
        return cell
    return f"{cell:,.1f}%" if kind == "rate" else f"{cell:,.0f}"


def british_date(day: date) -> str:
    """Give a date as a British reader writes it: 6 December 2017."""
    return f"{day.day} {day:%B %Y}"


def numbered(blocks: Sequence[Block]) -> Iterator[tuple[int | None, Block]]:
    """Give each block with its number, if it is a numbered paragraph: numbers run through the report."""
    number = 0
    for block in blocks:
        if isinstance(block, Paragraph) and block.numbered:
            number += 1
            yield number, block
        else:
            yield None, block
