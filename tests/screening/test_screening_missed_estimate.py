"""How many crimes are missed, told from reviewed logs; and what may lie below the cut."""

from datetime import date
from itertools import combinations
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_logs import chosen_of, marked, marks_of, population

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing import (
    Mix,
    at_most,
    draw_below,
    elusion_of,
    estimate_missed,
    join_marks,
    share_hiding,
    to_read,
)
from firstpoint.screening.reviewing.missed import design_variance, gamma_limits


def logs(*rows):
    return pl.DataFrame(
        [
            {
                "day": date(2026, 4, 1),
                "incident_id": f"I{number}",
                "lot": lot,
                "inclusion_probability": chance,
                "missed": float(missed),
                "hides": missed > 0,
                "weight": 1 / chance,
            }
            for number, (lot, chance, missed) in enumerate(rows)
        ]
    )


def test_each_find_counts_as_often_as_it_stands_for():
    found = estimate_missed(
        logs(("top", 1.0, 2), ("top", 1.0, 0), ("pool", 0.5, 1), ("pool", 0.25, 0), ("pool", 0.1, 3))
    )
    assert found.estimate == pytest.approx(2 + 1 / 0.5 + 3 / 0.1)
    assert found.from_certain == 2
    assert found.crimes_found == 6
    assert found.logs_hiding == 3
    assert found.heaviest == pytest.approx(30)
    assert found.low <= found.estimate <= found.high


def test_the_variance_of_an_even_draw_is_the_textbook_one():
    # Simple random sample, n = 4 of N = 12: N²(1 − n/N)s²/n.
    drawn = logs(*(("pool", 4 / 12, missed) for missed in (0, 1, 0, 2)))
    weighted = (drawn["missed"] * drawn["weight"]).to_numpy()
    assert design_variance(drawn, weighted) == pytest.approx(144 * (2 / 3) * np.var([0, 1, 0, 2], ddof=1) / 4)


def test_the_mean_of_all_possible_samples_is_the_truth_and_so_is_their_variance():
    missed = [0, 1, 0, 2, 0, 1]
    every = [logs(*(("pool", 0.5, missed[at]) for at in taken)) for taken in combinations(range(6), 3)]
    answers = [estimate_missed(one) for one in every]
    totals = [one.estimate for one in answers]
    assert np.mean(totals) == pytest.approx(sum(missed))
    assert np.mean([one.standard_error**2 for one in answers]) == pytest.approx(np.var(totals))


def test_days_and_lots_are_draws_of_their_own():
    one = logs(("pool", 0.1, 1), ("pool", 0.1, 0), ("rape", 0.5, 1), ("rape", 0.5, 0))
    other = one.with_columns(day=date(2026, 4, 2), incident_id=pl.col("incident_id") + "b")
    single, double = estimate_missed(one), estimate_missed(pl.concat([one, other]))
    assert double.estimate == pytest.approx(2 * single.estimate)
    assert double.standard_error**2 == pytest.approx(2 * single.standard_error**2)


def test_finding_nothing_still_leaves_an_upper_limit():
    nothing = estimate_missed(logs(*(("pool", 0.01, 0) for _ in range(20))))
    assert nothing.estimate == nothing.low == 0
    # No find in 20 of 2,000: the mid-P limit is −ln 0.05 finds, each of which stands for 100 logs.
    assert nothing.high == pytest.approx(-np.log(0.05) * 100, rel=1e-6)


def test_reading_every_log_leaves_no_doubt():
    everything = estimate_missed(logs(("top", 1.0, 1), ("pool", 1.0, 2)))
    assert (everything.low, everything.estimate, everything.high) == (3, 3, 3)


def test_nothing_is_told_of_the_rest_by_reading_the_top_alone():
    only_top = logs(("top", 1.0, 1), ("top", 1.0, 0))
    with pytest.raises(Refused, match="top of the list"):
        estimate_missed(only_top)
    another_day = logs(("top", 1.0, 1), ("pool", 0.5, 0)).with_columns(day=date(2026, 4, 2))
    with pytest.raises(Refused, match="2026-04-01"):
        estimate_missed(pl.concat([only_top, another_day]))


