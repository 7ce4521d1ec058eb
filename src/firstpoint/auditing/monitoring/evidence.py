"""Bets against a rate: evidence that grows only if the rate is not what is claimed.

Somebody who holds that crimes are recorded at the rate r is offered a bet on each audited incident, with the
stake λ: what was put in is multiplied by 1 + λ·w·(r·d − y), d the crimes due, y those recorded and w the
weight of the incident, its largest value 1. If the rate is r or higher the player's money does not grow on
average, whatever the clustering of crimes, so that it exceeds 1/α at any time at all with a chance of at most
α (Ville's inequality). A stake below 0 bets that the rate is higher. No distribution is assumed; a bound on
the crimes of one incident is, since nobody may lose more than was put in.

The method is that of Waudby-Smith and Ramdas, *Journal of the Royal Statistical Society B*, 2024, carried
from a mean to a ratio by betting on r·d − y.
"""

from __future__ import annotations

import numpy as np

from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError

MOST_CRIMES = 20
_SAFE = 0.9
_BOLDEST = 3.0
_STAKES = 12


def refuse_large_incidents(due: Floats, most_crimes: int) -> None:
    """Raise InputError for an incident with more crimes than the bets allow for."""
    if most_crimes < 1:
        raise InputError(
            f"A bound of {most_crimes} crimes an incident cannot be.",
            where="most_crimes",
            remedy="Give 1 or more.",
        )
    if len(due) and float(due.max()) > most_crimes:
        raise InputError(
            f"An incident has {due.max():.0f} crimes due, more than the bound of {most_crimes} on which the "
            "guarantee rests.",
            where="daily audit, should_record",
            remedy="Set most_crimes higher before the audit begins; the higher it is, the slower the watch.",
        )


def stakes_against(rate: Floats | float, most_crimes: int, *, too_low: bool = False) -> Floats:
    """Give a range of stakes (last axis) that can never lose all, for bets that the rate is below ``rate``.

    ``too_low`` gives those for bets that the rate is above, as positive numbers. Small stakes gather evidence
    of small differences slowly, large ones of large differences fast; none has to be chosen, since the mean
    of the bets is a bet as well.
    """
    claimed = np.asarray(rate, dtype=np.float64)
    worst = (claimed if too_low else 1.0 - claimed) * most_crimes
    boldest = np.minimum(_SAFE / np.maximum(worst, 1e-9), _BOLDEST)
    stakes: Floats = boldest[..., None] * np.geomspace(0.02, 1.0, _STAKES)
    return stakes


def log_growth(surplus: Floats, stakes: Floats) -> Floats:
    """Give the logarithm of what each bet is multiplied by: log(1 + λ·x), float64 of the shape broadcast."""
    growth: Floats = np.log1p(stakes * surplus)
    return growth


def log_mean(logs: Floats) -> Floats:
    """Give the logarithm of the mean over the last axis of numbers given by their logarithms."""
    top = logs.max(axis=-1)
    mean: Floats = top + np.log(np.mean(np.exp(logs - top[..., None]), axis=-1))
    return mean
