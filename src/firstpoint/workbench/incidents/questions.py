"""Which questions about a report matter: the facts that would change the verdict first, the rest after.

The counting rules say which missing facts would change their answer, by the place in the report. Each place
becomes a question with the answers that the published format allows there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from attrs import frozen

from firstpoint.counting import judgements
from firstpoint.counting.facts import KINDS, schema
from firstpoint.workbench.incidents.facts import (
    ADD_ALLEGATION,
    OUT,
    PREFIX,
    choices_in,
    control_id,
    entries,
    faults_of,
    is_fact,
    label_of,
    leaf,
    resolved,
    value_at,
)
from firstpoint.workbench.incidents.verdicts import RequiredOf, required_by

# Said beside the list of victims, or links that the screen made and a form cannot show well.
_NOT_ASKED = {"id", "kind", "victims", "counter_allegation"}
_NOT_OF_THE_REPORT = {
    "schema_version", "report_id", "reported_at", "note", "ask", "allegations", "victims", "offenders",
    "judgements", "prior_records", "force",
}  # fmt: skip
_NAME_SOMETHING = {"principal_choice", "likelier_account", "location_agreed"}


@frozen
class Question:
    """One fact that can be told: the name and id of its control, its words, and what it holds now.

    ``answers`` are value and words of each choice, none for a ``number`` or a text. ``settles`` says that the
    answer would change the verdict.
    """

    name: str
    id: str
    label: str
    hint: str
    answers: tuple[tuple[str, str], ...]
    number: bool
    answer: str
    settles: bool
    fault: str


@frozen
class Part:
    """An allegation, a victim or the report itself: the questions that settle, those answered, the others.

    ``out`` is the name of the box that takes it out (empty: it stays). ``people`` are the victims it can be
    linked to: name of the box, id of the victim, whether it is linked.
    """

    title: str
    id: str
    settling: tuple[Question, ...]
    answered: tuple[Question, ...]
    others: tuple[Question, ...]
    out: str = ""
    people: tuple[tuple[str, str, bool], ...] = ()
    people_name: str = ""

    @property
    def opened(self) -> bool:
        """Whether something folded away is at fault, so that it must be seen."""
        return any(each.fault for each in self.others)


@frozen
class FactsForm:
    """The form of a report's facts, with what the rules require on them and what is wrong with them."""

    parts: tuple[Part, ...]
    written: str
    required: RequiredOf
    faults: Mapping[str, str]
    kinds: tuple[tuple[str, str], ...]
    add: str = ADD_ALLEGATION


def form_of_facts(facts: Mapping[str, Any], required: RequiredOf | None = None) -> FactsForm:
    """The form for a report's facts as they stand; ``required`` where the rules were asked on them."""
    faults = faults_of(facts)
    if faults:
        required = RequiredOf(problem="Mend the facts to see the verdict.")
    required = required or required_by(facts)
    asks = _Asks(facts, faults, required.asks)
    parts = [
        *(_allegation(asks, at, each) for at, each in enumerate(entries(facts, "allegations"))),
        *(_victim(asks, at, each) for at, each in enumerate(entries(facts, "victims"))),
        *_offenders(asks),
        _report(asks),
    ]
    return FactsForm(tuple(parts), json.dumps(facts), required, faults, _kinds())


@frozen
class _Asks:
    facts: Mapping[str, Any]
    faults: Mapping[str, str]
    missing: tuple[str, ...]

    def question(self, pointer: str) -> Question:
        node = resolved(leaf(pointer) or {})
        value = value_at(self.facts, pointer)
        answer = "|".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
        answers = _answers(choices_in(node))
        if answers and answer and answer not in choices_in(node):
            answers = (*answers, (answer, _in_words(answer)))
        hint = str(node.get("description", ""))
        return Question(
            name=f"{PREFIX}{pointer}",
            id=control_id(pointer),
            label=label_of(pointer),
            hint="" if "bsent =" in hint or "array:" in hint else hint[:1].upper() + hint[1:],
            answers=answers,
            number=node.get("type") == "integer",
            answer=answer,
            settles=self.settles(pointer),
            fault=self.faults.get(control_id(pointer), ""),
        )

    def settles(self, pointer: str) -> bool:
        return any(pointer == each or pointer.startswith(f"{each}/") for each in self.missing)

    def part(self, title: str, ident: str, pointers: Sequence[str], **more: Any) -> Part:
        return _part(title, ident, [self.question(each) for each in pointers], **more)


