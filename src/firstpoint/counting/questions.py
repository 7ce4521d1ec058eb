"""Answers about records that exist: may this cancellation, outcome, re-classification or time of recording
stand?

Cancellations and outcomes are decided by the book's ``ask_`` tables. Facts about substance have no default:
where one that matters is missing, the answer is ``not_decidable``. Facts about procedure (who decides,
whether independent, whether the victim was told) are taken as done and listed in ``missing`` as conditions;
only a stated breach makes the answer no. Re-classification and timeliness follow from the allegations and
the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firstpoint.counting.books import Book
from firstpoint.counting.cells import Fact
from firstpoint.counting.deadlines import moment
from firstpoint.counting.facts import UNKNOWN, is_reported_incident
from firstpoint.counting.question_facts import (
    NOT_STATED,
    PROCEDURE,
    prior_record,
    question_facts,
)
from firstpoint.counting.reckoning import Reckoning
from firstpoint.counting.tables import Row, Table
from firstpoint.vocabulary import cancellations, offence_class, outcomes


def answer_question(
    report: Mapping[str, Any], reckoning: Reckoning, verdict: dict[str, Any]
) -> dict[str, Any]:
    """Give the verdict with the answer to the report's question, where it asks one about a record."""
    ask = report.get("ask", {})
    kind = ask.get("kind", "record")
    if kind in ("cancel", "outcome"):
        return _about_a_record(report, reckoning, verdict, kind)
    if kind == "reclassify":
        return {**verdict, "reclassification": _reclassification(ask, verdict)}
    return {**verdict, "in_time": _in_time(report, reckoning.book)} if kind == "in_time" else verdict


def _about_a_record(
    report: Mapping[str, Any], reckoning: Reckoning, verdict: dict[str, Any], kind: str
) -> dict[str, Any]:
    name = "cancellation" if kind == "cancel" else "outcome"
    facts = question_facts(report) | _facts_of_class(report, reckoning.book)
    table = reckoning.book.questions[kind]
    answer, row = _answer(report, table, facts)
    if kind == "outcome" and answer["valid"] == "no":
        also = _also_record(report, reckoning)
        answer |= {"also_record": also} if also else {}
    standing = _standing(report, kind, answer)
    answered = {**verdict, "decision": "answered", name: answer, "crimes": standing}
    answered["total"] = sum(crime["count"] for crime in standing)
    answered.pop("record_by", None)
    if row:
        step = {
            "stage": table.stage,
            "row": row.id,
            "clause": row.clause,
            "facts_read": [name for name, _ in row.cells],
        }
        answered["trace"] = [*verdict["trace"], step]
    return answered


def _facts_of_class(report: Mapping[str, Any], book: Book) -> dict[str, Fact]:
    """Give what the class of the record asked about decides.

    The book names every class that is particular here, so a class of the list that it does not hold (one
    that is no longer used) is not; a class that no list holds is unknown.
    """
    record = prior_record(report, report["ask"].get("record"))
    rule = book.rule_of_record(record)
    if rule is None:
        strange = bool(record) and not is_reported_incident(record) and offence_class(record["class"]) is None
        return {
            "record_group": UNKNOWN if strange else "other",
            "self_defence_class": UNKNOWN if strange else "no",
        }
    section = rule.self_defence_section
    may_be = section == "any" or (section != "" and section in str(record.get("section", section)))
    return {"record_group": rule.record_group, "self_defence_class": _yes(may_be)}


def _answer(
    report: Mapping[str, Any], table: Table, facts: dict[str, Fact]
) -> tuple[dict[str, Any], Row | None]:
    ask = report["ask"]
    about = {"record": ask["record"]} if "record" in ask else {}
    codes = (ask["code"],) if "code" in ask else table.kinds()
    if "code" in ask and ask["code"] not in table.kinds():
        shown = {"code": ask["code"]} if ask["code"] in _codes_of(table) else {}
        return {
            "valid": "not_decidable",
            **about,
            **shown,
            "reasons": [f"this book has no rule for code {ask['code']}"],
        }, None
    for code in codes:
        ruling = table.decide({**facts, "code": code})
        if ruling.row and ("code" in ask or ruling.row.result == "yes"):
            conditions = [f"/ask/{name}" for name in PROCEDURE if facts[name] == NOT_STATED]
            answer: dict[str, Any] = {
                "valid": ruling.row.result,
                **about,
                "code": code,
                "reasons": [ruling.row.clause],
            }
            return answer | (
                {"missing": conditions} if conditions and ruling.row.result == "yes" else {}
            ), ruling.row
        if "code" in ask:
            missing = [_pointer(column) for column in ruling.missing]
            return {"valid": "not_decidable", **about, "code": code, "missing": missing}, None
    return {"valid": "not_decidable", **about, "reasons": ["no code fits the facts given"]}, None


