"""What comes in, what is refused and how, and how a verdict is told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from firstpoint.counting import (
    KINDS,
    ReportSetAside,
    book_on,
    count_report,
    explain,
    newest_book,
    read_report,
    read_reports,
    report_faults,
)
from firstpoint.errors import BadReport, Refused, UnreadableFile


def report_of(*told: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "reported_at": "2026-05-04T18:20:00+01:00",
        "allegations": list(told),
        **more,
    }


SLAP = {"id": "a1", "kind": "assault", "victims": ["v1"], "injury": "minor"}


def test_every_fault_is_told_at_once_with_its_pointer_and_the_nearest_name() -> None:
    faults = report_faults(
        report_of(
            {"kind": "asault"},
            {"kind": "assault", "victim": ["v1"], "injury": "minr"},
            {"kind": "robbery", "drug": "cannabis"},
            victims=[{"id": "v1", "agee": 3}],
            reporter={"role": "passerby"},
        )
    )
    told = "\n".join(faults)
    assert "/allegations/0/kind: 'asault' is not a kind of allegation. Did you mean 'assault'?" in told
    assert "/allegations/1: 'victim' is not a field here. Did you mean 'victims'?" in told
    assert "/allegations/1/injury:" in told
    assert "/allegations/2: 'drug' is not a field here." in told
    assert "/victims/0: 'agee' is not a field here. Did you mean 'age'?" in told
    assert "/reporter/role:" in told


def test_link_to_a_record_that_is_not_given_is_a_fault() -> None:
    faults = report_faults(report_of(SLAP | {"same_as_record": "p1"}, ask={"kind": "cancel", "record": "p2"}))
    assert [fault.split(":")[0] for fault in faults] == ["/allegations/0/same_as_record", "/ask/record"]


@pytest.mark.parametrize("nonsense", [None, [], "a report", 7])
def test_something_that_is_no_object_is_refused(nonsense: Any) -> None:
    with pytest.raises(BadReport, match="must be an object"):
        count_report(nonsense)


def test_report_before_the_first_book_is_refused_with_the_first_day() -> None:
    with pytest.raises(Refused, match="2014-04-01"):
        count_report(report_of(SLAP) | {"reported_at": "2014-03-31T23:30:00+01:00"}, reconstructed=True)


def test_reconstructed_book_is_used_only_where_it_is_asked_for() -> None:
    early = report_of(SLAP) | {"reported_at": "2019-06-03T10:00:00+01:00"}
    with pytest.raises(Refused, match="reconstructed=True"):
        count_report(early)
    verdict = count_report(early, reconstructed=True)
    assert verdict["total"] == 1
    assert verdict["warnings"][0]["code"] == "reconstructed_book"
    assert "not seen whole" in verdict["warnings"][0]["text"]
    assert "Counted by a reconstructed rule book" in explain(early, verdict)
    assert "WARNING" not in explain(early, verdict)


def test_day_of_the_report_is_the_day_in_london() -> None:
    late = report_of(SLAP) | {"reported_at": "2026-03-31T23:30:00Z"}
    assert count_report(late)["book"]["id"] == "2026-04-01"


def test_book_may_be_named_for_a_what_if() -> None:
    early = report_of(SLAP) | {"reported_at": "2025-06-01T10:00:00+01:00"}
    assert count_report(early, book=newest_book())["total"] == 1


def test_verdict_names_its_book_by_content() -> None:
    verdict = count_report(report_of(SLAP, report_id="EX-9"))
    assert verdict["report_id"] == "EX-9"
    assert verdict["book"]["sha256"] == book_on(date(2026, 5, 4)).sha256
    assert [step["stage"] for step in verdict["trace"]] == ["record_test", "class_assaults"]


def test_kind_without_a_rule_is_said_to_be_without_one() -> None:
    whole = newest_book()
    tables = {kind: table for kind, table in whole.class_tables.items() if kind != "bigamy"}
    without = evolve(whole, class_tables=tables)
    verdict = count_report(report_of({"kind": "bigamy", "points_to_prove": "made_out"}), book=without)
    assert verdict["decision"] == "not_decidable"
    assert verdict["allegations"][0]["reason"] == "this book has no rule for kind bigamy yet"
    assert verdict["warnings"][0]["code"] == "kind_not_covered"


def test_every_kind_has_a_rule() -> None:
    assert set(KINDS) <= set(newest_book().class_tables)


def test_open_class_keeps_the_clock_running() -> None:
    verdict = count_report(report_of({"id": "a1", "kind": "assault", "victims": ["v1"]}))
    assert verdict["decision"] == "not_decidable"
    assert verdict["allegations"][0]["missing"] == ["/allegations/0/injury"]
    assert verdict["record_by"] == "2026-05-05T18:20:00+01:00"
    assert "clock_runs" in [warning["code"] for warning in verdict["warnings"]]


def test_every_default_that_decided_is_told() -> None:
    verdict = count_report(report_of(SLAP))
    assert "victim.duty was not given; taken as none." in [warning["text"] for warning in verdict["warnings"]]


def test_conduct_crime_absorbs_damage_and_leaves_the_breach_beside_it() -> None:
    verdict = count_report(
        report_of(
            {"id": "a1", "kind": "stalking", "victims": ["v1"], "offender": "o1", "fear": "none", "times": 6},
            {
                "id": "a2",
                "kind": "criminal_damage",
                "victims": ["v1"],
                "offender": "o1",
                "damaged": "vehicle",
            },
            {
                "id": "a3",
                "kind": "order_breach",
                "offender": "o1",
                "order": "restraining",
                "points_to_prove": "made_out",
            },
        )
    )
    assert [(crime["ho_class"], crime.get("absorbed")) for crime in verdict["crimes"]] == [
        ("8Q", ["a2"]),
        ("8L", None),
    ]
    assert verdict["allegations"][1] == {"id": "a2", "decision": "absorbed", "into": "a1"}


def test_account_tells_decision_class_clause_row_and_why_not() -> None:
    told = explain(report_of(SLAP, victims=[{"id": "v1", "duty": "constable"}]))
    assert "this force must record (1 crime, by 2026-05-05T18:20:00+01:00)" in told
    assert "1 x 8S Assault with injury on a constable, code 008/06" in told
    assert "Assaults, p 42" in told
    assert "needs aggravation race or religion; it is none." in told


def test_account_says_so_when_the_facts_are_no_longer_those_of_the_verdict() -> None:
    verdict = count_report(report_of(SLAP))
    assert "WARNING" in explain(report_of(SLAP | {"injury": "wound"}), verdict)
    assert "WARNING" not in explain(report_of(SLAP), verdict)


def test_reports_are_read_from_lines_with_their_faults_in_place(tmp_path: Path) -> None:
    path = tmp_path / "reports.jsonl"
    path.write_text(
        "\n".join([json.dumps(report_of(SLAP)), "", "{not json", json.dumps({"schema_version": 1})])
    )
    read = dict(read_reports(path))
    assert sorted(read) == [1, 3, 4]
    assert read[1] == report_of(SLAP)
    assert "reports.jsonl, line 3" in str(read[3])
    assert "reported_at" in str(read[4])


def test_reports_are_read_from_parquet(tmp_path: Path) -> None:
    path = tmp_path / "reports.parquet"
    pl.DataFrame({"report": [json.dumps(report_of(SLAP)), "no"]}).write_parquet(path)
    read = dict(read_reports(path))
    assert read[1] == report_of(SLAP)
    assert isinstance(read[2], BadReport)


@pytest.mark.parametrize("name", ["missing.jsonl", "missing.parquet"])
def test_file_that_is_not_there_is_told_as_such(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        list(read_reports(tmp_path / name))


TWO_WAYS = {
    "till theft and burglary of the shop": (
        {"kind": "shoplifting", "area": "till"},
        {"kind": "burglary", "premises": "shop", "taken": "property"},
    ),
    "snatching with force and robbery": (
        {"kind": "theft_from_person", "force_used": "to_take"},
        {"kind": "robbery", "force_used": "to_take", "property": "personal"},
    ),
    "harassment by a former partner and stalking": (
        {"kind": "harassment", "relationship": "former_partner", "fear": "of_violence"},
        {"kind": "stalking", "relationship": "former_partner", "fear": "of_violence"},
    ),
    "bicycle beyond the limits and vehicle taking": (
        {"kind": "bicycle_theft", "vehicle": "e_bike_outside_limits"},
        {"kind": "vehicle_taking", "vehicle": "e_bike_outside_limits"},
    ),
    "taking of an e-scooter and theft": (
        {"kind": "vehicle_taking", "vehicle": "e_scooter"},
        {"kind": "theft"},
    ),
    "mail from a van and theft of mail": (
        {"kind": "theft_from_vehicle", "item": "mail_in_delivery"},
        {"kind": "theft_of_mail"},
    ),
    "theft by somebody employed and theft by employee": (
        {"kind": "theft", "thief_is_employee": "yes"},
        {"kind": "theft_by_employee"},
    ),
    "forced lock and attempted burglary": (
        {
            "kind": "criminal_damage",
            "damaged": "entry_point_of_building",
            "premises": "house",
            "break_in_more_likely": "yes",
        },
        {"kind": "burglary", "premises": "house", "attempted": "yes"},
    ),
    "threat to kill by text and threatening message": (
        {"kind": "threat_to_kill", "medium": "text_or_online_message", "meant_to_be_believed": "yes"},
        {"kind": "threatening_message", "threat_of": "death", "meant_to_be_believed": "yes"},
    ),
}


@pytest.mark.parametrize("pair", [pytest.param(pair, id=name) for name, pair in TWO_WAYS.items()])
def test_two_ways_of_saying_one_thing_give_one_answer(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    first, second = (count_report(report_of({"id": "a1", "victims": ["v1"], **told})) for told in pair)
    assert first["crimes"] == second["crimes"]
    assert first["decision"] == second["decision"] == "record"


def test_report_set_aside_keeps_its_reference_where_it_can_be_read() -> None:
    def set_aside(text: str) -> ReportSetAside:
        read = read_report(text, "reports.jsonl, line 3")
        assert isinstance(read, ReportSetAside)
        return read

    assert set_aside(json.dumps(report_of({"kind": "asault"}, report_id="R-3"))).report_id == "R-3"
    assert set_aside('{"report_id": 7}').report_id is None
    assert set_aside("[1]").report_id is None
    assert set_aside('{"report_id": "R-4"').report_id is None


def test_each_part_of_a_message_is_a_sentence() -> None:
    unread = str(read_report("{not json", "reports.jsonl, line 3"))
    assert "(char 1). Give one JSON object a line." in unread
    with pytest.raises(Refused) as refusal:
        count_report(report_of(SLAP) | {"reported_at": "2014-03-31T12:00:00+01:00"})
    assert "reports received on 2014-03-31. Books cover" in str(refusal.value)


@pytest.mark.parametrize(
    ("held", "ho_code", "section", "valid"),
    [
        ("8N", "008/06", "section 47", "yes"),
        ("8N", "008/06", "section 20", "no"),
        ("8N", "008/01", None, "no"),
        ("105A", None, None, "yes"),
        ("104", None, None, "yes"),
        ("49", None, None, "no"),
        ("28A", None, None, "no"),
        ("19A", None, None, "not_decidable"),
    ],
)
def test_self_defence_cancels_only_the_assaults_that_the_book_names(
    held: str, ho_code: str | None, section: str | None, valid: str
) -> None:
    record = {"id": "p1", "class": held, "ho_code": ho_code, "section": section}
    record = {name: value for name, value in record.items() if value is not None}
    ask = {"kind": "cancel", "record": "p1", "code": "C5", "self_defence": "shown", "decided_by": "registrar"}
    report = report_of(prior_records=[record], ask=ask)
    assert count_report(report)["cancellation"]["valid"] == valid
