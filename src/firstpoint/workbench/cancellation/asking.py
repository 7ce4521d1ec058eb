"""What the rules' book says to one cancellation: the question put, and the answer with its clause and row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from attrs import evolve, frozen

from firstpoint import counting
from firstpoint.casework.clocks import LONDON
from firstpoint.counting.facts import UNKNOWN
from firstpoint.errors import FirstpointError
from firstpoint.workbench.cancellation.asked_facts import every_fact

_CLASS = re.compile(r"NFIB\d{1,2}[A-Z]?|\d{1,3}[A-Z]?(/\d{1,2})?")
_NAMED = re.compile(rf"N[123]00(/\d{{2}})?|{_CLASS.pattern}")
_CODE = re.compile(r"\d{3}/\d{2}")
#: Columns of the book's table that are about who decides.
_OF_THE_DECIDER = frozenset({"decided_by", "independent"})
_RECORD = "/prior_records"


@frozen
class Record:
    """A recorded crime as the question knows it."""

    crime_id: str
    ho_class: str = ""
    ho_code: str = ""
    has_victim: bool = False
    recorded_on: date | None = None
    status: str = "open"
    force: str = ""

    @property
    def is_crime(self) -> bool:
        """Whether it names a class of crime; a reported incident (an N code) does not."""
        return bool(_CLASS.fullmatch(self.ho_class))


@frozen
class Question:
    """A cancellation as it is asked for: the record, the category, and the facts that were given.

    ``duplicate`` is the record that is said to hold the same crime, where there is one.
    """

    record: Record
    code: str
    facts: Mapping[str, str]
    duplicate: Record | None = None


@frozen
class Answer:
    """What the book says: ``valid`` is yes, no or not_decidable.

    ``of_decider`` is true where a no is about who decides and not about the crime. ``missing`` names in words
    what is not known; ``because`` says why there is no answer where no row gave one.
    """

    valid: str
    clause: str = ""
    row: str = ""
    of_decider: bool = False
    missing: tuple[str, ...] = ()
    because: str = ""

    @property
    def is_yes(self) -> bool:
        """Whether it may stand."""
        return self.valid == "yes"

    @property
    def bars_the_decider(self) -> bool:
        """Whether it is refused because of who would decide."""
        return self.valid == "no" and self.of_decider


def answer_of(
    question: Question,
    now: datetime,
    *,
    decided_by: str = "",
    independent: str = "",
    victim_told: str = "yes",
    registered_registrar: bool = False,
) -> Answer:
    """The book's answer to a question on the day of the decision.

    ``decided_by`` is who decides, in the words of the facts; left out, that is taken as done. Where the
    record names no class the book cannot be asked, and nothing is decidable.
    """
    if not question.record.is_crime:
        return Answer(
            "not_decidable", because="The record names no class of crime, so the rules cannot be asked."
        )
    said = {"decided_by": decided_by, "independent": independent, "victim_told": victim_told}
    report = _report(question, now, {name: value for name, value in said.items() if value})
    report["ask"]["registered_registrar_exists"] = "yes" if registered_registrar else "no"
    try:
        verdict = counting.count_report(report)
    except FirstpointError as fault:
        return Answer("not_decidable", because=f"The rules could not be applied: {fault.message}")
    return _read(verdict)


def must_tell_first(question: Question, now: datetime) -> bool:
    """Whether the book lets it take effect only once the victim was told: a victim who was not told turns the
    answer, or leaves it open."""
    told, untold = (answer_of(question, now, victim_told=each) for each in ("yes", "no"))
    return (told.valid, told.row) != (untold.valid, untold.row)


def group_of(record: Record, day: date) -> str:
    """The group of classes of a record to which rules of cancellation are particular."""
    rule = counting.book_on(day).rule_of_record(_prior(record, "p1"))
    return rule.record_group if rule else UNKNOWN


def _report(question: Question, now: datetime, said: Mapping[str, str]) -> dict[str, Any]:
    local = now.astimezone(LONDON)
    ask: dict[str, Any] = {"kind": "cancel", "record": "p1", "code": question.code, **said}
    ask["decided_on"] = local.date().isoformat()
    record, section = _prior(question.record, "p1"), question.facts.get("record.section", "")
    if section:
        record["section"] = section[:120]
    records = [record]
    information = {}
    for name, value in question.facts.items():
        part, _, inner = name.partition(".")
        if part == "information" and value != UNKNOWN:  # what is not known is no information
            information[inner] = value
        elif not inner and name != "duplicate_of":
            ask[name] = value
    if information:
        ask["information"] = information
    if question.duplicate and _NAMED.fullmatch(question.duplicate.ho_class):
        same = question.duplicate.crime_id == question.record.crime_id
        ask["duplicate_of"] = "p1" if same else "p2"
        records += [] if same else [_prior(question.duplicate, "p2")]
    return {
        "schema_version": 1,
        "report_id": "cancellation",
        "reported_at": local.isoformat(timespec="seconds"),
        "victims": [{"id": "v1"}] if question.record.has_victim else [],
        "prior_records": records,
        "ask": ask,
    }


def _prior(record: Record, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": name, "class": record.ho_class, "status": record.status}
    if _CODE.fullmatch(record.ho_code):
        told["ho_code"] = record.ho_code
    if record.has_victim and name == "p1":
        told["victim"] = "v1"
    if record.recorded_on:
        told["recorded_on"] = record.recorded_on.isoformat()
    if record.force:
        told["force"] = record.force[:120]
    return told


def _read(verdict: Mapping[str, Any]) -> Answer:
    told = verdict["cancellation"]
    steps = [step for step in verdict["trace"] if step["stage"] == "ask_cancel"]
    missing = tuple(dict.fromkeys(_in_words(pointer) for pointer in told.get("missing", ())))
    if not steps:
        reasons = told.get("reasons", ())
        return Answer(
            told["valid"],
            missing=missing,
            because=" ".join(f"{each[0].upper()}{each[1:]}." for each in reasons),
        )
    (step,) = steps
    of_decider = not _OF_THE_DECIDER.isdisjoint(step["facts_read"])
    answer = Answer(told["valid"], clause=step["clause"], row=step["row"], of_decider=of_decider)
    return answer if answer.valid != "not_decidable" else evolve(answer, missing=missing)


def _in_words(pointer: str) -> str:
    if pointer.startswith(_RECORD):
        return "What the record says of its class, its code, its section and its victim"
    asked = pointer.removeprefix("/ask/").replace("/", ".")
    titles = {each.fact: each.title for each in every_fact()}
    return titles.get(asked) or {
        "information": "What information there is",
        "independent": "Does whoever decides stand apart from the investigation?",
    }.get(asked, asked.replace("_", " "))
