"""Predictions made firm before the draw, so that nobody can fit them to what the audit finds.

A prediction that has seen the marks, or that is changed once the sample is known, makes the estimate agree
with itself. So predictions are frozen first: every value is written out and hashed, the hash goes into the
lots of the draw, and the estimate is refused where the predictions it is given have another hash. The slope λ
by which predictions are scaled is frozen with them; it is 1, or comes from an *earlier* audit
(:func:`earlier_slope`), since a slope tuned on the same sample gives limits that hold too seldom.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.assisted.difference import certain_apart
from firstpoint.auditing.assisted.predictions import PREDICTED, check_predictions
from firstpoint.auditing.marks import check_marks, one_row_an_incident
from firstpoint.auditing.ratio import Codes, Floats
from firstpoint.errors import InputError, Refused
from firstpoint.records.needed_columns import need_columns


@frozen(eq=False)
class EarlierSlope:
    """A slope λ found in an earlier audit, and the incidents by which it was found.

    ``incidents`` are references; an audit that has any of them in its sample may not use the slope.
    """

    value: float
    incidents: frozenset[str]


@frozen(eq=False)
class FrozenPredictions:
    """Predictions for every incident of a frame, with their fingerprint.

    ``rows`` has ``stratum``, ``incident_id``, ``predicted_due``, ``predicted_recorded`` and
    ``predicted_sd``, sorted by stratum and incident; ``sha256`` is theirs, slope included.
    """

    rows: pl.DataFrame
    sha256: str
    slope: float = 1.0
    tuned_on: frozenset[str] = frozenset()


def freeze(predictions: pl.DataFrame, *, slope: EarlierSlope | None = None) -> FrozenPredictions:
    """Give the predictions made firm, with their fingerprint.

    ``predictions`` has a row for *every* incident of the frame and the columns of
    :data:`~firstpoint.auditing.assisted.predictions.PREDICTED`; columns of marks are refused, since
    predictions come before any mark. Raises InputError for values that cannot be and for repeated incidents.
    """
    need_columns(predictions, PREDICTED, "predictions")
    seen = [name for name in ("should_record", "recorded") if name in predictions.columns]
    if seen:
        raise Refused(
            f"The predictions carry {seen[0]}, which is what an audit finds: they would not come before it.",
            where=f"predictions, column {seen[0]}",
            remedy="Predict from what was known before the draw, and give no column of marks.",
        )
    rows = (
        check_predictions(predictions)
        .select("stratum", "incident_id", *PREDICTED)
        .sort("stratum", "incident_id")
    )
    repeated = rows.filter(pl.col("incident_id").is_duplicated()).get_column("incident_id")
    if repeated.len():
        raise InputError(
            "An incident is predicted twice.",
            where=f"incident {repeated[0]}",
            remedy="Give each incident of the frame one row.",
        )
    value = 1.0 if slope is None else slope.value
    return FrozenPredictions(
        rows, predictions_sha256(rows, value), value, frozenset() if slope is None else slope.incidents
    )


def predictions_sha256(rows: pl.DataFrame, slope: float = 1.0) -> str:
    """Give the fingerprint of predictions, the same whatever the order of the rows.

    It is the SHA-256, in hexadecimal, of the line ``slope``, tab, λ and of one line an incident:
    ``incident_id``, ``stratum`` and the three predictions, tabs between, each number with nine digits after
    the point, the lines sorted by their bytes.
    """
    numbers = [
        (pl.col(name).cast(pl.Float64) * 1e9).round().cast(pl.Int64).cast(pl.String) for name in PREDICTED
    ]
    lines = (
        rows.select(pl.concat_str(["incident_id", "stratum", *numbers], separator="\t") + "\n")
        .to_series()
        .sort()
    )
    return hashlib.sha256(f"slope\t{round(slope * 1e9)}\n{''.join(lines.to_list())}".encode()).hexdigest()


def earlier_slope(
    marks: pl.DataFrame, frozen_then: FrozenPredictions, drawn_then: pl.DataFrame
) -> EarlierSlope:
    """Give the slope that would have made the earlier audit's variance least, kept within 0 to 1.

    ``marks`` are that audit's (``stratum``, ``incident_id``, ``should_record``, ``recorded``), of which
    rulings stand before first readings and second readings are left out; ``frozen_then`` its predictions and
    ``drawn_then`` its sample (``incident_id``, ``inclusion_probability``). Raises InputError for marks with
    a fault and where an incident lacks a prediction or a chance, and Refused with fewer than thirty
    incidents.
    """
    summed = one_row_an_incident(check_marks(marks)).select("incident_id", "should_record", "recorded")
    rows = (
        summed.join(frozen_then.rows, on="incident_id")
        .join(drawn_then.select("incident_id", "inclusion_probability"), on="incident_id")
        .sort("stratum", "incident_id")
    )
    if rows.height < summed.height:
        raise InputError(
            f"{summed.height - rows.height} marked incidents have no prediction or no chance of selection.",
            where="earlier audit",
            remedy="Give the predictions and the sample that belong to these marks.",
        )
    if rows.height < _LEAST_FOR_SLOPE:
        raise Refused(
            f"{rows.height} incidents are too few to find a slope by.",
            where="earlier audit",
            remedy=f"Keep the slope at 1 until an audit of {_LEAST_FOR_SLOPE} or more stands behind you.",
        )
    recorded, due, foretold_recorded, foretold_due, inclusion = (
        rows.get_column(name).to_numpy().astype(np.float64) for name in _SLOPE_COLUMNS
    )
    strata = np.unique(rows.get_column("stratum").to_numpy(), return_inverse=True)[1].astype(np.intp)
    slope = best_slope(recorded, due, foretold_recorded, foretold_due, inclusion, strata)
    return EarlierSlope(slope, frozenset(rows.get_column("incident_id")))


def best_slope(
    recorded: Floats,
    due: Floats,
    predicted_recorded: Floats,
    predicted_due: Floats,
    inclusion: Floats,
    strata: Codes,
) -> float:
    """Give the slope λ of least variance in this sample, kept within 0 to 1.

    The covariance of the weighted residuals y − R·d with ŷ − R·d̂ over the variance of the latter, within
    strata (Angelopoulos, Duchi and Zrnic 2023).
    """
    ratio = float(np.sum(recorded / inclusion) / np.sum(due / inclusion))
    codes = certain_apart(strata, inclusion)
    found = _centred((recorded - ratio * due) / inclusion, codes)
    foretold = _centred((predicted_recorded - ratio * predicted_due) / inclusion, codes)
    free = 1.0 - inclusion
    spread = float(np.sum(free * foretold**2))
    return min(max(float(np.sum(free * found * foretold)) / spread, 0.0), 1.0) if spread > 0.0 else 0.0


def _centred(values: Floats, codes: Codes) -> Floats:
    size = np.maximum(np.bincount(codes), 1)
    centred: Floats = values - (np.bincount(codes, weights=values) / size)[codes]
    return centred


_LEAST_FOR_SLOPE = 30
_SLOPE_COLUMNS = ("recorded", "should_record", "predicted_recorded", "predicted_due", "inclusion_probability")
