"""The running estimate: what the last weeks of the daily audit say, and what all of it says so far."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.intervals import check_confidence, independent_incidents, rate_limits
from firstpoint.auditing.monitoring.always_valid import SOURCES, SequenceName, always_valid
from firstpoint.auditing.monitoring.audited_days import Daily, gather_days
from firstpoint.auditing.monitoring.evidence import MOST_CRIMES
from firstpoint.auditing.ratio import fit_ratio
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused

QUARTER = 13


@frozen(eq=False)
class Running:
    """The recording rate week by week.

    ``weeks`` has a row a week: ``week_begins`` and ``week_ends`` date; ``incidents`` and ``crimes`` i64,
    those of the window; ``rate``, ``low``, ``high`` f64, of the window that ends with the week, null where
    it holds no crime; ``rate_so_far``, ``low_so_far``, ``high_so_far`` f64, of all weeks up to this, with
    limits that hold at every week at once. ``latest`` is the last window. ``changed`` says that no one rate
    fits all weeks (found by ``betting`` alone).
    """

    weeks: pl.DataFrame
    latest: Estimate
    window_weeks: int
    sequence: SequenceName
    confidence: float
    changed: bool

    @property
    def method(self) -> str:
        """How both figures were reached, in a sentence."""
        return (
            f"Rate of the last {self.window_weeks} weeks by ratio with the incident as the unit, "
            f"{self.confidence:.0%} beta limits, for one look; rate so far with always-valid "
            f"{self.confidence:.0%} limits ({self.sequence}), for any number of looks."
        )

    @property
    def formula(self) -> str:
        """Where the formula of the always-valid limits is printed."""
        return SOURCES[self.sequence]

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON."""
        return {
            "latest": self.latest.as_dict(),
            "window_weeks": self.window_weeks,
            "sequence": self.sequence,
            "confidence": self.confidence,
            "changed": self.changed,
            "method": self.method,
            "formula": self.formula,
            "weeks": self.weeks.to_dicts(),
        }


def running_rate(
    marks: pl.DataFrame,
    *,
    window_weeks: int = QUARTER,
    sequence: SequenceName = "asymptotic",
    confidence: float = 0.95,
    most_crimes: int = MOST_CRIMES,
    first_day: date | None = None,
) -> Running:
    """Give the running rate of a daily audit.

    ``marks`` as :func:`gather_days` takes them. The limits of a window are those of a single audit: they are
    right for a board that looks once a quarter. Whoever looks every week and means to act on the first bad
    figure must use the limits so far, or :func:`watch_for_fall`.

    Raises InputError for input that cannot be and Refused where no audited incident held a crime.
    """
    check_confidence(confidence)
    if window_weeks < 1:
        raise InputError("A window needs a week.", where="window_weeks", remedy="Give 1 or more.")
    daily = gather_days(marks, first_day=first_day)
    if daily.due.sum() == 0:
        raise Refused(
            "No audited incident should have led to a crime, so there is no rate.",
            where="daily audit",
            remedy="Go on auditing, or check that should_record is filled in.",
        )
    windows = [_window(daily, week, window_weeks, confidence) for week in range(daily.number_of_weeks)]
    low, high = always_valid(daily, sequence, confidence=confidence, most_crimes=most_crimes)
    latest = next(one for one in reversed(windows) if one is not None)
    due, recorded = (np.cumsum(daily.by_week(daily.weight * one)) for one in (daily.due, daily.recorded))
    so_far = np.divide(recorded, due, out=np.full_like(due, np.nan), where=due > 0)
    return Running(
        weeks=pl.DataFrame(
            {
                "week_begins": [daily.week_begins(week) for week in range(daily.number_of_weeks)],
                "week_ends": [daily.week_ends(week) for week in range(daily.number_of_weeks)],
                "incidents": [one.incidents if one else None for one in windows],
                "crimes": [one.crimes if one else 0 for one in windows],
                "rate": [one.estimate if one else None for one in windows],
                "low": [one.low if one else None for one in windows],
                "high": [one.high if one else None for one in windows],
                "rate_so_far": so_far,
                "low_so_far": low,
                "high_so_far": high,
            },
            schema_overrides={"rate": pl.Float64, "low": pl.Float64, "high": pl.Float64},
        ).with_columns(pl.col("rate_so_far", "low_so_far", "high_so_far").fill_nan(None)),
        latest=latest,
        window_weeks=window_weeks,
        sequence=sequence,
        confidence=confidence,
        changed=bool(np.isnan(low[-1])),
    )


def _window(daily: Daily, week: int, window_weeks: int, confidence: float) -> Estimate | None:
    rows = (daily.weeks <= week) & (daily.weeks > week - window_weeks)
    return rate_of(
        daily, rows, confidence, f"the {min(window_weeks, week + 1)} weeks to {daily.week_ends(week)}"
    )


def rate_of(
    daily: Daily, rows: np.ndarray[tuple[int], np.dtype[np.bool_]], confidence: float, period: str
) -> Estimate | None:
    """Give the rate of some of the incidents with its interval, None where they hold no crime.

    Strata are not set apart in the variance, which makes it a little too large: a week's window may hold
    one incident of a stratum, and that has no variance of its own.
    """
    due, recorded = daily.due[rows], daily.recorded[rows]
    if due.sum() == 0:
        return None
    one_stratum = np.zeros(len(due), dtype=np.intp)
    fit = fit_ratio(recorded, due, one_stratum, daily.inclusion[rows], with_replacement=True)
    with_crime = int((due > 0).sum())
    low, high = rate_limits(
        fit.ratio,
        fit.unit_variance,
        incidents_with_crime=with_crime,
        crimes=int(due.sum()),
        strata=1,
        confidence=confidence,
        independent=independent_incidents(due, daily.inclusion[rows], certain=np.zeros(len(due), dtype=bool)),
    )
    return Estimate(
        estimate=fit.ratio,
        low=low,
        high=high,
        standard_error=fit.variance**0.5,
        confidence=confidence,
        method=(
            f"Crimes recorded divided by crimes that should have been, in the audited reports of {period}, "
            f"the incident as the unit; linearised variance; {confidence:.0%} beta interval on the effective "
            "sample size."
        ),
        incidents=len(due),
        crimes=int(due.sum()),
        formula="Särndal, Swensson and Wretman 1992, 5.6; Korn and Graubard 1998",
    )
