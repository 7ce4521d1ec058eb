"""Crime words in logs that tell of no crime, or of none that is due here, and their crimes told in the same
words."""

from __future__ import annotations

import polars as pl
import pytest

from firstpoint.screening import LexiconReader, screen


def row(text):
    return screen(pl.DataFrame({"incident_id": ["1"], "text": [text]}), reader=LexiconReader()).row(
        0, named=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "Rang about a programme about a robbery on the television.",
        "She mentioned a burglary in 2009 that was dealt with at the time.",
        "Wants to know, is it theft if the cat next door is being fed?",
        "Says the neighbours send rays through the wall to kill her.",
        "The wind smashed a window of the shed.",
        "Man shouting at cars in the road, nobody alarmed.",
        "Teenager with what looked like a knife. It was a comb.",
        "Nothing threatening in the message.",
        "Weapons: none. Injuries: none.",
        "Alleged that he kicked the boy. CCTV viewed, he never touched him, fell by himself.",
        "It is daylight robbery what they charge.",
        "How to report it if a bike were ever stolen?",
    ],
)
def test_crime_words_without_a_crime_stay_low(text):
    assert row(text)["chance_crime"] < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "He robbed me of my phone outside the cinema and pushed me over.",
        "Burgled last night, cash and a watch gone.",
        "He said he will kill her and she believes it.",
        "The lad smashed a window of the shed.",
        "Man shouting and swearing at the nurse, she was put in fear of being hit.",
        "He kicked the boy in the shin. CCTV viewed, it shows the kick.",
    ],
)
def test_the_same_words_with_a_crime_stay_high(text):
    assert row(text)["chance_crime"] >= 0.5


def test_a_word_that_the_lexicon_does_not_know_ends_no_reach():
    assert row("Saw a qwertyish drama about a robbery.")["chance_crime"] < 0.5


def test_a_crime_that_another_force_has_recorded_is_theirs():
    assert (
        row("She was slapped in the face on holiday. Westmere Constabulary have recorded it.")[
            "expected_crimes"
        ]
        == 0
    )
