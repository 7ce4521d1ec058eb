"""The annotated banks hold together: quotes are quotes, counts are counting's, hands are separate hands, and
words alone give nothing away."""

from __future__ import annotations

from collections import Counter
from math import log as ln

import pytest
from banks import FOR_TEST_ALONE, counted, five_grams, letters, pairs, read, words

BANKS = {letter: read(letter) for letter in letters()}
LOGS = [log for bank in BANKS.values() for log in bank]


def test_there_are_eight_banks_and_more_and_fifteen_hundred_logs():
    assert len(BANKS) >= 8
    assert len(LOGS) >= 1500
    assert set(FOR_TEST_ALONE) <= set(BANKS)


def test_every_log_has_a_name_of_its_own():
    assert len({log["id"] for log in LOGS}) == len(LOGS)


@pytest.mark.parametrize("letter", BANKS)
def test_evidence_and_what_undoes_it_are_words_of_the_log(letter):
    for log in BANKS[letter]:
        quotes = [*log["evidence"], *(one["words"] for one in log["undone_by"])]
        assert all(quote and quote in log["text"] for quote in quotes), log["id"]


@pytest.mark.parametrize("letter", BANKS)
def test_a_log_has_evidence_where_a_crime_is_due_and_only_there(letter):
    for log in BANKS[letter]:
        assert bool(log["evidence"]) == (log["expected_crimes_total"] > 0), log["id"]


@pytest.mark.parametrize("letter", BANKS)
def test_the_encoded_facts_count_to_the_crimes_that_are_stated(letter):
    for log in BANKS[letter]:
        total, classes = counted(log)
        low, high = log["accepted_crimes_total"]
        assert total == log["expected_crimes_total"] == sum(one["crimes"] for one in log["disclosed"]), log[
            "id"
        ]
        assert low <= total <= high, log["id"]
        stated = [
            {one["ho_class"], *one["ho_class_alt"]} for one in log["disclosed"] for _ in range(one["crimes"])
        ]
        assert all(any(ho_class in one for one in stated) for ho_class in classes), (log["id"], classes)


def test_no_bank_shares_more_than_one_in_a_hundred_five_grams_with_another():
    grams = {
        letter: set().union(*(five_grams(log["text"]) for log in bank)) for letter, bank in BANKS.items()
    }
    for one in grams:
        for other in grams:
            if one != other:
                assert len(grams[one] & grams[other]) <= 0.01 * len(grams[one]), (one, other)


def test_about_half_of_the_logs_hold_no_crime():
    without = sum(log["expected_crimes_total"] == 0 for log in LOGS)
    assert 0.40 <= without / len(LOGS) <= 0.55


def test_each_word_of_crime_stands_on_both_sides():
    """A log of a robbery recorded already says robbery as well as one of a robbery missed."""
    for stem in (
        "assault",
        "burglar",
        "robbe",
        "theft",
        "stole",
        "harass",
        "threat",
        "damage",
        "punch",
        "hit ",
    ):
        sides = Counter(log["expected_crimes_total"] > 0 for log in LOGS if stem in log["text"].lower())
        assert 0.25 <= sides[True] / (sides[True] + sides[False]) <= 0.80, (stem, sides)


@pytest.mark.parametrize("letter", [letter for letter in BANKS if len(pairs(BANKS[letter])) > 5])
def test_a_reader_of_words_alone_judges_both_of_a_pair_rightly_no_oftener_than_a_coin(letter):
    """Naive Bayes over single words, learnt on the pairs of all other banks. Shown both of a pair at once it
    finds the one with the crime more often than by chance, for edits leave some trace: that is held too.
    """
    scenes = [
        scene
        for scene in pairs(BANKS[letter])
        if len({log["expected_crimes_total"] > 0 for log in scene}) == 2
    ]
    others = [scene for bank in BANKS if bank != letter for scene in pairs(BANKS[bank])]
    counts = {True: Counter(), False: Counter()}
    for scene in others:
        for log in scene:
            counts[log["expected_crimes_total"] > 0].update(set(words(log["text"])))
    alone = sum(
        all((_leaning(log, counts) > 0) == (log["expected_crimes_total"] > 0) for log in scene)
        for scene in scenes
    )
    assert alone <= 0.25 * len(scenes), f"{alone} of {len(scenes)}"
    ordered = [right for scene in scenes for right in _told_apart(scene, counts)]
    assert sum(ordered) <= 0.83 * len(ordered)


def _told_apart(scene, counts):
    """Of each log of a scene with a crime beside each without: whether the first leans more to a crime."""
    with_crime = [_leaning(log, counts) for log in scene if log["expected_crimes_total"]]
    without = [_leaning(log, counts) for log in scene if not log["expected_crimes_total"]]
    return [more > less for more in with_crime for less in without]


def _leaning(log, counts):
    totals = {side: sum(words.values()) + 1 for side, words in counts.items()}
    return sum(
        ln((counts[True][word] + 0.5) / totals[True]) - ln((counts[False][word] + 0.5) / totals[False])
        for word in set(words(log["text"]))
    )
