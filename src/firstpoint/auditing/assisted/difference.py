"""The difference estimator: predictions for every incident, put right by the few that were audited.

    D̂ = λ·Σ_U d̂ + Σ_s (d − λ·d̂)/π,   Ŷ = λ·Σ_U ŷ + Σ_s (y − λ·ŷ)/π,   R̂ = Ŷ/D̂

with d̂ and ŷ the predicted crimes due and recorded of each incident (Särndal, Swensson and Wretman 1992,
6.3; the same is called prediction-powered inference by Angelopoulos and others 2023). The totals are
unbiased whatever the predictions say, because the design does the work: a bad prediction makes the interval
wide and not wrong. The variance is that of the ratio with the residual e = (y − R·d) − λ·(ŷ − R·d̂) in place
of y − R·d. With λ = 0 it *is* the ratio.

Incidents that were certain to be drawn (π = 1) form a stratum of their own: they carry no variance and no
weight in the mean from which the others differ.
"""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

from firstpoint.auditing.ratio import Codes, Floats, unit_variances


@frozen(eq=False)
class Predicted:
    """What was predicted of the audited incidents, and the sums of the same predictions over the frame.

    ``due`` and ``recorded`` are float64, one value an audited incident; the totals are over the whole frame
    that the audit speaks of.
    """

    due: Floats
    recorded: Floats
    total_due: float
    total_recorded: float


@frozen(eq=False)
class DifferenceFit:
    """A rate with its variance, and what each incident adds to the variance.

    ``residual`` is float64, each incident's weighted linearised residual, the piece by which it moves the
    rate; ``unit_variance`` sums to ``variance``.
    """

    ratio: float
    variance: float
    unit_variance: Floats
    residual: Floats
    total_due: float
    total_recorded: float


def fit_difference(
    recorded: Floats, due: Floats, strata: Codes, inclusion: Floats, predicted: Predicted, slope: float = 1.0
) -> DifferenceFit:
    """Give the rate of the difference estimator, which may lie outside 0 to 1 in a tiny sample.

    ``recorded`` and ``due`` are float64, one value an audited incident; ``strata`` integer codes from 0;
    ``inclusion`` its chance of having been drawn (0 to 1]; ``slope`` is λ. The estimated total of ``due``
    must not be 0, and every stratum must have two incidents or be taken whole.
    """
    off_due = due - slope * predicted.due
    off_recorded = recorded - slope * predicted.recorded
    total_due = slope * predicted.total_due + float(np.sum(off_due / inclusion))
    total_recorded = slope * predicted.total_recorded + float(np.sum(off_recorded / inclusion))
    ratio = total_recorded / total_due
    residual = (off_recorded - ratio * off_due) / (inclusion * total_due)
    parts = unit_variances(residual, certain_apart(strata, inclusion), inclusion)
    return DifferenceFit(ratio, float(parts.sum()), parts, residual, total_due, total_recorded)


def with_second_draw(fit: DifferenceFit, wanting: Floats) -> DifferenceFit:
    """Give the fit with the variance of second readings that the first draw's formula leaves out.

    ``wanting`` is float64, one value an audited incident, in squared crimes of the frame (see
    :func:`~firstpoint.auditing.readings.second.second_phase_parts`).
    """
    parts = fit.unit_variance + wanting / fit.total_due**2
    return evolve(fit, variance=float(parts.sum()), unit_variance=parts)


def certain_apart(strata: Codes, inclusion: Floats) -> Codes:
    """Give codes in which the incidents that were certain to be drawn are strata of their own.

    Not where that would leave one other incident alone, whose variance would then be nothing.
    """
    certain = inclusion >= 1.0
    others = np.bincount(strata, weights=~certain)
    certain = certain & (others != 1.0)[strata]
    if not certain.any() or certain.all():
        return strata
    codes: Codes = np.unique(2 * strata + certain, return_inverse=True)[1].astype(np.intp)
    return codes
