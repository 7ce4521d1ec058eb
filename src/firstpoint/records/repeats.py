"""A key that stands on several rows: the same row again, a later version, or another event under a used
number.

* Rows alike in every canonical column are one row; the rest are dropped and counted.
* Otherwise, and by default, the first row is kept and the others are set aside with the reason: nobody has
  said which is right, and nothing is lost, since the rejects hold them.
* Where the mapping says ``treat = "versions"``, later rows are later versions of the first and are joined
  with it: the earliest time of receipt and the first opening code stand, the texts follow one another,
  every other cell is the latest that is filled, and codes that were replaced go to ``qualifiers``.
* Where it says ``treat = "entries"``, the export has a row a log entry, with the particulars of the incident
  on each: rows of a key are joined in the same way, and as the file is meant so, nobody is warned.
* Where it also gives ``event_at`` (when the event happened) or ``keys`` (which keys can have versions at
  all), rows that do not agree are *different events under one number*. They are all kept; the second gets
  the key with ``/2`` after it, and a warning lists them.

Rows are told apart by two hashes of 64 bits each. What is decided is decided on keys alone; only rows to be
joined are looked at whole, so many at a time.
"""

from __future__ import annotations

from itertools import count

import polars as pl
from attrs import frozen

from firstpoint.records.faults import findings_where, gather
from firstpoint.records.mapping import Repeats
from firstpoint.records.spool import Spool
from firstpoint.records.tables import Table

FIRST_STANDS = ("opening_code",)
EARLIEST_STANDS = ("received_at", "reported_at", "recorded_at", "occurred_from")
ORDERED_BY = {"incidents": "received_at", "crimes": "recorded_at"}
ROWS_JOINED_AT_ONCE = 50_000


@frozen
class Repeated:
    """What was found about repeated keys, how many rows were dropped and how many joined to another."""

    findings: pl.DataFrame
    identical_rows: int = 0
    joined_rows: int = 0


def identity_of(frame: pl.DataFrame, table: Table) -> pl.Series:
    """A hash of each row's key (UInt64); of the whole row in a table that has none."""
    return frame[table.key].hash(seed=1) if table.key else _alike(frame, table)["alike"]


def settle_repeats(rows: Spool, identities: pl.DataFrame, table: Table, repeats: Repeats) -> Repeated:
    """Settle the rows so that each key stands once, and say what was found.

    ``rows`` has ``row`` (Int64), the canonical columns, and ``event_at`` (String, null when the mapping has
    none); ``identities`` has ``row`` and ``identity`` for each. A table without key loses identical rows
    only.
    """
    repeated = identities.filter(pl.col("identity").is_duplicated())["row"]
    if repeated.is_empty():
        return Repeated(gather([]))
    slim = _keys_of(rows, repeated, table)
    once = slim.filter(pl.struct("alike", "alike_too").is_first_distinct())
    dropped = slim.filter(~pl.col("row").is_in(once["row"].implode()))["row"]
    if not table.key or not once[table.key].is_duplicated().any():
        _take_out(rows, dropped)
        return Repeated(gather([]), dropped.len())
    if repeats.treat == "reject":
        again, findings = _later_rows(once, table)
        _take_out(rows, pl.concat([dropped, again]))
        return Repeated(findings, dropped.len())
    named, findings = _numbers_used_again_told_apart(once, rows, table, repeats)
    joined = _versions_joined(rows, dropped, named, table)
    if repeats.treat == "versions":
        findings = gather([findings, _joined_findings(named, table)])
    return Repeated(findings, dropped.len(), joined)


