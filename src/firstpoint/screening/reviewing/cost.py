"""What a mix costs: the missed crimes it should find, and how sharp an estimate it leaves.

Both are reckoned from the scores before anything is reviewed, so they are right as far as the scores are.
Since no score sees everything, a tenth of what is missed (:data:`UNSEEN`) is taken to lie evenly over all
logs, whatever their score. A log is taken to hide one crime.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.screening.reviewing.choosing import Choice, choose
from firstpoint.screening.reviewing.mix import DEFAULT_MIX, Mix
from firstpoint.screening.reviewing.probabilities import Floats

UNSEEN = 0.1
DAYS_OF_AN_ESTIMATE = 30
_Z = 1.959964
OTHER_MIXES = {
    "default": DEFAULT_MIX,
    "top only": Mix(1.0, 0.0, 0.0),
    "top and uniform": Mix(0.8, 0.0, 0.2),
    "even": Mix(0.4, 0.3, 0.3),
    "uniform only": Mix(0.0, 0.0, 1.0),
}


@frozen
class Cost:
    """What one mix should find and say.

    ``found_per_100`` is the logs with a missed crime in 100 reviews; ``half_width_percent`` the 95 %
    half-width of the estimate of missed crimes after ``days`` days of such reviews, in per cent of it, None
    where some log has no chance and no estimate is possible.
    """

    found_per_100: float
    half_width_percent: float | None
    days: int


def cost_of(choice: Choice, *, unseen: float = UNSEEN, days: int = DAYS_OF_AN_ESTIMATE) -> Cost:
    """The cost of a choice, from its scores taken as chances.

    The variance is Σ(1/π − 1)p over the logs not certain of being chosen.
    """
    chance = spread(choice.logs["score"].to_numpy(), unseen)
    inclusion = choice.logs["inclusion_probability"].to_numpy()
    reviews = max(float(inclusion.sum()), 1.0)
    found = 100.0 * float((inclusion * chance).sum()) / reviews
    if (inclusion <= 0.0).any():
        return Cost(found, None, days)
    variance = float(((1.0 / inclusion - 1.0) * chance).sum())
    missed = float(chance.sum())
    half = 100.0 * _Z * math.sqrt(variance / days) / missed if missed > 0.0 else None
    return Cost(found, half, days)


def costs_beside(
    frame: pl.DataFrame, choice: Choice, *, unseen: float = UNSEEN, days: int = DAYS_OF_AN_ESTIMATE
) -> pl.DataFrame:
    """The mix of a choice beside the default and others, under the same budget and quotas.

    Columns: ``mix`` str, ``words`` str, ``found_per_100`` f64, ``half_width_percent`` f64 or null, ``days``.
    """
    rows = [("yours", choice.mix, choice)]
    for name, mix in OTHER_MIXES.items():
        rows.append((name, mix, _under(mix, frame, choice)))
    return pl.DataFrame(
        [
            {"mix": name, "words": mix.words(), **_figures(cost_of(each, unseen=unseen, days=days))}
            for name, mix, each in rows
        ],
        schema_overrides={"half_width_percent": pl.Float64},
    )


def spread(score: Floats, unseen: float = UNSEEN) -> Floats:
    """The scores as chances, 0 to 1, with a share of their sum spread evenly over all logs."""
    chance = np.clip(score, 0.0, 1.0)
    return np.asarray((1.0 - unseen) * chance + unseen * chance.mean())


def _under(mix: Mix, frame: pl.DataFrame, choice: Choice) -> Choice:
    return choose(
        frame, budget=choice.budget, seed=choice.seed, day=choice.day, mix=mix, quotas=choice.quotas
    )


def _figures(one: Cost) -> Mapping[str, float | int | None]:
    return {
        "found_per_100": one.found_per_100,
        "half_width_percent": one.half_width_percent,
        "days": one.days,
    }
