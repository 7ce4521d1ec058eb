"""Whom to review: the mix, its probabilities, quotas, and a draw that anybody can repeat."""

import hashlib
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.errors import InputError, Refused
from firstpoint.screening.reviewing import (
    DEFAULT_MIX,
    Mix,
    choose,
    cost_of,
    costs_beside,
    frame_of,
    grave_of,
    grave_strata,
    quotas,
    read_mix,
)
from firstpoint.screening.reviewing.choosing import systematic
from firstpoint.screening.reviewing.probabilities import POOL, TOP, capped, chances

DAY = date(2026, 4, 7)
shares = st.sampled_from([Mix(), Mix(0.8, 0.0, 0.2), Mix(0.4, 0.3, 0.3), Mix(0.0, 0.0, 1.0), Mix(power=1.0)])


def frame(logs=200, seed=1, grave_every=0):
    score = np.random.default_rng(seed).beta(0.3, 2.0, logs)
    score[logs // 2 :] = 0.0
    return pl.DataFrame(
        {
            "incident_id": [f"I{number:04}" for number in range(logs)],
            "score": score,
            "place": np.argsort(np.argsort(-score, kind="stable")) + 1,
            "grave": [
                "rape" if grave_every and number % grave_every == grave_every - 1 else None
                for number in range(logs)
            ],
        }
    )


def design(scores, budget, mix=DEFAULT_MIX, grave=None, quota=None):
    scores = np.asarray(scores, dtype=float)
    codes = np.zeros(len(scores), dtype=np.intp) if grave is None else np.asarray(grave, dtype=np.intp)
    order = np.argsort(-scores, kind="stable")
    return chances(scores, order, codes, budget=budget, mix=mix, quotas=quota or {})


def test_a_day_of_ten_reviews_worked_by_hand():
    # 6 from the top, 4 drawn: 3 by the root of the score, 1 uniformly, over the six logs below.
    made = design([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.16, 0.04, 0.04, 0.0, 0.0, 0.0, 0.0, 0.0], 10)
    assert list(made.lot[:6]) == [TOP] * 6
    assert list(made.lot[6:]) == [POOL] * 8
    # Roots 0.4, 0.2, 0.2: 3 × 1/2 + 1/8 passes 1 and is held; 3 are left over seven.
    uniform, by_score = 1 / 8, 3.0
    weights = np.array([uniform + by_score / 4] * 2 + [uniform] * 5)
    assert made.inclusion[6] == 1.0
    assert made.inclusion[7:] == pytest.approx(capped(weights, 3))
    assert made.inclusion.sum() == pytest.approx(10)


@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=60),
    budget=st.integers(1, 70),
    mix=shares,
    quota=st.integers(0, 4),
)
@settings(max_examples=150, deadline=None)
def test_probabilities_sum_to_the_budget_and_every_log_has_one(scores, budget, mix, quota):
    grave = [number % 5 == 0 for number in range(len(scores))]
    try:
        made = design(scores, budget, mix, grave, {1: quota})
    except Refused:
        assert quota >= budget
        return
    assert made.inclusion.sum() == pytest.approx(min(budget, len(scores)), abs=1e-9)
    assert (made.inclusion > 0).all()
    assert (made.inclusion <= 1).all()
    assert made.inclusion[np.array(grave)].sum() >= min(quota, sum(grave)) - 1e-9
    for code, size in made.sizes.items():
        assert made.inclusion[made.lot == code].sum() == pytest.approx(size, abs=1e-9)


@given(weights=st.lists(st.floats(0, 5), min_size=1, max_size=40), size=st.integers(0, 40))
@settings(deadline=None)
def test_capped_chances_sum_to_the_size_and_follow_the_weights(weights, size):
    chance = capped(np.array(weights), size)
    assert chance.sum() == pytest.approx(min(size, len(weights)), abs=1e-9)
    order = np.argsort(weights, kind="stable")
    assert (np.diff(chance[order]) >= -1e-9).all()


