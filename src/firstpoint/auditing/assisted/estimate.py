"""The rate of an assisted audit: all incidents predicted, a few audited, fewer still read twice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.assisted.calibrated import fit_calibrated
from firstpoint.auditing.assisted.cautions import assisted_cautions
from firstpoint.auditing.assisted.difference import DifferenceFit, fit_difference, with_second_draw
from firstpoint.auditing.assisted.frozen import FrozenPredictions, predictions_sha256
from firstpoint.auditing.assisted.gathered import Readings, gather_readings
from firstpoint.auditing.assisted.limits import assisted_limits, is_a_rate, support_of
from firstpoint.auditing.assisted.predictions import PREDICTED
from firstpoint.auditing.assisted.result import AssistedResult, Heavy
from firstpoint.auditing.assisted.unrecorded import assisted_unrecorded
from firstpoint.auditing.estimate import estimate
from firstpoint.auditing.intervals import (
    INTERVALS,
    IntervalName,
    check_confidence,
    check_interval,
    guard_df,
    limits_df,
    nothing_varied,
)
from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.auditing.rates import RECORDED, VARIANCES
from firstpoint.auditing.readings.bias import bias_beside
from firstpoint.auditing.readings.second import second_phase_parts
from firstpoint.auditing.result import Estimate
from firstpoint.auditing.unrecorded import unrecorded_in_strata
from firstpoint.errors import InputError, Refused

EstimatorName = Literal["difference", "calibrated"]
SHOWN_HEAVIEST = 10

DIFFERENCE_FORMULA = (
    "Särndal, Swensson and Wretman 1992, 6.3, the slope fixed before the draw (Angelopoulos and others 2023)"
)
CALIBRATED_FORMULA = "Deville and Särndal 1992; Särndal, Swensson and Wretman 1992, 6.4"
RATIO_FORMULA = "Särndal, Swensson and Wretman 1992, 5.6"
TWO_PHASE_FORMULA = "second readings as pseudo-values, Särndal, Swensson and Wretman 1992, 9.3"


def estimate_assisted(
    marks: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    drawn: Mapping[str, Any] | None = None,
    predictions: FrozenPredictions | None = None,
    confidence: float = 0.95,
    interval: IntervalName | None = None,
    estimator: EstimatorName = "difference",
) -> AssistedResult:
    """Give the recording rate from few audited incidents and predictions of all, with what stands beside it.

    ``marks`` are as for :func:`~firstpoint.auditing.estimate`, with ``inclusion_probability`` as the draw
    gave it and ``tier`` where it was by tiers; where some incidents have a ``reading`` ``second`` (or a
    ``ruling``) with its ``second_probability``, those correct the first readings. ``frame`` has a row an
    incident with ``predicted_due``, ``predicted_recorded`` and ``predicted_sd``, or a row a stratum with
    ``incidents`` and the sums of the first two, the marks then carrying those of the audited incidents.
    Without predictions it is the plain ratio, still with second readings. ``drawn`` is the record of the
    draw (:meth:`AssistedSample.record`), ``predictions`` what was frozen. With no ``interval`` asked for it
    is the beta one, or the guarded one where fewer than twenty incidents carry the variance. ``estimator``
    ``calibrated`` fits the overall rate by calibration (GREG) to the number of incidents and the predicted
    totals; a stratum's own rate stays with the difference estimator, which fits nothing.

    Raises Refused where the predictions are not those of the draw, or where the slope was tuned on this very
    audit, and whatever :func:`~firstpoint.auditing.estimate` raises.
    """
    check_confidence(confidence)
    if interval is not None:
        check_interval(interval)
    checked = check_marks(marks)
    frame = check_frame(frame if predictions is None else _with_frozen(frame, predictions))
    slope, sha256 = _frozen_slope(frame, drawn, predictions)
    readings = gather_readings(checked, frame)
    _refuse_own_slope(readings, drawn, predictions)
    _check_estimator(estimator, readings)
    plain = estimate(checked, frame, confidence=confidence)
    strata = {name: readings.stratum(code) for code, name in enumerate(readings.audit.names)}
    rates = {
        name: None if name in plain.no_rate else _rate(one, slope, confidence, interval).said
        for name, one in strata.items()
    }
    overall = _rate(readings, slope, confidence, interval, estimator)
    other: IntervalName = "beta" if overall.interval == "guarded" else "guarded"
    return AssistedResult(
        overall=overall.said,
        strata=rates,
        unrecorded_in_frame=assisted_unrecorded(readings, 0.0 if overall.fell_back else slope, overall.said),
        unrecorded_a_year=unrecorded_in_strata(readings.audit, rates),
        plain=plain,
        other_interval=_rate(readings, slope, confidence, other, estimator).said,
        heaviest=heaviest(readings, overall.fit),
        guard_df=guard_df(overall.fit.unit_variance),
        below_equal=below_equal_share(readings, overall.fit),
        slope=slope,
        predictions_sha256=sha256,
        read_twice=readings.twice,
        biases=bias_beside(checked, frame, {**rates, "overall": overall.said}, corrected=True),
        no_rate=plain.no_rate,
        cautions=assisted_cautions(
            readings,
            overall.fit,
            plain,
            drawn=drawn,
            shown=sha256 is not None,
            fell_back=overall.fell_back,
        ),
    )


def heaviest(readings: Readings, fit: DifferenceFit) -> tuple[Heavy, ...]:
    """Give the ten incidents whose residual moves the rate most, the heaviest first."""
    order = np.argsort(-np.abs(fit.residual), kind="stable")[:SHOWN_HEAVIEST]
    whole = fit.variance if fit.variance > 0.0 else 1.0
    return tuple(
        Heavy(
            incident_id=readings.incident_ids[at],
            stratum=readings.audit.names[readings.audit.codes[at]],
            inclusion_probability=float(readings.audit.inclusion[at]),
            moves_points=100.0 * float(fit.residual[at]),
            variance_share=float(fit.unit_variance[at]) / whole,
        )
        for at in order.tolist()
    )


def below_equal_share(readings: Readings, fit: DifferenceFit) -> float:
    """Give the part of the variance from incidents with less than an equal chance of being drawn."""
    audit = readings.audit
    equal = (np.asarray(audit.sampled) / np.maximum(audit.incidents, 1))[audit.codes]
    below = audit.inclusion < equal * (1.0 - 1e-9)
    return float(fit.unit_variance[below].sum()) / fit.variance if fit.variance > 0.0 else 0.0


@frozen(eq=False)
class _Rate:
    """A rate with its fit, the interval that its limits are, and whether predictions had to be left out."""

    said: Estimate
    fit: DifferenceFit
    interval: IntervalName | None
    fell_back: bool


def _rate(
    readings: Readings,
    slope: float,
    confidence: float,
    interval: IntervalName | None,
    estimator: EstimatorName = "difference",
) -> _Rate:
    fit, fell_back = _fit(readings, slope) if estimator == "difference" else (_calibrated(readings), False)
    low, high, name = _limits(readings, fit, confidence, interval)
    used = 0.0 if fell_back or not readings.foretold else slope
    return _Rate(
        Estimate(
            estimate=fit.ratio,
            low=low,
            high=high,
            standard_error=math.sqrt(fit.variance),
            confidence=confidence,
            method=_method(readings, fit, used, name, confidence, estimator),
            incidents=len(readings.due),
            crimes=round(float(readings.first_due.sum())),
            formula=_formula(readings, used, estimator),
            degrees_of_freedom=_degrees(readings, fit, name),
            warnings=(_FELL_BACK,) if fell_back else (),
        ),
        fit,
        name,
        fell_back,
    )


def _limits(
    readings: Readings, fit: DifferenceFit, confidence: float, interval: IntervalName | None
) -> tuple[float, float, IntervalName | None]:
    """Give the limits and the interval that they are: none where nothing was left to chance."""
    audit = readings.audit
    if audit.taken_whole and not readings.twice:
        return fit.ratio, fit.ratio, None
    support = support_of(readings.first_due, audit.codes, audit.inclusion)
    return assisted_limits(fit, support, confidence=confidence, interval=interval, alike=readings.alike)


def _fit(readings: Readings, slope: float) -> tuple[DifferenceFit, bool]:
    """Give the fit: with predictions, without them where that is no rate, and at last by first readings."""
    for due, recorded, used in (
        (readings.due, readings.recorded, slope if readings.foretold else 0.0),
        (readings.due, readings.recorded, 0.0),
        (readings.first_due, readings.audit.recorded, 0.0),
    ):
        if used == 0.0 and float(np.sum(due / readings.audit.inclusion)) <= 0.0:
            continue
        fit = fit_difference(
            recorded, due, readings.cells, readings.audit.inclusion, readings.predicted, used
        )
        if is_a_rate(fit):
            if due is readings.due:
                fit = _with_second_draw(readings, fit)
            return fit, due is readings.first_due or (readings.foretold and used != slope)
    raise Refused(
        "No audited incident should have led to a crime, so there is no rate.",
        where=f"strata {', '.join(readings.audit.names)}",
        remedy="Audit more incidents, or check that should_record is filled in.",
    )


def _calibrated(readings: Readings) -> DifferenceFit:
    """Give the overall rate with weights calibrated to incidents by stratum and to the predicted totals."""
    audit, foretold = readings.audit, readings.predicted
    strata = np.eye(len(audit.names))[audit.codes]
    known = np.column_stack([strata, foretold.due, foretold.recorded])
    totals = np.asarray([*audit.incidents, foretold.total_due, foretold.total_recorded], dtype=np.float64)
    fit = fit_calibrated(readings.recorded, readings.due, readings.cells, audit.inclusion, known, totals)
    if not is_a_rate(fit):
        raise Refused(
            f"The calibrated estimate is {fit.ratio:.3f}, no share between 0 and 1.",
            where="calibration",
            remedy="Use the difference estimator.",
        )
    return _with_second_draw(readings, fit)


def _with_second_draw(readings: Readings, fit: DifferenceFit) -> DifferenceFit:
    if not readings.twice:
        return fit
    change = readings.change_recorded - fit.ratio * readings.change_due
    again = readings.second_chance < 1.0
    return with_second_draw(
        fit, second_phase_parts(change, again, readings.second_chance, readings.audit.inclusion)
    )


def _check_estimator(estimator: str, readings: Readings) -> None:
    if estimator not in get_args(EstimatorName):
        raise InputError(
            f"There is no estimator called {estimator!r}.",
            where="estimator",
            remedy=f"Choose one of {', '.join(get_args(EstimatorName))}.",
        )
    if estimator == "calibrated" and not readings.foretold:
        raise InputError(
            "Without predictions there is nothing to calibrate to.",
            where="estimator",
            remedy="Give predicted_due and predicted_recorded, or use the difference estimator.",
        )


def _degrees(readings: Readings, fit: DifferenceFit, interval: IntervalName | None) -> float | None:
    if interval is None or nothing_varied(fit.ratio, fit.variance):
        return None
    support = support_of(readings.first_due, readings.audit.codes, readings.audit.inclusion)
    return limits_df(interval, support.degrees_of_freedom, fit.unit_variance)


def _method(
    readings: Readings,
    fit: DifferenceFit,
    slope: float,
    interval: IntervalName | None,
    confidence: float,
    estimator: EstimatorName,
) -> str:
    names = readings.audit.names
    scope = f"over {len(names)} strata" if len(names) > 1 else f"in the stratum {names[0]}"
    read = f", {readings.twice} of {len(readings.due)} incidents read twice" if readings.twice else ""
    how = f"weighted {scope}"
    if estimator == "calibrated":
        how = (
            f"{scope}, weights calibrated to the incidents of each stratum and to the predicted totals (GREG)"
        )
    elif slope > 0.0:
        how = f"{scope}: predictions of all, put right by the audited (difference estimator, slope {slope:g})"
    start = f"{RECORDED}, {how}, the incident as the unit{read}"
    if interval is None:
        return f"{start}; every incident of the frame was audited, so there is no sampling error."
    if nothing_varied(fit.ratio, fit.variance):
        return (
            f"{start}; the audited incidents leave no error to reckon with, so the {confidence:.0%} limits "
            "are those of as many independent incidents as those with a crime, each by its weight, amount to."
        )
    said = f"{start}; {VARIANCES['linearised']}; {confidence:.0%} {INTERVALS[interval]}"
    alike = {"all recorded": "missed", "none recorded": "recorded"}.get(readings.alike)
    if alike:
        said += (
            f", and since no audited crime was {alike}, at the least the limits of as many independent "
            "incidents as those with a crime, each by its weight, amount to"
        )
    return f"{said}."


def _formula(readings: Readings, slope: float, estimator: EstimatorName) -> str:
    first = DIFFERENCE_FORMULA if slope > 0.0 else RATIO_FORMULA
    first = CALIBRATED_FORMULA if estimator == "calibrated" else first
    return f"{first}; {TWO_PHASE_FORMULA}" if readings.twice else first


def _with_frozen(frame: pl.DataFrame, predictions: FrozenPredictions) -> pl.DataFrame:
    """Give the frame with the frozen predictions in place of any that it carries."""
    if "incident_id" not in frame.columns:
        return predictions.rows
    kept = frame.drop([name for name in PREDICTED if name in frame.columns])
    joined = kept.join(predictions.rows.drop("stratum"), on="incident_id", how="left", maintain_order="left")
    outside = joined.filter(pl.col("predicted_due").is_null()).get_column("incident_id")
    if outside.len() or joined.height != predictions.rows.height:
        raise InputError(
            f"{outside.len() or abs(joined.height - predictions.rows.height)} incidents are in the frame "
            f"or in "
            "the predictions and not in both.",
            where=f"incident {outside[0]}" if outside.len() else "predictions",
            remedy="Freeze predictions for every incident of the frame, and for no other.",
        )
    return joined


def _frozen_slope(
    frame: pl.DataFrame, drawn: Mapping[str, Any] | None, predictions: FrozenPredictions | None
) -> tuple[float, str | None]:
    """Give the frozen slope and the hash that the draw bears out, or refuse predictions of another hash."""
    for needed in ("slope", "predictions_sha256", "sizes") if drawn is not None else ():
        if drawn is not None and needed not in drawn:
            raise InputError(
                f"The record of the draw does not tell {needed}.",
                where="record of the draw",
                remedy="Give the record that the assisted draw wrote.",
            )
    slope = float(drawn["slope"]) if drawn else (1.0 if predictions is None else predictions.slope)
    if drawn is None:
        return slope, None
    by_incident = "incident_id" in frame.columns and set(PREDICTED) <= set(frame.columns)
    found = predictions_sha256(frame, slope) if by_incident else None
    if found is not None and found != drawn["predictions_sha256"]:
        raise Refused(
            f"The predictions have the hash {found[:12]}… and the sample was drawn with "
            f"{str(drawn['predictions_sha256'])[:12]}…: they were changed after the draw.",
            where="predictions",
            remedy="Give the predictions that were frozen before the draw, or estimate without any.",
        )
    return slope, found


def _refuse_own_slope(
    readings: Readings, drawn: Mapping[str, Any] | None, predictions: FrozenPredictions | None
) -> None:
    tuned_on = set(predictions.tuned_on) if predictions else set()
    tuned_on |= set(drawn.get("tuned_on", ())) if drawn else set()
    own = sorted(set(readings.incident_ids) & tuned_on)
    if own:
        raise Refused(
            f"The slope was tuned on {len(own)} incidents of this very audit; such limits hold too seldom.",
            where=f"incident {own[0]}",
            remedy="Take a slope from an earlier audit with other incidents, or leave it at 1.",
        )


_FELL_BACK = (
    "With predictions the estimate was no share between 0 and 1, as can happen with few incidents; this is "
    "the "
    "plain ratio of the same sample."
)
