"""The daily audit as a series: the incidents in the order in which they were read, gathered by week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.marks import check_marks, one_row_an_incident
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError
from firstpoint.records.needed_columns import need_columns

DAYS_A_WEEK = 7
ONE_STRATUM = "all reports"
_RARELY_MORE = 366 * 20


@frozen(eq=False)
class Daily:
    """Audited incidents in order of day, one value an incident.

    ``weeks`` counts from 0, the seven days from ``first_day`` on; ``weight`` is in proportion to one over the
    chance of selection, its largest value 1; ``inclusion`` is that chance, tiny where it is not known, so
    that no correction for a finite frame is made. ``number_of_weeks`` counts to the last day read.
    """

    first_day: date
    last_day: date
    number_of_weeks: int
    weeks: Codes
    due: Floats
    recorded: Floats
    weight: Floats
    inclusion: Floats

    def week_begins(self, week: int) -> date:
        """Give the first day of a week."""
        return self.first_day + timedelta(days=DAYS_A_WEEK * week)

    def week_ends(self, week: int) -> date:
        """Give the last day of a week, not later than the last day read."""
        return min(self.week_begins(week) + timedelta(days=DAYS_A_WEEK - 1), self.last_day)

    def by_week(self, values: Floats) -> Floats:
        """Give the sum of values, one an incident, for each week."""
        sums = np.bincount(self.weeks, weights=values, minlength=self.number_of_weeks)
        return sums.astype(np.float64)


def gather_days(marks: pl.DataFrame, *, first_day: date | None = None) -> Daily:
    """Give the series of checked marks with a ``day`` (the London date on which the report was received).

    ``marks`` has ``day`` (date), ``incident_id``, ``should_record`` and ``recorded``, and may have
    ``stratum`` and ``inclusion_probability``; an incident without crime keeps its row. Rows may come in any
    order. Weeks run from ``first_day``, by default the first day read.

    Raises InputError for a missing or wrong day, an incident on two days, and strata without chances of
    selection, since strata that were drawn at different rates cannot be added together unweighted.
    """
    need_columns(marks, ("day", "incident_id", "should_record", "recorded"), "daily audit")
    with_stratum = (
        marks if "stratum" in marks.columns else marks.with_columns(stratum=pl.lit(ONE_STRATUM))
    ).with_columns(day=_as_days(marks["day"]))
    checked = check_marks(with_stratum, where="daily audit")
    days = checked.group_by("incident_id").agg(pl.col("day").unique())
    twice = days.filter(pl.col("day").list.len() > 1)["incident_id"].sort()
    if twice.len():
        raise InputError(
            "An incident was marked under two days.",
            where=f"daily audit, incident {twice[0]}",
            remedy="Give the day on which the report was received, the same in each of its rows.",
        )
    rows = (
        one_row_an_incident(checked)
        .join(days.select("incident_id", day=pl.col("day").list.first()), on="incident_id")
        .sort("day", "incident_id")
    )
    return _series(rows, first_day or rows["day"][0])


def _as_days(days: pl.Series) -> pl.Series:
    typed = days
    if days.dtype == pl.String:
        typed = days.str.strip_chars().str.to_date("%Y-%m-%d", strict=False)
    elif isinstance(days.dtype, pl.Datetime):
        raise InputError(
            "day holds times.",
            where="daily audit",
            remedy="Give the London date of receipt, as 2026-03-14.",
        )
    wrong = typed.is_null() if typed.dtype == pl.Date else pl.Series([True])
    if wrong.any():
        raise InputError(
            f"{days[wrong.arg_true()[0]]!r} is not a day.",
            where=f"daily audit, row {wrong.arg_true()[0] + 2}",
            remedy="Give the London date of receipt, as 2026-03-14.",
        )
    return typed


def _series(rows: pl.DataFrame, first_day: date) -> Daily:
    days = rows["day"]
    last_day: Any = days.max()
    if days[0] < first_day or (last_day - first_day).days > _RARELY_MORE:
        raise InputError(
            f"The days run from {days[0]} to {last_day} and the weeks from {first_day}.",
            where="daily audit",
            remedy="Begin the weeks on the first day read or before, and look for a mistyped year.",
        )
    passed = (days - first_day).dt.total_days().to_numpy()
    chances = _chances(rows)
    weight = np.ones(rows.height) if chances is None else 1.0 / chances
    return Daily(
        first_day=first_day,
        last_day=last_day,
        number_of_weeks=int(passed.max()) // DAYS_A_WEEK + 1,
        weeks=(passed // DAYS_A_WEEK).astype(np.intp),
        due=rows["should_record"].to_numpy().astype(np.float64),
        recorded=rows["recorded"].to_numpy().astype(np.float64),
        weight=weight / weight.max(),
        inclusion=np.full(rows.height, 1e-9) if chances is None else chances,
    )


def _chances(rows: pl.DataFrame) -> Floats | None:
    if "inclusion_probability" in rows.columns:
        return rows["inclusion_probability"].to_numpy().astype(np.float64)
    if rows["stratum"].n_unique() > 1:
        raise InputError(
            "The marks have several strata and no chances of selection, so they cannot be put together.",
            where="daily audit",
            remedy="Add inclusion_probability, or watch each stratum by itself.",
        )
    return None