@given(total=st.floats(0.5, 500), finds=st.floats(0.5, 400), more=st.floats(0.1, 3))
@settings(deadline=None, max_examples=50)
def test_gamma_limits_hold_the_estimate_and_widen_with_what_one_find_weighs(total, finds, more):
    variance = total**2 / finds
    low, high = gamma_limits(total, variance, more * total / finds, confidence=0.95)
    wider_low, wider = gamma_limits(total, variance, 2 * more * total / finds, confidence=0.95)
    assert 0 <= low < total < high <= wider + 1e-9
    assert gamma_limits(total, variance, more * total / finds, confidence=0.99)[1] > high
    assert wider_low <= low * 1.5 + 1e-9


def test_mid_p_limits_of_equal_weights_are_those_of_a_poisson_count():
    # Ten finds of weight 1: P(X > 10 | m) + P(X = 10 | m)/2 = 2.5 % at either end.
    from scipy.stats import poisson

    low, high = gamma_limits(10.0, 10.0, 1.0, confidence=0.95)
    assert poisson.sf(10, low) + 0.5 * poisson.pmf(10, low) == pytest.approx(0.025, abs=1e-6)
    assert poisson.cdf(9, high) + 0.5 * poisson.pmf(10, high) == pytest.approx(0.025, abs=1e-6)


def test_estimates_from_new_draws_centre_on_the_truth_and_their_intervals_hold_it():
    everything = population(days=3, logs_a_day=120)
    truth = everything["missed"].sum()
    answers = [estimate_missed(marked(everything, budget=30, seed=seed)) for seed in range(80)]
    error = np.std([one.estimate for one in answers]) / 80**0.5
    assert np.mean([one.estimate for one in answers]) == pytest.approx(truth, abs=4 * error)
    assert np.mean([one.low <= truth <= one.high for one in answers]) >= 0.88


def test_the_share_of_logs_that_hide_something_needs_no_frame_size():
    share, low, high = share_hiding(
        logs(("top", 1.0, 1), ("pool", 0.1, 0), ("pool", 0.1, 1), ("pool", 0.1, 0))
    )
    assert share == pytest.approx(11 / 31)
    assert 0 < low < share < high < 1


def test_a_share_without_a_find_has_the_exact_limit_of_an_even_sample():
    share, low, high = share_hiding(logs(*(("pool", 0.1, 0) for _ in range(30))))
    assert (share, low) == (0, 0)
    assert high == pytest.approx(1 - 0.025 ** (1 / 30))


def test_marks_are_joined_to_every_chosen_log():
    chosen = pl.DataFrame(
        {
            "day": [date(2026, 4, 1)] * 2,
            "incident_id": ["A", "B"],
            "lot": ["top", "pool"],
            "inclusion_probability": [1.0, 0.2],
        }
    )
    marks = pl.DataFrame({"incident_id": ["B", "A", "B"], "should_record": [1, 1, 2], "recorded": [0, 1, 1]})
    joined = join_marks(chosen, marks)
    assert joined["missed"].to_list() == [0, 2]
    assert joined["hides"].to_list() == [False, True]
    assert joined["weight"].to_list() == [1, 5]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda marks: marks.head(5), Refused, "no mark"),
        (
            lambda marks: pl.concat([marks, marks.head(1).with_columns(incident_id=pl.lit("X9"))]),
            InputError,
            "X9",
        ),
        (lambda marks: marks.with_columns(recorded=pl.lit(9)), InputError, "more recorded"),
        (lambda marks: marks.drop("recorded"), InputError, "recorded"),
    ],
)
def test_marks_that_do_not_fit_what_was_chosen_are_refused(change, error, words):
    everything = population(days=1)
    chosen = chosen_of(everything)
    marks = marks_of(everything).join(chosen, on="incident_id", how="semi")
    with pytest.raises(error, match=words):
        join_marks(chosen, change(marks))


