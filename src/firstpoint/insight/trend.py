"""Whether a series has changed by more than its ordinary wobble: the XmR chart.

The limits are the mean of a baseline ± 2.66 times the mean step from one point to the next in it (2.66 is
3/1.128, which turns a mean moving range of two into three standard deviations). Three rules make a signal;
they are those of Wheeler, *Understanding Variation*, 1993.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.errors import InputError, Refused
from firstpoint.records.needed_columns import need_columns

RANGE_TO_LIMIT = 2.66
LEAST_BASELINE = 6
OUTSIDE = "outside the limits"
RUN = "eight in a row on one side of the centre"
NEAR_LIMIT = "three of four nearer a limit than the centre"

Floats = NDArray[np.float64]


@frozen
class XmrLimits:
    """The centre and natural limits of a series, with the mean moving range they come from."""

    centre: float
    lower: float
    upper: float
    mean_moving_range: float


@frozen(eq=False)
class Trend:
    """A series with its limits and signals.

    ``points`` has ``quarter_ending`` date, ``offences`` i64, ``moving_range`` f64 (null in the first row),
    ``centre``, ``lower``, ``upper`` f64, ``in_baseline`` bool and ``signal`` str (null where there is none).
    """

    points: pl.DataFrame
    limits: XmrLimits
    baseline_first: date
    baseline_last: date
    method: str


def quarterly_trend(
    frame: pl.DataFrame, *, baseline_first: date | None = None, baseline_last: date | None = None
) -> Trend:
    """Give the trend of quarterly offences against the limits of a baseline.

    ``frame`` has ``quarter_ending`` (date) and ``offences`` (a count), one row a quarter. The baseline runs
    from ``baseline_first`` to ``baseline_last`` (both included); by default it is the first twelve
    quarters, or all where there are fewer. Counts cannot fall below 0, so neither does the lower limit.

    Raises InputError for missing columns, empty figures or a quarter given twice, and Refused for a
    baseline of fewer than six quarters.
    """
    need_columns(frame, ("quarter_ending", "offences"), "trend")
    series = frame.select("quarter_ending", pl.col("offences").cast(pl.Int64)).sort("quarter_ending")
    _check_series(series)
    dates = series.get_column("quarter_ending")
    first = baseline_first or dates[0]
    last = baseline_last or dates[min(11, series.height - 1)]
    inside = dates.is_between(first, last)
    values = series.get_column("offences").to_numpy().astype(np.float64)
    limits = xmr_limits(values[inside.to_numpy()], at_least_zero=True)
    points = series.with_columns(
        moving_range=pl.col("offences").diff().abs().cast(pl.Float64),
        centre=pl.lit(limits.centre),
        lower=pl.lit(limits.lower),
        upper=pl.lit(limits.upper),
        in_baseline=inside,
        signal=pl.Series(xmr_signals(values, limits), dtype=pl.String),
    )
    return Trend(points, limits, first, last, _method(first, last, int(inside.sum())))


def xmr_limits(baseline: Floats, *, at_least_zero: bool = False) -> XmrLimits:
    """Give the mean of the baseline ± 2.66 times its mean moving range.

    ``baseline`` is float64, in order of time. Raises Refused for fewer than six values.
    """
    if len(baseline) < LEAST_BASELINE:
        raise Refused(
            f"A baseline of {len(baseline)} points is too short for limits.",
            where="trend baseline",
            remedy=f"Give {LEAST_BASELINE} points or more; twelve is better.",
        )
    centre = float(np.mean(baseline))
    step = float(np.mean(np.abs(np.diff(baseline))))
    lower = centre - RANGE_TO_LIMIT * step
    return XmrLimits(
        centre, max(lower, 0.0) if at_least_zero else lower, centre + RANGE_TO_LIMIT * step, step
    )


def xmr_signals(values: Floats, limits: XmrLimits) -> list[str | None]:
    """Give, for each value, the strongest rule that it completes, or None.

    A value outside the limits; the eighth or later of a run on one side of the centre; the third of four in
    succession that lie nearer to one limit than to the centre.
    """
    side = np.sign(values - limits.centre)
    near_upper = values > (limits.centre + limits.upper) / 2.0
    near_lower = values < (limits.centre + limits.lower) / 2.0
    return [_signal(at, values, limits, side, near_upper, near_lower) for at in range(len(values))]


def _signal(
    at: int,
    values: Floats,
    limits: XmrLimits,
    side: Floats,
    near_upper: NDArray[np.bool_],
    near_lower: NDArray[np.bool_],
) -> str | None:
    if not limits.lower <= values[at] <= limits.upper:
        return OUTSIDE
    if at >= 7 and abs(side[at - 7 : at + 1].sum()) == 8:
        return RUN
    last_four = slice(max(at - 3, 0), at + 1)
    for near in (near_upper, near_lower):
        if near[at] and near[last_four].sum() >= 3:
            return NEAR_LIMIT
    return None


def _check_series(series: pl.DataFrame) -> None:
    if series.null_count().sum_horizontal().sum():
        raise InputError("A quarter has no date or no figure.", where="trend", remedy="Leave out empty rows.")
    repeated = series.filter(pl.col("quarter_ending").is_duplicated())
    if repeated.height:
        raise InputError(
            f"The quarter ending {repeated.get_column('quarter_ending')[0]} is there more than once.",
            where="trend",
            remedy="Add the offences of a quarter together first.",
        )


def _method(first: date, last: date, quarters: int) -> str:
    return (
        f"XmR chart: limits are the mean ± {RANGE_TO_LIMIT} × the mean moving range of the {quarters} "
        f"quarters ending {first:%B %Y} to {last:%B %Y}."
    )
