"""What the disclosures of each log add up to, in one compiled loop: what
:func:`~firstpoint.screening.scoring.score` says of a log."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.columns.rounding import FOUR_PLACES, THREE_PLACES, rounded
from firstpoint.screening.columns.scoring import DISMISSED, RECORDED

NO_RECORD, CLASSED, UNCLASSED = range(3)


class Due(NamedTuple):
    """Of each disclosure: ``certainty``, ``crimes``, the ``harm`` of its kind, whether another one takes it
    in, and the share of its certainty that the crimes linked leave open (``left``, float64)."""

    certainty: NDArray[np.float64]
    crimes: NDArray[np.int64]
    harm: NDArray[np.float64]
    is_subsumed: NDArray[np.bool_]
    left: NDArray[np.float64]


@compiled_loop
def add_up(given_from, due, closing, linked, by_closing_code, raises_odds, figures):
    """Fill in expected crimes, chance unrecorded, chance of a crime, and harm (float64, logs x 4).

    ``linked`` (uint8) is ``NO_RECORD``, ``CLASSED``, or ``UNCLASSED`` where a record's class is not known.
    """
    for log in range(closing.size):
        expected, unrecorded, crime, taken_in, harm, any_due = 0.0, 0.0, 0.0, 0.0, 0.0, False
        for at in range(given_from[log], given_from[log + 1]):
            certainty = due.certainty[at]
            if due.crimes[at] > 0:
                any_due = True
                expected += certainty * due.crimes[at]
                harm += certainty * due.crimes[at] * due.harm[at]
                crime = max(crime, certainty)
                unrecorded = max(unrecorded, certainty * due.left[at])
            elif due.is_subsumed[at]:
                taken_in = max(taken_in, certainty)
        if closing[log] == RECORDED and linked[log] == NO_RECORD:
            unrecorded *= by_closing_code
        if closing[log] == DISMISSED and linked[log] != UNCLASSED and unrecorded < 1.0:
            odds = unrecorded / (1.0 - unrecorded) * raises_odds
            unrecorded = odds / (1.0 + odds)
        figures[log, 0] = rounded(expected, FOUR_PLACES)
        figures[log, 1] = rounded(unrecorded, FOUR_PLACES)
        figures[log, 2] = max(crime, taken_in) if any_due else crime
        figures[log, 3] = rounded(min(100.0, harm), THREE_PLACES)
