"""What changed between audits, what several say together, and the force's own bands."""

from __future__ import annotations

import math
from datetime import date
from itertools import combinations, product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from audit_builders import frame_of, marks_of, totals
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.auditing import (
    Bands,
    Estimate,
    bands_on,
    chance_of_bands,
    change_between,
    combine,
    compare,
    drift_of,
    exact_rate,
    ratio,
    read_bands,
)
from firstpoint.auditing.audited import Audit
from firstpoint.auditing.over_time.change import covariance
from firstpoint.errors import InputError, Refused, UnreadableFile


def rate(middle: float, low: float, high: float, error: float = 0.02) -> Estimate:
    return Estimate(middle, low, high, error, 0.95, "for a test", 100, 100)


BEFORE, AFTER = rate(0.836, 0.80, 0.87), rate(0.90, 0.87, 0.925)


def test_limits_of_a_change_come_from_the_nearer_sides_of_the_two_rates() -> None:
    change = change_between(BEFORE, AFTER)
    assert change.difference.estimate == pytest.approx(0.064)
    assert change.difference.low == pytest.approx(0.064 - math.hypot(0.03, 0.034))
    assert change.difference.high == pytest.approx(0.064 + math.hypot(0.025, 0.036))
    assert change.told_apart
    assert "MOVER" in change.difference.method
    assert change.difference.formula == "Zou and Donner 2008"


def test_the_smallest_change_that_would_be_found_is_2_8_errors() -> None:
    change = change_between(BEFORE, AFTER)
    assert change.smallest_found == pytest.approx(2.8016 * math.hypot(0.02, 0.02), rel=1e-4)


def test_a_change_turned_round_is_the_same_change() -> None:
    forth, back = change_between(BEFORE, AFTER).difference, change_between(AFTER, BEFORE).difference
    assert (-back.estimate, -back.high, -back.low) == pytest.approx((forth.estimate, forth.low, forth.high))


def test_rates_that_move_together_are_told_apart_sooner() -> None:
    tied, loose = change_between(BEFORE, AFTER, correlation=0.5), change_between(BEFORE, AFTER)
    assert tied.difference.high - tied.difference.low < loose.difference.high - loose.difference.low
    assert "correlation 0.50" in tied.difference.method


@settings(deadline=None, max_examples=80)
@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.floats(-1, 1))
def test_a_change_never_leaves_what_is_possible(points: list[float], correlation: float) -> None:
    one, two = sorted(points[:3]), sorted(points[3:])
    change = change_between(
        rate(one[1], one[0], one[2]), rate(two[1], two[0], two[2]), correlation=correlation
    ).difference
    assert -1.0 - 1e-12 <= change.low <= change.estimate <= change.high <= 1.0 + 1e-12


def test_levels_that_differ_and_correlations_that_cannot_be_are_turned_away() -> None:
    with pytest.raises(InputError, match="confidence"):
        change_between(BEFORE, evolve(AFTER, confidence=0.9))
    with pytest.raises(InputError, match="correlation"):
        change_between(BEFORE, AFTER, correlation=1.5)


OLD = marks_of("violence", *[(1, 1)] * 60, *[(1, 0)] * 20, (3, 1))
NEW = OLD.with_columns(
    recorded=pl.when(pl.int_range(pl.len()) < 75).then(pl.col("should_record")).otherwise(0)
)


def test_the_same_incidents_audited_again_are_one_sample_by_hand() -> None:
    frame = totals(violence=500)
    change = compare((OLD, frame), (NEW, frame)).overall
    before, after = (one["recorded"].to_numpy() for one in (OLD, NEW))
    due = OLD["should_record"].to_numpy()
    # one ratio of the difference of the two counts: same denominator, so z = (y₂ − y₁ − ΔR·d)/(π·D̂)
    moved = after - before - change.difference.estimate * due
    z = moved / (81 / 500) / (due.sum() / (81 / 500))
    expected = (1 - 81 / 500) * 81 / 80 * np.sum((z - z.mean()) ** 2)
    assert change.difference.standard_error == pytest.approx(math.sqrt(expected))
    assert 0.0 < change.correlation < 1.0


