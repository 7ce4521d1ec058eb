"""What the rules' book says to each step of a cancellation, and what a step sets off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from firstpoint.casework import Incomplete, Person, Transition, particular
from firstpoint.errors import NotAllowed, Refused
from firstpoint.vocabulary import cancellations
from firstpoint.workbench.cancellation import deciding, effect
from firstpoint.workbench.cancellation.advising import advice_on
from firstpoint.workbench.cancellation.asked_facts import every_fact
from firstpoint.workbench.cancellation.asking import Answer, Question, must_tell_first
from firstpoint.workbench.cancellation.deciding import CHIEF_OFFICER, Said
from firstpoint.workbench.cancellation.records import question_of
from firstpoint.workbench.cancellation.waiting import set_who_it_waits_for
from firstpoint.workbench.work.handling import Given, Handling
from firstpoint.workbench.work.models import Step, WorkItem

AGREEING = ("agree", "agree_at_once")
DECIDING = (*AGREEING, "refuse")


def conditions(item: WorkItem, move: Transition, person: Person, given: Given, now: datetime) -> None:
    """Raise where the book stands in the way of a step.

    NotAllowed where this person is not whom the rules let decide it, Refused where they do not let it stand.
    """
    if move.transition in DECIDING:
        _check_decision(item, move.transition, person, given, now)
    elif move.transition == "advise":
        _check_advice(item, now)
    elif move.transition == "tell" and given:
        _check_telling(datetime.fromisoformat(given["told_at"]), item, now)


def offers(item: WorkItem, move: Transition, person: Person) -> bool:
    """Whether a step is worth offering: not where the book bars this person, or the other way of agreeing
    is the right one."""
    now = timezone.now()
    if move.transition == "advise":
        return _is_advice_wanted(question_of(item), now)
    if move.transition not in DECIDING:
        return True
    question = question_of(item)
    said = _said_to(question, person, now)
    if said is None or said.answer.bars_the_decider:
        return False
    return move.transition == "refuse" or (move.transition == "agree") == must_tell_first(question, now)


def follows(item: WorkItem, step: Step, now: datetime) -> None:
    """Let it take effect or be undone, and note for whom it waits."""
    if step.to_state == "cancelled":
        effect.take_effect(item, step, now)
    elif step.transition == "reverse":
        effect.undo(item, now)
    elif step.to_state == "requested":
        set_who_it_waits_for(item, now)
        item.save(update_fields=["waits_for"])


def why_not_taken_back(item: WorkItem, _step: Step) -> str:
    """Why a step can no longer be taken back: a newer request for the same crime is under way."""
    newer = WorkItem.objects.filter(kind="cancellation", crime_id=item.reference, pk__gt=item.pk)
    return "The crime’s cancellation or transfer is asked for anew." if newer.exists() else ""


def beside_for(item: WorkItem, person: Person) -> Mapping[str, Any]:
    """The request in words, what the book says to this person, and who could decide."""
    now, question = timezone.now(), question_of(item)
    registered = deciding.has_registered_registrar()
    said = deciding.said_to(question, person, now, registered=registered)
    could = deciding.who_could(question, now, registered=registered)
    code = cancellations().get(question.code)
    anybody = could[0].answer if could else None
    return {
        "asked_for": item.particulars,
        "category": code.title if code else "",
        "facts": _facts_in_words(question.facts),
        "said": said,
        "anybody": said.answer if said and not said.answer.bars_the_decider else anybody,
        "could": could,
        "tell_first": must_tell_first(question, now),
        "advice": _advice_in_words(item),
        "facts_open": item.state in ("requested", "awaiting_information"),
    }


def _check_decision(item: WorkItem, step: str, person: Person, given: Given, now: datetime) -> None:
    question, registered = question_of(item), deciding.has_registered_registrar()
    independent = str(given.get("independent", ""))
    said = deciding.said_to(question, person, now, registered=registered, independent=independent)
    if said is None or said.answer.bars_the_decider:
        could = deciding.in_words(deciding.who_could(question, now, registered=registered))
        raise NotAllowed(
            f"The rules do not let you decide this. {_clause(said.answer) if said else ''}".strip(),
            where=step,
            remedy=could,
        )
    if said.decider.decided_by == CHIEF_OFFICER and advice_on(item) is None:
        raise Refused(deciding.ADVICE, where=step, remedy="Ask the registrar to note their advice here.")
    if step in AGREEING:
        _check_agreement(question, step, said, now)


def _check_telling(told_at: datetime, item: WorkItem, now: datetime) -> None:
    if told_at > now:
        raise Incomplete({"told_at": "The victim has to have been told: this is still to come"})
    if told_at < item.opened_at.replace(second=0, microsecond=0):
        raise Incomplete({"told_at": "Enter a time after the cancellation or transfer was asked for"})


def _check_agreement(question: Question, step: str, said: Said, now: datetime) -> None:
    if not said.answer.is_yes:
        raise Refused(_why_not(said.answer), where=step, remedy=_instead(said.answer))
    tell_first = must_tell_first(question, now)
    if tell_first != (step == "agree"):
        raise Refused(
            "The victim has to be told before it takes effect."
            if tell_first
            else "The rules ask for nobody to be told before it takes effect.",
            where=step,
            remedy="Choose the other way to agree.",
        )


def _check_advice(item: WorkItem, now: datetime) -> None:
    if not _is_advice_wanted(question_of(item), now):
        raise Refused(
            "The rules leave this to no chief officer, so no advice is asked for.",
            where="advise",
            remedy=deciding.in_words(
                deciding.who_could(question_of(item), now, registered=deciding.has_registered_registrar())
            ),
        )


def _is_advice_wanted(question: Question, now: datetime) -> bool:
    could = deciding.who_could(question, now, registered=deciding.has_registered_registrar())
    return CHIEF_OFFICER in {each.decider.decided_by for each in could}


def _said_to(question: Question, person: Person, now: datetime) -> Said | None:
    return deciding.said_to(question, person, now, registered=deciding.has_registered_registrar())


def _why_not(answer: Answer) -> str:
    if answer.valid == "no":
        return f"The rules do not let this stand. {_clause(answer)}".strip()
    return f"The rules cannot say whether this may stand. {_clause(answer)}".strip()


def _instead(answer: Answer) -> str:
    if answer.valid == "no":
        return "Refuse it, or ask for more information."
    missing = f" What is not known: {'; '.join(answer.missing)}." if answer.missing else ""
    return f"Ask for more information.{missing}"


def _advice_in_words(item: WorkItem) -> Mapping[str, Any]:
    """The last advice as given, by whom and when, and whether it still holds; empty where there is none."""
    last = item.steps.filter(transition="advise", undone=False).select_related("by").order_by("-pk").first()
    if last is None:
        return {}
    words = {each.choice: each.title for each in particular("advice").choices}
    return {
        "step": last,
        "says": words.get(last.given.get("advice", ""), ""),
        "reason": last.given.get("decision_reason", ""),
        "holds": advice_on(item) == last,
    }


def _clause(answer: Answer) -> str:
    return f"{answer.clause} ({answer.row})." if answer.row else answer.because


def _facts_in_words(facts: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (each.title, each.values.get(facts[each.fact], facts[each.fact]))
        for each in every_fact()
        if each.fact in facts
    ]


HANDLING = Handling(
    conditions=conditions,
    offers=offers,
    follows=follows,
    beside_for=beside_for,
    panel="workbench/panel_cancellation.html",
    pages=(
        ("Ask for one", "cancellation-find", "cancellations.request"),
        ("Those in effect", "cancellations-in-effect", "cancellations.oversee"),
    ),
)
