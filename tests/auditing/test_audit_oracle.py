"""The estimates equal those of R's survey package, to 1e-8."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from firstpoint.auditing import estimate
from firstpoint.auditing.intervals import student_t
from firstpoint.auditing.ratio import fit_ratio, fit_total
from firstpoint.errors import Refused

pytestmark = pytest.mark.shared

Case = dict[str, Any]
CLOSE = {"rel": 0, "abs": 1e-8}


def arrays(case: Case, recorded: str = "y", due: str = "d") -> tuple[Any, Any, Any, Any]:
    data = case["input"]["data"]
    codes = np.unique(data["stratum"], return_inverse=True)[1]
    weights = np.asarray(data["w"], dtype=float)
    return np.asarray(data[recorded], float), np.asarray(data[due], float), codes, 1.0 / weights


def marks(case: Case, recorded: str = "y", due: str = "d", **more: str) -> pl.DataFrame:
    data = case["input"]["data"]
    return pl.DataFrame(
        {
            "stratum": data["stratum"],
            "incident_id": data["incident"],
            "should_record": data[due],
            "recorded": data[recorded],
            **{ours: data[theirs] for ours, theirs in more.items()},
        }
    )


def frame(case: Case) -> pl.DataFrame:
    data = case["input"]["data"]
    return pl.DataFrame({"stratum": data["stratum"], "incidents": data["N"]}).unique()


def test_ratio_without_correction_for_a_finite_frame(oracle: dict[str, Case]) -> None:
    case, out = oracle["01"], oracle["01"]["output"]
    recorded, due, codes, inclusion = arrays(case)
    fit = fit_ratio(recorded, due, codes, inclusion, with_replacement=True)
    error = fit.variance**0.5
    assert fit.ratio == pytest.approx(out["ratio"], **CLOSE)
    assert error == pytest.approx(out["se"], **CLOSE)
    assert (fit.weighted_recorded, fit.weighted_due) == pytest.approx((out["total_y"], out["total_d"]))
    reach = student_t(out["df"], 0.95) * error
    assert (fit.ratio - reach, fit.ratio + reach) == pytest.approx(tuple(out["ci_t"]), **CLOSE)


@pytest.mark.parametrize(("case_id", "columns"), [("02", ("y", "d")), ("04", ("rec", "need"))])
def test_a_row_an_incident_and_a_row_a_crime_give_the_same(
    oracle: dict[str, Case], case_id: str, columns: tuple[str, str]
) -> None:
    case = oracle[case_id]
    result = estimate(marks(case, *columns), frame(case))
    assert result.overall.estimate == pytest.approx(case["output"]["ratio"], **CLOSE)
    assert result.overall.standard_error == pytest.approx(case["output"]["se"], **CLOSE)


def test_each_stratum_equals_the_domain_of_the_survey_package(oracle: dict[str, Case]) -> None:
    case = oracle["02"]
    result, expected = estimate(marks(case), frame(case)), case["output"]["by_stratum"]
    for name, ratio, error in zip(expected["stratum"], expected["ratio"], expected["se"], strict=True):
        one = result.strata[name]
        assert one is not None
        assert (one.estimate, one.standard_error) == pytest.approx((ratio, error), **CLOSE)


def test_one_audited_incident_in_a_stratum_is_refused_as_the_survey_package_refuses_it(
    oracle: dict[str, Case],
) -> None:
    assert oracle["06"]["output"]["fail"] == "error"
    with pytest.raises(Refused, match="stratum"):
        estimate(marks(oracle["06"]), frame(oracle["06"]))


def test_all_recorded_has_no_standard_error_and_still_an_interval(oracle: dict[str, Case]) -> None:
    case = oracle["08"]
    overall = estimate(marks(case), frame(case)).overall
    assert (overall.estimate, overall.standard_error) == (case["output"]["ratio"], case["output"]["se"])
    data = case["input"]["data"]
    weights = [weight for due, weight in zip(data["d"], data["w"], strict=True) if due > 0]
    amount_to = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    assert amount_to < len(weights)
    assert (overall.low, overall.high) == pytest.approx((0.025 ** (1 / amount_to), 1.0))


def test_two_dominating_incidents_widen_the_error(oracle: dict[str, Case]) -> None:
    case = oracle["09"]
    overall = estimate(marks(case), frame(case)).overall
    assert overall.estimate == pytest.approx(case["output"]["ratio"], **CLOSE)
    assert overall.standard_error == pytest.approx(case["output"]["se"], **CLOSE)
    assert overall.low >= 0.0


@pytest.mark.parametrize("inside", [0, 1])
def test_a_domain_across_strata_keeps_its_rows(oracle: dict[str, Case], inside: int) -> None:
    case = oracle["10"]
    recorded, due, codes, inclusion = arrays(case)
    domain = np.asarray(case["input"]["data"]["da"]) == inside
    totals = np.asarray(case["input"]["data"]["N"], float)
    inclusion = np.bincount(codes)[codes] / totals
    fit = fit_ratio(recorded * domain, due * domain, codes, inclusion)
    expected = case["output"][f"da{inside}"]
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((expected["ratio"], expected["se"]), **CLOSE)


def test_unequal_chances_drawn_with_replacement(oracle: dict[str, Case]) -> None:
    case = oracle["11"]
    recorded, due, codes, _ = arrays(case)
    fit = fit_ratio(recorded, due, codes, np.asarray(case["input"]["data"]["pi"]), with_replacement=True)
    assert (fit.ratio, fit.variance**0.5) == pytest.approx(
        (case["output"]["ratio"], case["output"]["se"]), **CLOSE
    )


def test_unequal_chances_of_a_fixed_size(oracle: dict[str, Case]) -> None:
    case, out = oracle["23"], oracle["23"]["output"]
    overall = estimate(marks(case, inclusion_probability="pi"), frame(case)).overall
    assert (overall.estimate, overall.standard_error) == pytest.approx((out["ratio"], out["se"]), **CLOSE)
    _, due, codes, _ = arrays(case)
    total, variance = fit_total(due, codes, np.asarray(case["input"]["data"]["pi"]))
    assert (total, variance**0.5) == pytest.approx((out["total_d"], out["se_total_d"]), abs=1e-6)


@pytest.mark.parametrize(("interval", "theirs"), [("beta", "beta"), ("logit-t", "logit")])
def test_limits_equal_those_of_the_survey_package(
    oracle: dict[str, Case], interval: Any, theirs: str
) -> None:
    case = oracle["17"]
    overall = estimate(marks(case, "rec", "need"), frame(case), interval=interval).overall
    assert overall.standard_error == pytest.approx(case["output"]["se"], **CLOSE)
    assert (overall.low, overall.high) == pytest.approx(tuple(case["output"][theirs]), **CLOSE)
