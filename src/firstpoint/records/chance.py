"""What chance can do: the limits within which figures say nothing.

Every check that weighs figures is held to :data:`FALSE_ALARMS`, the chance that it speaks at all about a
table in which nothing is wrong, shared out evenly over all that it looks at in the table (Bonferroni).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FALSE_ALARMS = 0.01
"""The chance that one check speaks wrongly about one clean table."""

POINTS_THAT_MATTER = 0.10
"""A share is out of line only if it lies this far above the others, however many the rows."""


def as_many_or_more(hits: Floats, trials: Floats, share: Floats) -> Floats:
    """The chance of ``hits`` or more in ``trials`` (float64, whole numbers), each a hit with ``share``."""
    from scipy.special import betainc

    some = np.maximum(hits, 1)
    return np.where(hits <= 0, 1.0, betainc(some, np.maximum(trials - some, 0) + 1, share))


def shares_above_the_rest(hits: Floats, rows: Floats, *, looked_at: int = 1) -> NDArray[np.bool_]:
    """Whether each group's share lies above that of all others together, more than chance explains.

    ``hits`` of ``rows`` (float64, one a group) in a table in which ``looked_at`` such comparisons are made.
    The rest's share is itself uncertain, so it is taken three standard errors higher.
    """
    if len(rows) < 2:
        return np.zeros(len(rows), dtype=bool)
    others = np.maximum(rows.sum() - rows, 1)
    rest = (hits.sum() - hits + 1) / (others + 2)
    generous = np.minimum(rest + 3 * np.sqrt(rest * (1 - rest) / others), 1.0)
    enough = hits / np.maximum(rows, 1) - rest >= POINTS_THAT_MATTER
    limit = FALSE_ALARMS / (looked_at * len(rows))
    return np.asarray(enough & (as_many_or_more(hits, rows, generous) < limit))


def wilson(hits: float, rows: float, *, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's formula (1927); 0 to 1 where there are no rows.

    Rows that count for more or less than one another are given as their effective number.
    """
    if rows == 0:
        return 0.0, 1.0
    share, square = hits / rows, z * z
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = z * np.sqrt(share * (1 - share) / rows + square / (4 * rows * rows)) / (1 + square / rows)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
