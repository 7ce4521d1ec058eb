"""How soon crimes are recorded after they are reported.

The Crime Recording Rules for 2026-27 (page 10, "When to record?") want a crime recorded on the day of the
report and no later than 24 hours after the initial report. The clock starts when the incident was received,
or when a crime recorded directly was reported.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from firstpoint.records.needed_columns import need_columns


def timeliness(
    incidents: pl.DataFrame,
    crimes: pl.DataFrame,
    links: pl.DataFrame,
    *,
    by: Literal["route", "unit"] = "route",
    hours: float = 24.0,
) -> pl.DataFrame:
    """Give how many recorded crimes met the clock, by the ``route`` or ``unit`` of the report.

    ``incidents`` needs ``incident_id``, ``received_at`` and the column ``by``; ``crimes`` needs
    ``crime_id``, ``reported_at`` and ``recorded_at``; ``links`` joins them (``incident_id``, ``crime_id``).
    Times are timezone-aware. A crime linked to several incidents counts from the earliest. Columns of the
    answer: the column ``by``, ``crimes`` i64, ``in_time`` i64, ``overdue`` i64, ``not_timed`` i64 (a time
    is missing, or the crime was recorded before its report), ``share_in_time`` f64 (of those timed; null
    where none was) and ``median_hours`` f64. A crime without an incident stands under ``recorded
    directly``.
    """
    need_columns(incidents, ("incident_id", "received_at", by), "incidents")
    need_columns(crimes, ("crime_id", "reported_at", "recorded_at"), "crimes")
    need_columns(links, ("incident_id", "crime_id"), "links")
    delays = _delays(incidents, crimes, links, by)
    timed = pl.col("hours").is_not_null() & (pl.col("hours") >= 0)
    return (
        delays.group_by(by)
        .agg(
            crimes=pl.len().cast(pl.Int64),
            in_time=(timed & (pl.col("hours") <= hours)).sum().cast(pl.Int64),
            overdue=(timed & (pl.col("hours") > hours)).sum().cast(pl.Int64),
            not_timed=(~timed).sum().cast(pl.Int64),
            median_hours=pl.col("hours").filter(timed).median(),
        )
        .with_columns(
            share_in_time=pl.when(pl.col("in_time") + pl.col("overdue") > 0).then(
                pl.col("in_time") / (pl.col("in_time") + pl.col("overdue"))
            )
        )
        .select(by, "crimes", "in_time", "overdue", "not_timed", "share_in_time", "median_hours")
        .sort(by)
    )


def _delays(incidents: pl.DataFrame, crimes: pl.DataFrame, links: pl.DataFrame, by: str) -> pl.DataFrame:
    """Give one row a crime: its group and the hours from report to record, null where a time is missing."""
    first = (
        links.select("incident_id", "crime_id")
        .join(incidents.select("incident_id", "received_at", by), on="incident_id")
        .sort("received_at", "incident_id", nulls_last=True)
        .unique("crime_id", keep="first", maintain_order=True)
    )
    started = pl.when(pl.col("linked")).then(pl.col("received_at")).otherwise(pl.col("reported_at"))
    return (
        crimes.select("crime_id", "reported_at", "recorded_at")
        .join(first.with_columns(linked=pl.lit(value=True)), on="crime_id", how="left")
        .with_columns(pl.col("linked").fill_null(value=False))
        .select(
            pl.when(pl.col("linked"))
            .then(pl.col(by).fill_null("not given"))
            .otherwise(pl.lit("recorded directly"))
            .alias(by),
            hours=(pl.col("recorded_at") - started).dt.total_seconds() / 3600.0,
        )
    )
