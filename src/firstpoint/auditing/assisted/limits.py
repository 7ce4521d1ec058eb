"""Limits for an assisted rate, and what to do where it comes out as no rate at all."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from attrs import frozen

from firstpoint.auditing.assisted.difference import DifferenceFit
from firstpoint.auditing.intervals import (
    FEW_CARRIERS,
    Independent,
    IntervalName,
    guard_df,
    independent_incidents,
    rate_limits,
    still_limits,
)
from firstpoint.auditing.ratio import Codes, Floats

Alike = Literal["all recorded", "none recorded", "no"]
"""Whether all audited crimes had one outcome."""


@frozen
class Support:
    """What a rate rests on: audited incidents with a crime, the crimes due in them, and their strata.

    ``independent`` is how many independent incidents those with a crime amount to by their weights.
    """

    incidents_with_crime: int
    crimes: int
    strata: int
    independent: Independent

    @property
    def degrees_of_freedom(self) -> int:
        """Incidents with crime less strata, one at the least."""
        return max(self.incidents_with_crime - self.strata, 1)


def support_of(due: Floats, strata: Codes, inclusion: Floats | None = None) -> Support:
    """Give what a rate over these audited incidents rests on; chances are equal where none are given."""
    with_crime = due > 0.0
    return Support(
        int(with_crime.sum()),
        round(float(due.sum())),
        len(np.unique(strata[with_crime])),
        independent_incidents(due, np.full(len(due), 0.5) if inclusion is None else inclusion),
    )


def is_a_rate(fit: DifferenceFit) -> bool:
    """Whether the estimate is a share: a difference of few incidents can leave 0 to 1."""
    return fit.total_due > 0.0 and math.isfinite(fit.ratio) and 0.0 <= fit.ratio <= 1.0


def assisted_limits(
    fit: DifferenceFit,
    support: Support,
    *,
    confidence: float = 0.95,
    interval: IntervalName | None = None,
    alike: Alike = "no",
) -> tuple[float, float, IntervalName]:
    """Give the limits of an assisted rate, and the name of the interval that they are.

    With no interval asked for it is the ``beta`` one, and the ``guarded`` one where so few incidents carry
    the variance that their guard degrees of freedom are under twenty. Where the audited crimes are all
    ``alike`` the variance comes from the predictions alone and knows nothing of what the sample missed; the
    limits then reach at least as far as those of as many independent incidents, all recorded or none.
    """
    name: IntervalName = interval or advised_interval(fit.unit_variance)
    low, high = rate_limits(
        fit.ratio,
        fit.unit_variance,
        incidents_with_crime=max(support.incidents_with_crime, 1),
        crimes=support.crimes,
        strata=support.strata,
        confidence=confidence,
        interval=name,
        independent=support.independent,
    )
    if alike == "no":
        return low, high, name
    edge = 1.0 if alike == "all recorded" else 0.0
    least, most = still_limits(edge, support.independent, confidence)
    return min(low, least), max(high, most), name


def advised_interval(unit_variance: Floats) -> IntervalName:
    """Give the interval to stand in the headline: guarded where a handful of incidents carry the variance."""
    return "guarded" if guard_df(unit_variance) < FEW_CARRIERS else "beta"