def _part(title: str, ident: str, questions: Sequence[Question], **more: Any) -> Part:
    return Part(
        title=title,
        id=ident,
        settling=tuple(each for each in questions if each.settles),
        answered=tuple(each for each in questions if not each.settles and each.answer),
        others=tuple(each for each in questions if not each.settles and not each.answer),
        **more,
    )


def _allegation(asks: _Asks, at: int, each: Mapping[str, Any]) -> Part:
    kind = str(each.get("kind"))
    taken = KINDS[kind].attributes if kind in KINDS else frozenset()
    properties = schema("report")["$defs"]["allegation"]["properties"]
    here = f"/allegations/{at}"
    names = [name for name in properties if name in taken and name not in _NOT_ASKED]
    pointers = [pointer for name in names for pointer in _leaves(properties[name], f"{here}/{name}")]
    linked = each.get("victims")
    people = tuple(
        (f"{PREFIX}{here}/victims:{one.get('id')}", str(one.get("id")), one.get("id") in (linked or ()))
        for one in entries(asks.facts, "victims")
    )
    return asks.part(
        f"Allegation {at + 1}: {_in_words(kind).lower()}",
        f"part-allegation-{at}",
        [f"{here}/kind", *pointers],
        out=f"{PREFIX}{here}/{OUT}",
        people=people,
        people_name=f"{PREFIX}{here}/victims:shown",
    )


def _victim(asks: _Asks, at: int, each: Mapping[str, Any]) -> Part:
    here = f"/victims/{at}"
    return asks.part(
        f"Victim {each.get('id')}",
        f"part-victim-{at}",
        _of("victim", here),
        out=f"{PREFIX}{here}/{OUT}",
    )


def _offenders(asks: _Asks) -> Iterator[Part]:
    known = entries(asks.facts, "offenders")
    for at in range(len(known) + 1):
        here = f"/offenders/{at}"
        # Of an offender of whom nothing is said yet only what would change the verdict is asked.
        pointers = [one for one in _of("offender", here) if at < len(known) or asks.settles(one)]
        if pointers:
            yield asks.part(f"Offender {at + 1}", f"part-offender-{at}", pointers)


def _report(asks: _Asks) -> Part:
    properties = schema("report")["properties"]
    pointers = [
        pointer
        for name, node in properties.items()
        if name not in _NOT_OF_THE_REPORT
        for pointer in _leaves(node, f"/{name}")
    ]
    questions = [*map(asks.question, pointers), *_judgements(asks)]
    return _part("The report", "part-report", questions)


def _judgements(asks: _Asks) -> Iterator[Question]:
    told = {str(each.get("about")): str(each.get("value", "")) for each in entries(asks.facts, "judgements")}
    values = ("yes", "no", "unknown")
    for about, meaning in judgements().items():
        if about not in _NAME_SOMETHING:
            yield Question(
                name=f"{PREFIX}/judgements/{about}",
                id=f"fact-judgements-{about}",
                label=f"Judgement: {meaning}",
                hint="",
                answers=tuple((each, _in_words(each)) for each in values),
                number=False,
                answer=told.get(about, ""),
                settles="/judgements" in asks.missing,
                fault="",
            )


def _of(definition: str, here: str) -> list[str]:
    properties = schema("report")["$defs"][definition]["properties"]
    return [pointer for name in properties for pointer in _leaves(properties[name], f"{here}/{name}")]


def _leaves(node: Mapping[str, Any], here: str) -> Iterator[str]:
    if is_fact(node):
        yield here
    elif here.count("/") < 4:
        inner = resolved(node).get("properties", {})
        yield from (f"{here}/{name}" for name, part in inner.items() if is_fact(part))


@cache
def _kinds() -> tuple[tuple[str, str], ...]:
    return tuple((each.name, f"{_in_words(each.name)}: {each.meaning}") for each in KINDS.values())


@cache
def _answers(choices: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((each, _in_words(each)) for each in choices)


def _in_words(value: str) -> str:
    if value == "unknown":
        return "Asked, not known"
    words = value.replace("|", " and ").replace("_", " ")
    return words[:1].upper() + words[1:]
