"""Which readings are read again: by risk, each with a chance that is known, and blind.

An auditor's error matters as much as the incident weighs, so the chance of a second reading is in
proportion to the weight 1/π times the expected size of the correction (the root of its mean square), between
a floor and 1. An incident in which the first reading found a missed crime may have been over-called; a clean
one may hide what was overlooked, in proportion to the chance that the screen gave it. Nothing that was not
read again is taken for right: what is found is divided by the chance, as in every two-phase sample (Särndal,
Swensson and Wretman 1992, chapter 9).
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError, Refused

USUAL_SHARE = 0.25
"""Of the sample, the part that is read again (the project's choice)."""

FLOOR = 0.08
"""The least chance of a second reading."""

LARGE_FLOOR = 0.15
"""The least chance for an incident whose log names three offences or more."""

LARGE = 3


@frozen
class ExpectedErrors:
    """How auditors are expected to err before anything was measured; it moves chances, never the estimate.

    ``overlooked`` is the share of missed crimes not seen, ``over_called`` the over-calls an incident.
    """

    overlooked: float = 0.08
    over_called: float = 0.03


def second_chances(
    first_due: Floats,
    recorded: Floats,
    weights: Floats,
    chance_missing: Floats,
    still_open: Floats,
    named: Floats,
    *,
    share: float = USUAL_SHARE,
    expected: ExpectedErrors | None = None,
) -> Floats:
    """Give each first reading's chance of being read again, float64, adding up to ``share`` of them.

    All arrays hold one value an audited incident: crimes due by the first reading and recorded, the weight
    1/π, the frozen chance that a crime is missing, the offences named beyond those linked and all offences
    named. Where the floors alone ask for more than ``share`` the floors stand. Raises InputError for a share
    outside 0 to 1.
    """
    if not 0.0 < share <= 1.0:
        raise InputError(
            f"A share of {share} is not above 0 and at most 1.",
            where="second readings",
            remedy=f"Give a share such as {USUAL_SHARE}.",
        )
    size = weights * expected_correction(
        first_due - recorded, chance_missing, still_open, expected or ExpectedErrors()
    )
    floor = np.where(named >= LARGE, LARGE_FLOOR, FLOOR)
    return _between(size, np.minimum(floor, 1.0), share * len(size))


def expected_correction(
    found_missing: Floats, chance_missing: Floats, still_open: Floats, expected: ExpectedErrors
) -> Floats:
    """Give the root mean square of what a second reading is expected to change, in crimes, float64."""
    chance = np.clip(chance_missing, 0.001, 0.99)
    called = expected.over_called * (1.0 - chance)
    true = chance * (1.0 - expected.overlooked)
    over_called = np.where(found_missing >= 2, expected.over_called, called / (called + true))
    hidden = chance * expected.overlooked / (chance * expected.overlooked + 1.0 - chance)
    size: Floats = np.sqrt(np.where(found_missing > 0, over_called, hidden * still_open**2))
    return size


def pseudo_due(first: Floats, second: Floats, read_again: np.ndarray, chances: Floats) -> Floats:
    """Give d̃ = d₁ + (z/p)·(d₂ − d₁), float64, which is right on average whatever the first auditor did.

    ``first`` and ``second`` are crimes due by either reading (what stands in ``second`` where there was none
    does not matter), ``read_again`` says which were read twice and ``chances`` how likely that was. A pseudo-
    value may be negative or beyond any count: it is no count but a piece of a sum. Raises Refused for a
    chance that is not above 0 and at most 1 where there was a second reading.
    """
    wrong = read_again & ~((chances > 0.0) & (chances <= 1.0))
    if wrong.any():
        raise Refused(
            f"A second reading whose chance is given as {chances[wrong][0]} cannot be weighed.",
            where=f"second_probability, place {int(np.flatnonzero(wrong)[0]) + 1}",
            remedy="Give the chance with which each second reading was picked, above 0 and at most 1.",
        )
    correction = np.where(read_again, second - first, 0.0)
    pseudo: Floats = first + correction / np.where(read_again, chances, 1.0)
    return pseudo


def second_phase_parts(
    residual_correction: Floats, read_again: np.ndarray, chances: Floats, inclusion: Floats
) -> Floats:
    """Give the variance of the second draw that the first draw's formula leaves out of Σ ẽ/π, float64.

    ``residual_correction`` is what the second reading changed of an incident's residual e, ``inclusion`` its
    π. The formula of the first draw, fed with pseudo-values, holds (1 − π)/π of each incident's second-draw
    variance where it should be 1/π: what is wanting is w·(1 − p)/p²·(change of e)² for each incident read
    again. It matters where incidents were nearly or quite certain to be drawn (Särndal, Swensson and Wretman
    1992, 9.3).
    """
    chance = np.where(read_again, chances, 1.0)
    wanting = np.where(read_again, (1.0 - chance) / chance**2 * residual_correction**2, 0.0)
    parts: Floats = wanting / inclusion
    return parts


def _between(size: Floats, floor: Floats, total: float) -> Floats:
    """Give c·size held between floor and 1, with c such that the sum is ``total`` where that can be."""
    low, high = 0.0, 1.0
    while np.clip(high * size, floor, 1.0).sum() < min(total, len(size) - 1e-9) and high < 1e12:
        high *= 2.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if np.clip(middle * size, floor, 1.0).sum() < total:
            low = middle
        else:
            high = middle
    chances: Floats = np.clip(high * size, floor, 1.0)
    return chances