def test_other_incidents_are_another_sample_with_no_tie() -> None:
    frame = totals(violence=500)
    others = NEW.with_columns(incident_id=pl.col("incident_id") + "-later")
    change = compare((OLD, frame), (others, frame)).overall
    assert change.correlation == 0.0
    own = [ratio(marks, frame).standard_error for marks in (OLD, others)]
    assert change.difference.standard_error == pytest.approx(math.hypot(*own))


def audit_of(rows: tuple[int, ...], recorded: np.ndarray, frame: int) -> Audit:
    codes = np.zeros(len(rows), dtype=np.intp)
    return Audit(
        references=pl.Series([str(row) for row in rows]),
        names=("other",),
        codes=codes,
        variance_codes=codes,
        due=np.ones(len(rows)),
        recorded=recorded[list(rows)],
        inclusion=np.full(len(rows), len(rows) / frame),
        sampled=(len(rows),),
        incidents=(frame,),
        recorded_12m=None,
    )


def test_over_every_pair_of_overlapping_samples_the_tie_is_right_on_average() -> None:
    first, second = np.array([1.0, 0, 1, 1, 0, 1]), np.array([1.0, 0, 0, 1, 1, 1])
    means, ties = [], []
    for one in combinations(range(6), 4):
        for dropped, added in product(one, sorted(set(range(6)) - set(one))):
            two = tuple(sorted({*one, added} - {dropped}))
            means.append((first[list(one)].mean(), second[list(two)].mean()))
            ties.append(covariance(audit_of(one, first, 6), audit_of(two, second, 6)))
    assert np.mean(ties) == pytest.approx(np.cov(np.array(means).T, bias=True)[0, 1])


def test_strata_of_one_audit_alone_and_frames_that_differ_are_said() -> None:
    both = pl.concat([OLD, marks_of("sexual", (1, 1), (1, 0), (2, 2))])
    said = compare((both, totals(violence=500, sexual=60)), (NEW, totals(violence=400)))
    assert list(said.strata) == ["violence"]
    assert any("sexual" in words for words in said.cautions)
    assert any("frames or chances" in words for words in said.cautions)
    assert said.strata["violence"].correlation == 0.0


def test_audits_drawn_with_unequal_chances_are_taken_to_be_independent_and_it_is_said() -> None:
    uneven = [
        marks.with_columns(inclusion_probability=pl.Series(np.linspace(0.1, 0.3, marks.height)))
        for marks in (OLD, NEW)
    ]
    frame = totals(violence=500)
    said = compare((uneven[0], frame), (uneven[1], frame))
    assert said.overall.correlation == 0.0
    assert any("equal chances" in words for words in said.cautions)


def test_audits_with_nothing_in_common_or_without_a_crime_are_refused() -> None:
    other = marks_of("other", (1, 1), (1, 0))
    with pytest.raises(Refused, match="no stratum in common"):
        compare((OLD, totals(violence=500)), (other, totals(other=50)))
    empty = marks_of("violence", (0, 0), (0, 0))
    with pytest.raises(Refused, match="no rate"):
        compare((OLD, totals(violence=500)), (empty, totals(violence=50)))


DAYS = [date(2025, 1, 1), date(2025, 7, 1), date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)]


def of_count(right: int, whole: int) -> Estimate:
    return exact_rate(right, whole)


def test_two_audits_alike_halve_the_variance_and_keep_the_rate() -> None:
    one = rate(0.9, 0.86, 0.93)
    together = combine({DAYS[0]: one, DAYS[1]: one})
    assert together.rate.estimate == pytest.approx(0.9)
    assert list(together.weights.values()) == pytest.approx([0.5, 0.5])

    def width(each: Estimate) -> float:
        return math.log(each.high / (1 - each.high)) - math.log(each.low / (1 - each.low))

    assert width(together.rate) == pytest.approx(width(one) / math.sqrt(2))
    assert together.disagreement == pytest.approx(1.0)


def test_without_drift_audits_that_disagree_are_put_together_only_with_a_warning() -> None:
    far = combine({DAYS[0]: rate(0.96, 0.945, 0.972), DAYS[1]: rate(0.836, 0.81, 0.86)})
    assert far.disagreement < 0.001
    assert any("differ by more than chance" in words for words in far.rate.warnings)


