"""From marks to the recording rate, with an interval, and to the crimes that were not recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from attrs import asdict, evolve, frozen

from firstpoint.auditing.frame import in_order
from firstpoint.auditing.intervals import (
    FEW_CARRIERS,
    IntervalName,
    check_confidence,
    check_interval,
    guard_df,
    normal_z,
    rate_limits,
    student_t,
)
from firstpoint.auditing.marks import check_frame, check_marks, one_row_an_incident
from firstpoint.auditing.ratio import Codes, Floats, RatioFit, fit_ratio, fit_total
from firstpoint.errors import InputError, Refused

_INTERVAL_WORDS = {
    "beta": "beta interval on the effective sample size (Korn and Graubard 1998)",
    "logit-t": "Student interval on the log-odds",
    "guarded": "Student interval on the log-odds with degrees of freedom by share of variance (Satterthwaite)",
}


@frozen
class Estimate:
    """An estimate that says its interval and how it was reached.

    A rate is a share from 0 to 1; an estimate of crimes is a count. ``incidents`` and ``crimes`` are those
    audited (crimes that should have been recorded), None where the source does not publish them.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    confidence: float
    method: str
    incidents: int | None
    crimes: int | None

    def as_dict(self) -> dict[str, Any]:
        """Give the estimate as plain values for JSON."""
        return asdict(self)


