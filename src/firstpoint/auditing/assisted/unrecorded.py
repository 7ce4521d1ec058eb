"""Crimes missed in the frame, by the same predictions and marks as the rate."""

from __future__ import annotations

import math

import numpy as np

from firstpoint.auditing.assisted.difference import certain_apart
from firstpoint.auditing.assisted.gathered import Readings
from firstpoint.auditing.intervals import student_t
from firstpoint.auditing.ratio import unit_variances
from firstpoint.auditing.readings.second import second_phase_parts
from firstpoint.auditing.result import Estimate
from firstpoint.auditing.unrecorded import missed_limits


def assisted_unrecorded(readings: Readings, slope: float, overall: Estimate) -> Estimate:
    """Give the crimes missed in the frame: λ·Σ m̂ + Σ (m − λ·m̂)/π, m the crimes due less those recorded.

    Limits are those of :func:`~firstpoint.auditing.unrecorded.missed_limits`, never below the crimes that the
    auditors saw missing.
    """
    audit, foretold = readings.audit, readings.predicted
    off = (readings.due - readings.recorded) - slope * (foretold.due - foretold.recorded)
    weighted = off / audit.inclusion
    total = slope * (foretold.total_due - foretold.total_recorded) + float(weighted.sum())
    parts = unit_variances(weighted, certain_apart(readings.cells, audit.inclusion), audit.inclusion)
    change = readings.change_due - readings.change_recorded
    again = readings.second_chance < 1.0
    wanting = second_phase_parts(change, again, readings.second_chance, audit.inclusion)
    error = math.sqrt(float(parts.sum() + wanting.sum()))
    seen = _seen(readings)
    multiplier = student_t(overall.degrees_of_freedom or 1.0, overall.confidence)
    due, due_error = _total_due(readings, slope)
    low, high = missed_limits((total, multiplier * error), (due, multiplier * due_error), overall)
    low = max(low, seen)
    if total <= 0.0:
        total = min(max(total, low), max(high, low))
    return Estimate(
        estimate=total,
        low=min(low, total),
        high=max(high, total),
        standard_error=error,
        confidence=overall.confidence,
        method=(
            "Crimes missed by the predictions of every incident, put right by the audited ones weighted up "
            "to the frame; variance by incident; limits on the logarithm, no higher than the crimes due and "
            "the rate's own limits allow. Counts the frame's own period and no route outside the frame."
        ),
        incidents=overall.incidents,
        crimes=overall.crimes,
        formula="Särndal, Swensson and Wretman 1992, 6.3",
        degrees_of_freedom=overall.degrees_of_freedom,
    )


def _seen(readings: Readings) -> float:
    """Give the missing crimes that nobody disputes: none where second readings may take some back."""
    return 0.0 if readings.twice else float(np.sum(readings.first_due - readings.audit.recorded))


def _total_due(readings: Readings, slope: float) -> tuple[float, float]:
    """Give the crimes due in the frame by the difference estimator, with their standard error."""
    audit, foretold = readings.audit, readings.predicted
    weighted = (readings.due - slope * foretold.due) / audit.inclusion
    parts = unit_variances(weighted, certain_apart(readings.cells, audit.inclusion), audit.inclusion)
    again = readings.second_chance < 1.0
    wanting = second_phase_parts(readings.change_due, again, readings.second_chance, audit.inclusion)
    total = slope * foretold.total_due + float(weighted.sum())
    return max(total, 0.0), math.sqrt(float(parts.sum() + wanting.sum()))
