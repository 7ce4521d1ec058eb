"""What a watch would see, tried out on the incidents of an earlier audit before anybody reads a record."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.auditing.marks import check_marks, one_row_an_incident
from firstpoint.auditing.monitoring.alarm import TEN_YEARS, check_watch, log_evidence
from firstpoint.auditing.monitoring.evidence import (
    MOST_CRIMES,
    log_growth,
    refuse_large_incidents,
    stakes_against,
)
from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError, Refused


@frozen
class SlideSeen:
    """Within how many weeks a slide is seen at a stated effort, from trials.

    ``median_weeks`` and ``ninetieth_weeks`` count from the week in which the slide begins to the alarm (None
    where fewer than that share of trials saw it in ``slide_weeks``); ``rate_at_median`` is the true rate in
    that week. ``seen`` is the share of trials that saw it before it ended; ``false_alarms`` the share of
    trials without a slide, of the same length, in which the alarm sounded.
    """

    incidents_a_week: int
    start_rate: float
    end_rate: float
    slide_weeks: int
    accepted_rate: float
    weeks_between_false_alarms: int
    median_weeks: int | None
    ninetieth_weeks: int | None
    rate_at_median: float | None
    seen: float
    false_alarms: float
    trials: int
    seed: int

    @property
    def method(self) -> str:
        """How it was found, in a sentence."""
        return (
            f"{self.trials:,} made-up watches of {self.incidents_a_week} incidents a week, drawn from an "
            "earlier audit's incidents so that each week has its rate; the alarm as it will be (seed "
            f"{self.seed})."
        )

    @property
    def formula(self) -> str:
        """Where the formula of the alarm is printed."""
        return "Shin, Ramdas and Rinaldo 2024, e-SR"

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON."""
        return {**asdict(self), "method": self.method, "formula": self.formula}


def weeks_until_seen(
    marks: pl.DataFrame,
    *,
    incidents_a_week: int,
    start_rate: float = 0.96,
    end_rate: float = 0.84,
    slide_weeks: int = 78,
    accepted_rate: float | None = None,
    weeks_between_false_alarms: int = TEN_YEARS,
    most_crimes: int = MOST_CRIMES,
    trials: int = 500,
    seed: int = 1,
) -> SlideSeen:
    """Give how soon the alarm would see a slide, by drawing incidents of an earlier audit again and again.

    ``marks`` as :func:`read_marks` gives them. The slide runs in a straight line from ``start_rate`` to
    ``end_rate`` (shares) over ``slide_weeks``; the alarm accepts ``accepted_rate``, by default the start.
    Each week's incidents are drawn with replacement from the audited ones, those with missed crimes more or
    less often than they were found, so that the week has its rate and crimes stay bunched as they were.
    Where the marks have ``inclusion_probability``, an incident stands for one over it.

    Raises InputError for numbers that cannot be, and Refused where the audit found no missed crime (or no
    recorded one) to draw from.
    """
    _check_slide(incidents_a_week, start_rate, end_rate, slide_weeks, trials)
    accepted = start_rate if accepted_rate is None else accepted_rate
    check_watch(accepted, weeks_between_false_alarms)
    audited = _audited(marks, most_crimes)
    rates = start_rate + (end_rate - start_rate) * np.arange(slide_weeks) / max(slide_weeks - 1, 1)
    steady = np.full(slide_weeks, start_rate)
    chance = np.random.default_rng(seed)
    sounded, false = (
        _weeks_to_alarm(
            audited,
            path,
            incidents_a_week,
            accepted,
            weeks_between_false_alarms,
            most_crimes,
            trials,
            chance,
        )
        for path in (rates, steady)
    )
    median, ninetieth = (_reached(sounded, share, slide_weeks) for share in (0.5, 0.9))
    return SlideSeen(
        incidents_a_week=incidents_a_week,
        start_rate=start_rate,
        end_rate=end_rate,
        slide_weeks=slide_weeks,
        accepted_rate=accepted,
        weeks_between_false_alarms=weeks_between_false_alarms,
        median_weeks=median,
        ninetieth_weeks=ninetieth,
        rate_at_median=None if median is None else float(rates[median - 1]),
        seen=float(np.mean(sounded <= slide_weeks)),
        false_alarms=float(np.mean(false <= slide_weeks)),
        trials=trials,
        seed=seed,
    )


