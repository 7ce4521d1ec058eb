"""The engine finds what the plain reading and RE2 find, hit for hit and context for context."""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from bank_measures import BANKS, read_bank
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readings import LEXICON, TABLES, told_by_the_engine, told_plainly

from firstpoint.errors import InputError
from firstpoint.screening import LexiconReader, screen
from firstpoint.screening.engine import WordsMet, read_column, reading
from firstpoint.screening.engine.letters import COVERED
from firstpoint.screening.matching import find
from firstpoint.screening.re2_matching import Re2Matching
from firstpoint.simulation import make_force

OWN_SENTENCES = sorted({s for row in (*LEXICON.phrases, *LEXICON.cues) for s in (*row.hits, *row.misses)})
LOGS = [
    json.loads(line)["text"]
    for line in Path(__file__).with_name("logs.jsonl").read_text("utf-8").splitlines()
]
MARKS = (
    ", ",
    ". ",
    " - ",
    "\n",
    "; ",
    "... ",
    " ",
    " ",
    " ",
    " ",
    " ",
    "'s ",
    "’d ",
    "!? ",
    " (",
    ") ",
    "\n- ",
)
LENGTHS = (7, 8, 9, 15, 16, 17, 24, 70)
ODD = (
    *("19:02", "2.30", "1.5", "£40", "x12", "don't", "’tis", "ʼn", "naïve", "İstanbul", "ΣΟΦΟΣ", "第一", "½"),
    *(
        "²",
        "12345678:30",
        "٣:٤٥",
        "_x",
        "e-mail",
        "1:23:45",
        "9.99.99",
        "…",
        "…a",
        "..b",
        "-",
        "--",
        "\u00a0",
    ),
    *(
        "\x00",
        "\u202e",
        "\U0001f600",
        "\ufeff",
        *(letter * at for letter, at in zip("abcdefgh", LENGTHS, strict=True)),
    ),
)
WORDS = sorted({word for sentence in OWN_SENTENCES for word in sentence.split()})
settings.register_profile("engine", deadline=None, suppress_health_check=list(HealthCheck), database=None)

soups = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(WORDS), st.sampled_from(sorted(LEXICON.alphabet.literals)), st.sampled_from(ODD)
        ),
        st.sampled_from(MARKS),
    ),
    max_size=60,
).map(lambda pairs: "".join(word + mark for word, mark in pairs))


def misspelt(word, chance):
    at = chance.randrange(len(word))
    return chance.choice(
        (word[:at] + word[at + 1 :], word[:at] + "e" + word[at:], word[:at] + "k" + word[at + 1 :])
    )


def assert_read_alike(texts):
    read = told_by_the_engine(pl.Series(texts, dtype=pl.String), TABLES)
    for text, told in zip(texts, read, strict=True):
        assert told == told_plainly(text, LEXICON), text


def test_the_lexicons_own_sentences_are_read_alike():
    assert_read_alike(OWN_SENTENCES)


def test_whole_logs_are_read_alike_joined_and_apart():
    joined = ["\n".join(LOGS), " ".join(OWN_SENTENCES), "".join(OWN_SENTENCES).upper()]
    assert_read_alike([*LOGS, *joined])


@pytest.mark.shared
@pytest.mark.skipif(not BANKS.is_dir(), reason="the annotated banks are not beside the checkout")
@pytest.mark.parametrize("letter", "abcde")
def test_every_log_of_a_bank_is_read_alike(letter):
    assert_read_alike([log["text"] for log in read_bank(letter)])


def test_logs_of_the_made_up_force_are_read_alike():
    assert_read_alike(make_force(seed=3, incidents=300).incidents["text"].to_list())


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(soups, min_size=1, max_size=8))
def test_any_soup_of_words_and_marks_is_read_alike(texts):
    assert_read_alike(texts)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_any_text_at_all_is_cut_alike(texts):
    assert_read_alike(texts)


def test_misspelt_words_are_read_alike():
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    literals = sorted(LEXICON.alphabet.literals)
    words = [misspelt(misspelt(word, chance) or word, chance) or word for word in literals if len(word) > 2]
    assert_read_alike([" ".join(words[at : at + 40]) for at in range(0, len(words), 40)])


