"""Every offence of the notifiable list can be told, or it stands here why not.

The expected values come from the list itself, read here by plain means.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib import resources
from io import StringIO
from typing import Any

import pytest

from firstpoint.counting import books, count_report

BOOK = books()[-1]
TEXT = (resources.files("firstpoint.vocabulary.lists") / "offence_codes.csv").read_text("utf-8")
LISTED = list(csv.DictReader(StringIO(TEXT, newline="")))
#: Classes of the list that the fraud section splits further: the kind of fraud or hacking must be told.
SPLIT_BY_THE_FRAUD_SECTION = {"NFIB50", "NFIB_VARIOUS"}
LOCAL_SUSPECT = {"fraud_routing": {"local_suspect": "yes"}}


def told(title: str, **more: Any) -> dict[str, Any]:
    allegation = {"id": "a1", "kind": "other_notifiable_offence", "offence_title": title} | more
    report = {"schema_version": 1, "reported_at": "2026-05-04T10:00:00+01:00", "allegations": [allegation]}
    return count_report(report | LOCAL_SUSPECT)


def proven(title: str, flag: str, **more: Any) -> dict[str, Any]:
    return told(title, **({"victims": ["v1"]} if "V" in flag else {"points_to_prove": "made_out"}), **more)


def given_by_rows() -> set[tuple[str, str]]:
    """The class and code of every result that a row of a class table gives for a kind of its own."""
    results: Iterable[str] = (
        row.result
        for stage, table in {table.stage: table for table in BOOK.class_tables.values()}.items()
        if stage != "class_listed"
        for row in table.rows
    )
    return {(parts[0], parts[1]) for parts in (result.split() for result in results) if len(parts) > 1}


def how_reached(row: dict[str, str], by_kind: set[tuple[str, str]]) -> str:
    """Say how the offence of one row of the list is reached."""
    place = (row["class_code"], row["ho_code"])
    if row["current"] != "Y":
        return "withdrawn"
    if place in by_kind:
        return "kind"
    if row["class_code"] in SPLIT_BY_THE_FRAUD_SECTION:
        return "kind of fraud or hacking"
    for title in (row["title"], f"{row['title']}, {row['act']}"):
        verdict = proven(title, row["victim_or_state"]) if len(title) <= 120 else {"crimes": []}
        for crime in verdict["crimes"]:
            if (crime["ho_class"], crime.get("ho_code")) == place:
                return "title"
            if crime["ho_class"] == row["class_code"]:
                return "title, the code left open"
    if len(row["title"]) > 120:
        crimes = proven(row["title"][:120].rpartition(" ")[0], row["victim_or_state"])["crimes"]
        if [crime["ho_class"] for crime in crimes] == [row["class_code"]]:
            return "title cut to the length that the format takes"
    return "class open: " + row["title"]


@pytest.fixture(scope="module")
def reached() -> list[tuple[dict[str, str], str]]:
    by_kind = given_by_rows()
    return [(row, how_reached(row, by_kind)) for row in LISTED]


def test_every_class_in_use_has_its_unit_of_count() -> None:
    in_use = {row["class_code"] for row in LISTED if row["current"] == "Y"} - SPLIT_BY_THE_FRAUD_SECTION
    assert len(in_use) == 140
    assert in_use <= {ho_class for ho_class, code in BOOK.classes if not code}


def test_every_offence_in_use_is_reached_or_shares_its_title(
    reached: list[tuple[dict[str, str], str]],
) -> None:
    sharing = {how for _, how in reached if how.startswith("class open")}
    assert sharing <= {
        f"class open: {title}"
        for title in (
            "Rape of a female aged under 16", "Rape of a female aged 16 or over",
            "Rape of a male aged under 16", "Rape of a male aged 16 or over",
            "Attempted rape of a female aged under 16", "Attempted rape of a female aged 16 or over",
            "Attempted rape of a male aged under 16", "Attempted rape of a male aged 16 or over",
            "Rape of a female child under 13 by a male", "Rape of a male child under 13 by a male",
            "Attempted rape of a female child under 13 by a male",
            "Attempted rape of a male child under 13 by a male",
            "Piperazines (including BZP)", "Triable-either-way offences", "Triable either-way offences",
        )
    }  # fmt: skip
    assert len(reached) == 1698
    counted = Counter(how.partition(":")[0] for _, how in reached)
    assert counted["withdrawn"] == 68
    assert counted["kind"] + counted["title"] > 1400
    assert counted["class open"] <= 21


def test_a_title_is_read_without_regard_to_case_punctuation_and_spacing() -> None:
    verdict = told("  DRIVERS   injuring persons, by furious-driving ", victims=["v1"])
    assert verdict["crimes"][0]["ho_code"] == "008/04"


def test_the_list_says_whether_points_to_prove_are_needed() -> None:
    against_the_state, of_a_victim = told("Contempt of court"), told("Bigamy", victims=["v1"])
    assert against_the_state["allegations"][0]["missing"] == ["/allegations/0/points_to_prove"]
    assert of_a_victim["total"] == 1


def test_a_title_that_several_classes_bear_leaves_the_class_open() -> None:
    classes = defaultdict(set)
    for row in LISTED:
        if row["current"] == "Y":
            classes[row["title"].casefold()].add(row["class_code"])
    assert classes["burglary"] > {"28I", "30C"}
    verdict = told("Burglary", victims=["v1"])
    assert verdict["decision"] == "not_decidable"
    assert verdict["allegations"][0]["missing"] == ["/allegations/0/offence_title"]
    assert "clock_runs" in {warning["code"] for warning in verdict["warnings"]}


@pytest.mark.parametrize("title", ["Being a nuisance at tea time", "assault", ""])
def test_a_title_that_is_not_on_the_list_is_asked_for(title: str) -> None:
    more = {"offence_title": title} if title else {}
    allegation = {"id": "a1", "kind": "other_notifiable_offence"} | more
    report = {"schema_version": 1, "reported_at": "2026-05-04T10:00:00+01:00", "allegations": [allegation]}
    verdict = count_report(report)
    assert verdict["decision"] == "not_decidable"
    assert verdict["allegations"][0]["missing"] == ["/allegations/0/offence_title"]
    assert "record_by" not in verdict


@pytest.mark.parametrize(("day", "total"), [("2020-03-22", 1), ("2020-03-23", 0), ("2026-05-01", 0)])
def test_a_withdrawn_code_serves_offences_of_its_day(day: str, total: int) -> None:
    verdict = told("Breach of Anti-Social Behaviour Order", points_to_prove="made_out", when={"from": day})
    assert verdict["total"] == total


@pytest.mark.parametrize(("day", "total"), [("2022-06-06", 0), ("2022-06-07", 1)])
def test_a_code_does_not_serve_offences_before_its_law(day: str, total: int) -> None:
    title = "Racially or religiously aggravated non fatal strangulation or suffocation"
    assert told(title, victims=["v1"], when={"from": day})["total"] == total


def test_a_fraud_offence_told_by_its_title_goes_the_way_of_frauds() -> None:
    allegation = {
        "kind": "other_notifiable_offence", "offence_title": "Insider dealing", "victims": ["v1"],
    }  # fmt: skip
    report = {"schema_version": 1, "reported_at": "2026-05-04T10:00:00+01:00", "allegations": [allegation]}
    assert count_report(report)["decision"] == "refer"
    assert count_report(report | LOCAL_SUSPECT)["crimes"][0]["ho_class"] == "NFIB17"


def test_the_act_tells_offences_of_one_title_apart() -> None:
    title = "Triable-either-way offences"
    assert told(title, points_to_prove="made_out")["decision"] == "not_decidable"
    named = told(f"{title}, Trade Descriptions Act 1968", points_to_prove="made_out")
    assert named["crimes"][0]["ho_class"] == "99"
