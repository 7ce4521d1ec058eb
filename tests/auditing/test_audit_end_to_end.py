"""A whole audit on a made-up force: frame, plan, draw, marks, rate, against the truth."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from audit_builders import frame_of

from firstpoint.auditing import build_frame, draw, estimate, frame_sha256, plan_sample
from firstpoint.simulation import make_force

START, END = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture(scope="module")
def audited() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame of a made-up force and the truth of its reports."""
    force = make_force(seed=5, incidents=4000, start=START, days=31)
    frame = build_frame(force.incidents, force.crimes, force.opening_codes, START, END)
    truth = force.truth_incidents.select("incident_id", "should_record", "recorded")
    return frame, frame.select("stratum", "incident_id").join(truth, on="incident_id")


def test_every_report_of_the_frame_has_its_truth(audited: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    frame, truth = audited
    assert frame.height == truth.height > 500
    assert set(frame["stratum"]) == {"violence", "sexual", "other"}


def test_auditing_the_frame_whole_gives_the_truth(audited: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    frame, truth = audited
    result = estimate(truth, frame)
    assert result.overall.estimate == pytest.approx(truth["recorded"].sum() / truth["should_record"].sum())
    assert result.overall.low == result.overall.high
    assert result.unrecorded.estimate == pytest.approx((truth["should_record"] - truth["recorded"]).sum())


def test_a_planned_and_drawn_audit_lands_near_the_truth(audited: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    frame, truth = audited
    plan = plan_sample(frame)
    sample = draw(frame, dict(plan.select("stratum", "sample").iter_rows()), seed=2026)
    assert sample.frame_sha256 == frame_sha256(frame)
    marks = sample.rows.join(truth, on=["stratum", "incident_id"])
    overall = estimate(marks, frame).overall
    known = truth["recorded"].sum() / truth["should_record"].sum()
    assert overall.low <= known <= overall.high
    assert overall.high - overall.low < 0.1


def test_limits_hold_over_a_hundred_draws_where_crimes_counted_as_independent_do_not() -> None:
    chance = np.random.default_rng(3)
    frame = frame_of(violence=3000, other=4000)
    due = np.where(chance.random(7000) < 0.25, 0, 1 + chance.binomial(4, 0.15, 7000))
    recorded = np.where(chance.random(7000) < 0.12, 0, due)
    truth = frame.with_columns(should_record=pl.Series(due), recorded=pl.Series(recorded))
    known = recorded.sum() / due.sum()
    held = naive_held = 0
    for seed in range(100):
        marks = draw(frame, {"violence": 200, "other": 200}, seed).rows.join(
            truth, on=["stratum", "incident_id"]
        )
        overall = estimate(marks, frame).overall
        held += overall.low <= known <= overall.high
        rate = marks["recorded"].sum() / marks["should_record"].sum()
        reach = 1.96 * (rate * (1 - rate) / marks["should_record"].sum()) ** 0.5
        naive_held += rate - reach <= known <= rate + reach
    assert held >= 91
    assert naive_held < held
