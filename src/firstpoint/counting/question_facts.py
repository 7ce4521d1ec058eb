"""The sheets of facts that questions about an existing record rest on.

A question's own facts are read as they stand; a few more are worked out from the record it is about, from
the people named on it and from the clock. Facts about substance have no default: one that was not given is
:data:`~firstpoint.counting.facts.UNKNOWN`. Facts about procedure (:data:`PROCEDURE`) that were not given are
:data:`NOT_STATED`, so that a row can pass them over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from firstpoint.counting.cells import Fact
from firstpoint.counting.facts import KINDS, UNKNOWN, is_reported_incident, values_of
from firstpoint.vocabulary import cancellations, offence_codes, outcomes

NOT_STATED = "not_stated"
_YES_NO = ("yes", "no", UNKNOWN)
PROCEDURE = ("decided_by", "independent", "victim_told", "charged.endorsed_by")
_INFORMATION = ("additional", "verifiable", "shows_no_crime")
_CHARGED = (
    "same_facts", "took_part", "offence_established", "relates_to_death", "public_interest_choice",
    "penile_penetration",
)  # fmt: skip
_DECIDERS = (*(values_of("ask", "decided_by") or ()), NOT_STATED)

#: Records to which rules of cancellation and outcome are particular; a class names its own in classes.csv.
RECORD_GROUPS = (
    "murder", "other_homicide", "rape", "rape_under_13", "robbery_of_business", "cannabis_or_khat", "slavery",
    "making_off", "national_fraud", "other",
)  # fmt: skip

#: What a record is, and where the allegations lead it, for questions of re-classification.
RECORD_STANDING = ("reported_incident", "rape", "crime", UNKNOWN)
LEADS_TO = (
    "crime", "graver_crime", "lesser_crime", "same", "reported_incident", "other_reported_incident",
    "no_crime", UNKNOWN,
)  # fmt: skip

#: The facts that the tables of questions may read, with their values (UNKNOWN where a fact was not given).
QUESTION_FACTS: Mapping[str, tuple[str, ...]] = {
    "code": (*cancellations(), *outcomes()),
    "record_group": (*RECORD_GROUPS, UNKNOWN),
    "cannabis_or_khat": _YES_NO,
    "decided_by": _DECIDERS,
    "independent": (*_YES_NO, NOT_STATED),
    "victim_told": (*_YES_NO, NOT_STATED),
    "victim_crime": _YES_NO,
    "victim_reached": ("yes", "no"),
    "registered_registrar_exists": _YES_NO,
    "self_defence_class": _YES_NO,
    "duplicate_stands": _YES_NO,
    "child_under_13": _YES_NO,
    "suspect_under_10": _YES_NO,
    "suspect_age": ("under_10", "child", "adult", NOT_STATED),
    "suspect_lost": ("yes", "no"),
    "indictable_only": _YES_NO,
    "domestic": ("yes", "no"),
    "ground": ("information", "withdrawal_only", "weak_evidence_only", UNKNOWN),
    "information_refuted": ("yes", "no"),
    "other_information": ("yes", "no"),
    "recorded_since_april_2020": ("yes", "no"),
    "retail_robbery_limits": _YES_NO,
    "charged.kind": (*KINDS, UNKNOWN),
    "charged.endorsed_by": _DECIDERS,
    "charged.group_offence": ("none", "conspiracy", NOT_STATED, UNKNOWN),
    "charged.brought": ("yes", "no"),
    "charged.of_record_class": (*_YES_NO, NOT_STATED),
    "charged.related": ("yes", "no"),
    "charged.other_facts": ("yes", "no"),
    "charged.by_prosecutor": ("yes", "no"),
    "evidence_stated": ("sufficient_to_charge", "insufficient", NOT_STATED),
    "record_is": RECORD_STANDING,
    "leads_to": LEADS_TO,
    "as_asked": ("yes", "no"),
    "own_clock": ("yes", "no"),
    "within_limit": _YES_NO,
    "delay_justified": ("yes", "no", NOT_STATED),
    "delay_reason_noted": (*_YES_NO, NOT_STATED),
    **{f"information.{name}": _YES_NO for name in _INFORMATION},
    **{f"charged.{name}": _YES_NO for name in _CHARGED},
    **{
        name: values_of("ask", name) or ()
        for name in (
            "withdrawal", "pressure_on_victim", "offence_in", "receiving_reference",
            "disclosed_crime_when_recorded", "self_defence", "grounds", "paid",
            "suspect", "suspect_state", "victim_supports", "evidence",
            "enquiries_complete", "activity", "intimate_partner", "high_risk_domestic", "time_limit_expired",
            "substantive_investigation_begun",
        )
    },
}  # fmt: skip

#: Where a fact that was worked out comes from, if it is missing.
POINTERS: Mapping[str, str] = {
    "duplicate_stands": "/ask/duplicate_of",
    "child_under_13": "/victims",
    "record_group": "/prior_records",
    "cannabis_or_khat": "/prior_records",
    "self_defence_class": "/prior_records",
    "indictable_only": "/prior_records",
    "victim_crime": "/prior_records",
    "record_is": "/prior_records",
    "charged.of_record_class": "/ask/charged/kind",
    "suspect_under_10": "/offenders",
    "ground": "/ask/information",
    "retail_robbery_limits": "/judgements",
    "leads_to": "/allegations",
    "within_limit": "/ask/recorded_at",
}

_TAKEN_AS: Mapping[str, str] = {"pressure_on_victim": "no", "paid": "no", "grounds": "awaited"}
_LOST = ("too_ill", "dead_before_charge", "dead_after_sufficient_evidence")
_PEOPLE = ("person", "household", UNKNOWN)
_NEGATIVE_GROUNDS_COUNT_FROM = date(2020, 4, 1)
#: Up to this share of a class's offences, those triable only on indictment are left out of account where the
#: record names no code.
_RARE = 0.25
_LONDON = ZoneInfo("Europe/London")


def question_facts(report: Mapping[str, Any], victim_crime: str) -> dict[str, Fact]:
    """Give the facts that a question about a cancellation or outcome rests on, but for those that the class
    of its record decides in the book.

    ``victim_crime`` says whether the record is of a crime with a victim (yes, no, unknown).
    """
    ask = report["ask"]
    record = prior_record(report, ask.get("record"))
    facts: dict[str, Fact] = {name: value for name, value in ask.items() if isinstance(value, str)}
    facts |= {f"information.{name}": value for name, value in ask.get("information", {}).items()}
    facts |= {
        f"charged.{name}": value for name, value in ask.get("charged", {}).items() if isinstance(value, str)
    }
    for name in (*PROCEDURE, "charged.group_offence"):
        facts.setdefault(name, NOT_STATED)
    for name, value in _TAKEN_AS.items():
        facts.setdefault(name, value)
    facts["duplicate_stands"] = _duplicate_stands(report, ask, record)
    facts["recorded_since_april_2020"] = _yes(_day_recorded(report, record) >= _NEGATIVE_GROUNDS_COUNT_FROM)
    facts["retail_robbery_limits"] = _judged(report, "retail_robbery_limits", UNKNOWN)
    facts["indictable_only"] = _indictable_only(record)
    facts |= _of_the_victim(report, record, facts, victim_crime)
    facts |= _of_the_suspect(report, record, facts)
    facts |= _of_the_charge(ask)
    facts["evidence_stated"] = facts["evidence"] if facts.get("evidence", UNKNOWN) != UNKNOWN else NOT_STATED
    facts |= _of_the_information(ask)
    return facts


def time_facts(report: Mapping[str, Any], limit_hours: int) -> tuple[dict[str, Fact], float | None]:
    """Give the facts that decide whether a record was made in time, and the hours taken where they are
    known.

    A record that carries only a day is in time, or late, if it is so at every hour of that day.
    """
    ask = report["ask"]
    record = prior_record(report, ask.get("record"))
    facts: dict[str, Fact] = {
        "own_clock": _yes(any(o.get("police") == "on_duty" for o in report.get("offenders", ()))),
        "delay_justified": _judged(report, "delay_justified", NOT_STATED),
        "delay_reason_noted": ask.get("delay_reason_noted", NOT_STATED),
    }
    if facts["delay_justified"] == UNKNOWN:
        facts["delay_justified"] = NOT_STATED
    received = datetime.fromisoformat(report["reported_at"])
    if "recorded_at" in ask:
        hours = (datetime.fromisoformat(ask["recorded_at"]) - received).total_seconds() / 3600
        return {**facts, "within_limit": _yes(hours <= limit_hours)}, hours
    facts["within_limit"] = UNKNOWN
    if "recorded_on" in record:
        begins = datetime.combine(date.fromisoformat(record["recorded_on"]), time(), _LONDON)
        first, last = (
            (moment - received).total_seconds() / 3600
            for moment in (begins, begins + timedelta(days=1, seconds=-1))
        )
        if last <= limit_hours or first > limit_hours:
            facts["within_limit"] = _yes(last <= limit_hours)
    return facts, None


def day_of_decision(report: Mapping[str, Any]) -> date:
    """Give the day that governs which outcomes and cancellations exist: that of the decision, or else of the
    question.
    """
    decided = report["ask"].get("decided_on")
    if decided:
        return date.fromisoformat(decided)
    return datetime.fromisoformat(report["reported_at"]).astimezone(_LONDON).date()


def days_of_code(code: str) -> tuple[date, date]:
    """Give the first day of a cancellation or outcome code and the first day after it."""
    cancellation, outcome = cancellations().get(code), outcomes().get(code)
    if cancellation is not None:
        return _first_day(cancellation.valid_from, date.min), date.max
    assert outcome is not None
    return _first_day(outcome.valid_from, date.min), _first_day(outcome.valid_to, date.max)


def prior_record(report: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    """Give the prior record with this id, or an empty one."""
    return _entry(report, "prior_records", name)


def pointer_to(column: str) -> str:
    """Give the JSON pointer of the fact that a column of a question's table reads."""
    return POINTERS.get(column, f"/ask/{column.replace('.', '/')}")


