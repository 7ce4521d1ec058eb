"""Several audits put together, on the log-odds of their rates, with or without drift between them.

Without drift they are taken to measure one rate, each weighs by how sharp it is, and a test says whether they
agree. With drift the rate is taken to walk at random from audit to audit, so that an old audit still helps
but counts for less the further back it lies (a local-level model: Harvey, *Forecasting, Structural Time
Series Models and the Kalman Filter*, 1989, 2.3; here as generalised least squares).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np
from attrs import frozen

from firstpoint.auditing.intervals import normal_z
from firstpoint.auditing.ratio import Floats
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused

LEAST_FOR_DRIFT = 5
"""Audits needed at the least to find a drift from them (the project's choice)."""

DAYS_A_MONTH = 365.25 / 12.0


@frozen
class Together:
    """What several audits say together of the rate on one day.

    ``weights`` sum to 1, by the day of each audit. ``disagreement`` is the chance of rates as far apart as
    these if all measured one rate (Cochran's Q): a small one speaks against putting them together without
    drift.
    """

    rate: Estimate
    on: date
    weights: Mapping[date, float]
    drift_points_a_month: float
    disagreement: float


def combine(
    rates: Mapping[date, Estimate], *, drift_points_a_month: float = 0.0, on: date | None = None
) -> Together:
    """Give the rate on a day from several audits, each under its own day (the middle of its period).

    ``drift_points_a_month`` is how far, as a standard deviation in percentage points, the rate may walk in a
    month; 0 takes it not to have moved. ``on`` is the day asked for, the last audit's unless given, and not
    before it. Raises InputError for fewer than two audits, a drift below 0, or mixed confidence.
    """
    days, levels, errors = _on_log_odds(rates)
    on = on or days[-1]
    if drift_points_a_month < 0.0 or on < days[-1]:
        raise InputError(
            f"A drift of {drift_points_a_month:g} points on {on} cannot be used.",
            where="combine",
            remedy="Give a drift of 0 or more, and a day not before the last audit.",
        )
    step = _step_on_log_odds(drift_points_a_month, levels, errors)
    level, error, weights = _gls(days, levels, errors, step, on)
    confidence = next(iter(rates.values())).confidence
    reach = normal_z(confidence) * error
    middle = _share(level)
    disagreement = _disagreement(levels, errors)
    drift = (
        f"the rate free to walk by {drift_points_a_month:g} points a month (standard deviation)"
        if drift_points_a_month
        else "the rate taken not to have moved"
    )
    rate = Estimate(
        estimate=middle,
        low=_share(level - reach),
        high=_share(level + reach),
        standard_error=error * middle * (1.0 - middle),
        confidence=confidence,
        method=(
            f"{len(days)} audits from {days[0]} to {days[-1]} put together on the log-odds for {on}, each "
            f"weighing by its sharpness, {drift}; {confidence:.0%} normal limits on the log-odds."
        ),
        incidents=_total([one.incidents for one in rates.values()]),
        crimes=_total([one.crimes for one in rates.values()]),
        formula="Harvey 1989, 2.3" if drift_points_a_month else "Cochran 1954",
        warnings=_warnings(disagreement, drift_points_a_month),
    )
    return Together(
        rate, on, dict(zip(days, weights.tolist(), strict=True)), drift_points_a_month, disagreement
    )


def drift_of(rates: Mapping[date, Estimate]) -> float:
    """Give the drift in points a month (standard deviation) under which the audits are most likely.

    Raises Refused with fewer than five audits, which cannot tell drift from chance.
    """
    if len(rates) < LEAST_FOR_DRIFT:
        raise Refused(
            f"{len(rates)} audits cannot tell drift from chance.",
            where="drift",
            remedy=f"Give {LEAST_FOR_DRIFT} or more, or say what drift to allow for.",
        )
    from scipy.optimize import minimize_scalar

    days, levels, errors = _on_log_odds(rates)
    shares = 1.0 / (1.0 + np.exp(-levels))
    steepness = float(np.mean(shares * (1.0 - shares)))

    def against(step: float) -> float:
        return _minus_log_likelihood(days, levels, errors, step)

    best = minimize_scalar(against, bounds=(0.0, 2.0), method="bounded", options={"xatol": 1e-7})
    step = float(best.x) if against(float(best.x)) < against(0.0) - 1e-9 else 0.0
    return 100.0 * step * steepness


def _on_log_odds(rates: Mapping[date, Estimate]) -> tuple[list[date], Floats, Floats]:
    if len(rates) < 2 or len({one.confidence for one in rates.values()}) > 1:
        raise InputError(
            f"{len(rates)} audits at {len({one.confidence for one in rates.values()})} confidence levels "
            "cannot be put together.",
            where="combine",
            remedy="Give two or more, all at one level.",
        )
    days = sorted(rates)
    both = [_log_odds(rates[day], day) for day in days]
    return days, np.asarray([one for one, _ in both]), np.asarray([error for _, error in both])


def _log_odds(rate: Estimate, day: date) -> tuple[float, float]:
    """Give the log-odds of a rate and its standard error, read off the limits.

    A rate of 0 or 1 has none; its limit says of how many incidents it is, and half a crime is put on each
    side (Haldane 1956, Anscombe 1956).
    """
    tail = (1.0 - rate.confidence) / 2.0
    if 0.0 < rate.low < rate.estimate < rate.high < 1.0:
        reach = math.log(rate.high / (1.0 - rate.high)) - math.log(rate.low / (1.0 - rate.low))
        return (
            math.log(rate.estimate / (1.0 - rate.estimate)),
            reach / (2.0 * normal_z(rate.confidence)),
        )
    if rate.estimate in (0.0, 1.0) and rate.low < rate.high:
        beyond = rate.low if rate.estimate == 1.0 else 1.0 - rate.high
        held = math.log(tail) / math.log(beyond)
        sign = 1.0 if rate.estimate == 1.0 else -1.0
        return sign * math.log((held + 0.5) / 0.5), math.sqrt(1.0 / (held + 0.5) + 1.0 / 0.5)
    raise InputError(
        f"{rate.estimate} ({rate.low} to {rate.high}) has no log-odds with an error.",
        where=f"audit of {day}",
        remedy="Leave out audits without an interval; a frame audited whole needs no combining.",
    )


def _step_on_log_odds(points: float, levels: Floats, errors: Floats) -> float:
    share = _share(float(np.average(levels, weights=errors**-2.0)))
    return points / 100.0 / (share * (1.0 - share))


def _covariance(days: list[date], errors: Floats, step: float, on: date) -> Floats:
    """Give the covariance of the audits' log-odds about the level on a day."""
    back = np.asarray([(on - day).days / DAYS_A_MONTH for day in days])
    matrix: Floats = np.diag(errors**2) + step**2 * np.minimum.outer(back, back)
    return matrix


def _gls(
    days: list[date], levels: Floats, errors: Floats, step: float, on: date
) -> tuple[float, float, Floats]:
    solved = np.linalg.solve(_covariance(days, errors, step, on), np.ones(len(days)))
    weights: Floats = solved / solved.sum()
    return float(weights @ levels), float(solved.sum() ** -0.5), weights


def _minus_log_likelihood(days: list[date], levels: Floats, errors: Floats, step: float) -> float:
    """Give minus the restricted log-likelihood of the levels, up to a constant."""
    matrix = _covariance(days, errors, step, days[-1])
    ones = np.ones(len(days))
    solved = np.linalg.solve(matrix, np.column_stack([ones, levels]))
    level = (ones @ solved[:, 1]) / (ones @ solved[:, 0])
    residual = levels - level
    distance = float(residual @ np.linalg.solve(matrix, residual))
    return 0.5 * (float(np.linalg.slogdet(matrix)[1]) + math.log(float(ones @ solved[:, 0])) + distance)


def _disagreement(levels: Floats, errors: Floats) -> float:
    from scipy.special import chdtrc

    mean = float(np.average(levels, weights=errors**-2.0))
    return float(chdtrc(len(levels) - 1, float(np.sum(((levels - mean) / errors) ** 2))))


def _warnings(disagreement: float, drift: float) -> tuple[str, ...]:
    if drift == 0.0 and disagreement < 0.05:
        return (
            f"The audits differ by more than chance (p = {disagreement:.3f}), so no one rate held "
            "throughout; allow for drift, or look at each alone.",
        )
    return ()


def _total(counts: list[int | None]) -> int | None:
    known = [one for one in counts if one is not None]
    return sum(known) if len(known) == len(counts) else None


def _share(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds)) if log_odds > -700.0 else 0.0
