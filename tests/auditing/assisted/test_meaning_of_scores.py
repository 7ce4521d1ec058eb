"""What a screen's score meant in an earlier audit puts its chances right."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from firstpoint.auditing.assisted import earlier_meaning
from firstpoint.errors import InputError, Refused


def audit_of(number: int, intercept: float, slope: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """An audit in which a score of log-odds s means log-odds ``intercept`` + ``slope``·s."""
    chance = np.random.default_rng(2)
    log_odds = chance.normal(-1.0, 1.5, number)
    missing = chance.random(number) < 1.0 / (1.0 + np.exp(-(intercept + slope * log_odds)))
    ids = [f"i{at}" for at in range(number)]
    known = pl.DataFrame({"incident_id": ids, "chance_unrecorded": 1.0 / (1.0 + np.exp(-log_odds))})
    marks = pl.DataFrame(
        {
            "incident_id": ids,
            "should_record": 1 + missing.astype(int),
            "recorded": [1] * number,
            "inclusion_probability": 0.02 + 0.1 * (log_odds > -1.0),
        }
    )
    return marks, known


def test_a_score_that_says_too_much_is_put_right() -> None:
    marks, known = audit_of(20_000, -0.7, 0.6)
    meaning = earlier_meaning(marks, known)
    assert (meaning.intercept, meaning.slope) == pytest.approx((-0.7, 0.6), abs=0.08)
    right = meaning.chances(known)["chance_unrecorded"].to_numpy()
    missing = (marks["should_record"] > marks["recorded"]).to_numpy()
    for least, most in ((0.05, 0.15), (0.15, 0.3), (0.3, 0.5)):
        about = (right >= least) & (right < most)
        assert missing[about].mean() == pytest.approx(right[about].mean(), abs=0.02)


def test_a_score_that_is_right_is_left_nearly_as_it_is() -> None:
    marks, known = audit_of(4_000, 0.0, 1.0)
    meaning = earlier_meaning(marks, known)
    assert (meaning.intercept, meaning.slope) == pytest.approx((0.0, 1.0), abs=0.15)
    assert meaning.incidents == set(marks["incident_id"])


def test_a_score_is_not_put_right_by_too_few_or_against_itself() -> None:
    marks, known = audit_of(60, -3.0, 1.0)
    with pytest.raises(Refused, match="too few to tell"):
        earlier_meaning(marks, known)
    marks, known = audit_of(2_000, -0.7, -1.0)
    with pytest.raises(Refused, match="says nothing"):
        earlier_meaning(marks, known)
    with pytest.raises(InputError, match="no chance") as error:
        earlier_meaning(marks, known.tail(1_999))
    assert error.value.where == "incident i0"


def test_second_readings_are_not_added_to_the_first_in_what_a_score_meant() -> None:
    marks, known = audit_of(4_000, -0.7, 0.6)
    first = marks.with_columns(stratum=pl.lit("all"), reading=pl.lit("first"), auditor=pl.lit("A"))
    wrong = first.with_columns(
        should_record=pl.col("recorded") + 1, reading=pl.lit("second"), auditor=pl.lit("B")
    ).cast(dict(first.schema))  # type: ignore[arg-type]
    alone = earlier_meaning(marks, known)
    read_twice = earlier_meaning(pl.concat([first, wrong]), known)
    assert (read_twice.intercept, read_twice.slope) == (alone.intercept, alone.slope)