def _of_the_victim(
    report: Mapping[str, Any], record: Mapping[str, Any], given: Mapping[str, Fact], victim_crime: str
) -> dict[str, Fact]:
    victim = _entry(report, "victims", record.get("victim"))
    facts: dict[str, Fact] = {
        "victim_crime": victim_crime,
        "victim_supports": given.get("victim_supports", victim.get("supports", UNKNOWN)),
        "victim_reached": _yes(victim.get("confirms") != "untraced"),
        "child_under_13": _under(victim, 13),
        "domestic": _yes("yes" in (given.get("high_risk_domestic"), given.get("intimate_partner"))),
    }
    if victim_crime == "no" or victim.get("type", "person") not in _PEOPLE:
        for name in ("high_risk_domestic", "intimate_partner"):
            facts[name] = given.get(name, "no")
    return facts


def _of_the_suspect(
    report: Mapping[str, Any], record: Mapping[str, Any], given: Mapping[str, Fact]
) -> dict[str, Fact]:
    ask = report["ask"]
    offender = _entry(report, "offenders", record.get("offender"))
    state = given.get("suspect_state", UNKNOWN)
    if state == "dead_before_charge" and given.get("evidence") == "sufficient_to_charge":
        state = "dead_after_sufficient_evidence"
    known = {"yes": "identified", "no": "not_identified"}.get(offender.get("identified", ""), UNKNOWN)
    if state in _LOST or "kind" in ask.get("charged", {}) or ask.get("activity") == "completed":
        known = "identified"
    return {
        "suspect": given.get("suspect", known),
        "suspect_state": state,
        "suspect_lost": _yes(state in _LOST),
        "suspect_under_10": _under(offender, 10),
        "suspect_age": _age_group(offender, record, day_of_decision(report)),
    }


