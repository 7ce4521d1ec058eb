"""What a sentence for a board may say: never more than its interval."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.errors import InputError
from firstpoint.reporting.plain_words import (
    all_recorded_sentence,
    confidence_and_margin,
    margin_sentence,
    out_of_100,
    percent,
    percent_outward,
    rate_sentence,
    unrecorded_in_round_numbers,
    unrecorded_sentence,
    wide_interval_sentence,
)

proportions = st.floats(0, 1)
intervals = st.tuples(proportions, proportions).map(sorted)
confidences = st.floats(0.5, 0.999)


def numbers_in(sentence: str) -> list[int]:
    return [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", sentence)]


def test_interval_becomes_a_sentence_about_every_100_crimes() -> None:
    assert rate_sentence(0.8223, 0.8491, 0.95) == (
        "Of every 100 crimes in the reports audited from, we can say with 95% confidence that "
        "between 82 and 85 were recorded."
    )


@given(intervals)
def test_whole_numbers_out_of_100_are_never_narrower_than_the_interval(interval: list[float]) -> None:
    low, high = interval
    least, most = out_of_100(low, high)
    assert 0 <= least <= 100 * low + 1e-9
    assert 100 >= most >= 100 * high - 1e-9


@given(intervals)
def test_tenths_of_a_percent_are_never_narrower_than_the_interval(interval: list[float]) -> None:
    low, high = percent_outward(*interval)
    assert low <= 100 * interval[0] + 1e-9
    assert high >= 100 * interval[1] - 1e-9


@given(intervals, confidences)
def test_sentence_on_a_rate_says_no_more_than_its_interval(interval: list[float], confidence: float) -> None:
    sentence = rate_sentence(*interval, confidence)
    said = sentence.split("confidence that")[-1] if "confidence that" in sentence else ""
    least, most = out_of_100(*interval)
    assert "exactly" not in sentence
    assert set(numbers_in(said)) <= {least, most}
    if "at least" in said:
        assert most == 100
    if "no more than" in said:
        assert least == 0


@given(intervals, confidences)
def test_a_limit_that_says_something_is_always_said(interval: list[float], confidence: float) -> None:
    least, most = out_of_100(*interval)
    said = numbers_in(rate_sentence(*interval, confidence).split("confidence that")[-1])
    assert least == 0 or least in said
    assert most == 100 or most in said


def test_limits_that_are_whole_numbers_are_not_widened_by_the_machine() -> None:
    assert out_of_100(0.29, 0.57) == (29, 57)
    assert out_of_100(0.07, 0.07) == (7, 7)


def test_an_interval_up_to_100_claims_only_its_lower_end() -> None:
    assert rate_sentence(0.915, 0.9996, 0.95).endswith("that at least 91 were recorded.")


def test_an_interval_from_0_claims_only_its_upper_end() -> None:
    assert rate_sentence(0.002, 0.30, 0.95).endswith("that no more than 30 were recorded.")


def test_an_interval_without_width_is_called_about() -> None:
    assert rate_sentence(0.83, 0.83, 0.95).endswith("that about 83 were recorded.")


def test_an_interval_over_everything_claims_nothing() -> None:
    sentence = rate_sentence(0.0, 1.0, 0.95)
    assert "cannot say" in sentence
    assert "confidence" not in sentence


def test_a_sample_without_omissions_does_not_show_that_all_is_recorded() -> None:
    sentence = all_recorded_sentence(0.9424, 0.95)
    assert "cannot show that there are none" in sentence
    assert "only that at least 94 of every 100" in sentence


@pytest.mark.parametrize("low", [0.0, 1.0])
def test_no_omission_and_no_usable_limit_claims_nothing_of_the_other_reports(low: float) -> None:
    sentence = all_recorded_sentence(low, 0.95)
    assert sentence.endswith("It does not show that there are none in the others.")
    assert not numbers_in(sentence)


def test_a_wide_interval_is_called_wide_and_a_narrow_one_is_not() -> None:
    assert "wide range" in wide_interval_sentence(0.715, 0.919)
    assert wide_interval_sentence(0.89, 0.94) == ""


def test_confidence_and_margin_are_named_apart() -> None:
    assert confidence_and_margin(0.95, 3) == "95% confidence, ± 3 points"
    assert confidence_and_margin(0.9, 2.5) == "90% confidence, ± 2.5 points"


@given(confidences, st.floats(0.1, 20))
def test_a_margin_is_never_called_a_confidence(confidence: float, margin: float) -> None:
    assert re.fullmatch(r"[\d.]+% confidence, ± [\d.]+ points", confidence_and_margin(confidence, margin))


@pytest.mark.parametrize(
    ("confidence", "margin"), [(3, 0.95), (95, 3), (0, 3), (0.95, 0), (0.95, float("nan"))]
)
def test_a_margin_given_as_confidence_is_refused(confidence: float, margin: float) -> None:
    with pytest.raises(InputError):
        confidence_and_margin(confidence, margin)


@pytest.mark.parametrize(
    ("low", "high", "confidence"),
    [(0.9, 0.8, 0.95), (-0.1, 0.5, 0.95), (0.5, 1.01, 0.95), (float("nan"), 0.5, 0.95), (0.5, 0.6, 95)],
)
def test_an_interval_that_cannot_be_is_refused(low: float, high: float, confidence: float) -> None:
    with pytest.raises(InputError):
        rate_sentence(low, high, confidence)


def test_unrecorded_crimes_are_told_in_round_numbers() -> None:
    assert unrecorded_sentence(24668, 21411, 28072, 0.95) == (
        "If the year was like the audited period, about 24,700 crimes in reports of this kind went "
        "unrecorded; we can say with 95% confidence that the number lies between 21,400 and 28,100."
    )


@given(st.tuples(*[st.floats(0, 1e7)] * 3).map(sorted))
def test_round_numbers_are_never_narrower_than_the_interval(numbers: list[float]) -> None:
    low, estimate, high = numbers
    about, least, most = unrecorded_in_round_numbers(estimate, low, high)
    assert least <= low
    assert high <= most
    assert least <= about <= most


@pytest.mark.parametrize("numbers", [(5, 6, 7), (5, -1, 7), (5, 4, float("inf"))])
def test_a_number_of_crimes_that_cannot_be_is_refused(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(InputError):
        unrecorded_in_round_numbers(*numbers)


def test_a_margin_missed_is_said_to_be_missed() -> None:
    assert margin_sentence(0.8379, 0.9243, 3) == (
        "The margin reached is about ± 4.4 points, wider than the ± 3 planned."
    )
    assert "within the ± 3 planned" in margin_sentence(0.92, 0.97, 3)


def test_a_level_of_confidence_keeps_its_decimals() -> None:
    assert [percent(level) for level in (0.95, 0.9, 0.999)] == ["95%", "90%", "99.9%"]
