"""What an audit costs in auditor days, and what a number of days buys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import polars as pl
from attrs import field, frozen

from firstpoint.auditing.design import LEAST_SAMPLE, shipped_cost
from firstpoint.auditing.frame import STRATA
from firstpoint.auditing.planning.sharing import (
    Allocation,
    Expected,
    Known,
    expect,
    planned,
    share_out,
    shares_of,
)
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError, Refused


def _above_nothing(_: object, __: object, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise InputError(
            f"{value} minutes is not above 0.", where="cost", remedy="Give the minutes as measured."
        )


def _a_share(_: object, __: object, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise InputError(
            f"{value} is no share of reports read twice.",
            where="cost, read_twice",
            remedy="Give a share from 0 to 1, such as 0.25.",
        )


@frozen
class Cost:
    """What auditing takes: minutes a report (by stratum where they differ) and minutes of an auditor's day.

    ``read_twice`` is the share of reports that a second auditor reads blind. What is shipped
    (``design.toml``, DES-05) is an assumption.
    """

    minutes_a_report: float = field(factory=lambda: shipped_cost()[0], validator=_above_nothing)
    minutes_a_day: float = field(factory=lambda: shipped_cost()[1], validator=_above_nothing)
    by_stratum: Mapping[str, float] = field(factory=dict)
    read_twice: float = field(default=0.0, validator=_a_share)

    def minutes(self, names: Sequence[str]) -> Floats:
        """Give the minutes that a report of each stratum takes, second readings included."""
        given = [float(self.by_stratum.get(name, self.minutes_a_report)) for name in names]
        for name, one in zip(names, given, strict=True):
            if not one > 0.0:
                raise InputError(
                    f"{one} minutes a report is not above 0.",
                    where=f"stratum {name}",
                    remedy="Give the minutes as measured.",
                )
        minutes: Floats = np.asarray(given) * (1.0 + self.read_twice)
        return minutes


def auditor_days(sizes: Mapping[str, int], cost: Cost | None = None) -> float:
    """Give the auditor days that a sample takes."""
    cost = cost or Cost()
    minutes = cost.minutes(list(sizes))
    return float(np.sum(minutes * np.asarray(list(sizes.values())))) / cost.minutes_a_day


def afford(
    frame: pl.DataFrame,
    days: float,
    *,
    cost: Cost | None = None,
    allocation: Allocation = "neyman",
    confidence: float = 0.95,
    harm: Mapping[str, float] | None = None,
    minimum: int = LEAST_SAMPLE,
    required: Sequence[str] = STRATA,
    **known: Unpack[Known],
) -> pl.DataFrame:
    """Give the plan that a budget of auditor days buys, as :func:`plan_force`, with ``auditor_days``.

    Raises Refused where the days do not pay for the least of each stratum.
    """
    expected = expect(frame, required=required, **known)
    return _bought(expected, days, cost or Cost(), allocation, confidence, harm, minimum)


def cost_curve(
    frame: pl.DataFrame,
    days: Sequence[float],
    *,
    cost: Cost | None = None,
    allocation: Allocation = "neyman",
    confidence: float = 0.95,
    minimum: int = LEAST_SAMPLE,
    required: Sequence[str] = STRATA,
    **known: Unpack[Known],
) -> pl.DataFrame:
    """Give what each budget buys: ``auditor_days`` f64, ``incidents`` i64, ``half_width_points`` f64.

    The margin is that of the force-wide rate. Budgets too small for the least of each stratum have no row.
    """
    expected = expect(frame, required=required, **known)
    rows = []
    for budget in days:
        try:
            plan = _bought(expected, budget, cost or Cost(), allocation, confidence, None, minimum)
        except Refused:
            continue
        rows.append((float(budget), int(plan["sample"].sum()), float(plan["force_half_width_points"][0])))
    shape = {"auditor_days": pl.Float64, "incidents": pl.Int64, "half_width_points": pl.Float64}
    return pl.DataFrame(rows, schema=shape, orient="row")


def _bought(
    expected: Expected,
    days: float,
    cost: Cost,
    allocation: Allocation,
    confidence: float,
    harm: Mapping[str, float] | None,
    minimum: int,
) -> pl.DataFrame:
    minutes = cost.minutes(expected.names)
    shares = shares_of(
        expected, allocation, harm=harm, minutes=dict(zip(expected.names, minutes.tolist(), strict=True))
    )
    sizes = _most_within(expected, shares, minutes, days * cost.minutes_a_day, minimum)
    spent = float(np.sum(minutes * sizes)) / cost.minutes_a_day
    return planned(expected, sizes, confidence).with_columns(auditor_days=pl.lit(spent))


def _most_within(expected: Expected, shares: Floats, minutes: Floats, budget: float, minimum: int) -> Codes:
    low = int(np.minimum(max(minimum, 2), expected.incidents).sum())
    sizes = share_out(low, shares, expected, minimum)
    if not float(np.sum(minutes * sizes)) <= budget:
        raise Refused(
            f"{budget:,.0f} minutes do not pay for the least of each stratum, which takes "
            f"{float(np.sum(minutes * sizes)):,.0f}.",
            where=f"strata {', '.join(expected.names)}",
            remedy="Give more days, or a smaller minimum.",
        )
    high = int(expected.incidents.sum())
    while low < high:
        middle = (low + high + 1) // 2
        sizes = share_out(middle, shares, expected, minimum)
        if float(np.sum(minutes * sizes)) <= budget:
            low = middle
        else:
            high = middle - 1
    return share_out(low, shares, expected, minimum)
