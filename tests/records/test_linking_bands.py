"""From weights to probabilities, bands and groups: worked by hand, without any engine."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.errors import InputError
from firstpoint.records.linking import Bands, ChainGuard, banded, grouped
from firstpoint.records.linking.bands import LINKED, REVIEW

PAIRS = {"left": pl.String, "right": pl.String, "weight": pl.Float64}
TIES = {
    "incident_id": pl.String,
    "other_id": pl.String,
    "weight": pl.Float64,
    "band": pl.String,
    "reason": pl.String,
}


def pairs(*rows):
    return pl.DataFrame(rows, schema=PAIRS, orient="row")


def probabilities(found):
    return {(row["left"], row["right"]): row["probability"] for row in found.to_dicts()}


def bands_of(found):
    return {(row["left"], row["right"]): row["band"] for row in found.to_dicts()}


def many_to_one(rows, **more):
    asked = {"lefts": 16, "rights": 1, "constraint": "many-to-one", "share": 1.0, "bands": Bands(0.9, 0.05)}
    return banded(rows, **asked | more)


def test_two_incidents_equally_like_a_crime_share_one_chance():
    found = probabilities(many_to_one(pairs(("I1", "C1", 20.0), ("I2", "C1", 20.0))))
    assert found == pytest.approx({("I1", "C1"): 0.5, ("I2", "C1"): 0.5})


def test_a_rival_two_bits_weaker_takes_a_fifth():
    found = probabilities(many_to_one(pairs(("I1", "C1", 20.0), ("I2", "C1", 18.0))))
    assert found == pytest.approx({("I1", "C1"): 0.8, ("I2", "C1"): 0.2})


def test_the_share_of_crimes_that_have_an_incident_is_found_from_the_data():
    # Three crimes whose one candidate is sure, and one without any: three in four have an incident.
    rows = pairs(*((f"I{n}", f"C{n}", 40.0) for n in range(3)), ("I9", "C9", 4.0))
    found = many_to_one(rows, rights=4, share=0.2, bands=Bands(0.99, 0.001))
    weak = probabilities(found)["I9", "C9"]
    # b = 2**4 / 16 = 1, so that s = (3 + p) / 4 and p = s / (1 - s + s) = s: only s = 1 would do, towards
    # which rounds climb; after 25 of them p is near it, but no crime is linked above the others' certainty.
    assert 0.5 < weak < 1
    assert bands_of(found)["I0", "C0"] == LINKED


def test_a_crime_that_is_linked_is_linked_once_and_not_for_review_besides():
    found = many_to_one(pairs(("I1", "C1", 30.0), ("I2", "C1", 25.0), ("I3", "C1", 10.0)))
    assert bands_of(found) == {("I1", "C1"): LINKED}


def test_what_is_not_sure_is_for_review_and_what_is_improbable_is_not_shown():
    found = many_to_one(pairs(("I1", "C1", 20.0), ("I2", "C1", 19.0), ("I3", "C1", 10.0)))
    assert bands_of(found) == {("I1", "C1"): REVIEW, ("I2", "C1"): REVIEW}


def test_one_to_one_gives_the_second_best_to_the_crime_whose_best_is_taken():
    rows = pairs(("I1", "C1", 30.0), ("I1", "C2", 25.0), ("I2", "C2", 20.0))
    found = banded(rows, lefts=2, rights=2, constraint="one-to-one", share=1.0, bands=Bands(0.9, 0.5))
    assert bands_of(found) == {("I1", "C1"): LINKED, ("I2", "C2"): LINKED}


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.sampled_from("vwxyz"), st.integers(0, 40)),
        unique_by=lambda row: row[:2],
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(["many-to-one", "one-to-one"]),
)
def test_constraints_hold_whatever_the_weights(rows, constraint):
    weighed = pairs(*((left, right, float(weight)) for left, right, weight in rows))
    found = banded(weighed, lefts=5, rights=5, constraint=constraint, share=0.5, bands=Bands(0.7, 0.1))
    linked = found.filter(pl.col("band") == LINKED)
    assert linked["right"].is_unique().all()
    assert constraint == "many-to-one" or linked["left"].is_unique().all()
    assert found["probability"].is_between(0, 1.000001).all()
    assert found.equals(
        banded(weighed.reverse(), lefts=5, rights=5, constraint=constraint, share=0.5, bands=Bands(0.7, 0.1))
    )


def test_pairs_of_incidents_are_never_thought_commoner_than_the_model_says():
    # Two records make one pair; with 5 in 100 records paired at most, even odds of 2**4 give 16/(16 + 9).
    found = banded(
        pairs(("I1", "I2", 4.0)), lefts=2, rights=2, constraint="none", share=0.05, bands=Bands(0.9, 0.1)
    )
    assert probabilities(found)["I1", "I2"] == pytest.approx(16 * 0.1 / (0.9 + 16 * 0.1))


@pytest.mark.parametrize(("linked", "review"), [(0.5, 0.9), (1.2, 0.1), (0.9, 0.0), (math.nan, 0.1)])
def test_thresholds_that_make_no_bands_are_refused(linked, review):
    with pytest.raises(InputError, match="make no bands"):
        Bands(linked, review)


def ties(*rows):
    full = [(one, other, float(weight), band, "alike") for one, other, weight, band in rows]
    return pl.DataFrame(full, schema=TIES, orient="row")


def test_three_calls_that_are_all_alike_are_one_event():
    events, _ = grouped(
        ties(("A", "B", 9, LINKED), ("B", "C", 8, LINKED), ("A", "C", 7, REVIEW)), ChainGuard()
    )
    assert dict(events.iter_rows()) == {"A": "A", "B": "A", "C": "A"}


def test_a_chain_is_cut_and_what_was_cut_is_for_review():
    chain = ties(*((chr(65 + n), chr(66 + n), 20 - n, LINKED) for n in range(10)))
    events, marked = grouped(chain, ChainGuard(largest=12, tied_share=0.6))
    assert events.group_by("event_id").len()["len"].max() == 2
    cut = marked.filter(pl.col("band") == REVIEW)
    assert cut.height == 5
    assert cut["reason"].str.contains("not joined").all()


def test_no_group_grows_beyond_the_guard():
    names = [f"I{n:02}" for n in range(20)]
    every = ties(*((one, other, 9, LINKED) for at, one in enumerate(names) for other in names[at + 1 :]))
    events, _ = grouped(every, ChainGuard(largest=6))
    assert events.group_by("event_id").len()["len"].max() == 6


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]), unique=True
    )
)
def test_events_part_incidents_into_groups_named_for_their_least(edges):
    tied = ties(*((f"I{one}", f"I{other}", 9, LINKED) for one, other in edges))
    events, marked = grouped(tied, ChainGuard(largest=4))
    assert events["incident_id"].is_unique().all()
    least = events.group_by("event_id").agg(pl.col("incident_id").min())
    assert (least["event_id"] == least["incident_id"]).all()
    event_of = dict(events.iter_rows())
    for row in marked.filter(pl.col("band") == LINKED).to_dicts():
        assert event_of[row["incident_id"]] == event_of[row["other_id"]]


@pytest.mark.parametrize("guard", [(1, 0.5), (5, 1.5)])
def test_a_guard_that_guards_nothing_is_refused(guard):
    with pytest.raises(InputError, match="no guard"):
        ChainGuard(*guard)
