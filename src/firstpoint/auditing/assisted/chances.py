"""The chance with which each incident is drawn: large where much is expected to be wrong, never nothing.

A fixed number n_h is drawn from each stratum with

    π = n_h · [(1 − τ)·u/Σu + τ/N_h],

u the predicted standard deviation of what the audit will find beyond the prediction, and τ the *mixing
share*: that part of the sample is drawn as if every incident were equally likely, so that a prediction that
is wrong costs width and never honesty (Särndal, Swensson and Wretman 1992, 12.2, for the sizes; the mixing
is that of defensive importance sampling). Where π would pass 1 the incident is certain to be drawn and the
rest of the sample is shared out anew.
"""

from __future__ import annotations

import numpy as np

from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError

USUAL_MIXING = 0.25
"""The mixing share of a prediction that earlier audits have borne out."""

DOUBTFUL_MIXING = 0.5
"""The mixing share of a prediction that is new or doubted."""


def mixed_chances(residual_sd: Floats, sample: int, *, mixing: float = USUAL_MIXING) -> Floats:
    """Give the chances of one stratum, float64, one value an incident, adding up to ``sample``.

    ``residual_sd`` is float64, 0 or more, in crimes; where it is 0 throughout all chances are equal. Raises
    InputError for a sample above the stratum, for a negative or missing size and for a mixing share outside
    0 to 1, or of 0 where some incident has no predicted residual and could then never be drawn.
    """
    _check(residual_sd, sample, mixing)
    total = float(residual_sd.sum())
    share = np.full(len(residual_sd), 1.0 / len(residual_sd)) if len(residual_sd) else residual_sd
    if total > 0.0:
        share = (1.0 - mixing) * residual_sd / total + mixing * share
    return capped(share, sample)


def capped(share: Floats, sample: int) -> Floats:
    """Give chances in proportion to ``share`` that add up to ``sample``, none of them above 1."""
    chances: Floats = sample * share / max(float(share.sum()), 1e-300)
    certain = chances >= 1.0
    while True:
        left = sample - int(certain.sum())
        rest = float(share[~certain].sum())
        if left <= 0 or rest <= 0.0:
            chances = np.where(certain, 1.0, 0.0)
            return chances
        chances = np.where(certain, 1.0, share * (left / rest))
        over = (chances >= 1.0) & ~certain
        if not over.any():
            return chances
        certain |= over


def shared_out(spread: Floats, incidents: Codes, sample: int, *, minimum: int) -> Codes:
    """Give each stratum its part of the sample in proportion to its ``spread`` (Neyman 1934).

    ``spread`` is float64, the sum of the predicted standard deviations of each stratum; ``incidents`` its
    size. No stratum gets less than ``minimum`` or more than it has; the whole numbers add up to ``sample``
    wherever that can be. Raises InputError where the minimum alone is more than the sample.
    """
    least = np.minimum(minimum, incidents)
    if sample < int(least.sum()):
        raise InputError(
            f"{sample} audits are fewer than the {int(least.sum())} that the strata need at the least.",
            where="sample",
            remedy=f"Give {int(least.sum())} or more, or a smaller minimum.",
        )
    part = least.astype(np.float64)
    free = np.ones(len(spread), dtype=bool)
    for _ in range(2 * len(spread)):
        left = sample - float(part[~free].sum())
        weight = np.where(free, spread, 0.0)
        if weight.sum() <= 0.0:
            weight = np.where(free, incidents.astype(np.float64), 0.0)
        if weight.sum() <= 0.0:
            break
        part = np.where(free, left * weight / weight.sum(), part)
        low, high = free & (part < least), free & (part > incidents)
        if not (low.any() or high.any()):
            break
        fix = low if low.any() else high
        part = np.where(fix, np.where(low, least, incidents), part)
        free &= ~fix
    return _whole(part, least, incidents, min(sample, int(incidents.sum())))


def _whole(part: Floats, least: Codes, incidents: Codes, sample: int) -> Codes:
    whole: Codes = np.clip(np.floor(part + 1e-9).astype(np.intp), least, incidents)
    order = np.argsort(-(part - whole), kind="stable")
    while whole.sum() < sample:
        for place in order:
            if whole.sum() < sample and whole[place] < incidents[place]:
                whole[place] += 1
    return whole


def _check(residual_sd: Floats, sample: int, mixing: float) -> None:
    if not 0.0 <= mixing <= 1.0:
        raise InputError(
            f"A mixing share of {mixing} is not from 0 to 1.",
            where="mixing",
            remedy=f"Give {USUAL_MIXING}, or {DOUBTFUL_MIXING} for a prediction that is new or doubted.",
        )
    if not np.all(np.isfinite(residual_sd)) or np.any(residual_sd < 0.0):
        row = int(np.flatnonzero(~np.isfinite(residual_sd) | (residual_sd < 0.0))[0])
        raise InputError(
            f"A predicted residual of {residual_sd[row]} is not 0 or more.",
            where=f"predicted_sd, place {row + 1} of the stratum",
            remedy="Give the standard deviation that the prediction expects, in crimes.",
        )
    if not 0 <= sample <= len(residual_sd):
        raise InputError(
            f"{sample} incidents cannot be drawn from {len(residual_sd)}.",
            where="sample",
            remedy="Draw fewer, or take the stratum whole.",
        )
    if mixing == 0.0 and 0 < sample < len(residual_sd) and np.any(residual_sd == 0.0) and residual_sd.any():
        raise InputError(
            "With a mixing share of 0 an incident without predicted residual could never be drawn.",
            where="mixing",
            remedy=f"Give a share above 0, such as {USUAL_MIXING}.",
        )
