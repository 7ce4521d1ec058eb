"""What a check is given, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

import polars as pl
from attrs import field, frozen

from firstpoint.records.checking.registry import CHECKS
from firstpoint.records.faults import ROWS_NAMED_IN_A_MESSAGE, Fault, rows_in_words, shortened
from firstpoint.records.reading import Extract

ROWS_SCHEMA = {"row": pl.Int64, "value": pl.String}
WORDS_OF_A_LOG = ("text",)


@frozen
class Material:
    """One extract under check, and what it is held against.

    ``together`` are all extracts of the same delivery, this one among them; ``earlier`` those of an earlier
    delivery. ``as_of`` is the moment after which nothing can have happened; None where nobody said.
    """

    extract: Extract
    together: tuple[Extract, ...] = ()
    earlier: tuple[Extract, ...] = ()
    as_of: datetime | None = None

    @property
    def table(self) -> str:
        """The table of the extract under check."""
        return self.extract.table

    @cached_property
    def texts(self) -> pl.DataFrame:
        """Of each row's text the number of ``characters`` (0 where empty) and its ``hash``, with ``row``.

        Made once, since reading the texts takes longer than all else.
        """
        numbers = self.extract.scan().select(
            characters=pl.col("text").str.strip_chars().str.len_chars().fill_null(0),
            hash=pl.col("text").hash(),
        )
        frame = numbers.collect(engine="streaming")
        return frame.with_columns(self.extract.row_numbers.alias("row"))

    def others(self, table: str) -> Iterator[Extract]:
        """The extracts of the delivery that hold this table."""
        return (each for each in self.together if each.table == table)

    def before(self) -> Iterator[Extract]:
        """The extracts of the earlier delivery that hold the table under check."""
        return (each for each in self.earlier if each.table == self.table)


@frozen
class Found:
    """What one check found in one table.

    ``rows`` has ``row`` (Int64, as the file counts) and ``value`` (String) for every row at fault; it is
    empty where the figures of the whole table are meant. ``remedy`` empty takes that of the check.
    """

    check: str
    column: str | None
    message: str
    rows: pl.DataFrame = field(factory=lambda: pl.DataFrame(schema=ROWS_SCHEMA), eq=False, repr=False)
    remedy: str = ""
    value: str | None = None


def part(extract: Extract, *columns: str) -> pl.DataFrame:
    """These columns of the extract's good rows, with their ``row`` numbers."""
    return extract.scan().select(columns).collect().with_columns(extract.row_numbers.alias("row"))


def is_used(extract: Extract, *columns: str) -> bool:
    """Whether the source has anything in each of these columns."""
    filled = extract.scan().select(pl.col(name).is_not_null().any() for name in columns).collect()
    return bool(filled.row(0)) and all(filled.row(0))


def where(
    frame: pl.DataFrame,
    bad: pl.Expr,
    *,
    check: str,
    column: str,
    message: str,
    value: pl.Expr | None = None,
    remedy: str = "",
) -> Iterator[Found]:
    """What is found where ``bad`` holds in ``frame`` (with ``row``); nothing where it holds nowhere."""
    shown = pl.col(column) if value is None else value
    rows = frame.filter(bad.fill_null(False)).select(
        pl.col("row").cast(pl.Int64), value=shown.cast(pl.String)
    )
    if rows.height:
        yield Found(check, column, message, rows, remedy)


def fault_of(found: Found, extract: Extract) -> Fault:
    """What was found, in words: its first rows named and the rest counted."""
    check = CHECKS[found.check]
    rows = found.rows["row"]
    message = found.message
    if rows.len() > 1:
        message += f" ({rows_in_words(rows.head(ROWS_NAMED_IN_A_MESSAGE).to_list(), rows.len())}.)"
    value = found.value if rows.is_empty() else found.rows["value"][0]
    return Fault(
        severity="warning",
        table=extract.table,
        row=None if rows.is_empty() else rows[0],
        column=found.column,
        value=None if found.column in WORDS_OF_A_LOG else shortened(value),
        message=message,
        remedy=found.remedy or check.remedy,
        rows=rows.len(),
        file=str(extract.path),
        check=found.check,
    )
