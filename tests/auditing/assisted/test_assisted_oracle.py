"""Estimates with predictions equal those of R's survey package, to 1e-8."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from assisted_builders import oracle_marks

from firstpoint.auditing.assisted import Predicted, estimate_assisted, fit_calibrated, fit_difference
from firstpoint.auditing.assisted.calibrated import calibrated_weights

pytestmark = pytest.mark.shared

Case = dict[str, Any]
CLOSE = {"rel": 0, "abs": 1e-8}


def arrays(case: Case) -> dict[str, Any]:
    data = case["input"]["data"]
    names, codes = np.unique(data["stratum"], return_inverse=True)
    inclusion = (
        np.asarray(data["pi"]) if "pi" in data else np.bincount(codes)[codes] / np.asarray(data["N"], float)
    )
    columns = {name: np.asarray(data[name], float) for name in ("y", "d", "dhat", "yhat")}
    return {"names": names, "codes": codes, "inclusion": inclusion, **columns}


def sums(case: Case) -> tuple[float, float]:
    totals = case["input"]["population"].values()
    return sum(one["dhat"] for one in totals), sum(one["yhat"] for one in totals)


@pytest.mark.parametrize("case_id", ["15", "24"])
def test_the_difference_estimator_is_that_of_the_survey_package(
    oracle: dict[str, Case], case_id: str
) -> None:
    case, out = oracle[case_id], oracle[case_id]["output"]
    data = arrays(case)
    predicted = Predicted(data["dhat"], data["yhat"], *sums(case))
    fit = fit_difference(data["y"], data["d"], data["codes"], data["inclusion"], predicted)
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((out["ratio"], out["se"]), **CLOSE)
    assert (fit.total_recorded, fit.total_due) == pytest.approx((out["total_y"], out["total_d"]), abs=1e-6)


@pytest.mark.parametrize("case_id", ["15", "24"])
def test_the_whole_estimate_from_marks_and_stratum_totals_is_too(
    oracle: dict[str, Case], case_id: str
) -> None:
    case, out = oracle[case_id], oracle[case_id]["output"]
    totals = case["input"]["population"]
    frame = pl.DataFrame(
        {
            "stratum": list(totals),
            "incidents": [one["N"] for one in totals.values()],
            "predicted_due": [one["dhat"] for one in totals.values()],
            "predicted_recorded": [one["yhat"] for one in totals.values()],
        }
    )
    overall = estimate_assisted(oracle_marks(case), frame, interval="logit-t").overall
    assert (overall.estimate, overall.standard_error) == pytest.approx((out["ratio"], out["se"]), **CLOSE)


def test_calibration_with_a_slope_for_each_prediction(oracle: dict[str, Case]) -> None:
    case, out = oracle["13"], oracle["13"]["output"]
    data, (counts, due, recorded), strata = calibration(case)
    known = np.column_stack([strata, data["dhat"], data["yhat"]])
    check(data, known, np.asarray([*counts, sum(due), sum(recorded)]), out)


def test_calibration_with_slopes_of_each_stratum(oracle: dict[str, Case]) -> None:
    case, out = oracle["14"], oracle["14"]["output"]
    data, (counts, due, recorded), strata = calibration(case)
    known = np.column_stack([strata, strata * data["dhat"][:, None], strata * data["yhat"][:, None]])
    check(data, known, np.asarray([*counts, *due, *recorded]), out)


def calibration(case: Case) -> tuple[dict[str, Any], list[list[float]], Any]:
    data, totals = arrays(case), case["input"]["population"]
    columns = [[totals[name][what] for name in data["names"]] for what in ("N", "dhat", "yhat")]
    return data, columns, np.eye(len(data["names"]))[data["codes"]]


def check(data: dict[str, Any], known: Any, totals: Any, out: dict[str, Any]) -> None:
    weights = calibrated_weights(data["inclusion"], known, totals)
    assert weights == pytest.approx(out["weights"], abs=1e-7)
    fit = fit_calibrated(
        data["y"], data["d"], data["codes"], data["inclusion"], known, totals, least_a_slope=0
    )
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((out["ratio"], out["se"]), **CLOSE)
