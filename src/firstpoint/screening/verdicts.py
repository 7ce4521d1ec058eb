"""What the rules require for the disclosures of one incident: counting's answer, asked once for each set of
facts.

Many logs disclose the same facts in different words, so answers are kept by the facts alone. The disclosures
sure enough to stand in one report are counted together, so that one crime may absorb another; a doubtful one
is counted by itself and absorbs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from attrs import evolve

from firstpoint import counting
from firstpoint.errors import BadReport
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.facts import REPORTED_INCIDENT, report_day, report_facts
from firstpoint.screening.periods import Period, period_of

Signature = tuple[Period, tuple[tuple[str, int, str, frozenset[tuple[str, str]]], ...]]
Answers = dict[Signature, dict[str, counting.Outcome]]

_OF_THE_VICTIM = "victim."
#: Which facts stand, by their names: all, then those that do not tell of the victim.
_STANDING: tuple[Callable[[str], bool], ...] = (
    lambda _: True,
    lambda name: not name.startswith(_OF_THE_VICTIM),
    lambda _: False,
)


def counted(
    incident: Mapping[str, Any], disclosures: Sequence[Disclosure], answers: Answers, *, sure_from: float
) -> tuple[Disclosure, ...]:
    """The disclosures with the class and the number of crimes that the rule book requires for each.

    ``answers`` is filled as a memory between incidents. ``crimes`` is 0 for what is absorbed, recorded
    already, unconfirmed or another force's, and for a reported incident (rape that the victim has not
    confirmed, N100), whose context says so; where counting cannot name the class but a crime is due,
    ``ho_class`` stays None and one crime a victim is due.
    """
    sure = [one for one in disclosures if one.certainty >= sure_from]
    doubtful = [one for one in disclosures if one.certainty < sure_from]
    result = counted_together(incident, sure, answers) if sure else []
    for one in doubtful:
        result += counted_together(incident, [one], answers)
    return tuple(result)


def counted_together(
    incident: Mapping[str, Any], group: Sequence[Disclosure], answers: Answers
) -> list[Disclosure]:
    """The disclosures of one report with what the rule book requires for each (see :func:`counted`)."""
    signature = _signature(incident, group)
    if signature not in answers:
        answers[signature] = _answer(incident, group)
    answer = answers[signature]
    return [_apply(one, answer[f"a{number}"]) for number, one in enumerate(group, 1)]


def _answer(incident: Mapping[str, Any], group: Sequence[Disclosure]) -> dict[str, counting.Outcome]:
    """What counting says of a report.

    The words of a log may tell facts that contradict one another (a constable, and aged 12). Then none of
    those that tell of the victim stands, and where the others still do, none at all.
    """
    for stands in _STANDING[:-1]:
        with suppress(BadReport):
            return _asked(incident, group, stands)
    return _asked(incident, group, _STANDING[-1])


def _asked(
    incident: Mapping[str, Any], group: Sequence[Disclosure], stands: Callable[[str], bool]
) -> dict[str, counting.Outcome]:
    report = report_facts(incident, [_with(one, stands) for one in group])
    del report["note"]  # it changes no answer, and counting takes longer over a report that has one
    return counting.count_allegations(report)


def _with(one: Disclosure, stands: Callable[[str], bool]) -> Disclosure:
    return evolve(one, facts={name: value for name, value in one.facts.items() if stands(name)})


def _signature(incident: Mapping[str, Any], group: Sequence[Disclosure]) -> Signature:
    """All that the facts of a report are made of, but its reference and what of its day changes no answer."""
    told = tuple((one.kind, one.victims, one.context, frozenset(one.facts.items())) for one in group)
    return period_of(report_day(incident.get("received_at"))), told


def _apply(disclosure: Disclosure, outcome: counting.Outcome) -> Disclosure:
    """The disclosure under what counting decides on it."""
    match outcome.decision:
        case "record":
            return evolve(disclosure, ho_class=outcome.ho_class, crimes=outcome.count)
        case "not_decidable" if outcome.crime_due:
            return evolve(disclosure, crimes=disclosure.victims)
        case "absorbed":
            context = "subsumed" if disclosure.context == "live" else disclosure.context
            return evolve(disclosure, crimes=0, context=context)
        case "reported_incident":
            return evolve(disclosure, crimes=0, context=REPORTED_INCIDENT)
        case _:
            return evolve(disclosure, crimes=0)
