"""The sheet of facts that a question about an existing record rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firstpoint.counting.cells import Fact
from firstpoint.counting.facts import KINDS, UNKNOWN, values_of

NOT_STATED = "not_stated"
_YES_NO = ("yes", "no", UNKNOWN)
PROCEDURE = ("decided_by", "independent", "victim_told")
_INFORMATION = ("additional", "verifiable", "shows_no_crime")
_CHARGED = (
    "same_facts", "took_part", "offence_established", "relates_to_death", "public_interest_choice",
    "penile_penetration",
)  # fmt: skip
_DECIDERS = (*(values_of("ask", "decided_by") or ()), NOT_STATED)

#: Records to which rules of cancellation and outcome are particular; a class names its own in classes.csv.
RECORD_GROUPS = ("murder", "other_homicide", "rape", "other")

#: The facts that the tables of questions may read, with their values (UNKNOWN where a fact was not given).
QUESTION_FACTS: Mapping[str, tuple[str, ...]] = {
    "code": ("C1", "C2", "C3", "C4", "C5", *[str(n) for n in range(1, 25)], "1A", "2A", "3A"),
    "record_group": (*RECORD_GROUPS, UNKNOWN),
    "decided_by": _DECIDERS,
    "independent": (*_YES_NO, NOT_STATED),
    "victim_told": (*_YES_NO, NOT_STATED),
    "registered_registrar_exists": _YES_NO,
    "self_defence_class": _YES_NO,
    "duplicate_stands": _YES_NO,
    "child_under_13": _YES_NO,
    "suspect_under_10": _YES_NO,
    "charged.kind": (*KINDS, UNKNOWN),
    "charged.endorsed_by": _DECIDERS,
    "charged.group_offence": ("none", "conspiracy", NOT_STATED, UNKNOWN),
    **{f"information.{name}": _YES_NO for name in _INFORMATION},
    **{f"charged.{name}": _YES_NO for name in _CHARGED},
    **{
        name: values_of("ask", name) or ()
        for name in (
            "withdrawal", "pressure_on_victim", "offence_in", "receiving_reference",
            "disclosed_crime_when_recorded", "self_defence", "grounds", "paid",
            "suspect", "suspect_state", "victim_supports", "evidence",
            "enquiries_complete", "activity", "intimate_partner", "high_risk_domestic", "time_limit_expired",
        )
    },
}  # fmt: skip

_TAKEN_AS: Mapping[str, str] = {"pressure_on_victim": "no", "paid": "no", "grounds": "awaited"}


def question_facts(report: Mapping[str, Any]) -> dict[str, Fact]:
    """Give the facts that a question about a record rests on, but for those that its class decides."""
    ask = report["ask"]
    record = prior_record(report, ask.get("record"))
    facts: dict[str, Fact] = {name: value for name, value in ask.items() if isinstance(value, str)}
    for name in PROCEDURE:
        facts.setdefault(name, NOT_STATED)
    for name, value in _TAKEN_AS.items():
        facts.setdefault(name, value)
    charged = ask.get("charged", {})
    facts |= {f"information.{name}": value for name, value in ask.get("information", {}).items()}
    facts |= {f"charged.{name}": value for name, value in charged.items() if isinstance(value, str)}
    facts.setdefault("charged.endorsed_by", NOT_STATED)
    facts.setdefault("charged.group_offence", NOT_STATED)
    facts["duplicate_stands"] = _duplicate_stands(report, ask)
    facts["child_under_13"] = _under(report, "victims", record.get("victim"), 13)
    facts["suspect_under_10"] = _under(report, "offenders", record.get("offender"), 10)
    victim = _entry(report, "victims", record.get("victim"))
    facts.setdefault("victim_supports", victim.get("supports", UNKNOWN))
    return facts


def _duplicate_stands(report: Mapping[str, Any], ask: Mapping[str, Any]) -> str:
    other = prior_record(report, ask.get("duplicate_of"))
    if not other:
        return UNKNOWN
    return _yes(other.get("status") not in ("cancelled", "transferred"))


def _under(report: Mapping[str, Any], part: str, name: str | None, limit: int) -> str:
    entry = _entry(report, part, name)
    if "age" in entry:
        return _yes(entry["age"] < limit)
    return "yes" if entry.get("age_band") == f"under_{limit}" else UNKNOWN


def _entry(report: Mapping[str, Any], part: str, name: str | None) -> Mapping[str, Any]:
    return next((entry for entry in report.get(part, ()) if entry["id"] == name), {})


def prior_record(report: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    """Give the prior record with this id, or an empty one."""
    return _entry(report, "prior_records", name)


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
