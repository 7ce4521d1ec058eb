"""Calibration (GREG): weights moved as little as can be so that predictions add up to their known totals.

An option beside the difference estimator where several predictions are at hand and the sample is large: each
slope that is fitted wants some thirty audited incidents. With w = 1/π, g = 1 + (T_x − Σ w·x)′(Σ w·x·x′)⁻¹·x,
the totals are Σ g·w·y and Σ g·w·d, and the variance is that of the g-weighted residuals of the linearised
values (y − R·d)/D after regression on x (Deville and Särndal 1992); the same as ``calibrate`` and then
``svyratio`` of R's ``survey``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstpoint.auditing.assisted.difference import DifferenceFit, certain_apart
from firstpoint.auditing.ratio import Codes, Floats, unit_variances
from firstpoint.errors import Refused

INCIDENTS_A_SLOPE = 30
"""Fewer audited incidents than this for each slope and the calibrated estimate is refused."""


def fit_calibrated(
    recorded: Floats,
    due: Floats,
    strata: Codes,
    inclusion: Floats,
    known: NDArray[np.float64],
    totals: Floats,
    *,
    least_a_slope: float = INCIDENTS_A_SLOPE,
) -> DifferenceFit:
    """Give the rate with weights calibrated to ``totals``.

    ``known`` is float64, a row an audited incident and a column an auxiliary (stratum counts among them);
    ``totals`` the sum of each column over the frame. Raises Refused where there are fewer than
    ``least_a_slope`` incidents for each column, or the columns say the same thing twice.
    """
    _refuse_few(known, least_a_slope)
    weights = calibrated_weights(inclusion, known, totals)
    total_due, total_recorded = float(np.sum(weights * due)), float(np.sum(weights * recorded))
    ratio = total_recorded / total_due
    linearised = (recorded - ratio * due) / total_due
    slopes = np.linalg.solve(known.T @ (known / inclusion[:, None]), known.T @ (linearised / inclusion))
    residual = weights * (linearised - known @ slopes)
    parts = unit_variances(residual, certain_apart(strata, inclusion), inclusion)
    return DifferenceFit(ratio, float(parts.sum()), parts, residual, total_due, total_recorded)


def calibrated_weights(inclusion: Floats, known: NDArray[np.float64], totals: Floats) -> Floats:
    """Give the calibrated weights g/π, float64; some may be negative."""
    moments = known.T @ (known / inclusion[:, None])
    if np.linalg.matrix_rank(moments) < known.shape[1]:
        raise Refused(
            "The predictions to calibrate to say the same thing twice, or one of them is nothing throughout.",
            where="calibration",
            remedy="Leave one of them out, or use the difference estimator.",
        )
    short = totals - np.sum(known / inclusion[:, None], axis=0)
    weights: Floats = (1.0 + known @ np.linalg.solve(moments, short)) / inclusion
    return weights


def _refuse_few(known: NDArray[np.float64], least: float) -> None:
    incidents, slopes = known.shape
    if incidents < least * slopes:
        raise Refused(
            f"{incidents} audited incidents are too few to fit {slopes} slopes.",
            where="calibration",
            remedy=f"Audit {int(least * slopes)} or more, or use the difference estimator, which fits none.",
        )