def _alike(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Two hashes of each row's canonical columns."""
    cells = frame.select(
        pl.col(column.name).list.join("\x1f") if column.kind == "list" else pl.col(column.name)
        for column in table.columns
    )
    return pl.DataFrame({"alike": cells.hash_rows(seed=1), "alike_too": cells.hash_rows(seed=2)})


def _keys_of(rows: Spool, repeated: pl.Series, table: Table) -> pl.DataFrame:
    """Row, key, ``event_at`` and hashes of the rows whose identity stands on several."""
    slim = []
    for at, here in rows.places_of(repeated):
        frame = rows.frame(at).filter(pl.col("row").is_in(here.implode()))
        keys = ["row", "event_at", *([table.key] if table.key else [])]
        slim.append(pl.concat([frame.select(keys), _alike(frame, table)], how="horizontal"))
    return pl.concat(slim, rechunk=True)


def _take_out(rows: Spool, gone: pl.Series) -> None:
    for at, here in rows.places_of(gone.sort()):
        rows.replace(at, rows.frame(at).filter(~pl.col("row").is_in(here.implode())))


def _later_rows(once: pl.DataFrame, table: Table) -> tuple[pl.Series, pl.DataFrame]:
    """The rows whose key stands on an earlier one, and that they are set aside."""
    again = ~pl.col(table.key).is_first_distinct()
    findings = findings_where(
        once,
        again,
        severity="reject",
        column=table.key,
        reason="The key stands on an earlier row with other content; that row was kept.",
        remedy='Mend the export, or say in the mapping that they are versions: treat = "versions".',
    )
    return once.filter(again)["row"], findings


def _numbers_used_again_told_apart(
    once: pl.DataFrame, rows: Spool, table: Table, repeats: Repeats
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with the key of another event marked ``/2``, ``/3`` …, and a warning for each."""
    may_have_versions = pl.col(table.key).str.contains(repeats.keys) if repeats.keys else pl.lit(True)
    event = pl.when(may_have_versions).then(pl.col("event_at")).otherwise(pl.col("row").cast(pl.String))
    numbered = once.with_columns(event=event.fill_null(""))
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
    return numbered.select("row", _marked(numbered, rows, table.key).alias(table.key)), findings


def _marked(numbered: pl.DataFrame, rows: Spool, key: str) -> pl.Series:
    """The keys with ``/2`` and so on; with more strokes where such a key is in the source already."""
    others = numbered.filter(pl.col("nth") > 1)
    for strokes in count(1):
        mark = pl.concat_str(pl.col(key), pl.lit("/" * strokes), pl.col("nth").cast(pl.String))
        if others.is_empty() or not _are_there(others.select(mark).to_series(), rows, key):
            break
    return numbered.select(pl.when(pl.col("nth") > 1).then(mark).otherwise(pl.col(key))).to_series()


def _are_there(keys: pl.Series, rows: Spool, key: str) -> bool:
    return any(rows.frame(at, [key])[key].is_in(keys.implode()).any() for at in range(len(rows.parts)))


def _versions_joined(rows: Spool, dropped: pl.Series, named: pl.DataFrame, table: Table) -> int:
    """Join the rows of one key in the place of the first, and give how many went into another."""
    versions = named.filter(pl.col(table.key).is_duplicated())
    joined = Spool("joined", rows.folder)
    for keys in _so_many_at_once(versions, table.key):
        joined.add(_joined_rows(_renamed(rows.with_rows(keys["row"]), keys, table.key), table))
    touched = pl.concat([dropped, named["row"]]).unique().sort()
    gone = pl.concat([dropped, versions["row"]])
    for at, here in rows.places_of(touched):
        kept = rows.frame(at).filter(~pl.col("row").is_in(gone.implode()))
        frame = _renamed(kept, named, table.key)
        rows.replace(at, pl.concat([frame, joined.with_rows(here)]).sort("row") if joined.parts else frame)
    return versions.height - versions[table.key].n_unique()


def _so_many_at_once(versions: pl.DataFrame, key: str) -> list[pl.DataFrame]:
    """The rows to be joined, no key in two of the frames, those first in the file first."""
    groups = versions.with_columns(first=pl.col("row").min().over(key)).sort("first", "row")
    batch = pl.col("at").min().over("first") // ROWS_JOINED_AT_ONCE
    placed = groups.with_row_index("at").with_columns(batch=batch)
    return placed.partition_by("batch", maintain_order=True)


def _renamed(frame: pl.DataFrame, named: pl.DataFrame, key: str) -> pl.DataFrame:
    names = named.select("row", pl.col(key).alias("name"))
    return (
        frame.join(names, on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("name", key).alias(key))
        .drop("name")
    )


def _joined_rows(again: pl.DataFrame, table: Table) -> pl.DataFrame:
    order = [ORDERED_BY[table.name]] if table.name in ORDERED_BY else []
    joined = (
        again.sort([*order, "row"], nulls_last=True)
        .group_by(table.key, maintain_order=True)
        .agg(
            pl.col("row").min(),
            pl.col("event_at").first(),
            *(_joined(column.name, column.kind) for column in table.columns if column.name != table.key),
        )
        .with_columns(
            pl.col(column.name).list.unique(maintain_order=True)
            for column in table.columns
            if column.kind == "list"
        )
    )
    return joined.select(again.columns).sort("row")


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
