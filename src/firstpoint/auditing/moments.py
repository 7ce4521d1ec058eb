"""The stratified ratio of a very large file, from sums alone: a million incidents in a blink.

Rate, variance and totals need only how many incidents a stratum has and the sums of due, recorded, their
squares and their product. One pass over the rows gives these. The rows are taken to be one an incident and
are not checked for repeats, which is what takes time in :func:`firstpoint.auditing.ratio`; counts that cannot
be are still found, from the same sums.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl
from attrs import frozen

from firstpoint.errors import InputError, Refused
from firstpoint.records.needed_columns import need_columns


@frozen
class QuickRatio:
    """A ratio with its standard error: ``stratum`` is None for the whole, ``incidents`` those in the rows."""

    stratum: str | None
    ratio: float
    standard_error: float
    incidents: int
    crimes: float


def moments(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the sums of each stratum of rows that are one an incident: ``stratum, should_record, recorded``.

    Columns of the answer: ``stratum`` str, ``sampled`` i64, and f64 ``due``, ``recorded``, ``due_squared``,
    ``recorded_squared``, ``product``. Raises InputError for a count that is missing, below 0 or more recorded
    than should be, naming the stratum.
    """
    need_columns(rows, ("stratum", "should_record", "recorded"), "rows")
    due, recorded = pl.col("should_record").cast(pl.Float64), pl.col("recorded").cast(pl.Float64)
    sums = (
        rows.lazy()
        .group_by("stratum")
        .agg(
            sampled=pl.len().cast(pl.Int64),
            due=due.sum(),
            recorded=recorded.sum(),
            due_squared=due.dot(due),
            recorded_squared=recorded.dot(recorded),
            product=due.dot(recorded),
            counted=pl.min_horizontal(pl.col("should_record").count(), pl.col("recorded").count()),
            least=recorded.min(),
            spare=(due - recorded).min(),
        )
        .collect()
        .sort("stratum")
    )
    _refuse_impossible(sums)
    return sums.drop("counted", "least", "spare")


def quick_ratio(sums: pl.DataFrame, incidents: Mapping[str, int]) -> tuple[QuickRatio, ...]:
    """Give the combined ratio of the whole, then that of each stratum, from :func:`moments`.

    ``incidents`` gives the reports of each stratum's frame. The formulas are those of
    :func:`firstpoint.auditing.ratio.fit_ratio`. Raises Refused for a stratum with one incident of several,
    and where nothing should have been recorded.
    """
    rows = list(sums.iter_rows(named=True))
    for name in sorted({row["stratum"] for row in rows} ^ set(incidents)):
        raise InputError(
            "The rows and the frame do not name the same strata.",
            where=f"stratum {name}",
            remedy="Give the reports of each stratum's frame, by the names in the rows.",
        )
    for row in rows:
        _refuse_thin(row["stratum"], row["sampled"], incidents[row["stratum"]])
    weights = {row["stratum"]: incidents[row["stratum"]] / row["sampled"] for row in rows}
    whole = _ratio(rows, weights, incidents, None)
    if whole is None:
        raise Refused(
            "No incident should have led to a crime, so there is no rate.",
            where=f"strata {', '.join(weights)}",
            remedy="Check that should_record is filled in.",
        )
    parts = (_ratio([row], weights, incidents, row["stratum"]) for row in rows)
    return (whole, *(part for part in parts if part is not None))


def _ratio(
    rows: list[dict[str, float]], weights: Mapping[str, float], incidents: Mapping[str, int], name: str | None
) -> QuickRatio | None:
    weighed = [(weights[str(row["stratum"])], incidents[str(row["stratum"])], row) for row in rows]
    due = sum(weight * row["due"] for weight, _, row in weighed)
    if due == 0.0:
        return None
    ratio = sum(weight * row["recorded"] for weight, _, row in weighed) / due
    variance = sum(_variance(row, ratio, weight, total) for weight, total, row in weighed)
    return QuickRatio(
        name,
        ratio,
        math.sqrt(variance) / due,
        int(sum(row["sampled"] for row in rows)),
        sum(row["due"] for row in rows),
    )


def _variance(row: Mapping[str, float], ratio: float, weight: float, incidents: int) -> float:
    size = row["sampled"]
    squares = row["recorded_squared"] - 2.0 * ratio * row["product"] + ratio**2 * row["due_squared"]
    about_mean = squares - (row["recorded"] - ratio * row["due"]) ** 2 / size
    factor = (1.0 - size / incidents) * size / max(size - 1.0, 1.0)
    return factor * weight**2 * max(about_mean, 0.0)


def _refuse_thin(stratum: str, sampled: int, incidents: int) -> None:
    if sampled > incidents:
        raise InputError(
            f"{sampled:,} incidents were audited and the frame has {incidents:,}.",
            where=f"stratum {stratum}",
            remedy="Give the frame the sample was drawn from.",
        )
    if sampled == 1 and incidents > 1:
        raise Refused(
            f"One audited incident of {incidents:,} gives no standard error.",
            where=f"stratum {stratum}",
            remedy="Audit two at the least, or join the stratum to another.",
        )


def _refuse_impossible(sums: pl.DataFrame) -> None:
    wrong = sums.filter(
        pl.col("stratum").is_null()
        | (pl.col("counted") < pl.col("sampled"))
        | ~pl.col("due").is_finite()
        | ~pl.col("recorded").is_finite()
        | (pl.col("least") < 0)
        | (pl.col("spare") < 0)
    )
    if wrong.height:
        raise InputError(
            "A row has no stratum, a count missing or below 0, or more recorded than should be.",
            where=f"stratum {wrong.get_column('stratum')[0]}",
            remedy="check_marks names every such row.",
        )
