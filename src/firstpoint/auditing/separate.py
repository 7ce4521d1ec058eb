"""The separate ratio: each stratum's own rate, put together by totals that are known from elsewhere.

The combined ratio (:func:`ratio`) weighs strata by what the audit finds due in them. Where the crimes *due*
in each stratum are known, rates may be averaged over them; where only the crimes *recorded* in a year are
known, the crimes due follow from them and the rates, which is a harmonic mean and how annual totals are
published.
Each stratum's rate carries its own small bias, so a stratum needs some twenty audited incidents with a crime.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from firstpoint.auditing.audited import Audit, gather_audit
from firstpoint.auditing.intervals import IntervalName
from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.auditing.rates import Method, from_variance_alone, rate_of
from firstpoint.auditing.ratio import Codes, Floats, RatioFit, fit_ratio
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused


def separate_ratio(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    due_totals: Mapping[str, float] | None = None,
    confidence: float = 0.95,
    interval: IntervalName = "beta",
) -> Estimate:
    """Give the overall rate from each stratum's own rate.

    ``marks`` and ``frame`` are as in :func:`estimate`. ``due_totals`` gives the crimes that should have been
    recorded in each stratum; without it the frame must have ``recorded_crimes_12m``. Raises Refused where a
    stratum has no rate, or a rate of 0 that no total recorded can come from.
    """
    method = Method(confidence, from_variance_alone(interval))
    audit = gather_audit(check_marks(marks), check_frame(frame))
    _refuse_strata_without_crime(audit)
    totals, known = _totals(audit, due_totals)
    fit = fit_separate(
        audit.recorded, audit.due, audit.codes, audit.inclusion, totals, recorded_totals=not known
    )
    of_what = "crimes due" if known else "crimes recorded in twelve months"
    return rate_of(
        audit,
        method,
        fit=fit,
        words=f"The rates of the strata put together by their {of_what}",
        formula="Cochran 1977, 6.10; Särndal, Swensson and Wretman 1992, 7.3",
    )


def fit_separate(
    recorded: Floats,
    due: Floats,
    strata: Codes,
    inclusion: Floats,
    totals: Floats,
    *,
    recorded_totals: bool = False,
) -> RatioFit:
    """Give the separate ratio on arrays: arguments as in :func:`fit_ratio`, ``totals`` one value a stratum.

    Σ D·R / Σ D where ``totals`` are the crimes due D; Σ X / Σ (X/R) where they are the crimes recorded X.
    The variance is the sum over strata of (weight)²·V, the weight being dR overall/dR of the stratum.
    """
    fits = [
        fit_ratio(recorded[at], due[at], np.zeros(int(at.sum()), dtype=np.intp), inclusion[at])
        for at in (strata == code for code in range(len(totals)))
    ]
    rates = np.asarray([fit.ratio for fit in fits])
    if recorded_totals:
        due_totals = totals / rates
        overall = float(totals.sum() / due_totals.sum())
        weights = overall * due_totals / due_totals.sum() / rates
    else:
        due_totals = totals
        overall = float(np.sum(totals * rates) / totals.sum())
        weights = totals / totals.sum()
    parts = np.empty_like(due)
    for code, fit in enumerate(fits):
        parts[strata == code] = weights[code] ** 2 * fit.unit_variance
    return RatioFit(
        overall, float(parts.sum()), parts, float(due_totals.sum()), overall * float(due_totals.sum())
    )


def _refuse_strata_without_crime(audit: Audit) -> None:
    for code, name in enumerate(audit.names):
        if audit.due[audit.codes == code].sum() == 0.0:
            raise Refused(
                "None of its audited incidents should have led to a crime, so it has no rate of its own.",
                where=f"stratum {name}",
                remedy="Audit more of it, or use the combined ratio.",
            )


def _totals(audit: Audit, due_totals: Mapping[str, float] | None) -> tuple[Floats, bool]:
    if due_totals is not None:
        for name in sorted(set(audit.names) ^ set(due_totals)):
            raise InputError(
                "The totals and the frame do not name the same strata.",
                where=f"stratum {name}",
                remedy="Give one total of crimes due for each stratum.",
            )
        totals = np.asarray([float(due_totals[name]) for name in audit.names])
        return _checked(audit, totals), True
    if audit.recorded_12m is None:
        raise Refused(
            "The crimes of each stratum are not known, so its rate has no weight.",
            where="frame",
            remedy="Give recorded_crimes_12m in a frame with a row a stratum, or due_totals, or use the "
            "combined ratio, which needs neither.",
        )
    for code, name in enumerate(audit.names):
        if audit.recorded[audit.codes == code].sum() == 0.0:
            raise Refused(
                "No audited crime was recorded, so the crimes due cannot follow from those recorded.",
                where=f"stratum {name}",
                remedy="Use the combined ratio, or audit more of the stratum.",
            )
    return _checked(audit, np.asarray(audit.recorded_12m, dtype=np.float64)), False


def _checked(audit: Audit, totals: Floats) -> Floats:
    if not (np.all(np.isfinite(totals)) and np.all(totals >= 0.0) and totals.sum() > 0.0):
        raise InputError(
            f"{totals.tolist()} are no totals of crimes.",
            where=f"strata {', '.join(audit.names)}",
            remedy="Give counts of 0 or more, not all of them 0.",
        )
    return totals
