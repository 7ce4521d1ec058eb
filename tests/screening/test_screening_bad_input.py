"""Whatever a log holds, the engine ends in linear time, and every span is one of the original text."""

from __future__ import annotations

import time

import polars as pl
import pytest
from readings import LEXICON, TABLES, told_by_the_engine, told_plainly

from firstpoint.screening.engine import read_column

LONG = {
    "one phrase 100,000 times": "He punched her in the face. " * 100_000,
    "one phrase without a full stop": "he punched her in the face " * 60_000,
    "half a phrase over and over": "not punched him and did not " * 60_000,
    "one word": "punched " * 300_000,
    "one letter": "a" * 2_000_000,
    "marks alone": ",.-;:" * 300_000,
    "line breaks alone": "\n" * 1_000_000,
    "another script": "Он ударил её. 他打了她。" * 60_000,
    "a table": "\n".join(f"{at}\t£{at}.50\tphone\tpunched her" for at in range(40_000)),
    "figures": "12:30 1.50 " * 120_000,
    "apostrophes": "don't ’ ' `it`s' " * 60_000,
    "words never seen": " ".join(f"zq{at:x}vex" for at in range(250_000)),
}
ODD = [
    "HE PUNCHED HER IN THE FACE AND STOLE THE PHONE",
    "he punched her in the face and stole the phone and left",
    "He punched her in the faceâ€™s side â€“ CafÃ© Ã¢â‚¬â„¢",
    "\x00\x01He\x07 punched\x1b her\x7f in\x9f the face\x85",
    "\u202eHe punched her\u202c in\u200b the \ufefface\u200f and \u2067punched him\u2069",
    "| who | what |\n|---|---|\n| him | punched her in the face |\n| her | stole the phone |",
    "‮deb hcnup‬ 第一 نص He punched “her” in the face—twice…",
    "x\u0301" * 50 + " punched her in the face \U0001f44a\U0001f3fd punched him",
    "'’ʼ`punched' 'her' ’in’ ʼtheʼ `face`",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_characters_are_read_as_by_the_plain_reading(text):
    assert told_by_the_engine(pl.Series([text]), TABLES) == [told_plainly(text, LEXICON)]


@pytest.mark.parametrize("name", LONG)
def test_a_long_log_is_read_in_linear_time(name):
    whole = LONG[name]
    read_column(pl.Series([whole[:1000]]), TABLES)
    started = time.process_time()
    read_column(pl.Series([whole[: len(whole) // 8]]), TABLES)
    part = time.process_time() - started
    started = time.process_time()
    reading = read_column(pl.Series([whole]), TABLES)
    assert time.process_time() - started < 24 * part + 2
    check_spans(reading, [whole])


def test_many_odd_logs_at_once_keep_their_spans():
    texts = [part for text in ODD for part in (text, text[::-1], text * 3, text.upper())]
    check_spans(read_column(pl.Series(texts), TABLES), texts)


def check_spans(reading, texts):
    for places, rows in (
        (reading.hit_places, reading.log_of_hit),
        (reading.cue_places, reading.log_of_cue),
    ):
        raw = [text.encode() for text in texts]
        for place in range(0, len(places), max(1, len(places) // 200)):
            start, end, first, last = places[place].tolist()
            text = texts[rows[place]]
            assert 0 <= first < last <= len(text)
            assert raw[rows[place]][start:end].decode() == text[first:last]
