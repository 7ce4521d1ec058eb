"""The ranker's weights, learnt again from marks.

The ranker is a logistic regression on a few named features: its weights are published, a registrar can read
them, and each log's chance falls apart into one contribution a feature. It is fitted with a ridge penalty,
chosen by cross-validation in folds that the references decide.

Reviewed logs are no fair picture of all logs, since most were chosen for their score. Each therefore counts
1/π times, which undoes the choice; but a few logs from the uniform part would then drown all others, so for
the slopes a weight is held at :data:`MOST_WEIGHT` times the smallest. That leaves the slopes a little biased
towards what was chosen and far less noisy. The level is not left biased: with the slopes fixed, the intercept
is set by the unclipped weights, so that the chances add up to the estimate of all missed crimes.

Features are about a log and what was done with it. A person's ethnicity, religion, nationality or postcode is
refused as one. Only logs that were chosen with a known probability may teach.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from attrs import asdict, frozen

from firstpoint.errors import InputError, Refused
from firstpoint.records.lots import lots
from firstpoint.screening.reviewing.logistic import (
    fit_logistic,
    from_log_odds,
    refit_intercept,
    worth_in_logs,
)
from firstpoint.screening.reviewing.probabilities import Floats

MOST_WEIGHT = 30.0
LEAST_HIDING = 20
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)
_FOLDS = 5
_NEVER_A_FEATURE = re.compile(r"ethnic|religio|national|postcode|postal|\brace\b|race_", re.IGNORECASE)


@frozen
class Weight:
    """One published weight.

    ``coefficient`` is the change of the log-odds for one ``scale`` of the feature above its ``centre``;
    ``standard_error`` is the sandwich's.
    """

    feature: str
    centre: float
    scale: float
    coefficient: float
    standard_error: float


@frozen
class Ranker:
    """The fitted ranker: its weights and where they came from.

    ``logs`` reviewed logs, ``hiding`` of them hiding a missed crime, reviewed as chosen from ``first_day`` to
    ``last_day``; ``penalty`` and ``most_weight`` as used.
    """

    intercept: float
    weights: tuple[Weight, ...]
    penalty: float
    most_weight: float
    logs: int
    hiding: int
    first_day: str
    last_day: str

    def chances(self, features: pl.DataFrame) -> pl.Series:
        """The chance that each log hides a missed crime, f64, in the order of ``features``."""
        odds = self.intercept + self.contributions(features).drop("incident_id").to_numpy().sum(axis=1)
        return pl.Series("chance", from_log_odds(odds))

    def contributions(self, features: pl.DataFrame) -> pl.DataFrame:
        """What each feature adds to each log's log-odds: ``incident_id`` and a column a feature, f64."""
        values = feature_values(features, [one.feature for one in self.weights])
        parts = {
            one.feature: one.coefficient * (values[:, at] - one.centre) / one.scale
            for at, one in enumerate(self.weights)
        }
        return pl.DataFrame({"incident_id": features["incident_id"].cast(pl.String), **parts})

    def as_dict(self) -> dict[str, Any]:
        """The ranker as plain values for JSON; :func:`ranker_of` is the way back."""
        return asdict(self)


def ranker_of(values: Mapping[str, Any]) -> Ranker:
    """The ranker that :meth:`Ranker.as_dict` gave."""
    return Ranker(**{**values, "weights": tuple(Weight(**one) for one in values["weights"])})


def learn(
    features: pl.DataFrame,
    logs: pl.DataFrame,
    *,
    names: Sequence[str] | None = None,
    penalties: Sequence[float] = PENALTIES,
    most_weight: float = MOST_WEIGHT,
) -> Ranker:
    """The ranker that the marks teach.

    ``features`` has ``incident_id`` and numeric columns, no nulls, a row a log at the least for every
    reviewed one; ``names`` picks columns (all numeric ones unless given). ``logs`` is what
    :func:`~firstpoint.screening.reviewing.reviewed.join_marks` gives. Raises InputError for features that
    cannot be used and Refused where fewer than :data:`LEAST_HIDING` logs hide a crime, or as few do not.
    """
    names = list(names) if names is not None else numeric_features(features)
    _refuse_features(names)
    joined = _with_features(logs, features, names)
    values = feature_values(joined, names)
    hides = joined["hides"].cast(pl.Float64).to_numpy()
    _refuse_few(int(hides.sum()), len(hides))
    whole = joined["weight"].to_numpy()
    weight = clipped(whole, most_weight)
    standard, centre, scale = _standardised(values, weight)
    penalty = _best_penalty(standard, hides, weight, _folds(joined["incident_id"]), penalties)
    fit = fit_logistic(standard, hides, weight, penalty=penalty)
    slopes, errors = fit.values[1:], np.sqrt(np.diag(fit.covariance))[1:]
    return Ranker(
        intercept=refit_intercept(standard @ slopes, hides, whole),
        weights=tuple(
            Weight(name, float(c), float(s), float(b), float(e))
            for name, c, s, b, e in zip(names, centre, scale, slopes, errors, strict=True)
        ),
        penalty=penalty,
        most_weight=most_weight,
        logs=len(hides),
        hiding=int(hides.sum()),
        first_day=_day(joined["day"].min()),
        last_day=_day(joined["day"].max()),
    )