def test_a_log_chosen_on_two_days_is_refused():
    chosen = chosen_of(population(days=1))
    with pytest.raises(InputError, match="two days"):
        join_marks(pl.concat([chosen, chosen]), marks_of(population(days=1)))


@pytest.mark.parametrize(
    ("below", "read", "found"), [(10, 4, 0), (12, 5, 1), (9, 9, 3), (8, 0, 0), (15, 6, 6)]
)
def test_the_bound_below_the_cut_is_the_one_that_counting_every_sample_gives(below, read, found):
    def chance_of_so_few(hiding):
        ways = [comb(hiding, k) * comb(below - hiding, read - k) for k in range(found + 1) if k <= hiding]
        return sum(ways) / comb(below, read)

    possible = [m for m in range(found, below - (read - found) + 1) if chance_of_so_few(m) > 0.05]
    assert at_most(below, read, found, confidence=0.95) == max(possible)


@given(below=st.integers(1, 60), data=st.data())
@settings(deadline=None, max_examples=60)
def test_the_bound_rises_with_finds_and_falls_with_reading(below, data):
    read = data.draw(st.integers(0, below))
    found = data.draw(st.integers(0, read))
    bound = at_most(below, read, found, confidence=0.95)
    assert found <= bound <= below - (read - found)
    if found < read:
        assert at_most(below, read, found + 1, confidence=0.95) >= bound
    if read < below:
        assert at_most(below, read + 1, found, confidence=0.95) <= bound


def test_the_bound_holds_in_as_many_samples_as_it_says():
    # Exact over all samples: 4 of 30 hide a crime, 12 are read.
    from scipy.stats import hypergeom

    held = sum(
        hypergeom.pmf(found, 30, 4, 12) for found in range(5) if at_most(30, 12, found, confidence=0.9) >= 4
    )
    assert held >= 0.9


def test_as_many_are_read_as_finding_nothing_needs():
    size = to_read(800, 30)
    assert at_most(800, size, 0, confidence=0.95) <= 30 < at_most(800, size - 1, 0, confidence=0.95)
    # Five of a hundred unread leave one hidden log a chance of just 5 % to stay so.
    assert to_read(100, 0) == 95


def test_reading_may_stop_only_where_the_worst_case_finds_enough():
    enough = elusion_of(below=500, read=300, found=0, found_above=90)
    assert enough.may_stop
    assert enough.recall_at_least == pytest.approx(90 / (90 + enough.logs_at_most))
    assert not elusion_of(below=500, read=60, found=0, found_above=90).may_stop
    assert len(enough.assumptions) == 5


def test_more_looks_make_each_bound_wider():
    once = elusion_of(below=500, read=100, found=1, found_above=50)
    often = elusion_of(below=500, read=100, found=1, found_above=50, looks=4)
    assert often.logs_at_most > once.logs_at_most


def test_counts_below_the_cut_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="5 found in 4 read"):
        elusion_of(below=10, read=4, found=5, found_above=0)


def test_the_sample_below_the_cut_is_repeatable_and_holds_nothing_above_it():
    frame = population(days=1).with_columns(place=pl.col("score").rank("ordinal", descending=True))
    asked = {"cut": 50, "size": 20, "seed": 4, "day": date(2026, 4, 1)}
    sample = draw_below(frame, **asked)
    assert sample["place"].min() > 50
    assert sample["inclusion_probability"].unique().to_list() == [20 / 150]
    assert draw_below(frame.sample(fraction=1, shuffle=True, seed=2), **asked).equals(sample)
    with pytest.raises(Refused, match="cannot be drawn"):
        draw_below(frame, **(asked | {"size": 151}))


def test_uniform_reviews_need_no_score_to_be_estimated_from():
    everything = population(days=4)
    found = estimate_missed(marked(everything, mix=Mix(0, 0, 1)))
    assert found.low <= everything["missed"].sum() <= found.high
