"""A rate with its interval, from the arrays of an audit: the part that every estimate goes through."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from attrs import evolve, field, frozen

from firstpoint.auditing.audited import Audit
from firstpoint.auditing.intervals import (
    INTERVALS,
    IntervalName,
    check_confidence,
    check_interval,
    fieller_limits,
    independent_incidents,
    limits_df,
    nothing_varied,
    rate_limits,
)
from firstpoint.auditing.ratio import RatioFit, SingleRule, check_singles, fit_ratio, fit_totals
from firstpoint.auditing.resampling import bootstrap_ratios, bootstrap_t_limits, jackknife_parts
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused

VarianceName = Literal["linearised", "jackknife", "bootstrap"]

VARIANCES = {
    "linearised": "linearised variance with finite population correction",
    "jackknife": "jackknife variance, one incident left out at a time",
    "bootstrap": "bootstrap variance, incidents drawn again",
}
"""What each variance is called in a sentence."""

_SOURCES = {
    "linearised": "Särndal, Swensson and Wretman 1992, 5.6",
    "jackknife": "Wolter 2007, 4.5",
    "bootstrap": "Rao and Wu 1988",
    "beta": "Korn and Graubard 1998",
    "guarded": "Satterthwaite 1946",
    "logit-t": "Korn and Graubard 1999, 2.4",
    "wilson": "Wilson 1927",
    "arcsine": "Anscombe 1948",
    "fieller": "Fieller 1954",
    "bootstrap-t": "Efron 1982, 10.10",
    "wald-for-comparison": "Cochran 1977, 2.8",
}

LEAST_REPLICATES = 200
"""Below this many bootstrap replicates a limit at 95 % rests on a handful of them (the project's choice)."""

RECORDED = "Crimes recorded divided by crimes that should have been"


def _check_variance(_: object, __: object, variance: str) -> None:
    if variance not in get_args(VarianceName):
        raise InputError(
            f"There is no variance called {variance!r}.",
            where="variance",
            remedy=f"Choose one of {', '.join(get_args(VarianceName))}.",
        )


def _check_replicates(_: object, __: object, replicates: int) -> None:
    if replicates < LEAST_REPLICATES:
        raise InputError(
            f"{replicates} replicates are too few for limits that hold.",
            where="replicates",
            remedy=f"Give {LEAST_REPLICATES} or more; 2,000 is usual.",
        )


@frozen
class Method:
    """How a rate and its limits are worked out.

    ``replicates`` and ``seed`` are for the bootstrap alone. Raises InputError for a name that is not there.
    """

    confidence: float = field(default=0.95, validator=lambda _, __, value: check_confidence(value))
    interval: IntervalName = field(default="beta", validator=lambda _, __, value: check_interval(value))
    variance: VarianceName = field(default="linearised", validator=_check_variance)
    singles: SingleRule = field(default="refuse", validator=lambda _, __, value: check_singles(value))
    replicates: int = field(default=2_000, validator=_check_replicates)
    seed: int = 1

    def __attrs_post_init__(self) -> None:
        """Refuse a variance that the interval asked for would not use."""
        if self.variance != "linearised" and self.interval in ("fieller", "bootstrap-t"):
            raise InputError(
                f"The interval {self.interval} has a variance of its own and does not use {self.variance}.",
                where="variance",
                remedy="Leave the variance linearised, or choose beta, guarded, logit-t, wilson or arcsine.",
            )


def from_variance_alone(interval: IntervalName) -> IntervalName:
    """Give the name back if its limits need no more than the variance, or raise InputError."""
    if interval in ("fieller", "bootstrap-t"):
        raise InputError(
            f"The interval {interval} is not worked out for this estimator.",
            where="interval",
            remedy="Choose beta, guarded, logit-t, wilson or arcsine.",
        )
    return interval


def rate_of(
    audit: Audit,
    method: Method,
    *,
    fit: RatioFit | None = None,
    words: str = RECORDED,
    formula: str = "",
    counted: int | None = None,
    unit: str = "incident",
) -> Estimate:
    """Give the rate of the audit's recorded over its due, with its limits.

    ``due`` must not be 0 throughout. ``fit`` stands instead of the combined ratio where another estimator
    found it, ``words`` and ``formula`` say what the rate is of and where its estimator is printed, and
    ``counted`` how many incidents it tells of where they are not all of the audit's. ``unit`` names what was
    drawn, where it is not the incident.
    """
    fit = fit or fit_audit(audit, method)
    low, high = _limits(audit, fit, method)
    return Estimate(
        estimate=fit.ratio,
        low=low,
        high=high,
        standard_error=math.sqrt(fit.variance),
        confidence=method.confidence,
        method=_said(audit, fit, method, words, unit),
        incidents=len(audit.due) if counted is None else counted,
        crimes=int(audit.due.sum()),
        formula=_formula(audit, fit, method, formula),
        degrees_of_freedom=_degrees(audit, fit, method),
        warnings=_single_warnings(audit, method),
    )


def rate_or_reason(
    audit: Audit, method: Method, *, words: str = RECORDED, formula: str = "", counted: int | None = None
) -> Estimate | str:
    """Give the rate as :func:`rate_of`, or in words why this method cannot give one from so few."""
    try:
        return rate_of(audit, method, words=words, formula=formula, counted=counted)
    except Refused as refusal:
        return refusal.message[0].lower() + refusal.message[1:].rstrip(".")


def fit_audit(audit: Audit, method: Method) -> RatioFit:
    """Give the combined ratio of an audit with the variance that the method names."""
    _refuse_unused_rule(audit, method)
    arrays = (audit.recorded, audit.due, audit.variance_codes, audit.inclusion)
    fit = fit_ratio(*arrays, singles=method.singles)
    if method.variance == "jackknife":
        parts = jackknife_parts(*arrays)
        return evolve(fit, variance=float(parts.sum()), unit_variance=parts)
    if method.variance == "bootstrap" and not nothing_varied(fit.ratio, fit.variance):
        again = bootstrap_ratios(*arrays, replicates=method.replicates, seed=method.seed)
        variance = float(np.mean((again - fit.ratio) ** 2))
        return evolve(fit, variance=variance, unit_variance=fit.unit_variance * variance / fit.variance)
    return fit


def _refuse_unused_rule(audit: Audit, method: Method) -> None:
    """Refuse a rule for strata of one incident that this variance or interval knows nothing of."""
    other = method.variance if method.variance != "linearised" else method.interval
    if not audit.alone or method.singles not in ("adjust", "average"):
        return
    if other in ("jackknife", "bootstrap", "fieller", "bootstrap-t"):
        raise InputError(
            f"The rule {method.singles!r} for a stratum of one incident is not worked out for {other}.",
            where=f"stratum {audit.alone[0]}, singles",
            remedy="Use the rule collapse, or the linearised variance with another interval.",
        )


def _limits(audit: Audit, fit: RatioFit, method: Method) -> tuple[float, float]:
    if audit.taken_whole:
        return fit.ratio, fit.ratio
    varied = not nothing_varied(fit.ratio, fit.variance)
    if varied and method.interval == "fieller":
        totals = fit_totals(audit.recorded, audit.due, audit.variance_codes, audit.inclusion)
        return fieller_limits(totals, df=_ordinary_df(audit), confidence=method.confidence)
    if varied and method.interval == "bootstrap-t":
        return bootstrap_t_limits(
            fit,
            audit.recorded,
            audit.due,
            audit.variance_codes,
            audit.inclusion,
            confidence=method.confidence,
            replicates=method.replicates,
            seed=method.seed,
        )
    with_crime = audit.due > 0
    return rate_limits(
        fit.ratio,
        fit.unit_variance,
        incidents_with_crime=int(with_crime.sum()),
        crimes=int(audit.due.sum()),
        strata=len(np.unique(audit.codes[with_crime])),
        confidence=method.confidence,
        interval=method.interval if varied else "beta",
        independent=independent_incidents(audit.due, audit.inclusion),
    )


def _ordinary_df(audit: Audit) -> int:
    with_crime = audit.due > 0
    return max(int(with_crime.sum()) - len(np.unique(audit.codes[with_crime])), 1)


def _degrees(audit: Audit, fit: RatioFit, method: Method) -> float | None:
    if audit.taken_whole or nothing_varied(fit.ratio, fit.variance) or method.interval == "bootstrap-t":
        return None
    return limits_df(method.interval, _ordinary_df(audit), fit.unit_variance)


def _said(audit: Audit, fit: RatioFit, method: Method, words: str, unit: str) -> str:
    scope = f"over {len(audit.names)} strata" if len(audit.names) > 1 else f"in the stratum {audit.names[0]}"
    start = f"{words}, weighted {scope}, the {unit} as the unit"
    if audit.taken_whole:
        return f"{start}; every incident of the frame was audited, so there is no sampling error."
    if nothing_varied(fit.ratio, fit.variance):
        return (
            f"{start}; no incident differed from another, so the {method.confidence:.0%} limits are those "
            "of as many independent incidents as those with a crime, each by its weight, amount to."
        )
    repeats = "bootstrap" in (method.variance, method.interval.removesuffix("-t"))
    drawn = f" ({method.replicates:,} replicates, seed {method.seed})" if repeats else ""
    return (
        f"{start}; {VARIANCES[method.variance]}; {method.confidence:.0%} {INTERVALS[method.interval]}{drawn}."
    )


def _formula(audit: Audit, fit: RatioFit, method: Method, estimator: str) -> str:
    """Give where estimator, variance and limits are printed, each once."""
    if audit.taken_whole:
        return estimator or "Cochran 1977, 2.11"
    unequal = any(np.ptp(audit.inclusion[audit.codes == code]) > 0.0 for code in range(len(audit.names)))
    sources = [estimator or _SOURCES["linearised"]]
    sources += ["Brewer 2002, chapter 9"] if unequal else []
    sources += [_SOURCES[method.variance]] if method.variance != "linearised" else []
    sources += [
        "Clopper and Pearson 1934" if nothing_varied(fit.ratio, fit.variance) else _SOURCES[method.interval]
    ]
    return "; ".join(dict.fromkeys(sources))


def _single_warnings(audit: Audit, method: Method) -> tuple[str, ...]:
    return tuple(
        f"{name}: one incident of several was audited; its variance follows the rule {method.singles!r}, "
        "which is an assumption."
        for name in audit.alone
    )
