"""A crime is due although its class is open: how many, told how, and never twice."""

from __future__ import annotations

from typing import Any

import pytest

from firstpoint.counting import count_report, crimes_due_with_open_class, explain

RAPE = {"id": "a1", "kind": "rape", "victims": ["v1"], "offender": "o1"}
ASSAULT = {"id": "a1", "kind": "assault", "victims": ["v1"]}
SECTION_5 = {
    "id": "a2",
    "kind": "public_order_fear_alarm_distress",
    "victims": ["v1"],
    "level": "likely_alarm_or_distress",
}
WOMAN = [{"id": "v1", "sex": "female"}]


def report_of(*told: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "reported_at": "2026-05-04T18:20:00+01:00",
        "allegations": list(told),
        **more,
    }


def codes(verdict: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in verdict.get("warnings", ())]


def test_rape_of_unknown_age_is_told_as_a_crime_that_is_due() -> None:
    report = report_of(RAPE, victims=WOMAN)
    assert crimes_due_with_open_class(count_report(report)) == 1
    told = explain(report)
    assert "at least 1 crime is due, its class is open (by 2026-05-05T18:20:00+01:00)" in told
    assert "no crime" not in told
    assert "Clocks running:\n  a1: A crime is due" in told


def test_each_victim_of_an_assault_of_open_class_is_owed_a_crime() -> None:
    report = report_of(ASSAULT | {"victims": ["v1", "v2"]})
    assert crimes_due_with_open_class(count_report(report)) == 2
    assert "at least 2 crimes are due, their classes are open" in explain(report)


def test_assault_of_open_class_told_twice_is_one_crime_at_least() -> None:
    verdict = count_report(report_of(ASSAULT, ASSAULT | {"id": "a2"}))
    assert codes(verdict).count("clock_runs") == 2
    assert crimes_due_with_open_class(verdict) == 1


def test_assault_of_open_class_in_a_robbery_may_be_part_of_it() -> None:
    robbery = {"id": "a2", "kind": "robbery", "victims": ["v1"], "property": "personal"}
    verdict = count_report(report_of(robbery, ASSAULT | {"during": "a2"}))
    assert verdict["total"] == 1
    assert crimes_due_with_open_class(verdict) == 0
    assert "may_be_one_crime" in codes(verdict)


def test_crime_of_open_class_beside_a_recorded_one_is_one_more() -> None:
    shop = {"id": "a2", "kind": "shoplifting", "victims": ["b1"]}
    told = explain(report_of(ASSAULT, shop))
    assert "this force must record (1 crime, by 2026-05-05T18:20:00+01:00)" in told
    assert "besides, at least 1 more crime is due, its class is open" in told


def test_incident_beside_an_undecided_assault_does_not_hide_that_a_crime_is_due() -> None:
    report = report_of(ASSAULT, SECTION_5)
    assert count_report(report)["decision"] == "incident_only"
    headline = explain(report).splitlines()[0]
    assert headline.startswith("Decision: at least 1 crime is due, its class is open (by ")
    assert "Still undecided: a1." in headline


def test_defaults_are_told_apart_from_clocks() -> None:
    told = explain(report_of(ASSAULT, {"id": "a2", "kind": "assault", "victims": ["v2"], "injury": "minor"}))
    clocks, defaults = told.index("Clocks running:"), told.index("Defaults used")
    assert clocks < told.index("a1: A crime is due") < defaults < told.index("a2: victim.duty was not given")


@pytest.mark.parametrize("link", ["same_as_record", "disclosed_in"])
def test_rape_recorded_already_is_not_due_again_while_its_age_is_unknown(link: str) -> None:
    recorded = {"id": "p1", "class": "19C", "recorded_on": "2019-03-01"}
    verdict = count_report(report_of(RAPE | {link: "p1"}, victims=WOMAN, prior_records=[recorded]))
    assert (verdict["decision"], verdict["total"]) == ("absorbed", 0)
    assert verdict["allegations"][0]["into"] == "p1"
    assert "record_by" not in verdict
    assert crimes_due_with_open_class(verdict) == 0


def test_reported_incident_now_confirmed_is_due_as_a_crime_while_its_class_is_open() -> None:
    held = {"id": "p1", "class": "N100/01"}
    verdict = count_report(report_of(RAPE | {"same_as_record": "p1"}, victims=WOMAN, prior_records=[held]))
    assert crimes_due_with_open_class(verdict) == 1


def test_recorded_assault_that_may_prove_graver_is_undecided_but_no_new_crime() -> None:
    held = {"id": "p1", "class": "8N", "ho_code": "008/06"}
    verdict = count_report(report_of(ASSAULT | {"same_as_record": "p1"}, prior_records=[held]))
    assert verdict["decision"] == "not_decidable"
    assert verdict["allegations"][0]["reason"] == "already recorded as p1; its class turns on injury"
    assert crimes_due_with_open_class(verdict) == 0


AT_SCHOOL = {"on_premises": "yes", "record_requested_by": "nobody"}


def test_minor_matter_at_school_is_held_back_whatever_its_class_proves_to_be() -> None:
    damage = {"kind": "criminal_damage", "victims": ["v1"]}
    assert count_report(report_of(damage))["decision"] == "not_decidable"
    assert count_report(report_of(damage, school=AT_SCHOOL))["decision"] == "crime_related_incident"


def test_assault_at_school_is_not_claimed_as_due_while_only_a_serious_one_would_be() -> None:
    verdict = count_report(report_of(ASSAULT, school=AT_SCHOOL))
    assert verdict["allegations"][0]["missing"] == ["/allegations/0/injury"]
    assert crimes_due_with_open_class(verdict) == 0
