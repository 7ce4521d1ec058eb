"""From a recording rate to the crimes that were not recorded, in the frame and in a year."""

from __future__ import annotations

import math
from collections.abc import Mapping

from firstpoint.auditing.audited import Audit
from firstpoint.auditing.intervals import check_confidence, normal_z, student_t
from firstpoint.auditing.ratio import SingleRule, fit_total
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError


def unrecorded_a_year(
    recorded_crimes: int, rate: Estimate | tuple[float, float, float], *, confidence: float = 0.95
) -> Estimate:
    """Give the crimes of a year that should have been recorded and were not: X·(1/R − 1).

    ``recorded_crimes`` is X, the crimes recorded in twelve months (without fraud); ``rate`` is an Estimate,
    or a published (estimate, low, high), as shares or, if the estimate is above 1, as per cent. The rate's
    limits go through the same map and change places, so the interval is not symmetric; it holds if the rate
    of the audited period held all year, which no interval covers. Raises InputError for a rate that is not
    above 0 and at most 1.
    """
    check_confidence(confidence)
    source = rate if isinstance(rate, Estimate) else _published_rate(rate, confidence)
    if recorded_crimes < 0:
        raise InputError(
            "Recorded crimes cannot be negative.", where="recorded_crimes", remedy="Give a count."
        )
    if not 0.0 < source.low <= source.estimate <= source.high <= 1.0:
        raise InputError(
            f"{source.estimate} ({source.low} to {source.high}) is no rate with limits around it.",
            where="rate",
            remedy="Give (estimate, low, high) as shares of 1 or as per cent; a rate that may be 0 puts "
            "no upper limit on the crimes unrecorded.",
        )
    return Estimate(
        estimate=recorded_crimes * (1.0 / source.estimate - 1.0),
        low=recorded_crimes * (1.0 / source.high - 1.0),
        high=recorded_crimes * (1.0 / source.low - 1.0),
        standard_error=recorded_crimes * source.standard_error / source.estimate**2,
        confidence=source.confidence,
        method=(
            f"{recorded_crimes:,} crimes recorded in twelve months times (1/rate − 1), the rate's limits put "
            "through the same map; takes the audited rate to have held for the twelve months."
        ),
        incidents=source.incidents,
        crimes=source.crimes,
    )


def unrecorded_in_frame(audit: Audit, overall: Estimate, *, singles: SingleRule = "certainty") -> Estimate:
    """Give the crimes missed in the frame: Σ(missed/π), with limits as :func:`missed_limits` has them.

    ``singles`` says what a stratum with one audited incident of several adds to the variance, as in
    :func:`~firstpoint.auditing.ratio.fit_ratio`.
    """
    missed = audit.due - audit.recorded
    total, variance = fit_total(missed, audit.variance_codes, audit.inclusion, singles=singles)
    due, due_variance = fit_total(audit.due, audit.variance_codes, audit.inclusion, singles=singles)
    error = math.sqrt(variance)
    multiplier = student_t(max(len(missed) - len(audit.names), 1), overall.confidence)
    if audit.taken_whole:
        low = high = total
    else:
        low, high = missed_limits(
            (total, multiplier * error), (due, multiplier * math.sqrt(due_variance)), overall
        )
        low = min(max(low, float(missed.sum())), total)
    return Estimate(
        estimate=total,
        low=low,
        high=high,
        standard_error=error,
        confidence=overall.confidence,
        method=(
            "Crimes missed in the audited incidents, weighted up to the frame; variance by incident with "
            "finite population correction; limits on the logarithm, never below the number seen and no "
            "higher than the crimes due and the rate's own limits allow. Counts the frame's own period and "
            "no route outside the frame."
        ),
        incidents=overall.incidents,
        crimes=overall.crimes,
    )


def missed_limits(
    missed: tuple[float, float], due: tuple[float, float], rate: Estimate
) -> tuple[float, float]:
    """Give the limits of the crimes missed from their total and that of the crimes due, each with its reach.

    A reach is Student's multiplier times the standard error. The limits are Student's on the logarithm of the
    total missed; where that has no error or is not above 0, the limits of D·(1 − R), distances joined by the
    root of the sum of squares (Zou and Donner 2008). The upper limit is never above that of D·(1 − R), which
    keeps an estimate near 0 from having a limit beyond all crimes there are.
    """
    total, reach = missed
    crimes, due_reach = due
    share = 1.0 - rate.estimate
    above = math.hypot(crimes * (rate.estimate - rate.low), share * due_reach)
    most = max(total, crimes * share) + above
    if total > 0.0 and reach > 0.0:
        factor = math.exp(min(reach / total, 50.0))
        return total / factor, max(min(total * factor, most), total)
    below = math.hypot(crimes * (rate.high - rate.estimate), share * due_reach)
    return max(crimes * share - below, 0.0), most


def unrecorded_in_strata(audit: Audit, rates: Mapping[str, Estimate | None]) -> Estimate | None:
    """Give the crimes unrecorded a year: each stratum's own extrapolation, summed.

    Distances from estimate to limit are combined as the root of the sum of their squares on each side (the
    MOVER method of Zou and Donner 2008), so one stratum alone gives exactly its own limits.
    """
    if audit.recorded_12m is None or without_a_year(audit, rates):
        return None
    usable = [(crimes, rates[name]) for name, crimes in zip(audit.names, audit.recorded_12m, strict=True)]
    parts = [unrecorded_a_year(crimes, rate) for crimes, rate in usable if rate is not None]
    total = sum(part.estimate for part in parts)
    return Estimate(
        estimate=total,
        low=max(total - math.hypot(*(part.estimate - part.low for part in parts)), 0.0),
        high=total + math.hypot(*(part.high - part.estimate for part in parts)),
        standard_error=math.hypot(*(part.standard_error for part in parts)),
        confidence=parts[0].confidence,
        method=(
            f"{sum(audit.recorded_12m):,} crimes recorded in twelve months, each stratum's times "
            "(1/rate − 1), summed; limits joined by the root of the sum of squares on each side. Takes the "
            "audited rates to have held for the twelve months."
        ),
        incidents=len(audit.due),
        crimes=int(audit.due.sum()),
    )


def without_a_year(audit: Audit, rates: Mapping[str, Estimate | None]) -> list[str]:
    """Give, by stratum, why the crimes of a year cannot be told although the frame has their totals."""
    if audit.recorded_12m is None:
        return []
    return [
        f"{name}: no number of crimes unrecorded a year, because the rate may be 0 or is not known."
        for name in audit.names
        if (rate := rates[name]) is None or rate.low <= 0.0
    ]


def _published_rate(rate: tuple[float, float, float], confidence: float) -> Estimate:
    scale = 100.0 if rate[0] > 1.0 else 1.0
    middle, low, high = (value / scale for value in rate)
    error = (high - low) / (2.0 * normal_z(confidence))
    return Estimate(middle, low, high, error, confidence, "as published", None, None)
