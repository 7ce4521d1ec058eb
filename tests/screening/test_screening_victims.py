"""How many people a log says were harmed; things, doers and hands are not counted."""

from __future__ import annotations

import polars as pl
import pytest

from firstpoint.screening import LexiconReader, screen


def told(text, kind, **columns):
    frame = pl.DataFrame({"incident_id": ["1"], "text": [text], **{k: [v] for k, v in columns.items()}})
    return next(
        (d for d in screen(frame, reader=LexiconReader())["disclosures"][0] if d["kind"] == kind), None
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("He left the shop with two bottles of whisky without paying.", "shoplifting"),
        ("Shed broken into overnight and two bikes stolen.", "burglary"),
        ("Two of my keys were taken and the car is gone from the drive, stolen overnight.", "vehicle_taking"),
        ("The couple were seen levering at his kitchen window with a bar.", "burglary"),
    ],
)
def test_things_taken_and_people_taking_are_no_victims(text, kind):
    assert told(text, kind)["victims"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "He pushed her in the chest with both hands.",
        "She was punched by two men outside the pub.",
        "Two males kicked the victim in the head.",
    ],
)
def test_both_hands_and_two_attackers_make_one_victim(text):
    assert told(text, "assault")["victims"] == 1


@pytest.mark.parametrize(
    ("text", "victims"),
    [
        ("He punched both of them in the face.", 2),
        ("Both were punched in the face.", 2),
        ("He spat at three officers.", 3),
        ("Me and my brother were punched in the street.", 2),
        ("He slapped the caller and her daughter.", 2),
    ],
)
def test_several_people_struck_are_several_victims(text, victims):
    assert told(text, "assault")["victims"] == victims


def test_several_cars_damaged_have_several_owners():
    assert told("Criminal damage to four cars, all scratched.", "criminal_damage")["victims"] == 4


def test_a_name_may_stand_where_the_person_struck_stands():
    assert told("He pushed Oluwaseun Okafor in the chest.", "assault")["certainty"] >= 0.85


def test_the_words_speak_before_the_opening_code():
    text = "A man groped her on the bus."
    assert told(text, "sexual_assault", opening_code="ASSAULT") is not None
    assert told(text, "assault", opening_code="ASSAULT") is None


def test_an_opening_code_says_little_where_the_log_explains_itself():
    plain = told("Caller wants to speak to somebody.", "assault", opening_code="ASSAULT")
    explained = told("It was a pure accident, all agree.", "assault", opening_code="ASSAULT")
    assert explained is None or explained["certainty"] < plain["certainty"]
