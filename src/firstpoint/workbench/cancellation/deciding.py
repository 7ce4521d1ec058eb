"""Who may decide one cancellation: what the book says to each way in which a person could decide it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from attrs import frozen

from firstpoint.casework import Person
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.cancellation.asking import Answer, Question, answer_of

CHIEF_OFFICER, REGISTERED = "chief_officer", "registered_registrar"
ADVICE = "The chief officer decides it on the registrar’s advice, and no registrar has advised yet."


@frozen
class Decider:
    """A way in which somebody can decide: the role, what they must be registered or trained for (empty:
    nothing), who that is in the words of the facts, and the same in words."""

    role: str
    qualification: str
    decided_by: str
    title: str

    def is_open_to(self, person: Person) -> bool:
        """Whether this person can decide in this way."""
        return self.role in person.roles and self.qualification in ("", *person.qualifications)


@frozen
class Said:
    """What the book says where somebody decides in one way."""

    decider: Decider
    answer: Answer


@cache
def deciders() -> tuple[Decider, ...]:
    """Every way in which somebody can decide, the most qualified first."""
    text = files(__package__).joinpath("deciders.csv").read_text(encoding="utf-8")
    return tuple(Decider(**row) for row in csv.DictReader(text.splitlines()))


def said_to(
    question: Question, person: Person, now: datetime, *, registered: bool, independent: str = ""
) -> Said | None:
    """What the book says to this person, in the way of theirs that it likes best; None where they can decide
    in none. ``registered`` says whether the force has a registered registrar."""
    ways = [each for each in deciders() if each.is_open_to(person)]
    return _best(_said(question, way, now, registered, independent) for way in ways)


def who_could(question: Question, now: datetime, *, registered: bool) -> Sequence[Said]:
    """The ways in which somebody could decide it: those that the book does not bar, and that there are."""
    ways = [each for each in deciders() if registered or each.qualification != REGISTERED]
    said = [_said(question, way, now, registered, "") for way in ways]
    return [each for each in said if not each.answer.bars_the_decider]


def in_words(could: Iterable[Said]) -> str:
    """Who could decide, in a sentence."""
    titles = [each.decider.title for each in could]
    return (
        f"{' or '.join([titles[0], *(f'{t[0].lower()}{t[1:]}' for t in titles[1:])])} could."
        if titles
        else ""
    )


def has_registered_registrar() -> bool:
    """Whether anybody in this force is a registrar registered with the College."""
    rows = User.objects.filter(is_active=True).values_list("roles", "qualifications")
    return any("registrar" in roles and REGISTERED in held for roles, held in rows)


def _said(question: Question, way: Decider, now: datetime, registered: bool, independent: str) -> Said:
    answer = answer_of(
        question, now, decided_by=way.decided_by, independent=independent, registered_registrar=registered
    )
    return Said(way, answer)


def _best(every: Iterable[Said]) -> Said | None:
    return min(every, key=lambda said: (not said.answer.is_yes, said.answer.bars_the_decider), default=None)
