"""A share of logs with its limits, weighed or not.

Without weights the limits are Wilson's. With weights (1/π of logs that were drawn with unequal chances) they
are Wilson's at an effective number of logs. That number is p(1 − p)/V with the linearised variance
V = Σ w²(y − p)² / (Σ w)², taken as if one more log stood on either side, each at the largest weight that a
log on that side was drawn with; the two are taken off again. So no missed crime among logs drawn one in ten
does not read as if none were there, and with equal weights nothing but Wilson is left.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@frozen
class Share:
    """A share of 0 to 1, its limits, and the number of logs it is of."""

    estimate: float
    low: float
    high: float
    logs: int


def share_of(
    hits: NDArray[np.bool_],
    weights: Floats | None = None,
    *,
    heaviest: tuple[float, float] = (0.0, 0.0),
    confidence: float = 0.95,
) -> Share:
    """The share of logs that are hits, weighed where there are ``weights`` (float64, above 0).

    ``heaviest`` are the largest weights with which a hit and a log that is none may have been drawn, where
    that is more than the logs at hand show. Needs at least one log.
    """
    if weights is None:
        weights = np.ones(len(hits))
    estimate = float(weights[hits].sum() / weights.sum())
    effective = _effective(hits, weights, heaviest)
    low, high = wilson(estimate, effective, confidence)
    return Share(estimate, low, high, len(hits))


def wilson(share: float, logs: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's limits for a share of ``logs``, which need not be whole (Wilson, JASA, 1927)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    middle = (share + z * z / (2.0 * logs)) / (1.0 + z * z / logs)
    reach = z / (1.0 + z * z / logs) * math.sqrt(share * (1.0 - share) / logs + (z / (2.0 * logs)) ** 2)
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))


def _effective(hits: NDArray[np.bool_], weights: Floats, heaviest: tuple[float, float]) -> float:
    """The number of equally weighed logs that would say as much; at least 1 and at most those there are."""
    largest = float(weights.max())
    of_hits = max(heaviest[0], float(weights[hits].max()) if hits.any() else 0.0) or largest
    of_others = max(heaviest[1], float(weights[~hits].max()) if not hits.all() else 0.0) or largest
    values = np.append(hits, [True, False]).astype(np.float64)
    with_two = np.append(weights, [of_hits, of_others])
    total = float(with_two.sum())
    share = float((values * with_two).sum()) / total
    variance = float((with_two**2 * (values - share) ** 2).sum()) / total**2
    return float(min(max(share * (1.0 - share) / variance - 2.0, 1.0), len(hits)))


def difference(high: Share, low: Share) -> tuple[float, float, float]:
    """How far one share lies above another, with limits (Newcombe, Statistics in Medicine, 1998, method 10).

    The limits are at the confidence of the shares' own and take the two as independent, which is on the
    wide side where logs stand in both.
    """
    gap = high.estimate - low.estimate
    below = math.hypot(high.estimate - high.low, low.high - low.estimate)
    above = math.hypot(high.high - high.estimate, low.estimate - low.low)
    return gap, max(-1.0, gap - below), min(1.0, gap + above)
