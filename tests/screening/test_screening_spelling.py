"""Which misspelt words are read as words of the lexicon, and which are let be."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import LEXICON, TABLES

from firstpoint.screening import LexiconReader
from firstpoint.screening.engine import read_column
from firstpoint.screening.matching import find
from firstpoint.screening.spelling import Spelling, edits_between

ALPHABET = LEXICON.alphabet
letters = st.text("abcdef", min_size=4, max_size=11)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("assualted", "assaulted"),
        ("strangeled", "strangled"),
        ("robery", "robbery"),
        ("burgalry", "burglary"),
    ],
)
def test_a_misspelt_word_is_read_as_the_one_meant(written, meant):
    assert ALPHABET.code(written) == ALPHABET.code(meant)


@pytest.mark.parametrize("word", ["rapes", "widow", "stroked", "lunch", "clock", "knell", "thats", "burgess"])
def test_ordinary_words_names_and_short_words_are_let_be(word):
    assert ALPHABET.spelling.code_of(word) is None


def test_rap_is_no_rape():
    assert not any(d.kind == "rape" for d in LexiconReader().read({"text": "He plays rap loudly."}))


def test_a_misspelt_act_is_disclosed():
    (told, *_) = LexiconReader().read({"text": "He assualted her at home and stabed her."})
    assert told.certainty > 0.5


def test_a_word_equally_near_to_two_is_let_be():
    spelling = Spelling({"punched": "a", "pushed": "b"}, frozenset())
    assert spelling.code_of("puched") is None
    assert Spelling({"punched": "a", "pushed": "a"}, frozenset()).code_of("puched") == "a"


def test_words_must_begin_alike_unless_two_letters_are_changed_about():
    spelling = Spelling({"knife": "a", "strangled": "b"}, frozenset())
    assert spelling.code_of("nkife") == "a"
    assert spelling.code_of("xnife") is None
    assert spelling.code_of("ztrangled") is None


def test_short_words_have_one_edit_and_long_ones_two():
    spelling = Spelling({"robber": "a", "strangled": "b"}, frozenset())
    assert spelling.code_of("rober") == "a"
    assert spelling.code_of("robr") is None
    assert spelling.code_of("roer") is None
    assert spelling.code_of("stranlde") == "b" or edits_between("stranlde", "strangled") > 2
    assert spelling.code_of("stranled") == "b"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(letters, st.lists(letters, max_size=12, unique=True))
def test_the_index_finds_what_trying_every_word_finds(word, targets):
    spelling = Spelling({target: target for target in targets}, frozenset())
    near = {}
    for target in spelling.targets:
        begins_alike = word[0] == target[0] or word[:2] == target[1::-1]
        most = 2 if min(len(word), len(target)) >= 8 else 1
        edits = edits_between(word, target)
        if len(word) >= 5 and begins_alike and edits <= most:
            near.setdefault(edits, []).append(target)
    wanted = near[min(near)] if near else []
    assert spelling.code_of(word) == (wanted[0] if len(wanted) == 1 else None)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(sorted(ALPHABET.spelling.targets)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_the_engine_repairs_what_the_plain_reading_repairs(words, chance):
    def slip(word):
        at = chance.randrange(len(word) - 1)
        return chance.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + chance.choice("aeinost") + word[at:],
                word[: at + 1] + chance.choice("aeinost") + word[at + 2 :],
            )
        )

    text = " ".join(slip(slip(word)) if chance.random() < 0.5 else slip(word) for word in words)
    (read,) = read_column(pl.Series([text]), TABLES)
    plain = find(text, LEXICON)
    assert [(h.phrase.id, h.start, h.end) for h in read.hits] == [
        (h.phrase.id, h.start, h.end) for h in plain.hits
    ]


def test_edits_are_counted_with_letters_changed_about_as_one():
    assert edits_between("assualted", "assaulted") == 1
    assert edits_between("kitten", "sitting") == 3
    assert edits_between("", "abc") == 3