def test_the_chance_of_such_disagreement_is_that_of_the_normal_distribution_for_two_audits() -> None:
    one, two = rate(0.9, 0.86, 0.93), rate(0.86, 0.81, 0.9)

    def level(share: float) -> float:
        return math.log(share / (1 - share))

    spread = [(level(each.high) - level(each.low)) / (2 * 1.959963984540054) for each in (one, two)]
    apart = abs(level(one.estimate) - level(two.estimate)) / math.hypot(*spread)
    found = combine({DAYS[0]: one, DAYS[1]: two})
    assert found.disagreement == pytest.approx(math.erfc(apart / math.sqrt(2)))


def test_with_drift_an_old_audit_counts_for_less_and_much_drift_leaves_the_last_alone() -> None:
    audits = {DAYS[0]: rate(0.96, 0.945, 0.972), DAYS[2]: rate(0.836, 0.81, 0.86)}
    some, much = (combine(audits, drift_points_a_month=points) for points in (1.0, 500.0))
    assert some.weights[DAYS[0]] < combine(audits).weights[DAYS[0]]
    assert much.rate.estimate == pytest.approx(0.836, abs=1e-4)
    assert not some.rate.warnings


def test_the_weights_with_drift_are_those_of_the_kalman_filter() -> None:
    audits = {day: of_count(right, 200) for day, right in zip(DAYS, (190, 185, 170, 176, 165), strict=True)}
    levels = [math.log(one.estimate / (1 - one.estimate)) for one in audits.values()]
    z = 1.959963984540054
    errors = [
        (math.log(one.high / (1 - one.high)) - math.log(one.low / (1 - one.low))) / (2 * z)
        for one in audits.values()
    ]
    share = 1 / (1 + math.exp(-np.average(levels, weights=np.array(errors) ** -2.0)))
    step = 0.01 / (share * (1 - share))
    level, variance = levels[0], errors[0] ** 2
    for at in range(1, 5):
        variance += step**2 * (DAYS[at] - DAYS[at - 1]).days / (365.25 / 12)
        gain = variance / (variance + errors[at] ** 2)
        level, variance = level + gain * (levels[at] - level), variance * (1 - gain)
    together = combine(audits, drift_points_a_month=1.0)
    assert together.rate.estimate == pytest.approx(1 / (1 + math.exp(-level)), abs=1e-9)
    reach = z * math.sqrt(variance)
    assert together.rate.low == pytest.approx(1 / (1 + math.exp(-(level - reach))), abs=1e-9)


def test_a_day_after_the_last_audit_is_less_sure_under_drift() -> None:
    audits = {day: of_count(180, 200) for day in DAYS[:3]}
    now = combine(audits, drift_points_a_month=1.0)
    later = combine(audits, drift_points_a_month=1.0, on=date(2026, 12, 1))
    assert later.rate.high - later.rate.low > now.rate.high - now.rate.low


def test_an_audit_that_found_everything_recorded_still_counts_by_its_size() -> None:
    small, large = (
        combine({DAYS[0]: of_count(180, 200), DAYS[1]: of_count(n, n)}).rate.estimate for n in (20, 400)
    )
    assert 0.9 < small < large < 1.0


def test_drift_is_found_where_rates_wander_and_not_where_they_stand() -> None:
    still = {day: of_count(right, 400) for day, right in zip(DAYS, (360, 362, 359, 361, 360), strict=True)}
    assert drift_of(still) == 0.0
    wander = {day: of_count(right, 400) for day, right in zip(DAYS, (384, 340, 300, 350, 390), strict=True)}
    assert 0.5 < drift_of(wander) < 10.0


def test_putting_together_says_what_it_cannot_use() -> None:
    one = of_count(180, 200)
    with pytest.raises(InputError, match="1 audits"):
        combine({DAYS[0]: one})
    with pytest.raises(InputError, match="drift of -1"):
        combine({DAYS[0]: one, DAYS[1]: one}, drift_points_a_month=-1.0)
    with pytest.raises(InputError, match="not before"):
        combine({DAYS[0]: one, DAYS[1]: one}, on=DAYS[0])
    with pytest.raises(InputError, match="2 confidence levels"):
        combine({DAYS[0]: one, DAYS[1]: exact_rate(180, 200, confidence=0.9)})
    with pytest.raises(InputError, match=f"audit of {DAYS[1]}"):
        combine({DAYS[0]: one, DAYS[1]: rate(0.9, 0.9, 0.9)})
    with pytest.raises(Refused, match="drift"):
        drift_of({DAYS[0]: one, DAYS[1]: one})


