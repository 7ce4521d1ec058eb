"""What kinds of error the auditors found, as counts of the audited sample."""

from __future__ import annotations

import polars as pl

from firstpoint.insight.columns import need_columns

NOT_RECORDED = "not recorded at all"
FEWER = "fewer recorded than required"
WRONG_CLASS = "recorded in the wrong class"
LATE = "recorded late"
OVER_RECORDED = "recorded without need"

_COUNTED_WHERE_MARKED = {"right_class": WRONG_CLASS, "in_time": LATE}


def kinds_of_error(marks: pl.DataFrame) -> pl.DataFrame:
    """Give the errors by kind: ``kind`` str, ``incidents`` i64 and ``crimes`` i64, in a fixed order.

    ``marks`` has ``incident_id``, ``should_record`` and ``recorded``; rows of one incident are summed.
    Where the auditors also marked ``right_class`` or ``in_time`` (how many of the recorded crimes were, or
    true and false for a row) or ``over_recorded`` (crimes recorded that should not have been), those kinds
    are counted too; a kind that was not marked has no row, which is not the same as none found. One
    incident can err in several ways.
    """
    need_columns(marks, ("incident_id", "should_record", "recorded"), "marks")
    incidents = _by_incident(marks)
    missed = pl.col("should_record") - pl.col("recorded")
    kinds = {
        NOT_RECORDED: pl.when(pl.col("recorded") == 0).then(missed).otherwise(0),
        FEWER: pl.when(pl.col("recorded") > 0).then(missed).otherwise(0),
        **{
            kind: pl.col("recorded") - pl.col(column)
            for column, kind in _COUNTED_WHERE_MARKED.items()
            if column in incidents.columns
        },
    }
    if "over_recorded" in incidents.columns:
        kinds[OVER_RECORDED] = pl.col("over_recorded")
    rows = [
        incidents.select(
            kind=pl.lit(kind), incidents=(crimes > 0).sum().cast(pl.Int64), crimes=crimes.sum().cast(pl.Int64)
        )
        for kind, crimes in kinds.items()
    ]
    return pl.concat(rows)


def missed_multiple(marks: pl.DataFrame) -> pl.DataFrame:
    """Give the offences that lack crimes where one incident should have led to several, most missed first.

    ``marks`` has a row for each offence of an incident: ``incident_id, ho_class, should_record, recorded``.
    Only incidents that should have led to two crimes or more count. Columns: ``ho_class``, ``incidents``
    i64, ``should_record`` i64, ``missed`` i64, ``share_missed`` f64.
    """
    need_columns(marks, ("incident_id", "ho_class", "should_record", "recorded"), "marks")
    several = marks.filter(pl.col("should_record").sum().over("incident_id") >= 2)
    return (
        several.group_by("ho_class")
        .agg(
            incidents=pl.col("incident_id").n_unique().cast(pl.Int64),
            should_record=pl.col("should_record").sum().cast(pl.Int64),
            missed=(pl.col("should_record") - pl.col("recorded")).sum().cast(pl.Int64),
        )
        .filter(pl.col("should_record") > 0)
        .with_columns(share_missed=pl.col("missed") / pl.col("should_record"))
        .sort("missed", "share_missed", "ho_class", descending=[True, True, False])
    )


def _by_incident(marks: pl.DataFrame) -> pl.DataFrame:
    columns = [
        name
        for name in ("should_record", "recorded", *_COUNTED_WHERE_MARKED, "over_recorded")
        if name in marks.columns
    ]
    as_counts = [
        pl.when(pl.col(name)).then(pl.col("recorded")).otherwise(0).alias(name)
        if marks.schema[name] == pl.Boolean
        else pl.col(name).cast(pl.Int64)
        for name in columns
    ]
    return marks.select("incident_id", *as_counts).group_by("incident_id").agg(pl.col(columns).sum())
