"""Who somebody is changes no score: the same logs with other people in them rank the same.

What is exchanged are columns that the screen is never to read, names typical of different groups, and
descriptions of people; what is held is every score and the rank.
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstpoint.screening import LexiconReader, LogReader, screen, thorough_reader

READERS = {reader.name: reader for reader in (thorough_reader(), LogReader(), LexiconReader())}
USED = [next(iter(READERS))]  # the reader of the tests that run
SCORES = ("expected_crimes", "chance_unrecorded", "chance_crime", "harm")
LOGS = (
    "Caller {name} states that her ex came round and punched her in the face. Left on foot.",
    "1412 {name} rings from the allotment, shed broken into overnight and two bikes gone. Closed, no lines.",
    "{name} says that next door keeps shouting at her over the bins. Verbal only. Words given.",
    "Email from {name}: my son was followed from school by a man who grabbed his arm and twisted it.",
    "Informant {name} lost her purse on the bus. Bus station rang back, it has been handed in.",
    "{name}, 82, care home. Bruise to the wrist, a carer gripped it. Manager reports. For social care.",
    "Male giving the name {name} would not pay for the taxi and ran off towards the park.",
    "{name} on line. Alarm at the chip shop, keyholder attended, all secure.",
    "Online form, {name}: he keeps messaging me every day after I told him to stop, I am scared.",
)
NAMES = (
    "Emily Clarke", "Mohammed Khan", "Blessing Okafor", "Nguyen Thi Lan", "Krzysztof Kowalski", "Priya Patel",
    "Siobhan O'Connor", "Dwayne Campbell", "Ayesha Begum", "Ion Popescu", "Tyrone Williams", "Rivka Cohen",
    "Wei Zhang", "Paddy Ward", "Fatima Al-Hassan", "Gurpreet Singh", "Angharad Pugh", "José Álvarez",
    "Oluwaseun Adeyemi", "Jesús Mendes", "Chardonnay Smith", "Rupert Fitzwilliam-Hart",
)  # fmt: skip
PEOPLE = (
    "white British", "Polish", "Somali", "Romanian", "Pakistani", "Black Caribbean", "Muslim", "Jewish",
    "Sikh", "Catholic", "Irish Traveller", "Chinese", "Indian", "Nigerian", "Hindu",
)  # fmt: skip
DESCRIBED = (
    "Aggrieved is a {person} woman of 34, husband slapped her, no marks, does not want police.",
    "{person} male reports that his phone was taken from the table in the cafe while he paid.",
    "Caller describes a {person} man walking past the school gates. Nothing happened, wants it logged.",
    "{person} male in his thirties seen to put a brick through the window of the shop.",
    "Neighbour dispute, the {person} family at 14 have parked across the drive again.",
)
POSTCODES = ("TS1 3BA", "SW1A 1AA", "B21 9RN", "E1 6QL", "CF10 3AT", "LS8 5PX")
NEVER = {
    "ethnicity": ("A1", "B9", "C3", "M1", None),
    "religion": ("Muslim", "Christian", "Jewish", "none", None),
    "nationality": ("British", "Polish", "Nigerian", None),
    "postcode": (*POSTCODES, None),
    "sex": ("female", "male", None),
    "age": ("9", "34", "81", None),
    "taken_by": ("7741", "0032", None),
    "unit": ("North", "South", None),
}


@pytest.fixture(autouse=True, scope="module", params=list(READERS))
def _reader(request):
    USED[0] = request.param
    plain.cache_clear()


def scores(texts, **columns):
    frame = pl.DataFrame({"incident_id": [f"K{place:03}" for place in range(len(texts))], "text": texts})
    told = frame.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    return screen(told, reader=READERS[USED[0]])


def differing(texts):
    """The sets of scores that logs which ought to score alike in fact have."""
    return scores(texts).select(SCORES).unique()


@pytest.mark.parametrize("log", LOGS)
def test_names_typical_of_any_group_score_alike(log):
    assert differing([log.format(name=name) for name in NAMES]).height == 1


def test_names_typical_of_any_group_rank_alike():
    ranks = {tuple(scores([log.format(name=name) for log in LOGS])["rank"]) for name in NAMES}
    assert len(ranks) == 1


def test_the_logs_of_these_tests_do_differ_in_rank_and_score():
    told = scores([log.format(name=NAMES[0]) for log in LOGS])
    assert told["harm"].n_unique() > 4
    assert told.filter(pl.col("chance_crime") > 0.5).height >= 4
    assert told.filter(pl.col("chance_crime") < 0.3).height >= 1


@pytest.mark.parametrize("log", DESCRIBED)
def test_descriptions_of_people_by_ethnicity_religion_or_nationality_score_alike(log):
    assert differing([log.format(person=person) for person in PEOPLE]).height == 1


def test_a_postcode_in_the_words_scores_like_any_other():
    log = "Caller at 12 Hill Road, {postcode}. Came home to find the back door forced and jewellery gone."
    assert differing([log.format(postcode=postcode) for postcode in POSTCODES]).height == 1


@settings(max_examples=15, deadline=None)
@given(st.fixed_dictionaries({name: st.lists(st.sampled_from(values), min_size=len(LOGS), max_size=len(LOGS))
                              for name, values in NEVER.items()}))  # fmt: skip
def test_columns_about_people_change_nothing(columns):
    texts = [log.format(name=NAMES[3]) for log in LOGS]
    assert scores(texts, **columns).equals(plain(tuple(texts)))


@cache
def plain(texts):
    return scores(texts)


def test_words_of_hostility_in_the_offence_do_count():
    """Else hate crime would be hidden: they are facts of an aggravated offence."""
    logs = [
        "Lad at the bus stop slapped her and left.",
        "Lad at the bus stop called her the p word, slapped her and left.",
    ]
    without, hostile = (
        [one["facts"] for one in row if one["kind"] == "assault"]
        for row in scores(logs)["disclosures"].to_list()
    )
    assert without
    assert "hostility" not in without[0]
    assert "hostility" in hostile[0]