@given(
    scores=st.lists(st.floats(0.01, 1), min_size=2, max_size=25),
    budget=st.integers(1, 20),
    start=st.integers(0, 2**32 - 1).map(lambda whole: (whole + 0.5) / 2**32),
)
@settings(deadline=None)
def test_a_systematic_draw_has_just_the_size_that_was_asked_for(scores, budget, start):
    chance = capped(np.array(scores), budget)
    taken = systematic(chance, np.arange(len(scores))[::-1].copy(), start)
    assert taken.sum() == min(budget, len(scores))
    assert taken[chance >= 1.0].all()


def test_each_log_is_drawn_as_often_as_its_probability_says():
    # The starting point sweeps its whole range: the share of sweeps that take a log is its probability.
    chance = capped(np.array([5.0, 1.0, 2.0, 2.0, 0.5, 3.0]), 2)
    starts = (np.arange(5_000) + 0.5) / 5_000
    order = np.array([3, 1, 0, 5, 4, 2])
    taken = np.mean([systematic(chance, order, start) for start in starts], axis=0)
    assert taken == pytest.approx(chance, abs=5e-4)


def test_over_many_seeds_the_whole_design_meets_its_probabilities():
    logs = frame(40, grave_every=9)
    picks = [choose(logs, budget=12, seed=seed, day=DAY, quotas={"rape": 3}).logs for seed in range(500)]
    share = np.mean([one["chosen"].to_numpy() for one in picks], axis=0)
    chance = picks[0]["inclusion_probability"].to_numpy()
    error = np.sqrt(chance * (1 - chance) / len(picks))
    assert (np.abs(share - chance) <= 4.5 * error + 1e-12).all()


def test_the_draw_is_the_same_whatever_the_order_of_the_rows():
    logs = frame(grave_every=7)
    one = choose(logs, budget=30, seed=5, day=DAY, quotas={"rape": 4})
    other = choose(
        logs.sample(fraction=1, shuffle=True, seed=3), budget=30, seed=5, day=DAY, quotas={"rape": 4}
    )
    assert one.frame_sha256 == other.frame_sha256
    assert one.chosen.equals(other.chosen)


def test_another_seed_day_or_frame_draws_other_logs_below_the_top():
    logs = frame()
    drawn = [
        set(made.chosen.filter(pl.col("lot") == "pool")["incident_id"])
        for made in (
            choose(logs, budget=40, seed=5, day=DAY),
            choose(logs, budget=40, seed=6, day=DAY),
            choose(logs, budget=40, seed=5, day=date(2026, 4, 8)),
            choose(logs.with_columns(pl.col("score") * 0.999), budget=40, seed=5, day=DAY),
        )
    ]
    assert len({frozenset(one) for one in drawn}) == 4


def test_the_draw_can_be_repeated_with_nothing_but_sha_256():
    logs = frame(40)
    made = choose(logs, budget=10, seed=11, day=DAY)
    rows = made.logs.filter(pl.col("lot") == "pool").to_dicts()
    said = f"11|2026-04-07|{made.frame_sha256}|"
    rows.sort(key=lambda row: hashlib.sha256((said + row["incident_id"]).encode()).hexdigest())
    at = (int(hashlib.sha256((said + "pool").encode()).hexdigest()[:8], 16) + 0.5) / 16**8
    drawn = []
    for row in rows:
        before, at = at, at + row["inclusion_probability"]
        if int(before + 1e-12) < int(at + 1e-12):
            drawn.append(row["incident_id"])
    chosen = made.chosen.filter(pl.col("lot") == "pool")["incident_id"]
    assert sorted(drawn) == sorted(chosen)


def test_the_top_of_the_list_is_always_chosen():
    made = choose(frame(), budget=20, seed=1, day=DAY)
    top = made.logs.filter(pl.col("place") <= 12)
    assert top["chosen"].all()
    assert (top["inclusion_probability"] == 1.0).all()
    assert made.chosen.height == 20


