"""How much may lie below the cut: a uniform sample of the logs that nobody would have read, and its bound.

The cut is where reviewers stop reading the list. A simple random sample of the logs below it, all read,
bounds what slipped through: with N logs below, n of them read and x found hiding a crime, the upper limit is
the largest number M of such logs for which finding x or fewer still has a chance above 1 − confidence under
the hypergeometric law. That is exact: no approximation, and valid for any N, n and x.

What a stop rests on, said with every answer (:data:`ASSUMPTIONS`).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.records.lots import lots
from firstpoint.screening.reviewing.choosing import frame_hash

ASSUMPTIONS = (
    "the cut was fixed before the logs below it were drawn, and nobody chose the seed to suit",
    "every drawn log was read, by somebody who overlooks nothing; what readers overlook is not in the bound",
    "every log above the cut was read",
    "the bound is looked at as often as was said beforehand, each look at its share of the error",
    "it speaks of these logs alone: another month, or another reader of logs, needs its own sample",
)


@frozen
class Elusion:
    """What the sample below the cut says.

    ``logs_at_most`` is the upper limit of the logs below the cut that hide a missed crime, and
    ``share_at_most`` the same as a share of all logs below it. ``found_above`` logs were found by reading
    above the cut; ``recall_at_least`` is the share of all logs hiding a crime that they are at the worst.
    """

    below: int
    read: int
    found: int
    found_above: int
    logs_at_most: int
    share_at_most: float
    recall_at_least: float
    confidence: float
    looks: int
    may_stop: bool
    target_recall: float
    assumptions: tuple[str, ...] = ASSUMPTIONS

    def as_dict(self) -> dict[str, object]:
        """The answer as plain values for JSON."""
        return asdict(self)


def elusion_of(
    *,
    below: int,
    read: int,
    found: int,
    found_above: int,
    target_recall: float = 0.9,
    confidence: float = 0.95,
    looks: int = 1,
) -> Elusion:
    """The bound, and whether reading may stop at a wanted recall.

    ``below`` logs lie under the cut, ``read`` of them were drawn and read, and ``found`` of those hide a
    missed crime; ``found_above`` were found above the cut. ``looks`` is how often the bound will be looked at
    in all: each look is held to its share of the error (Bonferroni). Raises InputError for counts that cannot
    be.
    """
    _check(below, read, found, found_above, target_recall, confidence, looks)
    each = 1.0 - (1.0 - confidence) / looks
    most = at_most(below, read, found, confidence=each)
    hiding = found_above + most
    recall = found_above / hiding if hiding else 1.0
    return Elusion(
        below=below,
        read=read,
        found=found,
        found_above=found_above,
        logs_at_most=most,
        share_at_most=most / below if below else 0.0,
        recall_at_least=recall,
        confidence=confidence,
        looks=looks,
        may_stop=recall >= target_recall,
        target_recall=target_recall,
    )


def at_most(below: int, read: int, found: int, *, confidence: float) -> int:
    """The exact upper limit of the logs that hide a crime among ``below``; see the module."""
    from scipy.stats import hypergeom

    low, high = found, below - (read - found)
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(found, below, middle, read) > 1.0 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def to_read(below: int, logs_at_most: int, *, confidence: float = 0.95) -> int:
    """The smallest sample that, if it finds nothing, bounds the logs below the cut by ``logs_at_most``."""
    low, high = 0, below
    while low < high:
        middle = (low + high) // 2
        if at_most(below, middle, 0, confidence=confidence) <= logs_at_most:
            high = middle
        else:
            low = middle + 1
    return low


def draw_below(frame: pl.DataFrame, *, cut: int, size: int, seed: int, day: date) -> pl.DataFrame:
    """A simple random sample of the logs whose ``place`` is beyond ``cut``.

    ``frame`` is that of a choice. Gives ``day``, ``incident_id``, ``place``, ``inclusion_probability`` (n/N),
    the logs with the lowest SHA-256 of ``below|seed|day|cut|frame hash|incident_id``. Raises Refused where
    fewer logs lie below.
    """
    under = frame.filter(pl.col("place") > cut).sort("incident_id")
    if size > under.height:
        raise Refused(
            f"{size} logs cannot be drawn from the {under.height} below place {cut}.",
            where="elusion sample",
            remedy="Draw fewer, or read them all.",
        )
    if "grave" not in frame.columns:
        frame = frame.with_columns(grave=pl.lit(None, dtype=pl.String))
    numbers = lots(under["incident_id"], "below", seed, day, cut, frame_hash(frame))
    chosen = under.with_columns(number=numbers).sort("number").head(size)
    return chosen.select(
        pl.lit(day).alias("day"),
        "incident_id",
        "place",
        pl.lit(size / max(under.height, 1)).alias("inclusion_probability"),
    )


def _check(
    below: int, read: int, found: int, found_above: int, target: float, confidence: float, looks: int
) -> None:
    wrong = [
        words
        for right, words in (
            (0 <= found <= read <= below, f"{found} found in {read} read of {below} logs below the cut"),
            (found_above >= 0, f"{found_above} found above the cut"),
            (looks >= 1, f"{looks} looks"),
            (bool(np.isfinite(target)) and 0.0 < target <= 1.0, f"a recall of {target}"),
            (0.5 <= confidence < 1.0, f"a confidence of {confidence}"),
        )
        if not right
    ]
    if wrong:
        raise InputError(
            f"That cannot be: {'; '.join(wrong)}.",
            where="elusion sample",
            remedy="Give counts of logs, shares as 0.9, and confidence as 0.95.",
        )
