"""The daily audit watched week by week: an alarm that seldom cries wolf, and dates that hold."""

from __future__ import annotations

import itertools
import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln

from firstpoint.auditing.monitoring import (
    change_point,
    gather_days,
    running_rate,
    watch_for_fall,
    weeks_until_seen,
)
from firstpoint.auditing.monitoring.alarm import log_evidence
from firstpoint.auditing.monitoring.always_valid import mixture_multiplier
from firstpoint.auditing.monitoring.effort import chances_at_rate
from firstpoint.auditing.monitoring.evidence import log_growth, stakes_against
from firstpoint.errors import InputError, Refused

MONDAY = date(2026, 1, 5)


def daily_marks(rates: Any, incidents_a_week: int = 20, *, seed: int = 1) -> pl.DataFrame:
    """A made-up daily audit whose true rate is given for each week; crimes come bunched and fail together."""
    chance = np.random.default_rng(seed)
    shape = (len(rates), incidents_a_week)
    missed = np.asarray(1.0 - np.asarray(rates))[:, None]
    due = np.where(chance.random(shape) < 0.25, 0, 1 + chance.poisson(0.15, shape))
    due = np.where((chance.random(shape) < 0.02) & (due > 0), chance.integers(3, 9, shape), due)
    recorded = np.where(chance.random(shape) < missed, 0, due)
    week, place = np.indices(shape)
    return pl.DataFrame(
        {
            "day": [
                MONDAY + timedelta(days=int(7 * w + p % 7))
                for w, p in zip(week.flat, place.flat, strict=True)
            ],
            "incident_id": [f"I{at:06d}" for at in range(due.size)],
            "should_record": due.ravel(),
            "recorded": recorded.ravel(),
        }
    )


def week_of(*counts: tuple[int, int], first: int = 0, week: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "day": [MONDAY + timedelta(days=7 * week)] * len(counts),
            "incident_id": [f"I{first + at}" for at in range(len(counts))],
            "should_record": [due for due, _ in counts],
            "recorded": [recorded for _, recorded in counts],
        }
    )


# --- the series ---------------------------------------------------------------------------------------------


def test_weeks_run_from_the_first_day_and_rows_of_an_incident_are_put_together() -> None:
    marks = pl.concat([week_of((1, 1), (2, 0)), week_of((1, 0), (0, 0), first=5, week=2), week_of((3, 3))])
    daily = gather_days(marks)
    assert daily.number_of_weeks == 3
    assert daily.by_week(daily.due).tolist() == [6.0, 0.0, 1.0]
    assert daily.week_begins(2) == date(2026, 1, 19)
    assert daily.week_ends(2) == daily.last_day == date(2026, 1, 19)


def test_strata_without_chances_of_selection_cannot_be_watched_together() -> None:
    marks = week_of((1, 1), (1, 0)).with_columns(stratum=pl.Series(["violence", "other"]))
    with pytest.raises(InputError, match="inclusion_probability"):
        gather_days(marks)
    weighted = gather_days(marks.with_columns(inclusion_probability=pl.Series([0.5, 0.1])))
    assert weighted.weight.tolist() == pytest.approx([0.2, 1.0])


@pytest.mark.parametrize(
    ("day", "words"),
    [(["2026-01-05", "yesterday"], "row 3"), ([None, None], "row 2"), ([1, 2], "is not a day")],
)
def test_a_day_that_is_none_is_named(day: list[Any], words: str) -> None:
    marks = week_of((1, 1), (1, 1)).with_columns(day=pl.Series(day, strict=False))
    with pytest.raises(InputError, match=words):
        gather_days(marks)


def test_an_incident_of_two_days_and_a_mistyped_year_are_refused() -> None:
    with pytest.raises(InputError, match="incident I0"):
        gather_days(pl.concat([week_of((1, 1)), week_of((1, 1), week=1)]))
    with pytest.raises(InputError, match="mistyped year"):
        gather_days(week_of((1, 1)), first_day=date(1926, 1, 1))
    with pytest.raises(InputError, match="mistyped year"):
        gather_days(week_of((1, 1)), first_day=date(2027, 1, 1))


# --- the alarm ----------------------------------------------------------------------------------------------


