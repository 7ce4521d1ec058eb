"""Champion and challenger: is another score better, on marks neither has seen?

Both scores stand beside each other on the reviewed logs of days later than anything that either was made
from. Two figures, each weighed by 1/π so that it speaks of all logs: the area under the curve (the chance
that a log hiding a crime scores above one that hides none), and the share of missed crimes that the top of
each list would hold at a budget. The interval on the difference takes the two scores as the pair they are,
on the same logs.

The challenger is promoted only where the interval of the figure named beforehand lies above 0. Whatever the
answer, the record says what was compared, on which marks, and why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing.probabilities import Floats

Measure = Literal["auc", "yield"]
LEAST_HIDING = 20


@frozen
class Difference:
    """A figure of both scores and the challenger's lead, with its limits."""

    champion: float
    challenger: float
    lead: float
    low: float
    high: float


@frozen
class Comparison:
    """The record of a comparison; ``promote`` follows from ``decided_by`` alone.

    ``auc`` and ``yields`` (the share of missed crimes in the top ``budget_share`` of all logs) are the two
    figures. ``marks_sha256`` is the fingerprint of the reviewed logs with both scores.
    """

    champion: str
    challenger: str
    first_day: str
    last_day: str
    logs: int
    hiding: int
    auc: Difference
    yields: Difference
    budget_share: float
    decided_by: Measure
    confidence: float
    promote: bool
    reason: str
    marks_sha256: str

    def as_dict(self) -> dict[str, Any]:
        """The record as plain values for JSON."""
        return asdict(self)


def compare(
    logs: pl.DataFrame,
    scores: pl.DataFrame,
    *,
    champion: str,
    challenger: str,
    made_until: date,
    budget_share: float = 0.03,
    decided_by: Measure = "auc",
    confidence: float = 0.95,
) -> Comparison:
    """The comparison of two columns of ``scores`` on reviewed ``logs``.

    ``logs`` is what :func:`~firstpoint.screening.reviewing.reviewed.join_marks` gives; ``scores`` has
    ``incident_id`` and both columns for every log of the same frames. ``made_until`` is the last day of
    anything that either score was learnt or tuned on. Raises InputError for columns that are not there or
    logs without a score, Refused for marks that are not later than ``made_until`` or too few.
    """
    _check_scores(scores, champion, challenger)
    first = logs["day"].min()
    first_day = str(first)
    if not isinstance(first, date) or first <= made_until:
        raise Refused(
            f"Marks from {first_day} may have been learnt from: both scores were made until {made_until}.",
            where="marks",
            remedy="Compare on marks of later days alone.",
        )
    pair = logs.join(_tops(scores, (champion, challenger), budget_share), on="incident_id", how="left").sort(
        "incident_id"
    )
    _check_pair(pair, champion, challenger)
    auc = _difference(pair, champion, challenger, _auc_parts, confidence)
    yields = _difference(pair, f"{champion} top", f"{challenger} top", _yield_parts, confidence)
    deciding = {"auc": auc, "yield": yields}[decided_by]
    return Comparison(
        champion=champion,
        challenger=challenger,
        first_day=first_day,
        last_day=str(logs["day"].max()),
        logs=pair.height,
        hiding=int(pair["hides"].sum()),
        auc=auc,
        yields=yields,
        budget_share=budget_share,
        decided_by=decided_by,
        confidence=confidence,
        promote=deciding.low > 0.0,
        reason=_reason(deciding, decided_by, confidence),
        marks_sha256=_fingerprint(pair, champion, challenger),
    )


def weighted_auc(score: Floats, hides: Floats, weight: Floats) -> float:
    """The weighted chance that a log hiding a crime scores above one that hides none; ties count half."""
    return _auc_parts(score, hides, hides, weight)[0]


def _difference(
    pair: pl.DataFrame,
    champion: str,
    challenger: str,
    parts: Callable[[Floats, Floats, Floats, Floats], tuple[float, Floats]],
    confidence: float,
) -> Difference:
    """Both figures, and Student limits on the lead from what each log adds to it.

    Degrees of freedom are counted by how evenly the logs share the variance (Satterthwaite), so that the
    interval widens where a handful carry it.
    """
    from scipy.special import stdtrit

    hides = pair["hides"].cast(pl.Float64).to_numpy()
    missed, weight = pair["missed"].to_numpy(), pair["weight"].to_numpy()
    old, of_old = parts(pair[champion].cast(pl.Float64).to_numpy(), hides, missed, weight)
    new, of_new = parts(pair[challenger].cast(pl.Float64).to_numpy(), hides, missed, weight)
    squares = (of_new - of_old) ** 2
    variance = float(squares.sum())
    freedom = max(variance**2 / float((squares**2).sum()) - 1.0, 1.0) if variance > 0.0 else 1.0
    reach = float(stdtrit(freedom, 0.5 + confidence / 2.0)) * variance**0.5
    return Difference(old, new, new - old, new - old - reach, new - old + reach)


