"""Weights of words: cut as said, fitted as told, kept and read back the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.screening.words.cutting import (
    feature_key,
    feature_text,
    grams_of,
    never_weighed,
    numbered,
    told,
)
from firstpoint.screening.words.fitting import annotate, fit_weights
from firstpoint.screening.words.meanings import ready_meanings
from firstpoint.screening.words.scoring import lean
from firstpoint.screening.words.weights import Weights, place_of

WORDS = ("he", "hit", "me", "door", "fell", "no", "crime", "#time", ",", "£")
NUMBERS = numbered(WORDS)
SPELLING = {number: word for word, number in NUMBERS.items()}
TEXTS = st.text(alphabet=st.sampled_from("he hitmdorfl.,\n12:£’'É漢 \u202e\x00"), max_size=300)


def log(text, evidence=(), undone=(), due=None, pair=None, kind="assault"):
    made = {
        "id": "x",
        "text": text,
        "opening_code": "ASB",
        "closing_code": "NFA",
        "evidence": list(evidence),
        "undone_by": [{"words": words, "reason": "accident"} for words in undone],
        "expected_crimes_total": int(bool(evidence)) if due is None else due,
        "facts": {"allegations": [{"kind": kind}]} if evidence else None,
    }
    return made | ({"pair": pair} if pair else {})


TAUGHT = [
    *(
        log(f"Caller {n} rang. My bike was taken. Unit sent.", ["bike was taken"], kind="theft")
        for n in range(8)
    ),
    *(
        log(f"Caller {n} rang. He hit me twice. Unit sent.", ["He hit me twice"], pair=f"p{n}")
        for n in range(8)
    ),
    *(
        log(f"Caller {n} rang. The door hit me as I fell. Unit sent.", (), ["as I fell"], pair=f"p{n}")
        for n in range(8)
    ),
]


@pytest.fixture(scope="module")
def weights():
    return fit_weights(TAUGHT)


@given(TEXTS)
def test_sentences_stand_in_order_within_the_text(text):
    cut = told(text, NUMBERS)
    flat = cut.spans.ravel().tolist()
    assert flat == sorted(flat)
    assert all(0 <= start < end <= len(text) for start, end in cut.spans.tolist())
    assert cut.sentence_from[0] == 0
    assert cut.sentence_from[-1] == len(cut.words)
    assert len(cut.sentence_from) == len(cut) + 1


def test_a_clock_time_and_a_long_figure_are_known_by_their_form():
    cut = told("he hit me 12:40, 1305 £", NUMBERS)
    assert [SPELLING[number] for number in cut.words.tolist()] == [
        "he",
        "hit",
        "me",
        "#time",
        ",",
        "#time",
        "£",
    ]


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.sampled_from([0, *SPELLING]), max_size=12))
def test_the_key_of_a_gram_can_be_read_back(words):
    keys = np.zeros(4 * len(words) + 4, np.int64)
    count = grams_of(np.array(words, np.int64), 0, len(words), keys, 0)
    for key in keys[:count].tolist():
        assert feature_key(feature_text(key, SPELLING), NUMBERS) == key


@pytest.mark.parametrize(
    "text", ["always", "fifth: 3", "before: hit", "after: me", "opening: no", "closing: crime"]
)
def test_the_key_of_every_other_feature_can_be_read_back(text):
    assert feature_text(feature_key(text, NUMBERS), SPELLING) == text


def test_a_sentence_takes_the_role_of_the_quotes_that_it_overlaps():
    one = annotate(log("He rang. He hit me. The door fell.", ["hit me"], ["door fell"]), NUMBERS)
    assert one.role.tolist() == [0, 1, 2]


def test_words_that_tell_weigh_for_a_crime_and_words_that_undo_against(weights):
    told_so = lean("She rang. He hit me twice.", "ASB", "NFA", weights)
    undone = lean("She rang. The door hit me as I fell.", "ASB", "NFA", weights)
    assert told_so.whole > undone.whole
    assert told_so.tells.argmax() == 1
    assert undone.undoes.argmax() == 1
    assert told_so.tells[1] > undone.tells[1]


def test_the_same_logs_and_seed_give_the_same_weights(weights):
    again = fit_weights(TAUGHT)
    assert np.array_equal(weights.slots, again.slots)
    assert np.array_equal(weights.values, again.values)


def test_weights_written_and_read_lean_the_same(weights, tmp_path):
    weights.save(tmp_path)
    read = Weights.load(tmp_path)
    assert read.kinds == weights.kinds
    for one in TAUGHT:
        before, after = (lean(one["text"], "ASB", "NFA", each) for each in (weights, read))
        assert after.whole == pytest.approx(before.whole, abs=1e-6)
        assert after.tells == pytest.approx(before.tells, abs=1e-6)
        assert after.kinds == pytest.approx(before.kinds, abs=1e-6)


def speaks_for(word, kind, weights):
    row = weights.kind_row[place_of(weights.slots, feature_key(word, weights.numbers))]
    return weights.kind_values[row, weights.kinds.index(kind)]


def test_a_word_that_no_log_holds_tells_the_kind_of_its_neighbours(weights):
    blows = [speaks_for(word, "assault", weights) for word in ("punched", "slapped", "kicked", "struck")]
    takings = [speaks_for(word, "assault", weights) for word in ("stolen", "snatched", "bicycle", "purse")]
    assert max(takings) < min(blows)


def test_what_a_sentence_speaks_for_a_kind_is_the_sum_of_its_words(weights):
    one = lean("He hit me twice.", None, None, weights)
    rows = [
        weights.kind_values[weights.kind_row[place_of(weights.slots, feature_key(word, weights.numbers))]]
        for word in ("he", "hit", "me", "twice")
    ]
    many = sum(bool(row.any()) for row in rows)
    assert one.kinds[0] == pytest.approx(sum(rows) / np.sqrt(many), abs=1e-5)


def test_no_word_that_says_what_somebody_is_has_a_meaning():
    assert not never_weighed() & set(ready_meanings().words)


@settings(deadline=None)
@given(TEXTS)
def test_any_text_leans_somehow(weights, text):
    one = lean(text, None, None, weights)
    assert np.isfinite(one.whole)
    assert np.isfinite(one.tells).all()
    assert len(one.tells) == len(one.told)


def test_a_log_without_words_leans_as_an_empty_one(weights):
    assert lean("", None, None, weights).whole == lean(" \n...\n", None, None, weights).whole
