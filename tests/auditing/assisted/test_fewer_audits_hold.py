"""The benchmark of audits in small: limits that hold, from far fewer incidents than today's design needs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scipy.stats import binom

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

from bench_audits import (
    ADVISED,
    FORCE_SEED,
    Trial,
    equal_sizes,
    our_method,
    run,
    screened,
    uniform_method,
    without_score,
)

from firstpoint.simulation.audited_force import make_audited_force

RUNS = 200
SEED = 77


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial.of(make_audited_force(FORCE_SEED))


def held_as_often_as(coverage: float) -> float:
    """The coverage below which ``RUNS`` runs come once in a thousand times if limits hold so often."""
    return float(binom.ppf(0.001, RUNS, coverage)) / RUNS


def test_todays_equal_split_needs_some_eight_hundred_for_three_points(trial: Trial) -> None:
    found = run(uniform_method("equal split", trial, equal_sizes, 800), 800, RUNS, SEED)
    assert found.half_width == pytest.approx(3.0, abs=0.12)
    assert found.coverage >= held_as_often_as(0.94)


@pytest.mark.parametrize("interval", ["guarded", ADVISED])
@pytest.mark.parametrize(
    ("what", "share"), [("score of 0.90", 0.28), ("score of 0.80", 0.37), ("no score", 0.46)]
)
def test_ours_needs_a_part_of_that_with_limits_that_hold(
    trial: Trial, what: str, share: float, interval: str
) -> None:
    force = trial.force
    known = without_score(force) if what == "no score" else screened(force, float(what[-4:]))
    found = run(our_method("ours", trial, known, interval, 1), round(share * 790), RUNS, SEED)
    assert found.half_width <= 3.0
    assert found.coverage >= held_as_often_as(0.94)


def test_imperfect_auditors_are_allowed_for_where_a_quarter_is_read_twice(trial: Trial) -> None:
    known = screened(trial.force, 0.90)
    twice = run(our_method("twice", trial, known, "beta", 1, "read twice"), 260, RUNS, SEED)
    once = run(our_method("once", trial, known, "beta", 1, "taken as truth"), 260, RUNS, SEED)
    assert twice.readings <= 0.42 * 790
    assert twice.half_width <= 3.0
    assert twice.coverage >= held_as_often_as(0.93)
    assert abs(twice.off) < 0.4
    assert once.off < -1.5
    assert once.coverage < 0.85


@pytest.mark.parametrize("fault", [{"blind_share": 0.15}, {"stretched": 2.0}, {"open_by": "no idea of size"}])
def test_a_screen_with_a_fault_costs_width_and_not_honesty(trial: Trial, fault: dict[str, float]) -> None:
    found = run(our_method("ours", trial, screened(trial.force, 0.90, **fault), ADVISED, 1), 260, RUNS, SEED)
    assert found.coverage >= held_as_often_as(0.94)
    assert abs(found.off) < 0.4


def test_counting_crimes_as_if_drawn_alone_does_not_hold(trial: Trial) -> None:
    found = run(uniform_method("naive", trial, equal_sizes, 410), 410, RUNS, SEED)
    assert found.half_width == pytest.approx(3.0, abs=0.15)
    assert found.coverage < 0.80
