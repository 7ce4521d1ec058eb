"""What is wrong with an extract: one value a kind of fault, and a row of a frame for every place it stands.

A million bad dates are one sentence to a reader and a million lines in the rejects file. So each stage of
reading yields *findings*, a frame with a row for every fault of every row, and :func:`summarise` folds
findings of one kind into a :class:`Fault` that names the first rows and counts the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import polars as pl
from attrs import frozen

Severity = Literal["reject", "warning"]

FINDINGS_SCHEMA: dict[str, pl.DataType] = {
    "severity": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "remedy": pl.String(),
}

_NONE = pl.DataFrame(schema=FINDINGS_SCHEMA)
ROWS_NAMED_IN_A_MESSAGE = 10
CHARACTERS_OF_A_VALUE_SHOWN = 80


@frozen
class Fault:
    """A fault of an extract, in words: what is wrong, where, and what to do.

    ``row`` is the first row at fault as the file counts it (the heading is row 1), None where the whole
    file or table is meant; ``rows`` is how many rows have the same fault. A ``reject`` has set those rows
    aside, a ``warning`` has not. ``column`` is the heading or canonical column; ``value`` is the first
    offending value, and is left out where it is the words of a log. ``check`` is the id of the check that
    found it (see ``docs/checks.md``).
    """

    severity: Severity
    table: str
    row: int | None
    column: str | None
    value: str | None
    message: str
    remedy: str
    rows: int = 1
    file: str = ""
    check: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.sentence}" if self.file else self.sentence

    @property
    def sentence(self) -> str:
        """The fault in words, without its file."""
        row = "" if self.row is None else f" row {self.row}"
        column = "" if self.column is None else f" column {self.column}"
        value = "" if self.value is None else f" value {self.value!r}"
        return f"{self.table}{row}{column}{value}: {self.message} {self.remedy}".strip()


def no_findings() -> pl.DataFrame:
    """A frame of findings with no rows."""
    return _NONE.clone()


def finding(
    severity: Severity, row: int | None, column: str | None, value: str | None, reason: str, remedy: str
) -> pl.DataFrame:
    """One finding, as a frame of one row."""
    return pl.DataFrame([[severity, row, column, value, reason, remedy]], FINDINGS_SCHEMA, orient="row")


def findings_where(
    frame: pl.DataFrame,
    bad: pl.Expr,
    *,
    severity: Severity,
    column: str,
    reason: str,
    remedy: str,
    value: pl.Expr | None = None,
) -> pl.DataFrame:
    """A finding for every row of ``frame`` (with its ``row`` number) where ``bad`` holds.

    ``value`` is the expression of what stands in the file; the column itself when it is not given.
    """
    return frame.filter(bad).select(
        severity=pl.lit(severity),
        row=pl.col("row").cast(pl.Int64),
        column=pl.lit(column),
        value=(pl.col(column) if value is None else value).cast(pl.String),
        reason=pl.lit(reason),
        remedy=pl.lit(remedy),
    )


def gather(findings: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """All findings in one frame, by row."""
    filled = [each for each in findings if each.height]
    if not filled:
        return no_findings()
    return pl.concat([no_findings(), *filled]).sort("row", maintain_order=True, nulls_last=False)


def summarise(table: str, file: str, findings: pl.DataFrame) -> tuple[Fault, ...]:
    """Findings folded by kind into faults, rejects first, each with its first rows named."""
    kinds = ["severity", "column", "reason", "remedy"]
    folded = findings.group_by(kinds, maintain_order=True).agg(
        pl.col("row").drop_nulls().first().alias("first_row"),
        pl.col("row").drop_nulls().head(ROWS_NAMED_IN_A_MESSAGE).alias("named"),
        pl.col("value").first(),
        pl.len().alias("count"),
    )
    faults = [_fault(table, file, entry) for entry in folded.iter_rows(named=True)]
    return tuple(sorted(faults, key=lambda each: each.severity != "reject"))


def _fault(table: str, file: str, entry: dict[str, Any]) -> Fault:
    message = entry["reason"]
    if entry["count"] > 1:
        message += f" ({rows_in_words(entry['named'], entry['count'])}.)"
    return Fault(
        severity=entry["severity"],
        table=table,
        row=entry["first_row"],
        column=entry["column"],
        value=shortened(entry["value"]) if entry["column"] != "text" else None,
        message=message,
        remedy=entry["remedy"],
        rows=entry["count"],
        file=file,
    )


def rows_in_words(named: Sequence[int], count: int) -> str:
    """How many rows, and the numbers of the first, as they stand in a message."""
    first = ", ".join(str(row) for row in named)
    more = count - len(named)
    return f"{count} rows: {first}{f' and {more} more' if more else ''}"


def shortened(value: str | None) -> str | None:
    """The start of a value that may be very long."""
    if value is None or len(value) <= CHARACTERS_OF_A_VALUE_SHOWN:
        return value
    return value[:CHARACTERS_OF_A_VALUE_SHOWN] + "…"