TOML = """
[[bands]]
from = 2026-04-01
names = ["low", "middle", "high"]
least = [0, 0.85, 0.95]

[[bands]]
from = 2024-04-01
names = ["low", "high"]
least = [0.0, 0.9]
"""


def test_bands_are_read_with_their_days_and_the_ones_in_force_are_found(tmp_path: Path) -> None:
    file = tmp_path / "bands.toml"
    file.write_text(TOML, encoding="utf-8")
    read = read_bands(file)
    assert [one.first_day for one in read] == [date(2024, 4, 1), date(2026, 4, 1)]
    assert bands_on(read, date(2026, 3, 31)).names == ("low", "high")
    assert bands_on(read, date(2026, 4, 1)).least == (0.0, 0.85, 0.95)
    with pytest.raises(Refused, match="2023"):
        bands_on(read, date(2023, 1, 1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TOML.replace("2024-04-01", "2026-04-01"), "one day"),
        (TOML.replace("0.85, 0.95", "0.95, 0.85"), "rising"),
        (TOML.replace("[0, 0.85, 0.95]", "[0.5, 0.85, 0.95]"), "rising from 0"),
        (TOML.replace("[0, 0.85, 0.95]", "[0, 85, 95]"), "below 1"),
        (TOML.replace("[0, 0.85, 0.95]", "[0, 0.85]"), "as many names"),
        (TOML.replace("from = 2024-04-01", ""), "table 2"),
    ],
)
def test_bands_that_cannot_be_are_turned_away(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "bands.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_bands(file)


def test_a_file_that_holds_no_bands_is_said_to_be_unreadable(tmp_path: Path) -> None:
    for text in ("not = [toml", "x = 1"):
        (tmp_path / "bands.toml").write_text(text, encoding="utf-8")
        with pytest.raises(UnreadableFile, match="bands"):
            read_bands(tmp_path / "bands.toml")
    with pytest.raises(UnreadableFile):
        read_bands(tmp_path / "absent.toml")


def bands(*least: float) -> Bands:
    return Bands(date(2026, 4, 1), tuple(f"band {at}" for at in range(len(least))), least)


def test_chances_of_bands_agree_with_the_interval() -> None:
    marks = marks_of("violence", *[(1, 1)] * 80, *[(1, 0)] * 12, *[(2, 1)] * 4)
    found = ratio(marks, totals(violence=4000))
    table = chance_of_bands(found, bands(0.0, found.low, found.estimate, found.high))
    assert table["chance"].to_list() == pytest.approx([0.025, 0.475, 0.475, 0.025])
    assert table["below"].to_list() == [found.low, found.estimate, found.high, 1.0]


def test_a_force_that_recorded_everything_may_still_be_in_a_lower_band() -> None:
    table = chance_of_bands(exact_rate(50, 50), bands(0.0, 0.95))
    assert table["chance"].to_list() == pytest.approx([0.95**50, 1 - 0.95**50])
    none = chance_of_bands(exact_rate(0, 50), bands(0.0, 0.05))
    assert none["chance"].to_list() == pytest.approx([1 - 0.95**50, 0.95**50])


def test_a_frame_audited_whole_is_in_one_band_for_certain() -> None:
    marks = marks_of("violence", *[(1, 1)] * 9, (1, 0))
    table = chance_of_bands(ratio(marks, frame_of(violence=10)), bands(0.0, 0.85, 0.95))
    assert table["chance"].to_list() == [0.0, 1.0, 0.0]


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 99), st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5, unique=True))
def test_chances_of_bands_sum_to_one(right: int, marks: list[float]) -> None:
    table = chance_of_bands(exact_rate(right, 100), bands(0.0, *sorted(marks)))
    assert table["chance"].sum() == pytest.approx(1.0)
    assert table["chance"].min() >= 0.0


def test_a_rate_in_which_nothing_varied_is_as_sharp_as_its_limits() -> None:
    perfect = rate(1.0, 0.963, 1.0, error=0.0)
    alone = 2.8016 * 0.037 / (2.0 * 1.95996)
    assert change_between(perfect, perfect).smallest_found == pytest.approx(math.sqrt(2.0) * alone, rel=1e-4)
    whole = rate(1.0, 1.0, 1.0, error=0.0)
    assert change_between(perfect, whole).smallest_found == pytest.approx(alone, rel=1e-4)
    assert change_between(whole, whole).smallest_found == 0.0
