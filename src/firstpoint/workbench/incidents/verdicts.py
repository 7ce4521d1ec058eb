"""What the counting rules say on the facts that the screen found in a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from firstpoint import counting
from firstpoint.errors import FirstpointError
from firstpoint.screening import LexiconReader, report_facts
from firstpoint.vocabulary import offence_class
from firstpoint.workbench.incidents.models import Incident

DECISIONS = {
    "record": "Record",
    "reported_incident": "A reported incident (N-code)",
    "crime_related_incident": "A crime-related incident",
    "incident_only": "An incident only",
    "refer": "Refer to the national fraud service",
    "other_force": "Another force records it",
    "absorbed": "Counted within another crime",
    "answered": "Answered",
    "not_decidable": "Not decidable on these facts",
}


@frozen
class RequiredCrime:
    """So many crimes of one class, with the class in words."""

    ho_class: str
    title: str
    count: int


@frozen
class Ruling:
    """What the rules make of one allegation: offence and decision in words, each clause with its row."""

    offence: str
    decision: str
    ho_class: str
    clauses: tuple[tuple[str, str], ...]


@frozen
class RequiredOf:
    """What one incident's facts require: the decision in words, the crimes, and the clauses behind them.

    ``missing`` names facts that would change the answer, ``assumed`` what was taken as given, ``account``
    the whole replay in words. ``problem`` says why there is no answer, where there is none.
    """

    decision: str = ""
    total: int = 0
    crimes: tuple[RequiredCrime, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    missing: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    account: str = ""
    book: str = ""
    note: str = ""
    problem: str = ""


def required_of(incident: Incident, *, sure_from: float = 0.5) -> RequiredOf:
    """What the rules require on what the screen is sure enough of in this log.

    The log is read anew, since the facts behind a disclosure (ages, relationships) are not kept with it.
    """
    found = LexiconReader().read(_as_row(incident))
    sure = [each for each in found if each.certainty >= sure_from]
    if not sure:
        return RequiredOf(problem="The screen found nothing sure enough to ask the rules about.")
    try:
        facts = report_facts(_as_row(incident), sure)
        verdict = counting.count_report(facts)
        account = counting.explain(facts, verdict)
    except FirstpointError as fault:
        return RequiredOf(problem=f"The rules could not be applied: {fault.message}")
    return _in_words(verdict, facts, account)


def _in_words(verdict: Mapping[str, Any], facts: Mapping[str, Any], account: str) -> RequiredOf:
    return RequiredOf(
        decision=DECISIONS.get(verdict["decision"], verdict["decision"]),
        total=verdict["total"],
        crimes=tuple(
            RequiredCrime(ho_class, class_title(ho_class), count)
            for ho_class, count in _by_class(verdict["crimes"]).items()
        ),
        rulings=tuple(_ruling(each, verdict, facts) for each in verdict["allegations"]),
        missing=_missing(verdict["allegations"]),
        assumed=tuple(each["text"] for each in verdict.get("warnings", ())),
        account=account,
        book=str(verdict["book"].get("edition") or verdict["book"]["id"]),
        note=str(facts.get("note", "")),
    )


def _by_class(crimes: Sequence[Mapping[str, Any]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in crimes:
        counted[each["ho_class"]] += each["count"]
    return counted


def _ruling(told: Mapping[str, Any], verdict: Mapping[str, Any], facts: Mapping[str, Any]) -> Ruling:
    kinds = {each.get("id"): each["kind"] for each in facts.get("allegations", ())}
    return Ruling(
        offence=str(kinds.get(told["id"], told["id"])).replace("_", " "),
        decision=DECISIONS.get(told["decision"], told["decision"]),
        ho_class=told.get("ho_class", ""),
        clauses=tuple(
            (step.get("clause") or step.get("text", ""), step["row"])
            for step in verdict["trace"]
            if step.get("allegation") == told["id"]
        ),
    )


def class_title(code: str) -> str:
    """An offence class in words, or its code where the lists do not hold it."""
    found = offence_class(code)
    return found.title if found else code


def _missing(allegations: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact for each in allegations for fact in each.get("missing", ())))


def _as_row(incident: Incident) -> dict[str, Any]:
    columns = (
        "incident_id",
        "text",
        "received_at",
        "channel",
        "opening_code",
        "closing_code",
        "reporter_role",
    )
    return {name: getattr(incident, name) for name in columns} | {"text": incident.text or ""}
