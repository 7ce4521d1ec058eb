"""The Pareto draw: a fixed number of incidents, each with a chance of its own, from one number an incident.

Each incident has a number U between 0 and 1 of its own and the ranking value

    Q = U/(1 − U) · (1 − π)/π · exp(π(1 − π)(π − ½)/d²),   d = Σπ(1 − π),

and those with the n smallest values are drawn (Rosén 1997). The last factor makes the chances that come of it
those that were wanted, to a few parts in a thousand even where two are drawn of five (Bondesson, Traat and
Lundqvist 2006). An incident with π = 1 is always drawn. Because the numbers stay with the incidents, a
larger sample of the same draw keeps most of the smaller one.
"""

from __future__ import annotations

import numpy as np

from firstpoint.auditing.ratio import Codes, Floats


def pareto_draw(numbers: Floats, chances: Floats) -> Codes:
    """Give the places of the drawn incidents, in the order in which they were drawn.

    ``numbers`` lie between 0 and 1, neither included; ``chances`` from 0 to 1. As many are drawn as the
    chances add up to.
    """
    return drawn_places(numbers, pareto_scale(chances), round(float(chances.sum())))


def pareto_scale(chances: Floats) -> Floats:
    """Give what each incident's U/(1 − U) is multiplied by, float64: 0 where it is certain to be drawn.

    Where the same chances are drawn from again and again, in a simulation, this is worked out once.
    """
    spread = chances * (1.0 - chances)
    whole = max(float(spread.sum()), 1e-12)
    with np.errstate(divide="ignore"):
        odds = (1.0 - chances) / chances
    # where next to nothing is left to chance the correction means nothing, and could overflow
    pull = np.clip(spread * (chances - 0.5) / whole**2, -1.0, 1.0)
    scale: Floats = odds * np.exp(pull)
    return scale


def drawn_places(numbers: Floats, scale: Floats, sample: int) -> Codes:
    """Give the places of the ``sample`` smallest values, smallest first."""
    values = numbers / (1.0 - numbers) * scale
    if sample == 0:
        return np.empty(0, dtype=np.intp)
    first = np.argpartition(values, sample - 1)[:sample]
    drawn: Codes = first[np.argsort(values[first], kind="stable")]
    return drawn
