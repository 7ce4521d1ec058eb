"""When events are reported: by month, weekday, hour and bank holiday for each kind of event, with its trend.

The rhythms are data, in ``grammar/rhythms.toml``. :func:`weights_by_hour` lays them out over days as a weight
for each scenario and hour, from which both the moments of report and what is reported are drawn at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
from attrs import frozen

from firstpoint.simulation.grammar_files import toml_of
from firstpoint.simulation.scenarios import Scenario

HOURS_A_YEAR = 8766.0

Array = npt.NDArray[np.float64]


@frozen(eq=False)
class Rhythm:
    """Weights of mean one by month (12), weekday (7, from Monday) and hour (24), and the rest of a rhythm."""

    name: str
    by_month: Array
    by_weekday: Array
    by_hour: Array
    bank_holiday: float
    trend: float


def weights_by_hour(
    made: Sequence[Scenario], start: date, days: int, as_of: date, holiday_days: frozenset[date] | None = None
) -> Array:
    """Give the weight of each scenario (row) in each hour of the days (column, 24 to a day).

    A scenario's weights have, over an average year at ``as_of``, the mean of its own weight.
    """
    free = (
        bank_holidays(start.year, (start + timedelta(days=days)).year)
        if holiday_days is None
        else holiday_days
    )
    of_rhythm = {name: _hours(rhythm, start, days, as_of, free) for name, rhythm in rhythms().items()}
    return np.stack([one.weight * of_rhythm[rhythm_of(one.id)] for one in made])


def _hours(rhythm: Rhythm, start: date, days: int, as_of: date, free: frozenset[date]) -> Array:
    dates = [start + timedelta(days=day) for day in range(days)]
    by_day = np.array(
        [
            rhythm.by_month[day.month - 1]
            * rhythm.by_weekday[day.weekday()]
            * (rhythm.bank_holiday if day in free else 1.0)
            * (1 + rhythm.trend) ** ((day - as_of).days / 365.25)
            for day in dates
        ]
    )
    return np.outer(by_day, rhythm.by_hour).ravel()


@cache
def rhythms() -> Mapping[str, Rhythm]:
    """Give every rhythm by its name."""
    return {
        name: Rhythm(
            name,
            _of_mean_one(row["by_month"]),
            _of_mean_one(row["by_weekday"]),
            _of_mean_one(row["by_hour"]),
            row["bank_holiday"],
            row["trend"],
        )
        for name, row in toml_of("rhythms").items()
    }


@cache
def rhythm_of(scenario: str) -> str:
    """Give the name of the rhythm that a scenario follows."""
    return next((name for name, row in toml_of("rhythms").items() if scenario in row["scenarios"]), "any")


def bank_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Give the bank holidays of England and Wales in these years, by the standing rule of each.

    Days proclaimed for one year alone (a jubilee, a coronation) are not among them.
    """
    found: set[date] = set()
    for year in range(first_year, last_year + 1):
        easter = _easter(year)
        found |= {easter - timedelta(days=2), easter + timedelta(days=1)}
        found |= {_monday(date(year, 5, 1)), _monday(date(year, 5, 25)), _monday(date(year, 8, 25))}
        found |= {*_moved(date(year, 1, 1), 1), *_moved(date(year, 12, 25), 2)}
    return frozenset(found)


def _moved(first: date, number: int) -> list[date]:
    """Give this many working days in a row from a fixed holiday, a weekend's being made up after it."""
    days, day = [], first
    owed = number
    while owed:
        if day.weekday() < 5:
            days.append(day)
            owed -= 1
        day += timedelta(days=1)
    return days


def _monday(first: date) -> date:
    return first + timedelta(days=-first.weekday() % 7)


def _easter(year: int) -> date:
    """Give Easter Sunday by the anonymous Gregorian rule (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _of_mean_one(values: Sequence[float]) -> Array:
    found = np.array(values, dtype=np.float64)
    mean: float = found.mean()
    return np.divide(found, mean)
