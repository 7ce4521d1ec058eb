"""The ratio of crimes recorded to crimes that should have been, and its variance by incident.

One row is one audited incident. ``due`` counts the crimes that should have been recorded and ``recorded``
those of them that were. The formulas are the stratified combined ratio with Taylor-linearised variance
(Särndal, Swensson and Wretman, *Model Assisted Survey Sampling*, 1992, chapters 5 and 7) and, for unequal
chances of selection, Brewer's approximation (*Combined Survey Sampling Inference*, 2002); both are what R's
``survey`` package gives.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@frozen(eq=False)
class RatioFit:
    """A ratio with its variance, and what each incident adds to that variance.

    ``unit_variance`` is float64, one value an incident, and sums to ``variance``. ``weighted_due`` and
    ``weighted_recorded`` are the estimated totals of the frame.
    """

    ratio: float
    variance: float
    unit_variance: Floats
    weighted_due: float
    weighted_recorded: float


def fit_ratio(
    recorded: Floats, due: Floats, strata: Codes, inclusion: Floats, *, with_replacement: bool = False
) -> RatioFit:
    """Give the combined ratio of an audit.

    ``recorded`` and ``due`` are float64 counts, ``strata`` integer codes from 0, ``inclusion`` each
    incident's chance of having been drawn (0 to 1]. The total of ``due`` must be above 0 and every stratum
    must have two incidents or be taken whole. ``with_replacement`` leaves out the finite population
    correction.

    R = Σ(r/π) / Σ(d/π), with linearised values z = (r − R·d) / (π·Σ(d/π)) in :func:`unit_variances`.
    """
    weighted_recorded = float(np.sum(recorded / inclusion))
    weighted_due = float(np.sum(due / inclusion))
    ratio = weighted_recorded / weighted_due
    linearised = (recorded - ratio * due) / (inclusion * weighted_due)
    parts = unit_variances(linearised, strata, np.zeros_like(inclusion) if with_replacement else inclusion)
    return RatioFit(ratio, float(parts.sum()), parts, weighted_due, weighted_recorded)


def fit_total(counts: Floats, strata: Codes, inclusion: Floats) -> tuple[float, float]:
    """Give the estimated total of ``counts`` over the frame, and its variance."""
    weighted = counts / inclusion
    return float(weighted.sum()), float(unit_variances(weighted, strata, inclusion).sum())


def unit_variances(weighted: Floats, strata: Codes, sampled_share: Floats) -> Floats:
    """Give what each incident adds to the variance of Σ ``weighted``, float64.

    (1 − f)·n/(n − 1)·(z − mean z)² within each stratum, f the ``sampled_share``. An incident that was
    certain to be drawn (f = 1) adds nothing, so a stratum taken whole has no variance.
    """
    size = np.bincount(strata).astype(np.float64)
    mean = np.bincount(strata, weights=weighted) / np.maximum(size, 1.0)
    correction = size / np.maximum(size - 1.0, 1.0)
    parts: Floats = (1.0 - sampled_share) * correction[strata] * (weighted - mean[strata]) ** 2
    return parts
