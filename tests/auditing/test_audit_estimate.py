"""What an audit may say, and what it refuses to say."""

from __future__ import annotations

import json
import math

import polars as pl
import pytest
from audit_builders import frame_of, marks_of, totals
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.auditing import AuditResult, estimate, unrecorded_a_year
from firstpoint.errors import InputError, Refused

ONE_STRATUM = marks_of("violence", (1, 1), (2, 1), (0, 0), (1, 1))


def test_the_rate_is_crimes_recorded_over_crimes_due_worked_by_hand() -> None:
    overall = estimate(ONE_STRATUM, totals(violence=40)).overall
    assert overall.estimate == pytest.approx(3 / 4)
    assert (overall.incidents, overall.crimes) == (4, 4)
    # z = (y − R·d)/(π·D̂) with π = 1/10 and D̂ = 40: 1/16, −1/8, 0, 1/16; mean 0; Σz² = 3/128
    assert overall.standard_error == pytest.approx(math.sqrt((1 - 0.1) * 4 / 3 * 3 / 128))


def test_strata_are_weighted_by_their_frames_and_never_pooled() -> None:
    marks = pl.concat(
        [
            marks_of("sexual", (1, 0), (1, 1)),
            marks_of("other", (1, 1), (1, 1)),
            marks_of("violence", (1, 1), (1, 1)),
        ]
    )
    overall = estimate(marks, totals(violence=100, sexual=10, other=890)).overall
    assert overall.estimate == pytest.approx(1 - 5 / 1000)


def test_an_incident_with_twenty_failures_is_one_mistake_not_twenty() -> None:
    clustered = marks_of("sexual", *[(1, 1)] * 40, (20, 0))
    spread = marks_of("sexual", *[(1, 1)] * 40, *[(1, 0)] * 20)
    wide = estimate(clustered, totals(sexual=4000)).overall
    narrow = estimate(spread, totals(sexual=4000)).overall
    assert wide.estimate == pytest.approx(narrow.estimate)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_a_handful_of_incidents_carrying_the_variance_brings_a_caution() -> None:
    result = estimate(marks_of("sexual", *[(1, 1)] * 40, (20, 0)), totals(sexual=4000))
    assert any("handful" in caution for caution in result.cautions)


def test_crimes_gathered_in_few_incidents_bring_a_caution_even_if_none_failed() -> None:
    gathered = estimate(marks_of("sexual", *[(1, 1)] * 90, (20, 20), (1, 0)), totals(sexual=4000))
    assert any("gather" in caution for caution in gathered.cautions)
    even = estimate(marks_of("sexual", *[(2, 2)] * 90, *[(1, 0)] * 30), totals(sexual=4000))
    assert even.cautions == ()


def test_all_recorded_never_gives_an_interval_of_no_width() -> None:
    overall = estimate(marks_of("other", *[(1, 1)] * 30, (0, 0)), totals(other=900)).overall
    assert (overall.estimate, overall.standard_error) == (1.0, 0.0)
    assert (overall.low, overall.high) == pytest.approx((0.025 ** (1 / 30), 1.0))


def test_nothing_recorded_gives_an_upper_limit_above_nothing() -> None:
    overall = estimate(marks_of("other", *[(1, 0)] * 10), totals(other=900)).overall
    assert overall.low == 0.0
    assert overall.high == pytest.approx(1 - 0.025 ** (1 / 10))


def test_the_same_failing_everywhere_still_has_an_interval() -> None:
    overall = estimate(marks_of("other", *[(2, 1)] * 10), totals(other=900)).overall
    assert overall.estimate == 0.5
    assert overall.low < 0.3
    assert overall.high > 0.7


def test_a_frame_audited_whole_has_no_sampling_error() -> None:
    result = estimate(ONE_STRATUM, totals(violence=4))
    assert (result.overall.low, result.overall.high) == (0.75, 0.75)
    assert result.overall.standard_error == 0.0
    assert "no sampling error" in result.overall.method
    assert result.unrecorded.estimate == result.unrecorded.high == 1.0


def test_a_stratum_of_a_single_incident_audited_whole_is_no_obstacle() -> None:
    marks = pl.concat([ONE_STRATUM, marks_of("sexual", (3, 2))])
    result = estimate(marks, totals(violence=40, sexual=1))
    sexual = result.strata["sexual"]
    assert sexual is not None
    assert (sexual.low, sexual.estimate, sexual.high) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert result.overall.standard_error > 0


def test_one_audited_incident_of_several_is_refused_with_stratum_and_remedy() -> None:
    marks = pl.concat([ONE_STRATUM, marks_of("sexual", (3, 2))])
    with pytest.raises(Refused) as refusal:
        estimate(marks, totals(violence=40, sexual=12))
    assert "sexual" in refusal.value.where
    assert "two" in refusal.value.remedy


