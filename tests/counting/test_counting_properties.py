"""What must hold for any report at all."""

from __future__ import annotations

import copy
import random
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from report_strategies import allegations, reports

from firstpoint.counting import Outcome, count_allegations, count_report, explain, report_faults
from firstpoint.counting.facts import validator

EXAMPLES = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
FEWER = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def crimes_by_class(verdict: dict[str, Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for crime in verdict["crimes"]:
        found[crime["ho_class"]] += crime["count"]
    return found


def essence(verdict: dict[str, Any]) -> tuple[Any, ...]:
    return verdict["decision"], verdict["total"], crimes_by_class(verdict)


def plain(told: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"schema_version": 1, "reported_at": "2026-06-15T10:00:00+01:00", "allegations": told, **more}


@EXAMPLES
@given(reports())
def test_every_well_formed_report_gets_a_well_formed_verdict(report: dict[str, Any]) -> None:
    assert report_faults(report) == []
    before = copy.deepcopy(report)
    verdict = count_report(report)
    assert [error.message for error in validator("verdict").iter_errors(verdict)] == []
    assert report == before
    assert verdict["total"] == sum(crime["count"] for crime in verdict["crimes"])


@EXAMPLES
@given(reports())
def test_outcomes_of_allegations_are_those_of_the_verdict(report: dict[str, Any]) -> None:
    verdict, outcomes = count_report(report), count_allegations(report)
    told = {entry["id"]: entry for entry in verdict["allegations"]}
    running = {
        warned["allegation"] for warned in verdict.get("warnings", ()) if warned["code"] == "clock_runs"
    }
    assert outcomes == {
        name: Outcome(
            entry["decision"], entry.get("ho_class"), entry.get("count", 0), crime_due=name in running
        )
        for name, entry in told.items()
    }


@FEWER
@given(reports())
def test_every_verdict_can_be_told_in_plain_english(report: dict[str, Any]) -> None:
    told = explain(report, count_report(report))
    assert told.startswith("Decision: ")
    assert "WARNING" not in told


@FEWER
@given(reports(), st.randoms(use_true_random=False))
def test_order_of_allegations_does_not_matter(report: dict[str, Any], chance: random.Random) -> None:
    shuffled = copy.deepcopy(report)
    chance.shuffle(shuffled["allegations"])
    assert essence(count_report(shuffled)) == essence(count_report(report))


@FEWER
@given(reports())
def test_names_of_people_do_not_matter(report: dict[str, Any]) -> None:
    names = {"v1": "zoe", "v2": "yak", "b1": "xerxes", "h1": "william", "o1": "n1", "o2": "m1"}
    renamed = copy.deepcopy(report)
    for allegation in renamed["allegations"]:
        if "victims" in allegation:
            allegation["victims"] = [names[name] for name in allegation["victims"]]
        if "offender" in allegation:
            allegation["offender"] = names[allegation["offender"]]
    for entry in [*renamed["victims"], *renamed["offenders"]]:
        entry["id"] = names[entry["id"]]
    for record in renamed["prior_records"]:
        for part in ("victim", "offender"):
            if part in record:
                record[part] = names[record[part]]
    assert essence(count_report(renamed)) == essence(count_report(report))


@FEWER
@given(st.lists(allegations(), min_size=1, max_size=3))
def test_saying_the_same_thing_twice_adds_nothing(told: list[dict[str, Any]]) -> None:
    told = [without_links(allegation) for allegation in told]
    assume(all("victims" in allegation for allegation in told))
    named = [allegation | {"id": f"a{at}"} for at, allegation in enumerate(told)]
    again = [*named, named[0] | {"id": "again"}]
    assert essence(count_report(plain(again))) == essence(count_report(plain(named)))


@FEWER
@given(allegations(), allegations())
def test_unrelated_incidents_add_up(one: dict[str, Any], two: dict[str, Any]) -> None:
    assume(not any(told.get("victim_count") == 0 for told in (one, two)))  # a victim is named below
    first = without_links(one) | {"id": "a1", "victims": ["v1"], "offender": "o1", "incident": "i1"}
    second = without_links(two) | {"id": "a2", "victims": ["v2"], "offender": "o2", "incident": "i2"}
    apart = crimes_by_class(count_report(plain([first]))) + crimes_by_class(count_report(plain([second])))
    assert crimes_by_class(count_report(plain([first, second]))) == apart


@FEWER
@given(reports())
def test_another_day_of_the_same_book_moves_only_the_limit(report: dict[str, Any]) -> None:
    for allegation in report["allegations"]:
        allegation.setdefault("when", {"from": "2026-05-01"})
    ask = report.get("ask", {})
    assume(ask.get("kind") != "in_time")
    later = report | {"reported_at": "2027-01-20T08:00:00+00:00"}
    first, second = count_report(report), count_report(later)
    assert first.pop("record_by", None) != second.pop("record_by", "no limit")
    assert first == second


@FEWER
@given(reports())
def test_taking_contrary_evidence_away_never_lowers_the_total(report: dict[str, Any]) -> None:
    assume("ask" not in report)
    freed = copy.deepcopy(report)
    for allegation in freed["allegations"]:
        allegation.pop("contrary_evidence", None)
    assume(
        all(
            "offender" not in allegation or allegation["offender"] == "o1"
            for allegation in freed["allegations"]
        )
    )
    single = len(freed["allegations"]) <= 1
    assume(single)
    assert count_report(freed)["total"] >= count_report(report)["total"]


def without_links(allegation: dict[str, Any]) -> dict[str, Any]:
    links = ("same_as_record", "continues_record", "disclosed_in", "during")
    return {name: value for name, value in allegation.items() if name not in links}
