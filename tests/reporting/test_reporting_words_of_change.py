"""Sentences on change and agreement: what they say holds the interval, and is no surer than it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.errors import InputError
from firstpoint.reporting.words_of_agreement import agreement_sentence, beyond_luck_sentence
from firstpoint.reporting.words_of_change import alarm_sentence, change_point_sentence, change_sentence

changes = st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted)
shares = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
confidences = st.floats(0.5, 0.999)
days = st.dates(date(2013, 1, 1), date(2040, 1, 1))


def whole_numbers(words: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"(?<![\d.])\d[\d,]*(?![\d.]*%)", words)]


def after_confidence(sentence: str) -> str:
    return sentence.split("confidence", 1)[1]


def test_changes_are_told_in_crimes_of_every_100() -> None:
    assert change_sentence(0.0211, 0.0888, 0.95) == (
        "Between the two audits we can say with 95% confidence that the recording rate rose, by between 2 "
        "and 9 in every 100 crimes."
    )
    assert "fell, by between 2 and 9 in every 100" in change_sentence(-0.0888, -0.0211, 0.95)
    assert "rose, by no more than 1 in every 100" in change_sentence(0.001, 0.004, 0.95)
    assert change_sentence(-0.031, 0.05, 0.95).endswith(
        "between a fall of 4 in every 100 crimes and a rise of 5 in every 100 crimes."
    )


@given(changes, confidences)
def test_a_rise_or_fall_is_claimed_only_where_the_whole_interval_has_it(
    interval: list[float], confidence: float
) -> None:
    low, high = interval
    sentence = change_sentence(low, high, confidence)
    assert ("rose, by" in sentence) == (low > 0)
    assert ("fell, by" in sentence) == (high < 0)
    assert ("cannot say whether" in sentence) == (low <= 0 <= high)


@given(changes, confidences)
def test_the_change_that_is_said_holds_the_interval(interval: list[float], confidence: float) -> None:
    low, high = interval
    said = after_confidence(change_sentence(low, high, confidence)).replace("in every 100", "")
    numbers = whole_numbers(said)
    if low > 0 or high < 0:
        nearest, furthest = sorted((abs(low), abs(high)))
        assert numbers[-1] >= 100 * furthest - 1e-9
        assert (numbers[0] if len(numbers) > 1 else 0) <= 100 * nearest + 1e-9
    else:
        fall = re.search(r"a fall of (\d+)", said)
        rise = re.search(r"a rise of (\d+)", said)
        assert (int(fall[1]) if fall else 0) >= -100 * low - 1e-9
        assert (int(rise[1]) if rise else 0) >= 100 * high - 1e-9


def test_a_change_point_is_told_with_both_dates_and_its_way_only_where_sure() -> None:
    dates = (date(2026, 3, 2), date(2026, 6, 7))
    sentence = change_point_sentence(*dates, 0.95, before=(0.951, 0.972), after=(0.86, 0.913))
    assert "rate fell in these weeks" in sentence
    assert "began between 2 March 2026 and 7 June 2026" in sentence
    assert "between 95 and 98 were recorded before and between 86 and 92 after" in sentence
    assert "rate changed in" in change_point_sentence(*dates, 0.95, before=(0.9, 0.96), after=(0.86, 0.93))
    assert "rate changed in" in change_point_sentence(*dates, 0.95)


@given(days, days, shares, shares, confidences)
def test_a_change_point_never_claims_a_way_that_its_rates_leave_open(
    one: date, other: date, before: list[float], after: list[float], confidence: float
) -> None:
    earliest, latest = sorted((one, other))
    sentence = change_point_sentence(
        earliest, latest, confidence, before=(before[0], before[1]), after=(after[0], after[1])
    )
    assert ("rate rose" in sentence) == (before[1] < after[0])
    assert ("rate fell" in sentence) == (after[1] < before[0])
    said = [int(number) for number in re.findall(r"between (\d+) and (\d+) (?:were|after)", sentence)[0]]
    assert said[0] <= 100 * before[0] + 1e-9
    assert said[1] >= 100 * before[1] - 1e-9


def test_nothing_found_is_not_told_as_nothing_there() -> None:
    assert "does not show that there was none" in change_point_sentence(None, None, 0.95)
    assert "does not show" in alarm_sentence(None, 0.95, 520)


def test_an_alarm_says_how_often_luck_would_sound_it() -> None:
    sentence = alarm_sentence(date(2026, 3, 8), 0.955, 520)
    assert "strong evidence that fewer than 95.5% of crimes are recorded" in sentence
    assert "no more than once in 10 years" in sentence
    assert "once in 75 weeks" in alarm_sentence(date(2026, 3, 8), 0.955, 75)


@given(shares, confidences, st.integers(1, 5000))
def test_the_agreement_that_is_said_holds_the_interval(
    interval: list[float], confidence: float, reports: int
) -> None:
    low, high = interval
    sentence = agreement_sentence(low, high, confidence, reports=reports)
    assert "both be wrong" in sentence
    said = re.search(r"mark (?:(at least|no more than) (\d+)|between (\d+) and (\d+)) alike", sentence)
    if said is None:
        assert (int(100 * low), -int(-100 * high)) != (100, 100)
        return
    least = int(said[3] or (said[2] if said[1] == "at least" else 0))
    most = int(said[4] or (said[2] if said[1] == "no more than" else 100))
    assert least <= 100 * low + 1e-9
    assert most >= 100 * high - 1e-9


@given(changes, confidences)
def test_agreement_beyond_luck_is_claimed_only_where_the_whole_interval_is(
    interval: list[float], confidence: float
) -> None:
    low, high = interval
    sentence = beyond_luck_sentence(low, high, confidence, coefficient="kappa")
    assert ("cannot say" in sentence) == (low <= 0)
    figures = [float(number) for number in re.findall(r"-?\d\.\d\d", sentence.split("kappa")[1])]
    assert figures[0] <= low + 1e-9
    assert figures[1] >= high - 1e-9


def test_full_agreement_is_told_as_at_least() -> None:
    assert "mark at least 91 alike (from 40 reports)" in agreement_sentence(0.9118, 1.0, 0.95, reports=40)
    assert "at least 82 of a possible 100 (kappa 0.82 to 1.00)" in beyond_luck_sentence(
        0.8271, 1.0, 0.95, coefficient="kappa"
    )


@pytest.mark.parametrize("interval", [(0.2, 0.1), (float("nan"), 0.1), (-1.2, 0.0), (0.0, 1.2)])
def test_an_interval_that_cannot_be_is_refused(interval: tuple[float, float]) -> None:
    with pytest.raises(InputError):
        change_sentence(*interval, 0.95)
    with pytest.raises(InputError):
        beyond_luck_sentence(*interval, 0.95, coefficient="kappa")
    with pytest.raises(InputError):
        agreement_sentence(*interval, 0.95, reports=10)


def test_other_things_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError):
        change_sentence(0.0, 0.1, 95)
    with pytest.raises(InputError):
        alarm_sentence(None, 95, 520)
    with pytest.raises(InputError):
        change_point_sentence(date(2026, 2, 1), date(2026, 1, 1), 0.95)
    with pytest.raises(InputError):
        agreement_sentence(0.1, 0.2, 0.95, reports=0)