def _of_the_charge(ask: Mapping[str, Any]) -> dict[str, Fact]:
    charged = ask.get("charged", {})
    prosecutor = "prosecutor" in (ask.get("decided_by"), charged.get("endorsed_by"))
    return {
        "charged.brought": _yes("kind" in charged),
        "charged.related": _yes("allegation" in charged),
        "charged.other_facts": _yes(charged.get("same_facts") == "no"),
        "charged.by_prosecutor": _yes(prosecutor or charged.get("public_interest_choice") == "yes"),
    }


def _of_the_information(ask: Mapping[str, Any]) -> dict[str, Fact]:
    information = ask.get("information", {})
    complete = all(information.get(name) == "yes" for name in _INFORMATION)
    ground: str = UNKNOWN
    if information:
        ground = "information"
    elif ask.get("withdrawal") in ("retraction", "no_support"):
        ground = "withdrawal_only"
    elif ask.get("evidence_too_weak_to_charge") == "yes":
        ground = "weak_evidence_only"
    return {
        "ground": ground,
        "information_refuted": _yes("no" in (information.get("additional"), information.get("verifiable"))),
        "other_information": _yes(
            complete and information.get("what", UNKNOWN) not in ("grounds_decision", "payment", UNKNOWN)
        ),
    }


def _duplicate_stands(report: Mapping[str, Any], ask: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    other = prior_record(report, ask.get("duplicate_of"))
    if not other:
        return UNKNOWN
    ours = record.get("force", report.get("force"))
    elsewhere = ours is not None and other.get("force", ours) != ours
    gone = other.get("status") in ("cancelled", "transferred")
    return _yes(not (gone or elsewhere or is_reported_incident(other) or other.get("id") == record.get("id")))


def _indictable_only(record: Mapping[str, Any]) -> str:
    """Say whether every offence that the record can be is triable only on indictment."""
    return _indictable_only_of(record.get("class", ""), record.get("ho_code", ""))


@cache
def _indictable_only_of(ho_class: str, ho_code: str) -> str:
    codes = [code for code in offence_codes() if code.class_code == ho_class and code.current]
    exact = [code for code in codes if code.ho_code == ho_code]
    modes = [code.mode for code in exact or codes]
    if not modes:
        return "no" if ho_class.startswith("NFIB") else UNKNOWN
    share = modes.count("I") / len(modes)
    return "yes" if share == 1 else "no" if share <= _RARE else UNKNOWN


def _age_group(offender: Mapping[str, Any], record: Mapping[str, Any], decided: date) -> str:
    """Give the age group on the day of the decision, or that it was not stated where the age at the offence
    does not settle it: a code for a child or an adult is refused only on an age against it.
    """
    age, band = offender.get("age"), offender.get("age_band")
    if age is None:
        return {"under_10": "under_10", "10_to_17": "child", "under_18": "child", "18_and_over": "adult"}.get(
            str(band), NOT_STATED
        )
    began = record.get("offence_from")
    youngest = age + (_whole_years(date.fromisoformat(began), decided) if began else 0)
    eldest = youngest + (1 if began else 0)
    if age < 10:
        return "under_10"
    return "child" if eldest < 18 else "adult" if youngest >= 18 else NOT_STATED


def _whole_years(first: date, last: date) -> int:
    return max(0, last.year - first.year - ((last.month, last.day) < (first.month, first.day)))


def _under(entry: Mapping[str, Any], limit: int) -> str:
    if "age" in entry:
        return _yes(entry["age"] < limit)
    band = entry.get("age_band", UNKNOWN)
    if band == f"under_{limit}":
        return "yes"
    lowest = re.match(r"\d+(?=_)", band)
    return "no" if lowest and int(lowest[0]) >= limit else UNKNOWN


def _day_recorded(report: Mapping[str, Any], record: Mapping[str, Any]) -> date:
    day = record.get("recorded_on") or record.get("reported_on")
    return date.fromisoformat(day) if day else day_of_decision(report)


def _judged(report: Mapping[str, Any], about: str, otherwise: str) -> str:
    asked = report["ask"].get("record")
    for judgement in report.get("judgements", ()):
        if judgement["about"] == about and judgement.get("record", asked) == asked:
            return judgement["value"] if judgement["value"] in ("yes", "no") else UNKNOWN
    return otherwise


def _first_day(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    return date.fromisoformat(text if len(text) == len("2026-04-01") else f"{text}-01")


def _entry(report: Mapping[str, Any], part: str, name: str | None) -> Mapping[str, Any]:
    return next((entry for entry in report.get(part, ()) if entry["id"] == name), {})


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