def test_a_stratum_of_the_frame_that_nobody_audited_refuses_the_overall_rate() -> None:
    with pytest.raises(Refused, match="sexual"):
        estimate(ONE_STRATUM, totals(violence=40, sexual=12))


def test_no_crime_at_all_is_refused_and_never_a_nan() -> None:
    with pytest.raises(Refused, match="no rate"):
        estimate(marks_of("violence", (0, 0), (0, 0)), totals(violence=40))


def test_a_stratum_without_crime_has_no_rate_and_says_why() -> None:
    marks = pl.concat([ONE_STRATUM, marks_of("sexual", (0, 0), (0, 0))])
    result = estimate(marks, totals(violence=40, sexual=12))
    assert result.strata["sexual"] is None
    assert "sexual" in result.cautions[0]
    assert result.as_dict()["strata"][1]["reason"] == result.no_rate["sexual"]


@pytest.mark.parametrize("confidence", [95, 0, 1.0, -0.5])
def test_a_confidence_that_is_not_a_share_is_turned_away(confidence: float) -> None:
    with pytest.raises(InputError, match="confidence"):
        estimate(ONE_STRATUM, totals(violence=40), confidence=confidence)


def test_an_interval_of_unknown_name_is_turned_away() -> None:
    with pytest.raises(InputError, match="wald"):
        estimate(ONE_STRATUM, totals(violence=40), interval="wald")  # type: ignore[arg-type]


def test_more_confidence_is_wider_and_guarded_is_not_narrower_than_logit() -> None:
    marks = marks_of("sexual", *[(1, 1)] * 40, (8, 2), (1, 0))
    at = {c: estimate(marks, totals(sexual=400), confidence=c).overall for c in (0.9, 0.95, 0.99)}
    assert at[0.9].low > at[0.95].low > at[0.99].low
    logit = estimate(marks, totals(sexual=400), interval="logit-t").overall
    guarded = estimate(marks, totals(sexual=400), interval="guarded").overall
    assert guarded.low < logit.low


def test_marks_outside_the_frame_are_turned_away_by_reference() -> None:
    with pytest.raises(InputError, match="violence-0003"):
        estimate(ONE_STRATUM, frame_of(violence=3))


def test_more_audited_than_the_frame_holds_is_turned_away() -> None:
    with pytest.raises(InputError, match="frame has 3"):
        estimate(ONE_STRATUM, totals(violence=3))


def test_marks_of_a_stratum_that_the_frame_lacks_are_turned_away() -> None:
    with pytest.raises(InputError, match="fraud"):
        estimate(marks_of("fraud", (1, 1), (1, 1)), totals(violence=30))


def test_frame_by_incident_and_frame_by_totals_agree() -> None:
    assert estimate(ONE_STRATUM, frame_of(violence=40)) == estimate(ONE_STRATUM, totals(violence=40))


def test_a_ruling_stands_before_the_first_reading_and_second_readings_stand_aside() -> None:
    first = ONE_STRATUM.with_columns(reading=pl.lit("first"))
    others = pl.DataFrame(
        {
            "stratum": ["violence"] * 2,
            "incident_id": ["violence-0001"] * 2,
            "should_record": [9, 2],
            "recorded": [0, 2],
            "reading": ["second", "ruling"],
        }
    )
    overall = estimate(pl.concat([first, others]), totals(violence=40)).overall
    assert (overall.estimate, overall.crimes) == (1.0, 4)


def test_equal_chances_given_change_nothing() -> None:
    given_chances = ONE_STRATUM.with_columns(inclusion_probability=pl.lit(0.1))
    assert estimate(given_chances, totals(violence=40)) == estimate(ONE_STRATUM, totals(violence=40))


def test_unrecorded_in_the_frame_is_weighted_up_and_not_below_what_was_seen() -> None:
    unrecorded = estimate(ONE_STRATUM, totals(violence=40)).unrecorded
    assert unrecorded.estimate == pytest.approx(10.0)
    assert 1.0 <= unrecorded.low <= 10.0 <= unrecorded.high


def test_none_seen_missing_still_leaves_an_upper_number() -> None:
    unrecorded = estimate(marks_of("other", *[(1, 1)] * 30), totals(other=900)).unrecorded
    assert (unrecorded.estimate, unrecorded.low) == (0.0, 0.0)
    assert unrecorded.high > 50


def test_recorded_crime_of_a_year_gives_the_crimes_unrecorded_a_year() -> None:
    marks = marks_of("violence", *[(1, 1)] * 80, *[(1, 0)] * 20)
    frame = totals(violence=5000).with_columns(recorded_crimes_12m=pl.lit(8000))
    result = estimate(marks, frame)
    alone = unrecorded_a_year(8000, result.overall)
    assert result.unrecorded.estimate == pytest.approx(2000.0)
    assert (result.unrecorded.low, result.unrecorded.high) == pytest.approx((alone.low, alone.high))
    assert result.unrecorded_in_frame.estimate == pytest.approx(1000.0)
    assert result.as_dict()["unrecorded"] == result.as_dict()["unrecorded_a_year"]


