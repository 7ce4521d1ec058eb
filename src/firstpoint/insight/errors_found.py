"""What kinds of error the auditors found, as counts of the audited sample."""

from __future__ import annotations

import polars as pl

from firstpoint.records.marked_counts import as_count
from firstpoint.records.needed_columns import need_columns

NOT_RECORDED = "not recorded at all"
FEWER = "fewer recorded than required"
WRONG_CLASS = "recorded in the wrong class"
LATE = "recorded late"
OVER_RECORDED = "recorded without need"

_MARKED_KINDS = {"right_class": WRONG_CLASS, "in_time": LATE, "over_recorded": OVER_RECORDED}


def kinds_of_error(marks: pl.DataFrame) -> pl.DataFrame:
    """Give the errors by kind: ``kind`` str, ``incidents`` i64 and ``crimes`` i64, in a fixed order.

    ``marks`` has ``incident_id``, ``should_record`` and ``recorded``; rows of one incident are summed. Where
    the auditors also marked ``right_class`` or ``in_time`` (how many of the recorded crimes were, or true and
    false for a row) or ``over_recorded`` (crimes recorded that should not have been), those kinds are counted
    too; a kind that was not marked has no row, which is not the same as none found, and a row left empty adds
    nothing. One incident can err in several ways. Raises InputError for a missing column or a mark that is
    neither a number nor true or false.
    """
    need_columns(marks, ("incident_id", "should_record", "recorded"), "marks")
    incidents = _by_incident(marks)
    kinds = {
        NOT_RECORDED: pl.when(pl.col("recorded") == 0).then(pl.col("missed")).otherwise(0),
        FEWER: pl.when(pl.col("recorded") > 0).then(pl.col("missed")).otherwise(0),
        **{kind: pl.col(column) for column, kind in _MARKED_KINDS.items() if column in incidents.columns},
    }
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
    """Give one row an incident: ``recorded``, ``missed``, and the errors of each further kind marked."""
    counts = marks.select(
        pl.col("incident_id").cast(pl.String), pl.col("should_record", "recorded").cast(pl.Int64)
    )
    recorded = counts.get_column("recorded")
    errors = []
    for column in _MARKED_KINDS:
        if column in marks.columns:
            marked = as_count(marks.get_column(column), recorded)
            wrong = marked if column == "over_recorded" else recorded - marked
            errors.append(wrong.clip(lower_bound=0).alias(column))
    return (
        counts.with_columns(missed=pl.col("should_record") - pl.col("recorded"))
        .with_columns(errors)
        .group_by("incident_id")
        .agg(pl.all().sum())
    )
