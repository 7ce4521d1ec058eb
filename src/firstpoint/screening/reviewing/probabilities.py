"""With what probability each log is chosen: exact, for the whole design at once.

The top of the list is certain. Every other log has the sum of two chances, one that follows its score and one
that is the same for all, scaled so that they sum to the number of logs to draw; a chance that would pass 1
is held there and the rest scaled up. A grave stratum that would get fewer reviews than its quota is drawn by
itself, as many as it still needs. The part that follows the score pays for that, then the top of the list;
the uniform part, on which the estimate hangs, only when nothing else is left, and never all of it.

The draw (:mod:`~firstpoint.screening.reviewing.choosing`) is systematic within each lot of logs, so these
are the inclusion probabilities themselves and no approximation of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.errors import Refused
from firstpoint.screening.reviewing.mix import Mix

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

TOP = -1
POOL = 0
TOP_NAME = "top"
POOL_NAME = "pool"


@frozen(eq=False)
class Chances:
    """The chance of each log and the lot it is drawn in.

    ``inclusion`` is float64, 0 to 1; ``lot`` holds :data:`TOP` for the head of the list, :data:`POOL` for
    those drawn together, or the code of the grave stratum that is drawn by itself; ``sizes`` gives the whole
    number drawn from each lot.
    """

    inclusion: Floats
    lot: Codes
    sizes: Mapping[int, int]


def chances(
    score: Floats, order: Codes, grave: Codes, *, budget: int, mix: Mix, quotas: Mapping[int, int]
) -> Chances:
    """The chance of each log under a mix, a budget and quotas.

    ``score`` is float64 and not negative; ``order`` are the places of the logs, the first to be read first;
    ``grave`` holds the code (1 and up) of each log's grave stratum, 0 for none; ``quotas`` the reviews that
    a stratum shall have at the least, those at the top of the list counted. Raises Refused where the quotas
    leave nothing to draw from the rest.
    """
    budget = min(budget, len(score))
    for uniform in (mix.uniform * budget, min(1.0, mix.uniform * budget)):
        for top in range(mix.split(budget)[0], -1, -1):
            lot = np.full(len(score), POOL, dtype=np.intp)
            lot[order[:top]] = TOP
            made = _with_top(score, lot, grave, budget - top, mix, uniform, quotas)
            if made is not None:
                return made
    raise Refused(
        f"The quotas ask for {sum(quotas.values())} of {budget} reviews and leave none for all other logs, "
        "so nothing could be estimated.",
        where="quotas",
        remedy="Lower the quotas or give more reviews.",
    )


def _with_top(
    score: Floats,
    lot: Codes,
    grave: Codes,
    drawn: int,
    mix: Mix,
    uniform: float,
    quotas: Mapping[int, int],
) -> Chances | None:
    """The chances below a given top (marked in ``lot``); None where the quotas leave the pool too little."""
    below = max(int((lot != TOP).sum()), 1)
    inclusion = np.where(lot == TOP, 1.0, 0.0)
    sizes = {POOL: drawn}
    raised = np.where(lot == TOP, 0.0, score**mix.power)
    while True:
        pool = lot == POOL
        uniform_here = uniform * float(pool.sum()) / below
        least = max(1.0, uniform_here) if pool.any() and mix.top < 1.0 else 0.0
        if sizes[POOL] < least - 1e-9:
            return None
        for code, size in sizes.items():
            members = lot == code
            even = max(size * (1.0 - mix.drawn_by_score), uniform_here if code == POOL else 0.0)
            inclusion[members] = capped(_weight(raised[members], size, min(even, size)), size)
        short = _short_of_quota(inclusion, lot, grave, quotas, sizes)
        if not short:
            return Chances(inclusion, lot, {code: size for code, size in sizes.items() if size})
        for code, needed in short.items():
            lot[pool & (grave == code)] = code
            sizes[code] = needed
            sizes[POOL] -= needed


def capped(weight: Floats, size: int) -> Floats:
    """Chances that sum to ``size``, in proportion to ``weight`` but for those that reach 1.

    Where the weights above 0 are fewer than ``size`` the rest is shared evenly by those of weight 0.
    """
    chance = np.zeros(len(weight))
    fixed = np.zeros(len(weight), dtype=bool)
    left = float(min(size, len(weight)))
    while left > 1e-12 and not fixed.all():
        free = np.where(fixed, 0.0, weight)
        total = free.sum()
        if total <= 0.0:
            free, total = np.where(fixed, 0.0, 1.0), float((~fixed).sum())
        chance = np.where(fixed, chance, left * free / total)
        over = ~fixed & (chance >= 1.0 - 1e-12)
        if not over.any():
            break
        chance[over] = 1.0
        fixed |= over
        left = float(min(size, len(weight))) - float(fixed.sum())
        chance[~fixed] = 0.0
    return chance


def _weight(raised: Floats, size: int, even: float) -> Floats:
    """What each log of a lot weighs: ``even`` of the ``size`` shared evenly, the rest by the raised score."""
    if not len(raised):
        return raised
    total = float(raised.sum())
    by_score = raised / total if total > 0.0 else np.full(len(raised), 1.0 / len(raised))
    return np.asarray(even / len(raised) + (size - even) * by_score)


def _short_of_quota(
    inclusion: Floats, lot: Codes, grave: Codes, quotas: Mapping[int, int], sizes: Mapping[int, int]
) -> dict[int, int]:
    """What each stratum that would get less than its quota still needs beside the top."""
    short = {}
    for code, quota in quotas.items():
        members = grave == code
        certain = int((members & (lot == TOP)).sum())
        needed = min(quota, int(members.sum())) - certain
        if code not in sizes and needed > float(inclusion[members & (lot == POOL)].sum()) + 1e-9:
            short[code] = needed
    return short