def test_a_year_sums_strata_with_their_own_rates() -> None:
    marks = pl.concat(
        [
            marks_of("violence", *[(1, 1)] * 80, *[(1, 0)] * 20),
            marks_of("other", *[(1, 1)] * 95, *[(1, 0)] * 5),
        ]
    )
    frame = pl.DataFrame(
        {"stratum": ["violence", "other"], "incidents": [5000, 9000], "recorded_crimes_12m": [8000, 19000]}
    )
    unrecorded = estimate(marks, frame).unrecorded
    assert unrecorded.estimate == pytest.approx(2000.0 + 1000.0)
    assert unrecorded.high - unrecorded.estimate > unrecorded.estimate - unrecorded.low > 0


def test_a_rate_that_may_be_nothing_gives_no_number_a_year_and_says_so() -> None:
    frame = totals(other=900).with_columns(recorded_crimes_12m=pl.lit(1000))
    result = estimate(marks_of("other", *[(1, 0)] * 10), frame)
    assert result.unrecorded_a_year is None
    assert any("a year" in caution for caution in result.cautions)


@pytest.mark.parametrize("rate", [(0.0, 0.0, 0.1), (0.5, 0.6, 0.7), (0.9, 0.8, 1.2), (-1.0, 0.1, 0.2)])
def test_a_rate_that_cannot_be_is_turned_away(rate: tuple[float, float, float]) -> None:
    with pytest.raises(InputError):
        unrecorded_a_year(1000, rate)


def test_recorded_crime_without_a_frame_is_refused() -> None:
    frame = pl.DataFrame(
        {"stratum": ["violence", "sexual"], "incidents": [40, 0], "recorded_crimes_12m": [900, 50]}
    )
    with pytest.raises(Refused, match="sexual"):
        estimate(ONE_STRATUM, frame)


def test_per_cent_and_shares_give_the_same_number() -> None:
    assert unrecorded_a_year(1000, (80, 70, 90)).estimate == pytest.approx(
        unrecorded_a_year(1000, (0.8, 0.7, 0.9)).estimate
    )


def test_every_figure_says_its_method_and_can_be_written_as_json() -> None:
    result = estimate(ONE_STRATUM, totals(violence=40))
    written = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert set(written["overall"]) == {
        "estimate", "low", "high", "standard_error", "confidence", "method", "incidents", "crimes",
        "formula", "degrees_of_freedom", "warnings",
    }  # fmt: skip
    assert written["strata"][0]["stratum"] == "violence"
    assert "incident as the unit" in written["overall"]["method"]
    assert "95%" in written["overall"]["method"]


counts = st.integers(0, 6).flatmap(lambda due: st.tuples(st.just(due), st.integers(0, due)))
samples = st.lists(counts, min_size=2, max_size=25)
audits = st.tuples(samples, samples).filter(lambda two: any(due for one in two for due, _ in one))


def audit_of(two: tuple[list[tuple[int, int]], list[tuple[int, int]]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    marks = pl.concat([marks_of("violence", *two[0]), marks_of("other", *two[1])])
    return marks, totals(violence=len(two[0]) * 7, other=len(two[1]) * 3)


def figures(result: AuditResult) -> list[float]:
    return [
        getattr(one, name)
        for one in (result.overall, result.unrecorded, *(s for s in result.strata.values() if s))
        for name in ("estimate", "low", "high", "standard_error")
    ]


@settings(deadline=None)
@given(audits)
def test_limits_lie_around_the_rate_and_within_the_possible(two: tuple) -> None:
    result = estimate(*audit_of(two))
    assert all(math.isfinite(figure) for figure in figures(result))
    for one in (result.overall, *(s for s in result.strata.values() if s)):
        assert 0.0 <= one.low <= one.estimate <= one.high <= 1.0
        assert one.low < one.high
    assert 0.0 <= result.unrecorded.low <= result.unrecorded.estimate <= result.unrecorded.high


@settings(deadline=None)
@given(audits, st.randoms(use_true_random=False))
def test_the_order_of_the_marks_changes_nothing(two: tuple, shuffle: object) -> None:
    marks, frame = audit_of(two)
    order = list(range(marks.height))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    assert figures(estimate(marks[order], frame)) == pytest.approx(figures(estimate(marks, frame)))


@settings(deadline=None)
@given(audits)
def test_a_row_a_crime_gives_the_same_as_a_row_an_incident(two: tuple) -> None:
    marks, frame = audit_of(two)
    split = [
        (stratum, incident_id, int(at < due), int(at < recorded))
        for stratum, incident_id, due, recorded in marks.iter_rows()
        for at in range(max(due, 1))
    ]
    crimes = pl.DataFrame(split, schema=marks.columns, orient="row")
    assert figures(estimate(crimes, frame)) == pytest.approx(figures(estimate(marks, frame)))
