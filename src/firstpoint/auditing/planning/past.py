"""What the last audit says of rate, crimes per report and clustering, to plan the next one by."""

from __future__ import annotations

import numpy as np
import polars as pl

from firstpoint.auditing.audited import gather_audit
from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.auditing.planning.sharing import Known
from firstpoint.auditing.ratio import fit_ratio


def assumptions_from(marks: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Give, a row a stratum, what an audit found of rate, clustering and crimes per report.

    Columns: ``stratum`` str, ``expected_rate``, ``design_effect``, ``crimes_per_incident`` f64 and
    ``incidents_with_crime`` i64.

    The design effect is the variance of the rate over what it would be if crimes came one a report,
    mean (recorded − R·due)² / (D·R(1 − R)). Where every crime or none was recorded there is neither a rate to
    plan by nor a design effect, and both are null; so they are where fewer than 20 incidents held a crime.
    """
    audit = gather_audit(check_marks(marks), check_frame(frame))
    rows = []
    for code, name in enumerate(audit.names):
        one = audit.stratum(code)
        weight = 1.0 / one.inclusion / np.sum(1.0 / one.inclusion)
        crimes, held = float(np.sum(weight * one.due)), int(np.sum(one.due > 0))
        rate = effect = None
        if held >= 20:
            fit = fit_ratio(one.recorded, one.due, one.codes, one.inclusion)
            if 0.0 < fit.ratio < 1.0:
                rate = fit.ratio
                spread = float(np.sum(weight * (one.recorded - rate * one.due) ** 2))
                effect = spread / (crimes * rate * (1.0 - rate))
        rows.append((name, rate, effect, crimes, held))
    shape = {
        "stratum": pl.String,
        "expected_rate": pl.Float64,
        "design_effect": pl.Float64,
        "crimes_per_incident": pl.Float64,
        "incidents_with_crime": pl.Int64,
    }
    return pl.DataFrame(rows, schema=shape, orient="row")


def known_from(marks: pl.DataFrame, frame: pl.DataFrame) -> Known:
    """Give what an audit found as the keywords of a plan: ``plan_force(frame, **known_from(...))``.

    Strata of which the audit says nothing keep what is shipped.
    """
    told = assumptions_from(marks, frame).drop_nulls("expected_rate")

    def by_stratum(column: str) -> dict[str, float]:
        return dict(told.select("stratum", column).iter_rows())

    return Known(
        rates=by_stratum("expected_rate"),
        design_effects=by_stratum("design_effect"),
        crimes_per_incident=by_stratum("crimes_per_incident"),
    )
