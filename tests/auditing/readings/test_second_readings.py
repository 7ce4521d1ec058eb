"""Second readings put the rate right, whatever the first auditor did."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from audit_builders import frame_of, marks_of

from firstpoint.auditing import estimate
from firstpoint.auditing.assisted import estimate_assisted
from firstpoint.auditing.ratio import unit_variances
from firstpoint.auditing.readings import (
    ExpectedErrors,
    bias_beside,
    bias_bound,
    both_readings,
    first_order_bias,
    fit_two_phase,
    measured_errors,
    pick_second_readings,
    pseudo_due,
    second_chances,
    two_phase_rate,
)
from firstpoint.auditing.readings.second import second_phase_parts
from firstpoint.errors import InputError, Refused


def test_pseudo_values_are_right_on_average_over_every_pick() -> None:
    first, second = np.asarray([1.0, 2.0, 0.0]), np.asarray([1.0, 1.0, 3.0])
    chances = np.asarray([0.3, 0.5, 0.08])
    mean = np.zeros(3)
    for picked in product([False, True], repeat=3):
        weight = np.prod(np.where(picked, chances, 1.0 - chances))
        mean += weight * pseudo_due(first, second, np.asarray(picked), chances)
    assert mean == pytest.approx(second)


def test_the_variance_of_both_draws_is_right_on_average_over_every_sample_and_pick() -> None:
    first, second = np.asarray([1.0, 3.0, 0.0, 2.0]), np.asarray([2.0, 1.0, 0.0, 4.0])
    chances, inclusion = np.asarray([0.4, 0.3, 0.6, 0.5]), np.full(3, 3 / 4)
    totals, variances, weights = [], [], []
    for left_out in range(4):
        rows = [at for at in range(4) if at != left_out]
        for picked in product([False, True], repeat=3):
            again, chance = np.asarray(picked), chances[rows]
            due = pseudo_due(first[rows], second[rows], again, chance)
            parts = unit_variances(due / inclusion, np.zeros(3, dtype=np.intp), inclusion)
            wanting = second_phase_parts((second - first)[rows], again, chance, inclusion)
            totals.append(float(np.sum(due / inclusion)))
            variances.append(float(parts.sum() + wanting.sum()))
            weights.append(0.25 * float(np.prod(np.where(again, chance, 1.0 - chance))))
    mean = np.average(totals, weights=weights)
    assert mean == pytest.approx(second.sum())
    assert np.average(variances, weights=weights) == pytest.approx(
        np.average((np.asarray(totals) - mean) ** 2, weights=weights)
    )


def test_a_frame_audited_whole_has_the_error_of_its_second_readings_alone() -> None:
    first = marks_of("other", *[(2, 1)] * 10, *[(1, 1)] * 10)
    second = first.head(2).with_columns(should_record=pl.lit(1, dtype=pl.Int64))
    both = pl.concat(
        [
            first.with_columns(reading=pl.lit("first"), second_probability=pl.lit(None, dtype=pl.Float64)),
            second.with_columns(reading=pl.lit("second"), second_probability=pl.lit(0.3)),
        ]
    )
    overall = estimate_assisted(both, frame_of(other=20)).overall
    # two corrections of one crime at a chance of 0.3: D = 30 − 2/0.3
    due = 30 - 2 / 0.3
    assert overall.estimate == pytest.approx(20 / due)
    assert overall.standard_error == pytest.approx(20 / due * (2 * 0.7 / 0.3**2) ** 0.5 / due)
    assert overall.low < overall.estimate < overall.high


def test_a_second_reading_of_no_known_chance_is_refused_by_the_arithmetic() -> None:
    with pytest.raises(Refused, match="cannot be weighed"):
        pseudo_due(np.ones(2), np.ones(2), np.asarray([True, False]), np.asarray([0.0, 0.5]))


def chances(**more: Any) -> np.ndarray:
    found = np.asarray([1.0, 0.0, 0.0, 2.0, 0.0, 0.0])
    return second_chances(
        found + 1.0,
        np.ones(6),
        np.asarray([900.0, 900.0, 30.0, 30.0, 900.0, 30.0]),
        np.asarray([0.05, 0.05, 0.6, 0.9, 0.01, 0.3]),
        np.asarray([1.0, 1.0, 1.0, 2.0, 4.0, 1.0]),
        np.asarray([1.0, 1.0, 2.0, 3.0, 5.0, 1.0]),
        **more,
    )


def test_heavy_flagged_incidents_are_read_again_before_light_clean_ones() -> None:
    found = chances(share=0.4)
    assert found.sum() == pytest.approx(0.4 * 6)
    assert found[0] == found.max()
    assert found[5] == found.min() == 0.08
    assert found[3] >= 0.15
    assert found[4] >= 0.15


def test_floors_stand_even_where_they_ask_for_more_than_the_share() -> None:
    assert chances(share=0.01).tolist() == pytest.approx([0.08, 0.08, 0.08, 0.15, 0.15, 0.08])
    assert chances(share=1.0).tolist() == pytest.approx([1.0] * 6)
    with pytest.raises(InputError, match="share"):
        chances(share=0.0)


def doubly_read(*rows: tuple[str, int, int, str, float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [("other", *row) for row in rows],
        schema=["stratum", "incident_id", "should_record", "recorded", "reading", "second_probability"],
        orient="row",
    )


MARKS = doubly_read(
    ("other-0000", 2, 1, "first", None),
    ("other-0000", 1, 1, "second", 0.5),
    ("other-0001", 1, 1, "first", None),
    ("other-0002", 1, 0, "first", None),
    ("other-0002", 1, 1, "second", 0.25),
    ("other-0002", 1, 0, "ruling", None),
    ("other-0003", 1, 1, "first", None),
    ("other-0003", 3, 1, "second", 0.2),
    ("other-0004", 1, 1, "first", None),
    ("other-0004", 2, 1, "ruling", None),
)


def test_both_readings_stand_side_by_side_and_a_ruling_goes_before_the_second() -> None:
    rows = both_readings(MARKS)
    assert rows["incident_id"].to_list() == [f"other-000{at}" for at in range(5)]
    assert rows["read_again"].to_list() == [True, False, True, True, False]
    assert rows["first_due"].to_list() == [2.0, 1.0, 1.0, 1.0, 2.0]
    assert rows["second_due"].to_list() == [1.0, None, 1.0, 3.0, None]
    assert rows["pseudo_due"].to_list() == pytest.approx([0.0, 1.0, 1.0, 11.0, 2.0])
    # the second auditor said it was recorded after all, and the ruling that it was not
    assert rows["pseudo_recorded"].to_list() == pytest.approx([1.0, 1.0, 0.0, 1.0, 1.0])


def test_a_second_reading_without_its_chance_corrects_nothing() -> None:
    rows = both_readings(MARKS.with_columns(second_probability=pl.lit(None, dtype=pl.Float64)))
    assert not rows["read_again"].any()
    assert rows["pseudo_due"].to_list() == [2.0, 1.0, 1.0, 1.0, 2.0]
    assert both_readings(MARKS.drop("second_probability")).equals(rows)


@pytest.mark.parametrize("chance", [0.0, -0.1, 1.2])
def test_a_chance_outside_nothing_to_one_names_the_incident(chance: float) -> None:
    with pytest.raises(InputError, match="second_probability") as error:
        both_readings(doubly_read(("a", 1, 1, "first", None), ("a", 1, 1, "second", chance)))
    assert "incident a" in error.value.where


def test_the_rate_is_estimated_with_second_readings_and_says_so() -> None:
    result = estimate_assisted(MARKS, frame_of(other=10))
    # Σ pseudo recorded / Σ pseudo due, all incidents equally likely
    assert result.overall.estimate == pytest.approx(4.0 / 15.0)
    assert result.read_twice == 3
    assert "3 of 5 incidents read twice" in result.overall.method
    assert "9.3" in result.overall.formula
    assert result.bias.corrected
    assert result.plain.overall.estimate == pytest.approx(4.0 / 7.0)


def test_reading_everything_again_is_the_second_reading_alone() -> None:
    first = marks_of("other", (2, 1), (1, 1), (3, 3), (1, 0), (0, 0), (2, 2))
    second = first.with_columns(should_record=pl.Series([1, 1, 4, 2, 1, 2]))
    both = pl.concat(
        [
            first.with_columns(reading=pl.lit("first"), second_probability=pl.lit(None, dtype=pl.Float64)),
            second.with_columns(reading=pl.lit("second"), second_probability=pl.lit(1.0)),
        ]
    )
    twice = estimate_assisted(both, frame_of(other=40)).overall
    alone = estimate_assisted(second, frame_of(other=40)).overall
    assert (twice.estimate, twice.standard_error) == pytest.approx((alone.estimate, alone.standard_error))


def test_second_readings_that_leave_no_rate_fall_back_to_the_first() -> None:
    # one heavy correction leaves the weighted sum of crimes due below nothing
    marks = doubly_read(
        ("other-0000", 2, 0, "first", None),
        ("other-0000", 0, 0, "second", 0.08),
        ("other-0001", 1, 1, "first", None),
        ("other-0002", 1, 1, "first", None),
    )
    result = estimate_assisted(marks, frame_of(other=9))
    assert result.overall.estimate == pytest.approx(0.5)
    assert any("plain ratio" in one for one in result.overall.warnings)
    assert not result.bias.corrected


def test_the_bias_bound_is_the_first_order_formula() -> None:
    # R[φ(1 − R) − ψ/D̄] at 0.8, 8 %, 3 % and 0.92 crimes: 0.8·(0.016 − 0.0326)
    assert first_order_bias(0.8, 0.08, 0.03, 0.92) == pytest.approx(0.8 * (0.016 - 0.03 / 0.92))
    bound = bias_bound(0.8, 0.92, ExpectedErrors(0.08, 0.03))
    assert bound.bias_points == pytest.approx(-1.3287, abs=1e-4)
    assert (bound.flattering_points, bound.harsh_points) == pytest.approx((1.28, -2.6087), abs=1e-4)
    assert "too low" in bound.text()
    assert "too high" in bias_bound(0.8, 0.92, ExpectedErrors(0.45, 0.02)).text()


def test_the_first_order_bias_is_what_a_large_audit_shows() -> None:
    chance = np.random.default_rng(1)
    due = 1.0 + chance.integers(0, 2, 200_000)
    recorded = chance.binomial(due.astype(int), 0.85)
    seen = chance.binomial((due - recorded).astype(int), 0.9) + (chance.random(len(due)) < 0.02)
    shown = recorded.sum() / (recorded + seen).sum()
    true = recorded.sum() / due.sum()
    assert shown - true == pytest.approx(first_order_bias(true, 0.1, 0.02, due.mean()), abs=0.001)


def test_errors_are_measured_with_each_second_reading_weighed() -> None:
    errors = measured_errors(both_readings(MARKS))
    # weights 2, 4, 5: missing by the second 0, 1, 2 and by the first 1, 1, 0
    assert errors.overlooked == pytest.approx(10 / 14)
    assert errors.over_called == pytest.approx(2 / 11)


def first_marks() -> tuple[pl.DataFrame, pl.DataFrame]:
    marks = marks_of("other", *[(1 + at % 3, at % 2) for at in range(120)]).with_columns(
        inclusion_probability=pl.Series([0.01 + 0.002 * at for at in range(120)])
    )
    known = marks.select("incident_id").with_columns(
        chance_unrecorded=pl.lit(0.2), named=pl.lit(2), linked=pl.lit(1)
    )
    return marks, known


def test_picking_is_repeatable_carries_its_chances_and_takes_about_the_share() -> None:
    marks, known = first_marks()
    picked = pick_second_readings(marks, known, 4)
    shuffled = marks.sample(fraction=1.0, shuffle=True, seed=2)
    assert pick_second_readings(shuffled, known, 4).equals(picked)
    assert not pick_second_readings(marks, known, 5).equals(picked)
    numbers = [pick_second_readings(marks, known, seed).height for seed in range(60)]
    assert np.mean(numbers) == pytest.approx(30, abs=2.5)
    assert picked["second_probability"].is_between(0.08, 1.0).all()


def test_picking_wants_to_know_something_of_every_incident() -> None:
    marks, known = first_marks()
    with pytest.raises(InputError, match="not known") as error:
        pick_second_readings(marks, known.head(119), 1)
    assert error.value.where == "incident other-0119"


@pytest.mark.shared
def test_two_phases_with_cells_equal_those_of_the_survey_package(oracle: dict[str, Any]) -> None:
    data, out = oracle["16"]["input"]["data"], oracle["16"]["output"]
    fit = fit_two_phase(
        np.asarray(data["y"], float),
        np.asarray(data["d"], float),
        np.unique(data["stratum"], return_inverse=True)[1],
        np.asarray(data["N"], float),
        np.unique(data["cell"], return_inverse=True)[1],
        np.asarray(data["phase2"], bool),
    )
    gold = out["gold"]
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((gold["ratio"], gold["se"]), rel=0, abs=1e-8)
    assert fit.total_due == pytest.approx(out["total_d"], abs=1e-8)


def test_two_phases_do_not_depend_on_the_order_of_rows_and_reading_all_again_is_one_phase() -> None:
    chance = np.random.default_rng(5)
    due = 1.0 + chance.integers(0, 3, 30)
    recorded = np.floor(due * chance.random(30))
    strata = np.repeat([0, 1], [12, 18])
    cells = 2 * strata + (np.arange(30) % 3 == 0)
    incidents = np.where(strata == 0, 60.0, 200.0)
    again = np.arange(30) % 5 != 1
    one = fit_two_phase(recorded, due, strata, incidents, cells, again)
    order = chance.permutation(30)
    other = fit_two_phase(*(each[order] for each in (recorded, due, strata, incidents, cells, again)))
    assert (one.ratio, one.variance) == pytest.approx((other.ratio, other.variance))
    whole = fit_two_phase(recorded, due, strata, incidents, cells, np.ones(30, bool))
    assert whole.second_phase == 0.0
    from firstpoint.auditing.ratio import fit_ratio

    plain = fit_ratio(recorded, due, strata, np.where(strata == 0, 12 / 60, 18 / 200))
    assert (whole.ratio, whole.variance) == pytest.approx((plain.ratio, plain.variance))


def test_a_cell_with_one_second_reading_or_in_two_strata_is_turned_away() -> None:
    zeros, ones = np.zeros(4, dtype=np.intp), np.ones(4)
    with pytest.raises(Refused, match="no standard error"):
        fit_two_phase(ones, ones, zeros, 9 * ones, zeros, np.asarray([True, False, False, False]))
    with pytest.raises(InputError, match="two strata"):
        fit_two_phase(ones, ones, np.asarray([0, 0, 1, 1]), 9 * ones, zeros, np.ones(4, bool))


def test_a_bound_stands_beside_every_rate_with_or_without_second_readings() -> None:
    marks = pl.concat([marks_of("other", (1, 1), (2, 1), (1, 1)), marks_of("violence", (3, 1), (1, 1))])
    frame = frame_of(other=30, violence=10)
    result = estimate(marks, frame)
    bounds = bias_beside(marks, frame, {**result.strata, "overall": result.overall})
    assert set(bounds) == {"violence", "other", "overall"}
    # two crimes an incident in violence, 4/3 in other, and (10·2 + 30·4/3)/40 = 1.5 over all
    for name, crimes in (("violence", 2.0), ("other", 4 / 3), ("overall", 1.5)):
        rate = result.strata[name] if name != "overall" else result.overall
        assert rate is not None
        expected = bias_bound(rate.estimate, crimes, ExpectedErrors())
        assert bounds[name].bias_points == pytest.approx(expected.bias_points)
        assert not bounds[name].measured
        assert not bounds[name].corrected
    assert "auditors' errors" in bounds["other"].short_text()


def test_errors_that_second_readings_measured_stand_in_the_bound() -> None:
    first = marks_of("other", *[(2, 1)] * 12).with_columns(
        reading=pl.lit("first"), second_probability=pl.lit(None, dtype=pl.Float64)
    )
    second = marks_of("other", *[(3, 1)] * 6, *[(2, 1)] * 6).with_columns(
        reading=pl.lit("second"), second_probability=pl.lit(1.0)
    )
    bias = estimate_assisted(pl.concat([first, second]), frame_of(other=90)).biases["other"]
    assert (bias.measured, bias.corrected) == (True, True)
    assert (bias.overlooked, bias.over_called) == (pytest.approx(6 / 18), 0.0)


def test_a_few_second_readings_are_told_apart_from_none() -> None:
    first = marks_of("other", *[(2, 1)] * 12).with_columns(
        reading=pl.lit("first"), second_probability=pl.lit(None, dtype=pl.Float64)
    )
    second = marks_of("other", *[(2, 1)] * 4).with_columns(
        reading=pl.lit("second"), second_probability=pl.lit(1.0)
    )
    bias = estimate_assisted(pl.concat([first, second]), frame_of(other=90)).biases["other"]
    assert (bias.measured, bias.corrected, bias.read_twice) == (False, True, 4)
    assert "too few were read twice" in bias.text()
    alone = estimate_assisted(marks_of("other", *[(2, 1)] * 12), frame_of(other=90)).biases["other"]
    assert "nothing was read twice" in alone.text()


@pytest.mark.shared
def test_the_two_phase_rate_from_marks_is_that_of_the_survey_package(oracle: dict[str, Any]) -> None:
    data, gold = oracle["16"]["input"]["data"], oracle["16"]["output"]["gold"]
    keys = {"stratum": data["stratum"], "incident_id": data["incident"], "recorded": data["y"]}
    # the cells of the reference are by its own flag; a first reading with a crime missing says the same
    flags = pl.Series(data["flag"])
    first = pl.DataFrame({**keys, "should_record": data["y"]}).with_columns(
        should_record=pl.col("should_record") + flags, reading=pl.lit("first")
    )
    second = pl.DataFrame({**keys, "should_record": data["d"]}).with_columns(reading=pl.lit("second"))
    again = second.filter(pl.Series(data["phase2"]).cast(pl.Boolean)).select(first.columns)
    frame = pl.DataFrame({"stratum": data["stratum"], "incidents": data["N"]}).unique()
    rate = two_phase_rate(pl.concat([first, again]), frame)
    assert (rate.estimate, rate.standard_error) == pytest.approx((gold["ratio"], gold["se"]), rel=0, abs=1e-8)
    assert 0.0 < rate.low < rate.estimate < rate.high < 1.0


def test_a_two_phase_rate_wants_named_readings_and_equal_chances() -> None:
    plain = marks_of("other", (1, 1), (2, 1), (1, 0))
    with pytest.raises(InputError, match="first or second"):
        two_phase_rate(plain, frame_of(other=9))
    unequal = plain.with_columns(reading=pl.lit("first"), inclusion_probability=pl.Series([0.2, 0.5, 0.4]))
    with pytest.raises(Refused, match="unequal chances"):
        two_phase_rate(unequal, frame_of(other=9))
