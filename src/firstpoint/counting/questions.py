"""Answers about records that exist: may this cancellation, outcome, re-classification or time of recording
stand?

Each is decided by one of the book's ``ask_`` tables over the sheets of :mod:`question_facts`. Facts about
substance have no default: where one that matters is missing, the answer is ``not_decidable``. Facts about
procedure (who decides, whether independent, whether the victim was told) are taken as done; those on which
the answer hangs are listed in ``missing`` as conditions, and only a stated breach makes it no. The day of the
decision, not that of the report, says which codes exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firstpoint.counting.books import Book, ClassResult, ClassRule, read_class_result
from firstpoint.counting.cells import Fact
from firstpoint.counting.facts import UNKNOWN, is_reported_incident
from firstpoint.counting.question_facts import (
    NOT_STATED,
    PROCEDURE,
    QUESTION_FACTS,
    day_of_decision,
    days_of_code,
    pointer_to,
    prior_record,
    question_facts,
    time_facts,
)
from firstpoint.counting.reckoning import Reckoning
from firstpoint.counting.rulings import MatterRuling
from firstpoint.counting.tables import Row, Ruling, Table
from firstpoint.vocabulary import cancellations, offence_class, outcomes

#: Outcomes under which the record itself carries the charge, caution or offence taken into consideration.
_OF_THE_RECORD = frozenset({"1", "1A", "2", "2A", "3", "3A", "4"})
#: The result of a row whose code the facts allow and do not call for, such as an outcome somebody decides on.
CHOSEN = "chosen"
#: Worked out once for each book, by its content hash.
_MARKS: dict[str, frozenset[tuple[ClassResult, str]]] = {}
_PREFERRED = ("crime", "graver_crime", "lesser_crime", "same", "reported_incident", "other_reported_incident")


def answer_question(
    report: Mapping[str, Any], reckoning: Reckoning, verdict: dict[str, Any]
) -> dict[str, Any]:
    """Give the verdict with the answer to the report's question, where it asks one about a record."""
    kind = report.get("ask", {}).get("kind", "record")
    if kind in ("cancel", "outcome"):
        return _about_a_record(report, reckoning, verdict, kind)
    if kind == "reclassify":
        answer, table, row = _reclassification(report, reckoning)
        return _with_step({**verdict, "reclassification": answer}, table, row)
    if kind == "in_time":
        answer, table, row = _in_time(report, reckoning.book)
        return _with_step({**verdict, "in_time": answer}, table, row)
    return verdict


def _about_a_record(
    report: Mapping[str, Any], reckoning: Reckoning, verdict: dict[str, Any], kind: str
) -> dict[str, Any]:
    name = "cancellation" if kind == "cancel" else "outcome"
    table = reckoning.book.questions[kind]
    record = prior_record(report, report["ask"].get("record"))
    given = question_facts(report, _victim_crime(record, reckoning.book))
    facts = _with_class(given, report, reckoning.book)
    answer, row = _answer(report, table, facts)
    if kind == "outcome":
        answer |= _suggestion(report, table, facts, answer)
        also = _also_record(report, reckoning, answer)
        answer |= {"also_record": also} if also else {}
    standing = _standing(report, kind, answer)
    answered = {**verdict, "decision": "answered", name: answer, "crimes": standing}
    answered["total"] = sum(crime["count"] for crime in standing)
    answered.pop("record_by", None)
    return _with_step(answered, table, row)


def _with_step(verdict: dict[str, Any], table: Table, row: Row | None) -> dict[str, Any]:
    if row is None:
        return verdict
    step = {
        "stage": table.stage,
        "row": row.id,
        "clause": row.clause,
        "facts_read": [name for name, _ in row.cells],
    }
    return {**verdict, "trace": [*verdict["trace"], step]}


