"""From weights to links: how probable each pair is beside its rivals, and in which band it falls.

A weight says what the evidence is worth. Whether a pair belongs together also depends on how many records
have a partner at all, and on rivals: a crime has one incident, so that two incidents equally like it share
one chance. For a crime with candidates of weight w, among n incidents, and a share s of crimes that have
one::

    b = 2**w / n        probability = s * b / (1 - s + s * sum of b)

The share is found from the data: each round takes the mean of the summed probabilities for the next
(expectation maximisation of one number), from the model's ``share_linked``. Where that is 1, every record is
known to have a partner, and the share stays.
"""

from __future__ import annotations

import polars as pl
from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.records.linking.model import Constraint

LINKED = "linked"
REVIEW = "review"
_ROUNDS = 25
_MOST_BITS = 60.0
_SHARE_LEAST, _SHARE_MOST = 0.001, 0.999


@frozen
class Bands:
    """From which probability a pair counts as linked, and from which it is for a person to review."""

    linked_from: float = 0.95
    review_from: float = 0.2

    def __attrs_post_init__(self) -> None:
        if not 0 < self.review_from <= self.linked_from <= 1:
            raise InputError(
                f"linked from {self.linked_from} and review from {self.review_from} make no bands.",
                where="thresholds",
                remedy="Give probabilities above 0 and at most 1, that of review not above that of linked.",
            )


def banded(
    pairs: pl.DataFrame, *, lefts: int, rights: int, constraint: Constraint, share: float, bands: Bands
) -> pl.DataFrame:
    """Give the pairs that are linked or for review, with ``probability`` and ``band``.

    ``pairs`` has ``left, right, weight`` (bits); ``lefts`` and ``rights`` count the records that could have a
    partner. Under ``many-to-one`` a right record is linked to at most one left, under ``one-to-one`` each to
    at most one of the other; what remains for review may name several. In order of weight, then keys.
    """
    # Sums of fractions depend on their order; one order makes them the same whatever order the rows came in.
    ordered = pairs.sort(["weight", "left", "right"], descending=[True, False, False])
    weighed = ordered.with_columns(_evidence=pl.col("weight").clip(upper_bound=_MOST_BITS))
    if constraint == "none":
        found = _of_any(weighed, lefts, share)
    elif constraint == "many-to-one":
        found = _one_left_each(_beside_rivals(weighed, lefts, rights, share), bands)
    else:
        found = _one_each(weighed, lefts, rights, share, bands)
    band = pl.when(pl.col("probability") >= bands.linked_from).then(pl.lit(LINKED)).otherwise(pl.lit(REVIEW))
    kept = found.filter(pl.col("probability") >= bands.review_from)
    if "band" not in kept.columns:
        kept = kept.with_columns(band=band)
    return kept.drop("_evidence").sort(["weight", "left", "right"], descending=[True, False, False])


def _of_any(pairs: pl.DataFrame, records: int, most: float) -> pl.DataFrame:
    """Each pair by itself; the share of pairs that belong together is found as they are weighed.

    It is at most one pair for each of the ``most`` (a share) of the records.
    """
    factor = 2.0 ** pairs["_evidence"].to_numpy()
    possible = max(records * (records - 1) / 2, 1.0)
    limit = min(0.5, most * records / possible)
    share, found = limit, factor
    for _ in range(_ROUNDS):
        found = share * factor / (1 - share + share * factor)
        share = min(limit, max(float(found.sum()) / possible, 1e-12))
    return pairs.with_columns(probability=pl.Series(found, dtype=pl.Float64))


def _beside_rivals(
    pairs: pl.DataFrame, lefts: int, rights: int, share: float, *, both_sides: bool = False
) -> pl.DataFrame:
    own = pairs.with_columns(_b=2.0 ** pl.col("_evidence") / max(lefts, 1))
    rivals = pl.col("_b").sum().over("right")
    if both_sides:
        rivals = rivals + pl.col("_b").sum().over("left") - pl.col("_b")
    own = own.with_columns(_all=rivals)
    chance = pl.lit(0.0)
    for _ in range(_ROUNDS):
        chance = share * pl.col("_b") / (1 - share + share * pl.col("_all"))
        if share < 1:
            expected = float(own.select(chance.sum()).item() or 0.0)
            share = min(max(expected / max(rights, 1), _SHARE_LEAST), _SHARE_MOST)
    return own.with_columns(probability=chance).drop("_b", "_all")


def _one_left_each(found: pl.DataFrame, bands: Bands) -> pl.DataFrame:
    best = found.sort(["probability", "weight", "left"], descending=[True, True, False])
    place = best.with_columns(_place=pl.int_range(pl.len()).over("right"))
    sure = pl.col("probability").max().over("right") >= bands.linked_from
    return place.filter(~sure | (pl.col("_place") == 0)).drop("_place")


def _one_each(pairs: pl.DataFrame, lefts: int, rights: int, share: float, bands: Bands) -> pl.DataFrame:
    """Sure pairs first; what they leave is weighed anew without them, until nothing more is sure."""
    rest, sure = pairs, []
    while True:
        weighed = _beside_rivals(rest, lefts, rights, share, both_sides=True)
        best = _mutually_best(weighed).filter(pl.col("probability") >= bands.linked_from)
        if best.is_empty():
            break
        sure.append(best.with_columns(band=pl.lit(LINKED)))
        rest = rest.join(best.select("left"), on="left", how="anti").join(
            best.select("right"), on="right", how="anti"
        )
        lefts, rights = lefts - best.height, rights - best.height
    return pl.concat([*sure, weighed.with_columns(band=pl.lit(REVIEW))])


def _mutually_best(weighed: pl.DataFrame) -> pl.DataFrame:
    order = weighed.sort(["weight", "left", "right"], descending=[True, False, False]).with_row_index(
        "_order"
    )
    first = (pl.col("_order") == pl.col("_order").min().over("left")) & (
        pl.col("_order") == pl.col("_order").min().over("right")
    )
    return order.filter(first).drop("_order")