def test_evidence_is_worth_the_weeks_watched_when_the_rate_is_just_accepted() -> None:
    """Every series of five incidents, one a week: the mean evidence after w weeks is exactly w.

    Two kinds of incident, equally likely: three crimes all recorded, or one crime missed. The rate is 3/4.
    """
    stakes = stakes_against(0.75, 3)
    kinds = np.stack(
        [log_growth(np.full(len(stakes), 0.75 * due - rec), stakes) for due, rec in ((3, 3), (1, 0))]
    )
    evidence = [np.exp(log_evidence(kinds[list(series)])) for series in itertools.product(range(2), repeat=5)]
    assert np.mean(evidence, axis=0) == pytest.approx([1, 2, 3, 4, 5])


@given(st.floats(0.5, 0.99), st.integers(1, 30), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_no_incident_within_the_bound_can_take_all_that_was_put_in(rate: float, most: int, due: int) -> None:
    due = min(due, most)
    for recorded in {0, due // 2, due}:
        assert np.all(1.0 + stakes_against(rate, most) * (rate * due - recorded) > 0.05)
        too_low = stakes_against(rate, most, too_low=True)
        assert np.all(1.0 - too_low * (rate * due - recorded) > 0.05)


def test_a_slide_of_twelve_points_is_seen_and_its_beginning_is_named() -> None:
    rates = np.concatenate([np.full(20, 0.96), 0.96 - 0.12 * np.arange(78) / 77])
    alarm = watch_for_fall(daily_marks(rates, 40, seed=3), 0.96)
    assert alarm.sounded_on is not None
    assert alarm.since is not None
    assert MONDAY + timedelta(weeks=20) < alarm.sounded_on < MONDAY + timedelta(weeks=20 + 45)
    assert MONDAY < alarm.since < alarm.sounded_on
    assert "at most once in 520 weeks" in alarm.method


def test_a_steady_rate_sounds_no_more_false_alarms_than_stated() -> None:
    sounded = [
        watch_for_fall(daily_marks(np.full(52, 0.95), 10, seed=seed), 0.95, weeks_between_false_alarms=260)
        for seed in range(100)
    ]
    false = sum(alarm.sounded_on is not None for alarm in sounded)
    assert sounded[0].chance_of_false_alarm(52) == pytest.approx(0.2)
    assert false <= 20


def test_a_better_rate_than_accepted_sounds_no_alarm() -> None:
    assert watch_for_fall(daily_marks(np.full(150, 0.97), 30), 0.95).sounded_on is None


def test_an_incident_above_the_bound_is_refused_since_the_guarantee_would_go() -> None:
    with pytest.raises(InputError, match="most_crimes"):
        watch_for_fall(week_of((25, 25)), 0.95)
    assert watch_for_fall(week_of((25, 25)), 0.95, most_crimes=30).sounded_on is None


def test_numbers_that_cannot_be_are_refused() -> None:
    marks = week_of((1, 1))
    for rate in (0.0, 1.0, 95.0):
        with pytest.raises(InputError, match="share"):
            watch_for_fall(marks, rate)
    with pytest.raises(InputError, match="weeks"):
        watch_for_fall(marks, 0.9, weeks_between_false_alarms=1)
    with pytest.raises(InputError, match="sequence"):
        running_rate(marks, sequence="guess")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="window"):
        running_rate(marks, window_weeks=0)


# --- the running rate ---------------------------------------------------------------------------------------


def test_a_window_is_the_rate_of_its_weeks_and_empty_weeks_have_none() -> None:
    marks = pl.concat(
        [week_of((0, 0)), week_of((2, 1), (2, 2), first=10, week=1), week_of((4, 1), first=20, week=2)]
    )
    weeks = running_rate(marks, window_weeks=2).weeks
    assert weeks["rate"].to_list() == [None, 0.75, 0.5]
    assert weeks["rate_so_far"].to_list() == [None, 0.75, 0.5]
    assert weeks["crimes"].to_list() == [0, 4, 8]


def test_no_crime_at_all_has_no_rate() -> None:
    with pytest.raises(Refused, match="no rate"):
        running_rate(week_of((0, 0), (0, 0)))


def test_limits_that_hold_at_every_look_are_wider_than_those_for_one() -> None:
    assert mixture_multiplier(500, 0.05) == pytest.approx(3.03, abs=0.02)
    assert min(mixture_multiplier(n, 0.05) for n in (50, 200, 500, 2000, 20000)) > 2.9
    weeks = running_rate(daily_marks(np.full(40, 0.9)), window_weeks=1000).weeks.tail(5)
    for row in weeks.iter_rows(named=True):
        assert row["low_so_far"] < row["low"] < row["high"] < row["high_so_far"]


@pytest.mark.parametrize(("sequence", "runs", "weeks"), [("asymptotic", 60, 40), ("betting", 12, 25)])
def test_the_truth_stays_inside_at_all_weeks_at_once(sequence: Any, runs: int, weeks: int) -> None:
    left = 0
    for seed in range(runs):
        table = running_rate(daily_marks(np.full(weeks, 0.9), seed=seed), sequence=sequence).weeks
        left += not ((table["low_so_far"] <= 0.9) & (table["high_so_far"] >= 0.9)).all()
    assert left <= 0.05 * runs


def test_where_the_rate_changes_much_no_one_rate_is_left_to_the_bets() -> None:
    marks = daily_marks([0.98] * 30 + [0.5] * 60, 60)
    running = running_rate(marks, sequence="betting", most_crimes=8)
    assert running.changed
    assert running.weeks["low_so_far"][-1] is None


def test_all_recorded_is_not_certainty_so_far() -> None:
    marks = week_of(*[(1, 1)] * 60)
    row = running_rate(marks).weeks.row(0, named=True)
    assert (row["rate_so_far"], row["high_so_far"]) == (1.0, 1.0)
    assert row["low_so_far"] == pytest.approx((0.05 / 61) ** (1 / 60))


def test_half_recorded_in_every_report_is_no_limit_that_leaves_its_rate_out() -> None:
    row = running_rate(week_of(*[(2, 1)] * 60)).weeks.row(0, named=True)
    assert row["rate_so_far"] == 0.5
    assert row["low_so_far"] + row["high_so_far"] == pytest.approx(1.0)
    won = betaln(31, 31) - 30 * math.log(row["low_so_far"]) - 30 * math.log(row["high_so_far"])
    assert won == pytest.approx(-math.log(0.05))
    assert 0.2 < row["low_so_far"] < 0.4


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=80), st.randoms())
@settings(max_examples=20, deadline=None)
def test_limits_are_possible_whatever_the_counts_and_the_order(pairs: list[Any], chance: Any) -> None:
    counts = [(due, min(recorded, due)) for due, recorded in pairs]
    if not sum(due for due, _ in counts):
        return
    marks = week_of(*counts)
    order = list(range(marks.height))
    chance.shuffle(order)
    row, again = (running_rate(one).weeks.row(0, named=True) for one in (marks, marks[order]))
    assert row == again
    for low, middle, high in (("low", "rate", "high"), ("low_so_far", "rate_so_far", "high_so_far")):
        assert 0.0 <= row[low] <= row[middle] + 1e-12
        assert row[middle] <= row[high] + 1e-12 <= 1.0 + 2e-12


