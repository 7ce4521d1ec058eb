"""Further figures of R's survey package 4.1-1, to 1e-8: rules, replicates, and the api data."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from audit_builders import SHARED

from firstpoint.auditing import ratio, separate_ratio
from firstpoint.auditing.audited import Audit
from firstpoint.auditing.intervals import arcsine_limits
from firstpoint.auditing.over_time.change import covariance
from firstpoint.auditing.poststrata import fit_poststratified
from firstpoint.auditing.ratio import fit_ratio, fit_totals
from firstpoint.auditing.resampling import jackknife_parts
from firstpoint.auditing.separate import fit_separate
from firstpoint.errors import Refused

pytestmark = pytest.mark.shared

Case = dict[str, Any]
CLOSE = {"rel": 0, "abs": 1e-8}


def tables(case: Case) -> tuple[pl.DataFrame, pl.DataFrame]:
    data = case["input"]["data"]
    marks = pl.DataFrame(
        {
            "stratum": data["stratum"],
            "incident_id": data["incident"],
            "should_record": data["d"],
            "recorded": data["y"],
        }
    )
    frame = pl.DataFrame({"stratum": data["stratum"], "incidents": data["N"]}).unique()
    return marks, frame


def test_separate_ratio_with_known_totals(oracle: dict[str, Case]) -> None:
    case, out = oracle["03"], oracle["03"]["output"]
    known = case["input"]["D_total"]
    rate = separate_ratio(*tables(case), due_totals=known)
    assert rate.estimate == pytest.approx(out["overall_ratio"], **CLOSE)
    assert rate.standard_error == pytest.approx(out["se_overall"], **CLOSE)
    total = sum(known.values())
    assert rate.estimate * total == pytest.approx(out["predicted_total"], rel=1e-10)
    assert rate.standard_error * total == pytest.approx(out["se_total"], rel=1e-10)


@pytest.mark.parametrize("rule", ["certainty", "remove", "adjust", "average"])
def test_a_stratum_with_one_audited_incident_by_each_named_rule(oracle: dict[str, Case], rule: Any) -> None:
    case = oracle["06"]
    rate = ratio(*tables(case), singles=rule)
    expected = case["output"][rule]
    assert (rate.estimate, rate.standard_error) == pytest.approx((expected["ratio"], expected["se"]), **CLOSE)
    assert any(rule in words for words in rate.warnings)


def test_a_stratum_with_one_audited_incident_is_refused_unless_a_rule_is_named(
    oracle: dict[str, Case],
) -> None:
    assert oracle["06"]["output"]["fail"] == "error"
    with pytest.raises(Refused, match="collapse"):
        ratio(*tables(oracle["06"]))


def test_jackknife_of_incidents(oracle: dict[str, Case]) -> None:
    case = oracle["18"]
    rate = ratio(*tables(case), variance="jackknife")
    assert rate.estimate == pytest.approx(case["output"]["ratio"], **CLOSE)
    assert rate.standard_error == pytest.approx(case["output"]["se"], **CLOSE)


def test_dominating_incidents_by_the_plain_interval_that_is_there_to_compare_with(
    oracle: dict[str, Case],
) -> None:
    case = oracle["09"]
    plain = ratio(*tables(case), interval="wald-for-comparison")
    assert (plain.low, plain.high) == pytest.approx(tuple(case["output"]["ci_t"]), **CLOSE)


def test_arcsine_limits(oracle: dict[str, Case]) -> None:
    out = oracle["17"]["output"]
    rate = oracle["02"]["output"]["ratio"]
    assert arcsine_limits(rate, out["se"] ** 2, df=out["df"]) == pytest.approx(tuple(out["asin"]), **CLOSE)


def test_totals_with_their_covariance(oracle: dict[str, Case]) -> None:
    data, out = oracle["01"]["input"]["data"], oracle["01"]["output"]
    codes = np.unique(data["stratum"], return_inverse=True)[1]
    small = np.full(len(codes), 1e-12)
    weigh = np.asarray(data["w"], float) * small
    totals = fit_totals(np.asarray(data["y"]) * weigh, np.asarray(data["d"]) * weigh, codes, small)
    assert totals.due_variance**0.5 == pytest.approx(out["se_total_d"], rel=1e-9)
    assert totals.covariance == pytest.approx(out["cov_yd"], rel=1e-9)


def api(name: str) -> pl.DataFrame:
    path = SHARED / "data" / "real" / "survey" / f"{name}.csv"
    if not path.is_file():
        pytest.skip("the api data of R's survey package are not beside this checkout")
    return pl.read_csv(path, null_values="NA")


SCHOOLS = {"E": 4421, "H": 755, "M": 1018}


def schools() -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    data = api("apistrat").sort("stype", maintain_order=True)
    codes = np.unique(data["stype"], return_inverse=True)[1].astype(np.intp)
    return data, codes, (np.bincount(codes) / np.asarray(list(SCHOOLS.values())))[codes]


def column(data: pl.DataFrame, name: str) -> np.ndarray:
    return data[name].to_numpy().astype(float)


def pupils(data: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return column(data, "api.stu"), column(data, "enroll")


def test_api_stratified_ratio_and_its_jackknife() -> None:
    data, codes, inclusion = schools()
    fit = fit_ratio(*pupils(data), codes, inclusion)
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((0.836956886940522, 0.00775710316663788), **CLOSE)
    free = fit_ratio(*pupils(data), codes, inclusion, with_replacement=True)
    assert free.variance**0.5 == pytest.approx(0.00797025904429553, **CLOSE)
    parts = jackknife_parts(*pupils(data), codes, inclusion)
    assert parts.sum() ** 0.5 == pytest.approx(0.00777250905056013, **CLOSE)


@pytest.mark.parametrize(
    ("name", "value", "expected", "error"),
    [
        ("stype", "E", 0.851816305964778, 0.00703235959297812),
        ("stype", "H", 0.810570152192019, 0.0204772567562377),
        ("stype", "M", 0.835695752450509, 0.0181874383896262),
        ("sch.wide", "Yes", 0.849640874213101, 0.00647901444384927),
        ("sch.wide", "No", 0.803476016868296, 0.0222466059704202),
    ],
)
def test_api_domains(name: str, value: str, expected: float, error: float) -> None:
    data, codes, inclusion = schools()
    inside = (data[name] == value).to_numpy()
    students, enrolled = pupils(data)
    fit = fit_ratio(students * inside, enrolled * inside, codes, inclusion)
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((expected, error), **CLOSE)


def test_api_separate_ratio() -> None:
    data, codes, inclusion = schools()
    fit = fit_separate(*pupils(data), codes, inclusion, np.asarray([1e6, 5e5, 7e5]))
    total = 2.2e6
    assert fit.ratio == pytest.approx(1842088.40877614 / total, **CLOSE)
    assert fit.variance**0.5 == pytest.approx(17786.7147316932 / total, **CLOSE)


def test_api_simple_random_sample_and_its_post_stratification() -> None:
    data = api("apisrs")
    codes, inclusion = np.zeros(200, dtype=np.intp), np.full(200, 200 / 6194)
    fit = fit_ratio(*pupils(data), codes, inclusion)
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((0.825353654573134, 0.0100688263233281), **CLOSE)
    groups = np.unique(data["stype"], return_inverse=True)[1].astype(np.intp)
    sizes = np.asarray(list(SCHOOLS.values()), dtype=float)
    after = fit_poststratified(*pupils(data), codes, inclusion, groups, sizes)
    assert (after.ratio, after.variance**0.5) == pytest.approx(
        (0.825865205179996, 0.0092486389937763), **CLOSE
    )


def test_api_schools_clustered_in_districts() -> None:
    sums = api("apiclus1").group_by("dnum").agg(pl.col("api.stu", "enroll").sum()).sort("dnum")
    codes, inclusion = np.zeros(15, dtype=np.intp), np.full(15, 15 / 757)
    fit = fit_ratio(*pupils(sums), codes, inclusion)
    assert (fit.ratio, fit.variance**0.5) == pytest.approx((0.849708741724488, 0.00838629716939109), **CLOSE)
    parts = jackknife_parts(*pupils(sums), codes, inclusion)
    assert parts.sum() ** 0.5 == pytest.approx(0.00951936348156449, **CLOSE)
    wide = api("apiclus1").with_columns(
        pl.when(pl.col("sch.wide") == "Yes").then(pl.col("api.stu", "enroll")).otherwise(0)
    )
    inside = wide.group_by("dnum").agg(pl.col("api.stu", "enroll").sum()).sort("dnum")
    part = fit_ratio(*pupils(inside), codes, inclusion)
    assert (part.ratio, part.variance**0.5) == pytest.approx(
        (0.848935559763585, 0.00830879526409885), **CLOSE
    )


def test_api_the_difference_of_two_ratios_from_one_sample() -> None:
    data, codes, inclusion = schools()
    sizes = tuple(np.bincount(codes).tolist())

    def audit(recorded: str, due: str) -> Audit:
        return Audit(
            references=pl.Series(range(200)).cast(pl.String),
            names=tuple(SCHOOLS),
            codes=codes,
            variance_codes=codes,
            due=column(data, due),
            recorded=column(data, recorded),
            inclusion=inclusion,
            sampled=sizes,
            incidents=tuple(SCHOOLS.values()),
            recorded_12m=None,
        )

    one, two = audit("api.stu", "enroll"), audit("api00", "api99")
    variances = [fit_ratio(a.recorded, a.due, a.codes, a.inclusion).variance for a in (one, two)]
    together = sum(variances) - 2.0 * covariance(one, two)
    assert together**0.5 == pytest.approx(0.00870031235860388, **CLOSE)
