"""How many crimes are missed in all logs, told from those that were reviewed.

The total is Horvitz and Thompson's: every missed crime found counts 1/π times. Its variance is that of a
draw with fixed size and unequal chances, day by day and lot by lot (Brewer, *Combined Survey Sampling
Inference*, 2002): Σc(z − B)² with z = m/π, c = (1 − π)n/(n − 1) and B = Σcz/Σc. Logs that were certain of
being chosen add nothing to it.

Few missed crimes turn up in the uniform part, and each of them counts for hundreds, so a normal interval
holds far too seldom: the draws that happened to find none look both too low and too sure. The interval here
is the gamma interval of Fay and Feuer (*Statistics in Medicine*, 1997) for weighted sums of rare events, in
the mid-P form of Fay and Kim (*Biometrical Journal*, 2017). Its upper limit allows for one more find, so it
also holds where nothing was found. What that find would weigh: a log that was read stands for w = 1/π logs,
any of which could be the one that hides something, so the weight to reckon with is Σw²/Σw over the draw. (Fay
and Feuer take the largest weight of all, which errs on the wide side.)
"""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing.probabilities import Floats


@frozen
class MissedEstimate:
    """An estimate with its interval; ``crimes_found`` in ``logs_hiding`` of ``reviews`` were seen.

    ``from_certain`` counts those found in logs that were certain of being chosen. ``heaviest`` is the largest
    number of crimes that one find stands for; ``share_from_heaviest`` its share of the estimate.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    confidence: float
    method: str
    reviews: int
    logs_hiding: int
    crimes_found: int
    from_certain: int
    heaviest: float
    share_from_heaviest: float

    def as_dict(self) -> dict[str, object]:
        """The estimate as plain values for JSON."""
        return asdict(self)


_HT = (
    "Missed crimes found in the reviewed logs, each counted 1/π times (Horvitz and Thompson); variance of "
    "an unequal-probability draw of fixed size, by day and lot; mid-P gamma interval that allows for one "
    "more find. Counts logs that were in the frame; takes every mark as right."
)


def estimate_missed(logs: pl.DataFrame, *, confidence: float = 0.95) -> MissedEstimate:
    """The missed crimes in all logs of the frames that ``logs`` were chosen from.

    ``logs`` is what :func:`~firstpoint.screening.reviewing.reviewed.join_marks` gives; days are independent
    draws and are added up. Raises InputError for a confidence that is no share and Refused where nothing was
    drawn by chance, since what lies below the top is then beyond any estimate.
    """
    if not 0.5 <= confidence < 1.0:
        raise InputError(f"{confidence} is no level.", where="confidence", remedy="Give 0.95 for 95 %.")
    certain = logs.filter(pl.col("inclusion_probability") >= 1.0)
    drawn = logs.filter(pl.col("inclusion_probability") < 1.0)
    _refuse_without_draw(logs)
    seen = float(certain["missed"].sum())
    if drawn.is_empty():
        return _all_certain(logs, seen, confidence)
    weighted = (drawn["missed"] * drawn["weight"]).to_numpy()
    total = float(weighted.sum())
    variance = float(design_variance(drawn, weighted))
    one_more = _one_more(drawn)
    low, high = gamma_limits(total, variance, one_more, confidence=confidence)
    found = float(logs["missed"].sum())
    heaviest = float(weighted.max(initial=0.0))
    return MissedEstimate(
        estimate=seen + total,
        low=max(seen + low, found),
        high=max(seen + high, found),
        standard_error=variance**0.5,
        confidence=confidence,
        method=_HT,
        reviews=logs.height,
        logs_hiding=int(logs["hides"].sum()),
        crimes_found=int(found),
        from_certain=int(seen),
        heaviest=heaviest,
        share_from_heaviest=heaviest / (seen + total) if seen + total > 0.0 else 0.0,
    )


def share_hiding(logs: pl.DataFrame, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """The share of all logs that hide a missed crime (Hájek: Σw·hides/Σw), with its limits.

    Hájek's form needs no frame size and is steadier than a total divided by one. Limits are Student's on the
    log-odds with the linearised variance; where no review found anything they run from 0 to the exact
    binomial limit of as many reviews as the weights are worth (Kish).
    """
    from scipy.special import stdtrit

    weight = logs["weight"].to_numpy()
    hides = logs["hides"].cast(pl.Float64).to_numpy()
    share = float((weight * hides).sum() / weight.sum())
    if share in (0.0, 1.0):
        worth = weight.sum() ** 2 / (weight**2).sum()
        reach = float(1.0 - ((1.0 - confidence) / 2.0) ** (1.0 / worth))
        return (share, 0.0, reach) if share == 0.0 else (share, 1.0 - reach, 1.0)
    linearised = weight * (hides - share) / weight.sum()
    variance = float(design_variance(logs, linearised))
    reach = float(stdtrit(max(logs.height - 1, 1), 0.5 + confidence / 2.0)) * variance**0.5
    odds, reach = np.log(share / (1.0 - share)), reach / (share * (1.0 - share))
    return share, float(1.0 / (1.0 + np.exp(reach - odds))), float(1.0 / (1.0 + np.exp(-odds - reach)))


def design_variance(drawn: pl.DataFrame, weighted: Floats) -> float:
    """The variance of Σ ``weighted`` (float64, a value a row of ``drawn``) under the draw; see the module.

    A lot from which one log alone was drawn adds its uncentred square, which errs on the wide side.
    """
    parts = (
        drawn.select("day", "lot", left=1.0 - pl.col("inclusion_probability"))
        .with_columns(z=pl.Series(weighted))
        .with_columns(n=(pl.col("left") > 0).sum().over("day", "lot").cast(pl.Int64))
        .with_columns(
            middle=pl.when((pl.col("n") > 1) & (pl.col("left").sum().over("day", "lot") > 0))
            .then(
                (pl.col("left") * pl.col("z")).sum().over("day", "lot")
                / pl.col("left").sum().over("day", "lot")
            )
            .otherwise(0.0),
            inflation=pl.col("n") / pl.max_horizontal(pl.col("n") - 1, pl.lit(1)),
        )
        .select((pl.col("left") * pl.col("inflation") * (pl.col("z") - pl.col("middle")) ** 2).sum())
    )
    return float(parts.item())


def gamma_limits(total: float, variance: float, one_more: float, *, confidence: float) -> tuple[float, float]:
    """Mid-P gamma limits of a weighted sum of rare events.

    ``total`` is the sum, ``variance`` its variance and ``one_more`` the most that one further find would add.
    The limits are where the mean of two gamma distribution functions, with and without that find, leaves half
    of 1 − ``confidence`` on either side.
    """
    from scipy.optimize import brentq
    from scipy.special import gammainc

    if total > 0.0 and variance <= 1e-12 * total * total:
        return total, total
    more, more_variance = total + one_more, variance + one_more**2

    def below(value: float) -> float:
        with_it = gammainc(more * more / more_variance, value * more / more_variance)
        without = gammainc(total * total / variance, value * total / variance) if total > 0.0 else 1.0
        return float(0.5 * (with_it + without))

    tail = (1.0 - confidence) / 2.0
    far = more + 10.0 * more_variance**0.5
    while below(far) < 1.0 - tail:
        far *= 2.0
    high = brentq(lambda value: below(value) - (1.0 - tail), 0.0, far)
    low = brentq(lambda value: below(value) - tail, 0.0, far) if total > 0.0 else 0.0
    return float(low), float(high)


def _one_more(drawn: pl.DataFrame) -> float:
    """What one further find would add: the weight to reckon with times the crimes of a log that hides any."""
    hiding = drawn.filter("hides")["missed"].to_numpy()
    weight = drawn["weight"].to_numpy()
    return float((weight**2).sum() / weight.sum()) * (float(hiding.mean()) if len(hiding) else 1.0)


def _refuse_without_draw(logs: pl.DataFrame) -> None:
    """Refuse a day of which only the head of the list was read: nothing is known of the rest of its logs."""
    alone = logs.group_by("day").agg(top=(pl.col("lot") == "top").all()).filter("top")["day"].sort()
    if alone.len():
        raise Refused(
            "Every reviewed log came from the top of the list, so nothing is known of the rest.",
            where=f"day {alone[0]}",
            remedy="Leave that day out, and choose with a proportional and a uniform share.",
        )


def _all_certain(logs: pl.DataFrame, seen: float, confidence: float) -> MissedEstimate:
    """Every log of the frame was reviewed, so what was seen is the answer."""
    return MissedEstimate(
        estimate=seen,
        low=seen,
        high=seen,
        standard_error=0.0,
        confidence=confidence,
        method="Every log of the frame was reviewed, so there is no sampling error.",
        reviews=logs.height,
        logs_hiding=int(logs["hides"].sum()),
        crimes_found=int(seen),
        from_certain=int(seen),
        heaviest=0.0,
        share_from_heaviest=0.0,
    )
