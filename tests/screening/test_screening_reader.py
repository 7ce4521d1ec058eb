"""The reader that ships: phrases and words weighed together."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.screening import LogReader, explain, screen
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.ranking import FEATURES, Ranker, chance
from firstpoint.screening.words.labels import kind_of

READER = LogReader()
MISSED = (
    "2104 Caller says her ex partner grabbed her by the throat and pushed her down the stairs, "
    "bruising to her arm.\n"
    "2131 Unit attended. He has left. She does not want to support police.\n2140 Sgt: verbal only, close."
)
CLEAR = (
    "1015 Caller has found a purse outside the bakery on Mill Lane, cards inside in the name of a customer.\n"
    "1020 Owner rang back, purse collected. No further action."
)


def incident(text, **more):
    return {"incident_id": "i1", "text": text, "opening_code": None, "closing_code": None, **more}


def test_a_missed_assault_is_likelier_a_crime_than_a_purse_found():
    frame = pl.DataFrame({"incident_id": ["a", "b"], "text": [MISSED, CLEAR]})
    missed, clear = screen(frame, reader=READER)["chance_crime"].to_list()
    assert missed > 0.7
    assert clear < 0.2


def test_the_likeliest_kind_carries_the_chance_of_the_log():
    look = READER.look(incident(MISSED))
    told = READER.disclosures(MISSED, look)
    assert told[0].certainty == pytest.approx(chance(READER.ranker.log_odds(look.values)), abs=1e-4)
    assert all(one.certainty <= told[0].certainty for one in told)


def test_what_each_feature_adds_comes_to_the_log_odds():
    look = READER.look(incident(MISSED))
    added = READER.ranker.contributions(look.values)
    assert set(added) == set(FEATURES)
    assert sum(added.values()) + READER.ranker.constant == pytest.approx(
        READER.ranker.log_odds(look.values), abs=0.02
    )


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [*MISSED.split(" "), *CLEAR.split(" "), "\n", "É漢", "\u202e", "\x00", "WEDI", "12:40"]
        ),
        max_size=80,
    ).map(" ".join)
)
def test_evidence_is_always_words_of_the_log(text):
    for one in READER.read(incident(text)):
        assert 0.0 <= one.certainty <= 1.0
        assert all(text[quote.start : quote.end] == quote.text and quote.text for quote in one.evidence)


def test_the_screen_has_a_row_of_every_kind_that_its_weights_can_tell():
    kinds = {kind_of(label) for label in READER.weights.kinds}
    assert kinds - set(kind_rows()) == set()


def test_nothing_is_disclosed_by_an_empty_log():
    assert READER.read(incident("")) == ()


def test_a_ranker_written_and_read_is_the_same(tmp_path):
    READER.ranker.save(tmp_path / "ranker.toml")
    read = Ranker.load(tmp_path / "ranker.toml")
    values = READER.look(incident(MISSED)).values
    assert read.log_odds(values) == pytest.approx(READER.ranker.log_odds(values), abs=1e-6)


def test_the_reader_names_its_lexicon_and_its_weights():
    assert READER.version.count("-") == 1
    assert READER.name == "lexicon and words"


def test_an_explanation_tells_what_each_feature_adds_and_which_words_weigh_most():
    told = explain(incident(MISSED), reader=READER)
    by_name = {one.name: one for one in told.contributions}
    assert "“" in by_name["feature:whole"].words
    assert by_name["feature:tells_most"].value > 0
    assert told.reader == f"{READER.name} {READER.version}"


@pytest.mark.parametrize(
    "text",
    [
        "Male having chest pains",
        "Family unable to reach a student who may have moved",
        "Two subjects playing tennis",
        "Female asks for help to find a lost passport",
        "Group of lads skateboarding",
    ],
)
def test_a_line_that_tells_of_nothing_is_no_crime_for_want_of_words_that_undo_one(text):
    assert (
        max((one.certainty for one in READER.read(incident(text, closing_code="Checks OK"))), default=0.0)
        < 0.4
    )
