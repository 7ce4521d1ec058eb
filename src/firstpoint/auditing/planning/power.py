"""Whether two audits can be told apart: power, the reports it takes, and the smallest change that shows.

Two independent audits of equal size, compared by a two-sided test of the difference of their rates (Fleiss,
Levin and Paik, *Statistical Methods for Rates and Proportions*, 2003, 4.2, without the correction for
continuity), the variance of each multiplied by the design effect.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from firstpoint.auditing.intervals import check_confidence, normal_z
from firstpoint.errors import InputError


def power_to_tell(
    first: float,
    second: float,
    incidents: int,
    *,
    design_effect: float = 1.7,
    crimes_per_incident: float = 1.0,
    confidence: float = 0.95,
) -> float:
    """Give the chance that two audits of ``incidents`` reports each tell these two rates apart."""
    _check(first, second, design_effect, crimes_per_incident, confidence)
    _check_incidents(incidents)
    error = math.sqrt(_spread(first, second) * design_effect / crimes_per_incident / incidents)
    reach = abs(first - second) / error
    z = normal_z(confidence)
    return NormalDist().cdf(reach - z) + NormalDist().cdf(-reach - z)


def incidents_to_tell(
    first: float,
    second: float,
    *,
    power: float = 0.8,
    design_effect: float = 1.7,
    crimes_per_incident: float = 1.0,
    confidence: float = 0.95,
) -> int:
    """Give the reports that each of two audits needs to tell these rates apart with the stated power.

    n = (z + z of the power)²·deff·(R₁(1 − R₁) + R₂(1 − R₂)) / (D·(R₁ − R₂)²), rounded up.
    """
    _check(first, second, design_effect, crimes_per_incident, confidence)
    _check_power(power)
    reach = normal_z(confidence) + NormalDist().inv_cdf(power)
    crimes = reach**2 * _spread(first, second) / (first - second) ** 2
    return math.ceil(crimes * design_effect / crimes_per_incident - 1e-9)


def smallest_change(
    rate: float,
    incidents: int,
    *,
    power: float = 0.8,
    design_effect: float = 1.7,
    crimes_per_incident: float = 1.0,
    confidence: float = 0.95,
) -> float:
    """Give the smallest change from ``rate``, as a share, found with the stated power: 2.8·√2·SE at 0.8."""
    _check(rate, math.nan, design_effect, crimes_per_incident, confidence)
    _check_incidents(incidents)
    _check_power(power)
    error = math.sqrt(rate * (1.0 - rate) * design_effect / crimes_per_incident / incidents)
    return (normal_z(confidence) + NormalDist().inv_cdf(power)) * math.sqrt(2.0) * error


def _spread(first: float, second: float) -> float:
    return first * (1.0 - first) + second * (1.0 - second)


def _check_power(power: float) -> None:
    if not 0.0 < power < 1.0:
        raise InputError(f"{power} is no power.", where="power", remedy="Give a share such as 0.8.")


def _check_incidents(incidents: int) -> None:
    if incidents < 2:
        raise InputError(
            f"{incidents} reports are no audit.", where="incidents", remedy="Give two at the least."
        )


def _check(first: float, second: float, design_effect: float, crimes: float, confidence: float) -> None:
    check_confidence(confidence)
    shares = 0.0 < first < 1.0 and (math.isnan(second) or 0.0 < second < 1.0)
    if not (shares and first != second and design_effect > 0.0 and crimes > 0.0):
        raise InputError(
            f"Rates of {first} and {second} with a design effect of {design_effect} and {crimes} crimes a "
            "report cannot be planned for.",
            where="power",
            remedy="Give two different rates as shares, and numbers above 0.",
        )
