"""Alarms for drift: raised when something has changed, and seldom when nothing has."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing import (
    level_drifted,
    scores_drifted,
    share_drifted,
    top_precision_fell,
)


def days(first, count, *, seed, shift=0.0, logs=80, unread=0.05, wobble=0.3):
    """Logs of days that each lean one way, as real days do."""
    chance = np.random.default_rng(seed)
    frames = []
    for number in range(count):
        lean = chance.normal() * wobble
        odds = chance.normal(size=logs) + lean + shift
        frames.append(
            pl.DataFrame(
                {
                    "day": [date(2026, 4, 1) + timedelta(days=first + number)] * logs,
                    "score": 1 / (1 + np.exp(-odds)),
                    "not_read": chance.random(logs) < unread,
                }
            )
        )
    return pl.concat(frames)


def test_scores_that_moved_raise_the_alarm_and_it_says_its_rate():
    alarm = scores_drifted(days(0, 14, seed=1), days(14, 14, seed=2, shift=1.0), score="score", seed=1)
    assert alarm.raised
    assert alarm.p_value <= alarm.false_alarm_rate == 0.01
    assert alarm.now > alarm.then


def test_days_that_lean_alike_raise_no_more_alarms_than_said():
    # Logs of one day hang together: taken one by one they would raise the alarm nearly every time.
    p_values = [
        scores_drifted(
            days(0, 10, seed=seed), days(10, 10, seed=seed + 500), score="score", seed=seed
        ).p_value
        for seed in range(24)
    ]
    assert sum(p <= 0.05 for p in p_values) <= 4
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.2)


def test_logs_that_are_read_less_often_raise_the_alarm():
    then, now = days(0, 14, seed=1), days(14, 14, seed=2, unread=0.15)
    alarm = share_drifted(then, now, column="not_read", name="the share of logs not read", seed=1)
    assert alarm.raised
    assert alarm.now > 2 * alarm.then
    assert alarm.words.startswith("The share of logs not read was 0.0")


def test_the_same_seed_gives_the_same_answer_whatever_the_order_of_rows():
    then, now = days(0, 8, seed=1), days(8, 8, seed=2)
    one = scores_drifted(then, now, score="score", seed=3)
    other = scores_drifted(
        then.sample(fraction=1, shuffle=True, seed=1), now.sample(fraction=1, shuffle=True, seed=1),
        score="score", seed=3,
    )  # fmt: skip
    assert one.p_value == other.p_value


def test_a_span_of_few_days_is_refused():
    with pytest.raises(Refused, match="6 days"):
        scores_drifted(days(0, 14, seed=1), days(14, 6, seed=2), score="score", seed=1)


def top(hits, count):
    return pl.DataFrame({"lot": ["top"] * count, "hides": [number < hits for number in range(count)]})


def test_a_top_that_finds_less_raises_the_alarm_by_fishers_test():
    alarm = top_precision_fell(top(30, 60), top(10, 60))
    assert alarm.raised
    # By hand: P(X ≤ 1) for 5 hits in 10 + 4 reviews, 4 of them now = (C(5,0)C(9,4) + C(5,1)C(9,3)) / C(14,4).
    small = top_precision_fell(top(4, 10), top(1, 4))
    assert small.p_value == pytest.approx((126 + 5 * 84) / 1001)
    assert not small.raised


def test_a_top_that_finds_more_raises_no_alarm():
    assert not top_precision_fell(top(10, 60), top(40, 60)).raised
    with pytest.raises(Refused, match="top of the list"):
        top_precision_fell(top(1, 5), top(1, 5).with_columns(lot=pl.lit("pool")))


def test_chances_that_hold_raise_no_alarm_and_doubled_ones_do():
    chance = np.random.default_rng(1)
    said = chance.beta(1, 6, 800)
    hides = (chance.random(800) < said).astype(float)
    weight = chance.choice([1.0, 5.0, 20.0], 800)
    assert not level_drifted(said, hides, weight, seed=1).raised
    assert level_drifted(np.minimum(2 * said, 1), hides, weight, seed=1).raised
    assert level_drifted(said / 2, hides, weight, seed=1).raised


def test_the_level_alarm_is_false_as_seldom_as_it_says():
    chance = np.random.default_rng(2)
    false = 0
    for trial in range(30):
        said = chance.beta(1, 6, 200)
        hides = (chance.random(200) < said).astype(float)
        false += level_drifted(said, hides, np.ones(200), seed=trial, false_alarms=0.05).raised
    assert false <= 5


def test_scores_that_are_no_chances_have_no_level():
    with pytest.raises(InputError, match="0 to 1"):
        level_drifted(np.array([1.4]), np.array([1.0]), np.ones(1), seed=1)
