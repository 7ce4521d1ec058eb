"""Limits for a rate from a clustered sample: never outside 0 to 1, never of no width by accident.

Intervals are asked for by name; ``beta`` is the default and :data:`INTERVALS` says what each is.

* ``beta``: the binomial limits of Clopper and Pearson taken at the effective sample size (Korn and Graubard,
  *Survey Methodology*, 1998).
* ``guarded``: Student limits on the log-odds with degrees of freedom counted by how evenly the incidents
  share the variance (Satterthwaite), so that it widens when a handful of incidents carry it.
* ``logit-t``: the same with the ordinary degrees of freedom; for limits that go into a sum on log-odds.
* ``wilson``: Wilson's score limits at the effective sample size.
* ``arcsine``: Student limits on the angle whose sine squared is the rate.
* ``fieller``: the rates whose residual total is not told from 0 (Fieller 1954).
* ``bootstrap-t``: Student's ratio drawn again and again from the incidents themselves (Efron 1982).
* ``wald-for-comparison``: what is often printed, cut at 0 and 1. It covers too seldom near 100 % and is there
  to be compared with, never to be published.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.auditing.ratio import Floats, TotalsFit
from firstpoint.errors import InputError

IntervalName = Literal[
    "beta", "guarded", "logit-t", "wilson", "arcsine", "fieller", "bootstrap-t", "wald-for-comparison"
]

INTERVALS = {
    "beta": "beta interval on the effective sample size (Korn and Graubard 1998)",
    "guarded": "Student interval on the log-odds, degrees of freedom by share of variance (Satterthwaite)",
    "logit-t": "Student interval on the log-odds",
    "wilson": "Wilson score interval on the effective sample size",
    "arcsine": "Student interval on the arcsine of the root",
    "fieller": "Fieller interval",
    "bootstrap-t": "bootstrap-t interval, incidents drawn again",
    "wald-for-comparison": "plain normal-shaped interval, for comparison only",
}
"""What each interval is called in a sentence."""

FEW_CARRIERS = 20
"""Below this many guard degrees of freedom a handful of incidents carry the variance."""

GATHERED = 2.0
"""Above this ratio of mean square to squared mean, crimes gather in few incidents."""

_TOO_MANY_FOR_BETA = 1e6

_EDGE = 1e-12


@frozen
class Independent:
    """How many independent incidents a sample amounts to where no incident differed from another.

    ``share`` is the part of the crimes due that the drawn incidents stand for; the rest lies in incidents
    that were certain to be drawn, about which nothing is left to learn.
    """

    incidents: float
    share: float = 1.0


def rate_limits(
    rate: float,
    unit_variance: Floats,
    *,
    incidents_with_crime: int,
    crimes: int,
    strata: int,
    confidence: float = 0.95,
    interval: IntervalName = "beta",
    independent: Independent | None = None,
) -> tuple[float, float]:
    """Give the lower and upper limit of a rate, both in 0 to 1.

    ``unit_variance`` is float64, what each sampled incident adds to the variance; ``incidents_with_crime``
    counts the sampled incidents that should have led to a crime, ``crimes`` the crimes they should have led
    to and ``strata`` the strata they lie in. Where nothing varied (all recorded, none recorded, or one
    incident), and where an estimate by predictions is exactly 0 or 1, the limits are those of k
    ``independent`` incidents (:func:`independent_incidents`; else as many as held a crime): all recorded
    gives ``(α/2) ** (1/k)`` to 1.
    """
    check_interval(interval)
    check_confidence(confidence)
    if interval in ("fieller", "bootstrap-t"):
        raise InputError(
            f"The interval {interval} cannot be had from a rate and its variance alone.",
            where="interval",
            remedy="Ask for it where the marks are given, as in ratio(marks, frame, interval=...).",
        )
    variance = float(unit_variance.sum())
    df = max(incidents_with_crime - strata, 1)
    if nothing_varied(rate, variance):
        return still_limits(rate, independent or Independent(float(incidents_with_crime)), confidence)
    if interval == "beta":
        return beta_limits(rate, variance, df=df, crimes=crimes, confidence=confidence)
    used = limits_df(interval, df, unit_variance)
    return _PLAIN.get(interval, logit_t_limits)(rate, variance, df=used, confidence=confidence)


def limits_df(interval: IntervalName, df: float, unit_variance: Floats) -> float:
    """Give the degrees of freedom that an interval uses: fewer than ``df`` where it is guarded."""
    return min(float(df), max(guard_df(unit_variance), 1.0)) if interval == "guarded" else float(df)


def nothing_varied(rate: float, variance: float) -> bool:
    """Whether no sampled incident differed from another, rounding errors aside.

    So it is taken too where the rate is 0 or 1 whatever the variance, as with predictions that cancel: no
    formula that divides by R(1 − R) says anything there.
    """
    return not _EDGE < rate < 1.0 - _EDGE or variance <= 1e-18 * max(rate * (1.0 - rate), 1e-6)


def independent_incidents(
    due: Floats, inclusion: Floats, *, certain: NDArray[np.bool_] | None = None
) -> Independent:
    """Give what a sample amounts to: (Σ1/π)²/Σ(1/π)² over incidents with a crime that were left to chance.

    Kish, *Survey Sampling*, 1965, 11.7: with equal chances their number, with unequal ones less. ``due`` and
    ``inclusion`` are float64 of one value an incident; ``certain`` says which were not left to chance, those
    with π = 1 unless given. Where none with a crime was left to chance, all count.
    """
    weighted = due / inclusion
    drawn = (due > 0.0) & ~(inclusion >= 1.0 if certain is None else certain)
    if not drawn.any():
        return Independent(float(np.sum(due > 0.0)))
    weight = 1.0 / inclusion[drawn]
    amount = float(weight.sum()) ** 2 / float(np.sum(weight**2))
    share = float(weighted[drawn].sum()) / float(weighted.sum())
    return Independent(min(amount, float(drawn.sum())), share)


def still_limits(rate: float, independent: Independent, confidence: float) -> tuple[float, float]:
    """Give the binomial limits of so many independent incidents, for the share that they stand for."""
    low, high = binomial_limits(rate, independent.incidents, confidence)
    return rate - independent.share * (rate - low), rate + independent.share * (high - rate)


def beta_limits(
    rate: float, variance: float, *, df: float, crimes: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Give the beta limits at the effective sample size n* = R(1 − R)/V × (t(crimes − 1) / t(df))².

    The same as ``svyciprop(method = "beta")`` of R's ``survey`` on one row a crime.
    """
    shrink = (student_t(max(crimes - 1, 1), confidence) / student_t(df, confidence)) ** 2
    effective = rate * (1.0 - rate) / variance * shrink
    if effective > _TOO_MANY_FOR_BETA:
        return logit_t_limits(rate, variance, df=df, confidence=confidence)
    return binomial_limits(rate, effective, confidence)