# --- when it changed ----------------------------------------------------------------------------------------


def test_a_step_is_found_with_its_dates_and_both_rates() -> None:
    found = change_point(daily_marks([0.96] * 30 + [0.82] * 30, 30), replicates=199)
    assert found.found
    assert found.shape == "step"
    assert None not in (found.earliest, found.began, found.latest, found.before, found.after)
    assert found.earliest <= MONDAY + timedelta(weeks=30) <= found.latest  # type: ignore[operator]
    assert found.before.estimate > 0.93 > 0.88 > found.after.estimate  # type: ignore[union-attr]


def test_a_slide_known_to_be_one_has_its_beginning_inside_the_dates() -> None:
    rates = np.concatenate([np.full(40, 0.96), 0.96 - 0.3 * np.arange(40) / 39])
    found = change_point(daily_marks(rates, 40, seed=4), shape="slide", replicates=199)
    assert found.shape == "slide"
    assert found.earliest <= MONDAY + timedelta(weeks=40) <= found.latest  # type: ignore[operator]
    assert "last 8 weeks" in found.after.method  # type: ignore[union-attr]


def test_a_steady_rate_is_seldom_said_to_have_changed() -> None:
    """The order of the incidents is dealt out, so a false alarm comes in 5 of 100 whatever the clustering."""
    false = sum(
        change_point(daily_marks(np.full(30, 0.93), 8, seed=s), replicates=99).found for s in range(100)
    )
    assert false <= 11


