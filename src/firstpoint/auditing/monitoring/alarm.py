"""The alarm: has the recording rate fallen below what is accepted, and how rarely does it cry wolf?

Each week's incidents are bet on (:mod:`~firstpoint.auditing.monitoring.evidence`), a new bet being opened
every week because nobody knows in which the fall begins. The sum of all bets open is the evidence: with one
unit put in each week, it stands at the number of weeks that a force at the accepted rate would have to be
watched for, on average, before it got so high by luck. The alarm sounds where it passes the number asked for.
This is the Shiryaev–Roberts form of an e-detector (Shin, Ramdas and Rinaldo, *New England Journal of
Statistics in Data Science*, 2024); its bound on false alarms holds for any clustering of crimes.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.monitoring.audited_days import Daily, gather_days
from firstpoint.auditing.monitoring.evidence import (
    MOST_CRIMES,
    log_growth,
    log_mean,
    refuse_large_incidents,
    stakes_against,
)
from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError

TEN_YEARS = 520


@frozen(eq=False)
class Alarm:
    """What the watch says.

    ``weeks`` has a row a week: ``week_begins`` date, ``week_ends`` date, ``incidents`` i64, ``crimes`` i64,
    ``evidence`` f64 (in weeks: how long a force at the accepted rate is watched, on average, before luck
    alone gives as much) and ``alarm`` bool. ``sounded_on`` is the last day of the first week with an alarm,
    None where there was none, and ``since`` the first day of the week from which the bets that sounded it
    do best.
    """

    accepted_rate: float
    weeks_between_false_alarms: int
    most_crimes: int
    weeks: pl.DataFrame
    sounded_on: date | None
    since: date | None

    @property
    def method(self) -> str:
        """How the alarm works, in a sentence."""
        return (
            f"Bets by incident against a rate of {self.accepted_rate:.1%} or more, a new one each week, "
            f"added up; while the rate is at least that, a false alarm comes on average at most once in "
            f"{self.weeks_between_false_alarms:,} weeks, whatever the clustering of crimes, if no incident "
            f"holds more than {self.most_crimes} crimes."
        )

    @property
    def formula(self) -> str:
        """Where the formula is printed."""
        return "Shin, Ramdas and Rinaldo 2024, e-SR; Waudby-Smith and Ramdas 2024"

    def chance_of_false_alarm(self, weeks: int) -> float:
        """Give a bound on the chance of a false alarm within so many weeks at the accepted rate."""
        return min(weeks / self.weeks_between_false_alarms, 1.0)

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values for JSON."""
        return {
            "accepted_rate": self.accepted_rate,
            "weeks_between_false_alarms": self.weeks_between_false_alarms,
            "sounded_on": self.sounded_on,
            "since": self.since,
            "method": self.method,
            "formula": self.formula,
            "weeks": self.weeks.to_dicts(),
        }


def watch_for_fall(
    marks: pl.DataFrame,
    accepted_rate: float,
    *,
    weeks_between_false_alarms: int = TEN_YEARS,
    most_crimes: int = MOST_CRIMES,
    first_day: date | None = None,
) -> Alarm:
    """Give the alarm for a rate below ``accepted_rate`` (a share), week by week.

    ``marks`` as :func:`gather_days` takes them. ``weeks_between_false_alarms`` is the least mean time to a
    false alarm while the rate is at least the accepted one; the chance of one within w weeks is at most w
    over it. ``most_crimes`` bounds the crimes of one incident and has to be set beforehand.

    Raises InputError for a rate that is not a share between 0 and 1, and for an incident above the bound.
    """
    check_watch(accepted_rate, weeks_between_false_alarms)
    daily = gather_days(marks, first_day=first_day)
    refuse_large_incidents(daily.due, most_crimes)
    growth = weekly_growth(daily, accepted_rate, most_crimes)
    evidence = log_evidence(growth)
    sounded = np.flatnonzero(evidence >= math.log(weeks_between_false_alarms))
    at = int(sounded[0]) if len(sounded) else None
    return Alarm(
        accepted_rate=accepted_rate,
        weeks_between_false_alarms=weeks_between_false_alarms,
        most_crimes=most_crimes,
        weeks=pl.DataFrame(
            {
                "week_begins": [daily.week_begins(week) for week in range(daily.number_of_weeks)],
                "week_ends": [daily.week_ends(week) for week in range(daily.number_of_weeks)],
                "incidents": daily.by_week(np.ones_like(daily.due)).astype(np.int64),
                "crimes": daily.by_week(daily.due).astype(np.int64),
                "evidence": np.exp(np.minimum(evidence, 700.0)),
                "alarm": evidence >= math.log(weeks_between_false_alarms),
            }
        ),
        sounded_on=None if at is None else daily.week_ends(at),
        since=None if at is None else daily.week_begins(_best_start(growth[: at + 1])),
    )


def weekly_growth(daily: Daily, accepted_rate: float, most_crimes: int) -> Floats:
    """Give the logarithm of each bet's growth in each week, float64 of shape (weeks, stakes)."""
    stakes = stakes_against(accepted_rate, most_crimes)
    surplus = daily.weight * (accepted_rate * daily.due - daily.recorded)
    growth = log_growth(surplus[:, None], stakes[None, :])
    weekly = np.zeros((daily.number_of_weeks, len(stakes)))
    np.add.at(weekly, daily.weeks, growth)
    return weekly


def log_evidence(growth: Floats) -> Floats:
    """Give the logarithm of the evidence after each week: one unit put in, the old bets standing.

    ``growth`` is float64 of shape (weeks, …, stakes); the answer has shape (weeks, …).
    """
    standing = np.full(growth.shape[1:], -np.inf)
    evidence = np.empty(growth.shape[:-1])
    for week, grown in enumerate(growth):
        standing = np.logaddexp(0.0, standing) + grown
        evidence[week] = log_mean(standing)
    return evidence


def _best_start(growth: Floats) -> int:
    """Give the week from which the bets up to the last week have grown most."""
    from_each = np.cumsum(growth[::-1], axis=0)[::-1]
    return int(np.argmax(log_mean(from_each)))


def check_watch(rate: float, weeks: int) -> None:
    """Raise InputError unless the accepted rate is a share and the weeks are enough for an alarm."""
    if not 0.0 < rate < 1.0:
        raise InputError(
            f"An accepted rate of {rate} is not a share between 0 and 1.",
            where="accepted_rate",
            remedy="Give 0.95 for 95 %.",
        )
    if weeks < 10:
        raise InputError(
            f"A false alarm every {weeks} weeks would be no alarm.",
            where="weeks_between_false_alarms",
            remedy="Give 52 (a year) or more; 520 is usual.",
        )
