"""What marks teach: the ranker's weights, chances that can be believed, and which score is better."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_logs import FIRST, marked, population

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing import (
    Alarm,
    Calibrator,
    calibrate,
    calibrator_of,
    compare,
    learn,
    ranker_of,
    reliability_of,
    reliability_table,
    shown_chances,
    weighted_auc,
)
from firstpoint.screening.reviewing.learning import clipped
from firstpoint.screening.reviewing.logistic import fit_logistic

QUIET = Alarm("spread of scores", 0.1, 0.1, 0.5, 0.01, raised=False, words="")


@pytest.fixture(scope="module")
def everything():
    return population(days=15, logs_a_day=300, share=0.1)


@pytest.fixture(scope="module")
def reviews(everything):
    return marked(everything, budget=60)


@pytest.fixture(scope="module")
def ranker(everything, reviews):
    return learn(everything, reviews, names=["told", "noise"])


def calibrated(count=4000, seed=1):
    chance = np.random.default_rng(seed)
    said = chance.beta(1, 4, count)
    return said, (chance.random(count) < said).astype(float)


def test_the_fit_of_a_two_by_two_table_is_its_log_odds():
    # 30 of 40 hide where the flag is up, 10 of 60 where it is not.
    flag = np.repeat([1.0, 1.0, 0.0, 0.0], [30, 10, 10, 50])
    hides = np.repeat([1.0, 0.0, 1.0, 0.0], [30, 10, 10, 50])
    fit = fit_logistic(flag[:, None], hides, np.ones(100))
    assert fit.values == pytest.approx([np.log(10 / 50), np.log(30 / 10) - np.log(10 / 50)])
    # With the truth in the model the sandwich is the textbook variance, the sum of reciprocal cells.
    assert fit.covariance[1, 1] == pytest.approx(1 / 30 + 1 / 10 + 1 / 10 + 1 / 50, rel=1e-6)


def test_a_log_of_weight_two_teaches_as_much_as_two_logs():
    chance = np.random.default_rng(3)
    values = chance.normal(size=(60, 2))
    hides = (chance.random(60) < 0.4).astype(float)
    twice = np.where(np.arange(60) % 3 == 0, 2.0, 1.0)
    weighted = fit_logistic(values, hides, twice, penalty=1.0).values
    repeated = np.repeat(np.arange(60), twice.astype(int))
    assert weighted == pytest.approx(
        fit_logistic(values[repeated], hides[repeated], np.ones(len(repeated)), penalty=1.0).values
    )


def test_marks_that_a_column_tells_apart_need_a_penalty():
    values, hides = np.arange(20.0)[:, None], (np.arange(20) > 9).astype(float)
    with pytest.raises(Refused, match="without a fault"):
        fit_logistic(values, hides, np.ones(20))
    assert np.isfinite(fit_logistic(values, hides, np.ones(20), penalty=1.0).values).all()


def test_what_tells_gets_the_weight_and_noise_gets_little(ranker):
    told, noise = ranker.weights
    assert told.coefficient > 5 * abs(noise.coefficient)
    assert abs(noise.coefficient) < 4 * noise.standard_error


def test_choosing_by_score_does_not_bend_the_chances_learnt(everything, ranker):
    # Most reviewed logs hide something, of all logs few do: the chances must add up to all.
    chances = ranker.chances(everything).to_numpy()
    hiding = int((everything["missed"] > 0).sum())
    assert chances.sum() == pytest.approx(hiding, rel=0.35)
    assert np.corrcoef(np.log(chances / (1 - chances)), everything["told"])[0, 1] > 0.95


def test_without_weights_the_same_marks_would_say_far_too_many(everything, reviews):
    hiding = int((everything["missed"] > 0).sum())
    naive = learn(everything, reviews.with_columns(weight=1.0), names=["noise"])
    assert naive.chances(everything).sum() > 2 * hiding
    assert learn(everything, reviews, names=["noise"]).chances(everything).sum() == pytest.approx(
        hiding, rel=0.35
    )


def test_the_intercept_makes_chances_add_up_to_the_weighted_marks(everything, reviews, ranker):
    joined = reviews.join(everything.select("incident_id", "told", "noise"), on="incident_id")
    said = (joined["weight"].to_numpy() * ranker.chances(joined).to_numpy()).sum()
    seen = (joined["weight"] * joined["hides"].cast(pl.Float64)).sum()
    assert said == pytest.approx(seen)


def test_the_same_marks_in_another_order_teach_the_same(everything, reviews, ranker):
    shuffled = learn(
        everything.sample(fraction=1, shuffle=True, seed=1),
        reviews.sample(fraction=1, shuffle=True, seed=2),
        names=["told", "noise"],
    )
    assert shuffled == ranker


def test_contributions_add_up_to_the_log_odds(everything, ranker):
    some = everything.head(20)
    odds = (
        ranker.intercept + ranker.contributions(some).select(pl.sum_horizontal("told", "noise")).to_series()
    )
    chances = ranker.chances(some)
    assert (1 / (1 + np.exp(-odds.to_numpy()))) == pytest.approx(chances.to_numpy())


def test_published_weights_give_the_same_ranker_back(ranker):
    assert ranker_of(ranker.as_dict()) == ranker


def test_held_weights_keep_what_they_are_worth():
    held = clipped(np.array([1.0, 1.0, 2.0, 500.0]), 30)
    assert held / held.min() == pytest.approx([1, 1, 2, 30])
    assert held.sum() == pytest.approx((1 + 1 + 2 + 30) ** 2 / (1 + 1 + 4 + 900))


@pytest.mark.parametrize("name", ["ethnicity", "victim_religion", "Nationality", "postcode_area", "race"])
def test_a_characteristic_of_a_person_is_refused_as_a_feature(everything, reviews, name):
    with pytest.raises(InputError, match="characteristic of a person"):
        learn(everything.with_columns(pl.lit(1.0).alias(name)), reviews, names=["told", name])


def test_a_missing_feature_is_named_with_its_log(everything, reviews):
    holes = everything.with_columns(
        told=pl.when(pl.col("incident_id") == reviews["incident_id"].sort()[0]).then(None).otherwise("told")
    )
    with pytest.raises(InputError, match=reviews["incident_id"].sort()[0]):
        learn(holes, reviews, names=["told"])


def test_too_few_finds_teach_nothing(everything):
    few = marked(everything.filter(pl.col("day") == FIRST), budget=20)
    with pytest.raises(Refused, match="too few"):
        learn(everything, few, names=["told"])


def test_a_score_that_is_right_is_found_to_be_so():
    said, hides = calibrated()
    answer = reliability_of(said, hides, seed=1)
    assert answer.slope_low < 1 < answer.slope_high
    assert answer.seen_to_said_low < 1 < answer.seen_to_said_high
    assert answer.ece < answer.ece_by_chance_95
    assert answer.brier == pytest.approx(np.mean((said - hides) ** 2))


def test_a_score_that_is_too_sure_has_a_slope_below_one():
    said, hides = calibrated()
    sure = 1 / (1 + ((1 - said) / said) ** 2)
    answer = reliability_of(sure, hides, seed=1)
    assert answer.slope_high < 1
    assert answer.slope == pytest.approx(0.5, abs=0.06)
    assert answer.ece > answer.ece_by_chance_95


def test_the_calibration_error_of_a_small_sample_is_not_nought_by_chance_alone():
    said, hides = calibrated(150)
    small, large = reliability_of(said, hides, seed=1), reliability_of(*calibrated(), seed=1)
    assert small.ece_by_chance > 3 * large.ece_by_chance
    assert small.ece_above_chance == pytest.approx(small.ece - small.ece_by_chance)


def test_weights_make_reliability_speak_of_all_logs(everything, reviews):
    values, hides = (reviews[name].cast(pl.Float64).to_numpy() for name in ("score", "hides"))
    answer = reliability_of(values, hides, reviews["weight"].to_numpy(), seed=1)
    assert answer.slope_low < 1 < answer.slope_high
    assert answer.seen_to_said_low < 1 < answer.seen_to_said_high
    hiding = (everything["missed"] > 0).cast(pl.Float64).to_numpy()
    assert answer.brier == pytest.approx(np.mean((everything["score"].to_numpy() - hiding) ** 2), rel=0.35)


def test_the_reliability_table_adds_up():
    said, hides = calibrated(500)
    table = reliability_table(said, hides)
    assert table["logs"].sum() == 500
    assert table["share_of_all"].sum() == pytest.approx(1)
    assert (table["logs"] * table["seen"]).sum() == pytest.approx(hides.sum())
    assert ((table["low"] <= table["seen"]) & (table["seen"] <= table["high"])).all()


def test_equal_scores_stay_in_one_band():
    said = np.repeat([0.0001, 0.2, 0.6], [70, 20, 10])
    table = reliability_table(said, (np.arange(100) % 7 == 0).astype(float))
    assert table["from_score"].to_list() == table["to_score"].to_list()


def test_scores_outside_nought_and_one_are_no_chances():
    with pytest.raises(InputError, match="outside 0 to 1"):
        reliability_of(np.array([0.2, 1.2]), np.array([0.0, 1.0]), seed=1)


@pytest.mark.parametrize("kind", ["platt", "isotonic"])
def test_calibration_mends_a_score_that_is_too_sure(kind):
    said, hides = calibrated()
    sure = 1 / (1 + ((1 - said) / said) ** 2)
    mended = calibrate(sure[:2000], hides[:2000], kind=kind).chances(sure[2000:])
    before, after = (reliability_of(one, hides[2000:], seed=1) for one in (sure[2000:], mended))
    assert after.ece < 0.5 * before.ece
    assert after.brier < before.brier


@given(scores=st.lists(st.floats(0, 1), min_size=12, max_size=60), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=50)
def test_an_isotonic_curve_never_falls(scores, seed):
    said = np.array(scores)
    chance = np.random.default_rng(seed)
    hides = (chance.random(len(said)) < 0.5).astype(float)
    hides[:2] = [0, 1]
    curve = calibrate(said, hides, chance.uniform(1, 9, len(said)), kind="isotonic")
    swept = curve.chances(np.linspace(0, 1, 101))
    assert (np.diff(swept) >= -1e-12).all()
    assert ((swept > 0) & (swept < 1)).all()
    assert calibrator_of(curve.as_dict()) == curve


def test_an_isotonic_curve_worked_by_hand():
    # 0.2 hides and 0.3 does not: pooled to a half. Each level is then drawn in by one mark of the share.
    said, hides = np.array([0.1, 0.2, 0.3, 0.9]), np.array([0.0, 1.0, 0.0, 1.0])
    even = calibrate(said, hides, kind="isotonic")
    assert even.knots == ((0.1, 0.25), (0.2, 0.5), (0.3, 0.5), (0.9, 0.75))
    # With a weight of three the pair pools to 3/4, is worth 16/10 marks, and the share of all is 4/6.
    heavy = calibrate(said, hides, np.array([1.0, 3.0, 1.0, 1.0]), kind="isotonic")
    assert heavy.chances(np.array([0.25])) == pytest.approx([(1.6 * 0.75 + 4 / 6) / 2.6])


def test_few_marks_get_the_plain_curve_and_many_the_free_one():
    assert calibrate(*calibrated(300)).kind == "platt"
    assert calibrate(*calibrated(1000)).kind == "isotonic"


def test_a_score_that_runs_backwards_is_not_calibrated():
    said, hides = calibrated(400)
    with pytest.raises(InputError, match="higher the score"):
        calibrate(1 - said, hides, kind="platt")


def test_no_chance_is_shown_under_two_hundred_audited_logs():
    score = np.array([0.5])
    assert shown_chances(Calibrator("platt", 200), score, [QUIET]) == pytest.approx([0.5])
    with pytest.raises(Refused, match="199 logs"):
        shown_chances(Calibrator("platt", 199), score, [QUIET])


def test_no_chance_is_shown_while_an_alarm_stands():
    loud = Alarm("not read", 0.01, 0.2, 0.001, 0.01, raised=True, words="")
    with pytest.raises(Refused, match="not read"):
        shown_chances(Calibrator("platt", 900), np.array([0.5]), [QUIET, loud])


def test_the_weighted_auc_is_that_of_logs_repeated():
    score = np.array([0.1, 0.4, 0.4, 0.8, 0.3])
    hides = np.array([0.0, 1.0, 0.0, 1.0, 0.0])
    weight = np.array([3.0, 2.0, 1.0, 1.0, 2.0])
    pairs = [
        (w1 * w0, (s1 > s0) + 0.5 * (s1 == s0))
        for s1, h1, w1 in zip(score, hides, weight, strict=True)
        if h1
        for s0, h0, w0 in zip(score, hides, weight, strict=True)
        if not h0
    ]
    by_hand = sum(w * won for w, won in pairs) / sum(w for w, _ in pairs)
    assert weighted_auc(score, hides, weight) == pytest.approx(by_hand)


def scores_of(logs):
    blurred = np.random.default_rng(5).normal(size=logs.height)
    return logs.select(
        "incident_id", "score", "noise", blurred=pl.col("told") + 1.5 * blurred, same=pl.col("score")
    )


def test_a_better_challenger_is_promoted_and_the_record_says_why(everything, reviews):
    answer = compare(
        reviews, scores_of(everything), champion="blurred", challenger="score", made_until=date(2026, 3, 31)
    )
    assert answer.promote
    assert 0 < answer.auc.low < answer.auc.lead < answer.auc.high
    assert answer.yields.lead > 0
    assert "promoted" in answer.reason
    assert answer.as_dict()["first_day"] == "2026-04-01"
    assert len(answer.marks_sha256) == 64


def test_a_worse_or_equal_challenger_is_not_promoted(everything, reviews):
    table = scores_of(everything)
    for challenger in ("noise", "same"):
        answer = compare(
            reviews, table, champion="score", challenger=challenger, made_until=date(2026, 3, 31)
        )
        assert not answer.promote
        assert "not promoted" in answer.reason


def test_changing_places_turns_the_lead_round(everything, reviews):
    table, until = scores_of(everything), date(2026, 3, 31)
    one = compare(reviews, table, champion="blurred", challenger="score", made_until=until)
    other = compare(reviews, table, champion="score", challenger="blurred", made_until=until)
    assert other.auc.lead == pytest.approx(-one.auc.lead)
    assert (other.auc.low, other.auc.high) == pytest.approx((-one.auc.high, -one.auc.low))


def test_marks_that_were_learnt_from_decide_nothing(everything, reviews):
    with pytest.raises(Refused, match="later days"):
        compare(
            reviews, scores_of(everything), champion="score", challenger="noise", made_until=date(2026, 4, 1)
        )


def test_the_interval_on_the_lead_holds_the_lead_over_all_logs(everything):
    table = scores_of(everything)
    hides = (everything["missed"] > 0).cast(pl.Float64).to_numpy()
    ones = np.ones(len(hides))
    old, new = (weighted_auc(table[name].to_numpy(), hides, ones) for name in ("blurred", "score"))
    held = []
    for seed in range(8):
        answer = compare(
            marked(everything, budget=60, seed=seed), table,
            champion="blurred", challenger="score", made_until=date(2026, 3, 31),
        )  # fmt: skip
        held.append(answer.auc.low <= new - old <= answer.auc.high)
    assert sum(held) >= 6