def _codes_of(table: Table) -> frozenset[str]:
    """Give the codes in use that a table of cancellations or of outcomes is about."""
    of_cancellation = any(code.startswith("C") for code in table.kinds())
    return frozenset(cancellations() if of_cancellation else outcomes())


def _pointer(column: str) -> str:
    places = {
        "duplicate_stands": "/ask/duplicate_of",
        "child_under_13": "/victims",
        "record_group": "/prior_records",
        "self_defence_class": "/prior_records",
        "suspect_under_10": "/offenders",
    }
    return places.get(column, f"/ask/{column.replace('.', '/')}")


def _also_record(report: Mapping[str, Any], reckoning: Reckoning) -> list[str]:
    """Give the class of the crime that was charged in its own right, where it is one that the rules kept
    back.
    """
    named = report["ask"].get("charged", {}).get("allegation")
    reached = (ruling.finding.reached for ruling in reckoning.rulings if ruling.matter.id == named)
    return sorted({result.ho_class for result in reached if result})


def _standing(report: Mapping[str, Any], kind: str, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    ask = report["ask"]
    held = [prior_record(report, ask.get("record"))] if kind == "outcome" or answer["valid"] != "yes" else []
    held.append(prior_record(report, ask.get("duplicate_of")))
    crimes = [record for record in held if "class" in record and not is_reported_incident(record)]
    classes = [str(record["class"]) for record in crimes]
    return [{"ho_class": ho_class, "count": 1, "allegations": []} for ho_class in classes] + [
        {"ho_class": ho_class, "count": 1, "allegations": [ask["charged"]["allegation"]]}
        for ho_class in answer.get("also_record", ())
    ]


def _reclassification(ask: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, Any]:
    record = ask.get("record")
    about = {"record": record} if record else {}
    for crime in verdict["crimes"]:
        if "reclassifies" in crime and record in (None, crime["reclassifies"]):
            return {"valid": "yes", **about, "to_class": crime["ho_class"]}
    for incident in verdict.get("reported_incidents", ()):
        if "reclassifies" in incident and record in (None, incident["reclassifies"]):
            return {"valid": "yes", **about, "to_incident": incident["code"]}
    missing = sorted({pointer for told in verdict["allegations"] for pointer in told.get("missing", ())})
    if missing or not verdict["allegations"]:
        return {"valid": "not_decidable", **about, "missing": missing or ["/allegations"]}
    return {
        "valid": "no",
        **about,
        "reasons": ["the allegations do not lead to another class than the record has"],
    }


def _in_time(report: Mapping[str, Any], book: Book) -> dict[str, Any]:
    ask = report["ask"]
    about = {"record": ask["record"]} if "record" in ask else {}
    limit = {"limit_hours": book.limit_hours}
    if "recorded_at" not in ask:
        return {"valid": "not_decidable", **about, **limit, "missing": ["/ask/recorded_at"]}
    taken = (moment(ask["recorded_at"]) - moment(report["reported_at"])).total_seconds() / 3600
    if taken <= book.limit_hours:
        return {"valid": "yes", **about, **limit, "hours_taken": taken, "reasons": [book.deadline_clause]}
    justified = any(
        judgement["about"] == "delay_justified" and judgement["value"] == "yes"
        for judgement in report.get("judgements", ())
    )
    reason = (
        "late, with a reason judged compliant" if justified else "late, and no compliant reason was judged"
    )
    return {
        "valid": _yes(justified),
        **about,
        **limit,
        "hours_taken": taken,
        "reasons": [reason, book.deadline_clause],
    }


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
