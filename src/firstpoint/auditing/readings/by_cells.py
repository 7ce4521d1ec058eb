"""A rate by second readings of a fixed number in each cell, from marks and frame."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from firstpoint.auditing.audited import Audit, gather_audit
from firstpoint.auditing.intervals import beta_limits, binomial_limits, check_confidence, nothing_varied
from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.auditing.readings.two_phase import TwoPhaseFit, fit_two_phase
from firstpoint.auditing.result import Estimate
from firstpoint.errors import InputError, Refused


def two_phase_rate(marks: pl.DataFrame, frame: pl.DataFrame, *, confidence: float = 0.95) -> Estimate:
    """Give the overall rate where a fixed number of each cell of first outcomes was read again.

    ``marks`` have ``reading`` (``first``, ``second``, ``ruling``); a cell is a stratum and whether the first
    reading found a crime missing, and second readings are taken to be equally likely within it. ``frame`` is
    as for :func:`~firstpoint.auditing.estimate`. Every incident of a stratum must have been equally likely to
    be drawn. Limits are beta ones on the effective sample size, degrees of freedom those read again with a
    crime less cells. Raises Refused for a cell without two second readings, and for unequal chances.
    """
    check_confidence(confidence)
    checked = check_marks(marks)
    if "reading" not in checked.columns:
        raise InputError(
            "No reading is named first or second.",
            where="marks, column reading",
            remedy="Give the reading of each row, or use estimate.",
        )
    audit = gather_audit(checked, check_frame(frame))
    _refuse_unequal(audit)
    first, gold = _sums(checked, ("first",)), _sums(checked, ("ruling", "second"))
    rows = (
        pl.DataFrame({"incident_id": audit.references})
        .join(first, on="incident_id", how="left", maintain_order="left")
        .join(gold, on="incident_id", how="left", maintain_order="left", suffix="_again")
    )
    read_again = rows.get_column("due_again").is_not_null().to_numpy()
    flagged = (rows.get_column("due") > rows.get_column("recorded")).fill_null(value=False).to_numpy()
    cells = np.unique(2 * audit.codes + flagged, return_inverse=True)[1].astype(np.intp)
    recorded, due = (
        rows.get_column(name).fill_null(0.0).to_numpy().astype(np.float64)
        for name in ("recorded_again", "due_again")
    )
    incidents = np.asarray(audit.incidents, dtype=np.float64)[audit.codes]
    fit = fit_two_phase(recorded, due, audit.codes, incidents, cells, read_again)
    with_crime = int(np.sum(due[read_again] > 0.0))
    return _estimate(fit, audit, with_crime, len(np.unique(cells)), round(float(due.sum())), confidence)


def _estimate(
    fit: TwoPhaseFit, audit: Audit, with_crime: int, cells: int, crimes: int, confidence: float
) -> Estimate:
    df = max(with_crime - cells, 1)
    if nothing_varied(fit.ratio, fit.variance):
        low, high = binomial_limits(fit.ratio, float(with_crime), confidence)
    else:
        low, high = beta_limits(fit.ratio, fit.variance, df=df, crimes=crimes, confidence=confidence)
    return Estimate(
        estimate=fit.ratio,
        low=low,
        high=high,
        standard_error=math.sqrt(fit.variance),
        confidence=confidence,
        method=(
            f"Crimes recorded divided by crimes that should have been, by second readings of "
            f"{len(fit.weights)} of "
            f"{len(audit.codes)} audited incidents drawn within cells of the first outcome; variance of both "
            f"phases; {confidence:.0%} beta interval on the effective sample size (Korn and Graubard 1998)."
        ),
        incidents=len(audit.codes),
        crimes=crimes,
        formula="Särndal, Swensson and Wretman 1992, 9.3",
        degrees_of_freedom=float(df),
    )


def _sums(marks: pl.DataFrame, readings: tuple[str, ...]) -> pl.DataFrame:
    """Give crimes due and recorded by the first of these readings that an incident has."""
    place = {reading: at for at, reading in enumerate(readings)}
    kept = marks.filter(pl.col("reading").is_in(readings)).with_columns(
        place=pl.col("reading").replace_strict(place, return_dtype=pl.Int64)
    )
    best = kept.filter(pl.col("place") == pl.col("place").min().over("incident_id"))
    return best.group_by("incident_id").agg(
        due=pl.col("should_record").sum().cast(pl.Float64), recorded=pl.col("recorded").sum().cast(pl.Float64)
    )


def _refuse_unequal(audit: Audit) -> None:
    for code, name in enumerate(audit.names):
        if float(np.ptp(audit.inclusion[audit.codes == code])) > 1e-9:
            raise Refused(
                "Incidents were drawn with unequal chances, for which this variance does not hold.",
                where=f"stratum {name}",
                remedy="Pick second readings one by one with known chances, and use estimate_assisted.",
            )
