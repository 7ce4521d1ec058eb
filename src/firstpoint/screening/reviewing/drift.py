"""Drift alarms: have the logs, the screen or the reviews changed since the scores were last checked?

Each alarm says how often it would be raised if nothing had changed (:attr:`Alarm.false_alarm_rate`), and is
built so that this is true of it:

* :func:`scores_drifted`, :func:`share_drifted` compare days with days. What happens on one day hangs
  together, so whole days are dealt out again at random between the two spans; the alarm is how seldom chance
  alone sets them so far apart (a permutation test: exact where days are interchangeable, so let both spans
  hold whole weeks).
* :func:`top_precision_fell` sets two shares of marks side by side (Fisher's exact test, one side).
* :func:`level_drifted` asks whether as many logs hide a crime as the chances say, by letting each log hide
  one with just the chance that was said.

With several alarms the chance of any false one is at most the sum of theirs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing.probabilities import Floats

FALSE_ALARMS = 0.01
LEAST_DAYS = 7
_DEALS = 1999
_BINS = 20


@frozen
class Alarm:
    """One alarm: the figure ``then`` and ``now``, how surprising the difference is, and whether it is raised.

    ``p_value`` is the chance of so large a difference where nothing has changed; the alarm is raised at or
    below ``false_alarm_rate``.
    """

    name: str
    then: float
    now: float
    p_value: float
    false_alarm_rate: float
    raised: bool
    words: str

    def as_dict(self) -> dict[str, object]:
        """The alarm as plain values for JSON."""
        return asdict(self)


def scores_drifted(
    then: pl.DataFrame, now: pl.DataFrame, *, score: str, seed: int, false_alarms: float = FALSE_ALARMS
) -> Alarm:
    """Whether the scores are spread otherwise than before.

    Both frames have ``day`` and the column ``score``, a row a log. The figure is the greatest distance
    between the two distribution functions at twenty quantiles of all scores together. Raises Refused for
    spans of fewer than :data:`LEAST_DAYS` days.
    """
    cuts = np.unique(np.quantile(pl.concat([then[score], now[score]]), np.linspace(0, 1, _BINS + 1)[1:-1]))
    days_then, days_now = (_histograms(one, score, cuts) for one in (then, now))

    def distance(first: Floats, second: Floats) -> Floats:
        return np.asarray(np.abs(_running_shares(first) - _running_shares(second)).max(axis=-1))

    apart, chance = _dealt(days_then, days_now, distance, seed)
    raised = chance <= false_alarms
    words = f"The scores' distribution is {apart:.3f} apart from before at its widest (p = {chance:.4f})."
    mean_then, mean_now = (_mean(one, score) for one in (then, now))
    return Alarm("spread of scores", mean_then, mean_now, chance, false_alarms, raised, words)


def share_drifted(
    then: pl.DataFrame,
    now: pl.DataFrame,
    *,
    column: str,
    name: str,
    seed: int,
    false_alarms: float = FALSE_ALARMS,
) -> Alarm:
    """Whether the mean of a column is other than before: the share of unknown words, of logs not read.

    Both frames have ``day`` and ``column`` (numbers or flags, nulls left out), a row a log. ``name`` is what
    the figure is called. Raises Refused for spans of fewer than :data:`LEAST_DAYS` days.
    """

    def distance(first: Floats, second: Floats) -> Floats:
        return np.asarray(np.abs(first[..., 0] / first[..., 1] - second[..., 0] / second[..., 1]))

    _, chance = _dealt(_sums(then, column), _sums(now, column), distance, seed)
    mean_then, mean_now = (_mean(one, column) for one in (then, now))
    words = f"{name[:1].upper()}{name[1:]} was {mean_then:.4f} and is {mean_now:.4f} (p = {chance:.4f})."
    return Alarm(name, mean_then, mean_now, chance, false_alarms, chance <= false_alarms, words)


def top_precision_fell(then: pl.DataFrame, now: pl.DataFrame, *, false_alarms: float = FALSE_ALARMS) -> Alarm:
    """Whether fewer of the logs at the top of the list hide a crime than before.

    Both are reviewed logs (:func:`~firstpoint.screening.reviewing.reviewed.join_marks`); those of the lot
    ``top`` count. Raises Refused where one of the spans has none.
    """
    from scipy.stats import hypergeom

    tops = [one.filter(pl.col("lot") == "top")["hides"] for one in (then, now)]
    if not (tops[0].len() and tops[1].len()):
        raise Refused(
            "There are no reviews from the top of the list.",
            where="lot",
            remedy="Give reviewed logs of both spans, chosen with a top share.",
        )
    hits = [int(one.sum()) for one in tops]
    both = tops[0].len() + tops[1].len()
    chance = float(hypergeom.cdf(hits[1], both, sum(hits), tops[1].len()))
    shares = [hit / one.len() for hit, one in zip(hits, tops, strict=True)]
    words = (
        f"At the top {hits[1]} of {tops[1].len()} reviews found something, before {hits[0]} of "
        f"{tops[0].len()} (p = {chance:.4f})."
    )
    raised = chance <= false_alarms
    return Alarm("precision of the top", shares[0], shares[1], chance, false_alarms, raised, words)


def level_drifted(
    chance: Floats, hides: Floats, weight: Floats, *, seed: int, false_alarms: float = FALSE_ALARMS
) -> Alarm:
    """Whether the logs that hide a crime are as many as the chances say (calibration in the large).

    ``chance`` (float64, 0 to 1) is what was said of each reviewed log before the review, ``hides`` 0 or 1,
    ``weight`` 1/π. Both sides count: too many and too few.
    """
    if len(chance) == 0 or not ((chance >= 0.0) & (chance <= 1.0)).all():
        raise InputError(
            "There are no chances from 0 to 1 to compare with.",
            where="chances",
            remedy="Give calibrated chances of the reviewed logs.",
        )
    said, seen = float((weight * chance).sum()), float((weight * hides).sum())
    dice = np.random.default_rng(seed)
    trials = np.array([float((weight * (dice.random(len(chance)) < chance)).sum()) for _ in range(_DEALS)])
    beyond = min(int((trials >= seen).sum()), int((trials <= seen).sum()))
    p_value = min(1.0, 2.0 * (beyond + 1.0) / (_DEALS + 1.0))
    total = float(weight.sum())
    words = f"The chances say {said:,.0f} logs hide a crime, the marks {seen:,.0f} (p = {p_value:.4f})."
    raised = p_value <= false_alarms
    return Alarm("calibration in the large", said / total, seen / total, p_value, false_alarms, raised, words)


def _dealt(
    then: Floats, now: Floats, distance: Callable[[Floats, Floats], Floats], seed: int
) -> tuple[float, float]:
    """The distance between two spans of days, and how often dealing the days anew gives one as large.

    ``then`` and ``now`` are float64, days by figures that can be added up over days.
    """
    for days in (then, now):
        if len(days) < LEAST_DAYS:
            raise Refused(
                f"A span of {len(days)} days says too little.",
                where="drift",
                remedy=f"Give {LEAST_DAYS} days or more on each side, whole weeks.",
            )
    days = np.concatenate([then, now])
    total = days.sum(axis=0)
    apart = float(distance(then.sum(axis=0), now.sum(axis=0)))
    dice = np.random.default_rng(seed)
    dealt = np.stack([days[dice.permutation(len(days))[: len(now)]].sum(axis=0) for _ in range(_DEALS)])
    distances = distance(total - dealt, dealt)
    as_far = int((distances >= apart - 1e-12).sum())
    return apart, (as_far + 1.0) / (_DEALS + 1.0)


def _histograms(logs: pl.DataFrame, score: str, cuts: Floats) -> Floats:
    """How many logs of each day (in order) fall between the cuts, float64, days by bins."""
    bins = np.searchsorted(cuts, logs[score].to_numpy(), side="left")
    days = logs["day"].rank("dense").to_numpy().astype(np.intp) - 1
    counts = np.zeros((int(days.max(initial=-1)) + 1, len(cuts) + 1))
    np.add.at(counts, (days, bins), 1.0)
    return counts


def _running_shares(counts: Floats) -> Floats:
    return np.asarray(np.cumsum(counts, axis=-1) / counts.sum(axis=-1, keepdims=True))


def _sums(logs: pl.DataFrame, column: str) -> Floats:
    """The sum of a column and the logs that have it, day by day in order, float64."""
    values = pl.col(column).cast(pl.Float64)
    days = logs.group_by("day").agg(values.sum().alias("sum"), values.count().alias("logs")).sort("day")
    return days.select("sum", pl.col("logs").cast(pl.Float64)).to_numpy()


def _mean(logs: pl.DataFrame, column: str) -> float:
    mean = logs[column].cast(pl.Float64).mean()
    return float(mean) if isinstance(mean, float) else float("nan")