def test_a_quota_is_kept_and_the_uniform_part_does_not_pay_for_it():
    logs = frame(200, grave_every=10).with_columns(
        score=pl.when(pl.col("grave").is_null()).then("score").otherwise(0.0)
    )
    without = choose(logs, budget=30, seed=1, day=DAY)
    made = choose(logs, budget=30, seed=1, day=DAY, quotas={"rape": 6})
    assert made.chosen.filter(pl.col("grave") == "rape").height == 6
    assert made.chosen.height == 30
    silent = (pl.col("score") == 0) & pl.col("grave").is_null() & (pl.col("lot") == "pool")
    least = [one.logs.filter(silent)["inclusion_probability"].min() for one in (without, made)]
    assert least[1] >= least[0] * 0.999


def test_quotas_come_from_the_top_when_the_draw_is_too_small_for_them():
    made = choose(
        frame(200, grave_every=10), budget=20, seed=1, day=DAY, mix=Mix(0.9, 0, 0.1), quotas={"rape": 8}
    )
    assert made.chosen.filter(pl.col("grave") == "rape").height >= 8
    assert made.logs["inclusion_probability"].min() > 0


def test_quotas_that_leave_nothing_for_others_are_refused():
    with pytest.raises(Refused, match="quotas") as refusal:
        choose(frame(100, grave_every=4), budget=10, seed=1, day=DAY, quotas={"rape": 10})
    assert refusal.value.remedy


def test_more_reviews_than_logs_reads_them_all():
    made = choose(frame(10), budget=50, seed=1, day=DAY)
    assert made.chosen.height == 10
    assert (made.logs["inclusion_probability"] == 1.0).all()


def test_scores_that_are_all_nought_are_drawn_evenly():
    made = choose(frame(50).with_columns(score=0.0), budget=10, seed=1, day=DAY)
    below = made.logs.filter(pl.col("lot") == "pool")["inclusion_probability"]
    assert below.to_numpy() == pytest.approx(4 / 44)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": [0.1, None, 0.3]}, "I1"),
        ({"score": [0.1, -0.2, 0.3]}, "I1"),
        ({"score": [0.1, float("nan"), 0.3]}, "I1"),
        ({"incident_id": ["I0", "I0", "I2"]}, "I0"),
    ],
)
def test_a_frame_that_cannot_be_drawn_from_is_named_by_its_log(change, words):
    logs = {"incident_id": ["I0", "I1", "I2"], "score": [0.1, 0.2, 0.3], "place": [3, 2, 1]} | change
    with pytest.raises(InputError, match=words):
        choose(pl.DataFrame(logs), budget=2, seed=1, day=DAY)


@pytest.mark.parametrize("words", ["60,30", "60,30,20", "a,b,c", "120,-30,10", ""])
def test_a_mix_that_is_no_whole_is_refused(words):
    with pytest.raises(InputError, match="mix"):
        read_mix(words)


def test_the_record_of_a_choice_says_what_repeats_it():
    made = choose(frame(), budget=20, seed=9, day=DAY, quotas={"rape": 1})
    record = made.record()
    assert record["seed"] == 9
    assert record["day"] == "2026-04-07"
    assert record["frame_sha256"] == made.frame_sha256
    assert record["least_probability"] == made.logs["inclusion_probability"].min()
    assert "SHA-256" in record["method"]


def test_the_cost_of_reading_the_top_alone_is_that_nothing_can_be_estimated():
    logs = frame()
    table = costs_beside(logs, choose(logs, budget=40, seed=1, day=DAY))
    rows = {row["mix"]: row for row in table.to_dicts()}
    assert rows["yours"] | {"mix": "default"} == rows["default"]
    assert rows["top only"]["half_width_percent"] is None
    found = [rows[name]["found_per_100"] for name in ("top only", "default", "even", "uniform only")]
    assert found == sorted(found, reverse=True)
    assert rows["even"]["half_width_percent"] < rows["top and uniform"]["half_width_percent"]


