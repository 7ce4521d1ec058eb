"""What an allegation adds to a record that already exists.

Conduct crimes have a memory: more of the recorded conduct is added to the record unless the offender has
been dealt with, a court has ended the course, or three months have passed (Crime Recording Rules 2026/27,
pp 57-58). Three months are calendar months from the last recorded act; where that is not given, from the end
of the recorded offence, else from the day of recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import frozen

from firstpoint.counting.books import Book
from firstpoint.counting.cells import Fact
from firstpoint.counting.days import day_in_london
from firstpoint.counting.facts import UNKNOWN, is_reported_incident
from firstpoint.counting.principal import beside_recorded
from firstpoint.counting.rulings import MatterRuling, Step

#: What a crime told of in an investigation does to the record, by how it stands to the recorded crime.
_DISCLOSED = {"absorbed": "absorbed", "absorbs": "reclassifies", "stands": "new"}
_DEALT_WITH = frozenset({"charged", "summonsed", "cautioned", "other"})


@frozen
class AgainstRecord:
    """What becomes of a matter that is linked to a record: ``new``, ``absorbed`` or ``reclassifies``."""

    effect: str
    record: str
    step: Step | None
    missing: tuple[str, ...] = ()


def against_record(ruling: MatterRuling, report: Mapping[str, Any], book: Book) -> AgainstRecord | None:
    """Give what a recorded matter does to the prior record it names, or None where it names none."""
    records = {entry["id"]: entry for entry in report.get("prior_records", ())}
    allegation = ruling.matter.allegation
    for link in ("same_as_record", "disclosed_in", "continues_record"):
        if link in allegation:
            record = records[allegation[link]]
            return (
                _continues(ruling, record, report, book)
                if link == "continues_record"
                else _same(ruling, record, report, book, link)
            )
    return None


def _same(
    ruling: MatterRuling, record: Mapping[str, Any], report: Mapping[str, Any], book: Book, link: str
) -> AgainstRecord:
    if is_reported_incident(record):
        return AgainstRecord("reclassifies", record["id"], None)
    assert ruling.finding.rule
    recorded = book.rule_of_record(record)
    if link == "disclosed_in" and recorded and recorded.family != ruling.finding.rule.family:
        effect = _DISCLOSED[beside_recorded(ruling.finding.rule, recorded, book)]
        return AgainstRecord(effect, record["id"], None)
    heavier = ruling.finding.rule.rank < _rank_of(record, book)
    ask = report.get("ask", {})
    asked = ask.get("kind") == "reclassify" and ask.get("record", record["id"]) == record["id"]
    other = ruling.finding.rule.ho_class != record.get("class")
    return AgainstRecord("reclassifies" if heavier or (asked and other) else "absorbed", record["id"], None)


def _continues(
    ruling: MatterRuling, record: Mapping[str, Any], report: Mapping[str, Any], book: Book
) -> AgainstRecord:
    decided = book.memory.decide(_facts(ruling, record, report, book))
    if decided.row is None:
        pointers = {
            "gap": "last_act_on",
            "dealt_with": "offender_dealt_with",
            "ended": "order_made_or_trial_ended",
        }
        at = list(report["prior_records"]).index(record)
        missing = tuple(f"/prior_records/{at}/{pointers.get(column, 'class')}" for column in decided.missing)
        return AgainstRecord("open", record["id"], None, missing)
    step = Step(book.memory.stage, decided.row)
    effect = decided.row.result
    assert ruling.finding.rule
    if (
        effect == "absorbed"
        and ruling.finding.rule.family == "conduct"
        and ruling.finding.rule.rank < _rank_of(record, book)
    ):
        effect = "reclassifies"
    return AgainstRecord(effect, record["id"], step)


def _facts(
    ruling: MatterRuling, record: Mapping[str, Any], report: Mapping[str, Any], book: Book
) -> dict[str, Fact]:
    assert ruling.finding.rule
    dealt = record.get("offender_dealt_with", "no")
    return {
        "family": ruling.finding.rule.family,
        "code": ruling.finding.rule.ho_code or "none",
        "record_family": _family_of(record, book),
        "dealt_with": "yes" if dealt in _DEALT_WITH else dealt,
        "ended": record.get("order_made_or_trial_ended", "no"),
        "gap": _gap(record, ruling, report),
    }


def _family_of(record: Mapping[str, Any], book: Book) -> str:
    rule = book.rule_of_record(record)
    return rule.family if rule else UNKNOWN


def _rank_of(record: Mapping[str, Any], book: Book) -> float:
    rule = book.rule_of_record(record)
    return rule.rank if rule else 0.0


def _gap(record: Mapping[str, Any], ruling: MatterRuling, report: Mapping[str, Any]) -> str:
    if any(
        entry["about"] == "long_gap_exceptional" and entry["value"] == "yes"
        for entry in report.get("judgements", ())
    ):
        return "within_three_months"
    last = record.get("last_act_on") or record.get("offence_to") or record.get("recorded_on")
    if last is None:
        return UNKNOWN
    began = ruling.matter.allegation.get("when", {}).get("from", report["reported_at"])
    return (
        "over_three_months"
        if day_in_london(began) > _three_months_after(date.fromisoformat(last))
        else "within_three_months"
    )


def _three_months_after(day: date) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + 3, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
