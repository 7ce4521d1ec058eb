"""A planned audit with predictions, rehearsed: each run is what the estimator says of that very sample."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from assisted_builders import frame_arrays, frozen_of, marks_of_sample

from firstpoint.auditing import rehearse, rehearse_assisted
from firstpoint.auditing.assisted import draw_assisted, estimate_assisted, mixed_chances
from firstpoint.auditing.planning.rehearsal_assisted import (
    AssistedRuns,
    assisted_runs_limits,
    drawn_copies,
)
from firstpoint.errors import InputError, Refused

TRUTH = frame_arrays(3, violence=400, other=600)
FROZEN = frozen_of(TRUTH)
FRAME = FROZEN.rows
SIZES = {"violence": 60, "other": 60}


def last_audit() -> pl.DataFrame:
    """An audit with predictions, as it was drawn and marked."""
    sample = draw_assisted(FROZEN, {"violence": 150, "other": 150}, seed=5)
    return marks_of_sample(TRUTH, sample.rows)


def test_each_run_has_the_limits_that_the_estimator_gives_of_that_sample() -> None:
    rows = FRAME.join(TRUTH.select("incident_id", "should_record", "recorded"), on="incident_id")
    rows, chance = rows.sort("stratum", "incident_id"), np.random.default_rng(1)
    runs, marked = {}, [[] for _ in range(8)]
    sizes = {"violence": 220, "other": 60}
    for name in sizes:
        part = rows.filter(stratum=name)
        chances = mixed_chances(part["predicted_sd"].to_numpy(), sizes[name])
        assert (chances == 1.0).any() == (name == "violence")  # some are certain to be drawn
        copies = np.ones(part.height, dtype=np.intp)
        drawn = drawn_copies(copies, chances, sizes[name], 8, chance)
        due, recorded, due_told, recorded_told = (
            part[column].to_numpy().astype(float)
            for column in ("should_record", "recorded", "predicted_due", "predicted_recorded")
        )
        runs[name] = AssistedRuns(
            due, recorded, due_told, recorded_told, chances, copies.astype(float), drawn, sizes[name]
        )
        told = part.select("stratum", "incident_id", "should_record", "recorded")
        told = told.with_columns(inclusion_probability=pl.Series(chances))
        for at in range(8):
            marked[at].append(told.filter(pl.Series(drawn[at] > 0)))
    for interval in ("beta", "guarded", "advised"):
        low, high, usable = assisted_runs_limits(list(runs.values()), interval, 0.95)
        assert usable.all()
        for at in range(8):
            asked = None if interval == "advised" else interval
            found = estimate_assisted(pl.concat(marked[at]), FRAME, interval=asked).overall
            assert (low[at], high[at]) == pytest.approx((found.low, found.high), abs=1e-9)


def test_copies_are_drawn_as_often_as_their_chances_say_and_always_as_many_as_asked() -> None:
    copies = np.array([400, 30, 5, 1, 1])
    spread = np.array([0.1, 0.6, 1.5, 3.0, 0.2])
    chances = mixed_chances(np.repeat(spread, copies), 40)
    first = np.cumsum(copies) - copies
    drawn = drawn_copies(copies, chances[first], 40, 6_000, np.random.default_rng(2))
    assert (drawn.sum(axis=1) == 40).all()
    assert drawn.max(axis=0).tolist() <= copies.tolist()
    assert drawn.mean(axis=0) == pytest.approx(copies * chances[first], rel=0.03)


def test_a_rehearsal_with_predictions_is_sharper_than_without_and_holds() -> None:
    marks = last_audit()
    with_them = rehearse_assisted(marks, FRAME, SIZES, runs=600, seed=3)
    without = rehearse(marks, FRAME, SIZES, runs=600, seed=3)
    assisted = with_them.table.filter(part="overall", interval="advised").row(0, named=True)
    plain = without.table.filter(part="overall", interval="beta").row(0, named=True)
    assert assisted["expected_half_width_points"] < 0.8 * plain["expected_half_width_points"]
    assert assisted["coverage"] > 0.92
    assert assisted["rate"] == pytest.approx(plain["rate"], abs=0.02)
    assert "difference estimator" in with_them.text()
    assert "difference estimator" in with_them.method


def test_a_rehearsal_foretells_the_width_of_the_audit_that_follows() -> None:
    told = rehearse_assisted(last_audit(), FRAME, SIZES, runs=300, seed=3).table
    expected = told.filter(part="overall", interval="beta")["expected_half_width_points"][0]
    widths = [
        estimate_assisted(
            marks_of_sample(TRUTH, draw_assisted(FROZEN, SIZES, seed=seed).rows), FRAME, interval="beta"
        ).overall.half_width_points
        for seed in range(12)
    ]
    assert expected == pytest.approx(np.mean(widths), rel=0.2)


def test_a_rehearsal_with_predictions_is_repeated_by_its_seed() -> None:
    marks = last_audit()
    one, two = (rehearse_assisted(marks, FRAME, SIZES, runs=50, seed=7).table for _ in range(2))
    assert one.equals(two)


def test_a_rehearsal_with_predictions_says_what_it_lacks() -> None:
    marks = last_audit()
    with pytest.raises(InputError, match="predicted_sd"):
        rehearse_assisted(marks, FRAME.drop("predicted_sd"), SIZES)
    with pytest.raises(InputError, match="wilson"):
        rehearse_assisted(marks, FRAME, SIZES, intervals=("wilson",))
    with pytest.raises(InputError, match="stratum other"):
        rehearse_assisted(marks, FRAME, {"violence": 60})
    with pytest.raises(Refused, match="stratum violence"):
        rehearse_assisted(marks, FRAME, {"violence": 401, "other": 60})
