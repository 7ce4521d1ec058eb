"""Who is drawn: chances that add up, none of nothing, and a draw that keeps to them."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.auditing.assisted import mixed_chances, shared_out
from firstpoint.auditing.assisted.drawing import tier_codes
from firstpoint.auditing.assisted.pareto import pareto_draw, pareto_scale
from firstpoint.errors import InputError


def test_equal_residuals_give_equal_chances() -> None:
    assert mixed_chances(np.full(8, 0.3), 2).tolist() == pytest.approx([0.25] * 8)
    assert mixed_chances(np.zeros(8), 2).tolist() == pytest.approx([0.25] * 8)


def test_chances_follow_the_residual_and_a_part_is_spread_equally() -> None:
    # 2·[0.75·(1, 1, 2)/4 + 0.25/3]
    assert mixed_chances(np.asarray([1.0, 1.0, 2.0]), 2) == pytest.approx([0.5416667, 0.5416667, 0.9166667])


def test_what_would_pass_one_is_certain_and_the_rest_is_shared_anew() -> None:
    chances = mixed_chances(np.asarray([100.0, 1.0, 1.0, 2.0]), 2, mixing=0.0)
    assert chances == pytest.approx([1.0, 0.25, 0.25, 0.5])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(0.0, 50.0), min_size=3, max_size=30), st.floats(0.05, 1.0), st.integers(1, 10))
def test_chances_add_up_to_the_sample_and_are_never_nothing(sizes, mixing, sample) -> None:
    sample = min(sample, len(sizes))
    chances = mixed_chances(np.asarray(sizes), sample, mixing=mixing)
    assert chances.sum() == pytest.approx(sample)
    assert np.all(chances > 0.0)
    assert np.all(chances <= 1.0)


@pytest.mark.parametrize(
    ("sizes", "sample", "mixing", "words"),
    [
        ([1.0, -1.0], 1, 0.25, "not 0 or more"),
        ([1.0, np.nan], 1, 0.25, "not 0 or more"),
        ([1.0, 1.0], 3, 0.25, "cannot be drawn"),
        ([1.0, 1.0], 1, 1.5, "mixing share"),
        ([1.0, 0.0, 2.0], 1, 0.0, "could never be drawn"),
    ],
)
def test_chances_that_cannot_be_are_turned_away(sizes, sample, mixing, words) -> None:
    with pytest.raises(InputError, match=words):
        mixed_chances(np.asarray(sizes), sample, mixing=mixing)


def chances_by_integration(wanted: np.ndarray, sample: int, scale: np.ndarray) -> np.ndarray:
    """Each incident's true chance: over its ranking value, that fewer than ``sample`` others lie below.

    With Q = U/(1 − U)·s, P(Q ≤ q) = q/(q + s); the number of others below is Poisson-binomial.
    """
    units = (np.arange(4000) + 0.5) / 4000
    true = np.empty(len(wanted))
    for one in range(len(wanted)):
        value = units / (1.0 - units) * scale[one]
        number = np.zeros((len(wanted), len(units)))
        number[0] = 1.0
        for other in np.delete(scale, one):
            below = value / (value + other)
            number[1:] = number[1:] * (1.0 - below) + number[:-1] * below
            number[0] *= 1.0 - below
        true[one] = number[:sample].sum(axis=0).mean()
    return true


@pytest.mark.parametrize(
    ("wanted", "within"),
    [
        ([0.2, 0.3, 0.4, 0.5, 0.6], 0.004),
        ([0.1, 0.3, 0.5, 0.7, 0.9, 0.5], 0.002),
        ([0.1] * 5 + [0.5] * 5, 0.002),
    ],
)
def test_the_draw_keeps_to_the_chances_even_in_tiny_strata(wanted: list[float], within: float) -> None:
    chances = np.asarray(wanted)
    sample = round(chances.sum())
    true = chances_by_integration(chances, sample, pareto_scale(chances))
    assert true.sum() == pytest.approx(sample, abs=1e-4)
    assert np.abs(true - chances).max() < within
    plain = chances_by_integration(chances, sample, (1.0 - chances) / chances)
    assert np.abs(true - chances).max() < 0.6 * np.abs(plain - chances).max() + 1e-12


def test_equal_chances_draw_every_pair_equally_often() -> None:
    numbers = np.asarray([0.11, 0.35, 0.62, 0.94])
    drawn = [
        frozenset(pareto_draw(np.asarray(order), np.full(4, 0.5)).tolist()) for order in permutations(numbers)
    ]
    assert {one: drawn.count(one) for one in set(drawn)} == dict.fromkeys(set(drawn), 4)
    assert len(set(drawn)) == 6


def test_what_is_certain_is_drawn_first_and_always() -> None:
    chances = np.asarray([0.25, 1.0, 0.25, 0.5])
    for numbers in product([0.1, 0.5, 0.9], repeat=4):
        drawn = pareto_draw(np.asarray(numbers), chances)
        assert drawn[0] == 1
        assert len(drawn) == 2


def test_a_stratum_taken_whole_is_drawn_whole() -> None:
    assert sorted(pareto_draw(np.asarray([0.3, 0.2, 0.9]), np.ones(3)).tolist()) == [0, 1, 2]


def test_audits_are_shared_out_by_spread_between_a_minimum_and_all_there_are() -> None:
    size = np.asarray([100, 5, 1000])
    assert shared_out(np.asarray([30.0, 1.0, 69.0]), size, 100, minimum=0).tolist() == [30, 1, 69]
    assert shared_out(np.asarray([30.0, 1.0, 69.0]), size, 100, minimum=4).tolist() == [29, 4, 67]
    assert shared_out(np.asarray([1.0, 98.0, 1.0]), size, 100, minimum=2).tolist() == [48, 5, 47]
    assert shared_out(np.zeros(3), size, 20, minimum=2).sum() == 20
    with pytest.raises(InputError, match="fewer than"):
        shared_out(np.ones(3), size, 20, minimum=10)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(0, 60)), min_size=1, max_size=6),
    st.integers(0, 400),
    st.integers(0, 5),
)
def test_shares_always_add_up(strata, sample, minimum) -> None:
    spread, size = np.asarray([s for s, _ in strata]), np.asarray([n for _, n in strata])
    if sample < np.minimum(size, minimum).sum():
        return
    shares = shared_out(spread, size, sample, minimum=minimum)
    assert shares.sum() == min(sample, size.sum())
    assert np.all(shares >= np.minimum(size, minimum))
    assert np.all(shares <= size)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 9.0), min_size=2, max_size=60), st.integers(1, 12))
def test_tiers_follow_the_residual_and_none_holds_one_alone(sizes, tiers) -> None:
    spread = np.asarray(sizes)
    codes = tier_codes(spread, tiers)
    assert np.bincount(codes).min() >= 2
    assert codes.max() < tiers
    order = np.argsort(spread, kind="stable")
    assert np.all(np.diff(codes[order]) >= 0)