def _auc_parts(score: Floats, hides: Floats, _missed: Floats, weight: Floats) -> tuple[float, Floats]:
    """The weighted AUC and each log's linearised part of it (DeLong's placements, weighted)."""
    _, place = np.unique(score, return_inverse=True)
    hiding, clean = weight * hides, weight * (1.0 - hides)
    of_clean, of_hiding = np.bincount(place, clean), np.bincount(place, hiding)
    clean_below = (np.cumsum(of_clean) - 0.5 * of_clean)[place] / clean.sum()
    hiding_above = (hiding.sum() - np.cumsum(of_hiding) + 0.5 * of_hiding)[place] / hiding.sum()
    auc = float((hiding * clean_below).sum() / hiding.sum())
    parts = hiding * (clean_below - auc) / hiding.sum() + clean * (hiding_above - auc) / clean.sum()
    return auc, np.asarray(parts)


def _yield_parts(top: Floats, _hides: Floats, missed: Floats, weight: Floats) -> tuple[float, Floats]:
    """The weighted share of missed crimes in the top, and each log's linearised part of it."""
    crimes = weight * missed
    share = float((crimes * top).sum() / crimes.sum())
    return share, np.asarray(crimes * (top - share) / crimes.sum())


def _tops(scores: pl.DataFrame, columns: tuple[str, str], budget_share: float) -> pl.DataFrame:
    """The scores with, for each, whether a log is in the top of its list; ties fall by reference."""
    size = round(budget_share * scores.height)
    for column in columns:
        scores = (
            scores.sort([column, "incident_id"], descending=[True, False])
            .with_row_index("place")
            .with_columns((pl.col("place") < size).alias(f"{column} top"))
            .drop("place")
        )
    wanted = [name for column in columns for name in (column, f"{column} top")]
    return scores.select(pl.col("incident_id").cast(pl.String), *wanted)


def _reason(deciding: Difference, decided_by: Measure, confidence: float) -> str:
    words = {"auc": "The area under the curve", "yield": "The share of missed crimes in the top"}[decided_by]
    limits = f"{deciding.lead:+.4f} ({deciding.low:+.4f} to {deciding.high:+.4f} at {confidence:.0%})"
    if deciding.low > 0.0:
        return f"{words} is better by {limits}: promoted."
    if deciding.high < 0.0:
        return f"{words} is worse by {limits}: not promoted."
    return f"{words} differs by {limits}, which may be chance: not promoted."


def _fingerprint(pair: pl.DataFrame, champion: str, challenger: str) -> str:
    columns = ("incident_id", "day", "inclusion_probability", "missed", champion, challenger)
    text = pair.select(columns).write_csv(include_header=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _check_scores(scores: pl.DataFrame, champion: str, challenger: str) -> None:
    for column in ("incident_id", champion, challenger):
        if column not in scores.columns:
            raise InputError(f"There is no column {column}.", where="scores", remedy="Name a column of it.")
    if champion == challenger:
        raise InputError("A score cannot be set against itself.", where="scores", remedy="Name two columns.")


def _check_pair(pair: pl.DataFrame, champion: str, challenger: str) -> None:
    for column in (champion, challenger):
        usable = pair[column].cast(pl.Float64, strict=False).is_finite().fill_null(value=False)
        if not usable.all():
            raise InputError(
                f"A reviewed log has no {column}.",
                where=f"incident {pair.filter(~usable)['incident_id'][0]}",
                remedy="Give both scores for every log of the frames.",
            )
    hiding = int(pair["hides"].sum())
    if min(hiding, pair.height - hiding) < LEAST_HIDING:
        raise Refused(
            f"{hiding} of {pair.height} reviewed logs hide a missed crime: too few on one side to compare.",
            where="marks",
            remedy=f"Wait for {LEAST_HIDING} that do and {LEAST_HIDING} that do not.",
        )
