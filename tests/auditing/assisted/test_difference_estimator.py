"""Predictions for all, marks for a few: right on average whatever the predictions say."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.auditing.assisted import Predicted, fit_calibrated, fit_difference
from firstpoint.auditing.assisted.difference import certain_apart
from firstpoint.auditing.assisted.frozen import best_slope
from firstpoint.auditing.ratio import fit_ratio
from firstpoint.errors import Refused

DUE = np.asarray([1.0, 2.0, 0.0, 3.0, 1.0, 1.0, 4.0])
RECORDED = np.asarray([1.0, 1.0, 0.0, 3.0, 0.0, 1.0, 2.0])
FORETOLD_DUE = np.asarray([1.2, 1.5, 0.3, 2.0, 0.9, 1.0, 3.0])
FORETOLD_RECORDED = np.asarray([1.0, 1.0, 0.1, 2.0, 0.5, 1.0, 2.5])
ONE = np.zeros(7, dtype=np.intp)


def predicted(rows: object = slice(None)) -> Predicted:
    return Predicted(
        FORETOLD_DUE[rows], FORETOLD_RECORDED[rows], float(FORETOLD_DUE.sum()), float(FORETOLD_RECORDED.sum())
    )


def test_totals_are_right_on_average_over_every_possible_sample() -> None:
    fits = [
        fit_difference(
            RECORDED[list(rows)], DUE[list(rows)], ONE[:3], np.full(3, 3 / 7), predicted(list(rows))
        )
        for rows in combinations(range(7), 3)
    ]
    assert np.mean([fit.total_due for fit in fits]) == pytest.approx(DUE.sum())
    assert np.mean([fit.total_recorded for fit in fits]) == pytest.approx(RECORDED.sum())


def test_the_variance_of_a_total_is_right_on_average_over_every_possible_sample() -> None:
    # with R fixed at 0 by nothing recorded the linearised value is the residual of due alone
    off = DUE - FORETOLD_DUE
    totals, variances = [], []
    for rows in combinations(range(7), 3):
        at = list(rows)
        totals.append(float(FORETOLD_DUE.sum() + off[at].sum() * 7 / 3))
        variances.append((1 - 3 / 7) * 49 / 3 * off[at].var(ddof=1))
    assert np.mean(variances) == pytest.approx(np.var(totals))


def test_worked_by_hand() -> None:
    # two of four audited: d̂ all 1, ŷ all 1; found (2, 1) and (1, 1): D = 4 + 2·1 = 6, Y = 4
    two = np.asarray([2.0, 1.0]), np.asarray([1.0, 1.0])
    fit = fit_difference(
        two[1], two[0], ONE[:2], np.full(2, 0.5), Predicted(np.ones(2), np.ones(2), 4.0, 4.0)
    )
    assert (fit.total_due, fit.total_recorded, fit.ratio) == (6.0, 4.0, pytest.approx(2 / 3))
    # residuals −(2/3)·1 and 0, each /(0.5·6): −2/9 and 0; V = ½·2·2·(1/9)²
    assert fit.residual == pytest.approx([-2 / 9, 0.0])
    assert fit.variance == pytest.approx(2 / 81)


def test_a_slope_of_nothing_is_the_plain_ratio() -> None:
    inclusion = np.asarray([0.5, 0.3, 0.2, 0.7, 0.4, 0.9, 0.6])
    plain = fit_ratio(RECORDED, DUE, ONE, inclusion)
    fit = fit_difference(RECORDED, DUE, ONE, inclusion, predicted(), 0.0)
    assert (fit.ratio, fit.variance) == pytest.approx((plain.ratio, plain.variance))


def test_perfect_predictions_leave_nothing_to_chance() -> None:
    exact = Predicted(DUE[:3], RECORDED[:3], float(DUE.sum()), float(RECORDED.sum()))
    fit = fit_difference(RECORDED[:3], DUE[:3], ONE[:3], np.full(3, 3 / 7), exact)
    assert fit.ratio == pytest.approx(RECORDED.sum() / DUE.sum())
    assert fit.variance == pytest.approx(0.0, abs=1e-30)


def test_incidents_that_were_certain_to_be_drawn_carry_no_variance_and_no_mean() -> None:
    inclusion = np.asarray([1.0, 1.0, 0.3, 0.3, 0.3, 0.3, 0.3])
    assert certain_apart(ONE, inclusion).tolist() == [1, 1, 0, 0, 0, 0, 0]
    fit = fit_difference(RECORDED, DUE, ONE, inclusion, predicted())
    assert fit.unit_variance[:2].tolist() == [0.0, 0.0]
    values = fit.residual[2:]
    assert fit.variance == pytest.approx(0.7 * 5 / 4 * np.sum((values - values.mean()) ** 2))


def test_one_incident_beside_certain_ones_still_has_a_variance() -> None:
    inclusion = np.asarray([1.0, 1.0, 0.3])
    assert certain_apart(ONE[:3], inclusion).tolist() == [0, 0, 0]
    fit = fit_difference(
        np.asarray([1.0, 1.0, 0.0]), np.ones(3), ONE[:3], inclusion, Predicted(*np.zeros((2, 3)), 0, 0)
    )
    assert fit.variance > 0.0


counts = st.integers(0, 5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(counts, st.floats(0, 1), st.floats(0, 4), st.floats(0.05, 0.95)), min_size=4, max_size=12
    ),
    st.randoms(use_true_random=False),
    st.floats(0.2, 5.0),
)
def test_neither_the_order_of_rows_nor_the_scale_of_weights_matters(rows, shuffle, scale) -> None:
    due = np.asarray([row[0] for row in rows], float) + 1.0
    recorded = np.floor(due * [row[1] for row in rows])
    foretold, inclusion = np.asarray([row[2] for row in rows]), np.asarray([row[3] for row in rows])
    codes = np.arange(len(rows), dtype=np.intp) % 2
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    totals = (float(foretold.sum() * 3 + 50), float(foretold.sum() * 2 + 30))
    one = fit_difference(recorded, due, codes, inclusion, Predicted(foretold, foretold / 2, *totals))
    other = fit_difference(
        recorded[order],
        due[order],
        codes[order],
        inclusion[order],
        Predicted(foretold[order], foretold[order] / 2, *totals),
    )
    assert math.isclose(one.ratio, other.ratio, rel_tol=1e-9)
    assert math.isclose(one.variance, other.variance, rel_tol=1e-7, abs_tol=1e-15)
    plain = fit_difference(recorded, due, codes, inclusion, Predicted(foretold, foretold, 0.0, 0.0), 0.0)
    scaled = fit_difference(
        recorded, due, codes, inclusion * min(scale, 1.0), Predicted(foretold, foretold, 0.0, 0.0), 0.0
    )
    assert math.isclose(plain.ratio, scaled.ratio, rel_tol=1e-9)


def test_a_slope_tuned_on_perfect_predictions_is_one_and_on_noise_small() -> None:
    chance = np.random.default_rng(4)
    due = 1.0 + chance.integers(0, 3, 400)
    recorded = np.where(chance.random(400) < 0.2, 0.0, due)
    inclusion, codes = np.full(400, 0.1), np.zeros(400, dtype=np.intp)
    assert best_slope(recorded, due, recorded, due, inclusion, codes) == pytest.approx(1.0)
    noise = chance.random(400)
    assert best_slope(recorded, due, noise, chance.random(400), inclusion, codes) < 0.3


def test_calibration_wants_enough_incidents_and_predictions_that_differ() -> None:
    known = np.column_stack([np.ones(7), FORETOLD_DUE])
    with pytest.raises(Refused, match="too few to fit 2 slopes"):
        fit_calibrated(RECORDED, DUE, ONE, np.full(7, 0.5), known, np.asarray([14.0, 20.0]))
    twice = np.column_stack([np.ones(7), np.ones(7)])
    with pytest.raises(Refused, match="same thing twice"):
        fit_calibrated(RECORDED, DUE, ONE, np.full(7, 0.5), twice, np.asarray([14.0, 14.0]), least_a_slope=1)


def test_calibrating_to_the_number_of_incidents_alone_is_the_plain_ratio() -> None:
    known, inclusion = np.ones((7, 1)), np.full(7, 0.25)
    fit = fit_calibrated(RECORDED, DUE, ONE, inclusion, known, np.asarray([28.0]), least_a_slope=1)
    plain = fit_ratio(RECORDED, DUE, ONE, inclusion)
    assert (fit.ratio, fit.variance) == pytest.approx((plain.ratio, plain.variance))
