"""What the audit commands say to people holds the whole interval, whatever the interval is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from firstpoint.auditing import AuditResult, Comparison, Estimate, change_between
from firstpoint.cli.audit_words import comparison_sentences, how_it_was_reached, rate_words, result_sentences

three_shares = st.tuples(*[st.floats(0, 1)] * 3).map(sorted)
three_counts = st.tuples(*[st.floats(0, 1e6)] * 3).map(sorted)


def estimate(low: float, middle: float, high: float) -> Estimate:
    return Estimate(middle, low, high, (high - low) / 4 + 1e-6, 0.95, "A method.", 200, 180, "A book, 1.2")


def result(rate: Estimate, year: Estimate | None = None) -> AuditResult:
    frame = estimate(0.0, 10.0, 20.0)
    return AuditResult(rate, {"violence": rate}, frame, year, {}, ())


def whole_numbers(words: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", words)]


@given(three_shares)
def test_the_sentence_on_a_rate_holds_its_interval(shares: list[float]) -> None:
    low, middle, high = shares
    sentence = result_sentences(result(estimate(low, middle, high)))[0]
    said = whole_numbers(sentence.split("confidence")[1]) if "confidence" in sentence else []
    if "between" in sentence:
        assert said[0] <= 100 * low + 1e-9
        assert said[1] >= 100 * high - 1e-9
    elif "at least" in sentence:
        assert said[0] <= 100 * low + 1e-9
    elif "no more than" in sentence:
        assert said[0] >= 100 * high - 1e-9
    else:
        assert low == high or "cannot say" in sentence or "does not show" in sentence


@given(three_counts)
def test_the_sentence_on_crimes_unrecorded_holds_its_interval(counts: list[float]) -> None:
    year = estimate(*counts)
    sentence = result_sentences(result(estimate(0.8, 0.85, 0.9), year))[-1]
    least, most = whole_numbers(sentence.split("between")[1])
    assert least <= counts[0]
    assert most >= counts[2]


@given(three_shares, three_shares)
def test_a_rise_or_fall_is_told_only_where_the_difference_has_it(
    one: list[float], other: list[float]
) -> None:
    change = change_between(estimate(*one), estimate(*other))
    sentence = comparison_sentences(Comparison(change, {}, ()))[0]
    moved = change.difference
    assert ("rose, by" in sentence) == (moved.low > 0.0)
    assert ("fell, by" in sentence) == (moved.high < 0.0)


@given(three_shares)
def test_the_figures_beside_a_rate_hold_its_interval_too(shares: list[float]) -> None:
    low, middle, high = shares
    words = rate_words(estimate(low, middle, high).as_dict())
    said = [float(number) for number in re.findall(r"\((\d+\.\d) to (\d+\.\d) at", words)[0]]
    assert said[0] <= 100 * low + 1e-9
    assert said[1] >= 100 * high - 1e-9


def test_a_figure_says_how_it_was_reached_and_where_that_is_printed() -> None:
    assert how_it_was_reached(estimate(0.8, 0.85, 0.9)) == "A method. Formula: A book, 1.2."


def test_all_recorded_in_a_sample_is_not_told_as_all_recorded() -> None:
    sentence = result_sentences(result(estimate(0.97, 1.0, 1.0)))[0]
    assert "at least 97 of every 100" in sentence
    assert "cannot show that there are none" in sentence
