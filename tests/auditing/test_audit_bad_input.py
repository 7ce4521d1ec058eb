"""What cannot be right gets an error or a stated refusal with stratum and remedy, never a figure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from audit_builders import frame_of, marks_of, totals

from firstpoint.auditing import compare, estimate, plan_sample, poststratified_ratio, ratio, separate_ratio
from firstpoint.auditing.ratio import fit_ratio
from firstpoint.errors import FirstpointError, InputError, Refused

GOOD = marks_of("violence", (1, 1), (2, 1), (0, 0), (1, 1), (1, 0))
FRAME = totals(violence=50)

Asked = Callable[[pl.DataFrame, pl.DataFrame], Any]
QUESTIONS: dict[str, Asked] = {
    "estimate": estimate,
    "ratio": ratio,
    "separate_ratio": lambda marks, frame: separate_ratio(marks, frame, due_totals={"violence": 60.0}),
    "poststratified_ratio": lambda marks, frame: poststratified_ratio(
        marks.with_columns(route=pl.lit("phone")), frame, by="route", totals={"phone": 50}
    ),
    "compare": lambda marks, frame: compare((GOOD, FRAME), (marks, frame)),
}


def changed(**values: object) -> pl.DataFrame:
    """The good marks with other values in the row of the second incident."""
    second = pl.col("incident_id") == "violence-0001"
    return GOOD.with_columns(
        pl.when(second).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def chances(*given: float | None) -> pl.DataFrame:
    return GOOD.with_columns(inclusion_probability=pl.Series(given))


BAD: dict[str, tuple[pl.DataFrame, pl.DataFrame, str]] = {
    "more recorded than should be": (changed(recorded=3), FRAME, "more recorded than should be"),
    "a negative count": (changed(should_record=-1, recorded=-1), FRAME, "negative"),
    "a fractional count": (changed(should_record=1.5), FRAME, "not whole"),
    "a count that is not finite": (changed(should_record=math.inf), FRAME, "no number"),
    "a count that is missing": (changed(should_record=None), FRAME, "no number"),
    "a weight of zero": (chances(0.1, 0.0, 0.1, 0.1, 0.1), FRAME, "inclusion_probability"),
    "a probability over 1": (chances(0.1, 1.2, 0.1, 0.1, 0.1), FRAME, "inclusion_probability"),
    "a probability that is missing": (chances(0.1, None, 0.1, 0.1, 0.1), FRAME, "inclusion_probability"),
    "an incident in two strata": (
        pl.concat([GOOD, GOOD.head(1).with_columns(stratum=pl.lit("other"))]),
        totals(violence=50, other=9),
        "more than one stratum",
    ),
    "an incident marked by two auditors": (
        pl.concat([GOOD, GOOD.head(1)]).with_columns(auditor=pl.Series([*"AAAAAB"])),
        FRAME,
        "two auditors",
    ),
    "an incident twice in the frame": (GOOD, pl.concat([frame_of(violence=50)] * 2), "more than once"),
    "a stratum twice in the frame": (GOOD, pl.concat([FRAME, FRAME]), "more than once"),
    "marks for incidents outside the frame": (GOOD, frame_of(violence=4), "violence-0004"),
    "marks for a stratum outside the frame": (GOOD, totals(other=50), "violence"),
    "a frame of another period": (
        GOOD,
        frame_of(violence=50).with_columns(incident_id=pl.col("incident_id") + "-2019"),
        "another period",
    ),
    "more audited than there are": (GOOD, totals(violence=3), "frame has 3"),
    "no marks": (GOOD.head(0), FRAME, "no marks"),
    "one audited of several": (GOOD.head(1), FRAME, "no standard error"),
    "no crime at all": (GOOD.with_columns(should_record=0, recorded=0), FRAME, "crime"),
    "none audited in a stratum": (GOOD, totals(violence=50, sexual=9), "stratum sexual"),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("fault", BAD)
def test_bad_input_is_refused_with_where_and_remedy_whatever_is_asked(fault: str, question: str) -> None:
    marks, frame, words = BAD[fault]
    with pytest.raises((InputError, Refused)) as refusal:
        QUESTIONS[question](marks, frame)
    if question != "separate_ratio" or fault not in ("none audited in a stratum",):
        assert words in str(refusal.value)
    assert refusal.value.where
    assert refusal.value.remedy


FINE: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {
    "all right": (marks_of("violence", *[(1, 1)] * 9), FRAME),
    "all wrong": (marks_of("violence", *[(1, 0)] * 9), FRAME),
    "one incident in the stratum, audited": (marks_of("violence", (3, 1)), totals(violence=1)),
    "one crime in all": (marks_of("violence", (1, 1), (0, 0), (0, 0)), FRAME),
    "one crime in all, missed": (marks_of("violence", (1, 0), (0, 0), (0, 0)), FRAME),
    "every incident the same": (marks_of("violence", *[(2, 1)] * 5), FRAME),
    "the frame audited whole": (GOOD, totals(violence=5)),
    "very unequal chances": (chances(1.0, 1e-6, 0.5, 1.0, 0.02), totals(violence=1_000_000)),
}


@pytest.mark.parametrize("interval", ["beta", "guarded", "logit-t", "wilson", "arcsine", "fieller"])
@pytest.mark.parametrize("case", FINE)
def test_what_is_odd_but_possible_gets_finite_figures_within_the_possible(case: str, interval: Any) -> None:
    rate = ratio(*FINE[case], interval=interval)
    assert 0.0 <= rate.low <= rate.estimate <= rate.high <= 1.0
    assert math.isfinite(rate.standard_error)
    whole = case in ("one incident in the stratum, audited", "the frame audited whole")
    assert (rate.low == rate.high) == whole


@pytest.mark.parametrize("sexual", [0, 1])
def test_a_stratum_that_cannot_be_built_refuses_the_plan_with_its_remedy(sexual: int) -> None:
    with pytest.raises(Refused) as refusal:
        plan_sample(totals(violence=5000, sexual=sexual, other=9000))
    assert refusal.value.where == "stratum sexual"
    assert refusal.value.remedy


@pytest.mark.parametrize("chance", [0.0, -0.1, 1.5, math.nan])
def test_arrays_with_a_chance_that_cannot_be_are_turned_away_too(chance: float) -> None:
    import numpy as np

    with pytest.raises(InputError, match="incident 2"):
        fit_ratio(np.ones(3), np.ones(3), np.zeros(3, dtype=np.intp), np.array([0.5, chance, 0.5]))


@pytest.mark.parametrize(
    ("name", "value"), [("interval", "normal"), ("variance", "guess"), ("singles", "ignore"), ("of", "x")]
)
def test_a_name_that_is_not_there_is_answered_with_those_that_are(name: str, value: str) -> None:
    with pytest.raises(FirstpointError, match=value) as fault:
        ratio(GOOD, FRAME, **{name: value})  # type: ignore[call-overload]
    assert "Choose one of" in fault.value.remedy
