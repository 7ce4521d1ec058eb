"""Intervals that hold at all times at once, so that one may look every week and stop when one likes.

An ordinary 95 % interval that is looked at every week misses the truth at some week far more often than one
time in twenty. Two remedies, by name:

* ``betting``: the rates against which no bet has won more than 1/α (Waudby-Smith and Ramdas, *Journal of the
  Royal Statistical Society B*, 2024, carried to a ratio by betting on y − r·d; the bets with stakes of
  both signs, averaged). It holds at any sample size for any clustering, if no incident has more crimes than
  the stated bound and the rate stays the same; where the rate changes, it ends by being empty, which is
  evidence of the change.
* ``asymptotic``: the estimate and its linearised standard error, on the log-odds, with the wider multiplier
  of a Gaussian mixture (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, *Annals of Statistics*, 2024). It is
  tighter, follows the mean rate so far even where the rate drifts, and holds from some tens of incidents on
  rather than from the first.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np

from firstpoint.auditing.monitoring.audited_days import Daily
from firstpoint.auditing.monitoring.evidence import (
    log_growth,
    log_mean,
    refuse_large_incidents,
    stakes_against,
)
from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError

SequenceName = Literal["asymptotic", "betting"]
SOURCES = {
    "asymptotic": "Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, on the log-odds",
    "betting": "Waudby-Smith and Ramdas 2024, betting on y − r·d",
}
LEAST_INCIDENTS = 30
TIGHTEST_AT = 500
_RATES = np.concatenate([[1e-4], np.arange(0.005, 0.9, 0.005), np.arange(0.9, 1.0, 0.001), [0.9999]])
_AT_ONCE = 400

Limits = tuple[Floats, Floats]


def always_valid(
    daily: Daily, sequence: SequenceName, *, confidence: float = 0.95, most_crimes: int = 20
) -> Limits:
    """Give the lower and upper limit at the end of each week, float64, within 0 and 1 and never reversed.

    Over all weeks together the true rate lies inside with at least the confidence. Where ``betting`` finds
    no rate left, both limits are NaN: the rate cannot have been one and the same.
    """
    if sequence not in get_args(SequenceName):
        raise InputError(
            f"There is no sequence called {sequence!r}.",
            where="sequence",
            remedy=f"Choose one of {', '.join(get_args(SequenceName))}.",
        )
    if sequence == "betting":
        return betting_limits(daily, confidence=confidence, most_crimes=most_crimes)
    return asymptotic_limits(daily, confidence=confidence)


def asymptotic_limits(daily: Daily, *, confidence: float = 0.95) -> Limits:
    """Give the limits by linearised variance; 0 and 1 before thirty incidents with crime were read.

    Where no incident differed from another, the limits are those of a uniform mixture of bets on as many
    independent incidents, each recorded in the share that all were: from (α/(k + 1))^(1/k) to 1 where all was
    recorded.
    """
    with_crime = np.cumsum(daily.by_week((daily.due > 0).astype(np.float64)))
    low, high = np.zeros(daily.number_of_weeks), np.ones(daily.number_of_weeks)
    for week in np.flatnonzero(with_crime >= LEAST_INCIDENTS):
        rate, error = _rate_so_far(daily, daily.weeks <= week)
        low[week], high[week] = _gaussian_mixture(rate, error, float(with_crime[week]), 1.0 - confidence)
    return low, high


def mixture_multiplier(incidents: float, alpha: float, *, tightest_at: float = TIGHTEST_AT) -> float:
    """Give by how many standard errors the interval reaches after so many incidents.

    sqrt(2(tρ² + 1)/(tρ²)·log(sqrt(tρ² + 1)/α)) with ρ² = (−2·log α + log(1 − 2·log α))/``tightest_at``: the
    multiplier is least near that many incidents.
    """
    spread = (-2.0 * math.log(alpha) + math.log(1.0 - 2.0 * math.log(alpha))) / tightest_at
    grown = incidents * spread
    return math.sqrt(2.0 * (grown + 1.0) / grown * math.log(math.sqrt(grown + 1.0) / alpha))


def betting_limits(daily: Daily, *, confidence: float = 0.95, most_crimes: int = 20) -> Limits:
    """Give the limits by bets that no clustering of crimes can make unfair; NaN where no rate is left.

    Raises InputError for an incident with more crimes than ``most_crimes``.
    """
    refuse_large_incidents(daily.due, most_crimes)
    too_high = stakes_against(_RATES, most_crimes)
    too_low = -stakes_against(_RATES, most_crimes, too_low=True)
    money = np.concatenate([too_high, too_low], axis=-1)
    gained = np.zeros_like(money)
    low, high = np.zeros(daily.number_of_weeks), np.ones(daily.number_of_weeks)
    open_rates = np.ones(len(_RATES), dtype=bool)
    for week in range(daily.number_of_weeks):
        gained += _gained_in(daily, daily.weeks == week, money)
        open_rates &= log_mean(gained) < -math.log(1.0 - confidence)
        low[week], high[week] = _ends(open_rates)
    return low, high


def _gained_in(daily: Daily, rows: np.ndarray[tuple[int], np.dtype[np.bool_]], stakes: Floats) -> Floats:
    gained = np.zeros_like(stakes)
    for begin in range(0, int(rows.sum()), _AT_ONCE):
        part = np.flatnonzero(rows)[begin : begin + _AT_ONCE]
        surplus = daily.weight[part, None] * (
            _RATES[None, :] * daily.due[part, None] - daily.recorded[part, None]
        )
        gained += log_growth(surplus[..., None], stakes[None]).sum(axis=0)
    return gained


def _ends(open_rates: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    """Give the ends of the rates still open, out to the nearest closed rate on either side."""
    places = np.flatnonzero(open_rates)
    if len(places) == 0:
        return math.nan, math.nan
    below, above = places[0] - 1, places[-1] + 1
    return (
        float(_RATES[below]) if below >= 0 else 0.0,
        float(_RATES[above]) if above < len(_RATES) else 1.0,
    )


def _rate_so_far(daily: Daily, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    weight, due, recorded = daily.weight[rows], daily.due[rows], daily.recorded[rows]
    total = float(np.sum(weight * due))
    rate = float(np.sum(weight * recorded)) / total
    residual = weight * (recorded - rate * due) / total
    size = len(residual)
    return rate, math.sqrt(size / max(size - 1, 1) * float(np.sum(residual**2)))


def _gaussian_mixture(rate: float, error: float, incidents: float, alpha: float) -> tuple[float, float]:
    if error <= 1e-9 or not 0.0 < rate < 1.0:
        return _uniform_mixture(rate, incidents, alpha)
    odds = math.log(rate / (1.0 - rate))
    reach = mixture_multiplier(incidents, alpha) * error / (rate * (1.0 - rate))
    return 1.0 / (1.0 + math.exp(-(odds - reach))), 1.0 / (1.0 + math.exp(-min(odds + reach, 700.0)))


def _uniform_mixture(rate: float, incidents: float, alpha: float) -> tuple[float, float]:
    """Give the rates p at which B(s + 1, k − s + 1)/(p^s·(1 − p)^(k − s)) < 1/α, s = k·rate."""
    from scipy.optimize import brentq
    from scipy.special import betaln, xlog1py, xlogy

    right = incidents * min(max(rate, 0.0), 1.0)
    wrong = incidents - right
    won = float(betaln(right + 1.0, wrong + 1.0)) + math.log(alpha)

    def spare(share: float) -> float:
        return won - float(xlogy(right, share)) - float(xlog1py(wrong, -share))

    middle, least = right / incidents, 1e-300
    low = brentq(spare, least, middle) if right > 0.0 else 0.0
    high = brentq(spare, middle, 1.0 - 1e-16) if wrong > 0.0 else 1.0
    return float(low), float(high)
