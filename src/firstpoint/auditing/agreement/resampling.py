"""Limits for an agreement: percentiles of a bootstrap over reports, never narrower than counting allows.

A bootstrap cannot see a kind of disagreement that the sample happens not to hold: where two readers agreed on
all forty reports, every replicate says so again. The limits are therefore stretched to those that follow from
the exact (beta) limits of the percentage of agreement with the answers' own shares left as they are.
"""

from __future__ import annotations

import numpy as np

from firstpoint.auditing.agreement.coefficients import (
    CoefficientName,
    coefficient,
    expected_disagreement,
    observed_disagreement,
)
from firstpoint.auditing.intervals import beta_limits
from firstpoint.auditing.ratio import Codes, Floats


def replicate_tables(
    first: Codes,
    second: Codes,
    reports: Floats,
    strata: Codes,
    *,
    answers: int,
    replicates: int,
    seed: int,
) -> Floats:
    """Give tables of resampled reports, float64 of shape (replicates, q, q), each summing to 1.

    Reports are drawn with replacement within each stratum, as many as there are. Reports alike in stratum,
    weight and answers are drawn together, so the work grows with the number of different ones.
    """
    chance = np.random.default_rng(seed)
    rows = np.column_stack([strata, first, second, reports])
    kinds, counts = np.unique(rows, axis=0, return_counts=True)
    cells = (kinds[:, 1] * answers + kinds[:, 2]).astype(np.intp)
    tables = np.zeros((replicates, answers**2))
    for stratum in np.unique(kinds[:, 0]):
        inside = np.flatnonzero(kinds[:, 0] == stratum)
        drawn = chance.multinomial(counts[inside].sum(), counts[inside] / counts[inside].sum(), replicates)
        for place, kind in enumerate(inside):
            tables[:, cells[kind]] += drawn[:, place] * kinds[kind, 3]
    shares: Floats = (tables / tables.sum(axis=1, keepdims=True)).reshape(replicates, answers, answers)
    return shares


def agreement_limits(
    name: CoefficientName,
    shares: Floats,
    replicates: Floats,
    weights: Floats,
    *,
    pairs: int,
    percent_error: float,
    confidence: float,
) -> tuple[float, float]:
    """Give the limits of a coefficient, within −1 and 1, from its table and the resampled tables.

    ``percent_error`` is the standard error of the percentage of agreement.
    """
    tail = (1.0 - confidence) / 2.0
    resampled = coefficient(name, replicates, weights, pairs)
    resampled = resampled[np.isfinite(resampled)]
    value = float(coefficient(name, shares, weights, pairs))
    low, high = np.quantile(resampled, [tail, 1.0 - tail]) if len(resampled) else (value, value)
    agreed = 1.0 - float(observed_disagreement(shares, weights))
    expected = float(expected_disagreement(name, shares, weights, pairs))
    least, most = _limits_of_percent(agreed, percent_error, pairs, confidence)
    return (
        max(min(float(low), value, 1.0 - (1.0 - least) / expected), -1.0),
        min(max(float(high), value, 1.0 - (1.0 - most) / expected), 1.0),
    )


def _limits_of_percent(agreed: float, error: float, pairs: int, confidence: float) -> tuple[float, float]:
    tail = (1.0 - confidence) / 2.0
    if agreed >= 1.0 - 1e-12:
        return tail ** (1.0 / pairs), 1.0
    if agreed <= 1e-12:
        return 0.0, 1.0 - tail ** (1.0 / pairs)
    variance = max(error**2, 1e-12)
    return beta_limits(agreed, variance, df=max(pairs - 1, 1), crimes=pairs, confidence=confidence)
