"""Which words take an allegation away, and which never do."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from firstpoint import counting
from firstpoint.errors import InputError
from firstpoint.screening import LexiconReader, report_facts, screen
from firstpoint.screening.facts import report_clock

ASSAULT = "He punched her in the face."


def by_phrases(incidents, crimes=None, **more):
    return screen(incidents, crimes, reader=LexiconReader(), **more)


def chance(text, **columns):
    return by_phrases(
        pl.DataFrame({"incident_id": ["1"], "text": [text], **{k: [v] for k, v in columns.items()}})
    ).row(0, named=True)


def test_a_denied_blow_is_hardly_an_assault():
    assert chance("He did not punch her in the face.")["chance_crime"] < 0.3 < chance(ASSAULT)["chance_crime"]


def test_but_ends_the_reach_of_a_denial():
    assert chance("There was no damage but he punched her in the face.")["chance_crime"] > 0.7


def test_a_denial_in_one_entry_does_not_cancel_another_entry():
    assert chance("19:02 " + ASSAULT + "\n19:40 Sgt: no offences, verbal only.")["chance_crime"] > 0.7


@pytest.mark.parametrize(
    "addition",
    [
        "It was years ago.",
        "She does not support a prosecution.",
        "She now wants to retract.",
        "She told her social worker.",
        "He has since died.",
        "The school has dealt with it.",
    ],
)
def test_what_a_missed_crime_looks_like_takes_nothing_away(addition):
    assert chance(f"{ASSAULT} {addition}")["chance_crime"] >= 0.85


def test_a_dismissive_closing_code_raises_the_chance_that_it_is_unrecorded():
    plain, dismissed = chance(ASSAULT), chance(ASSAULT, closing_code="NO OFFENCES - VERBAL ONLY")
    assert dismissed["chance_unrecorded"] > plain["chance_unrecorded"]


def test_a_crime_recorded_already_under_a_reference_is_not_due_again():
    row = chance(f"{ASSAULT} Already recorded under 48/1234/26.")
    assert row["disclosures"][0]["context"] == "already_recorded"
    assert row["expected_crimes"] == 0


def test_a_crime_of_another_force_is_theirs():
    row = chance(f"{ASSAULT} Happened at the station, BTP recording it.")
    assert row["expected_crimes"] == 0


def test_a_log_passed_to_another_force_is_unlikely_to_be_ours_to_record():
    assert chance(ASSAULT, closing_code="PASSED TO OTHER FORCE")["chance_unrecorded"] < 0.5
    assert chance(ASSAULT, closing_code="PASSED TO PARTNER AGENCY")["chance_unrecorded"] > 0.7


def test_two_victims_make_two_assaults():
    assert chance("He punched both of them.")["disclosures"][0]["crimes"] == 2


def test_a_linked_crime_of_the_same_group_covers_the_disclosure():
    crimes = pl.DataFrame({"incident_id": ["1"], "ho_class": ["8N"], "status": ["recorded"]})
    incidents = pl.DataFrame({"incident_id": ["1"], "text": [ASSAULT]})
    assert by_phrases(incidents, crimes)["chance_unrecorded"][0] < 0.1
    assert (
        by_phrases(incidents, crimes.with_columns(status=pl.lit("cancelled")))["chance_unrecorded"][0] > 0.7
    )
    assert by_phrases(incidents, crimes.with_columns(ho_class=pl.lit("46")))["chance_unrecorded"][0] > 0.5


def test_a_crime_whose_class_is_not_known_covers_all_that_is_disclosed():
    crimes = pl.DataFrame(
        {"incident_id": ["1"], "ho_class": [None]}, schema={"incident_id": pl.String, "ho_class": pl.String}
    )
    incidents = pl.DataFrame({"incident_id": ["1"], "text": [ASSAULT + " He smashed her phone."]})
    assert by_phrases(incidents, crimes)["chance_unrecorded"][0] < 0.1


def test_an_opening_code_alone_is_weak_evidence_without_spans():
    (disclosure,) = chance(None, opening_code="Petty Theft - Bicycle")["disclosures"]
    assert disclosure["kind"] == "bicycle_theft"
    assert disclosure["context"] == "opening code only"
    assert disclosure["evidence"] == []


def test_the_gravest_unrecorded_log_ranks_first():
    frame = by_phrases(
        pl.DataFrame(
            {
                "incident_id": ["a", "b", "c"],
                "text": ["All quiet.", "He stole a sandwich from the shop.", "She was raped by her ex."],
            }
        )
    )
    assert frame.sort("rank")["incident_id"].to_list() == ["c", "b", "a"]


def test_the_columns_are_those_promised():
    frame = by_phrases(pl.DataFrame({"incident_id": ["1"], "text": [ASSAULT]}))
    assert frame.columns == [
        "incident_id",
        "expected_crimes",
        "chance_unrecorded",
        "chance_crime",
        "harm",
        "rank",
        "reader",
        "disclosures",
        "not_read",
    ]
    assert (
        by_phrases(
            pl.DataFrame(
                {"incident_id": [], "text": []}, schema={"incident_id": pl.String, "text": pl.String}
            )
        ).height
        == 0
    )


def test_a_table_without_text_is_refused():
    with pytest.raises(InputError, match="text"):
        by_phrases(pl.DataFrame({"incident_id": ["1"]}))


def test_progress_is_told_to_the_end():
    told = []
    by_phrases(
        pl.DataFrame({"incident_id": ["1", "2"], "text": ["", ""]}),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (2, 2)


def test_a_log_that_no_book_covers_unasked_is_counted_as_if_on_the_newest_books_first_day_and_says_so():
    for received_at in (None, datetime(2023, 4, 30, 12, tzinfo=UTC)):
        moment, as_if = report_clock(received_at)
        assert as_if
        assert moment.date() == counting.newest_book().valid_from
    covered = datetime(2023, 5, 1, 12, tzinfo=UTC)
    assert report_clock(covered) == (covered, False)
    facts = report_facts({"incident_id": "1"}, LexiconReader().read({"text": ASSAULT}))
    assert "as if reported" in facts["note"]


@pytest.mark.parametrize("kind", sorted({phrase.kind for phrase in LexiconReader().lexicon.phrases}))
def test_every_kind_makes_facts_that_counting_accepts(kind):
    phrase = next(p for p in LexiconReader().lexicon.phrases if p.kind == kind and p.strength != "detail")
    told = LexiconReader().read({"text": phrase.hits[0]})
    assert counting.report_faults(report_facts({"incident_id": "1"}, told)) == []
