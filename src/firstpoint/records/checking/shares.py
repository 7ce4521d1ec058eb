"""Which unit leaves a column empty, or records late, beyond the others; which column is filled no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import polars as pl

from firstpoint.records.chance import shares_above_the_rest, wilson
from firstpoint.records.checking.found import Found, Material, is_used, part
from firstpoint.records.needed_columns import need_columns
from firstpoint.records.reading import Extract

OUGHT_TO_BE_FILLED = {
    "incidents": (
        *(
            "channel",
            "route",
            "taken_by",
            "opening_code",
            "closing_code",
            "closed_at",
            "reporter_role",
            "domestic",
        ),
        *("easting", "northing", "area"),
    ),
    "crimes": (
        *(
            "reported_at",
            "occurred_from",
            "ho_class",
            "ho_code",
            "title",
            "victim_id",
            "suspects",
            "domestic",
        ),
        "recorded_by",
    ),
    "victims": ("age", "sex", "ethnicity"),
}
"""Columns that an ordinary row fills. Others (a cancellation, say) are rightly rare."""

FILLED_LATER = ("closing_code", "closed_at")
"""Columns that are empty while an incident is open, and so in the newest rows."""

ORDERED_BY = {"incidents": "received_at", "crimes": "recorded_at"}
LATEST_PART = 0.25
LEAST_ROWS = 40
LIMIT = timedelta(hours=24)


def empty_beyond_others(material: Material) -> Iterator[Found]:
    """Columns of which one unit leaves more cells empty than the others do."""
    for entry in missing_by_unit(material.extract).filter("out_of_line").iter_rows(named=True):
        yield Found(
            "missing-by-unit",
            entry["column"],
            f"{entry['unit']} leaves {entry['missing']:,} of {entry['rows']:,} cells empty "
            f"({entry['share']:.0%}); the other units together {entry['others']:.0%}.",
            value=entry["unit"],
        )


def missing_by_unit(extract: Extract) -> pl.DataFrame:
    """The empty cells of each column that ought to be filled, by unit.

    Gives ``column, unit, rows, missing, share`` (of the unit), ``others`` (the share of the other units
    together) and ``out_of_line``; no rows where the source has no units. A column that no unit fills is left
    out: the source does not have it.
    """
    columns = [name for name in OUGHT_TO_BE_FILLED.get(extract.table, ()) if extract.table != "victims"]
    schema = {
        "column": pl.String,
        "unit": pl.String,
        "rows": pl.Int64,
        "missing": pl.Int64,
        "share": pl.Float64,
        "others": pl.Float64,
        "out_of_line": pl.Boolean,
    }
    if not columns:
        return pl.DataFrame(schema=schema)
    counted = (
        extract.scan()
        .group_by("unit")
        .agg(pl.len().alias("rows"), *(pl.col(name).null_count().alias(name) for name in columns))
        .drop_nulls("unit")
        .sort("unit")
        .collect(engine="streaming")
    )
    rows = counted["rows"].to_numpy().astype(np.float64)
    parts = []
    for name in columns:
        missing = counted[name].to_numpy().astype(np.float64)
        if len(rows) and missing.sum() < rows.sum():
            odd = shares_above_the_rest(missing, rows, looked_at=len(columns)) & (rows >= LEAST_ROWS)
            rest = (missing.sum() - missing) / np.maximum(rows.sum() - rows, 1)
            parts.append(
                counted.select(
                    column=pl.lit(name),
                    unit="unit",
                    rows=pl.col("rows").cast(pl.Int64),
                    missing=pl.col(name).cast(pl.Int64),
                    share=pl.col(name) / pl.col("rows"),
                    others=pl.Series(rest),
                    out_of_line=pl.Series(odd),
                )
            )
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def filled_no_more(material: Material) -> Iterator[Found]:
    """Columns of which far more cells are empty than before: against an earlier extract, else within this."""
    wanted = [name for name in OUGHT_TO_BE_FILLED.get(material.table, ()) if name not in FILLED_LATER]
    if material.table == "incidents" and any(material.before()):
        wanted.append("text")
    found = _two_parts(material, wanted)
    if not wanted or found is None:
        return
    before, now, words = found
    for name in wanted:
        if before[name] == before["rows"]:
            continue
        hits = np.array([now[name], before[name]], dtype=np.float64)
        rows = np.array([now["rows"], before["rows"]], dtype=np.float64)
        if now["rows"] >= LEAST_ROWS and shares_above_the_rest(hits, rows, looked_at=len(wanted))[0]:
            yield Found(
                "column-emptied",
                name,
                f"{now[name] / now['rows']:.0%} of the cells are empty; "
                f"{words} {before[name] / before['rows']:.0%}.",
            )


def _two_parts(material: Material, columns: list[str]) -> tuple[dict[str, int], dict[str, int], str] | None:
    """The rows and empty cells before and now, and how *before* is called; None where there is no before."""
    counts = [pl.len().alias("rows"), *(pl.col(name).null_count() for name in columns)]

    def counted(frame: pl.LazyFrame) -> dict[str, int]:
        return frame.select(counts).collect(engine="streaming").row(0, named=True)

    earlier = list(material.before())
    if earlier:
        before = counted(pl.concat([each.scan().select(columns) for each in earlier]))
        return (
            (before, counted(material.extract.scan()), "in the earlier extract") if before["rows"] else None
        )
    order = ORDERED_BY.get(material.table)
    if order is None:
        return None
    split = material.extract.scan().select(pl.col(order).quantile(1 - LATEST_PART)).collect().item()
    if split is None:
        return None
    scan = material.extract.scan()
    before, now = counted(scan.filter(pl.col(order) < split)), counted(scan.filter(pl.col(order) >= split))
    words = f"in the rows before {split:%d/%m/%Y}"
    return (before, now, words) if before["rows"] else None


def late_beyond_others(material: Material) -> Iterator[Found]:
    """Units that record a greater share of their crimes after 24 hours than the others do."""
    if material.table != "crimes" or not is_used(material.extract, "reported_at", "unit"):
        return
    frame = part(material.extract, "unit", "reported_at", "recorded_at")
    for entry in late_recording(frame).filter("out_of_line").iter_rows(named=True):
        yield Found(
            "late-by-unit",
            "recorded_at",
            f"{entry['unit']} recorded {entry['late']:,} of {entry['crimes']:,} crimes more than 24 hours "
            f"after the report ({entry['share']:.0%}).",
            value=entry["unit"],
        )


def late_recording(crimes: pl.DataFrame) -> pl.DataFrame:
    """The share of crimes recorded more than 24 hours after their report, by unit and (``unit`` null) of all.

    ``crimes`` has ``unit, reported_at, recorded_at``; rows without a time of report are left out. Gives
    ``unit, crimes, late, share, low, high`` (a 95 % interval by Wilson's formula) and ``out_of_line``.
    """
    need_columns(crimes, ("unit", "reported_at", "recorded_at"), "late recording")
    timed = crimes.filter(pl.col("reported_at").is_not_null() & pl.col("recorded_at").is_not_null())
    late = (pl.col("recorded_at") - pl.col("reported_at") > LIMIT).sum().cast(pl.Int64)
    counts = {"crimes": pl.len().cast(pl.Int64), "late": late}
    units = timed.drop_nulls("unit").group_by("unit").agg(**counts).sort("unit")
    hits, rows = (units[name].to_numpy().astype(np.float64) for name in ("late", "crimes"))
    odd = shares_above_the_rest(hits, rows) & (rows >= LEAST_ROWS)
    everyone = timed.select(unit=pl.lit(None, pl.String), **counts, out_of_line=pl.lit(value=False))
    both = pl.concat([everyone, units.with_columns(out_of_line=pl.Series(odd, dtype=pl.Boolean))])
    bounds = [wilson(hit, row) for hit, row in both.select("late", "crimes").iter_rows()]
    return both.with_columns(
        share=pl.col("late") / pl.col("crimes"),
        low=pl.Series([low for low, _ in bounds], dtype=pl.Float64),
        high=pl.Series([high for _, high in bounds], dtype=pl.Float64),
    ).select("unit", "crimes", "late", "share", "low", "high", "out_of_line")
