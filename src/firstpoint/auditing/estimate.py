"""From marks to the recording rate, with an interval, and to the crimes that were not recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import polars as pl
from attrs import evolve

from firstpoint.auditing.audited import Audit, gather_audit, refuse_without_crime
from firstpoint.auditing.completeness import repeated_rows, unmarked_cautions
from firstpoint.auditing.intervals import (
    FEW_CARRIERS,
    IntervalName,
    crimes_gather,
    guard_df,
    nothing_varied,
)
from firstpoint.auditing.marks import check_frame, check_marks, one_row_an_incident
from firstpoint.auditing.rates import Method, VarianceName, rate_of, rate_or_reason
from firstpoint.auditing.ratio import SingleRule, fit_ratio
from firstpoint.auditing.result import AuditResult, Estimate
from firstpoint.auditing.unrecorded import unrecorded_in_frame, unrecorded_in_strata, without_a_year


def estimate(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    confidence: float = 0.95,
    interval: IntervalName = "beta",
    variance: VarianceName = "linearised",
    singles: SingleRule = "refuse",
) -> AuditResult:
    """Give the recording rate, overall and by stratum, and the crimes unrecorded, each with its interval.

    ``marks`` has ``stratum``, ``incident_id``, ``should_record`` and ``recorded`` (rows of one incident are
    summed); an audited incident without crime keeps a row with 0 and 0. ``frame`` has a row an incident or
    a row a stratum, as :func:`read_frame` gives it. Within a stratum every incident is taken to have been
    equally likely to be drawn unless ``inclusion_probability`` varies. Every stratum of the frame must have
    been audited. ``interval``, ``variance`` and ``singles`` are names of :data:`IntervalName`,
    :data:`VarianceName` and :data:`SingleRule`.

    Raises InputError for marks that do not fit the frame, and Refused, naming the stratum and what would
    mend it, where there is no honest answer: a stratum with one audited incident of several, a stratum of
    the frame with none, or no crime at all that should have been recorded.
    """
    method = Method(confidence=confidence, interval=interval, variance=variance, singles=singles)
    checked = check_marks(marks)
    audit = gather_audit(checked, check_frame(frame), singles=singles)
    strata = {name: audit.stratum(code) for code, name in enumerate(audit.names)}
    told = {name: _without_rate(one) or rate_or_reason(one, method) for name, one in strata.items()}
    no_rate = {name: reason for name, reason in told.items() if isinstance(reason, str)}
    refuse_without_crime(audit)
    rates = {name: one if isinstance(one, Estimate) else None for name, one in told.items()}
    overall = rate_of(audit, method)
    return AuditResult(
        overall=overall,
        strata=rates,
        unrecorded_in_frame=unrecorded_in_frame(audit, overall, singles=singles),
        unrecorded_a_year=unrecorded_in_strata(audit, rates),
        no_rate=no_rate,
        cautions=(
            *unmarked_cautions(
                one_row_an_incident(checked), dict(zip(audit.names, audit.incidents, strict=True))
            ),
            *repeated_rows(checked),
            *_cautions(strata, no_rate, method),
            *without_a_year(audit, rates),
        ),
    )


def _without_rate(audit: Audit) -> str:
    """Give why a stratum has no rate of its own, or nothing where it has one."""
    if audit.due.sum() == 0:
        return f"none of the {len(audit.due)} audited incidents should have led to a crime"
    if audit.alone:
        return f"one audited incident of {audit.incidents[0]:,} gives no standard error"
    return ""


def _cautions(strata: Mapping[str, Audit], no_rate: Mapping[str, str], method: Method) -> list[str]:
    cautions = [f"{name}: no rate, because {reason}." for name, reason in no_rate.items()]
    for name, one in strata.items():
        if name in no_rate or one.taken_whole:
            continue
        fit = fit_ratio(one.recorded, one.due, one.codes, one.inclusion)
        if nothing_varied(fit.ratio, fit.variance):
            cautions.append(
                f"{name}: no incident differed from another, so the stratum adds nothing to the standard "
                "error of the overall rate; its own limits say how far that may be luck."
            )
        elif guard_df(fit.unit_variance) < FEW_CARRIERS:
            cautions.append(_carried_by_few(name, rate_of(one, evolve(method, interval="guarded"))))
        if crimes_gather(one.due):
            cautions.append(
                f"{name}: crimes gather in few incidents (the five largest audited hold "
                f"{np.sort(one.due)[-5:].sum() / one.due.sum():.0%}), so the limits hold less often "
                "than they say, mostly because the true rate is lower; no interval from equal chances holds "
                "here below about a thousand audited. Draw with chances in proportion to the offences that "
                "a report names, or take the large incidents whole."
            )
    return cautions


def _carried_by_few(name: str, guarded: Estimate) -> str:
    low, high = math.floor(1000.0 * guarded.low) / 10.0, math.ceil(1000.0 * guarded.high) / 10.0
    return (
        f"{name}: a handful of incidents carry the variance; the guarded interval ({low:g} to {high:g}%) is "
        "the safer one, and the true rate is more often below the interval than above."
    )
