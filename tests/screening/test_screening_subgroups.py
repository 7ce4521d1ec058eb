"""Shares and their limits against published values; recall by group; the largest gap."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.errors import InputError
from firstpoint.screening.accountability import largest_gaps, subgroup_shares
from firstpoint.screening.accountability.shares import Share, difference, share_of, wilson


def of(hits, logs):
    return share_of(np.arange(logs) < hits)


@pytest.mark.parametrize(
    ("hits", "logs", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_limits_of_a_share_are_those_newcombe_printed(hits, logs, low, high):
    """Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3."""
    share = of(hits, logs)
    assert share.low == pytest.approx(low, abs=6e-5)
    assert share.high == pytest.approx(high, abs=6e-5)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_limits_of_a_difference_are_those_newcombe_printed(first, second, low, high):
    """Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10."""
    gap, below, above = difference(of(*first), of(*second))
    assert gap == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert (below, above) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@given(st.integers(1, 300), st.data(), st.floats(0.5, 40.0))
def test_equal_weights_change_nothing(logs, data, weight):
    hits = np.arange(logs) < data.draw(st.integers(0, logs))
    weighed, plain = share_of(hits, np.full(logs, weight)), share_of(hits)
    assert weighed.estimate == pytest.approx(plain.estimate)
    assert (weighed.low, weighed.high) == (pytest.approx(plain.low), pytest.approx(plain.high))


@given(st.lists(st.tuples(st.booleans(), st.floats(1.0, 50.0)), min_size=1, max_size=60))
def test_limits_hold_the_estimate_and_stay_within_0_and_1(logs):
    share = share_of(np.array([hit for hit, _ in logs]), np.array([weight for _, weight in logs]))
    assert 0.0 <= share.low <= share.estimate <= share.high <= 1.0


def test_no_missed_crime_among_logs_drawn_one_in_ten_does_not_read_as_none():
    """A hundred flagged logs with certainty, none missed among those drawn at one in ten: up to 37 may be
    missed (3.69 times the weight of 10, Poisson), which leaves a recall of 0.73."""
    found = np.ones(100, dtype=bool)
    certain = share_of(found, np.ones(100))
    drawn = share_of(found, np.ones(100), heaviest=(1.0, 10.0))
    assert certain.low > 0.96
    assert drawn.low == pytest.approx(100 / 136.9, abs=0.03)


def test_weighed_limits_hold_the_truth_about_as_often_as_they_say():
    chance = np.random.default_rng(5)
    flagged = np.repeat([True, False], [400, 2000])
    due = np.concatenate([chance.random(400) < 0.6, chance.random(2000) < 0.04])
    inclusion = np.where(flagged, 1.0, 0.15)
    truth = due[flagged].sum() / due.sum()
    held = 0
    for _ in range(400):
        drawn = chance.random(2400) < inclusion
        counted = drawn & due
        share = share_of(flagged[counted], 1.0 / inclusion[counted], heaviest=(1.0, 1 / 0.15))
        held += share.low <= truth <= share.high
    assert 0.93 <= held / 400 <= 1.0


def logs_of(rows):
    columns = {"incident_id": pl.String, "due": pl.Boolean, "flagged": pl.Boolean, "unit": pl.String}
    return pl.DataFrame(
        [(f"K{number}", *row) for number, row in enumerate(rows)], schema=columns, orient="row"
    )


NORTH = [(True, True, "North")] * 18 + [(True, False, "North")] * 2 + [(False, False, "North")] * 30
SOUTH = [(True, True, "South")] * 10 + [(True, False, "South")] * 15 + [(False, True, "South")] * 5
FEW = [(True, True, "East")] * 19


def test_recall_and_flag_rates_are_those_counted_by_hand():
    shares = subgroup_shares(logs_of([*NORTH, *SOUTH]), ["unit"])
    told = {(row["group"], row["measure"]): row["estimate"] for row in shares.iter_rows(named=True)}
    assert told[("North", "recall")] == pytest.approx(18 / 20)
    assert told[("South", "recall")] == pytest.approx(10 / 25)
    assert told[("North", "flag_rate")] == pytest.approx(18 / 50)
    assert told[("North", "false_flag_rate")] == 0.0
    assert told[("all logs", "recall")] == pytest.approx(28 / 45)


def test_a_group_with_too_few_logs_gets_no_figure_and_no_count():
    shares = subgroup_shares(logs_of([*NORTH, *FEW]), ["unit"])
    east = shares.filter(pl.col("group") == "East")
    assert east["enough"].to_list() == [False] * 3
    assert [east[column].null_count() for column in ("logs", "estimate", "low", "high")] == [3] * 4


def test_a_group_with_too_few_logs_makes_no_gap():
    gaps = largest_gaps(logs_of([*NORTH, *SOUTH, *FEW]), ["unit"])
    recall = gaps.filter(pl.col("measure") == "recall").row(0, named=True)
    assert (recall["best"], recall["worst"], recall["groups"]) == ("North", "South", 2)
    assert recall["gap"] == pytest.approx(0.5)
    assert 0.0 < recall["low"] < 0.5 < recall["high"]


def test_one_group_alone_has_no_gap():
    assert largest_gaps(logs_of(NORTH), ["unit"]).height == 0


def test_the_more_groups_the_wider_the_limits_of_the_largest_gap():
    others = [(due, flagged, f"Unit {number}") for number in range(5) for due, flagged, _ in SOUTH]
    two = largest_gaps(logs_of([*NORTH, *SOUTH]), ["unit"]).row(0, named=True)
    seven = largest_gaps(logs_of([*NORTH, *SOUTH, *others]), ["unit"]).row(0, named=True)
    assert seven["gap"] == pytest.approx(two["gap"])
    assert seven["low"] < two["low"]


def test_groups_that_are_alike_show_a_gap_that_may_be_chance_about_as_often_as_said():
    """Six groups of equal recall: limits of the largest gap leave out 0 in about 5 draws in 100 at most."""
    chance = np.random.default_rng(11)
    wrong = 0
    for _ in range(120):
        rows = [
            (True, bool(chance.random() < 0.7), f"Unit {number}") for number in range(6) for _ in range(40)
        ]
        gap = largest_gaps(logs_of(rows), ["unit"]).filter(pl.col("measure") == "recall").row(0, named=True)
        wrong += gap["low"] > 0.0
    assert wrong <= 10


def test_a_log_stands_in_each_of_its_groups():
    logs = logs_of(NORTH).with_columns(
        victim=pl.Series([["woman", "older"]] * 20 + [["man"]] * 20 + [None] * 10)
    )
    shares = subgroup_shares(logs, ["victim"]).filter(pl.col("measure") == "flag_rate")
    told = dict(zip(shares["group"], shares["logs"], strict=True))
    assert told == {"all logs": 50, "man": 20, "older": 20, "woman": 20, "not stated": None}


def test_weights_undo_the_draw():
    """Every second missed log drawn: recall comes out as if all were there."""
    found = [(True, True, "North")] * 60
    missed = [(True, False, "North")] * 20
    logs = logs_of([*found, *missed]).with_columns(inclusion_probability=pl.Series([1.0] * 60 + [0.5] * 20))
    row = subgroup_shares(logs, []).row(0, named=True)
    assert row["estimate"] == pytest.approx(60 / 100)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"due": None}, "do not say whether they are due"),
        ({"inclusion_probability": 0.0}, "inclusion probability"),
        ({"inclusion_probability": 1.5}, "inclusion probability"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_its_incident(change, message):
    logs = logs_of(NORTH).with_columns(**{name: pl.lit(value) for name, value in change.items()})
    with pytest.raises(InputError, match=message) as refused:
        subgroup_shares(logs, ["unit"])
    assert "K0" in str(refused.value)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(InputError, match="beat"):
        subgroup_shares(logs_of(NORTH), ["beat"])


def test_a_least_number_of_one_is_refused():
    with pytest.raises(InputError, match="single one"):
        subgroup_shares(logs_of(NORTH), ["unit"], least=1)


def test_wilson_narrows_with_more_logs():
    widths = [high - low for low, high in (wilson(0.3, logs) for logs in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)
    assert isinstance(of(3, 10), Share)