def _with_class(facts: dict[str, Fact], report: Mapping[str, Any], book: Book) -> dict[str, Fact]:
    """Give the facts with those that the class of the record decides.

    The book names every class that is particular here, so a class of the list that it does not hold (one
    that is no longer used) is not; a class that no list holds is unknown.
    """
    record = prior_record(report, report["ask"].get("record"))
    rule = book.rule_of_record(record)
    charged = {"charged.of_record_class": _of_record_class(report, record, book)}
    if rule is None:
        strange = bool(record) and not is_reported_incident(record) and offence_class(record["class"]) is None
        return {
            **facts,
            **charged,
            "record_group": UNKNOWN if strange else "other",
            "cannabis_or_khat": UNKNOWN if strange else "no",
            "self_defence_class": UNKNOWN if strange else "no",
        }
    under_13 = {"child_under_13": "yes"} if rule.record_group == "rape_under_13" else {}
    if rule.record_group == "rape" and facts["child_under_13"] == UNKNOWN:
        # Rape of a child under 13 has classes of its own, so that another class says it is none.
        under_13 = {"child_under_13": "no"}
    return {
        **facts,
        **charged,
        **under_13,
        "record_group": rule.record_group,
        "cannabis_or_khat": _cannabis_or_khat(record, rule, book),
        "self_defence_class": _self_defence(record, rule),
    }


def _victim_crime(record: Mapping[str, Any], book: Book) -> str:
    """Say whether the record is of a crime with a victim, by the kinds that can lead to its class."""
    if "victim" in record or not record:
        return "yes" if record else UNKNOWN
    code = record.get("ho_code", "")
    marks = {
        mark
        for reached, mark in _marks_of_results(book)
        if reached.ho_class == record["class"] and (not code or reached.ho_code in (code, ""))
    }
    settled = marks - {"M"}
    if settled == {"V"}:
        return "yes"
    return "no" if settled == {"S"} else UNKNOWN


def _marks_of_results(book: Book) -> frozenset[tuple[ClassResult, str]]:
    """Give every class and code that the book can reach, each with the marks of the kinds that lead there."""
    if book.sha256 not in _MARKS:
        reached = {
            (read_class_result(row.result), book.marks[kind])
            for kind, table in book.class_tables.items()
            for row in table.rows_for({"kind": kind})
        }
        _MARKS[book.sha256] = frozenset((result, mark) for result, mark in reached if result)
    return _MARKS[book.sha256]


def _cannabis_or_khat(record: Mapping[str, Any], rule: ClassRule, book: Book) -> str:
    """Say whether the record is of cannabis or khat; unknown where its class holds other drugs too and no
    code tells them apart.
    """
    if "ho_code" in record:
        return _yes(rule.record_group == "cannabis_or_khat")
    groups = {each.record_group for each in book.classes.values() if each.ho_class == rule.ho_class}
    return _yes("cannabis_or_khat" in groups) if len(groups) == 1 else UNKNOWN


def _self_defence(record: Mapping[str, Any], rule: ClassRule) -> str:
    section = rule.self_defence_section
    if section in ("", "any"):
        return _yes(section == "any")
    if "section" in record:
        digits = "".join(sign if sign.isdigit() else " " for sign in str(record["section"])).split()
        return _yes(section in digits)
    return "yes" if "ho_code" in record else UNKNOWN


def _of_record_class(report: Mapping[str, Any], record: Mapping[str, Any], book: Book) -> str:
    """Say whether the offence charged can be of the recorded class, taken with the book's defaults."""
    kind = report["ask"].get("charged", {}).get("kind")
    table = book.class_tables.get(kind)
    if kind is None:
        return NOT_STATED
    if table is None or "class" not in record:
        return UNKNOWN
    facts: dict[str, Fact] = {"kind": kind, "victim_found": "yes"}
    for default in book.defaults:
        if not default.kinds or kind in default.kinds:
            value = default.value
            facts.setdefault(default.fact, (int(value),) * 2 if value.isdigit() else value)
    reached = (read_class_result(row.result) for row in table.decide(facts).considered)
    return _yes(any(result and result.ho_class == record["class"] for result in reached))


