"""From a score to a chance: what an earlier audit says that the screen's figures really mean.

A screen that ranks well may still say 0.9 where 0.6 is meant. Predictions from such a score cost width, and
the look at audit and screen in a flattery report takes the chances at their word. A line through the
log-odds, fitted to an *earlier* audit with each incident weighed by one over its chance of selection, puts
them right (Platt 1999); the audit that is to come must not have any of those incidents.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.auditing.marks import check_marks, one_row_an_incident
from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError, Refused
from firstpoint.records.needed_columns import need_columns

LEAST_WITH_MISSING = 20
"""Fewer audited incidents with a missing crime than this tell no line (the project's choice)."""

_EDGE = 1e-4
_STEPS = 50


@frozen(eq=False)
class ScoreMeaning:
    """What a score means: log-odds of a missing crime = ``intercept`` + ``slope`` · log-odds of the score.

    ``incidents`` are the references of the audit by which it was found.
    """

    intercept: float
    slope: float
    incidents: frozenset[str]

    def chances(self, known: pl.DataFrame) -> pl.DataFrame:
        """Give ``known`` with ``chance_unrecorded`` (f64, 0 to 1) put right."""
        score = _log_odds(known.get_column("chance_unrecorded").to_numpy().astype(np.float64))
        right = 1.0 / (1.0 + np.exp(-(self.intercept + self.slope * score)))
        return known.with_columns(chance_unrecorded=pl.Series(right))


def earlier_meaning(marks: pl.DataFrame, known: pl.DataFrame) -> ScoreMeaning:
    """Give what the score meant in an earlier audit.

    ``marks`` are that audit's (``incident_id``, ``should_record``, ``recorded``, ``inclusion_probability``;
    where readings are named, rulings stand before first readings and second ones are left out), ``known``
    the screen's ``chance_unrecorded`` of each as it was then. Raises InputError for marks with a fault and
    for an incident without a chance, and Refused where fewer than :data:`LEAST_WITH_MISSING` had a missing
    crime, or all had, or the score says nothing of it.
    """
    need_columns(marks, ("incident_id", "should_record", "recorded", "inclusion_probability"), "marks")
    named = marks if "stratum" in marks.columns else marks.with_columns(stratum=pl.lit("all"))
    rows = (
        one_row_an_incident(check_marks(named))
        .drop("stratum")
        .join(known.select("incident_id", "chance_unrecorded"), on="incident_id", how="left")
        .sort("incident_id")
    )
    empty = rows.filter(pl.col("chance_unrecorded").is_null()).get_column("incident_id")
    if empty.len():
        raise InputError(
            f"{empty.len()} audited incidents have no chance from the screen.",
            where=f"incident {empty[0]}",
            remedy="Give the screen's chances as they were when that sample was drawn.",
        )
    missing = (rows.get_column("should_record") > rows.get_column("recorded")).to_numpy()
    if not LEAST_WITH_MISSING <= int(missing.sum()) < len(missing):
        raise Refused(
            f"{int(missing.sum())} of {len(missing)} audited incidents had a missing crime: too few to tell.",
            where="earlier audit",
            remedy="Use the score as it is until a larger audit stands behind you.",
        )
    weight = 1.0 / rows.get_column("inclusion_probability").to_numpy().astype(np.float64)
    score = _log_odds(rows.get_column("chance_unrecorded").to_numpy().astype(np.float64))
    intercept, slope = _line(score, missing.astype(np.float64), weight / weight.mean())
    return ScoreMeaning(intercept, slope, frozenset(rows.get_column("incident_id")))


def _line(score: Floats, missing: Floats, weight: Floats) -> tuple[float, float]:
    """Give intercept and slope of the weighted logistic regression, weakly pulled to 0 and 1.

    Newton's steps, none longer than 1 so that a score against itself does not run away.
    """
    known = np.column_stack([np.ones(len(score)), score])
    usual, pull = np.asarray([0.0, 1.0]), np.asarray([0.01, 1.0])
    line = usual.copy()
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(known @ line, -30.0, 30.0)))
        uphill = known.T @ (weight * (missing - chance)) - pull * (line - usual)
        bend = (known * (weight * chance * (1.0 - chance))[:, None]).T @ known + np.diag(pull)
        step = np.linalg.solve(bend, uphill)
        line = line + step / max(float(np.abs(step).max()), 1.0)
        if float(np.abs(step).max()) < 1e-10:
            break
    if line[1] <= 0.0:
        raise Refused(
            "The higher the score, the fewer crimes were missing: it says nothing that could be put right.",
            where="earlier audit",
            remedy="Use offences named and crimes linked alone, and look at the screen.",
        )
    return float(line[0]), float(line[1])


def _log_odds(chance: Floats) -> Floats:
    kept = np.clip(chance, _EDGE, 1.0 - _EDGE)
    odds: Floats = np.log(kept / (1.0 - kept))
    return odds
