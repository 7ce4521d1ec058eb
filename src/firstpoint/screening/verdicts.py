"""What the rules require for the disclosures of one incident: counting's answer, asked once for each set of
facts.

Many logs disclose the same facts in different words, so answers are kept by the facts alone. The disclosures
sure enough to stand in one report are counted together, so that one crime may absorb another; a doubtful one
is counted by itself and absorbs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve

from firstpoint import counting
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.facts import report_clock, report_facts

Signature = tuple[date, tuple[tuple[str, int, str, frozenset[tuple[str, str]]], ...]]
Answers = dict[Signature, dict[str, Any]]


def counted(
    incident: Mapping[str, Any], disclosures: Sequence[Disclosure], answers: Answers, *, sure_from: float
) -> tuple[Disclosure, ...]:
    """The disclosures with the class and the number of crimes that the rule book requires for each.

    ``answers`` is filled as a memory between incidents. ``crimes`` is 0 for what is absorbed, recorded
    already, unconfirmed or another force's; where counting cannot name the class but a crime is due,
    ``ho_class`` stays None and one crime a victim is due.
    """
    sure = [one for one in disclosures if one.certainty >= sure_from]
    doubtful = [one for one in disclosures if one.certainty < sure_from]
    result = _with_answer(incident, sure, answers) if sure else []
    for one in doubtful:
        result += _with_answer(incident, [one], answers)
    return tuple(result)


def _with_answer(
    incident: Mapping[str, Any], group: Sequence[Disclosure], answers: Answers
) -> list[Disclosure]:
    signature = _signature(incident, group)
    if signature not in answers:
        answers[signature] = counting.count_report(report_facts(incident, group))
    by_id = {entry["id"]: entry for entry in answers[signature]["allegations"]}
    return [_apply(one, by_id.get(f"a{number}", {})) for number, one in enumerate(group, 1)]


def _signature(incident: Mapping[str, Any], group: Sequence[Disclosure]) -> Signature:
    """All that the facts of a report are made of, but its reference and the time of day."""
    moment, _ = report_clock(incident.get("received_at"))
    told = tuple((one.kind, one.victims, one.context, frozenset(one.facts.items())) for one in group)
    return moment.date(), told


def _apply(disclosure: Disclosure, entry: Mapping[str, Any]) -> Disclosure:
    match entry.get("decision"):
        case "record":
            return evolve(
                disclosure, ho_class=entry.get("ho_class"), crimes=int(entry.get("count", disclosure.victims))
            )
        case "not_decidable" if _is_required(entry):
            return evolve(disclosure, crimes=disclosure.victims)
        case "absorbed":
            context = "subsumed" if disclosure.context == "live" else disclosure.context
            return evolve(disclosure, ho_class=entry.get("ho_class"), crimes=0, context=context)
        case _:
            return evolve(disclosure, ho_class=entry.get("ho_class"), crimes=0)


def _is_required(entry: Mapping[str, Any]) -> bool:
    """Whether counting says that a crime is due although its class is open."""
    return str(entry.get("reason", "")).startswith("a crime is required")
