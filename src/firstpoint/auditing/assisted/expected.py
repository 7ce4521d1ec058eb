"""What an assisted audit is expected to give, from the frozen predictions alone, before anything is drawn.

With chances π and predicted standard deviations σ of the residuals, the variance of the rate is about
Σ σ²(1/π − 1) / D̂² (Särndal, Swensson and Wretman, *Model Assisted Survey Sampling*, 1992, 12.2). It is as
good as the σ are: where they were not yet borne out by an audit, plan for more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from firstpoint.auditing.assisted.chances import mixed_chances
from firstpoint.auditing.assisted.drawing import assisted_sizes, tier_shares
from firstpoint.auditing.assisted.frozen import FrozenPredictions
from firstpoint.auditing.intervals import check_confidence, normal_z
from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError, Refused

FORMULA = "Särndal, Swensson and Wretman 1992, 12.2"


def expected_half_width(
    predictions: FrozenPredictions,
    sizes: Mapping[str, int],
    *,
    mixing: float = 0.25,
    confidence: float = 0.95,
    tiers: int | None = None,
) -> float:
    """Give the half-width in points to expect of the force-wide rate with these sizes by stratum.

    With ``tiers`` it is that of a draw by so many tiers, in which ``mixing`` has no part.
    Raises Refused where no crime is predicted.
    """
    check_confidence(confidence)
    due = float(predictions.rows["predicted_due"].sum())
    if due <= 0.0:
        raise Refused(
            "No crime is predicted of any incident, so there is no rate to plan for.",
            where="predicted_due",
            remedy="Check the predictions.",
        )
    variance = 0.0
    for (name,), rows in predictions.rows.group_by("stratum"):
        spread = rows["predicted_sd"].to_numpy().astype(np.float64)
        chances = _chances(spread, sizes[str(name)], mixing, tiers)
        variance += float(np.sum(spread**2 * (1.0 / chances - 1.0)))
    return 100.0 * normal_z(confidence) * math.sqrt(variance) / due


def _chances(spread: Floats, sample: int, mixing: float, tiers: int | None) -> Floats:
    if tiers is None:
        return mixed_chances(spread, sample, mixing=mixing)
    tier, shares = tier_shares(spread, sample, tiers)
    chances: Floats = (shares / np.bincount(tier))[tier]
    return chances


def assisted_plan(
    predictions: FrozenPredictions,
    *,
    half_width_points: float = 3.0,
    mixing: float = 0.25,
    confidence: float = 0.95,
    minimum: int = 20,
    tiers: int | None = None,
) -> dict[str, int]:
    """Give the fewest audits, by stratum, that lead one to expect ± ``half_width_points`` force-wide.

    ``tiers`` is for a draw by tiers, as in :func:`expected_half_width`.

    Raises InputError for a half-width that is not above 0 and below 50.
    """
    if not 0.0 < half_width_points < 50.0:
        raise InputError(
            f"A half-width of {half_width_points} points is not from 0 to 50.",
            where="half-width",
            remedy="Give points, such as 3.",
        )
    incidents = dict(predictions.rows.group_by("stratum").len().iter_rows())
    low, high = sum(min(minimum, held) for held in incidents.values()), sum(incidents.values())
    while low < high:
        middle = (low + high) // 2
        sizes = assisted_sizes(predictions, middle, minimum=minimum)
        reached = expected_half_width(predictions, sizes, mixing=mixing, confidence=confidence, tiers=tiers)
        low, high = (low, middle) if reached <= half_width_points else (middle + 1, high)
    return assisted_sizes(predictions, low, minimum=minimum)
