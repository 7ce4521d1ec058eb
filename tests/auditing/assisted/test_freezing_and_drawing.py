"""Predictions are frozen before the draw, and anybody can draw the same again."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
import pytest
from assisted_builders import frame_arrays, frozen_of, marks_of_sample

from firstpoint.auditing import frame_sha256
from firstpoint.auditing.assisted import (
    EarlierSlope,
    assisted_sizes,
    draw_assisted,
    draw_tiers,
    earlier_slope,
    freeze,
    mixed_chances,
    named_and_linked_predictions,
    predictions_sha256,
    screened_predictions,
)
from firstpoint.errors import InputError, Refused

FRAME = frame_arrays(3, violence=60, sexual=12, other=90)
SIZES = {"violence": 12, "sexual": 4, "other": 10}


def test_a_screened_prediction_adds_the_chance_times_what_is_still_open() -> None:
    frame = pl.DataFrame(
        {"stratum": "violence", "incident_id": ["a", "b"], "chance_unrecorded": [0.5, 0.2], "named": [3, 1]}
    ).with_columns(linked=pl.Series([1, 1]))
    rows = screened_predictions(frame)
    assert rows["predicted_recorded"].to_list() == [1.0, 1.0]
    assert rows["predicted_due"].to_list() == pytest.approx([2.0, 1.1])
    assert rows["predicted_sd"].to_list() == pytest.approx([0.25**0.35 * 2, 0.16**0.35 * 0.5])


def test_without_a_score_open_offences_are_scaled_to_the_expected_rate() -> None:
    frame = pl.DataFrame(
        {"stratum": "violence", "incident_id": ["a", "b", "c"], "named": [3, 1, 2], "linked": [0, 1, 8]}
    )
    rows = named_and_linked_predictions(frame, expected_rates={"violence": 0.9})
    # 9 linked at 90 % means 1 missing, over 3 offences open: a third of each
    assert rows["predicted_due"].to_list() == pytest.approx([1.0, 1.0, 8.0])
    assert rows["predicted_recorded"].sum() / rows["predicted_due"].sum() == pytest.approx(0.9)
    assert rows["predicted_sd"].to_list() == pytest.approx(
        [(2 / 9) ** 0.35 * 3, (0.02 * 0.98) ** 0.35, (0.02 * 0.98) ** 0.35]
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [("chance_unrecorded", 1.2), ("chance_unrecorded", None), ("named", -1.0), ("linked", float("nan"))],
)
def test_a_value_that_cannot_be_names_the_incident(column: str, value: float | None) -> None:
    values = FRAME[column].cast(pl.Float64).to_list()
    values[7] = value
    with pytest.raises(InputError, match=column) as error:
        screened_predictions(FRAME.with_columns(pl.Series(column, values, dtype=pl.Float64)))
    assert error.value.where == "incident violence-0007"


def test_predictions_with_marks_among_them_are_refused() -> None:
    with pytest.raises(Refused, match="before"):
        freeze(screened_predictions(FRAME))


def test_an_incident_predicted_twice_is_turned_away() -> None:
    rows = screened_predictions(FRAME.drop("should_record", "recorded"))
    with pytest.raises(InputError, match="twice"):
        freeze(pl.concat([rows, rows.head(1)]))


def test_the_fingerprint_can_be_worked_out_by_hand_and_keeps_to_the_values() -> None:
    rows = pl.DataFrame(
        {
            "stratum": ["other", "other"],
            "incident_id": ["b", "a"],
            "predicted_due": [1.25, 2.0],
            "predicted_recorded": [1.0, 0.0],
            "predicted_sd": [0.1, 0.5],
        }
    )
    text = (
        "slope\t1000000000\na\tother\t2000000000\t0\t500000000\nb\tother\t1250000000\t1000000000\t100000000\n"
    )
    by_hand = hashlib.sha256(text.encode()).hexdigest()
    assert predictions_sha256(rows) == by_hand == freeze(rows[[1, 0]]).sha256
    assert predictions_sha256(rows, 0.5) != by_hand
    assert predictions_sha256(rows.with_columns(predicted_sd=pl.lit(0.2))) != by_hand


def test_a_draw_takes_what_was_asked_for_with_the_chances_that_it_tells() -> None:
    frozen = frozen_of(FRAME)
    sample = draw_assisted(frozen, SIZES, seed=5)
    assert dict(sample.rows.group_by("stratum").len().iter_rows()) == SIZES
    violence = frozen.rows.filter(pl.col("stratum") == "violence")
    chances = mixed_chances(violence["predicted_sd"].to_numpy(), 12)
    told = violence.with_columns(chance=pl.Series(chances)).join(sample.rows, on="incident_id")
    assert told["chance"].to_list() == told["inclusion_probability"].to_list()
    assert np.ptp(told["chance"].to_numpy()) > 0.0


def test_a_draw_depends_on_seed_frame_and_predictions_and_on_no_order_of_rows() -> None:
    frozen = frozen_of(FRAME)
    drawn = draw_assisted(frozen, SIZES, seed=5).rows
    shuffled = FRAME.sample(fraction=1.0, shuffle=True, seed=1)
    assert draw_assisted(frozen_of(shuffled), SIZES, seed=5).rows.equals(drawn)
    assert not draw_assisted(frozen, SIZES, seed=6).rows.equals(drawn)
    nudged = FRAME.with_columns(chance_unrecorded=pl.col("chance_unrecorded") * 0.999)
    other = draw_assisted(frozen_of(nudged), SIZES, seed=5).rows
    assert set(other["incident_id"]) != set(drawn["incident_id"])


def test_the_draw_can_be_repeated_by_hand_from_what_the_sample_carries() -> None:
    frozen = frozen_of(FRAME)
    sample = draw_assisted(frozen, SIZES, seed=5)
    assert sample.frame_sha256 == frame_sha256(FRAME)
    part = frozen.rows.filter(pl.col("stratum") == "sexual")
    ids = part["incident_id"].to_list()
    chance = mixed_chances(part["predicted_sd"].to_numpy(), 4)
    spread = chance * (1 - chance)
    values = []
    for one, pi, v in zip(ids, chance, spread, strict=True):
        text = f"5|{sample.frame_sha256}|{sample.predictions_sha256}|{one}"
        unit = (int(hashlib.sha256(text.encode()).hexdigest()[:13], 16) + 0.5) / 16**13
        values.append(unit / (1 - unit) * (1 - pi) / pi * np.exp(v * (pi - 0.5) / spread.sum() ** 2))
    by_hand = [ids[at] for at in np.argsort(values)[:4]]
    assert sample.rows.filter(pl.col("stratum") == "sexual")["incident_id"].to_list() == by_hand
    for part_of_method in ("seed 5", sample.frame_sha256, sample.predictions_sha256, "sexual 4 of 12"):
        assert part_of_method in sample.method
    assert sample.record()["predictions_sha256"] == frozen.sha256


def test_over_many_seeds_incidents_are_drawn_as_often_as_their_chance_says() -> None:
    frame = frame_arrays(8, other=12)
    frozen = frozen_of(frame)
    chances = mixed_chances(frozen.rows["predicted_sd"].to_numpy(), 4)
    drawn = [draw_assisted(frozen, {"other": 4}, seed).rows["incident_id"].to_list() for seed in range(500)]
    names, times = np.unique(np.concatenate(drawn), return_counts=True)
    assert names.tolist() == frozen.rows["incident_id"].to_list()
    assert np.abs(times / 500 - chances).max() < 4.2 * np.sqrt(0.25 / 500)


def test_tiers_are_equally_likely_inside_and_hold_about_the_same_residual() -> None:
    sample = draw_tiers(frozen_of(FRAME), {"violence": 16, "sexual": 5, "other": 24}, seed=2, tiers=6)
    by_tier = sample.rows.group_by("stratum", "tier").agg(
        pl.len(), pl.col("inclusion_probability").n_unique().alias("chances")
    )
    assert by_tier["chances"].to_list() == [1] * by_tier.height
    assert by_tier["len"].min() >= 2
    assert by_tier.filter(pl.col("stratum") == "sexual").height <= 2
    assert sample.tiers == 6
    assert dict(sample.rows.group_by("stratum").len().iter_rows()) == {
        "violence": 16,
        "sexual": 5,
        "other": 24,
    }


def test_sizes_follow_the_summed_residual() -> None:
    sizes = assisted_sizes(frozen_of(FRAME), 60, minimum=5)
    assert sum(sizes.values()) == 60
    assert sizes["sexual"] >= 5
    assert sizes["other"] > sizes["sexual"]


@pytest.mark.parametrize("sizes", [{"violence": 3}, {**SIZES, "fraud": 3}])
def test_sizes_and_strata_must_match(sizes: dict[str, int]) -> None:
    with pytest.raises(InputError, match="same strata"):
        draw_assisted(frozen_of(FRAME), sizes, seed=1)


@pytest.mark.parametrize("size", [1, 13])
def test_a_stratum_that_cannot_be_drawn_is_refused(size: int) -> None:
    with pytest.raises(Refused, match="standard error") as refusal:
        draw_tiers(frozen_of(FRAME), {**SIZES, "sexual": size}, seed=1)
    assert refusal.value.where == "stratum sexual"


def test_a_slope_comes_from_an_earlier_audit_and_is_part_of_what_is_frozen() -> None:
    earlier = frame_arrays(11, violence=80, other=80)
    then = frozen_of(earlier)
    sample = draw_assisted(then, {"violence": 30, "other": 30}, seed=1)
    slope = earlier_slope(marks_of_sample(earlier, sample.rows), then, sample.rows)
    assert 0.5 < slope.value <= 1.0
    assert slope.incidents == set(sample.rows["incident_id"])
    now = frozen_of(FRAME, slope=EarlierSlope(0.8, slope.incidents))
    assert now.slope == 0.8
    assert now.sha256 != frozen_of(FRAME).sha256
    few = sample.rows.head(20)
    with pytest.raises(Refused, match="too few"):
        earlier_slope(marks_of_sample(earlier, few), then, few)
    with pytest.raises(InputError, match="no prediction or no chance"):
        earlier_slope(marks_of_sample(earlier, sample.rows), then, few)


def test_a_slope_counts_each_incident_once_and_by_its_ruling() -> None:
    earlier = frame_arrays(11, violence=80, other=80)
    then = frozen_of(earlier)
    rows = draw_assisted(then, {"violence": 30, "other": 30}, seed=1).rows
    ruled = marks_of_sample(earlier, rows).with_columns(auditor=pl.lit("A"))
    first = ruled.with_columns(reading=pl.lit("first"), recorded=pl.lit(0, pl.Int64))
    second = first.head(20).with_columns(reading=pl.lit("second"), auditor=pl.lit("B"))
    judged = ruled.with_columns(reading=pl.lit("ruling"), auditor=pl.lit("C"))
    read = pl.concat([first, second.select(first.columns), judged.select(first.columns)], how="vertical")
    slope = earlier_slope(read, then, rows)
    assert slope.value == earlier_slope(ruled, then, rows).value
    assert slope.incidents == set(rows["incident_id"])