def clipped(weight: Floats, most: float = MOST_WEIGHT) -> Floats:
    """Weights held at ``most`` times the smallest, scaled to sum to the logs that they are worth."""
    held = np.minimum(weight, most * float(weight.min()))
    return np.asarray(held * worth_in_logs(held) / held.sum())


def numeric_features(features: pl.DataFrame) -> list[str]:
    """The columns that can be features: numbers and flags, but no reference, rank or day."""
    return [
        name
        for name, kind in features.schema.items()
        if (kind.is_numeric() or kind == pl.Boolean) and name not in ("rank", "place")
    ]


def feature_values(features: pl.DataFrame, names: Sequence[str]) -> Floats:
    """The named columns as float64 (logs by features); InputError for one that is missing or not finite."""
    for name in names:
        if name not in features.columns:
            raise InputError(f"There is no feature {name}.", where="features", remedy="Add the column.")
    values = features.select(pl.col(name).cast(pl.Float64, strict=False) for name in names)
    for name in names:
        usable = values[name].is_finite().fill_null(value=False)
        if not usable.all():
            incident = features.filter(~usable)["incident_id"][0]
            raise InputError(
                f"The feature {name} has no number.",
                where=f"incident {incident}",
                remedy="Give every reviewed log a value for every feature, 0 where it does not apply.",
            )
    return values.to_numpy().astype(np.float64)


def _with_features(logs: pl.DataFrame, features: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The reviewed logs with their features, by reference; a log without a row of them has nulls."""
    missing = [name for name in ("incident_id", *names) if name not in features.columns]
    if missing:
        raise InputError(f"There is no column {missing[0]}.", where="features", remedy="Add it.")
    table = features.select(pl.col("incident_id").cast(pl.String), *names)
    if table["incident_id"].is_duplicated().any():
        raise InputError(
            "A log has two rows of features.",
            where=f"incident {table.filter(table['incident_id'].is_duplicated())['incident_id'][0]}",
            remedy="Give each log one row.",
        )
    plain = logs.drop(name for name in names if name in logs.columns)
    return plain.join(table, on="incident_id", how="left").sort("incident_id")


def _standardised(values: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Each column less its weighted mean over its spread, with both; a constant column is left at 0."""
    centre = np.average(values, axis=0, weights=weight)
    scale = np.sqrt(np.average((values - centre) ** 2, axis=0, weights=weight))
    scale = np.where(scale > 1e-12, scale, 1.0)
    return (values - centre) / scale, centre, scale


def _best_penalty(
    values: Floats, hides: Floats, weight: Floats, folds: Floats, penalties: Sequence[float]
) -> float:
    """The penalty with the least weighted log-loss on folds left out; the larger of equals."""
    losses = {}
    for penalty in penalties:
        loss = 0.0
        for fold in range(_FOLDS):
            out = folds == fold
            if not out.any() or len(np.unique(hides[~out])) < 2:
                continue
            fit = fit_logistic(values[~out], hides[~out], weight[~out], penalty=penalty)
            odds = fit.values[0] + values[out] @ fit.values[1:]
            loss += float((weight[out] * (np.logaddexp(0.0, odds) - hides[out] * odds)).sum())
        losses[penalty] = loss
    return min(losses, key=lambda one: (losses[one], -one))


def _folds(references: pl.Series) -> Floats:
    return np.array([int(lot[:8], 16) % _FOLDS for lot in lots(references, "fold")], dtype=np.float64)


def _refuse_features(names: Sequence[str]) -> None:
    if not names:
        raise InputError("There are no features.", where="features", remedy="Give numeric columns.")
    for name in names:
        if _NEVER_A_FEATURE.search(name):
            raise InputError(
                f"{name} is a characteristic of a person and may not rank a log.",
                where="features",
                remedy="Leave it out. Words of hostility are facts of an offence and may stay.",
            )


def _refuse_few(hiding: int, logs: int) -> None:
    if min(hiding, logs - hiding) < LEAST_HIDING:
        raise Refused(
            f"{hiding} of {logs} reviewed logs hide a missed crime: too few on one side to learn from.",
            where="marks",
            remedy=f"Review on until {LEAST_HIDING} do and {LEAST_HIDING} do not; keep the weights.",
        )


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