@frozen
class AuditResult:
    """What an audit found.

    ``overall`` is the rate over the frame and ``strata`` the rate of each stratum, None for a stratum whose
    reason is in ``no_rate``. ``unrecorded_in_frame`` counts the crimes of the frame's own period that
    should have been recorded and were not; ``unrecorded_a_year`` the crimes of twelve months, None where
    the frame does not give the recorded crimes of twelve months. ``cautions`` are sentences that must stand
    beside the figures.
    """

    overall: Estimate
    strata: Mapping[str, Estimate | None]
    unrecorded_in_frame: Estimate
    unrecorded_a_year: Estimate | None
    no_rate: Mapping[str, str]
    cautions: tuple[str, ...]

    @property
    def unrecorded(self) -> Estimate:
        """The crimes unrecorded a year where the frame allows it, else those of the frame's own period."""
        return self.unrecorded_a_year or self.unrecorded_in_frame

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON: ``overall``, ``strata`` (a list), ``unrecorded`` and the rest."""
        year = self.unrecorded_a_year
        return {
            "overall": self.overall.as_dict(),
            "strata": [
                {
                    "stratum": name,
                    **(one.as_dict() if one else {"estimate": None, "reason": self.no_rate[name]}),
                }
                for name, one in self.strata.items()
            ],
            "unrecorded": self.unrecorded.as_dict(),
            "unrecorded_in_frame": self.unrecorded_in_frame.as_dict(),
            "unrecorded_a_year": year.as_dict() if year else None,
            "cautions": list(self.cautions),
        }


@frozen(eq=False)
class _Audit:
    """The audited incidents as arrays, one value an incident, and what the frame says of each stratum."""

    names: tuple[str, ...]
    codes: Codes
    due: Floats
    recorded: Floats
    inclusion: Floats
    sampled: tuple[int, ...]
    incidents: tuple[int, ...]
    recorded_12m: tuple[int, ...] | None

    def stratum(self, code: int) -> _Audit:
        rows = self.codes == code
        return evolve(
            self,
            names=(self.names[code],),
            codes=np.zeros(int(rows.sum()), dtype=np.intp),
            due=self.due[rows],
            recorded=self.recorded[rows],
            inclusion=self.inclusion[rows],
            sampled=(self.sampled[code],),
            incidents=(self.incidents[code],),
            recorded_12m=self.recorded_12m and (self.recorded_12m[code],),
        )

    @property
    def taken_whole(self) -> bool:
        return bool(np.all(self.inclusion >= 1.0))


def estimate(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    confidence: float = 0.95,
    interval: IntervalName = "beta",
) -> AuditResult:
    """Give the recording rate, overall and by stratum, and the crimes unrecorded, each with its interval.

    ``marks`` has ``stratum``, ``incident_id``, ``should_record`` and ``recorded`` (rows of one incident are
    summed); an audited incident without crime keeps a row with 0 and 0. ``frame`` has a row an incident or
    a row a stratum, as :func:`read_frame` gives it. Within a stratum every incident is taken to have been
    equally likely to be drawn unless ``inclusion_probability`` varies. Every stratum of the frame must have
    been audited.

    Raises InputError for marks that do not fit the frame, and Refused, naming the stratum and what would
    mend it, where there is no honest answer: a stratum with one audited incident of several, a stratum of
    the frame with none, or no crime at all that should have been recorded.
    """
    check_confidence(confidence)
    check_interval(interval)
    audit = _gather(check_marks(marks), check_frame(frame))
    strata = {name: audit.stratum(code) for code, name in enumerate(audit.names)}
    no_rate = {name: _no_crime(one) for name, one in strata.items() if one.due.sum() == 0}
    if len(no_rate) == len(strata):
        raise Refused(
            "No audited incident should have led to a crime, so there is no rate.",
            where=f"strata {', '.join(strata)}",
            remedy="Audit more incidents, or check that should_record is filled in.",
        )
    rates = {
        name: None if name in no_rate else _rate(one, confidence, interval) for name, one in strata.items()
    }
    overall = _rate(audit, confidence, interval)
    return AuditResult(
        overall=overall,
        strata=rates,
        unrecorded_in_frame=_unrecorded_in_frame(audit, overall),
        unrecorded_a_year=_unrecorded_in_strata(audit, rates),
        no_rate=no_rate,
        cautions=tuple(_cautions(strata, no_rate)),
    )


def unrecorded_a_year(
    recorded_crimes: int, rate: Estimate | tuple[float, float, float], *, confidence: float = 0.95
) -> Estimate:
    """Give the crimes of a year that should have been recorded and were not: X·(1/R − 1).

    ``recorded_crimes`` is X, the crimes recorded in twelve months (without fraud); ``rate`` is an Estimate,
    or a published (estimate, low, high), as shares or, if one is above 1, as per cent. The rate's limits go
    through the same map and change places, so the interval is not symmetric; it holds if the rate of the
    audited period held all year, which no interval covers. Raises InputError for a rate that is not above 0
    and at most 1.
    """
    if isinstance(rate, Estimate):
        source = rate
    else:
        source = _published_rate(rate, confidence)
    if recorded_crimes < 0:
        raise InputError(
            "Recorded crimes cannot be negative.", where="recorded_crimes", remedy="Give a count."
        )
    if not 0.0 < source.low <= source.estimate <= source.high <= 1.0:
        raise InputError(
            f"{source.estimate} ({source.low} to {source.high}) is not a rate above 0 with limits around it.",
            where="rate",
            remedy="Give (estimate, low, high) as shares of 1 or as per cent; a lower limit of 0 has no upper number of crimes.",
        )
    return Estimate(
        estimate=recorded_crimes * (1.0 / source.estimate - 1.0),
        low=recorded_crimes * (1.0 / source.high - 1.0),
        high=recorded_crimes * (1.0 / source.low - 1.0),
        standard_error=recorded_crimes * source.standard_error / source.estimate**2,
        confidence=source.confidence,
        method=(
            f"{recorded_crimes:,} crimes recorded in twelve months times (1/rate − 1), the limits of the rate put "
            "through the same map; takes the audited rate to have held for the twelve months."
        ),
        incidents=source.incidents,
        crimes=source.crimes,
    )


def _gather(marks: pl.DataFrame, frame: pl.DataFrame) -> _Audit:
    incidents, recorded_12m = _stratum_totals(frame)
    rows = _joined_to_frame(one_row_an_incident(marks), frame, incidents)
    names = tuple(in_order(set(incidents)))
    codes = np.asarray([names.index(name) for name in rows.get_column("stratum")], dtype=np.intp)
    sampled = np.bincount(codes, minlength=len(names))
    totals = np.asarray([incidents[name] for name in names])
    for name, audited, total in zip(names, sampled.tolist(), totals.tolist(), strict=True):
        _refuse_thin_stratum(name, audited, total)
    inclusion = (sampled / np.maximum(totals, 1))[codes]
    if "inclusion_probability" in rows.columns:
        inclusion = _chances(rows.get_column("inclusion_probability").to_numpy(), inclusion, codes)
    keep = tuple(code for code, total in enumerate(totals.tolist()) if total > 0)
    return _Audit(
        names=tuple(names[code] for code in keep),
        codes=np.searchsorted(np.asarray(keep), codes).astype(np.intp),
        due=rows.get_column("should_record").to_numpy().astype(np.float64),
        recorded=rows.get_column("recorded").to_numpy().astype(np.float64),
        inclusion=inclusion,
        sampled=tuple(int(sampled[code]) for code in keep),
        incidents=tuple(int(totals[code]) for code in keep),
        recorded_12m=recorded_12m and tuple(recorded_12m[names[code]] for code in keep),
    )


def _stratum_totals(frame: pl.DataFrame) -> tuple[dict[str, int], dict[str, int] | None]:
    if "incident_id" in frame.columns:
        return dict(frame.group_by("stratum").len().iter_rows()), None
    incidents = dict(frame.select("stratum", "incidents").iter_rows())
    if "recorded_crimes_12m" not in frame.columns:
        return incidents, None
    return incidents, dict(frame.select("stratum", "recorded_crimes_12m").iter_rows())


def _joined_to_frame(rows: pl.DataFrame, frame: pl.DataFrame, incidents: Mapping[str, int]) -> pl.DataFrame:
    unknown = sorted(set(rows.get_column("stratum")) - set(incidents))
    if unknown:
        raise InputError(
            f"The marks name strata that the frame does not have: {', '.join(unknown)}.",
            where=f"stratum {unknown[0]}",
            remedy=f"The frame has {', '.join(sorted(incidents))}; use the same names.",
        )
    if "incident_id" not in frame.columns:
        return rows
    outside = rows.join(frame, on=["stratum", "incident_id"], how="anti").get_column("incident_id").sort()
    if outside.len():
        raise InputError(
            f"{outside.len()} audited incidents are not in that stratum of the frame: "
            f"{', '.join(outside[:8])}.",
            where=f"incident {outside[0]}",
            remedy="Give the frame the sample was drawn from; audits chosen otherwise cannot be mixed in.",
        )
    if "inclusion_probability" in frame.columns and "inclusion_probability" not in rows.columns:
        chances = frame.select("incident_id", pl.col("inclusion_probability").cast(pl.Float64, strict=False))
        rows = rows.join(chances, on="incident_id", how="left").sort("stratum", "incident_id")
        wrong = rows.filter(
            ~pl.col("inclusion_probability").is_between(0, 1, closed="right").fill_null(value=False)
        )
        if wrong.height:
            raise InputError(
                "An audited incident has no chance of selection above 0 and at most 1 in the frame.",
                where=f"incident {wrong.get_column('incident_id')[0]}",
                remedy="Fill in inclusion_probability for every incident that could be drawn.",
            )
    return rows


def _refuse_thin_stratum(name: str, audited: int, total: int) -> None:
    if audited > total:
        raise InputError(
            f"{audited} incidents were audited and the frame has {total}.",
            where=f"stratum {name}",
            remedy="Give the frame the sample was drawn from.",
        )
    if audited == 0 and total > 0:
        raise Refused(
            f"None of its {total:,} incidents was audited, so nothing can be said of the whole frame.",
            where=f"stratum {name}",
            remedy="Audit some, or leave the stratum out of the frame and say so beside the figure.",
        )
    if audited == 1 and total > 1:
        raise Refused(
            f"One audited incident of {total:,} gives no standard error.",
            where=f"stratum {name}",
            remedy="Audit two at the least, or join the stratum to another before the estimate.",
        )


def _chances(given: Floats, equal: Floats, codes: Codes) -> Floats:
    """Give the chances of selection: as given where they vary within a stratum, audited/frame where they do not.

    A constant chance says no more than that the draw was simple; the share really audited is then the better
    figure, since a marking may be unfinished.
    """
    lowest = np.full(int(codes.max()) + 1, np.inf)
    highest = np.zeros_like(lowest)
    np.minimum.at(lowest, codes, given)
    np.maximum.at(highest, codes, given)
    simple = np.isclose(lowest, highest, rtol=1e-6)[codes]
    chances: Floats = np.where(simple, equal, given)
    return chances


def _rate(audit: _Audit, confidence: float, interval: IntervalName) -> Estimate:
    fit = fit_ratio(audit.recorded, audit.due, audit.codes, audit.inclusion)
    with_crime = audit.due > 0
    if audit.taken_whole:
        low = high = fit.ratio
    else:
        low, high = rate_limits(
            fit.ratio,
            fit.unit_variance,
            incidents_with_crime=int(with_crime.sum()),
            crimes=int(audit.due.sum()),
            strata=len(np.unique(audit.codes[with_crime])),
            confidence=confidence,
            interval=interval,
        )
    return Estimate(
        estimate=fit.ratio,
        low=low,
        high=high,
        standard_error=math.sqrt(fit.variance),
        confidence=confidence,
        method=_rate_method(audit, fit, confidence, interval),
        incidents=len(audit.due),
        crimes=int(audit.due.sum()),
    )


def _rate_method(audit: _Audit, fit: RatioFit, confidence: float, interval: IntervalName) -> str:
    scope = f"over {len(audit.names)} strata" if len(audit.names) > 1 else f"in the stratum {audit.names[0]}"
    start = (
        f"Crimes recorded divided by crimes that should have been, weighted {scope}, the incident as the unit"
    )
    if audit.taken_whole:
        return f"{start}; every incident of the frame was audited, so there is no sampling error."
    if fit.variance == 0.0:
        return (
            f"{start}; no incident differed from another, so the {confidence:.0%} limits are those of as many "
            "independent incidents as held a crime."
        )
    return (
        f"{start}; linearised variance with finite population correction; {confidence:.0%} "
        f"{_INTERVAL_WORDS[interval]}."
    )


def _unrecorded_in_frame(audit: _Audit, overall: Estimate) -> Estimate:
    """Give the crimes missed in the frame: Σ(missed/π), with Student limits on its logarithm.

    The lower limit is never below the number that the auditors saw. Where they saw none, the upper limit is
    the one that the lower limit of the rate implies.
    """
    missed = audit.due - audit.recorded
    total, variance = fit_total(missed, audit.codes, audit.inclusion)
    error = math.sqrt(variance)
    df = max(len(missed) - len(audit.names), 1)
    if audit.taken_whole:
        low = high = total
    elif total == 0.0:
        recorded, _ = fit_total(audit.recorded, audit.codes, audit.inclusion)
        low, high = 0.0, recorded * (1.0 / overall.low - 1.0)
    else:
        reach = math.exp(min(student_t(df, overall.confidence) * error / total, 50.0))
        low, high = max(total / reach, float(missed.sum())), total * reach
    return Estimate(
        estimate=total,
        low=low,
        high=high,
        standard_error=error,
        confidence=overall.confidence,
        method=(
            "Crimes missed in the audited incidents, weighted up to the frame; variance by incident with finite "
            "population correction; limits on the logarithm, never below the number seen. Counts the frame's own "
            "period and no route outside the frame."
        ),
        incidents=overall.incidents,
        crimes=overall.crimes,
    )


def _unrecorded_in_strata(audit: _Audit, rates: Mapping[str, Estimate | None]) -> Estimate | None:
    """Give the crimes unrecorded a year: each stratum's own extrapolation, summed.

    Distances from estimate to limit are combined as the root of the sum of their squares on each side (the
    MOVER method of Zou and Donner 2008), so one stratum alone gives exactly its own limits.
    """
    if audit.recorded_12m is None:
        return None
    usable = [(x, rates[name]) for name, x in zip(audit.names, audit.recorded_12m, strict=True)]
    if any(rate is None or rate.low <= 0.0 for _, rate in usable):
        return None
    parts = [unrecorded_a_year(x, rate) for x, rate in usable if rate is not None]
    total = sum(part.estimate for part in parts)
    return Estimate(
        estimate=total,
        low=max(total - math.hypot(*(part.estimate - part.low for part in parts)), 0.0),
        high=total + math.hypot(*(part.high - part.estimate for part in parts)),
        standard_error=math.hypot(*(part.standard_error for part in parts)),
        confidence=parts[0].confidence,
        method=(
            f"{sum(audit.recorded_12m):,} crimes recorded in twelve months, each stratum's times (1/rate − 1), "
            "summed; limits joined by the root of the sum of squares on each side. Takes the audited rates to have "
            "held for the twelve months."
        ),
        incidents=len(audit.due),
        crimes=int(audit.due.sum()),
    )


def _published_rate(rate: tuple[float, float, float], confidence: float) -> Estimate:
    scale = 100.0 if max(rate) > 1.0 else 1.0
    middle, low, high = (value / scale for value in rate)
    error = (high - low) / (2.0 * normal_z(confidence))
    return Estimate(middle, low, high, error, confidence, "as published", None, None)


def _no_crime(audit: _Audit) -> str:
    return f"none of the {len(audit.due)} audited incidents should have led to a crime"


def _cautions(strata: Mapping[str, _Audit], no_rate: Mapping[str, str]) -> list[str]:
    cautions = [f"{name}: no rate, because {reason}." for name, reason in no_rate.items()]
    for name, one in strata.items():
        if name in no_rate or one.taken_whole:
            continue
        fit = fit_ratio(one.recorded, one.due, one.codes, one.inclusion)
        if fit.variance > 0.0 and guard_df(fit.unit_variance) < FEW_CARRIERS:
            cautions.append(
                f"{name}: a handful of incidents carry the variance; the guarded interval is the safer one, and "
                "the true rate is more often below the interval than above."
            )
    return cautions
