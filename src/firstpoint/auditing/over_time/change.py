"""What changed between two audits, with an interval that knows whether they share incidents.

The difference gets its limits from those of the two rates (MOVER: Zou and Donner, *Statistics in Medicine*,
2008), so they are as asymmetric as the rates' own and never outside −1 to 1. Incidents audited both times
tie the two rates together; the covariance of two samples of one frame is that of Tam (*The American
Statistician*, 1984), which is 0 on average where the two were drawn independently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.audited import Audit, gather_audit, refuse_without_crime
from firstpoint.auditing.intervals import IntervalName, normal_z
from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.auditing.rates import Method, rate_of
from firstpoint.auditing.ratio import Floats, fit_ratio
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused

POWER = 0.8
"""The power at which the smallest change that would be found is told."""


@frozen
class Change:
    """The later rate less the earlier one.

    ``difference`` is an Estimate from −1 to 1; ``correlation`` that of the two rates; ``smallest_found`` the
    change, as a share, that audits as sharp as these find four times in five, and 0 where both were taken
    whole. A rate without a standard error of its own (nothing varied in its sample) counts with the one that
    its limits would have.
    """

    earlier: Estimate
    later: Estimate
    difference: Estimate
    correlation: float
    smallest_found: float

    @property
    def told_apart(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        return self.difference.low > 0.0 or self.difference.high < 0.0


@frozen
class Comparison:
    """Two audits held against each other: overall and by stratum, and what must stand beside it.

    ``in_one_only`` names strata that only one of the audits has: the overall rates are then not of the same
    reports, and no rise or fall of the whole can be told.
    """

    overall: Change
    strata: Mapping[str, Change]
    cautions: tuple[str, ...]
    in_one_only: tuple[str, ...] = ()


class Rated(Protocol):
    """What an estimate has for a comparison: the overall rate, and each stratum's or None."""

    @property
    def overall(self) -> Estimate:
        """The rate of all strata."""

    @property
    def strata(self) -> Mapping[str, Estimate | None]:
        """The rate of each stratum, None where it has none."""


def compare(
    earlier: tuple[pl.DataFrame, pl.DataFrame],
    later: tuple[pl.DataFrame, pl.DataFrame],
    *,
    confidence: float = 0.95,
    interval: IntervalName = "beta",
) -> Comparison:
    """Give what changed from the ``earlier`` audit to the ``later`` one, each (marks, frame).

    Marks and frames are as in :func:`estimate`. Incidents of one reference in both are taken to be the same
    incident. Predictions and second readings are left aside, with a caution that says so; see
    :func:`compare_results` for audits that have them. Raises Refused where the audits have no stratum in
    common or either has no rate.
    """
    method = Method(confidence, interval)
    audits = [gather_audit(check_marks(marks), check_frame(frame)) for marks, frame in (earlier, later)]
    for audit in audits:
        refuse_without_crime(audit)
    shared, only = _shared_strata(audits[0].names, audits[1].names)
    changes = {}
    for name in shared:
        pair = [audit.stratum(audit.names.index(name)) for audit in audits]
        if all(one.due.sum() > 0.0 for one in pair):
            changes[name] = _change(pair[0], pair[1], method)
    cautions = (*_cautions(audits, only), *_left_aside(earlier, later))
    return Comparison(_change(audits[0], audits[1], method), changes, cautions, only)


def compare_results(earlier: Rated, later: Rated, *, shared: int = 0) -> Comparison:
    """Give what changed between two estimates, such as those with predictions or second readings.

    The rates are taken as they are, with their own limits, and as independent of each other; ``shared``
    counts the incidents that are in both samples, which a caution then tells. Raises Refused where the two
    have no stratum in common, and InputError for different levels of confidence.
    """
    names, only = _shared_strata(tuple(earlier.strata), tuple(later.strata))
    changes = {}
    for name in names:
        first, second = earlier.strata[name], later.strata[name]
        if first is not None and second is not None:
            changes[name] = change_between(first, second)
    cautions = _of_other_reports(only)
    if shared:
        cautions.append(
            f"{shared:,} incidents are in both audits; the tie between the two rates is not counted, so the "
            "limits are as a rule too wide."
        )
    return Comparison(change_between(earlier.overall, later.overall), changes, tuple(cautions), only)


def change_between(earlier: Estimate, later: Estimate, *, correlation: float = 0.0) -> Change:
    """Give the difference of two rates from their own limits.

    lower = (R₂ − R₁) − sqrt((R₂ − l₂)² + (u₁ − R₁)² − 2ρ(R₂ − l₂)(u₁ − R₁)), upper likewise. Raises
    InputError where the two have different confidence or ρ is not from −1 to 1.
    """
    if earlier.confidence != later.confidence:
        raise InputError(
            f"One rate is at {earlier.confidence:g} and the other at {later.confidence:g} confidence.",
            where="confidence",
            remedy="Estimate both at the same level.",
        )
    if not -1.0 <= correlation <= 1.0:
        raise InputError(
            f"{correlation} is no correlation.", where="correlation", remedy="Give −1 to 1; 0 for none."
        )
    moved = later.estimate - earlier.estimate
    errors = (earlier.standard_error, later.standard_error)
    error = _side(errors[0], errors[1], correlation)
    down = _side(earlier.high - earlier.estimate, later.estimate - later.low, correlation)
    up = _side(earlier.estimate - earlier.low, later.high - later.estimate, correlation)
    shared = "" if correlation == 0.0 else f", correlation {correlation:.2f} through shared incidents"
    difference = Estimate(
        estimate=moved,
        low=moved - down,
        high=moved + up,
        standard_error=error,
        confidence=later.confidence,
        method=(
            f"The later rate less the earlier one; {later.confidence:.0%} limits from those of the two "
            f"rates (MOVER){shared}."
        ),
        incidents=_sum(earlier.incidents, later.incidents),
        crimes=_sum(earlier.crimes, later.crimes),
        formula="Zou and Donner 2008" + ("; Tam 1984" if correlation else ""),
    )
    sharpness = _side(_error_or_that_of_limits(earlier), _error_or_that_of_limits(later), correlation)
    found = (normal_z(later.confidence) + normal_z(2.0 * POWER - 1.0)) * sharpness
    return Change(earlier, later, difference, correlation, found)