def test_the_cost_of_a_uniform_draw_is_the_textbook_one():
    logs = frame(100).with_columns(score=0.2)
    one = cost_of(choose(logs, budget=25, seed=1, day=DAY, mix=Mix(0, 0, 1)), days=4)
    assert one.found_per_100 == pytest.approx(20)
    # Poisson variance (1/π − 1)Σp a day, four days: 196 % × √(3 × 20 / 4) / 20
    assert one.half_width_percent == pytest.approx(195.9964 * np.sqrt(15) / 20)


def disclosure(kind, certainty=0.8, facts="{}"):
    return {"kind": kind, "certainty": certainty, "facts": facts}


def screened(*rows):
    return pl.DataFrame(
        {
            "incident_id": [f"I{number}" for number in range(len(rows))],
            "rank": range(1, len(rows) + 1),
            "chance_unrecorded": [0.5] * len(rows),
            "disclosures": rows,
        },
        schema_overrides={
            "disclosures": pl.List(
                pl.Struct({"kind": pl.String, "certainty": pl.Float64, "facts": pl.String})
            )
        },
    )


def test_a_log_belongs_to_the_gravest_stratum_that_it_discloses():
    table = screened(
        [disclosure("assault"), disclosure("rape")],
        [disclosure("assault", facts='{"relationship": "former_partner"}')],
        [disclosure("theft", facts='{"victim.age": "12"}')],
        [disclosure("rape", certainty=0.1)],
        [],
    )
    assert grave_of(table).to_list() == ["rape", "domestic_abuse", "child", None, None]


def test_flags_codes_and_words_of_the_incident_tell_a_grave_stratum_too():
    table = screened([], [], [], [disclosure("rape")], [])
    incidents = pl.DataFrame(
        {
            "incident_id": ["I1", "I0", "I2", "I3", "I9"],
            "domestic": [True, None, False, True, True],
            "opening_code": ["ASSAULT", "CHILD PROTECTION", "CONCERN", None, "RAPE"],
            "text": ["", "", "Staff at the Nursing Home say", "", ""],
        }
    )
    assert grave_of(table, incidents).to_list() == ["child", "domestic_abuse", "care_home", "rape", None]


def test_the_shipped_strata_use_kinds_that_the_screen_knows():
    from firstpoint.screening.kinds import kind_rows

    strata = grave_strata()
    assert [one.id for one in strata] == ["rape", "modern_slavery", "child", "care_home", "domestic_abuse"]
    assert {kind for one in strata for kind in one.kinds} <= set(kind_rows())
    assert quotas(50) == {"rape": 2, "modern_slavery": 1, "child": 3, "care_home": 2, "domestic_abuse": 5}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[strata]]\nid = 'a'\nname = 'b'\nleast_share = 2\nleast_certainty = 0.5", "least_share"),
        ("[[strata]]\nid = 'a'\nname = 'b'\nshare = 0.2", "share"),
        ("[[strata]]\nname = 'b'", "no id"),
        ("[[strata]]\nid = 'pool'\nname = 'b'\nleast_share = 0.1\nleast_certainty = 0.5", "every draw"),
        ("[[strata", "not TOML"),
    ],
)
def test_a_fault_in_a_file_of_strata_is_named(tmp_path, text, words):
    path = tmp_path / "grave.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        grave_strata(path)


def test_the_frame_follows_the_list_or_the_score_as_asked():
    table = screened([], [], []).with_columns(chance_unrecorded=pl.Series([0.1, 0.9, 0.5]))
    assert frame_of(table)["incident_id"].to_list() == ["I0", "I1", "I2"]
    assert frame_of(table, order="score")["incident_id"].to_list() == ["I1", "I2", "I0"]
    with pytest.raises(InputError, match="no column chance"):
        frame_of(table, score="chance")