def test_parts_that_share_the_words_met_are_read_as_each_alone_also_once_the_table_began_anew(monkeypatch):
    chance = random.Random(2)  # noqa: S311 - repeatable, not secret
    literals = sorted(LEXICON.alphabet.literals)
    never_seen = ("".join(chance.choices("bdfgklmnprtvz", k=9)) for _ in range(60_000))
    parts = [
        pl.Series([" ".join(chance.choices(literals, k=30)) + f" {misspelt('punched', chance)} him"] * 3),
        pl.Series([" ".join(never_seen)]),
        pl.Series(LOGS[:40]),
    ]
    monkeypatch.setattr(reading, "_MOST_BITS", 16)
    met = WordsMet()
    for part in (*parts, *parts):
        shared, alone = read_column(part, TABLES, met=met), read_column(part, TABLES)
        for name in ("tally", "phrase", "hit_places", "bearing", "cue", "cue_places"):
            assert (getattr(shared, name) == getattr(alone, name)).all()
    assert met.words.state[0] > TABLES.taken


def test_cues_are_found_for_what_a_code_tells_although_no_phrase_does():
    text = "It was years ago. Insurers want a crime number."
    (told,) = told_by_the_engine(pl.Series([text]), TABLES, ["assault"])
    assert told == told_plainly(text, LEXICON, ["assault"])
    assert told[1]


@pytest.mark.parametrize("text", [*LOGS[:12], " ".join(OWN_SENTENCES[:400])])
def test_re2_finds_the_same(text):
    found, plain = RE2.find(text), find(text, LEXICON)
    assert (found.hits, found.cues) == (plain.hits, plain.cues)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(soups)
def test_re2_finds_the_same_in_any_soup(text):
    found, plain = RE2.find(text), find(text, LEXICON)
    assert (found.hits, found.cues) == (plain.hits, plain.cues)


RE2 = Re2Matching(LEXICON)


@pytest.mark.parametrize(
    "arrow",
    [
        lambda texts: pa.array(texts, pa.string()),
        lambda texts: pa.array(texts, pa.large_string()),
        lambda texts: pa.array(texts, pa.string_view()),
        lambda texts: pa.array(["first", *texts], pa.string())[1:],
        lambda texts: pa.array(["x" * 40, *texts, "last"], pa.string_view()).slice(1, len(texts)),
        lambda texts: pa.chunked_array([texts[:3], [], texts[3:]], pa.large_string()),
        lambda texts: pl.Series(texts, dtype=pl.String),
        lambda texts: pl.concat([pl.Series(texts[:5]), pl.Series(texts[5:])], rechunk=False),
        lambda texts: pl.Series([None, *texts], dtype=pl.String).slice(1),
        lambda texts: pa.array(texts, pa.string()).dictionary_encode(),
    ],
)
def test_every_layout_of_a_column_is_read_alike(arrow):
    texts = [LOGS[0], None, "", "He hit her", None, *LOGS[1:8], "fine"]
    assert told_by_the_engine(arrow(texts), TABLES) == [told_plainly(text, LEXICON) for text in texts]


def test_an_empty_column_and_a_column_of_nulls_are_read():
    assert len(read_column(pl.Series([], dtype=pl.String), TABLES)) == 0
    assert len(read_column(pa.nulls(3), TABLES)) == 3
    assert len(read_column(pl.Series([None, None]), TABLES)) == 2


def test_a_column_of_numbers_is_refused():
    with pytest.raises(InputError, match="text"):
        read_column(pl.Series([1, 2]), TABLES)


def test_the_arrays_say_what_the_logs_say():
    reading = read_column(pl.Series(LOGS), TABLES)
    raw = [text.encode() for text in LOGS]
    for hit, row in enumerate(reading.log_of_hit.tolist()):
        start, end, first, last = reading.hit_places[hit].tolist()
        assert raw[row][start:end].decode() == LOGS[row][first:last]
    assert reading.bearing_from[-1] == len(reading.bearing)
    assert reading.hit_from[-1] == len(reading.phrase) == len(reading.strength)


def test_no_letter_or_space_lies_beyond_the_characters_covered():
    beyond = (chr(point) for point in range(COVERED, 0x110000))
    assert not any(character.isalnum() or character.isspace() for character in beyond)


def test_one_letter_alone_has_a_small_form_of_two():
    assert [c for c in map(chr, range(0x110000)) if len(c.lower()) != 1] == ["İ"]


def test_a_table_of_logs_is_screened_alike_by_the_engine_and_one_by_one(monkeypatch):
    frame = pl.DataFrame({"incident_id": [str(at) for at in range(len(LOGS))], "text": LOGS}).with_columns(
        opening_code=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("ASSAULT"))
    )
    plain = screen(frame)
    monkeypatch.setattr("firstpoint.screening.reading.MANY", 1)
    assert screen(frame).equals(plain)


def test_a_reader_reads_one_incident_as_it_reads_many(monkeypatch):
    monkeypatch.setattr("firstpoint.screening.reading.MANY", 1)
    reader = LexiconReader()
    many = [read.disclosures for read in reader.read_many(pl.DataFrame({"text": LOGS}))]
    assert many == [reader.read({"text": text}) for text in LOGS]
