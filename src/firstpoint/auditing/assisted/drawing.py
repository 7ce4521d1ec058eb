"""The draw of an assisted audit: unequal chances from frozen predictions, repeatable by anybody.

Each incident's number U comes from the SHA-256 of ``seed|frame hash|predictions hash|incident_id``: its first
thirteen hexadecimal digits, plus a half, over 16^13. Frame and predictions stand in the text, so nobody can
look for a seed that suits and change either afterwards. :func:`draw_assisted` gives each incident a chance of
its own and draws by Pareto's rule; :func:`draw_tiers` is the version that is easy to explain: incidents are
sorted into a dozen tiers of the score, and within a tier all are equally likely.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.assisted.chances import USUAL_MIXING, mixed_chances, shared_out
from firstpoint.auditing.assisted.frozen import FrozenPredictions
from firstpoint.auditing.assisted.pareto import pareto_draw
from firstpoint.auditing.frame import frame_sha256, in_order
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError, Refused
from firstpoint.records.lots import lots

LEAST_ASSISTED = 20
"""What each stratum gets at the least (the project's choice): below it no stratum's own rate is of use."""

USUAL_TIERS = 12
_DIGITS = 13


@frozen(eq=False)
class AssistedSample:
    """A sample drawn with unequal chances, and all that is needed to draw it again.

    ``rows`` has ``stratum`` str, ``incident_id`` str, ``inclusion_probability`` f64, ``draw_order`` i64 and,
    drawn by tiers, ``tier`` i64 (1 holds the least expected residual). ``incidents`` and ``sizes`` give N and
    n by stratum, ``tuned_on`` the incidents of the earlier audit by which the slope was found.
    """

    rows: pl.DataFrame
    seed: int
    frame_sha256: str
    predictions_sha256: str
    slope: float
    mixing: float | None
    tiers: int | None
    incidents: Mapping[str, int]
    sizes: Mapping[str, int]
    method: str
    tuned_on: frozenset[str] = frozenset()

    def record(self) -> dict[str, Any]:
        """Give what repeats the draw, as plain values for JSON."""
        return {
            "seed": self.seed,
            "frame_sha256": self.frame_sha256,
            "predictions_sha256": self.predictions_sha256,
            "slope": self.slope,
            "tuned_on": sorted(self.tuned_on),
            "mixing": self.mixing,
            "tiers": self.tiers,
            "in_frame": dict(self.incidents),
            "sizes": dict(self.sizes),
            "method": self.method,
        }


def assisted_sizes(
    predictions: FrozenPredictions, sample: int, *, minimum: int = LEAST_ASSISTED
) -> dict[str, int]:
    """Give each stratum its part of ``sample`` in proportion to the summed ``predicted_sd`` (Neyman 1934).

    Raises InputError where the minimum alone is more than the sample.
    """
    sums = predictions.rows.group_by("stratum").agg(pl.col("predicted_sd").sum(), pl.len())
    by_stratum = {name: (spread, size) for name, spread, size in sums.iter_rows()}
    names = in_order(set(by_stratum))
    spread = np.asarray([by_stratum[name][0] for name in names], dtype=np.float64)
    size = np.asarray([by_stratum[name][1] for name in names], dtype=np.intp)
    return dict(zip(names, shared_out(spread, size, sample, minimum=minimum).tolist(), strict=True))


def draw_assisted(
    predictions: FrozenPredictions, sizes: Mapping[str, int], seed: int, *, mixing: float = USUAL_MIXING
) -> AssistedSample:
    """Give a sample of fixed size in each stratum, drawn with chances in proportion to ``predicted_sd``.

    ``mixing`` is the part drawn as if all were equally likely: 0.25 where earlier audits have borne the
    prediction out, 0.5 where it is new or doubted. Raises InputError for sizes that do not name the strata
    of the predictions, and Refused where a stratum has fewer incidents than are asked for or one alone
    would be drawn of several.
    """
    incidents, rows = _numbered(predictions, sizes, seed)
    parts = []
    for stratum in in_order(set(incidents)):
        part = rows.filter(pl.col("stratum") == stratum)
        chances = mixed_chances(part.get_column("predicted_sd").to_numpy(), sizes[stratum], mixing=mixing)
        drawn = pareto_draw(part.get_column("number").to_numpy(), chances)
        parts.append(
            part[drawn]
            .select("stratum", "incident_id")
            .with_columns(
                inclusion_probability=pl.Series(chances[drawn]),
                draw_order=pl.int_range(1, len(drawn) + 1, dtype=pl.Int64),
            )
        )
    how = (
        f"chances in proportion to the predicted residual with {mixing:g} of the sample spread equally, "
        "Pareto draw (Rosén 1997)"
    )
    return _sample(predictions, pl.concat(parts), seed, incidents, sizes, how, mixing=mixing)


def draw_tiers(
    predictions: FrozenPredictions, sizes: Mapping[str, int], seed: int, *, tiers: int = USUAL_TIERS
) -> AssistedSample:
    """Give a sample drawn by tiers of the score, equally likely within a tier.

    Each stratum's incidents are sorted by ``predicted_sd`` and cut so that every tier holds about the same
    sum of it; every tier then gets about the same number of audits, two at the least. A stratum whose sample
    is too small for that gets fewer tiers. Raises as :func:`draw_assisted` does.
    """
    incidents, rows = _numbered(predictions, sizes, seed)
    parts = []
    for stratum in in_order(set(incidents)):
        part = rows.filter(pl.col("stratum") == stratum)
        tier, shares = tier_shares(part.get_column("predicted_sd").to_numpy(), sizes[stratum], tiers)
        size = np.bincount(tier)
        parts.append(
            part.with_columns(tier=pl.Series(tier + 1, dtype=pl.Int64))
            .sort("tier", "number")
            .with_columns(draw_order=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("tier"))
            .with_columns(
                drawn=pl.Series(shares)[np.sort(tier)],
                inclusion_probability=pl.Series((shares / size)[np.sort(tier)]),
            )
            .filter(pl.col("draw_order") <= pl.col("drawn"))
            .select("stratum", "incident_id", "inclusion_probability", "draw_order", "tier")
        )
    how = f"up to {tiers} tiers of the predicted residual in each, equally likely within a tier"
    return _sample(predictions, pl.concat(parts), seed, incidents, sizes, how, tiers=tiers)


def tier_shares(residual_sd: Floats, sample: int, tiers: int) -> tuple[Codes, Codes]:
    """Give each incident of a stratum its tier, from 0, and how many of ``sample`` each tier gets."""
    tier = tier_codes(residual_sd, min(tiers, max(sample // 2, 1)))
    size = np.bincount(tier).astype(np.intp)
    return tier, shared_out(np.ones(len(size)), size, sample, minimum=2)


def tier_codes(residual_sd: Floats, tiers: int) -> Codes:
    """Give each incident its tier, from 0, so that every tier holds about the same sum of ``residual_sd``.

    Tiers that would hold fewer than two incidents are joined to the one below.
    """
    order = np.argsort(residual_sd, kind="stable")
    reached = np.cumsum(residual_sd[order])
    total = reached[-1] if len(reached) else 0.0
    by_order = (
        np.minimum((reached - residual_sd[order] / 2.0) / total * tiers, tiers - 1).astype(np.intp)
        if total > 0.0
        else np.zeros(len(order), dtype=np.intp)
    )
    codes = np.empty(len(order), dtype=np.intp)
    codes[order] = _no_tier_of_one(by_order)
    return codes


def _no_tier_of_one(by_order: Codes) -> Codes:
    starts = [0]
    for start in np.flatnonzero(np.diff(by_order)) + 1:
        if start - starts[-1] >= 2:
            starts.append(int(start))
    if len(starts) > 1 and len(by_order) - starts[-1] < 2:
        starts.pop()
    marks = np.zeros(len(by_order), dtype=np.intp)
    marks[starts[1:]] = 1
    codes: Codes = np.cumsum(marks).astype(np.intp)
    return codes


def _numbered(
    predictions: FrozenPredictions, sizes: Mapping[str, int], seed: int
) -> tuple[dict[str, int], pl.DataFrame]:
    incidents = dict(predictions.rows.group_by("stratum").len().sort("stratum").iter_rows())
    _check_sizes(incidents, sizes)
    fingerprint = frame_sha256(predictions.rows)
    lot = lots(predictions.rows.get_column("incident_id"), seed, fingerprint, predictions.sha256)
    numbers = [(int(one[:_DIGITS], 16) + 0.5) / 16**_DIGITS for one in lot.to_list()]
    return incidents, predictions.rows.with_columns(number=pl.Series(numbers, dtype=pl.Float64))


def _check_sizes(incidents: Mapping[str, int], sizes: Mapping[str, int]) -> None:
    for stratum in sorted(set(incidents) ^ set(sizes)):
        raise InputError(
            "The predictions and the sizes do not name the same strata.",
            where=f"stratum {stratum}",
            remedy="Give one size for each stratum; to leave one out, predict without it.",
        )
    for stratum, size in sizes.items():
        if size > incidents[stratum] or (size < 2 and size != incidents[stratum]):
            raise Refused(
                f"{size} incidents drawn of {incidents[stratum]} give no estimate with a standard error.",
                where=f"stratum {stratum}",
                remedy="Draw two at the least and no more than there are, or join the stratum to another.",
            )


def _sample(
    predictions: FrozenPredictions,
    rows: pl.DataFrame,
    seed: int,
    incidents: Mapping[str, int],
    sizes: Mapping[str, int],
    how: str,
    *,
    mixing: float | None = None,
    tiers: int | None = None,
) -> AssistedSample:
    fingerprint = frame_sha256(predictions.rows)
    shares = ", ".join(f"{name} {sizes[name]:,} of {incidents[name]:,}" for name in in_order(set(incidents)))
    return AssistedSample(
        rows=rows,
        seed=seed,
        frame_sha256=fingerprint,
        predictions_sha256=predictions.sha256,
        slope=predictions.slope,
        tuned_on=predictions.tuned_on,
        mixing=mixing,
        tiers=tiers,
        incidents=incidents,
        sizes={name: sizes[name] for name in incidents},
        method=(
            f"Fixed number within each stratum ({shares}): {how}; numbers from the SHA-256 of 'seed|frame "
            f"hash|predictions hash|incident_id', seed {seed}, frame hash {fingerprint}, predictions hash "
            f"{predictions.sha256}."
        ),
    )
