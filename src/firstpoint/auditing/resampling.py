"""Variances by leaving incidents out and by drawing them again.

The incident is what is left out or drawn, whole, with every crime it holds. Incidents of one stratum that
agree in recorded, due and chance of selection are alike to these formulas, so a replicate needs only how
often each *pattern* was drawn (multinomial), which is the same in distribution as drawing the incidents one
by one; a hundred thousand incidents have a few dozen patterns. Where nearly every incident is a pattern of
its own they are drawn one by one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from firstpoint.auditing.ratio import Codes, Floats, RatioFit
from firstpoint.errors import Refused

LEAST_SHARE_USABLE = 0.95
"""Below this share of replicates that hold a crime there is no bootstrap interval (the project's choice)."""

_FEW_PATTERNS = 0.25


def jackknife_parts(recorded: Floats, due: Floats, strata: Codes, inclusion: Floats) -> Floats:
    """Give what each incident adds to the jackknife variance of the combined ratio, float64.

    (1 − f)·(n − 1)/n·(R without it − R)², centred at R itself (Wolter, *Introduction to Variance
    Estimation*, 2007, 4.5; JKn in R's ``survey``). Arguments as in :func:`fit_ratio`. Raises Refused where
    one incident alone holds the crimes, since nothing is left without it.
    """
    size = np.bincount(strata).astype(np.float64)[strata]
    totals = [np.sum(one / inclusion) for one in (recorded, due)]
    left = [_left_without(one / inclusion, strata, size) for one in (recorded, due)]
    if np.any(left[1] <= 0.0):
        raise Refused(
            "One audited incident holds all the crimes, so nothing is left when it is left out.",
            where="jackknife",
            remedy="Use the linearised variance, or audit more incidents.",
        )
    changes = left[0] / left[1] - totals[0] / totals[1]
    parts: Floats = (1.0 - inclusion) * (size - 1.0) / size * changes**2
    return parts


def _left_without(weighted: Floats, strata: Codes, size: Floats) -> Floats:
    """Give, for each incident, the total when it is left out and the rest of its stratum weigh more."""
    of_stratum = np.bincount(strata, weights=weighted)[strata]
    rest = size / np.maximum(size - 1.0, 1.0) * (of_stratum - weighted)
    left: Floats = np.where(size > 1.0, weighted.sum() - of_stratum + rest, weighted.sum())
    return left


def bootstrap_ratios(
    recorded: Floats,
    due: Floats,
    strata: Codes,
    inclusion: Floats,
    *,
    replicates: int = 2_000,
    seed: int = 1,
) -> Floats:
    """Give the ratio in each bootstrap replicate, float64; its variance is that of the ratio.

    n − 1 incidents are drawn again with replacement in each stratum and weigh 1 − λ + λ·n/(n − 1) for each
    time drawn, λ² = 1 − f, so that the variance of a total is the linearised one with finite population
    correction (Rao and Wu, *Journal of the American Statistical Association*, 1988). Replicates without a
    crime are left out; raises Refused where they are more than one in twenty.
    """
    scale = np.sqrt(1.0 - inclusion) / inclusion
    size = np.bincount(strata).astype(np.int64)
    spread = size / np.maximum(size - 1, 1)
    totals = []
    columns = np.column_stack([scale * recorded, scale * due])
    again = _drawn_again(columns, strata, np.where(size > 1, size - 1, size), replicates, seed)
    for at, one in enumerate((recorded, due)):
        fixed = np.sum(one / inclusion) - columns[:, at].sum()
        totals.append(fixed + again[:, :, at] @ spread)
    return _usable(totals[0], totals[1])


def bootstrap_t_limits(
    fit: RatioFit,
    recorded: Floats,
    due: Floats,
    strata: Codes,
    inclusion: Floats,
    *,
    confidence: float,
    replicates: int = 2_000,
    seed: int = 1,
) -> tuple[float, float]:
    """Give limits from Student's ratio in replicates of n incidents drawn again from n, cut at 0 and 1.

    Efron, *The Jackknife, the Bootstrap and Other Resampling Plans*, 1982, 10.10.
    """
    y, d = recorded / inclusion, due / inclusion
    columns = np.column_stack([y, d, y * y, d * d, y * d])
    size = np.bincount(strata).astype(np.int64)
    sums = _drawn_again(columns, strata, size, replicates, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sums[:, :, 0].sum(axis=1) / sums[:, :, 1].sum(axis=1)
        mean = sums[:, :, 0] - ratio[:, None] * sums[:, :, 1]
        squares = sums[:, :, 2] - 2.0 * ratio[:, None] * sums[:, :, 4] + ratio[:, None] ** 2 * sums[:, :, 3]
        parts = size / np.maximum(size - 1, 1) * (squares - mean**2 / size)
        error = np.sqrt(np.maximum(parts.sum(axis=1), 0.0)) / sums[:, :, 1].sum(axis=1)
        student = (ratio - fit.ratio) / error
    # Replicates in which all agree are infinite: dropped, they would draw the limits in.
    student = student[~np.isnan(student)]
    if len(student) < LEAST_SHARE_USABLE * replicates:
        raise _too_thin(len(student), replicates)
    tail = (1.0 - confidence) / 2.0
    with np.errstate(invalid="ignore"):
        below, above = np.quantile(student, [tail, 1.0 - tail])
    # Between two infinite values the quantile is NaN.
    below, above = (end if np.isnan(one) else one for one, end in ((below, -np.inf), (above, np.inf)))
    root = float(np.sqrt(fit.variance))
    low, high = fit.ratio - float(above) * root, fit.ratio - float(below) * root
    return min(max(low, 0.0), fit.ratio), max(min(high, 1.0), fit.ratio)


def _drawn_again(columns: Floats, strata: Codes, draws: Codes, replicates: int, seed: int) -> Floats:
    """Give, for each replicate and stratum, the sums of ``columns`` over incidents drawn again.

    Shape (replicates, strata, columns); ``draws`` says how many are drawn in each stratum.
    """
    chance = np.random.default_rng(seed)
    sums = np.empty((replicates, len(draws), columns.shape[1]))
    for code in range(len(draws)):
        sums[:, code, :] = _stratum_drawn_again(columns[strata == code], int(draws[code]), replicates, chance)
    return sums


def _stratum_drawn_again(columns: Floats, draws: int, replicates: int, chance: np.random.Generator) -> Floats:
    patterns, times = _patterns(columns)
    if len(patterns) <= _FEW_PATTERNS * len(columns) or len(columns) < 50:
        drawn: Floats = chance.multinomial(draws, times / times.sum(), size=replicates) @ patterns
        return drawn
    return np.stack(list(_one_by_one(columns, draws, replicates, chance)))


def _one_by_one(
    columns: Floats, draws: int, replicates: int, chance: np.random.Generator
) -> Iterator[Floats]:
    for _ in range(replicates):
        chosen = chance.integers(0, len(columns), size=draws, dtype=np.int32)
        yield np.bincount(chosen, minlength=len(columns)) @ columns


def _patterns(columns: Floats) -> tuple[Floats, Floats]:
    """Give the distinct rows of ``columns`` and how often each is there."""
    names = [str(at) for at in range(columns.shape[1])]
    counted = pl.DataFrame(columns, schema=names).group_by(names).len().sort(names)
    return counted.select(names).to_numpy(), counted.get_column("len").to_numpy().astype(np.float64)


def _usable(recorded: Floats, due: Floats) -> Floats:
    usable = due > 0.0
    if usable.mean() < LEAST_SHARE_USABLE:
        raise _too_thin(int(usable.sum()), len(due))
    ratios: Floats = recorded[usable] / due[usable]
    return ratios


def _too_thin(usable: int, replicates: int) -> Refused:
    return Refused(
        f"Only {usable:,} of {replicates:,} replicates had a rate and an error, so too few audited "
        "incidents hold the crimes.",
        where="bootstrap",
        remedy="Use the beta interval with the linearised variance, or audit more incidents.",
    )
