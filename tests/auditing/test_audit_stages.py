"""Audits that draw stations first and incidents within them next."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import polars as pl
import pytest
from audit_builders import SHARED

from firstpoint.auditing import ratio, two_stage_ratio
from firstpoint.auditing.stages import fit_two_stages
from firstpoint.errors import InputError, Refused


def marks(counts: dict[str, list[tuple[int, int]]]) -> pl.DataFrame:
    rows = [
        ("other", unit, f"{unit}-{at}", due, recorded)
        for unit, pairs in counts.items()
        for at, (due, recorded) in enumerate(pairs)
    ]
    return pl.DataFrame(
        rows, schema=["stratum", "unit", "incident_id", "should_record", "recorded"], orient="row"
    )


MARKS = marks({"A": [(1, 1), (1, 0), (2, 2)], "B": [(1, 1), (1, 1), (0, 0)], "C": [(3, 1), (1, 1), (1, 0)]})
UNITS = pl.DataFrame(
    {
        "stratum": ["other"] * 3,
        "unit": ["A", "B", "C"],
        "incidents": [30, 30, 30],
        "units_in_stratum": [12] * 3,
    }
)


def test_stations_of_equal_size_by_hand() -> None:
    found = two_stage_ratio(MARKS, UNITS)
    assert found.estimate == pytest.approx(7 / 11)
    residual = np.array([[1, 0, 2], [1, 1, 0], [1, 1, 0]]) - 7 / 11 * np.array(
        [[1, 1, 2], [1, 1, 0], [3, 1, 1]]
    )
    z = residual / 11
    between = (1 - 3 / 12) * 3 / 2 * np.sum((z.sum(axis=1) - z.sum() / 3) ** 2)
    within = 3 / 12 * (1 - 3 / 30) * 3 / 2 * np.sum((z - z.mean(axis=1, keepdims=True)) ** 2)
    assert found.standard_error**2 == pytest.approx(between + within)
    assert 0.0 < found.low < found.estimate < found.high < 1.0
    assert found.degrees_of_freedom == 2.0


def test_a_station_read_whole_leaves_only_the_draw_of_stations() -> None:
    whole = UNITS.with_columns(incidents=pl.lit(3))
    sums = MARKS.group_by("stratum", "unit").agg(pl.col("should_record", "recorded").sum())
    by_station = ratio(
        sums.rename({"unit": "incident_id"}), pl.DataFrame({"stratum": ["other"], "incidents": [12]})
    )
    found = two_stage_ratio(MARKS, whole)
    assert (found.estimate, found.standard_error) == pytest.approx(
        (by_station.estimate, by_station.standard_error)
    )


def test_every_station_drawn_leaves_only_the_draw_within_and_all_read_leaves_nothing() -> None:
    every = UNITS.with_columns(units_in_stratum=pl.lit(3))
    frame = pl.DataFrame({"stratum": ["A", "B", "C"], "incidents": [30] * 3})
    strata = MARKS.with_columns(stratum=pl.col("unit"))
    assert two_stage_ratio(MARKS, every).standard_error == pytest.approx(ratio(strata, frame).standard_error)
    all_read = two_stage_ratio(MARKS, every.with_columns(incidents=pl.lit(3)))
    assert all_read.low == all_read.estimate == all_read.high


def test_over_every_possible_sample_the_variance_of_a_mean_is_right_on_average() -> None:
    # due is 1 throughout and every station has as many, so the ratio is a mean and its variance exact
    whole = np.array([[1.0, 0, 1], [0, 0, 1], [1, 1, 1], [1, 0, 0]])
    found = []
    for stations in combinations(range(4), 2):
        for inside in product(combinations(range(3), 2), repeat=2):
            recorded = np.concatenate(
                [whole[station][list(one)] for station, one in zip(stations, inside, strict=True)]
            )
            fit = fit_two_stages(
                recorded,
                np.ones(4),
                np.zeros(4, dtype=np.intp),
                np.array([0, 0, 1, 1]),
                np.full(4, 0.5),
                np.full(4, 2 / 3),
            )
            found.append((fit.ratio, fit.variance))
    rates, variances = np.array(found).T
    assert rates.mean() == pytest.approx(whole.mean())
    assert variances.mean() == pytest.approx(rates.var())


@pytest.mark.shared
def test_api_districts_and_schools_within_them() -> None:
    path = SHARED / "data" / "real" / "survey" / "apiclus2.csv"
    if not path.is_file():
        pytest.skip("the api data of R's survey package are not beside this checkout")
    data = pl.read_csv(path, null_values="NA").sort("dnum", maintain_order=True)
    within = pl.len().over("dnum") / pl.col("fpc2")
    data = data.with_columns(first=40 / pl.col("fpc1"), second=within)
    codes = np.unique(data["dnum"], return_inverse=True)[1].astype(np.intp)
    present = data["enroll"].is_not_null().to_numpy()
    students, enrolled = (
        np.where(present, data[name].fill_null(0).to_numpy(), 0).astype(float)
        for name in ("api.stu", "enroll")
    )
    shares = [data[name].to_numpy() for name in ("first", "second")]
    fit = fit_two_stages(students, enrolled, np.zeros(len(codes), dtype=np.intp), codes, *shares)
    expected = (0.819737042125461, 0.0188505633126712)
    assert (fit.ratio, fit.variance**0.5) == pytest.approx(expected, rel=0, abs=1e-8)


@pytest.mark.parametrize(
    ("units", "error", "words"),
    [
        (UNITS.head(2), InputError, "incident C-0"),
        (pl.concat([UNITS, UNITS.head(1)]), InputError, "unit A"),
        (UNITS.with_columns(incidents=pl.lit(2)), InputError, "unit A"),
        (UNITS.with_columns(units_in_stratum=pl.lit(2)), InputError, "of 2 drawn"),
        (
            pl.concat([UNITS, UNITS.head(1).with_columns(unit=pl.lit("D"))]),
            Refused,
            "unit D",
        ),
        (UNITS.drop("incidents"), InputError, "incidents"),
    ],
)
def test_units_that_do_not_fit_are_turned_away(
    units: pl.DataFrame, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        two_stage_ratio(MARKS, units)


def test_thin_draws_and_no_crime_are_refused() -> None:
    with pytest.raises(Refused, match="no variance within"):
        two_stage_ratio(
            MARKS.filter(pl.col("incident_id") != "A-0").filter(pl.col("incident_id") != "A-1"), UNITS
        )
    with pytest.raises(Refused, match="One unit of 12"):
        two_stage_ratio(MARKS.filter(unit="A"), UNITS.head(1))
    with pytest.raises(Refused, match="no rate"):
        two_stage_ratio(MARKS.with_columns(should_record=0, recorded=0), UNITS)
    with pytest.raises(InputError, match="no unit"):
        two_stage_ratio(MARKS.with_columns(unit=pl.lit(None, dtype=pl.String)), UNITS)
