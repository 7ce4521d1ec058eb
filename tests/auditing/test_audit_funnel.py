"""A funnel's limits are those of the binomial distribution at the crimes' worth."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.auditing.funnel import funnel_limits
from firstpoint.errors import InputError


def at_most(x: int, n: int, rate: float) -> float:
    return sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(x + 1))


@pytest.mark.parametrize(("n", "rate", "x"), [(20, 0.9, 14), (50, 0.8, 33), (200, 0.95, 184)])
def test_a_limit_at_a_whole_number_has_that_chance(n: int, rate: float, x: int) -> None:
    tail = at_most(x, n, rate)
    low, _ = funnel_limits(rate, np.asarray([float(n)]), confidence=1 - 2 * tail)
    assert low[0] == pytest.approx(x / n, abs=1e-9)
    _, high = funnel_limits(1 - rate, np.asarray([float(n)]), confidence=1 - 2 * tail)
    assert high[0] == pytest.approx(1 - x / n, abs=1e-9)


@given(st.floats(0.01, 0.99), st.lists(st.floats(1, 5000), min_size=1, max_size=5), st.floats(0.5, 8))
def test_limits_are_possible_hold_the_rate_and_widen_with_clustering(
    rate: float, crimes: list[float], effect: float
) -> None:
    counts = np.asarray(crimes)
    low, high = funnel_limits(rate, counts, design_effect=effect)
    assert np.all((low >= 0.0) & (low <= rate + 1e-9))
    assert np.all((high <= 1.0) & (high >= rate - 1e-9))
    wider = funnel_limits(rate, counts, design_effect=2 * effect)
    assert np.all(wider[0] <= low + 1e-9)
    assert np.all(wider[1] >= high - 1e-9)


def test_a_rate_of_all_or_none_leaves_no_room_and_what_cannot_be_is_refused() -> None:
    assert funnel_limits(1.0, np.asarray([5.0])) == (np.asarray([1.0]), np.asarray([1.0]))
    for rate, effect in ((1.2, 1.0), (0.9, 0.0)):
        with pytest.raises(InputError):
            funnel_limits(rate, np.asarray([5.0]), design_effect=effect)
