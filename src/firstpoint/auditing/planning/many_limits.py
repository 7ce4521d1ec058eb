"""The limits of many audits at once: what :func:`firstpoint.auditing.ratio` gives, for a thousand draws.

Arithmetic is that of ``ratio`` and ``intervals`` on arrays with a row a run; a test holds the two together.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.auditing.ratio import Floats

MANY_INTERVALS = ("beta", "guarded", "logit-t")

_TOO_MANY_FOR_BETA = 1e6

_EDGE = 1e-12


@frozen(eq=False)
class Runs:
    """Many draws from one stratum, by pattern of incident.

    ``due`` and ``recorded`` are float64 of one value a pattern; ``drawn`` is float64 of shape (runs,
    patterns), how many of each pattern a run drew; ``size`` incidents are drawn of ``incidents``.
    """

    due: Floats
    recorded: Floats
    drawn: Floats
    incidents: int
    size: int
    held_due: float
    held_recorded: float


def many_limits(
    strata: list[Runs], interval: str, confidence: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Give the lower and upper limits of each run's combined ratio, and which runs have one."""
    weights = [one.incidents / one.size for one in strata]
    due = sum(w * (one.drawn @ one.due) for w, one in zip(weights, strata, strict=True))
    recorded = sum(w * (one.drawn @ one.recorded) for w, one in zip(weights, strata, strict=True))
    usable = np.asarray(due) > 0.0
    due_total = np.where(usable, due, 1.0)
    rate = np.where(usable, recorded, 1.0) / due_total
    variance, squares = np.zeros_like(rate), np.zeros_like(rate)
    for weight, one in zip(weights, strata, strict=True):
        parts = _unit_parts(one, rate, weight / due_total)
        variance += (one.drawn * parts).sum(axis=1)
        squares += (one.drawn * parts**2).sum(axis=1)
    with_crime = sum((one.drawn[:, one.due > 0].sum(axis=1) for one in strata), np.zeros_like(rate))
    held_in = sum(((one.drawn[:, one.due > 0].sum(axis=1) > 0) for one in strata), np.zeros_like(rate))
    crimes = sum((one.drawn @ one.due for one in strata), np.zeros_like(rate))
    df = np.maximum(with_crime - held_in, 1.0)
    independent = independent_of_runs(
        [(one.due, np.full(len(one.due), one.size / one.incidents), one.drawn) for one in strata]
    )
    low, high = limits_of_runs(rate, variance, squares, df, independent, crimes, interval, confidence)
    if all(one.size == one.incidents for one in strata):
        low = high = rate
    return low, high, usable


def _unit_parts(one: Runs, rate: Floats, scale: Floats) -> Floats:
    """Give what an incident of each pattern adds to the variance, shape (runs, patterns)."""
    linearised = (one.recorded[None, :] - rate[:, None] * one.due[None, :]) * scale[:, None]
    mean = (one.drawn * linearised).sum(axis=1) / one.size
    factor = (1.0 - one.size / one.incidents) * one.size / max(one.size - 1, 1)
    parts: Floats = factor * (linearised - mean[:, None]) ** 2
    return parts


def independent_of_runs(strata: list[tuple[Floats, Floats, Floats]]) -> tuple[Floats, Floats]:
    """Give ``incidents`` and ``share`` of :class:`~firstpoint.auditing.intervals.Independent` for each run.

    ``strata`` gives due and chance of each pattern and, of shape (runs, patterns), how many were drawn.
    """
    due, inclusion = (np.concatenate([one[at] for one in strata]) for at in (0, 1))
    drawn = np.concatenate([one[2] for one in strata], axis=1)
    weight, left = 1.0 / inclusion, (due > 0.0) & (inclusion < 1.0)
    total, all_of_it = drawn[:, left] @ (weight * due)[left], drawn @ (weight * due)
    squares = drawn[:, left] @ weight[left] ** 2
    some = total > 0.0
    amount = (drawn[:, left] @ weight[left]) ** 2 / np.where(some, squares, 1.0)
    counts = np.where(some, drawn[:, left].sum(axis=1), drawn[:, due > 0.0].sum(axis=1))
    share = np.where(some, total / np.where(some, all_of_it, 1.0), 1.0)
    return np.where(some, np.minimum(amount, counts), counts), share


def still_limits_of_runs(
    rate: Floats, independent: tuple[Floats, Floats], confidence: float
) -> tuple[Floats, Floats]:
    """Give :func:`~firstpoint.auditing.intervals.still_limits` of each run."""
    incidents, share = independent
    low, high = _exact(rate, incidents, confidence)
    return rate - share * (rate - low), rate + share * (high - rate)


def limits_of_runs(
    rate: Floats,
    variance: Floats,
    squares: Floats,
    df: Floats,
    independent: tuple[Floats, Floats],
    crimes: Floats,
    interval: str,
    confidence: float,
) -> tuple[Floats, Floats]:
    """Give the limits of many rates, each array of one value a run.

    ``squares`` is Σ over incidents of what each adds to the variance, squared; ``df`` the ordinary degrees of
    freedom; ``independent`` is what :func:`independent_of_runs` gives and ``crimes`` the crimes drawn.
    """
    from scipy.special import stdtrit

    level = 0.5 + confidence / 2.0
    edge = ~((rate > _EDGE) & (rate < 1.0 - _EDGE))
    still = edge | (variance <= 1e-18 * np.maximum(rate * (1.0 - rate), 1e-6))
    safe = np.where(still, 1.0, variance)
    inside = np.where(still, 0.5, rate)
    guard = np.where(squares > 0.0, variance**2 / np.where(squares > 0.0, squares, 1.0) - 1.0, 0.0)
    used = np.minimum(df, np.maximum(guard, 1.0)) if interval == "guarded" else df
    reach = stdtrit(used, level) * np.sqrt(safe) / (inside * (1.0 - inside))
    log_odds = np.log(inside / (1.0 - inside))
    low, high = _share(log_odds - reach), _share(log_odds + reach)
    shrink = (stdtrit(np.maximum(crimes - 1.0, 1.0), level) / stdtrit(df, level)) ** 2
    effective = np.where(still, independent[0], inside * (1.0 - inside) / safe * shrink)
    exact = still | ((effective <= _TOO_MANY_FOR_BETA) if interval == "beta" else np.zeros_like(still))
    exact_low, exact_high = still_limits_of_runs(
        np.where(still, rate, inside),
        (np.where(exact, effective, 1.0), np.where(still, independent[1], 1.0)),
        confidence,
    )
    return np.where(exact, exact_low, low), np.where(exact, exact_high, high)


def _exact(rate: Floats, effective: Floats, confidence: float) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv

    tail = (1.0 - confidence) / 2.0
    right, wrong = effective * rate, effective * (1.0 - rate)
    some_right, some_wrong = right > 0.0, wrong > 0.0
    low = np.where(some_right, betaincinv(np.where(some_right, right, 1.0), wrong + 1.0, tail), 0.0)
    high = np.where(some_wrong, betaincinv(right + 1.0, np.where(some_wrong, wrong, 1.0), 1.0 - tail), 1.0)
    return np.minimum(low, rate), np.maximum(high, rate)


def _share(log_odds: Floats) -> Floats:
    from scipy.special import expit

    shares: Floats = expit(log_odds)
    return shares
