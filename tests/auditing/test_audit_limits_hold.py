"""Intervals of change, parts and audits put together hold the truth about as often as they say.

A few hundred draws from forces whose truth is known; the long runs are in ``benchmarks/bench_over_time.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from firstpoint.auditing import Estimate, change_between, combine
from firstpoint.auditing.audited import Audit
from firstpoint.auditing.rates import Method, rate_of

SIZE, FRAME = 228, 4_000


def force(chance: np.random.Generator, missed: float) -> tuple[np.ndarray, np.ndarray]:
    """Crimes due and recorded of each report: some hold several, and mostly whole reports fail."""
    due = np.where(chance.random(FRAME) < 0.24, 0, 1 + chance.poisson(0.3, FRAME))
    recorded = np.where(chance.random(FRAME) < missed, 0, chance.binomial(due, 0.97))
    return due.astype(float), recorded.astype(float)


def audit(truth: tuple[np.ndarray, np.ndarray], chance: np.random.Generator) -> Audit:
    drawn, codes = chance.choice(FRAME, SIZE, replace=False), np.zeros(SIZE, dtype=np.intp)
    return Audit(
        references=pl.Series(drawn).cast(pl.String),
        names=("violence",),
        codes=codes,
        variance_codes=codes,
        due=truth[0][drawn],
        recorded=truth[1][drawn],
        inclusion=np.full(SIZE, SIZE / FRAME),
        sampled=(SIZE,),
        incidents=(FRAME,),
        recorded_12m=None,
    )


def known(truth: tuple[np.ndarray, np.ndarray]) -> float:
    return float(truth[1].sum() / truth[0].sum())


def share(
    runs: int, seed: int, one: Callable[[np.random.Generator], tuple[bool, bool]]
) -> tuple[float, float]:
    chance = np.random.default_rng(seed)
    held = [one(chance) for _ in range(runs)]
    return float(np.mean([a for a, _ in held])), float(np.mean([b for _, b in held]))


def test_a_change_holds_where_crimes_taken_as_independent_do_not() -> None:
    def one(chance: np.random.Generator) -> tuple[bool, bool]:
        before, after = force(chance, 0.2), force(chance, 0.12)
        audits = [audit(before, chance), audit(after, chance)]
        rates = [rate_of(each, Method()) for each in audits]
        found = change_between(*rates).difference
        moved = known(after) - known(before)
        plain = sum(
            rate.estimate * (1 - rate.estimate) / each.due.sum()
            for rate, each in zip(rates, audits, strict=True)
        )
        return found.low <= moved <= found.high, abs(found.estimate - moved) <= 1.96 * math.sqrt(plain)

    held, independent = share(500, 11, one)
    assert 0.93 <= held <= 0.985
    assert independent < 0.92


def test_a_small_part_holds_although_how_many_fall_into_it_is_chance() -> None:
    def one(chance: np.random.Generator) -> tuple[bool, bool]:
        truth = force(chance, 0.15)
        inside = chance.random(FRAME) < 0.3
        whole = audit((truth[0] * inside, truth[1] * inside), chance)
        found = rate_of(whole, Method(interval="beta"))
        guarded = rate_of(whole, Method(interval="guarded"))
        true = known((truth[0][inside], truth[1][inside]))
        return found.low <= true <= found.high, guarded.low <= true <= guarded.high

    held, guarded = share(400, 12, one)
    assert 0.92 <= held <= 0.99
    assert guarded >= 0.92


@pytest.mark.parametrize(("walk", "drift", "least", "most"), [(0.0, 0.0, 0.93, 0.99), (0.03, 1.2, 0.93, 1.0)])
def test_audits_put_together_hold_with_the_drift_there_was(
    walk: float, drift: float, least: float, most: float
) -> None:
    days = [date(2025, 1, 15), date(2025, 7, 15), date(2026, 1, 15), date(2026, 7, 15)]

    def one(chance: np.random.Generator) -> tuple[bool, bool]:
        missed, rates = 0.15, {}
        for day in days:
            truth = force(chance, missed)
            rates[day] = rate_of(audit(truth, chance), Method())
            missed = min(max(missed + chance.normal(0.0, walk), 0.02), 0.4)
        true = known(truth)
        return holds(combine(rates, drift_points_a_month=drift).rate, true), holds(combine(rates).rate, true)

    held, without = share(300, 13, one)
    assert least <= held <= most
    if walk:
        assert without < 0.9


def holds(rate: Estimate, truth: float) -> bool:
    return rate.low <= truth <= rate.high
