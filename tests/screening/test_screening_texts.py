"""Whatever the text: no crash, spans that stand in the original, and time that grows with its length
alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.screening import LexiconReader

READER = LexiconReader()
SENTENCES = (
    "He punched her in the face.",
    "Someone smashed the shop window with a brick!",
    "My bike was stolen from the rack.",
    "She can’t sleep, he's threatened to kill her.",
    "No injuries but he shoved me into the wall",
    "Officers attended, all in order.",
)
TEXTS = st.lists(st.one_of(st.sampled_from(SENTENCES), st.text(max_size=60)), max_size=6).map(" ".join)


def read(text):
    return READER.read({"incident_id": "1", "text": text})


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_evidence_always_stands_in_the_original_text(text):
    for disclosure in read(text):
        for span in disclosure.evidence:
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end] == span.text
        assert 0 <= disclosure.certainty <= 1


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(SENTENCES),
    st.sampled_from(["The weather was fine.", "Unit 4 on scene.", "Tea was made."]),
)
def test_an_unrelated_sentence_takes_no_disclosure_away(sentence, unrelated):
    before = {d.kind for d in read(sentence)}
    assert before <= {d.kind for d in read(f"{sentence} {unrelated}")}
    assert before <= {d.kind for d in read(f"{unrelated} {sentence}")}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_capitals_change_nothing(sentence):
    small, large = read(sentence.lower()), read(sentence.upper())
    assert [(d.kind, d.certainty) for d in small] == [(d.kind, d.certainty) for d in large]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", None, "\x00\x07\x1b", "‮deb hcnup‬", "ΠΡΩΤΟ 第一 نص", "İstanbul'da punched him"]
)
def test_odd_texts_are_read_without_complaint(text):
    assert all(d.kind for d in read(text))


@pytest.mark.parametrize(
    "repeats",
    [pytest.param(8_000, id="half a megabyte"), pytest.param(80_000, id="five", marks=pytest.mark.trial)],
)
def test_megabytes_are_read_in_linear_time(repeats):
    part = "He punched her in the face and took the phone from the table. "
    started = time.perf_counter()
    read(part * (repeats // 10))
    once = time.perf_counter() - started
    started = time.perf_counter()
    assert read(part * repeats)
    assert time.perf_counter() - started < 20 * once + 2


def test_a_long_run_without_a_full_stop_is_read_in_linear_time():
    started = time.perf_counter()
    read("not punched him and did not " * 30_000)
    assert time.perf_counter() - started < 20


def test_a_phrase_repeated_shows_a_bounded_number_of_spans():
    (assault, *_) = read("He slapped her on the face. " * 5_000)
    assert assault.kind == "assault"
    assert len(assault.evidence) <= 12
