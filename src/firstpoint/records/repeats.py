"""A key that stands on several rows: the same row again, a later version, or another event under a used
number.

* Rows alike in every canonical column are one row; the rest are dropped and counted.
* Otherwise, and by default, the first row is kept and the others are set aside with the reason: nobody has
  said which is right, and nothing is lost, since the rejects hold them.
* Where the mapping says ``treat = "versions"``, later rows are later versions of the first and are joined
  with it: the earliest time of receipt and the first opening code stand, the texts follow one another,
  every other cell is the latest that is filled, and codes that were replaced go to ``qualifiers``.
* Where it also gives ``event_at`` (when the event happened) or ``keys`` (which keys can have versions at
  all), rows that do not agree are *different events under one number*. They are all kept; the second gets
  the key with ``/2`` after it, and a warning lists them.
"""

from __future__ import annotations

from itertools import count

import polars as pl
from attrs import frozen

from firstpoint.records.faults import findings_where, gather
from firstpoint.records.mapping import Repeats
from firstpoint.records.tables import Table

FIRST_STANDS = ("opening_code",)
EARLIEST_STANDS = ("received_at", "reported_at", "recorded_at", "occurred_from")
ORDERED_BY = {"incidents": "received_at", "crimes": "recorded_at"}


@frozen
class WithoutRepeats:
    """A table whose key stands once, what was found, how many rows were dropped and how many joined."""

    frame: pl.DataFrame
    findings: pl.DataFrame
    identical_rows: int
    joined_rows: int


def settle_repeats(frame: pl.DataFrame, table: Table, repeats: Repeats) -> WithoutRepeats:
    """The table with each key once.

    ``frame`` has ``row`` (Int64), the canonical columns, and ``event_at`` (String, null when the mapping has
    none). A table without key loses identical rows only.
    """
    once = _without_identical(frame, table)
    identical = frame.height - once.height
    if not table.key or not once[table.key].is_duplicated().any():
        return WithoutRepeats(once.drop("event_at"), gather([]), identical, 0)
    if repeats.treat == "reject":
        return _first_kept(once, table, identical)
    named, findings = _numbers_used_again_told_apart(once, table, repeats)
    joined = _versions_joined(named, table)
    if named.height > joined.height:
        findings = gather([findings, _joined_findings(named, table)])
    return WithoutRepeats(joined, findings, identical, named.height - joined.height)


def _without_identical(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    alike = frame.select(
        pl.col(column.name).list.join("\x1f") if column.kind == "list" else pl.col(column.name)
        for column in table.columns
    )
    return frame.filter(alike.select(pl.struct(pl.all()).is_first_distinct()).to_series())


def _first_kept(frame: pl.DataFrame, table: Table, identical: int) -> WithoutRepeats:
    again = ~pl.col(table.key).is_first_distinct()
    findings = findings_where(
        frame,
        again,
        severity="reject",
        column=table.key,
        reason="The key stands on an earlier row with other content; that row was kept.",
        remedy='Mend the export, or say in the mapping that they are versions: treat = "versions".',
    )
    return WithoutRepeats(frame.filter(~again).drop("event_at"), findings, identical, 0)


def _numbers_used_again_told_apart(
    frame: pl.DataFrame, table: Table, repeats: Repeats
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with the key of another event marked ``/2``, ``/3`` …, and a warning for each."""
    may_have_versions = pl.col(table.key).str.contains(repeats.keys) if repeats.keys else pl.lit(True)
    event = pl.when(may_have_versions).then(pl.col("event_at")).otherwise(pl.col("row").cast(pl.String))
    numbered = frame.with_columns(event=event.fill_null(""))
    first_row = pl.col("row").min().over(table.key, "event")
    numbered = numbered.with_columns(first_row=first_row).with_columns(
        nth=pl.col("first_row").rank("dense").over(table.key).cast(pl.Int64)
    )
    again = (pl.col("nth") > 1) & (pl.col("row") == pl.col("first_row"))
    findings = findings_where(
        numbered,
        again,
        severity="warning",
        column=table.key,
        reason="The number was used before for another event; both are kept, this one as /2 (or /3).",
        remedy="Check that they are different events; if not, say so in repeats of the mapping.",
    )
    told_apart = numbered.with_columns(_marked(numbered, table.key).alias(table.key))
    return told_apart.drop("nth", "event", "event_at", "first_row"), findings


def _marked(numbered: pl.DataFrame, key: str) -> pl.Series:
    """The keys with ``/2`` and so on; with more strokes where such a key is in the source already."""
    for strokes in count(1):
        mark = pl.format("{}{}{}", pl.col(key), pl.lit("/" * strokes), pl.col("nth"))
        again = numbered.filter(pl.col("nth") > 1).select(mark).to_series()
        if not again.is_in(numbered[key].implode()).any():
            break
    return numbered.select(pl.when(pl.col("nth") > 1).then(mark).otherwise(pl.col(key))).to_series()


def _versions_joined(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    repeated = pl.col(table.key).is_duplicated()
    again = frame.filter(repeated)
    if again.is_empty():
        return frame
    order = [ORDERED_BY[table.name]] if table.name in ORDERED_BY else []
    joined = (
        again.sort([*order, "row"], nulls_last=True)
        .group_by(table.key, maintain_order=True)
        .agg(
            pl.col("row").min(),
            *(_joined(column.name, column.kind) for column in table.columns if column.name != table.key),
        )
        .with_columns(
            pl.col(column.name).list.unique(maintain_order=True)
            for column in table.columns
            if column.kind == "list"
        )
    )
    return pl.concat([frame.filter(~repeated), joined.select(frame.columns)]).sort("row")


def _joined(name: str, kind: str) -> pl.Expr:
    cells = pl.col(name).drop_nulls()
    if name == "text":
        return pl.when(cells.len() > 0).then(cells.unique(maintain_order=True).str.join("\n")).alias(name)
    if name == "qualifiers":
        return pl.concat_list(
            cells.list.explode().implode(),
            *(_replaced(code).implode() for code in ("opening_code", "closing_code")),
        ).alias(name)
    if kind == "list":
        return cells.list.explode()
    if name in EARLIEST_STANDS:
        return cells.min()
    return cells.first() if name in FIRST_STANDS else cells.last()


def _replaced(code: str) -> pl.Expr:
    """The codes of other versions than the one that stands."""
    cells = pl.col(code).drop_nulls()
    standing = cells.first() if code in FIRST_STANDS else cells.last()
    return cells.filter(cells != standing)


def _joined_findings(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    return findings_where(
        frame,
        pl.col(table.key).is_duplicated() & ~pl.col(table.key).is_first_distinct(),
        severity="warning",
        column=table.key,
        reason="A later version of an earlier row; the two were joined.",
        remedy="Nothing to do if the source repeats a case when it is updated.",
    )
