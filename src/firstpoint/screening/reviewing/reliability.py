"""Whether scores can be believed as chances: reliability table, calibration error, Brier score, slope.

Every figure weighs a log by 1/π, so that it speaks of all logs and not of those that were chosen; logs that
were not sampled (a bank whose truth is known throughout) have a weight of 1.

The calibration error (ECE) of a small sample is never 0, however good the score: in each band chance alone
sets what happened apart from what was said. So it is shown beside what a perfectly calibrated score of the
same logs and weights would show, found by letting each log hide a crime with just the chance that its score
says, many times over.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.errors import InputError
from firstpoint.screening.reviewing.logistic import fit_logistic, log_odds, worth_in_logs
from firstpoint.screening.reviewing.probabilities import Codes, Floats

BANDS = 10
TRIALS = 1000


@frozen
class Reliability:
    """How far scores are chances.

    ``ece`` is the mean distance between said and seen over the bands; ``ece_by_chance`` what a perfectly
    calibrated score would show on average and ``ece_by_chance_95`` in 95 of 100 cases; ``ece_above_chance``
    the difference to the average. ``slope`` is that of the seen on the log-odds of the said: 1 is right,
    below 1 the scores are too sure. ``seen_to_said`` is the number that hide a crime over the sum of scores.
    Limits are 95 %.
    """

    logs: int
    hiding: int
    brier: float
    ece: float
    ece_by_chance: float
    ece_by_chance_95: float
    ece_above_chance: float
    slope: float
    slope_low: float
    slope_high: float
    seen_to_said: float
    seen_to_said_low: float
    seen_to_said_high: float

    def as_dict(self) -> dict[str, float]:
        """The figures as plain values for JSON."""
        return asdict(self)


def reliability_of(
    score: Floats, hides: Floats, weight: Floats | None = None, *, seed: int, bands: int = BANDS
) -> Reliability:
    """The figures for scores between 0 and 1 (float64) against ``hides`` (0 or 1).

    ``weight`` is 1/π, all 1 unless given; ``seed`` is that of the trials behind the chance figures. Raises
    InputError for scores outside 0 to 1 and where no log, or every log, hides a crime.
    """
    weight = np.ones(len(score)) if weight is None else weight
    _check(score, hides, weight)
    band = _bands(score, bands)
    ece = _ece(score, hides, weight, band)
    by_chance = _ece_by_chance(score, weight, band, seed)
    slope, slope_reach = _slope(score, hides, weight)
    ratio, ratio_reach = _seen_to_said(score, hides, weight)
    return Reliability(
        logs=len(score),
        hiding=int(hides.sum()),
        brier=float(np.average((score - hides) ** 2, weights=weight)),
        ece=ece,
        ece_by_chance=float(by_chance.mean()),
        ece_by_chance_95=float(np.quantile(by_chance, 0.95)),
        ece_above_chance=ece - float(by_chance.mean()),
        slope=slope,
        slope_low=slope - slope_reach,
        slope_high=slope + slope_reach,
        seen_to_said=ratio,
        seen_to_said_low=max(ratio - ratio_reach, 0.0),
        seen_to_said_high=ratio + ratio_reach,
    )


def reliability_table(
    score: Floats, hides: Floats, weight: Floats | None = None, *, bands: int = BANDS
) -> pl.DataFrame:
    """Said beside seen, a row a band of about equally many reviewed logs.

    Columns: ``from_score``, ``to_score``, ``logs`` i64, ``share_of_all`` (by weight), ``said`` (mean score),
    ``seen`` (share that hides a crime), ``low``, ``high`` (95 %, exact binomial at the logs that the weights
    are worth).
    """
    weight = np.ones(len(score)) if weight is None else weight
    _check(score, hides, weight)
    band = _bands(score, bands)
    rows = []
    for each in np.unique(band):
        of = band == each
        seen = float(np.average(hides[of], weights=weight[of]))
        low, high = _limits(seen, worth_in_logs(weight[of]))
        rows.append(
            {
                "from_score": float(score[of].min()),
                "to_score": float(score[of].max()),
                "logs": int(of.sum()),
                "share_of_all": float(weight[of].sum() / weight.sum()),
                "said": float(np.average(score[of], weights=weight[of])),
                "seen": seen,
                "low": low,
                "high": high,
            }
        )
    return pl.DataFrame(rows)


def _bands(score: Floats, bands: int) -> Codes:
    """The band of each log: cut at the quantiles of the scores, so that equal scores stay together."""
    edges = np.unique(np.quantile(score, np.linspace(0.0, 1.0, bands + 1)[1:-1]))
    return np.searchsorted(edges, score, side="right").astype(np.intp)


def _ece(score: Floats, hides: Floats, weight: Floats, band: Codes) -> float:
    apart = np.bincount(band, weights=weight * (hides - score))
    return float(np.abs(apart).sum() / weight.sum())


def _ece_by_chance(score: Floats, weight: Floats, band: Codes, seed: int) -> Floats:
    chance = np.random.default_rng(seed)
    return np.array(
        [
            _ece(score, (chance.random(len(score)) < score).astype(np.float64), weight, band)
            for _ in range(TRIALS)
        ]
    )


def _slope(score: Floats, hides: Floats, weight: Floats) -> tuple[float, float]:
    from scipy.special import stdtrit

    share = weight * worth_in_logs(weight) / weight.sum()
    fit = fit_logistic(log_odds(score)[:, None], hides, share)
    reach = float(stdtrit(max(len(score) - 2, 1), 0.975)) * float(fit.covariance[1, 1]) ** 0.5
    return float(fit.values[1]), reach


def _seen_to_said(score: Floats, hides: Floats, weight: Floats) -> tuple[float, float]:
    from scipy.special import stdtrit

    said = float((weight * score).sum())
    ratio = float((weight * hides).sum()) / said
    apart = weight * (hides - ratio * score) / said
    count = len(score)
    variance = count / max(count - 1, 1) * float(((apart - apart.mean()) ** 2).sum())
    return ratio, float(stdtrit(max(count - 1, 1), 0.975)) * variance**0.5


def _limits(share: float, count: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    hit, miss = count * share, count * (1.0 - share)
    low = float(betaincinv(hit, miss + 1.0, 0.025)) if hit > 0.0 else 0.0
    high = float(betaincinv(hit + 1.0, miss, 0.975)) if miss > 0.0 else 1.0
    return low, high


def _check(score: Floats, hides: Floats, weight: Floats) -> None:
    if not (np.isfinite(score).all() and (score >= 0.0).all() and (score <= 1.0).all()):
        raise InputError(
            "A score lies outside 0 to 1, so it is no chance.",
            where="score",
            remedy="Calibrate it first, or name another column.",
        )
    if not (weight > 0.0).all() or len({len(score), len(hides), len(weight)}) != 1:
        raise InputError(
            "Scores, marks and weights do not belong together.",
            where="weight",
            remedy="Give one of each a log, weights above 0.",
        )
    if hides.sum() in (0, len(hides)):
        raise InputError(
            "No log hides a crime, or every log does, so nothing can be said of calibration.",
            where="marks",
            remedy="Give more marks.",
        )
