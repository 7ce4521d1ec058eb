"""Every row of the lexicon hits what it says it hits, and passes by what it says it passes by."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from firstpoint import counting
from firstpoint.errors import InputError
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.lexicon import ready_lexicon
from firstpoint.screening.matching import find
from firstpoint.screening.patterns import Parser

LEXICON = ready_lexicon()
FOLDER = resources.files("firstpoint.screening") / "lexicon"


@pytest.mark.parametrize("phrase", LEXICON.phrases, ids=lambda phrase: phrase.id)
def test_a_phrase_hits_and_misses_its_own_sentences(phrase):
    assert phrase.hits
    assert phrase.misses
    for sentence in phrase.hits:
        assert phrase.id in {hit.phrase.id for hit in find(sentence, LEXICON).hits}, sentence
    for sentence in phrase.misses:
        assert phrase.id not in {hit.phrase.id for hit in find(sentence, LEXICON).hits}, sentence


@pytest.mark.parametrize("cue", LEXICON.cues, ids=lambda cue: cue.id)
def test_a_cue_hits_and_misses_its_own_sentences(cue):
    assert cue.hits
    assert cue.misses
    for sentence in cue.hits:
        assert cue.id in {hit.cue.id for hit in find(sentence, LEXICON, kind_rows()).cues}, sentence
    for sentence in cue.misses:
        assert cue.id not in {hit.cue.id for hit in find(sentence, LEXICON, kind_rows()).cues}, sentence


def test_every_phrase_names_a_kind_of_the_facts_format_and_cites_a_clause():
    for phrase in LEXICON.phrases:
        assert phrase.kind in counting.KINDS, phrase.id
        assert phrase.kind in kind_rows(), phrase.id
        assert phrase.cite, phrase.id


def test_every_cue_has_a_weight_or_only_adds_facts():
    for cue in LEXICON.cues:
        assert (
            cue.category in LEXICON.weights["context"] or cue.category in LEXICON.weights["label"] or cue.sets
        )


def test_every_kind_carries_a_harm_between_nought_and_a_hundred():
    assert all(0 <= row.harm <= 100 for row in kind_rows().values())


def test_no_word_of_a_protected_characteristic_ranks_a_log_by_itself():
    # Words of hostility add a fact to an allegation told in other words; alone they allege nothing.
    for text in (
        "A Polish woman called about her bins.",
        "He is a Muslim and lives in BD3.",
        "The caller is Jewish.",
    ):
        assert find(text, LEXICON).hits == []


def test_the_csv_files_are_sorted_by_id_within_each_family():
    for file in FOLDER.iterdir():
        if file.name.startswith("phrases_"):
            ids = [row["id"] for row in csv.DictReader(file.read_text("utf-8").splitlines())]
            assert ids == sorted(ids), file.name


def test_a_pattern_of_gaps_alone_is_refused():
    with pytest.raises(InputError):
        Parser({}).elements("<3> [maybe]")


def test_an_unknown_class_is_refused_by_name():
    with pytest.raises(InputError, match="@NOSUCH"):
        Parser({}).elements("punch @NOSUCH")
