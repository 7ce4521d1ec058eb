"""Logistic regression with weights: the small engine of learning and of calibration."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from firstpoint.errors import Refused
from firstpoint.screening.reviewing.probabilities import Floats

_STEPS = 100
_SMALL = 1e-9
_NEVER_SURER_THAN = 1e-4
_TOLD_APART = 1e-3  # no log is further from its mark: the likelihood has no greatest value


@frozen(eq=False)
class Fit:
    """What was fitted: ``intercept`` first in ``values`` (float64), their ``covariance`` by the sandwich."""

    values: Floats
    covariance: Floats


def fit_logistic(columns: Floats, hides: Floats, weight: Floats, *, penalty: float = 0.0) -> Fit:
    """The intercept and slopes that make the weighted log-likelihood greatest, less the ridge penalty.

    ``columns`` is float64 (logs by features, standardised where there is a penalty), ``hides`` 0 or 1,
    ``weight`` above 0; half of ``penalty`` times the slopes' squares is taken off. Newton's steps, halved
    where they overshoot. The covariance is the sandwich, which stands with sampling weights. Raises Refused
    where no finite answer exists (without penalty, when a column tells the logs apart without fault).
    """
    design = np.column_stack([np.ones(len(hides)), columns])
    ridge = np.diag([0.0, *([penalty] * columns.shape[1])])
    values = np.zeros(design.shape[1])
    values[0] = log_odds(np.array([np.average(hides, weights=weight)]))[0]
    worth = _worth(values, design, hides, weight, ridge)
    for _ in range(_STEPS):
        chance = from_log_odds(design @ values)
        slope = design.T @ (weight * (hides - chance)) - ridge @ values
        bend = (design * (weight * chance * (1.0 - chance))[:, None]).T @ design + ridge
        bend = bend + np.eye(len(values)) * _SMALL
        step = np.linalg.solve(bend, slope)
        tried = _worth(values + step, design, hides, weight, ridge)
        while tried < worth and float(np.abs(step).max()) > _SMALL:
            step = step / 2.0
            tried = _worth(values + step, design, hides, weight, ridge)
        values, worth = values + step, tried
        if float(np.abs(step).max()) < 1e-8:
            break
    if penalty == 0.0 and float(np.abs(hides - from_log_odds(design @ values)).max()) < _TOLD_APART:
        raise Refused(
            "The marks can be told apart without a fault, so no finite weights follow from them.",
            where="marks",
            remedy="Give more marks, or a penalty above 0.",
        )
    residual = weight * (hides - from_log_odds(design @ values))
    spread = (design * (residual**2)[:, None]).T @ design
    inverse = np.linalg.inv(bend)
    return Fit(values, inverse @ spread @ inverse)


def refit_intercept(offset: Floats, hides: Floats, weight: Floats) -> float:
    """The intercept under which the expected number equals the weighted number that hide something."""
    from scipy.optimize import brentq

    def excess(intercept: float) -> float:
        return float((weight * (from_log_odds(intercept + offset) - hides)).sum())

    reach = 30.0 + float(np.abs(offset).max(initial=0.0))
    return float(brentq(excess, -reach, reach))


def log_odds(chance: Floats) -> Floats:
    """The log-odds of chances, none taken as surer than one in ten thousand."""
    held = np.clip(chance, _NEVER_SURER_THAN, 1.0 - _NEVER_SURER_THAN)
    return np.asarray(np.log(held / (1.0 - held)))


def from_log_odds(odds: Floats) -> Floats:
    """The chances of log-odds."""
    from scipy.special import expit

    return np.asarray(expit(odds))


def worth_in_logs(weight: Floats) -> float:
    """How many equally weighted logs these are worth (Kish): (Σw)²/Σw²."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def _worth(values: Floats, design: Floats, hides: Floats, weight: Floats, ridge: Floats) -> float:
    odds = design @ values
    likelihood = float((weight * (hides * odds - np.logaddexp(0.0, odds))).sum())
    return likelihood - 0.5 * float(values @ ridge @ values)
