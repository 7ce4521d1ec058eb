"""The rows of a file as text under their headings, and what every reader does to them.

``files`` chooses the reader by the kind of file; each reader gives :class:`RawRows`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from attrs import field, frozen

from firstpoint.errors import UnreadableFile
from firstpoint.records.faults import no_findings

READ_BYTES = 1 << 20
MOST_COLUMNS = 5_000


@frozen
class RawRows:
    """The rows of a file, all text.

    ``frame`` has ``row`` (Int64; the heading is row 1) and a String column a heading, empty cells null.
    ``findings`` are the faults of the file itself; ``unread`` holds the raw text of rows that could not be
    cut into cells, by row number. ``blank_rows`` were dropped and are not in ``rows_read``.
    ``may_hold_nul`` is false where a reader saw that no cell holds a NUL character.
    """

    frame: pl.DataFrame
    findings: pl.DataFrame = field(factory=no_findings)
    unread: dict[int, str] = field(factory=dict)
    blank_rows: int = 0
    may_hold_nul: bool = True

    @property
    def rows_read(self) -> int:
        """How many rows hold anything."""
        return self.frame.height + len(self.unread)

    @property
    def headings(self) -> list[str]:
        """The headings of the file, in order."""
        return [name for name in self.frame.columns if name != "row"]


@frozen
class RawParts:
    """The rows of a file in parts, each to be done with before the next is asked for.

    Every part has the ``headings`` and no row of another; numbers of rows are those of the whole file. What
    is wrong with the file itself stands in the part where it was found.
    """

    headings: list[str]
    parts: Iterator[RawRows]

    @classmethod
    def whole(cls, rows: RawRows) -> RawParts:
        """A file that was read at once, as its only part."""
        return cls(rows.headings, iter((rows,)))


def check_headings(headings: list[str], heading_row: int, path: Path) -> list[str]:
    """The headings, each name once; UnreadableFile when one is missing, stands twice or is one too many."""
    if len(headings) > MOST_COLUMNS:
        raise UnreadableFile(
            f"There are {len(headings):,} headings, more than the {MOST_COLUMNS:,} that any export needs.",
            where=str(path),
            remedy="Name the delimiter or heading_row in the mapping, or export a row a record.",
        )
    twice = [name for name, count in Counter(headings).items() if count > 1 and name]
    if "\0" in "".join(headings):
        raise UnreadableFile(
            "This is not a text file: its first row holds NUL bytes.",
            where=str(path),
            remedy="Give it the ending of what it is (.xlsx, .parquet), or export it as CSV.",
        )
    if not any(headings) or twice:
        what = f"The heading {twice[0]!r} stands twice" if twice else "There is no heading"
        raise UnreadableFile(
            f"{what} in row {heading_row}.",
            where=str(path),
            remedy="Give every column its own heading, or set heading_row in the mapping.",
        )
    return [name if name and name != "row" else f"column {at}" for at, name in enumerate(headings, start=1)]


def drop_blank_rows(frame: pl.DataFrame, *, findings: pl.DataFrame | None = None) -> RawRows:
    """The rows that hold anything; cells of spaces alone are empty."""
    cells = [name for name in frame.columns if name != "row"]
    emptied = frame.with_columns(
        pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)).alias(name) for name in cells
    )
    kept = emptied.filter(~pl.all_horizontal(pl.col(name).is_null() for name in cells)) if cells else emptied
    return RawRows(
        frame=kept,
        findings=no_findings() if findings is None else findings,
        blank_rows=frame.height - kept.height,
    )