def logit_t_limits(
    rate: float, variance: float, *, df: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Give Student limits on the log-odds of the rate, brought back to 0 to 1."""
    reach = student_t(df, confidence) * math.sqrt(variance) / (rate * (1.0 - rate))
    log_odds = math.log(rate / (1.0 - rate))
    return _share(log_odds - reach), _share(log_odds + reach)


def wilson_limits(
    rate: float, variance: float, *, df: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Give Wilson's score limits at the effective sample size R(1 − R)/V, Student's multiplier in them."""
    square = student_t(df, confidence) ** 2
    effective = rate * (1.0 - rate) / variance
    middle = rate + square / (2.0 * effective)
    reach = math.sqrt(square * (rate * (1.0 - rate) / effective + square / (4.0 * effective**2)))
    whole = 1.0 + square / effective
    return max((middle - reach) / whole, 0.0), min((middle + reach) / whole, 1.0)


def arcsine_limits(
    rate: float, variance: float, *, df: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Give Student limits on arcsin √R, brought back to 0 to 1; ``svyciprop(method = "asin")`` in R."""
    angle = math.asin(math.sqrt(rate))
    reach = student_t(df, confidence) * math.sqrt(variance / (4.0 * rate * (1.0 - rate)))
    low, high = max(angle - reach, 0.0), min(angle + reach, math.pi / 2.0)
    return math.sin(low) ** 2, math.sin(high) ** 2


def wald_limits(rate: float, variance: float, *, df: float, confidence: float = 0.95) -> tuple[float, float]:
    """Give R ± t·SE cut at 0 and 1: for comparison, never for publication."""
    reach = student_t(df, confidence) * math.sqrt(variance)
    return max(rate - reach, 0.0), min(rate + reach, 1.0)


def fieller_limits(totals: TotalsFit, *, df: float, confidence: float = 0.95) -> tuple[float, float]:
    """Give the rates R for which the total of (recorded − R·due) is within t standard errors of 0.

    Where the total of ``due`` is itself not told from 0 nothing is ruled out, and the limits are 0 and 1.
    """
    square = student_t(df, confidence) ** 2
    leading = totals.due**2 - square * totals.due_variance
    middle = totals.recorded * totals.due - square * totals.covariance
    last = totals.recorded**2 - square * totals.recorded_variance
    inside = middle**2 - leading * last
    if leading <= 0.0 or inside < 0.0:
        return 0.0, 1.0
    root = math.sqrt(inside)
    return max((middle - root) / leading, 0.0), min((middle + root) / leading, 1.0)


def guard_df(unit_variance: Floats) -> float:
    """Give the degrees of freedom left when few incidents carry the variance: (ΣV)²/ΣV² − 1."""
    squares = float(np.sum(unit_variance**2))
    return float(unit_variance.sum()) ** 2 / squares - 1.0 if squares > 0.0 else 0.0


def crimes_gather(due: Floats) -> bool:
    """Whether so few incidents hold so many crimes that equal-chance limits hold less often than they say.

    True where the mean of the squared counts is over twice the square of their mean, over incidents with
    crime. It looks at how many crimes there were and not at which were missed, so it also speaks up in the
    samples that by luck hold no large failure.
    """
    counts = due[due > 0]
    return len(counts) > 0 and float(np.mean(counts**2)) > GATHERED * float(np.mean(counts)) ** 2


def student_t(df: float, confidence: float) -> float:
    """Give the two-sided Student multiplier of a confidence level."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + confidence / 2.0))


def normal_z(confidence: float) -> float:
    """Give the two-sided normal multiplier of a confidence level: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2.0)


def check_confidence(confidence: float) -> None:
    """Raise InputError unless the level is a share such as 0.95."""
    if not 0.5 <= confidence < 1.0:
        raise InputError(
            f"A confidence level of {confidence} is not a share from 0.5 to 1.",
            where="confidence",
            remedy="Give 0.95 for 95 %; the margin in points is a separate thing.",
        )


def check_interval(interval: str) -> None:
    """Raise InputError unless this is the name of an interval."""
    if interval not in get_args(IntervalName):
        raise InputError(
            f"There is no interval called {interval!r}.",
            where="interval",
            remedy=f"Choose one of {', '.join(get_args(IntervalName))}.",
        )


def _share(log_odds: float) -> float:
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)


def binomial_limits(rate: float, effective: float, confidence: float) -> tuple[float, float]:
    """Give Clopper–Pearson limits for ``rate`` of ``effective`` units, which need not be whole."""
    from scipy.special import betaincinv

    tail = (1.0 - confidence) / 2.0
    right, wrong = effective * rate, effective * (1.0 - rate)
    low = float(betaincinv(right, wrong + 1.0, tail)) if right > 0.0 else 0.0
    high = float(betaincinv(right + 1.0, wrong, 1.0 - tail)) if wrong > 0.0 else 1.0
    return min(low, rate), max(high, rate)


_PLAIN: dict[str, Callable[..., tuple[float, float]]] = {
    "wilson": wilson_limits,
    "arcsine": arcsine_limits,
    "wald-for-comparison": wald_limits,
}
