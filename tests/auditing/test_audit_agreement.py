"""Agreement of auditors: equal to R's, worked by hand, and never surer than the readings allow."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.auditing.agreement import agreement, pair_readings
from firstpoint.auditing.agreement.coefficients import (
    COEFFICIENTS,
    CoefficientName,
    coefficient,
    disagreements,
    standard_error,
    table_of,
)
from firstpoint.auditing.agreement.resampling import agreement_limits, replicate_tables
from firstpoint.errors import InputError, Refused

Pair = tuple[bool, bool]


def readings(
    pairs: list[Pair], *, stratum: str = "violence", first: str = "A", other: str = "B", start: int = 0
) -> pl.DataFrame:
    """Marks of reports with one crime each; each pair says whether either reader found it unrecorded."""
    rows = [
        (stratum, f"{stratum}-{start + at:04d}", reading, auditor, 1, int(not missed))
        for at, pair in enumerate(pairs)
        for reading, auditor, missed in zip(("first", "second"), (first, other), pair, strict=True)
    ]
    columns = ["stratum", "incident_id", "reading", "auditor", "should_record", "recorded"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def table_pairs(both: int, first_only: int, other_only: int, neither: int) -> list[Pair]:
    return (
        [(True, True)] * both
        + [(True, False)] * first_only
        + [(False, True)] * other_only
        + [(False, False)] * neither
    )


def values(marks: pl.DataFrame, question: str = "any crime missed", **more: Any) -> dict[str, Any]:
    found = agreement(marks, replicates=400, **more)
    return {name: found.figure(question, name).estimate for name in COEFFICIENTS}


@pytest.mark.shared
def test_weighted_kappa_and_its_error_equal_those_of_the_survey_package(
    oracle: dict[str, dict[str, Any]],
) -> None:
    case = oracle["20"]
    data, out = case["input"]["data"], case["output"]
    first, other = np.asarray(data["a"]), np.asarray(data["b"])
    strata = np.unique(data["stratum"], return_inverse=True)[1]
    weights, reports = disagreements(2, "none"), np.asarray(data["w"])
    shares = table_of(first, other, reports, 2)
    assert float(coefficient("kappa", shares, weights, 30)) == pytest.approx(out["kappa"], abs=1e-10)
    error = standard_error("kappa", first, other, reports, strata, weights)
    assert error == pytest.approx(out["se"], abs=1e-10)


@pytest.mark.shared
def test_marks_with_chances_of_selection_give_the_same_kappa(oracle: dict[str, dict[str, Any]]) -> None:
    case = oracle["20"]
    data = pl.DataFrame(case["input"]["data"])
    marks = pl.concat(
        data.select(
            "stratum",
            incident_id="incident",
            reading=pl.lit(reading),
            should_record=pl.lit(1),
            recorded=1 - pl.col(name),
            inclusion_probability=5.0 / pl.col("w"),
            second_probability=pl.lit(0.2),
        )
        for reading, name in (("first", "a"), ("second", "b"))
    )
    kappa = values(marks)["kappa"]
    assert kappa.estimate == pytest.approx(case["output"]["kappa"], abs=1e-8)
    assert kappa.standard_error == pytest.approx(case["output"]["se"], abs=1e-8)


def test_a_table_worked_by_hand() -> None:
    """20 and 15 of 50 agree, 5 and 10 do not: po = 0.7, and chance would give 0.5 (kappa)."""
    found = values(readings(table_pairs(20, 5, 10, 15)))
    assert found["percent"].estimate == pytest.approx(0.7)
    assert found["kappa"].estimate == pytest.approx((0.7 - 0.5) / 0.5)
    share = (25 + 30) / 100
    by_chance = 2 * share * (1 - share)
    assert found["ac1"].estimate == pytest.approx((0.7 - by_chance) / (1 - by_chance))
    # Alpha from the coincidences of 100 answers: 55 yes and 45 no, 30 of them unlike.
    assert found["alpha"].estimate == pytest.approx(1 - 99 * 30 / (2 * 55 * 45))


def test_coefficients_equal_the_printed_examples_of_their_authors() -> None:
    """Krippendorff's two observers of ten and of twelve articles; Gwet's paradox of 125 subjects."""

    def value(name: CoefficientName, first: list[int], other: list[int], answers: int) -> float:
        columns = np.asarray(first), np.asarray(other), np.ones(len(first))
        shares = table_of(*columns, answers)
        return float(coefficient(name, shares, disagreements(answers, "none"), len(first)))

    ten = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert value("alpha", *ten, 2) == pytest.approx(0.095, abs=5e-4)
    twelve = [["abcde".index(each) for each in answers] for answers in ("aabbdcccedda", "babbbccceddd")]
    assert value("alpha", *twelve, 5) == pytest.approx(0.692, abs=5e-4)
    paradox = [1] * 123 + [0] * 2, [1] * 118 + [0] * 5 + [1] * 2
    assert value("ac1", *paradox, 2) == pytest.approx(0.9408, abs=5e-5)
    assert value("kappa", *paradox, 2) == pytest.approx(-0.0234, abs=5e-5)


def test_a_chance_that_is_left_out_for_some_reports_is_refused() -> None:
    marks = readings([(False, True)] * 3).with_columns(
        second_probability=pl.Series([0.2, 0.2, None, None, 0.2, 0.2])
    )
    with pytest.raises(InputError, match="violence-0001"):
        agreement(marks, replicates=200)


def test_kappa_falls_and_ac1_stays_where_nearly_all_reports_are_clean() -> None:
    marks = readings(table_pairs(1, 2, 2, 95))
    found = values(marks)
    assert found["percent"].estimate == pytest.approx(0.96)
    assert found["kappa"].estimate < 0.35
    assert found["ac1"].estimate > 0.95
    assert any("AC1" in words for words in agreement(marks, replicates=200).cautions)


def test_full_agreement_is_not_certainty() -> None:
    found = values(readings(table_pairs(10, 0, 0, 30)))
    assert found["percent"].low == pytest.approx(0.025 ** (1 / 40))
    for one in found.values():
        assert (one.estimate, one.high) == (pytest.approx(1.0), 1.0)
        assert one.low < 0.92


def test_readers_who_always_say_the_same_have_no_kappa_and_the_reason_is_said() -> None:
    found = agreement(readings(table_pairs(0, 0, 0, 30)), replicates=200)
    for name in ("kappa", "alpha"):
        one = found.figure("any crime missed", name)
        assert one.estimate is None
        assert "same answer" in one.reason
    assert found.figure("any crime missed", "ac1").estimate is not None


def test_each_auditor_has_figures_of_the_pairs_that_were_that_auditors() -> None:
    marks = pl.concat(
        [
            readings(table_pairs(10, 0, 0, 10), first="A", other="B"),
            readings(table_pairs(5, 5, 5, 5), first="C", other="B", start=100),
        ]
    )
    found = agreement(marks, replicates=200)

    def percent(auditor: str | None) -> float:
        estimate = found.figure("any crime missed", "percent", auditor).estimate
        assert estimate is not None
        return estimate.estimate

    shares = (percent("A"), percent("C"), percent("B"), percent(None))
    assert shares == pytest.approx((1.0, 0.5, 0.75, 0.75))


def test_a_ruling_is_held_against_the_first_reading() -> None:
    marks = readings(table_pairs(5, 5, 0, 5)).with_columns(
        reading=pl.col("reading").replace("second", "ruling")
    )
    one = agreement(marks, against="ruling", replicates=200).figure("any crime missed", "percent")
    assert one.estimate is not None
    assert one.estimate.estimate == pytest.approx(10 / 15)


def test_other_marks_are_questions_too_and_rows_of_one_reading_are_put_together() -> None:
    marks = readings([(False, False)] * 4)
    twice = pl.concat([marks, marks]).with_columns(
        ho_class=pl.Series(["8N", "8N"] * 4 + ["105A", "105A"] * 3 + ["105A", "66"])
    )
    one = agreement(twice, replicates=200).figure("class", "percent")
    assert one.estimate is not None
    assert one.estimate.estimate == pytest.approx(0.75)


def test_a_question_left_open_by_one_reader_is_not_a_disagreement() -> None:
    marks = readings([(False, False)] * 4).with_columns(
        in_time=pl.Series(["yes", "yes", "no", None, "yes", "yes", None, None])
    )
    one = agreement(marks, replicates=200).figure("in time", "percent")
    assert one.estimate is not None
    assert (one.estimate.incidents, one.estimate.estimate) == (2, 1.0)


def test_a_frame_weighs_each_report_by_how_many_it_stands_for() -> None:
    marks = pl.concat(
        [
            readings(table_pairs(2, 0, 0, 2)),
            readings(table_pairs(0, 2, 2, 0), stratum="other"),
        ]
    )
    frame = pl.DataFrame({"stratum": ["violence", "other"], "incidents": [300, 100]})
    assert values(marks, frame=frame)["percent"].estimate == pytest.approx(0.75)
    assert values(marks)["percent"].estimate == pytest.approx(0.5)


def test_counts_further_apart_disagree_more_where_that_is_asked() -> None:
    rows = [
        ("violence", f"I{at}", reading, 3 if reading == "first" else due, 0)
        for at, due in enumerate((2, 3, 1, 3))
        for reading in ("first", "second")
    ]
    marks = pl.DataFrame(
        rows, schema=["stratum", "incident_id", "reading", "should_record", "recorded"], orient="row"
    )
    percent = [
        values(marks, "crimes due", ordering=ordering)["percent"].estimate
        for ordering in ("none", "linear", "quadratic")
    ]
    assert percent == pytest.approx([0.5, 1 - 1.5 / 4, 1 - 1.25 / 4])


def test_what_cannot_be_compared_is_refused_with_its_remedy() -> None:
    marks = readings([(False, True)] * 3)
    with pytest.raises(InputError, match="reading"):
        agreement(marks.filter(pl.col("reading") == "first").drop("reading"))
    with pytest.raises(Refused, match="second"):
        agreement(marks.filter(pl.col("reading") == "first"))
    with pytest.raises(InputError, match="same person"):
        agreement(readings([(False, True)] * 3, other="A"))
    with pytest.raises(InputError, match="replicates"):
        agreement(marks, replicates=10)
    frame = pl.DataFrame({"stratum": ["other"], "incidents": [10]})
    with pytest.raises(InputError, match="stratum violence"):
        agreement(marks, frame)


def test_one_report_read_twice_has_no_figure() -> None:
    one = agreement(readings([(True, True)]), replicates=200).figure("any crime missed", "percent")
    assert (one.estimate, one.reason) == (None, "1 reports read twice are too few for a figure")


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=12), st.randoms())
@settings(max_examples=15, deadline=None)
def test_no_order_of_rows_changes_a_figure_and_none_leaves_what_is_possible(
    pairs: list[Pair], chance: Any
) -> None:
    marks = readings(pairs)
    order = list(range(marks.height))
    chance.shuffle(order)
    here, there = agreement(marks, replicates=200), agreement(marks[order], replicates=200)
    assert here.as_dict() == there.as_dict()
    for one in here.figures:
        if one.estimate is not None:
            assert -1.0 <= one.estimate.low <= one.estimate.estimate + 1e-12
            assert one.estimate.estimate <= one.estimate.high + 1e-12 <= 1.0 + 1e-9


@given(st.lists(st.integers(0, 12), min_size=4, max_size=4).filter(lambda cells: sum(cells) >= 2))
@settings(max_examples=50, deadline=None)
def test_changing_places_of_the_readers_changes_no_coefficient(cells: list[int]) -> None:
    shares = np.asarray(cells, dtype=float).reshape(2, 2) / sum(cells)
    weights = disagreements(2, "none")
    for name in COEFFICIENTS:
        here, there = (coefficient(name, one, weights, sum(cells)) for one in (shares, shares.T))
        assert here == pytest.approx(there, nan_ok=True)


@given(st.lists(st.integers(0, 6), min_size=9, max_size=9).filter(lambda cells: sum(cells) >= 5))
@settings(max_examples=30, deadline=None)
def test_the_error_is_the_slope_of_the_coefficient(cells: list[int]) -> None:
    """Moving a little weight onto one report moves the coefficient as the linearised value says."""
    pairs = [
        pair
        for pair, number in zip(itertools.product(range(3), repeat=2), cells, strict=True)
        for _ in range(number)
    ]
    first, other = (np.asarray(column, dtype=np.intp) for column in zip(*pairs, strict=True))
    weights, strata = disagreements(3, "linear"), np.zeros(len(pairs), dtype=np.intp)
    reports = np.ones(len(pairs))
    for name in COEFFICIENTS:
        plain = coefficient(name, table_of(first, other, reports, 3), weights, len(pairs))
        if not np.isfinite(plain):
            continue
        steps = []
        for at in range(len(pairs)):
            moved = reports.copy()
            moved[at] += 1e-6
            steps.append(
                float(coefficient(name, table_of(first, other, moved, 3), weights, len(pairs)) - plain) / 1e-6
            )
        size = len(pairs)
        numeric = np.sqrt(size / (size - 1) * np.sum((np.asarray(steps) - np.mean(steps)) ** 2))
        error = standard_error(name, first, other, reports, strata, weights)
        assert error == pytest.approx(float(numeric), abs=1e-4)


def test_pairs_come_with_the_weight_of_both_draws() -> None:
    marks = readings([(False, True)] * 2).with_columns(
        inclusion_probability=pl.lit(0.1), second_probability=pl.lit(0.25)
    )
    assert pair_readings(marks)["weight"].unique().to_list() == [40.0]


def test_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    """400 samples of 60 reports from a population whose four coefficients are known."""
    truth = np.asarray([[0.80, 0.05], [0.04, 0.11]])
    weights, strata, reports = disagreements(2, "none"), np.zeros(60, dtype=np.intp), np.ones(60)
    chance = np.random.default_rng(6)
    held = dict.fromkeys(COEFFICIENTS, 0)
    for run in range(400):
        answers = np.repeat(np.arange(4), chance.multinomial(60, truth.ravel()))
        columns = (answers // 2, answers % 2, reports, strata)
        shares = table_of(answers // 2, answers % 2, reports, 2)
        resampled = replicate_tables(*columns, answers=2, replicates=400, seed=run)
        error = standard_error("percent", *columns, weights)
        for name in COEFFICIENTS:
            low, high = agreement_limits(
                name, shares, resampled, weights, pairs=60, percent_error=error, confidence=0.95
            )
            held[name] += low <= float(coefficient(name, truth, weights, 10**9)) <= high
    assert min(held.values()) >= 0.93 * 400
