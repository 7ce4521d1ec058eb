"""What the counting rules say on the facts that the screen found in a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from firstpoint import counting
from firstpoint.counting.open_classes import CLOCK_RUNS, MAY_BE_ONE_CRIME
from firstpoint.errors import FirstpointError
from firstpoint.screening import Disclosure, disclosure_of, report_facts, sure_enough
from firstpoint.screening.facts import report_clock
from firstpoint.screening.kinds import kind_row
from firstpoint.vocabulary import offence_class, reported_incidents
from firstpoint.workbench.incidents.models import Incident, Screened
from firstpoint.workbench.incidents.wording import (
    default_in_words,
    pointer_in_words,
    told_in_words,
    value_in_words,
)

_TOLD_ELSEWHERE = ("default_used", CLOCK_RUNS, MAY_BE_ONE_CRIME)
_AS_IF = "Received before the first rule book held, and counted as if reported on its first day."

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
class OpenCrimes:
    """Crimes that are due although their class is open: the offence, how many, and what would settle it.

    ``perhaps`` of the ``count`` may prove to be one crime with another of the report. ``settle`` is what is
    not known yet, in words.
    """

    offence: str
    count: int
    perhaps: int
    settle: tuple[str, ...]

    @property
    def line(self) -> str:
        """The crimes in a line."""
        doubt = ", perhaps one with another" if self.perhaps else ""
        return f"{self.count} × {self.offence}, class open{doubt}"


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

    ``open`` are crimes due beside ``crimes`` whose class is not settled, ``reported`` the reported incidents
    (code, title, count). ``missing`` names in words what would change the answer, ``asks`` by its places in
    the report; ``defaults`` what the rules took as given, ``assumed`` what the screen did, ``to_judge`` what
    the rules leave to a person; ``account`` is the whole replay. ``problem`` says why there is no answer,
    where there is none.
    """

    decision: str = ""
    total: int = 0
    crimes: tuple[RequiredCrime, ...] = ()
    open: tuple[OpenCrimes, ...] = ()
    reported: tuple[RequiredCrime, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    missing: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    to_judge: tuple[str, ...] = ()
    account: str = ""
    book: str = ""
    note: str = ""
    problem: str = ""

    @property
    def open_due(self) -> int:
        """At least how many crimes are due beside ``total``."""
        return sum(each.count - each.perhaps for each in self.open)

    @property
    def perhaps_due(self) -> int:
        """How many crimes of open class may prove to be one with another."""
        return sum(each.perhaps for each in self.open)

    @property
    def asks_for_crimes(self) -> bool:
        """Whether a crime is due, its class settled or not."""
        return bool(self.total or self.open)

    @property
    def asks_to_record(self) -> bool:
        """Whether anything is due: a crime, or a reported incident."""
        return self.asks_for_crimes or bool(self.reported)

    @property
    def headline(self) -> str:
        """The answer in a line, which never tells fewer crimes than are due."""
        if not self.asks_for_crimes:
            return self.decision
        perhaps = (
            f"{self.perhaps_due} of open class that may prove to be one of these" if self.perhaps_due else ""
        )
        if not self.total:
            least = f"at least {_crimes_in_words(self.open_due)} whose class is open"
            return f"Record: {', and '.join(part for part in (least, perhaps) if part)}"
        more = f"at least {self.open_due} more whose class is open" if self.open_due else ""
        certain = _crimes_in_words(self.total)
        return f"Record: {', and '.join(part for part in (certain, more, perhaps) if part)}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Each crime and reported incident required, in a line."""
        return (
            *(f"{each.count} × {each.ho_class} {each.title}" for each in self.crimes),
            *(each.line for each in self.open),
            *(f"{each.count} × {each.ho_class} {each.title}" for each in self.reported),
        )


def required_of(incident: Incident, screened: Screened | None) -> RequiredOf:
    """What the rules require on what the screen was sure enough of when it last read this log."""
    if screened is None:
        return RequiredOf(problem="This incident was not screened yet, so the rules were not asked.")
    sure = sure_enough(disclosure_of(row) for row in screened.disclosures)
    if not sure:
        return RequiredOf(problem="The screen found nothing sure enough to ask the rules about.")
    facts = report_facts(_as_row(incident), sure)
    return _asked(facts, sure, as_if=report_clock(incident.received_at)[1])


def required_by(facts: Mapping[str, Any]) -> RequiredOf:
    """What the rules require on the facts of a report as a person tells them."""
    if not facts.get("allegations"):
        return RequiredOf(problem="No allegation is told, so the rules have nothing to decide.")
    return _asked(facts, (), as_if=False)


def facts_found(incident_id: str, received_at: datetime, screened: Screened | None = None) -> dict[str, Any]:
    """The facts of a report as the screen found them when it last read the log, without a word of it.

    ``screened`` is what it found, where that was read already.
    """
    screened = (
        screened
        or Screened.objects.filter(incident_id=incident_id).only("disclosures", "incident_id").first()
    )
    rows = screened.disclosures if screened else ()
    sure = sure_enough(disclosure_of(row) for row in rows)
    return report_facts({"incident_id": incident_id, "received_at": received_at}, sure)


def _asked(facts: Mapping[str, Any], sure: Sequence[Disclosure], *, as_if: bool) -> RequiredOf:
    try:
        verdict = counting.count_report(facts)
        account = counting.explain(facts, verdict)
    except FirstpointError as fault:
        return RequiredOf(problem=f"The rules could not be applied: {fault.message}")
    return _in_words(verdict, facts, account, sure, as_if=as_if)


def required_of_work(incident_id: str) -> RequiredOf:
    """What the rules require of an incident by its reference, without a word of its log."""
    held = ("disclosures", "incident__incident_id", "incident__received_at")
    screened = Screened.objects.select_related("incident").only(*held).filter(incident_id=incident_id).first()
    return required_of(screened.incident, screened) if screened else required_of(Incident(), None)


def required_in(case: Mapping[str, Any], incident_id: str) -> RequiredOf:
    """What the rules require of an incident, as a case has it already, or else as it is held."""
    return case["required"] if "required" in case else required_of_work(incident_id)


def _in_words(
    verdict: Mapping[str, Any],
    facts: Mapping[str, Any],
    account: str,
    disclosures: Sequence[Disclosure],
    *,
    as_if: bool,
) -> RequiredOf:
    warnings = verdict.get("warnings", ())
    titles = reported_incidents()
    return RequiredOf(
        decision=DECISIONS.get(verdict["decision"], verdict["decision"]),
        total=verdict["total"],
        crimes=tuple(
            RequiredCrime(ho_class, class_title(ho_class), count)
            for ho_class, count in _by_class(verdict["crimes"]).items()
        ),
        open=_open(verdict, facts),
        reported=tuple(
            RequiredCrime(each["code"], titles[each["code"]].title, each["count"])
            for each in verdict.get("reported_incidents", ())
        ),
        rulings=tuple(_ruling(each, verdict, facts) for each in verdict["allegations"]),
        missing=_missing(verdict["allegations"], facts),
        asks=_each_once(pointer for each in verdict["allegations"] for pointer in each.get("missing", ())),
        defaults=_each_once(default_in_words(w["text"]) for w in warnings if w["code"] == "default_used"),
        assumed=_assumed(disclosures),
        to_judge=_each_once(
            told_in_words(w["text"], facts) for w in warnings if w["code"] not in _TOLD_ELSEWHERE
        ),
        account=told_in_words(account, facts),
        book=str(verdict["book"].get("edition") or verdict["book"]["id"]),
        note=_AS_IF if as_if else "",
    )


def _open(verdict: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[OpenCrimes, ...]:
    told = Counter((each.get("allegation"), each["code"]) for each in verdict.get("warnings", ()))
    return tuple(
        OpenCrimes(
            offence=_offence(each, facts),
            count=told[each["id"], CLOCK_RUNS],
            perhaps=told[each["id"], MAY_BE_ONE_CRIME],
            settle=_missing([each], facts),
        )
        for each in verdict["allegations"]
        if told[each["id"], CLOCK_RUNS]
    )


def _assumed(disclosures: Sequence[Disclosure]) -> tuple[str, ...]:
    """What the screen took for granted where the log is silent."""
    return _each_once(
        f"{each.offence}, {value_in_words(fact, value)}"
        for each in disclosures
        for fact, value in kind_row(each.kind).assume.items()
        if fact not in each.facts
    )


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _crimes_in_words(count: int) -> str:
    return "1 crime" if count == 1 else f"{count} crimes"


def _by_class(crimes: Sequence[Mapping[str, Any]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in crimes:
        counted[each["ho_class"]] += each["count"]
    return counted


def _ruling(told: Mapping[str, Any], verdict: Mapping[str, Any], facts: Mapping[str, Any]) -> Ruling:
    due = any(
        w["code"] == CLOCK_RUNS and w.get("allegation") == told["id"] for w in verdict.get("warnings", ())
    )
    return Ruling(
        offence=_offence(told, facts),
        decision="A crime is due, its class is open"
        if due
        else DECISIONS.get(told["decision"], told["decision"]),
        ho_class=told.get("ho_class", ""),
        clauses=tuple(
            (told_in_words(step.get("clause") or step.get("text", ""), facts), step["row"])
            for step in verdict["trace"]
            if step.get("allegation") == told["id"]
        ),
    )


def _offence(told: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    kinds = {each.get("id"): each["kind"] for each in facts.get("allegations", ())}
    return str(kinds.get(told["id"], told["id"])).replace("_", " ")


def class_title(code: str) -> str:
    """An offence class in words, or its code where the lists do not hold it."""
    found = offence_class(code)
    return found.title if found else code


def _missing(allegations: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> tuple[str, ...]:
    return _each_once(
        pointer_in_words(pointer, facts) for each in allegations for pointer in each.get("missing", ())
    )


def _as_row(incident: Incident) -> dict[str, Any]:
    return {"incident_id": incident.incident_id, "received_at": incident.received_at}