@frozen(eq=False)
class _Audited:
    """The incidents to draw from: crimes due and recorded, and how many each stands for, float64."""

    due: Floats
    recorded: Floats
    stands_for: Floats


def _audited(marks: pl.DataFrame, most_crimes: int) -> _Audited:
    rows = one_row_an_incident(check_marks(marks))
    due, recorded = (rows[name].to_numpy().astype(np.float64) for name in ("should_record", "recorded"))
    refuse_large_incidents(due, most_crimes)
    if "inclusion_probability" not in rows.columns:
        return _Audited(due, recorded, np.ones_like(due))
    return _Audited(due, recorded, 1.0 / rows["inclusion_probability"].to_numpy().astype(np.float64))


def chances_at_rate(due: Floats, recorded: Floats, rate: float, stands_for: Floats | None = None) -> Floats:
    """Give the chances of drawing each incident so that the crimes drawn have this recording rate on average.

    Incidents that miss a crime share one factor and the others another; the ratio of expected crimes
    recorded to expected crimes due is then ``rate``.
    """
    weight = np.ones_like(due) if stands_for is None else stands_for
    faulty = recorded < due
    clean_due, faulty_due = float((weight * due)[~faulty].sum()), float((weight * due)[faulty].sum())
    faulty_recorded = float((weight * recorded)[faulty].sum())
    if faulty_due == 0.0 or clean_due == 0.0 or faulty_recorded >= rate * faulty_due:
        raise Refused(
            f"The audited incidents cannot stand for a rate of {rate:.0%}: they need some with all crimes "
            "recorded and some with enough missed.",
            where="marks",
            remedy="Give the marks of a larger audit.",
        )
    factor = (1.0 - rate) * clean_due / (rate * faulty_due - faulty_recorded)
    drawn = weight * np.where(faulty, factor, 1.0)
    shares: Floats = drawn / drawn.sum()
    return shares


def _weeks_to_alarm(
    audited: _Audited,
    rates: Floats,
    incidents_a_week: int,
    accepted: float,
    weeks_between: int,
    most_crimes: int,
    trials: int,
    chance: np.random.Generator,
) -> Floats:
    """Give for each trial the week of its alarm, counted from 1, infinite where it did not sound."""
    stakes = stakes_against(accepted, most_crimes)
    growth = log_growth((accepted * audited.due - audited.recorded)[:, None], stakes[None])
    places = np.arange(len(audited.due))
    weekly = np.empty((len(rates), trials, len(stakes)))
    for week, rate in enumerate(rates):
        shares = chances_at_rate(audited.due, audited.recorded, float(rate), audited.stands_for)
        drawn = chance.choice(places, (trials, incidents_a_week), p=shares)
        weekly[week] = growth[drawn].sum(axis=1)
    sounded = log_evidence(weekly) >= np.log(weeks_between)
    first: Floats = np.where(sounded.any(axis=0), sounded.argmax(axis=0) + 1.0, np.inf)
    return first


def _reached(sounded: Floats, share: float, slide_weeks: int) -> int | None:
    week = float(np.quantile(sounded, share, method="higher"))
    return int(week) if week <= slide_weeks else None


def _check_slide(incidents: int, start: float, end: float, weeks: int, trials: int) -> None:
    if not (incidents >= 1 and weeks >= 1 and trials >= 10 and 0.0 < end <= start < 1.0):
        raise InputError(
            f"A slide from {start} to {end} over {weeks} weeks, {incidents} incidents a week and {trials} "
            "trials cannot be tried.",
            where="slide",
            remedy="Give shares between 0 and 1, the start not below the end, and 10 trials or more.",
        )
