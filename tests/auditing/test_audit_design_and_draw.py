"""How many to audit, and a draw that anybody can repeat."""

from __future__ import annotations

import hashlib
import random

import numpy as np
import polars as pl
import pytest
from audit_builders import frame_of, totals
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.auditing import draw, frame_sha256, plan_sample, sample_size
from firstpoint.errors import InputError, Refused


@pytest.mark.parametrize(
    ("rate", "design_effect", "incidents"),
    [
        (0.80, 1, 683),
        (0.90, 1, 385),
        (0.95, 1, 203),
        (0.97, 1, 125),
        (0.80, 2, 1366),
        (0.95, 4, 811),
        (0.943, 1, 230),
    ],
)
def test_sample_sizes_for_three_points(rate: float, design_effect: float, incidents: int) -> None:
    assert sample_size(rate, 3, design_effect=design_effect) == incidents


def test_half_the_margin_takes_four_times_the_audits() -> None:
    assert sample_size(0.9, 1.5) == pytest.approx(4 * sample_size(0.9, 3), abs=4)


def test_a_small_frame_needs_fewer_and_never_more_than_it_has() -> None:
    assert sample_size(0.9, 3, incidents=400) < sample_size(0.9, 3)
    assert sample_size(0.9, 1, incidents=40) == 40


@pytest.mark.parametrize(
    "wrong",
    [{"expected_rate": 1.0}, {"expected_rate": 90.0}, {"half_width_points": 0}, {"design_effect": 0}],
)
def test_a_plan_that_cannot_be_is_turned_away(wrong: dict[str, float]) -> None:
    plan = {"expected_rate": 0.9, "half_width_points": 3.0, **wrong}
    with pytest.raises(InputError, match="sample size"):
        sample_size(**plan)


def test_a_plan_says_what_it_assumed_of_each_stratum() -> None:
    plan = plan_sample(totals(other=9000, violence=5000, sexual=600), rates={"violence": 0.8})
    assert plan["stratum"].to_list() == ["violence", "sexual", "other"]
    assert plan["expected_rate"].to_list() == [0.8, 0.9, 0.9]
    assert plan["design_effect"].to_list() == [1.7, 4.0, 1.7]
    assert plan["sample"][0] == sample_size(
        0.8, 3, design_effect=1.7, crimes_per_incident=0.92, incidents=5000
    )
    assert plan["sample"][1] < 600


def test_a_stratum_gets_its_minimum_and_never_more_than_it_has() -> None:
    plan = plan_sample(totals(violence=5000, sexual=20, other=9000), half_width_points=20, minimum=50)
    assert plan["sample"].to_list() == [50, 20, 50]


@pytest.mark.parametrize("sexual", [0, 1])
def test_a_stratum_that_cannot_be_built_refuses_the_plan(sexual: int) -> None:
    with pytest.raises(Refused, match="overall") as refusal:
        plan_sample(totals(violence=5000, sexual=sexual, other=9000))
    assert refusal.value.where == "stratum sexual"
    assert "opening codes" in refusal.value.remedy


def test_a_stratum_that_is_not_there_at_all_refuses_the_plan() -> None:
    with pytest.raises(Refused, match="sexual"):
        plan_sample(frame_of(violence=50, other=60))
    assert plan_sample(frame_of(violence=50, other=60), required=("violence", "other")).height == 2


FRAME = frame_of(violence=200, sexual=30, other=400)
SIZES = {"violence": 20, "sexual": 30, "other": 25}


def test_a_draw_takes_as_many_as_were_asked_for_with_their_chances() -> None:
    sample = draw(FRAME, SIZES, seed=11)
    assert dict(sample.rows.group_by("stratum").len().iter_rows()) == SIZES
    chances = dict(sample.rows.select("stratum", "inclusion_probability").unique().iter_rows())
    assert chances == {"violence": 0.1, "sexual": 1.0, "other": 0.0625}
    assert sample.rows["incident_id"].n_unique() == 75


def test_a_draw_does_not_depend_on_the_order_of_the_frame() -> None:
    shuffled = FRAME.sample(fraction=1.0, shuffle=True, seed=3)
    assert draw(shuffled, SIZES, seed=11).rows.equals(draw(FRAME, SIZES, seed=11).rows)


def test_another_seed_or_another_frame_draws_others() -> None:
    drawn = draw(FRAME, SIZES, seed=11).rows
    assert not draw(FRAME, SIZES, seed=12).rows.equals(drawn)
    longer = pl.concat([FRAME, frame_of(late=1).with_columns(stratum=pl.lit("other"))])
    assert not draw(longer, SIZES, seed=11).rows.equals(drawn)


def test_the_draw_can_be_repeated_by_hand_from_what_the_sample_carries() -> None:
    sample = draw(FRAME, SIZES, seed=11)
    assert sample.frame_sha256 == frame_sha256(FRAME)
    other = FRAME.filter(pl.col("stratum") == "other")["incident_id"].to_list()
    by_hand = sorted(
        other, key=lambda one: hashlib.sha256(f"11|{sample.frame_sha256}|{one}".encode()).hexdigest()
    )
    drawn = sample.rows.filter(pl.col("stratum") == "other").sort("draw_order")["incident_id"].to_list()
    assert drawn == by_hand[:25]
    for part in ("seed 11", sample.frame_sha256, "other 25 of 400", "SHA-256"):
        assert part in sample.method


def test_a_larger_draw_keeps_the_smaller_one() -> None:
    small = set(draw(FRAME, SIZES, seed=11).rows["incident_id"])
    large = set(draw(FRAME, {**SIZES, "violence": 60}, seed=11).rows["incident_id"])
    assert small < large


def test_a_frame_with_an_incident_twice_or_with_totals_alone_cannot_be_drawn_from() -> None:
    with pytest.raises(InputError, match="more than once"):
        draw(pl.concat([FRAME, FRAME.head(1)]), SIZES, seed=1)
    with pytest.raises(InputError, match="totals"):
        draw(totals(violence=30), {"violence": 5}, seed=1)


def test_every_incident_is_as_likely_as_another() -> None:
    frame = frame_of(other=20)
    drawn = [draw(frame, {"other": 5}, seed).rows["incident_id"].to_list() for seed in range(800)]
    _, times = np.unique(np.concatenate(drawn), return_counts=True)
    assert len(times) == 20
    assert np.sum((times - 200) ** 2 / 150) < 45  # chi-squared, 19 degrees of freedom, far in the tail


def test_more_than_a_stratum_has_is_refused() -> None:
    with pytest.raises(Refused, match="sexual"):
        draw(FRAME, {**SIZES, "sexual": 31}, seed=1)


def test_one_drawn_of_several_is_refused() -> None:
    with pytest.raises(Refused, match="standard error"):
        draw(FRAME, {**SIZES, "sexual": 1}, seed=1)


@pytest.mark.parametrize("sizes", [{"violence": 20}, {**SIZES, "fraud": 3}])
def test_sizes_and_strata_must_match(sizes: dict[str, int]) -> None:
    with pytest.raises(InputError, match="same strata"):
        draw(FRAME, sizes, seed=1)


@settings(deadline=None)
@given(st.integers(0, 2**31), st.randoms(use_true_random=False))
def test_any_seed_draws_the_same_from_any_order(seed: int, shuffle: random.Random) -> None:
    frame = frame_of(violence=12, other=9)
    order = list(range(frame.height))
    shuffle.shuffle(order)
    sizes = {"violence": 4, "other": 9}
    assert draw(frame[order], sizes, seed).rows.equals(draw(frame, sizes, seed).rows)
