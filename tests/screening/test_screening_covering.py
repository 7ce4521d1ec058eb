"""Which recorded crimes cover what a log discloses, and how a stored row gives its disclosure back."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint import counting
from firstpoint.screening import LexiconReader, disclosure_of, report_facts, screen, sure_enough, sure_from
from firstpoint.screening.covering import GRADES, Grading, covers
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.kinds import kind_rows, possible_classes

PHRASES = LexiconReader()
GRADING = Grading(PHRASES.lexicon.weights["told_also_as"])


def due(kind, *, ho_class=None, crimes=1, certainty=0.9):
    return Disclosure(kind=kind, offence=kind, certainty=certainty, ho_class=ho_class, crimes=crimes)


def unrecorded(text, *classes):
    crimes = pl.DataFrame({"incident_id": ["1"] * len(classes), "ho_class": list(classes)})
    return screen(pl.DataFrame({"incident_id": ["1"], "text": [text]}), crimes, reader=PHRASES)[
        "chance_unrecorded"
    ][0]


@pytest.mark.parametrize(
    ("kind", "ho_class"),
    [
        ("rape", "19C"),
        ("rape", "19H"),
        ("sexual_assault", "17A"),
        ("sexual_assault", "20B"),
        ("exposure", "66"),
    ],
)
def test_a_crime_of_any_class_that_the_kind_could_become_covers_it(kind, ho_class):
    (cover,) = covers([due(kind)], [ho_class], GRADING)
    assert (cover.covered, cover.grade) == (1, "possible_class")


def test_every_kind_but_those_counted_nationally_can_become_some_class():
    without = {kind for kind in kind_rows() if not possible_classes(kind)}
    assert all(kind.startswith(("fraud_", "hacking_")) for kind in without)


def test_one_recorded_crime_covers_one_crime_due():
    first, second = covers([due("assault", ho_class="8N"), due("assault", ho_class="8N")], ["8N"], GRADING)
    assert (first.covered, second.covered) == (1, 0)


def test_the_nearest_crime_covers_first():
    damage, assault = covers(
        [due("criminal_damage", ho_class="58C"), due("assault", ho_class="8N")], ["8N", "58A"], GRADING
    )
    assert (assault.grade, damage.grade) == ("same_class", "possible_class")


def test_a_theft_recorded_as_the_burglary_it_was_is_covered():
    (cover,) = covers([due("theft", ho_class="49")], ["29B"], GRADING)
    assert cover.grade == "told_otherwise"


def grade_by_grade(due, recorded):
    """How many of each crime due are covered, all of one grade being shared out before any of the next."""
    left, taken = list(recorded), [0] * len(due)
    for grade in range(len(GRADES)):
        for at in sorted(range(len(due)), key=lambda at: -due[at].certainty):
            for ho_class in list(left):
                fits = GRADING.nearest(due[at].kind, due[at].ho_class, ho_class) <= grade
                if fits and taken[at] < due[at].crimes:
                    left.remove(ho_class)
                    taken[at] += 1
    return taken


@given(
    st.lists(
        st.builds(
            due,
            st.sampled_from(["assault", "criminal_damage", "theft", "burglary", "rape", "harassment"]),
            ho_class=st.sampled_from([None, "8N", "105A", "58A", "49", "28A", "19C", "8L"]),
            crimes=st.integers(1, 3),
            certainty=st.sampled_from([0.6, 0.8, 0.9]),
        ),
        max_size=4,
    ),
    st.lists(
        st.sampled_from(["8N", "105A", "5D", "58A", "58C", "49", "29B", "19C", "8L", "92E"]), max_size=5
    ),
)
def test_crimes_are_shared_out_by_grades_and_none_covers_two(told, recorded):
    found = covers(told, recorded, GRADING)
    assert [cover.covered for cover in found] == grade_by_grade(told, recorded)
    assert sum(cover.covered for cover in found) <= len(recorded)


def test_two_victims_and_one_crime_leave_something_open():
    both = "He punched both of them in the face."
    one = "He punched her in the face."
    assert unrecorded(one, "8N") < 0.1 < unrecorded(both, "8N") < 0.6
    assert unrecorded(both, "8N", "8N") < 0.1


def test_a_rape_without_age_or_sex_is_covered_by_a_recorded_rape():
    assert unrecorded("She was raped by her partner.", "19C") < 0.1
    assert unrecorded("She was raped by her partner.", "8N") > 0.5


def test_a_rape_told_by_another_is_a_reported_incident_and_no_crime_yet():
    text = "Overheard that she was raped. Victim not traced."
    (told,) = [
        d
        for d in screen(pl.DataFrame({"incident_id": ["1"], "text": [text]}), reader=PHRASES)["disclosures"][
            0
        ]
        if d["kind"] == "rape"
    ]
    assert (told["crimes"], told["context"]) == (0, "reported_incident")


@pytest.mark.parametrize(
    "text",
    [
        "She said he had strangled her last Sunday and smashed her phone.",
        "A man exposed himself to a girl aged 12.",
        "Shed broken into and two bikes stolen. He threatened to kill her by text.",
    ],
)
def test_a_stored_row_rebuilds_the_report_that_was_counted(text):
    incident = {"incident_id": "1", "text": text}
    (row,) = screen(pl.DataFrame([incident]), reader=PHRASES).iter_rows(named=True)
    back = [disclosure_of(d) for d in row["disclosures"]]
    read = PHRASES.read(incident)
    assert [one.facts for one in back] == [dict(one.facts) for one in read]
    assert report_facts(incident, sure_enough(back)) == report_facts(incident, sure_enough(read))
    assert counting.report_faults(report_facts(incident, back)) == []


def test_only_sure_disclosures_stand_in_one_report():
    sure, doubtful = due("assault", certainty=sure_from()), due("theft", certainty=sure_from() - 0.01)
    assert sure_enough([sure, doubtful]) == (sure,)


def test_a_row_stored_before_facts_were_kept_still_gives_its_disclosure():
    old = {
        "kind": "assault",
        "certainty": 0.9,
        "context": "live",
        "victims": 1,
        "crimes": 1,
        "ho_class": "8N",
    }
    assert disclosure_of(old).facts == {}