def _answer(
    report: Mapping[str, Any], table: Table, facts: Mapping[str, Fact]
) -> tuple[dict[str, Any], Row | None]:
    ask = report["ask"]
    about = {"record": ask["record"]} if "record" in ask else {}
    if "code" not in ask:
        return _which_code(report, table, facts, about)
    code = ask["code"]
    listed = code in _codes_of(table)
    outside = _outside_its_days(report, code) if listed or code in table.kinds() else ""
    if outside:
        return {"valid": "no", **about, "code": code, "reasons": [outside]}, None
    if code not in table.kinds():
        shown = {"code": code} if listed else {}
        reasons = [f"this book has no rule for code {code}"]
        return {"valid": "not_decidable", **about, **shown, "reasons": reasons}, None
    ruling = table.decide({**facts, "code": code})
    if ruling.row is None:
        missing = [pointer_to(column) for column in ruling.missing]
        reasons = [] if missing else ["the format has no fact for what this code turns on"]
        told = {"missing": missing} if missing else {"reasons": reasons}
        return {"valid": "not_decidable", **about, "code": code, **told}, None
    answer = {"valid": _valid(ruling.row), **about, "code": code, "reasons": [ruling.row.clause]}
    conditions = _conditions(table, {**facts, "code": code}) if answer["valid"] == "yes" else []
    return {**answer, **({"missing": conditions} if conditions else {})}, ruling.row


def _valid(row: Row) -> str:
    """Give the answer of a row; what may stand if somebody chooses it is valid once it is proposed."""
    return "yes" if row.result == CHOSEN else row.result


def _which_code(
    report: Mapping[str, Any], table: Table, facts: Mapping[str, Fact], about: Mapping[str, str]
) -> tuple[dict[str, Any], Row | None]:
    """Give the code that the facts call for; where several fit, none is named."""
    fitting = dict(_fitting(report, table, facts))
    if not fitting:
        return {"valid": "not_decidable", **about, "reasons": ["no code fits the facts given"]}, None
    if len(fitting) > 1:
        return {"valid": "yes", **about, "reasons": ["more than one code fits the facts given"]}, None
    ((code, row),) = fitting.items()
    conditions = _conditions(table, {**facts, "code": code})
    answer = {"valid": "yes", **about, "code": code, "reasons": [row.clause]}
    return {**answer, **({"missing": conditions} if conditions else {})}, row


def _fitting(report: Mapping[str, Any], table: Table, facts: Mapping[str, Fact]) -> Iterator[tuple[str, Row]]:
    """Give each code in use, in the order of the list, that facts given (not one left open) call for."""
    for code in (*cancellations(), *outcomes()):
        if code not in table.kinds() or _outside_its_days(report, code):
            continue
        row = table.decide({**facts, "code": code}).row
        if (
            row
            and row.result == "yes"
            and all(_given(facts, name) for name, _ in row.cells if name != "code")
        ):
            yield code, row


def _given(facts: Mapping[str, Fact], name: str) -> bool:
    return facts.get(name, UNKNOWN) != UNKNOWN


