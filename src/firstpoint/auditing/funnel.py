"""Limits of a funnel: how far a unit's rate may lie from that of all by luck alone.

A small unit wobbles more than a large one, so a league table names small units as best and worst. A funnel
holds each rate against limits for its own number of crimes (Spiegelhalter, *Statistics in Medicine*, 2005).
They are those of the binomial distribution, continued between whole numbers, for as many independent crimes
as the audited ones are worth: the crimes divided by the design effect, because crimes of one incident stand
or fall together.
"""

from __future__ import annotations

import numpy as np

from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError

INNER = 0.95
OUTER = 0.998
_HALVINGS = 60


def funnel_limits(
    rate: float, crimes: Floats, *, design_effect: float = 1.0, confidence: float = INNER
) -> tuple[Floats, Floats]:
    """Give the lower and upper limits, float64 shares within 0 and 1, for each number of ``crimes``.

    ``rate`` is the rate of all (share). Raises InputError for numbers that cannot be.
    """
    counts = np.asarray(crimes, dtype=np.float64)
    if not 0.0 <= rate <= 1.0 or design_effect <= 0.0 or not 0.5 <= confidence < 1.0 or np.any(counts <= 0):
        raise InputError(
            f"A funnel around {rate} with a design effect of {design_effect} at {confidence} cannot be.",
            where="funnel",
            remedy="Give shares, a design effect above 0, and numbers of crimes above 0.",
        )
    if rate in (0.0, 1.0):
        return np.full_like(counts, rate), np.full_like(counts, rate)
    worth = np.maximum(counts / design_effect, 1.0)
    tail = (1.0 - confidence) / 2.0
    return _lower(rate, worth, tail), 1.0 - _lower(1.0 - rate, worth, tail)


def _lower(rate: float, worth: Floats, tail: float) -> Floats:
    """Give x/n with P(X ≤ x) = ``tail``, 0 where even none at all is likelier than that."""
    from scipy.special import betainc

    low, high = np.zeros_like(worth), worth.copy()
    none = (1.0 - rate) ** worth >= tail
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        below = betainc(np.maximum(worth - middle, 1e-12), middle + 1.0, 1.0 - rate) < tail
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    share: Floats = np.where(none, 0.0, low / worth)
    return share