def covariance(earlier: Audit, later: Audit) -> float:
    """Give the covariance of two combined ratios through the incidents that both audits hold.

    Σ over strata of (n₁₂ − n₁n₂/N)·s₁₂, s₁₂ the covariance of the linearised values over the n₁₂ shared
    incidents. Strata that share fewer than two, whose frames differ, or that were drawn
    with unequal chances add nothing.
    """
    values = [_linearised(audit) for audit in (earlier, later)]
    total = 0.0
    for name in set(earlier.names) & set(later.names):
        codes = [audit.names.index(name) for audit in (earlier, later)]
        sizes = [audit.incidents[code] for audit, code in zip((earlier, later), codes, strict=True)]
        both = _shared_values(earlier, later, codes, values)
        if sizes[0] != sizes[1] or both.height < 2 or _unequal(earlier, name) or _unequal(later, name):
            continue
        drawn = earlier.sampled[codes[0]] * later.sampled[codes[1]] / sizes[0]
        spread = np.cov(both.get_column("one").to_numpy(), both.get_column("two").to_numpy())[0, 1]
        total += float((both.height - drawn) * spread)
    return total


def _change(earlier: Audit, later: Audit, method: Method) -> Change:
    rates = [rate_of(audit, method) for audit in (earlier, later)]
    errors = rates[0].standard_error * rates[1].standard_error
    tie = covariance(earlier, later) / errors if errors > 0.0 else 0.0
    return change_between(rates[0], rates[1], correlation=min(max(tie, -1.0), 1.0))


def _unequal(audit: Audit, stratum: str) -> bool:
    return bool(np.ptp(audit.inclusion[audit.codes == audit.names.index(stratum)]) > 1e-9)


def _linearised(audit: Audit) -> Floats:
    fit = fit_ratio(audit.recorded, audit.due, audit.codes, audit.inclusion)
    values: Floats = (audit.recorded - fit.ratio * audit.due) / (audit.inclusion * fit.weighted_due)
    return values


def _shared_values(earlier: Audit, later: Audit, codes: list[int], values: list[Floats]) -> pl.DataFrame:
    tables = []
    for audit, code, value, name in zip((earlier, later), codes, values, ("one", "two"), strict=True):
        rows = pl.DataFrame({"reference": audit.references, name: value})
        tables.append(rows.filter(pl.Series(audit.codes == code)))
    return tables[0].join(tables[1], on="reference", how="inner")


def _side(first: float, second: float, correlation: float) -> float:
    return math.sqrt(max(first**2 + second**2 - 2.0 * correlation * first * second, 0.0))


def _error_or_that_of_limits(rate: Estimate) -> float:
    """Give the standard error, or where nothing varied that of a normal interval as wide as the limits."""
    if rate.standard_error > 0.0:
        return rate.standard_error
    return (rate.high - rate.low) / (2.0 * normal_z(rate.confidence))


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _shared_strata(
    earlier: tuple[str, ...], later: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the strata of both audits and those of one only, or refuse where there is none of both."""
    shared = tuple(name for name in earlier if name in later)
    if not shared:
        raise Refused(
            "The two audits have no stratum in common.",
            where=f"strata {', '.join(earlier)} and {', '.join(later)}",
            remedy="Give audits of the same strata, by the same names.",
        )
    return shared, tuple(sorted(set(earlier) ^ set(later)))


def _of_other_reports(only: tuple[str, ...]) -> list[str]:
    if not only:
        return []
    return [f"{', '.join(only)}: in one audit only, so the two overall rates are not of the same reports."]


def _left_aside(*audits: tuple[pl.DataFrame, pl.DataFrame]) -> list[str]:
    read_again = any("second_probability" in marks.columns for marks, _ in audits)
    foretold = any("predicted_due" in frame.columns for _, frame in audits)
    left = [word for word, there in (("second readings", read_again), ("predictions", foretold)) if there]
    return [f"{' and '.join(left)} are left aside: these are plain ratios."] if left else []


def _cautions(audits: list[Audit], only: tuple[str, ...]) -> list[str]:
    cautions = _of_other_reports(only)
    shared = set(audits[0].references) & set(audits[1].references)
    uneven = any(_unequal(one, name) for one in audits for name in one.names)
    if shared and (uneven or audits[0].incidents != audits[1].incidents):
        cautions.append(
            f"{len(shared):,} incidents are in both audits, whose frames or chances of selection differ; "
            "the tie between the two is counted only in strata of one size drawn with equal chances."
        )
    return cautions
