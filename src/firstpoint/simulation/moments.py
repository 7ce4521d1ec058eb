"""When the events of some days are reported, and of which scenario each is, drawn for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from attrs import frozen

from firstpoint.simulation.clock import seconds_of
from firstpoint.simulation.profile import ForceProfile
from firstpoint.simulation.rhythms import HOURS_A_YEAR, Array, weights_by_hour
from firstpoint.simulation.scenarios import Scenario

Ints = npt.NDArray[np.int64]


@frozen(eq=False)
class Days:
    """Some days of a force: the scenarios and the weight of each (row) in each hour (column)."""

    start: date
    days: int
    scenarios: tuple[Scenario, ...]
    weights: Array

    @property
    def end(self) -> int:
        """Give the moment at which the day after the last begins, in seconds since 1970."""
        return seconds_of(self.start + timedelta(days=self.days))

    def expected(self, incidents_a_year: float) -> float:
        """Give how many incidents these days bring where an average year brings so many."""
        usual = sum(one.weight for one in self.scenarios) * HOURS_A_YEAR
        return incidents_a_year * float(self.weights.sum()) / usual


def days_of(made: Sequence[Scenario], start: date, days: int, profile: ForceProfile) -> Days:
    """Give the days with scenarios of crime and of none in the share that the profile sets."""
    weights = weights_by_hour(made, start, days, profile.as_of)
    crime = np.array([one.is_crime for one in made])
    usual = np.array([one.weight for one in made])
    share = profile.crime_share
    scale = np.where(crime, share / usual[crime].sum(), (1 - share) / _or_one(usual[~crime].sum()))
    return Days(start, days, tuple(made), weights * scale[:, None] * usual.sum())


def draw_moments(of: Days, number: int, generator: np.random.Generator) -> tuple[Ints, Ints]:
    """Give so many moments (seconds since 1970, in no order) and the place of each one's scenario."""
    ends = np.cumsum(of.weights.ravel())
    cells = np.searchsorted(ends, generator.random(number) * ends[-1], side="right")
    hours = of.weights.shape[1]
    which, hour = np.divmod(np.minimum(cells, ends.size - 1), hours)
    midnights = np.array([seconds_of(of.start + timedelta(days=day)) for day in range(of.days)])
    when = midnights[hour // 24] + hour % 24 * 3600 + generator.integers(0, 3600, size=number)
    # On the day the clocks go forward the last of 24 hours lies beyond midnight.
    return np.minimum(when, of.end - 1).astype(np.int64), which.astype(np.int64)


def _or_one(total: float) -> float:
    return total if total > 0 else 1.0