def _suggestion(
    report: Mapping[str, Any], table: Table, facts: Mapping[str, Fact], answer: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Give the codes that fit, where none was proposed or the one proposed does not."""
    if "code" in report["ask"] and answer["valid"] != "no":
        return {}
    fitting = [code for code, _ in _fitting(report, table, facts)]
    return {"suggested": fitting} if fitting else {}


def _conditions(table: Table, facts: Mapping[str, Fact]) -> list[str]:
    """Give pointers to what was taken as done and would, if it was not, turn the answer."""
    return [
        pointer_to(name)
        for name in PROCEDURE
        if facts[name] == NOT_STATED
        and any(_refused(table.decide({**facts, name: value})) for value in QUESTION_FACTS[name])
    ]


def _refused(ruling: Ruling) -> bool:
    return ruling.row is not None and ruling.row.result == "no"


def _outside_its_days(report: Mapping[str, Any], code: str) -> str:
    day, (first, end) = day_of_decision(report), days_of_code(code)
    if day < first:
        return f"decided on {day}; code {code} is in use from {first}"
    return f"decided on {day}; code {code} was in use until {end}" if day >= end else ""


def _codes_of(table: Table) -> frozenset[str]:
    """Give the codes in use that a table of cancellations or of outcomes is about."""
    of_cancellation = any(code.startswith("C") for code in table.kinds())
    return frozenset(cancellations() if of_cancellation else outcomes())


def _also_record(report: Mapping[str, Any], reckoning: Reckoning, answer: Mapping[str, Any]) -> list[str]:
    """Give the class of the crime that was charged in its own right, where it is one that the rules kept
    back and the record does not carry that charge itself.
    """
    carried = answer["valid"] == "yes" and answer.get("code") in _OF_THE_RECORD
    if carried or answer["valid"] == "not_decidable":
        return []
    named = report["ask"].get("charged", {}).get("allegation")
    reached = (ruling.finding.reached for ruling in reckoning.rulings if ruling.matter.id == named)
    return sorted({result.ho_class for result in reached if result})


def _standing(report: Mapping[str, Any], kind: str, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    ask = report["ask"]
    held = [prior_record(report, ask.get("record"))] if kind == "outcome" or answer["valid"] != "yes" else []
    held.append(prior_record(report, ask.get("duplicate_of")))
    crimes = {
        record["id"]: str(record["class"])
        for record in held
        if "class" in record and not is_reported_incident(record)
    }
    return [{"ho_class": ho_class, "count": 1, "allegations": []} for ho_class in crimes.values()] + [
        {"ho_class": ho_class, "count": 1, "allegations": [ask["charged"]["allegation"]]}
        for ho_class in answer.get("also_record", ())
    ]


def _reclassification(
    report: Mapping[str, Any], reckoning: Reckoning
) -> tuple[dict[str, Any], Table, Row | None]:
    ask, table = report["ask"], reckoning.book.questions["reclassify"]
    about = {"record": ask["record"]} if "record" in ask else {}
    record = prior_record(report, ask.get("record"))
    leads = [
        (_leads_to(reckoning, at, record), ruling)
        for at, ruling in enumerate(reckoning.rulings)
        if _speaks_of(reckoning, at, record)
    ]
    leads_to, ruling = min(leads, key=_preference, default=(UNKNOWN, None))
    facts: dict[str, Fact] = {
        "record_is": _standing_of(record, reckoning.book),
        "leads_to": leads_to,
        "as_asked": _yes(_as_asked(ask.get("to", UNKNOWN), leads_to)),
        "decided_by": ask.get("decided_by", NOT_STATED),
        "substantive_investigation_begun": ask.get("substantive_investigation_begun", UNKNOWN),
    }
    decided = table.decide(facts)
    if decided.row is None:
        missing = _missing(reckoning, leads_to, decided)
        return {"valid": "not_decidable", **about, "missing": missing}, table, None
    answer = {"valid": decided.row.result, **about}
    if ruling is not None and decided.row.result == "yes":
        answer |= {"to_incident": ruling.finding.incident_code} if ruling.finding.incident_code else {}
        answer |= (
            {"to_class": ruling.finding.reached.ho_class}
            if ruling.finding.reached and not ruling.finding.incident_code
            else {}
        )
        conditions = [
            pointer_to("decided_by")
            for value in QUESTION_FACTS["decided_by"]
            if facts["decided_by"] == NOT_STATED and _refused(table.decide({**facts, "decided_by": value}))
        ]
        answer |= {"missing": conditions[:1]} if conditions else {}
    return {**answer, "reasons": [decided.row.clause]}, table, decided.row


def _missing(reckoning: Reckoning, leads_to: str, decided: Ruling) -> list[str]:
    """Give what would settle a re-classification: first what leaves the allegations themselves open."""
    told = [
        pointer_to("leads_to") if column == "leads_to" else pointer_to(column)
        for column in decided.missing
        if column != "as_asked"
    ]
    if leads_to != UNKNOWN:
        return told
    columns = {
        f"/allegations/{ruling.matter.index}/{column}"
        for ruling in reckoning.rulings
        for column in ruling.finding.missing
        if "." not in column
    }
    return sorted(columns) or told


def _speaks_of(reckoning: Reckoning, at: int, record: Mapping[str, Any]) -> bool:
    link = reckoning.records.get(at)
    named = reckoning.rulings[at].matter.allegation.get("same_as_record")
    if not record or named == record["id"]:
        return True
    if link is not None:
        return link.record == record["id"] and link.effect in ("reclassifies", "absorbed", "open")
    return not any(
        ruling.matter.allegation.get("same_as_record") == record["id"] for ruling in reckoning.rulings
    )


def _leads_to(reckoning: Reckoning, at: int, record: Mapping[str, Any]) -> str:
    """Say what the record would become, were this matter what it is about."""
    ruling, incident = reckoning.rulings[at], is_reported_incident(record)
    if ruling.finding.decision == "reported_incident":
        if not incident:
            return "reported_incident"
        return "same" if ruling.finding.incident_code == record["class"] else "other_reported_incident"
    if ruling.finding.decision == "not_decidable":
        return UNKNOWN
    if ruling.finding.decision != "record" or ruling.finding.rule is None or ruling.finding.reached is None:
        return "no_crime"
    if incident:
        return "crime"
    held = reckoning.book.rule_of_record(record)
    same_code = (
        record.get("ho_code") in (None, ruling.finding.reached.ho_code) or not ruling.finding.reached.ho_code
    )
    if ruling.finding.reached.ho_class == record.get("class") and same_code:
        return "same"
    return "graver_crime" if held is None or ruling.finding.rule.rank < held.rank else "lesser_crime"


def _preference(lead: tuple[str, MatterRuling]) -> tuple[int, float]:
    leads_to, ruling = lead
    place = _PREFERRED.index(leads_to) if leads_to in _PREFERRED else len(_PREFERRED)
    return place, ruling.finding.rule.rank if ruling.finding.rule else 0.0


def _standing_of(record: Mapping[str, Any], book: Book) -> str:
    if not record:
        return UNKNOWN
    if is_reported_incident(record):
        return "reported_incident"
    rule = book.rule_of_record(record)
    return "rape" if rule is not None and rule.record_group.startswith("rape") else "crime"


def _as_asked(to: str, leads_to: str) -> bool:
    if UNKNOWN in (to, leads_to) or leads_to in ("same", "no_crime"):
        return True
    return to == leads_to or (to == "crime" and leads_to.endswith("_crime"))


def _in_time(report: Mapping[str, Any], book: Book) -> tuple[dict[str, Any], Table, Row | None]:
    ask, table = report["ask"], book.questions["in_time"]
    answer: dict[str, Any] = {"record": ask["record"]} if "record" in ask else {}
    facts, hours = time_facts(report, book.limit_hours)
    if facts["own_clock"] == "no":
        answer |= {"limit_hours": book.limit_hours}
    answer |= {} if hours is None else {"hours_taken": hours}
    decided = table.decide(facts)
    if decided.row is None:
        missing = [pointer_to(column) for column in decided.missing]
        return {"valid": "not_decidable", **answer, "missing": missing}, table, None
    reasons = [decided.row.clause] + ([] if facts["own_clock"] == "yes" else [book.deadline_clause])
    return {"valid": decided.row.result, **answer, "reasons": reasons}, table, decided.row


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
