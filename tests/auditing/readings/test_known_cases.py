"""Known cases among the rest say whether an auditor is right."""

from __future__ import annotations

import polars as pl
import pytest
from audit_builders import frame_of, marks_of

from firstpoint.auditing.readings import read_known_cases, seed_known_cases, without_known_cases
from firstpoint.errors import InputError

BANK = marks_of("known", *[(2, 1)] * 20, *[(1, 1)] * 10)
SAMPLE = frame_of(other=30, violence=20)


def test_known_cases_stand_among_the_rest_in_an_order_that_gives_nothing_away() -> None:
    seeded = seed_known_cases(SAMPLE, BANK, 10, seed=3)
    assert len(seeded.key) == 10
    assert seeded.work.height == 60
    assert seeded.work["reading_order"].to_list() == list(range(1, 61))
    places = seeded.work.filter(pl.col("incident_id").is_in(sorted(seeded.key)))["reading_order"]
    assert 15 < places.mean() < 46
    assert places.max() - places.min() > 25
    assert set(seeded.work.columns) == {"stratum", "incident_id", "reading_order"}
    shuffled = seed_known_cases(SAMPLE.sample(fraction=1, shuffle=True, seed=1), BANK, 10, seed=3)
    assert shuffled.work.equals(seeded.work)
    assert without_known_cases(seeded.work, seeded.key).height == 50


def test_a_case_of_the_bank_may_not_be_in_the_sample_and_the_bank_must_be_large_enough() -> None:
    with pytest.raises(InputError, match="in the sample itself"):
        seed_known_cases(pl.concat([SAMPLE, BANK.select("stratum", "incident_id").head(1)]), BANK, 5, seed=1)
    with pytest.raises(InputError, match="bank of 30"):
        seed_known_cases(SAMPLE, BANK, 31, seed=1)


def test_overlooked_and_over_called_cases_are_counted_with_exact_limits() -> None:
    found = BANK.with_columns(
        should_record=pl.Series([1] * 3 + [2] * 17 + [2] + [1] * 9), auditor=pl.lit("A7")
    )
    rates = read_known_cases(found, BANK)
    assert list(rates) == ["all auditors", "A7"]
    overlooked, over_called = rates["A7"].overlooked, rates["A7"].over_called
    assert overlooked is not None
    assert over_called is not None
    assert (overlooked.estimate, overlooked.incidents) == (0.15, 20)
    # Clopper and Pearson for 3 of 20 and 1 of 10
    assert (overlooked.low, overlooked.high) == pytest.approx((0.0320709, 0.3789268), abs=1e-6)
    assert (over_called.low, over_called.high) == pytest.approx((0.0025286, 0.4450161), abs=1e-6)


def test_an_auditor_who_was_given_no_clean_case_has_no_rate_of_over_calls() -> None:
    found = BANK.head(5).with_columns(auditor=pl.lit("B2"))
    assert read_known_cases(found, BANK)["B2"].over_called is None
    with pytest.raises(InputError, match="None of the marks"):
        read_known_cases(marks_of("other", (1, 1)), BANK)
