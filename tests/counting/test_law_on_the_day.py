"""An old offence told today is counted by the law on the day when it was done."""

from __future__ import annotations

import csv
from importlib import resources
from io import StringIO
from typing import Any

import pytest

from firstpoint.counting import count_report, newest_book
from firstpoint.counting.books import read_class_result

WOMAN = {"id": "v1", "sex": "female", "age": 30}


def verdict_on(when: dict[str, str] | None, *, age: int = 30, **facts: Any) -> dict[str, Any]:
    allegation = {"id": "a1", "victims": ["v1"], **facts, **({"when": when} if when else {})}
    return count_report(
        {
            "schema_version": 1,
            "reported_at": "2026-06-01T10:00:00+01:00",
            "reporter": {"role": "victim"},
            "victims": [{**WOMAN, "age": age}],
            "allegations": [allegation],
        }
    )


def answer(when: str | None, **facts: Any) -> str:
    verdict = verdict_on({"from": when} if when else None, **facts)
    return (
        ", ".join(f"{c['ho_class']} {c.get('ho_code', '')}" for c in verdict["crimes"]) or verdict["decision"]
    )


@pytest.mark.parametrize(
    ("facts", "begins", "before", "since"),
    [
        (
            {"kind": "pet_taking", "shared_household": "no", "place": {"country": "england"}},
            ("2024-08-23", "2024-08-24"),
            "49 049/10",
            "49 049/03",
        ),
        (
            {"kind": "strangulation", "injury": "none"},
            ("2022-06-06", "2022-06-07"),
            "105A 105/01",
            "8N 008/77",
        ),
        ({"kind": "intimate_image_creation"}, ("2026-02-05", "2026-02-06"), "incident_only", "88C 175/09"),
        ({"kind": "upskirting"}, ("2019-04-11", "2019-04-12"), "not_decidable", "88E 088/12"),
        (
            {"kind": "threat_to_kill", "medium": "phone", "meant_to_be_believed": "yes"},
            ("2024-01-30", "2024-01-31"),
            "8R 008/72",
            "8R 005/28",
        ),
        (
            {"kind": "controlling_or_coercive_behaviour", "offender": "o1", "relationship": "partner"},
            ("2015-12-28", "2015-12-29"),
            "not_decidable",
            "8U 008/67",
        ),
        (
            {"kind": "modern_slavery", "exploited_in": "england_wales"},
            ("2015-07-30", "2015-07-31"),
            "not_decidable",
            "106 ",
        ),
    ],
)
def test_offence_is_given_only_from_the_day_on_which_it_began(
    facts: dict[str, Any], begins: tuple[str, str], before: str, since: str
) -> None:
    assert answer(begins[0], **facts) == before
    assert answer(begins[1], **facts) == since
    assert answer(None, **facts) == since


def test_harm_that_would_decide_an_old_strangulation_is_asked_for() -> None:
    verdict = verdict_on({"from": "2021-03-01"}, kind="strangulation")
    assert verdict["decision"] == "not_decidable"
    assert verdict["allegations"][0]["missing"] == ["/allegations/0/injury"]
    assert verdict["warnings"][0]["code"] == "clock_runs"


def test_conduct_that_ran_on_is_judged_by_the_law_at_its_end() -> None:
    control = {"kind": "controlling_or_coercive_behaviour", "offender": "o1", "relationship": "partner"}
    ran_on = verdict_on({"from": "2014-01-01", "to": "2016-05-01"}, **control)
    assert ran_on["crimes"][0]["ho_class"] == "8U"


def test_trace_shows_the_class_and_then_the_law_on_the_day() -> None:
    threat = {"kind": "threat_to_kill", "medium": "phone", "meant_to_be_believed": "yes"}
    trace = verdict_on({"from": "2021-03-01"}, **threat)["trace"]
    assert [step["stage"] for step in trace] == ["record_test", "class_threats_and_messages", "law_then"]


def test_registrar_is_told_why_an_old_offence_is_left_open() -> None:
    verdict = verdict_on({"from": "2016-03-01"}, age=14, kind="sexual_communication_with_child")
    assert verdict["decision"] == "not_decidable"
    told = next(warning for warning in verdict["warnings"] if warning["code"] == "rule_not_known")
    assert "in force 3 April 2017" in told["text"]


def test_every_commencement_that_the_list_prints_for_a_result_is_told() -> None:
    text = (resources.files("firstpoint.vocabulary.lists") / "offence_codes.csv").read_text("utf-8")
    began: dict[str, set[str]] = {}
    for row in csv.DictReader(StringIO(text)):
        began.setdefault(row["ho_code"], set()).add(row["in_force_from"])
    book = newest_book()
    # Offences told by title are looked up among those in force on the day; a row may name its days itself.
    results = {
        row.result
        for table in book.class_tables.values()
        for row in table.rows
        if table.stage != "class_listed" and "offence_day" not in dict(row.cells)
    }
    reached = {result.ho_code for result in map(read_class_result, results) if result}
    # A code that already stood in another class without a date is older than its newest row.
    dated = {code for code in reached if code and "" not in began.get(code, {""})}
    told = {
        code
        for row in book.law_then.rows
        for column, cell in row.cells
        if column == "reached"
        for code in cell.accepted
    }
    assert dated - told == set()
