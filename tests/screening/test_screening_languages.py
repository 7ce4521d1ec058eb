"""Logs in a language or script that the lexicon cannot read are told apart, never taken for clean ones."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from firstpoint.screening import screen
from firstpoint.screening.engine import read_column, tables_of
from firstpoint.screening.lexicon import ready_lexicon

LEXICON = ready_lexicon()
ENGLISH = [
    json.loads(line)["text"]
    for line in Path(__file__).with_name("logs.jsonl").read_text("utf-8").splitlines()
]
OTHERS = {
    "in Welsh": "Mae dynes wedi ffonio i ddweud bod ei gŵr wedi ei tharo neithiwr. Roedd y plant yno hefyd.",
    "in Polish": "Mąż uderzył mnie wczoraj w domu, dzieci były przy tym. Nie wiem co robić, bardzo się boję.",
    "in Romanian": "Soțul meu a lovit copilul ieri acasă și nu este prima dată. Este foarte grav.",
    "in French": "Mon mari est très violent, il est dans la maison et je ne suis pas en sécurité.",
    "written in another script": "Муж ударил меня вчера дома, дети всё видели, я боюсь.",
    "few of its words are English": " ".join(
        f"qazwo{letter}p vindar{letter}" for letter in "abcdefghijklmnop"
    ),
}
MIXED = (
    "Caller speaks Polish, language line used. She says her husband hit her last night and the "
    "children saw it. Mąż uderzył mnie wczoraj. Unit sent."
)


@pytest.mark.parametrize("why", OTHERS)
def test_a_log_that_cannot_be_read_says_why(why):
    assert LEXICON.languages.why(OTHERS[why]) == why


@pytest.mark.parametrize(
    "text", [*ENGLISH, MIXED, "", "MALE ON FIRE ESCAPE", "19:02 19:40 48/1234/26", "Cześć"]
)
def test_english_however_short_terse_or_mixed_is_read(text):
    assert LEXICON.languages.why(text) is None
    assert LEXICON.languages.why(text.upper()) is None


def test_a_table_of_figures_is_read():
    assert LEXICON.languages.why("\n".join(f"{at} | {at * 7} | {at / 3:.2f}" for at in range(200))) is None


def test_the_engine_counts_the_same_words():
    texts = [*OTHERS.values(), *ENGLISH, MIXED, "", "K 2² ʼn ½ İstanbul"]
    reading = read_column(pl.Series(texts), tables_of(LEXICON))
    assert reading.not_read == [LEXICON.languages.why(text) for text in texts]
    for text, (words, other, *told) in zip(texts, reading.tally.tolist(), strict=True):
        assert (words, other, told) == LEXICON.languages.tally(text)


def test_what_was_not_read_has_no_figures_and_ranks_before_what_is_clean():
    frame = screen(
        pl.DataFrame(
            {
                "incident_id": ["clean", "welsh", "assault"],
                "text": [
                    "All quiet on arrival, no persons about.",
                    OTHERS["in Welsh"],
                    "He punched her in the face.",
                ],
            }
        )
    )
    welsh = frame.row(1, named=True)
    assert welsh["not_read"] == "in Welsh"
    figures = ("expected_crimes", "chance_unrecorded", "chance_crime", "harm")
    assert [welsh[name] for name in figures] == [None] * 4
    assert frame.sort("rank")["incident_id"].to_list() == ["assault", "welsh", "clean"]
    assert frame["not_read"].to_list() == [None, "in Welsh", None]
