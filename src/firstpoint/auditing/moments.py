"""The stratified ratio of a very large file, from sums alone: a million incidents in a blink.

Rate, variance and totals need only how many incidents a stratum has and the sums of due, recorded, their
squares and their product. One pass over the rows gives these. The rows are taken to be one an incident and
are not checked for repeats, which is what takes time in :func:`firstpoint.auditing.ratio`; counts that cannot
be are still found, from the same sums.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from firstpoint.auditing.audited import refuse_thin_stratum
from firstpoint.auditing.intervals import Independent, check_confidence, nothing_varied, rate_limits
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused
from firstpoint.records.needed_columns import need_columns

OVERALL = "overall"
"""The key of the whole frame beside those of its strata."""


def moments(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the sums of each stratum of rows that are one an incident: ``stratum, should_record, recorded``.

    Columns of the answer: ``stratum`` str, ``sampled`` and ``with_crime`` i64, and f64 ``due``, ``recorded``,
    ``due_squared``, ``recorded_squared``, ``product``. Raises InputError for a count that is
    missing, below 0 or more recorded than should be, naming the stratum.
    """
    need_columns(rows, ("stratum", "should_record", "recorded"), "rows")
    due, recorded = pl.col("should_record").cast(pl.Float64), pl.col("recorded").cast(pl.Float64)
    sums = (
        rows.lazy()
        .group_by("stratum")
        .agg(
            sampled=pl.len().cast(pl.Int64),
            with_crime=(pl.col("should_record") > 0).sum().cast(pl.Int64),
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


def quick_ratio(
    sums: pl.DataFrame, incidents: Mapping[str, int], *, confidence: float = 0.95
) -> dict[str, Estimate]:
    """Give the rate of the whole, under ``overall``, and of each stratum that has one, from :func:`moments`.

    ``incidents`` gives the reports of each stratum's frame. Rates, errors and beta limits are those of
    :func:`firstpoint.auditing.ratio` for equal chances of selection. Raises InputError where the strata do
    not match, and Refused for a stratum with one incident of several and where no crime was due at all.
    """
    check_confidence(confidence)
    rows = list(sums.iter_rows(named=True))
    for name in sorted({row["stratum"] for row in rows} ^ set(incidents)):
        raise InputError(
            "The rows and the frame do not name the same strata.",
            where=f"stratum {name}",
            remedy="Give the reports of each stratum's frame, by the names in the rows.",
        )
    for row in rows:
        refuse_thin_stratum(row["stratum"], row["sampled"], incidents[row["stratum"]])
    with_crime = [row for row in rows if row["due"] > 0.0]
    if not with_crime:
        raise Refused(
            "No incident should have led to a crime, so there is no rate.",
            where=f"strata {', '.join(incidents)}",
            remedy="Check that should_record is filled in.",
        )
    parts = {row["stratum"]: _rate([row], incidents, confidence) for row in with_crime}
    return {OVERALL: _rate(rows, incidents, confidence), **parts}


def _rate(rows: list[dict[str, Any]], incidents: Mapping[str, int], confidence: float) -> Estimate:
    totals = [incidents[row["stratum"]] for row in rows]
    weights = [total / row["sampled"] for total, row in zip(totals, rows, strict=True)]
    due = sum(weight * row["due"] for weight, row in zip(weights, rows, strict=True))
    rate = sum(weight * row["recorded"] for weight, row in zip(weights, rows, strict=True)) / due
    both = zip(rows, weights, totals, strict=True)
    variance = sum(_variance(row, rate, weight, total) for row, weight, total in both) / due**2
    held = sum(row["with_crime"] for row in rows)
    strata = sum(row["with_crime"] > 0 for row in rows)
    crimes = int(sum(row["due"] for row in rows))
    whole = all(row["sampled"] == total for row, total in zip(rows, totals, strict=True))
    low, high = (
        (rate, rate)
        if whole
        else rate_limits(
            rate,
            np.asarray([variance]),
            incidents_with_crime=held,
            crimes=crimes,
            strata=strata,
            confidence=confidence,
            independent=_independent(rows, weights, due),
        )
    )
    still = whole or nothing_varied(rate, variance)
    return Estimate(
        estimate=rate,
        low=low,
        high=high,
        standard_error=math.sqrt(variance),
        confidence=confidence,
        method=(
            "Crimes recorded divided by crimes that should have been, from the sums of each stratum, the "
            f"incident as the unit; {confidence:.0%} beta interval on the effective sample size."
        ),
        incidents=sum(row["sampled"] for row in rows),
        crimes=crimes,
        formula="Särndal, Swensson and Wretman 1992, 5.6; Korn and Graubard 1998",
        degrees_of_freedom=None if still else float(max(held - strata, 1)),
    )


def _independent(rows: list[dict[str, Any]], weights: list[float], due: float) -> Independent | None:
    """Give from sums what :func:`~firstpoint.auditing.intervals.independent_incidents` gives from rows."""
    drawn = [(row, weight) for row, weight in zip(rows, weights, strict=True) if weight > 1.0]
    total = sum(weight * row["due"] for row, weight in drawn)
    if total == 0.0:
        return None
    stand_for = sum(weight * row["with_crime"] for row, weight in drawn)
    amount = stand_for**2 / sum(weight**2 * row["with_crime"] for row, weight in drawn)
    return Independent(min(amount, float(sum(row["with_crime"] for row, _ in drawn))), total / due)


def _variance(row: Mapping[str, float], ratio: float, weight: float, incidents: int) -> float:
    size = row["sampled"]
    squares = row["recorded_squared"] - 2.0 * ratio * row["product"] + ratio**2 * row["due_squared"]
    about_mean = squares - (row["recorded"] - ratio * row["due"]) ** 2 / size
    factor = (1.0 - size / incidents) * size / max(size - 1.0, 1.0)
    return factor * weight**2 * max(about_mean, 0.0)


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
