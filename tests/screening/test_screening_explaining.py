"""What the screen sees in one log is told with its reasons, and the reasons are those by which it scored."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from importlib import resources

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.screening import Disclosure, Evidence, LexiconReader, LogReader, explain, screen
from firstpoint.screening.explaining import context_words
from firstpoint.screening.lexicon import ready_lexicon

PUNCHED = "Caller states her ex-partner punched her in the face at home last night."
AT = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
SAID = """caller says he punched her in the face . not denies smashed my phone film play two of them she stole
a bike if worried recorded crime reference officer attended no offences"""
WORDS = st.sampled_from([*SAID.split(), "\n"])


PHRASES = LexiconReader()
READERS = st.sampled_from([PHRASES, LogReader()])


def explained(text, recorded=(), reader=PHRASES, **more):
    return explain({"incident_id": "K-1", "text": text, "received_at": AT, **more}, recorded, reader=reader)


def moved(seen, name):
    return next((each.value for each in seen.contributions if each.name == name), 0.0)


def test_an_assault_is_told_with_its_words_its_row_and_its_clause():
    (told,) = explained(PUNCHED).told
    assert told.disclosure.kind == "assault"
    assert told.decision == "record"
    assert "punched her in the face" in {row.at.text for row in told.seen}
    assert any(row.startswith("CLS-ASSAULT") for _, row in told.clauses)
    assert told.assumed == {"injury": "none"}


@given(st.lists(WORDS, max_size=40).map(" ".join), READERS)
@settings(max_examples=60, deadline=None)
def test_every_quote_is_the_words_of_the_log_at_its_place(text, reader):
    seen = explained(text, reader=reader)
    places = [row.at for told in seen.told for row in told.seen]
    places += [cue.at for told in seen.told for row in told.seen for cue in row.cues]
    places += [each for told in seen.told for each in told.disclosure.evidence]
    assert all(text[place.start : place.end] == place.text for place in places)


@given(st.lists(WORDS, max_size=40).map(" ".join), st.sampled_from([None, "assault", "domestic"]), READERS)
@settings(max_examples=40, deadline=None)
def test_a_log_explained_scores_as_it_does_in_the_table(text, opening_code, reader):
    row = {"incident_id": "K-1", "text": text, "received_at": AT, "opening_code": opening_code}
    (listed,) = screen(
        pl.DataFrame([row], schema_overrides={"opening_code": pl.String}), reader=reader
    ).to_dicts()
    seen = explain(row, reader=reader)
    figures = ("chance_unrecorded", "chance_crime", "expected_crimes", "harm")
    assert [getattr(seen.score, name) for name in figures] == [listed[name] for name in figures]
    assert [one["kind"] for one in listed["disclosures"]] == [told.disclosure.kind for told in seen.told]


def test_a_denial_takes_points_away_and_its_words_are_quoted():
    seen = explained("Caller says he did not punch her in the face, they only argued about the bins.")
    assert moved(seen, "context:denied") < -0.3 or not seen.told
    told = explained("He denies it, says he never punched her in the face.").told
    assert all("denied" in {cue.category for row in each.seen for cue in row.cues} for each in told)


def test_what_the_only_allegation_gives_is_the_whole_chance():
    seen = explained(PUNCHED)
    assert moved(seen, "told:assault") == pytest.approx(seen.score.chance_unrecorded)


def test_a_dismissive_closing_adds_points_and_is_told_as_a_doubt():
    seen = explained(PUNCHED, closing_code="no offences, words of advice")
    assert moved(seen, "closing_code") > 0
    assert any("conclusion, not for evidence" in doubt for doubt in seen.doubts)


def test_a_crime_recorded_already_is_told_with_what_it_covers_and_takes_points_away():
    open_log, seen = explained(PUNCHED), explained(PUNCHED, ["105A"])
    assert (seen.told[0].covered, seen.told[0].grade) == (1, "same_class")
    assert seen.score.chance_unrecorded < open_log.score.chance_unrecorded / 5
    without = seen.score.chance_unrecorded - moved(seen, "recorded")
    assert without == pytest.approx(open_log.score.chance_unrecorded, abs=1e-3)


def test_a_record_whose_class_is_not_known_covers_all():
    told = explained(PUNCHED + " He also smashed her phone against the wall.", [None]).told
    assert all(each.covered == each.disclosure.crimes for each in told)
    assert {each.grade for each in told} == {"unknown_class"}


def test_a_crime_within_another_names_the_clause_that_puts_it_there():
    told = {t.disclosure.kind: t for t in explained(PUNCHED + " He also smashed her phone.").told}
    within = [each for each in told.values() if each.decision == "absorbed"]
    assert len(within) == 1
    assert within[0].disclosure.crimes == 0
    assert any(row.startswith("PRI-") for _, row in within[0].clauses)
    assert any("supposes one incident" in doubt for doubt in within[0].doubts)


@given(st.lists(WORDS, max_size=40).map(" ".join), READERS)
@settings(max_examples=30, deadline=None)
def test_nothing_is_told_without_a_reason_why_it_may_be_wrong(text, reader):
    assert all(told.doubts for told in explained(text, reader=reader).told)


def test_a_log_in_welsh_is_not_read_and_one_in_english_is():
    welsh = explained(
        "Mae'r galwr yn dweud bod ei chyn-bartner wedi ei tharo yn ei hwyneb neithiwr a bod hi'n ofnus."
    )
    assert "Welsh" in welsh.not_read
    assert (welsh.score, welsh.contributions) == (None, ())
    assert explained(PUNCHED).not_read == ""


@pytest.mark.parametrize("text", ["", " ", "\x00\x01", "﷽‮" * 50, "punched her in the face " * 900])
def test_odd_texts_are_explained_without_a_fault(text):
    assert explained(text).text == text


def test_a_log_of_which_nothing_is_told_says_that_it_may_have_missed_something():
    seen = explained("The caller is happy with the cat on the mat and thanks everybody.")
    assert seen.told == ()
    assert any("crime told in other words is missed" in doubt for doubt in seen.doubts)


def test_an_opening_code_alone_is_told_as_such():
    (told,) = explained("Caller rang off.", opening_code="robbery").told
    assert told.seen == ()
    assert any("Only the opening code" in doubt for doubt in told.doubts)


def test_another_reader_is_explained_without_rows():
    class Fixed:
        name, version = "fixed", "1"

        def read(self, incident):
            return (Disclosure("assault", "assault", 0.8, evidence=(Evidence(0, 3, incident["text"][:3]),)),)

    seen = explain({"incident_id": "K-1", "text": "hit", "received_at": AT}, reader=Fixed())
    assert seen.reader == "fixed 1"
    assert seen.told[0].seen == ()
    assert seen.told[0].clauses
    assert moved(seen, "told:assault") == pytest.approx(0.8)


def test_explaining_leaves_the_reader_as_it_was():
    reader = LexiconReader()
    before = dict(reader.lexicon.weights["context"])
    explain({"incident_id": "K-1", "text": "He did not punch her in the face."}, reader=reader)
    assert reader.lexicon.weights["context"] == before


def test_every_category_of_cue_has_words_of_its_own():
    text = (resources.files("firstpoint.screening") / "reasons" / "contexts.csv").read_text("utf-8")
    told = {row["id"] for row in csv.DictReader(text.splitlines())}
    assert {cue.category for cue in ready_lexicon().cues} - told == set()
    assert context_words("no_such_category") == ("no such category", "")