def test_without_a_finding_there_are_no_dates() -> None:
    found = change_point(daily_marks(np.full(30, 0.93), 8, seed=1), replicates=99)
    assert (found.found, found.began, found.earliest, found.latest, found.after) == (False,) + (None,) * 4
    assert found.before is not None


def test_a_short_or_spotless_series_is_refused() -> None:
    with pytest.raises(Refused, match="too few"):
        change_point(daily_marks(np.full(8, 0.9)))
    with pytest.raises(Refused, match="Every crime"):
        change_point(daily_marks(np.full(20, 1.0)))
    with pytest.raises(InputError, match="replicates"):
        change_point(daily_marks(np.full(20, 0.9)), replicates=5)


def test_the_same_seed_gives_the_same_answer_whatever_the_order_of_rows() -> None:
    marks = daily_marks([0.96] * 20 + [0.8] * 20)
    here = change_point(marks, replicates=99, seed=7).as_dict()
    assert (
        here
        == change_point(marks.sample(fraction=1.0, shuffle=True, seed=2), replicates=99, seed=7).as_dict()
    )


# --- what a watch would see ---------------------------------------------------------------------------------


def earlier_audit() -> pl.DataFrame:
    rows = [
        ("all", f"A{at}", due, recorded)
        for at, (due, recorded) in enumerate(
            [(1, 1)] * 70 + [(0, 0)] * 20 + [(1, 0)] * 6 + [(4, 4)] * 2 + [(3, 1)] * 2
        )
    ]
    return pl.DataFrame(rows, schema=["stratum", "incident_id", "should_record", "recorded"], orient="row")


def test_incidents_are_drawn_so_that_each_week_has_its_rate() -> None:
    marks = earlier_audit()
    due, recorded = (marks[name].to_numpy().astype(float) for name in ("should_record", "recorded"))
    for rate in (0.84, 0.9, 0.96):
        chances = chances_at_rate(due, recorded, rate)
        assert chances.sum() == pytest.approx(1.0)
        assert chances @ recorded / (chances @ due) == pytest.approx(rate)


def test_more_incidents_a_week_see_a_slide_sooner_and_false_alarms_stay_within_the_bound() -> None:
    few, many = (weeks_until_seen(earlier_audit(), incidents_a_week=n, trials=100) for n in (15, 60))
    assert few.median_weeks is not None
    assert many.median_weeks is not None
    assert many.median_weeks < few.median_weeks <= 50
    assert many.ninetieth_weeks >= many.median_weeks  # type: ignore[operator]
    assert max(few.false_alarms, many.false_alarms) <= 78 / 520
    assert math.isclose(many.rate_at_median, 0.96 - 0.12 * (many.median_weeks - 1) / 77)  # type: ignore[arg-type]


def test_an_audit_without_a_fault_cannot_stand_for_a_slide() -> None:
    with pytest.raises(Refused, match="cannot stand"):
        weeks_until_seen(
            earlier_audit().filter(pl.col("recorded") == pl.col("should_record")), incidents_a_week=9
        )
    with pytest.raises(InputError, match="slide"):
        weeks_until_seen(earlier_audit(), incidents_a_week=9, start_rate=0.8, end_rate=0.9)
    with pytest.raises(InputError, match="share"):
        weeks_until_seen(earlier_audit(), incidents_a_week=9, accepted_rate=95)


def test_incidents_drawn_with_less_chance_stand_for_more() -> None:
    due, recorded = np.asarray([1.0, 1.0, 1.0]), np.asarray([1.0, 1.0, 0.0])
    even = chances_at_rate(due, recorded, 0.5)
    weighed = chances_at_rate(due, recorded, 0.5, np.asarray([1.0, 3.0, 1.0]))
    assert even == pytest.approx([0.25, 0.25, 0.5])
    assert weighed == pytest.approx([0.125, 0.375, 0.5])
