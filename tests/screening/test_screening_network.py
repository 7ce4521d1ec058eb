"""What the network is given of a log, what it says, and how far it is believed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from bank_measures import read_bank
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.screening import LogReader, explain, logreading, reader_for, screen, thorough_reader
from firstpoint.screening.columns import columns_of, read_parts
from firstpoint.screening.fitting import Seen, fit_belief
from firstpoint.screening.network.belief import LIKELY, Belief, Said, Together
from firstpoint.screening.network.plain import plain_log, surely_no_names
from firstpoint.screening.network.reading import ready_network
from firstpoint.screening.network.tokens import MOST_TOKENS, WordPieces, kept
from firstpoint.screening.words.labels import facts_of, kind_of
from firstpoint.screening.words.scoring import Leaning

PIECES = ["[UNK]", "[CLS]", "[SEP]", "door", "for", "forced", "##ced", "##s", "cafe", "##d", "f", "##o"]


def words_given(text, opening=None, closing=None, known=frozenset()):
    return " ".join(plain_log(text, opening, closing, ready_network().known | known).words)


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    path = tmp_path_factory.mktemp("pieces") / "network_tokens.txt"
    path.write_text("\n".join(PIECES) + "\n", "utf-8")
    return WordPieces(path)


# What it is given


def test_codes_stand_before_the_words_and_sentences_end():
    told = words_given("1412 caller rings. Shed broken into!", "BURGLARY", "No crime")
    assert told == "burglary / no crime . time caller rings . shed broken into"


def test_names_places_postcodes_and_what_somebody_is_are_left_out():
    plainly = words_given("The caller says that a man hit her outside.")
    named = words_given("The caller Fatima O'Hara-Whyte says that a Polish man hit her outside.")
    placed = words_given("The caller says that a man hit her outside TS1 3BA.")
    assert plainly == named == placed


@pytest.mark.parametrize("as_written", [str.lower, str.upper])
def test_names_are_left_out_of_logs_without_capitals_too(as_written):
    names = ("Mohammed Khan", "Emily Clarke", "Priya Patel", "Steve Jones", "Siobhan Campbell")
    told = {words_given(as_written(f"The caller {name} says that a man hit her.")) for name in names}
    assert told == {"/ . the caller says that a man hit her"}


def test_words_in_small_letters_are_no_names_where_names_have_capitals():
    assert surely_no_names("Then a man hit Steve hard.") == {"a", "man", "hit", "hard"}
    assert surely_no_names("a man hit steve hard.") == set()
    assert surely_no_names("A MAN HIT STEVE HARD.") == set()


def test_a_word_that_is_not_known_is_left_out():
    assert words_given("caller xqzbrk hit her") == "/ . caller hit her"
    assert words_given("caller xqzbrk hit her", known={"xqzbrk"}) == "/ . caller xqzbrk hit her"


def test_figures_are_told_by_their_form():
    assert words_given("at 14:05 paid 4500000 to 3 men") == "/ . at time paid number to 3 men"


@given(st.text(max_size=200))
def test_every_word_of_a_text_stands_where_it_says(text):
    told = plain_log(text, None, None, ready_network().known)
    assert len(told.words) == len(told.places)
    assert all(0 <= start < end <= len(text) for start, end in told.places if end > 0)


@pytest.mark.parametrize(
    ("word", "cut"),
    [
        ("forced", ["forced"]),
        ("fors", ["for", "##s"]),
        ("doors", ["door", "##s"]),
        ("café", ["cafe"]),
        ("food", ["f", "##o", "##o", "##d"]),
        ("doorx", ["[UNK]"]),
        ("for" * 40, ["[UNK]"]),
    ],
)
def test_words_are_cut_into_the_longest_pieces_from_the_left(word, cut, pieces):
    tokens, places = pieces.tokens(["door", word])
    assert [PIECES[token] for token in tokens] == ["[CLS]", "door", *cut, "[SEP]"]
    assert places == [-1, 0, *[1] * len(cut), -1]


@given(st.integers(0, 3 * MOST_TOKENS))
def test_of_a_long_log_beginning_and_end_are_kept(many):
    tokens = kept(range(many))
    assert len(tokens) == min(many, MOST_TOKENS)
    assert tokens == sorted(set(tokens))
    if many:
        assert (tokens[0], tokens[-1]) == (0, many - 1)


# What it says


def test_an_incident_without_text_is_not_asked_about():
    assert ready_network().read({"text": "  \n"}) is None
    assert ready_network().read({"text": None, "opening_code": "ROBBERY"}) is None


@pytest.mark.parametrize(
    "text", ["x" * 5_000_000, "punched her " * 100_000, "\x00\u202e;", "ШШШ 日本語", "é" * 999]
)
def test_any_text_has_an_answer(text):
    assert np.isfinite(ready_network().read({"text": text}).due)


def test_of_one_scene_told_twice_it_puts_the_blow_above_the_stumble():
    scene = "2311 doorman rings. Lad refused entry came back and {}. Rib bruised. Wants no action."
    blow, stumble = (
        ready_network().read({"text": scene.format(turn)}).due
        for turn in ("gave him a dig in the ribs", "tripped on the mat and fell against him, said sorry")
    )
    assert blow > stumble + 0.5


def test_words_that_tell_a_crime_are_pointed_at():
    text = "Caller rings about parking on the green. Says he punched her twice in the face and ran."
    told = ready_network().read({"text": text}).telling
    assert "punched" in {text[start:end] for start, end in told}
    assert "parking" not in {text[start:end] for start, end in told}
    assert list(told) == sorted(set(told))


def test_words_behind_what_a_huge_log_leaves_out_are_pointed_at_where_they_stand():
    text = "Caller rings about parking. " * 2_000 + "Says he punched her twice in the face."
    told = ready_network().read({"text": text}).telling
    assert "punched" in {text[start:end] for start, end in told}


@given(st.text(max_size=300))
def test_what_it_points_at_stands_in_the_text(text):
    said = ready_network().read({"text": text})
    assert all(0 <= start < end <= len(text) for start, end in (said.telling if said else ()))


@pytest.mark.parametrize(
    ("told", "label"),
    [
        ("stabbed her in the arm with a kitchen knife, deep cut that needs stitches", "wound"),
        ("slapped her across the face, no injury, no marks, no pain", "none"),
    ],
)
def test_the_label_of_a_kind_goes_by_what_was_done(told, label):
    said = ready_network().read({"text": f"2210 Female rings in tears. States her ex {told}."})
    assert kind_of(max(said.kinds, key=said.kinds.get)) == "assault"
    assert facts_of(said.labels["assault"])["injury"] == label


def test_likely_kinds_are_looked_at_and_always_the_likeliest():
    assert Said(0.0, {}).likely() == set()
    assert Said(0.0, {"theft": -5.0, "assault": -3.0}).likely() == {"assault"}
    assert Said(0.0, {"theft": LIKELY, "assault": 2.0, "arson": LIKELY - 0.1}).likely() == {
        "theft",
        "assault",
    }


def test_who_somebody_is_changes_nothing():
    log = "Caller {} states that her ex came round and punched her in the face."
    said = {
        ready_network().read({"text": log.format(n)}).due
        for n in ("Emily Clarke", "Wei Zhang", "Nguyen Thi Lan")
    }
    assert len(said) == 1


# How far it is believed


def test_a_belief_comes_back_from_its_file(tmp_path):
    belief = Belief(due=Together(0.5, 0.25, -0.125), kind=Together(1.0, 0.5, 0.0))
    belief.save(tmp_path / "network.toml")
    assert Belief.load(tmp_path / "network.toml") == belief
    assert belief.due.of(2.0, 4.0) == 1.875


def seen_by(due, of_ranker):
    """A log as seen by a reader that tells nothing, with what a ranker makes of it as its only feature."""
    log = {"expected_crimes_total": int(due), "facts": None}
    nothing = Leaning(
        told=SimpleNamespace(spans=np.zeros((0, 2))),
        tells=np.zeros(0),
        undoes=np.zeros(0),
        kinds=np.zeros((0, 0)),
        whole=0.0,
    )
    return Seen(log, (), nothing, of_ranker, ())


def test_the_one_who_is_right_is_believed():
    chance = np.random.default_rng(5)
    due = chance.random(600) < 0.5
    right = np.where(due, 1.0, -1.0) + chance.normal(0, 1, 600)
    idle = chance.normal(0, 1, 600)
    beliefs = []
    for of_ranker, of_network in ((right, idle), (idle, right)):
        seen = [seen_by(*one) for one in zip(due, of_ranker, strict=True)]
        said = {id(one.log): Said(odds, {}) for one, odds in zip(seen, of_network.tolist(), strict=True)}
        network = SimpleNamespace(read=lambda log, said=said: said[id(log)])
        beliefs.append(fit_belief(seen, SimpleNamespace(log_odds=float), network).due)
    assert (beliefs[0].ranker, beliefs[0].network) == pytest.approx((2.0, 0.0), abs=0.3)
    assert (beliefs[1].ranker, beliefs[1].network) == pytest.approx(
        (beliefs[0].network, beliefs[0].ranker), abs=0.01
    )


def test_both_are_believed_somewhat():
    belief = ready_network().belief
    assert min(belief.due.ranker, belief.due.network, belief.kind.ranker, belief.kind.network) > 0.1


# In the reader


def incidents(logs):
    columns = ("text", "opening_code", "closing_code")
    told = {column: [log[column] for log in logs] for column in columns}
    return pl.DataFrame({"incident_id": [log["id"] for log in logs], **told})


def test_few_logs_are_read_thoroughly_and_many_quickly(monkeypatch):
    monkeypatch.setattr(logreading, "THOROUGH_UP_TO", 3_000)
    assert reader_for(100).network is not None
    assert reader_for(600_000).network is None
    assert reader_for(100).version != reader_for(600_000).version
    assert thorough_reader().name != LogReader().name


def test_columns_say_what_the_plain_reading_says():
    frame = incidents(
        [*read_bank("d")[:30], {"id": "D-0", "text": "", "opening_code": None, "closing_code": None}]
    )
    reader = thorough_reader()
    in_columns = pl.concat(read_parts(columns_of(reader), [frame], {}, at_once=7))
    plainly = screen(frame, reader=reader).drop("rank")
    assert in_columns.to_dicts() == plainly.to_dicts()
    quickly = screen(frame, reader=LogReader())
    assert not quickly["chance_crime"].equals(plainly["chance_crime"])


def test_its_part_in_a_chance_is_shown_among_the_reasons():
    log = {"text": "Lad gave the doorman a dig in the ribs and ran. Bruised. No further action."}
    told = {one.name: one for one in explain(log, reader=thorough_reader()).contributions}
    assert "network" not in {one.name for one in explain(log, reader=LogReader()).contributions}
    assert "language model" in told["network"].words
