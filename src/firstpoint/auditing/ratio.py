"""The ratio of crimes recorded to crimes that should have been, and its variance by incident.

One row is one audited incident. ``due`` counts the crimes that should have been recorded and ``recorded``
those of them that were. The formulas are the stratified combined ratio with Taylor-linearised variance
(Särndal, Swensson and Wretman, *Model Assisted Survey Sampling*, 1992, chapters 5 and 7) and, for unequal
chances of selection, Brewer's approximation (*Combined Survey Sampling Inference*, 2002); both are what R's
``survey`` package gives.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.errors import InputError

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

SingleRule = Literal["refuse", "certainty", "remove", "adjust", "average", "collapse"]
"""What stands for the variance of a stratum in which one incident of several was audited.

``refuse`` gives no figure, which is the default. ``certainty`` and ``remove`` take it to add nothing, which
flatters. ``adjust`` measures its distance from the whole instead of from its own mean; ``average`` gives it
the mean variance of the other strata; ``collapse`` takes it together with the stratum nearest in size. The
first five bear the names that R's ``survey`` package gives them (``refuse`` is its ``fail``).
"""


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


@frozen(eq=False)
class TotalsFit:
    """The estimated totals of recorded and due, with their variances and covariance."""

    recorded: float
    due: float
    recorded_variance: float
    due_variance: float
    covariance: float


def fit_ratio(
    recorded: Floats,
    due: Floats,
    strata: Codes,
    inclusion: Floats,
    *,
    with_replacement: bool = False,
    singles: SingleRule = "certainty",
) -> RatioFit:
    """Give the combined ratio of an audit.

    ``recorded`` and ``due`` are float64 counts, ``strata`` integer codes from 0, ``inclusion`` each
    incident's chance of having been drawn (0 to 1]; InputError otherwise. The total of ``due`` must be above
    0 and every stratum must have two incidents or be taken whole. ``with_replacement`` leaves out the finite
    population correction; ``singles`` says what a stratum with one audited incident of several adds to the
    variance (callers refuse such strata beforehand, so ``refuse`` is the same as ``certainty`` here).

    R = Σ(r/π) / Σ(d/π), with linearised values z = (r − R·d) / (π·Σ(d/π)) in :func:`unit_variances`.
    """
    check_chances(inclusion)
    weighted_recorded = float(np.sum(recorded / inclusion))
    weighted_due = float(np.sum(due / inclusion))
    ratio = weighted_recorded / weighted_due
    linearised = (recorded - ratio * due) / (inclusion * weighted_due)
    share = np.zeros_like(inclusion) if with_replacement else inclusion
    parts = unit_variances(linearised, strata, share, singles=singles)
    return RatioFit(ratio, float(parts.sum()), parts, weighted_due, weighted_recorded)


def fit_totals(recorded: Floats, due: Floats, strata: Codes, inclusion: Floats) -> TotalsFit:
    """Give both totals of the frame with their variances and the covariance between them."""
    first, due_variance = fit_total(due, strata, inclusion)
    second, recorded_variance = fit_total(recorded, strata, inclusion)
    _, of_both = fit_total(recorded + due, strata, inclusion)
    covariance = (of_both - due_variance - recorded_variance) / 2.0
    return TotalsFit(second, first, recorded_variance, due_variance, covariance)


def fit_total(
    counts: Floats, strata: Codes, inclusion: Floats, *, singles: SingleRule = "certainty"
) -> tuple[float, float]:
    """Give the estimated total of ``counts`` over the frame, and its variance."""
    weighted = counts / inclusion
    return float(weighted.sum()), float(unit_variances(weighted, strata, inclusion, singles=singles).sum())


def unit_variances(
    weighted: Floats, strata: Codes, sampled_share: Floats, *, singles: SingleRule = "certainty"
) -> Floats:
    """Give what each incident adds to the variance of Σ ``weighted``, float64.

    (1 − f)·n/(n − 1)·(z − mean z)² within each stratum, f the ``sampled_share``. An incident that was
    certain to be drawn (f = 1) adds nothing, so a stratum taken whole has no variance. For a stratum of one
    incident see :data:`SingleRule`; ``adjust`` measures from the mean of the whole, 0 for linearised values.
    """
    size = np.bincount(strata).astype(np.float64)
    mean = np.bincount(strata, weights=weighted) / np.maximum(size, 1.0)
    if singles == "adjust":
        mean[size == 1.0] = weighted.mean()
    correction = size / np.maximum(size - 1.0, 1.0)
    parts: Floats = (1.0 - sampled_share) * correction[strata] * (weighted - mean[strata]) ** 2
    if singles == "average":
        alone = int(np.sum((size[strata] == 1.0) & (sampled_share < 1.0)))
        present = int(np.sum(size > 0.0))
        parts *= present / max(present - alone, 1)
    return parts


def check_chances(inclusion: Floats) -> None:
    """Raise InputError unless every chance of selection is above 0 and at most 1."""
    wrong = np.flatnonzero(~((inclusion > 0.0) & (inclusion <= 1.0)))
    if len(wrong):
        raise InputError(
            f"A chance of selection of {inclusion[wrong[0]]} is not above 0 and at most 1.",
            where=f"incident {wrong[0] + 1} of the arrays",
            remedy="Give each incident its chance of having been drawn, not its weight.",
        )


def check_singles(singles: str) -> None:
    """Raise InputError unless this is the name of a rule for strata of one incident."""
    if singles not in get_args(SingleRule):
        raise InputError(
            f"There is no rule for a stratum of one incident called {singles!r}.",
            where="singles",
            remedy=f"Choose one of {', '.join(get_args(SingleRule))}.",
        )
