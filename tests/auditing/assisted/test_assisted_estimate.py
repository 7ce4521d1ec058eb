"""An assisted audit from draw to rate, with what must stand beside the figure."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from assisted_builders import frame_arrays, frozen_of, marks_of_sample
from audit_builders import marks_of

from firstpoint.auditing import estimate
from firstpoint.auditing.assisted import (
    AssistedResult,
    draw_assisted,
    draw_tiers,
    earlier_slope,
    estimate_assisted,
    freeze,
    screened_predictions,
)
from firstpoint.auditing.assisted.difference import Predicted, fit_difference
from firstpoint.auditing.assisted.limits import assisted_limits, support_of
from firstpoint.errors import InputError, Refused

FRAME = frame_arrays(3, violence=300, sexual=60, other=400)
FROZEN = frozen_of(FRAME)
SAMPLE = draw_assisted(FROZEN, {"violence": 60, "sexual": 20, "other": 60}, seed=5)
MARKS = marks_of_sample(FRAME, SAMPLE.rows)
IDS = FRAME.select("stratum", "incident_id")


def assisted(marks: pl.DataFrame = MARKS, **more: object) -> AssistedResult:
    return estimate_assisted(marks, IDS, drawn=SAMPLE.record(), predictions=FROZEN, **more)


def truth(column: str = "recorded") -> float:
    return float(FRAME[column].sum())


def test_the_rate_is_near_the_truth_and_sharper_than_the_plain_ratio() -> None:
    result = assisted()
    rate = truth() / truth("should_record")
    assert result.overall.low < rate < result.overall.high
    assert result.overall.standard_error < 0.7 * result.plain.overall.standard_error
    assert result.plain.overall == estimate(MARKS, IDS).overall
    assert "difference estimator, slope 1" in result.overall.method
    assert "6.3" in result.overall.formula


def test_what_must_stand_beside_the_rate_stands_there() -> None:
    result = assisted()
    assert len(result.heaviest) == 10
    moves = [abs(one.moves_points) for one in result.heaviest]
    assert moves == sorted(moves, reverse=True)
    assert sum(one.variance_share for one in result.heaviest) <= 1.0
    assert result.guard_df > 1.0
    assert 0.0 <= result.below_equal <= 1.0
    assert result.slope == 1.0
    assert result.predictions_sha256 == FROZEN.sha256
    assert "No interval here covers it" in result.bias.text()
    said = result.as_dict()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert {"plain_ratio", "heaviest", "guard_degrees_of_freedom", "bias_bound", "overall", "strata"} <= set(
        said
    )


def test_the_guarded_interval_is_the_headline_where_few_incidents_carry_the_variance() -> None:
    result = assisted()
    few = result.guard_df < 20
    assert ("Satterthwaite" in result.overall.method) == few
    assert ("Satterthwaite" in result.other_interval.method) != few
    guarded, beta = assisted(interval="guarded").overall, assisted(interval="beta").overall
    assert guarded.high - guarded.low > beta.high - beta.low
    assert guarded.degrees_of_freedom == pytest.approx(max(result.guard_df, 1.0))


def test_the_crimes_missed_in_the_frame_are_near_the_truth() -> None:
    missed = assisted().unrecorded_in_frame
    assert missed.low < truth("should_record") - truth() < missed.high
    assert missed.low >= (MARKS["should_record"] - MARKS["recorded"]).sum()


def test_without_predictions_it_is_the_plain_ratio() -> None:
    sample = draw_assisted(FROZEN, {"violence": 30, "sexual": 5, "other": 30}, seed=5)
    assert sample.rows["inclusion_probability"].max() < 1.0
    result = estimate_assisted(marks_of_sample(FRAME, sample.rows), IDS, interval="beta")
    plain = result.plain.overall
    assert result.overall.estimate == pytest.approx(plain.estimate)
    assert result.overall.standard_error == pytest.approx(plain.standard_error)
    assert (result.overall.low, result.overall.high) == pytest.approx((plain.low, plain.high))
    missed = result.unrecorded_in_frame
    assert missed.estimate == pytest.approx(result.plain.unrecorded_in_frame.estimate)
    assert missed.standard_error == pytest.approx(result.plain.unrecorded_in_frame.standard_error)


def test_predictions_changed_after_the_draw_are_refused() -> None:
    changed = freeze(FROZEN.rows.with_columns(predicted_due=pl.col("predicted_due") + 0.01))
    with pytest.raises(Refused, match="changed after the draw"):
        estimate_assisted(MARKS, IDS, drawn=SAMPLE.record(), predictions=changed)
    with pytest.raises(Refused, match="changed after the draw"):
        estimate_assisted(MARKS, changed.rows, drawn=SAMPLE.record())


def test_a_slope_changed_after_the_draw_is_refused_too() -> None:
    with pytest.raises(Refused, match="changed after the draw"):
        estimate_assisted(MARKS, FROZEN.rows, drawn={**SAMPLE.record(), "slope": 0.8})


def test_predictions_that_nothing_shows_to_be_frozen_carry_a_caution() -> None:
    result = estimate_assisted(MARKS, FROZEN.rows)
    assert any("frozen before the draw" in one for one in result.cautions)
    assert not any("frozen before the draw" in one for one in assisted().cautions)
    assert result.overall.estimate == assisted().overall.estimate


def test_a_sample_that_is_marked_in_part_is_told_of() -> None:
    some = MARKS.filter(pl.col("stratum") == "other")["incident_id"].head(7).to_list()
    left = MARKS.filter(~pl.col("incident_id").is_in(some))
    assert "other: only 53 of the 60 drawn reports are marked" in assisted(left).cautions[0]
    assert not any("are marked" in one for one in assisted().cautions)


def test_a_slope_tuned_on_this_very_audit_is_refused() -> None:
    slope = earlier_slope(MARKS, FROZEN, SAMPLE.rows)
    again = frozen_of(FRAME, slope=slope)
    sample = draw_assisted(again, {"violence": 60, "sexual": 20, "other": 60}, seed=9)
    with pytest.raises(Refused, match="tuned on"):
        estimate_assisted(marks_of_sample(FRAME, sample.rows), IDS, predictions=again)
    record = json.loads(json.dumps(sample.record()))
    with pytest.raises(Refused, match="tuned on"):
        estimate_assisted(marks_of_sample(FRAME, sample.rows), again.rows, drawn=record)


def test_an_audit_by_tiers_takes_the_tiers_for_its_strata() -> None:
    sample = draw_tiers(FROZEN, {"violence": 60, "sexual": 20, "other": 60}, seed=5)
    marks = marks_of_sample(FRAME, sample.rows)
    result = estimate_assisted(marks, IDS, drawn=sample.record(), predictions=FROZEN)
    without = estimate_assisted(marks.drop("tier"), IDS, drawn=sample.record(), predictions=FROZEN)
    assert result.overall.estimate == pytest.approx(without.overall.estimate)
    assert result.overall.standard_error != without.overall.standard_error
    rate = truth() / truth("should_record")
    assert result.overall.low < rate < result.overall.high
    one_left = marks.filter(
        ~(
            (pl.col("tier") == 1)
            & (pl.col("stratum") == "other")
            & (pl.int_range(pl.len()).over("stratum", "tier") > 0)
        )
    )
    with pytest.raises(Refused, match="tier"):
        estimate_assisted(one_left, IDS, drawn=sample.record(), predictions=FROZEN)


def test_an_estimate_that_is_no_share_falls_back_to_the_plain_ratio() -> None:
    wild = freeze(
        FROZEN.rows.with_columns(predicted_recorded=pl.col("predicted_due") * 3.0, predicted_sd=pl.lit(1.0))
    )
    marks = (
        MARKS.drop("inclusion_probability").group_by("stratum").head(2).with_columns(recorded="should_record")
    )
    marks = marks.filter(pl.col("should_record") > 0)
    marks = pl.concat([marks, *_more(marks)]).with_columns(should_record=pl.col("recorded"))
    result = estimate_assisted(marks, IDS, predictions=wild)
    assert 0.0 <= result.overall.low <= result.overall.estimate <= result.overall.high <= 1.0
    assert any("plain ratio of the same sample" in one for one in result.overall.warnings)
    assert any("left out" in one for one in result.cautions)
    assert result.overall.estimate == pytest.approx(result.plain.overall.estimate)


def _more(marks: pl.DataFrame) -> list[pl.DataFrame]:
    """Two more incidents with crime of each stratum, so that none is too thin."""
    others = MARKS.drop("inclusion_probability").join(marks, on="incident_id", how="anti")
    kept = others.filter(pl.col("should_record") > 0).group_by("stratum", maintain_order=True).head(2)
    return [kept.select(marks.columns)]


def test_perfect_predictions_and_all_recorded_still_leave_an_interval() -> None:
    frame = FRAME.with_columns(recorded="should_record", linked="should_record")
    exact = freeze(
        IDS.with_columns(
            predicted_due=frame["should_record"].cast(pl.Float64),
            predicted_recorded=frame["should_record"].cast(pl.Float64),
            predicted_sd=pl.lit(1.0),
        )
    )
    sample = draw_assisted(exact, {"violence": 20, "sexual": 10, "other": 20}, seed=1)
    overall = estimate_assisted(marks_of_sample(frame, sample.rows), IDS, predictions=exact).overall
    with_crime = marks_of_sample(frame, sample.rows).filter(pl.col("should_record") > 0)
    weights = (1.0 / with_crime["inclusion_probability"]).to_numpy()
    amount_to = weights.sum() ** 2 / (weights**2).sum()
    assert (overall.estimate, overall.high) == (1.0, 1.0)
    assert overall.low == pytest.approx(0.025 ** (1 / amount_to))


def predicted(due: list[float], recorded: list[float]) -> pl.DataFrame:
    ids = [f"other-{at:04d}" for at in range(len(due))]
    return pl.DataFrame(
        {
            "stratum": ["other"] * len(due),
            "incident_id": ids,
            "predicted_due": due,
            "predicted_recorded": recorded,
            "predicted_sd": [1.0] * len(due),
        }
    )


@pytest.mark.parametrize("interval", [None, "beta", "guarded", "logit-t", "wilson", "arcsine"])
@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_an_estimate_of_exactly_all_or_nothing_by_predictions_has_limits(interval: Any, rate: float) -> None:
    counts = [(at % 2 + 1, 0 if rate == 0.0 else at % 2 + 1) for at in range(20)]
    frame = predicted([2.0, 1.0] * 20, [1.0] * 40 if rate else [0.25, 0.5] * 20)
    overall = estimate_assisted(marks_of("other", *counts), frame, interval=interval).overall
    assert overall.estimate == pytest.approx(rate)
    assert overall.standard_error > 0.0
    least = 0.025 ** (1 / 20)
    expected = (least, 1.0) if rate else (0.0, 1.0 - least)
    assert (overall.low, overall.high) == pytest.approx(expected)


@pytest.mark.parametrize(("missed", "size"), [(0.01, 100), (0.005, 200), (0.02, 100)])
def test_limits_near_all_recorded_hold_where_the_sample_met_no_miss(missed: float, size: int) -> None:
    chance = np.random.default_rng(42)
    force, runs, held, spotless = 2_000, 300, 0, 0
    lost = np.zeros(force, dtype=bool)
    lost[chance.choice(force, round(missed * force), replace=False)] = True
    scores = np.clip(chance.beta(1.0, 60.0, force) + 0.1 * lost, 0.0, 1.0)
    for _ in range(runs):
        drawn = chance.choice(force, size, replace=False)
        found = _limits_of(lost[drawn], scores[drawn], scores, size / force)
        held += found[0] <= 1.0 - missed <= found[1]
        spotless += not lost[drawn].any()
    assert spotless > 20
    assert held / runs >= 0.94


def _limits_of(
    lost: np.ndarray, scores: np.ndarray, of_all: np.ndarray, chance: float
) -> tuple[float, float]:
    ones, strata = np.ones(len(lost)), np.zeros(len(lost), dtype=np.intp)
    inclusion = np.full(len(lost), chance)
    foretold = Predicted(ones, 1.0 - scores, float(len(of_all)), float(np.sum(1.0 - of_all)))
    fit = fit_difference(1.0 - lost, ones, strata, inclusion, foretold)
    alike = "no" if lost.any() else "all recorded"
    low, high, _ = assisted_limits(fit, support_of(ones, strata, inclusion), alike=alike)
    return low, high


def test_a_sample_without_a_miss_reaches_at_least_as_far_as_independent_incidents_do() -> None:
    frame = predicted([1.0] * 400, [1.0 - 0.02 * (at % 3 == 0 or at >= 100) for at in range(400)])
    result = estimate_assisted(marks_of("other", *[(1, 1)] * 100), frame)
    assert result.overall.standard_error > 0.0
    assert result.overall.low <= 0.025 ** (1 / 100)
    assert result.overall.high == 1.0
    assert "no audited crime was missed" in result.overall.method
    none = estimate_assisted(
        marks_of("other", *[(1, 0)] * 100),
        frame.with_columns(predicted_recorded=1.0 - pl.col("predicted_recorded")),
    ).overall
    assert none.low == 0.0
    assert none.high >= 1.0 - 0.025 ** (1 / 100) - 1e-12


def test_the_crimes_missed_are_no_more_than_the_rate_allows_where_their_total_is_near_0() -> None:
    # 20.075 crimes are foretold missed in the frame, and 20 by the sample weighted up, give or take 2
    lost = [0.02 * (at % 2) for at in range(100)] + [19.075 / 1_900] * 1_900
    frame = predicted([1.0] * 2_000, [1.0 - one for one in lost])
    result = estimate_assisted(marks_of("other", *[(1, 1)] * 100), frame)
    missed = result.unrecorded_in_frame
    assert missed.estimate == pytest.approx(0.075)
    assert 0.0 <= missed.low <= missed.estimate
    assert missed.high == pytest.approx(2_000 * (1.0 - result.overall.low))


def test_calibration_by_choice_comes_near_the_difference_and_says_what_it_is() -> None:
    sample = draw_assisted(FROZEN, {"violence": 70, "sexual": 30, "other": 70}, seed=5)
    marks = marks_of_sample(FRAME, sample.rows)
    both = {
        name: estimate_assisted(marks, IDS, predictions=FROZEN, estimator=name).overall
        for name in ("difference", "calibrated")
    }
    assert both["calibrated"].estimate == pytest.approx(both["difference"].estimate, abs=0.03)
    assert both["calibrated"].estimate != both["difference"].estimate
    assert "GREG" in both["calibrated"].method
    assert "Deville" in both["calibrated"].formula


def test_calibration_is_refused_in_a_small_audit_and_without_predictions() -> None:
    with pytest.raises(Refused, match="too few to fit 5 slopes"):
        assisted(estimator="calibrated")
    with pytest.raises(InputError, match="nothing to calibrate to"):
        estimate_assisted(MARKS, IDS, estimator="calibrated")
    with pytest.raises(InputError, match="no estimator called"):
        assisted(estimator="magic")


def test_a_frame_taken_whole_has_no_sampling_error() -> None:
    sizes = {"violence": 300, "sexual": 60, "other": 400}
    sample = draw_assisted(FROZEN, sizes, seed=1)
    overall = estimate_assisted(
        marks_of_sample(FRAME, sample.rows), IDS, drawn=sample.record(), predictions=FROZEN
    ).overall
    assert overall.estimate == pytest.approx(truth() / truth("should_record"))
    assert (overall.low, overall.high, overall.standard_error) == (overall.estimate, overall.estimate, 0.0)


def test_predictions_must_cover_the_frame_and_no_more() -> None:
    with pytest.raises(InputError, match="not in both"):
        estimate_assisted(MARKS, IDS.head(700), predictions=FROZEN)
    short = freeze(screened_predictions(FRAME.head(700).drop("should_record", "recorded")))
    with pytest.raises(InputError, match="not in both"):
        estimate_assisted(MARKS, IDS, predictions=short)


def test_stratum_totals_want_the_predictions_of_the_audited_in_the_marks() -> None:
    totals = FROZEN.rows.group_by("stratum").agg(
        pl.len().alias("incidents"), pl.col("predicted_due", "predicted_recorded").sum()
    )
    with_own = MARKS.join(
        FROZEN.rows.select("incident_id", "predicted_due", "predicted_recorded"), on="incident_id"
    )
    by_totals = estimate_assisted(with_own, totals)
    assert by_totals.overall.estimate == pytest.approx(assisted().overall.estimate)
    assert by_totals.overall.standard_error == pytest.approx(assisted().overall.standard_error)
    with pytest.raises(InputError, match="sums of predictions"):
        estimate_assisted(MARKS, totals)


@pytest.mark.parametrize("seed", range(12))
def test_no_sample_however_small_gives_anything_but_a_rate(seed: int) -> None:
    sample = draw_assisted(FROZEN, {"violence": 3, "sexual": 2, "other": 3}, seed=seed)
    marks = marks_of_sample(FRAME, sample.rows)
    if marks["should_record"].sum() == 0:
        return
    result = estimate_assisted(marks, IDS, drawn=sample.record(), predictions=FROZEN)
    figures = [result.overall, *(one for one in result.strata.values() if one)]
    for one in figures:
        assert all(math.isfinite(value) for value in (one.estimate, one.low, one.high, one.standard_error))
        assert 0.0 <= one.low <= one.estimate <= one.high <= 1.0
    assert 0.0 <= result.unrecorded_in_frame.low <= result.unrecorded_in_frame.estimate
    assert np.isfinite(result.unrecorded_in_frame.high)


TOTALS = FROZEN.rows.group_by("stratum", maintain_order=True).agg(
    pl.len().alias("incidents"), pl.col("predicted_due", "predicted_recorded").sum()
)
WITH_OWN = MARKS.join(
    FROZEN.rows.select("incident_id", "predicted_due", "predicted_recorded"), on="incident_id"
)


@pytest.mark.parametrize("value", [None, float("nan"), -5.0])
def test_sums_of_predictions_that_cannot_be_name_the_stratum(value: float | None) -> None:
    wrong = TOTALS.with_columns(predicted_due=pl.lit(value, dtype=pl.Float64))
    with pytest.raises(InputError, match="0 or more") as error:
        estimate_assisted(WITH_OWN, wrong)
    assert error.value.where.startswith("stratum")
    with pytest.raises(InputError, match="predicted_due"):
        estimate_assisted(WITH_OWN, TOTALS.drop("predicted_due"))


def test_chances_that_stand_for_many_times_the_frame_are_turned_away() -> None:
    tiny = MARKS.with_columns(
        inclusion_probability=pl.when(pl.int_range(pl.len()) == 3)
        .then(1e-9)
        .otherwise("inclusion_probability")
    )
    with pytest.raises(InputError, match="stand for"):
        assisted(tiny)


def test_a_record_that_is_not_of_an_assisted_draw_is_turned_away() -> None:
    with pytest.raises(InputError, match="does not tell slope"):
        estimate_assisted(MARKS, FROZEN.rows, drawn={"seed": 1})


def test_a_tier_is_told_of_every_incident_or_of_none() -> None:
    half = MARKS.with_columns(tier=pl.when(pl.int_range(pl.len()) > 40).then(1))
    with pytest.raises(InputError, match="no tier"):
        assisted(half)
    none = MARKS.with_columns(tier=pl.lit(None, dtype=pl.Int64))
    assert assisted(none).overall == assisted().overall


@pytest.mark.parametrize("value", [-1.0, float("nan"), None])
def test_a_prediction_that_cannot_be_names_the_incident(value: float | None) -> None:
    wrong = FROZEN.rows.with_columns(predicted_due=pl.lit(value, dtype=pl.Float64))
    with pytest.raises(InputError, match="predicted_due") as error:
        estimate_assisted(MARKS, wrong)
    assert error.value.where.startswith("incident")
