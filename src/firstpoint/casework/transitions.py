"""How a piece of work moves from one state to the next: the tables, and the check that a move must pass."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from math import isfinite

from attrs import frozen

from firstpoint.casework.policy import may, require, who_could
from firstpoint.casework.tables import Particular, listed, particular, rows
from firstpoint.errors import InputError, NotAllowed
from firstpoint.vocabulary import offence_class

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

INFORMATION = {
    "what": "what it is",
    "obtained": "when it was obtained",
    "source": "from whom it was obtained",
    "verified": "how it was verified",
}
"""The parts of a piece of additional verifiable information, and what to say of one that is missing."""


UNDO = "undo"
"""The name of the step by which somebody takes their own last step back."""


class Incomplete(InputError):
    """What must be given for a move is missing or cannot be used; ``faults`` says what, by particular."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("Something is missing.", where=", ".join(faults), remedy=" ".join(faults.values()))
        self.faults = dict(faults)


class Moved(NotAllowed):
    """The piece of work is no longer in a state from which this move is possible."""


@frozen
class Person:
    """Who acts: a reference, the roles held, and what they were registered or trained for."""

    reference: str
    roles: frozenset[str]
    qualifications: frozenset[str] = frozenset()


@frozen
class Kind:
    """One kind of work: its title for many and for one, what it is about (an ``incident`` or a ``crime``),
    the state in which it opens, and the action of the policy that lets somebody see it.

    ``blind`` is true where whoever does it must not see what the screen says. ``empty`` is what to say when
    there is none.
    """

    kind: str
    title: str
    one: str
    about: str
    opens: str
    see: str
    blind: bool
    hint: str
    empty: str


@frozen
class State:
    """Where a piece of work stands; ``waits_for`` names the role that has to act, ``clock`` what runs."""

    kind: str
    state: str
    title: str
    tag: str
    open: bool
    waits_for: str
    clock: str


@frozen
class Transition:
    """One way on from some states to another.

    ``action`` is the row of the policy that says who may take it, ``action_against`` the row that says who
    may where it goes against what the rules require. ``not_by`` names earlier transitions whose authors,
    all who ever took one of them on this work, may not take this one; ``only_by`` one whose authors
    alone may. ``set_off_by`` names steps (kind and step) of work from which this work was raised, or that
    was raised from it, that set this one off: then nobody takes it by hand. ``undo`` says that whoever took
    it may take it back for some minutes.
    """

    kind: str
    transition: str
    from_states: tuple[str, ...]
    to_state: str
    action: str
    title: str
    hint: str
    must_give: tuple[Particular, ...]
    may_give: tuple[Particular, ...]
    when_late: tuple[Particular, ...]
    when_against: tuple[Particular, ...]
    action_against: str
    not_by: tuple[str, ...]
    only_by: str
    set_off_by: tuple[tuple[str, str], ...]
    undo: bool
    says: str

    @property
    def asks(self) -> tuple[Particular, ...]:
        """Everything that it asks for, or may ask for, once each."""
        every = (*self.must_give, *self.may_give, *self.when_late, *self.when_against)
        return tuple({each.name: each for each in every}.values())


def available(
    kind: str, state_name: str, person: Person, authors: Mapping[str, Collection[str]]
) -> tuple[Transition, ...]:
    """What this person may do now to work of this kind in this state.

    ``authors`` maps each transition that was ever taken on this work to the references of all who took it.
    """
    return tuple(
        each
        for each in transitions_from(state_name, kind)
        if not each.set_off_by and may(person.roles, each.action) and not _own_work(each, person, authors)
    )


def check(
    move: Transition,
    *,
    state_name: str,
    person: Person,
    authors: Mapping[str, Collection[str]],
    given: Mapping[str, object],
    late: bool = False,
    against: bool = False,
) -> str:
    """The state to which this move leads, when this person may make it and gives all that it asks.

    ``given`` maps particulars to answers (see :class:`Particular`); ``late`` says that the deadline is past,
    ``against`` that the move leaves unrecorded what the rules require.
    Raises Moved when the work is in another state, NotAllowed (with who could) when the person may not, and
    Incomplete with every fault of what was given.
    """
    if move.set_off_by:
        raise NotAllowed(
            "Nobody takes this step by hand.",
            where=move.transition,
            remedy=f"{move.hint or 'It is set off by a step of other work'}.",
        )
    if state_name not in move.from_states:
        raise Moved(
            f"This piece of work is now “{state(move.kind, state_name).title}”: somebody has moved it on.",
            where=move.transition,
            remedy="Open it again and see what it needs now.",
        )
    require(person.roles, move.action)
    if against and move.action_against:
        require(person.roles, move.action_against)
    if _own_work(move, person, authors):
        raise NotAllowed(
            "This is your own decision, and a second person has to look at it."
            if move.not_by
            else "Only the person who made it may change it.",
            where=move.transition,
            remedy=f"{who_could(move.action)} other than you can."
            if move.not_by
            else "Ask them, or the registrar.",
        )
    _check_given(move, given, late=late, against=against)
    return move.to_state


def transitions_from(state_name: str, kind: str) -> tuple[Transition, ...]:
    """Every way on from a state, whoever may take it; raises KeyError for a state that no table holds."""
    state(kind, state_name)
    return tuple(each for each in transitions(kind) if state_name in each.from_states)


def transition(kind: str, name: str) -> Transition:
    """One way on, by its name, or the taking back of one; raises KeyError when there is none."""
    return {UNDO: _taking_back(kind), **{each.transition: each for each in transitions(kind)}}[name]


@cache
def transitions(kind: str) -> tuple[Transition, ...]:
    """Every way on for one kind of work, in the order of the table."""
    return tuple(
        Transition(
            kind=kind,
            transition=row["transition"],
            from_states=listed(row["from_states"]),
            to_state=row["to_state"],
            action=row["action"],
            title=row["title"],
            hint=row["hint"],
            must_give=_particulars(row["must_give"]),
            may_give=_particulars(row["may_give"]),
            when_late=_particulars(row["when_late"]),
            when_against=_particulars(row["when_against"]),
            action_against=row["action_against"],
            not_by=listed(row["not_by"]),
            only_by=row["only_by"],
            set_off_by=_set_off_by(kind, row["transition"]),
            undo={"kind": kind, "transition": row["transition"]} in rows("undo"),
            says=row["says"],
        )
        for row in rows("transitions")
        if row["kind"] == kind
    )


@cache
def setting_off() -> frozenset[tuple[str, str]]:
    """Every step (kind and step) that sets off a step of other work."""
    return frozenset((row["by_kind"], row["by_transition"]) for row in rows("set_off"))


def state(kind: str, name: str) -> State:
    """One state of one kind of work; raises KeyError when there is none."""
    return {each.state: each for each in states(kind)}[name]


@cache
def states(kind: str) -> tuple[State, ...]:
    """Every state of one kind of work, in the order of the table."""
    return tuple(
        State(
            kind=kind,
            state=row["state"],
            title=row["title"],
            tag=row["tag"],
            open=row["open"] == "yes",
            waits_for=row["waits_for"],
            clock=row["clock"],
        )
        for row in rows("states")
        if row["kind"] == kind
    )


@cache
def kind_of_work(name: str) -> Kind:
    """One kind of work; raises KeyError when there is none."""
    row = {each["kind"]: each for each in rows("kinds")}[name]
    return Kind(**{**row, "blind": row["blind"] == "yes"})  # type: ignore[arg-type]  # cells are text


def kinds() -> tuple[str, ...]:
    """Every kind of work, in the order of the table."""
    return tuple(row["kind"] for row in rows("kinds"))


def _set_off_by(kind: str, name: str) -> tuple[tuple[str, str], ...]:
    found = (row for row in rows("set_off") if (row["kind"], row["transition"]) == (kind, name))
    return tuple((row["by_kind"], row["by_transition"]) for row in found)


@cache
def _taking_back(kind: str) -> Transition:
    return Transition(
        kind=kind,
        transition=UNDO,
        from_states=(),
        to_state="",
        action=kind_of_work(kind).see,
        title="Taken back",
        hint="",
        must_give=(),
        may_give=(),
        when_late=(),
        when_against=(),
        action_against="",
        not_by=(),
        only_by="",
        set_off_by=(),
        undo=False,
        says="Your last step was taken back.",
    )


def _own_work(move: Transition, person: Person, authors: Mapping[str, Collection[str]]) -> bool:
    if any(person.reference in authors.get(earlier, ()) for earlier in move.not_by):
        return True
    return bool(move.only_by) and person.reference not in authors.get(move.only_by, ())


def _check_given(move: Transition, given: Mapping[str, object], *, late: bool, against: bool) -> None:
    needed = move.must_give + (move.when_late if late else ()) + (move.when_against if against else ())
    faults = {each.name: each.missing for each in needed if _is_empty(given.get(each.name))}
    for each in move.asks:
        if not _is_empty(given.get(each.name)):
            fault = _fault(each, given[each.name])
            if fault:
                faults[each.name] = fault
    faults |= {} if faults else _contradictions(given)
    faults |= _without_reference(given)
    if faults:
        raise Incomplete(faults)


def faults_of(asked: Sequence[Particular], given: Mapping[str, object]) -> dict[str, str]:
    """What is missing or cannot be used of what was asked for, by name; for what opens a piece of work."""
    faults = {each.name: each.missing for each in asked if _is_empty(given.get(each.name))}
    for each in asked:
        if each.name not in faults and (fault := _fault(each, given[each.name])):
            faults[each.name] = fault
    return faults


def _fault(asked: Particular, answer: object) -> str:
    return {
        "text": _text_fault,
        "count": _count_fault,
        "choice": _choice_fault,
        "crimes": _crimes_fault,
        "moment": _moment_fault,
        "information": _information_fault,
        "facts": _facts_fault,
    }[asked.form](asked, answer)


def _text_fault(asked: Particular, answer: object) -> str:
    if not isinstance(answer, str):
        return asked.missing
    if len(answer) > asked.longest:
        return f"{asked.title} must be {asked.longest:,} characters or fewer; this is {len(answer):,}"
    # Overrides of the writing direction can make a rationale read as something else than it says.
    if any(
        unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in "\r\n\t\u200d" for sign in answer
    ):
        return f"{asked.title} holds invisible control characters; type it again without them"
    return ""


def _count_fault(asked: Particular, answer: object) -> str:
    if type(answer) is not int or not asked.lowest <= answer <= asked.highest:
        return f"{asked.title.rstrip('?')}: enter a whole number from {asked.lowest} to {asked.highest}"
    return ""


def _choice_fault(asked: Particular, answer: object) -> str:
    known = isinstance(answer, str) and answer in {each.choice for each in asked.choices}
    return "" if known else (asked.missing or "Select an answer")


def _crimes_fault(asked: Particular, answer: object) -> str:
    if not isinstance(answer, list | tuple):
        return asked.missing
    for place, line in enumerate(answer, start=1):
        if isinstance(line, Mapping) and not line.get("ho_class"):
            return f"Line {place} says how many but no class: enter it, or clear the line if no crime is due"
        if not isinstance(line, Mapping) or not offence_class(str(line.get("ho_class"))):
            return "A line names no offence class of the current list"
        if set(line) != {"ho_class", "count"}:
            return f"Line {place} says something else than a class and how many"
        count = line.get("count")
        if type(count) is not int or not asked.lowest <= count <= asked.highest:
            return f"Enter a whole number from {asked.lowest} to {asked.highest} for class {line['ho_class']}"
    return ""


def _moment_fault(asked: Particular, answer: object) -> str:
    try:
        moment = datetime.fromisoformat(str(answer))
    except ValueError:
        return f"{asked.title.rstrip('?')}: enter a date and a time, such as 2026-05-04 14:05"
    if not moment.tzinfo:
        return f"{asked.title.rstrip('?')}: the time says no zone"
    # What is asked for is when something was done. Ten minutes are for clocks that differ.
    in_time = _EARLIEST <= moment <= datetime.now(UTC) + timedelta(minutes=10)
    return "" if in_time else f"{asked.title.rstrip('?')}: enter a time that has been, from 2000 on"


def _information_fault(asked: Particular, answer: object) -> str:
    if not isinstance(answer, list | tuple) or len(answer) > asked.highest:
        return f"Enter from 1 to {asked.highest} pieces of information"
    for place, piece in enumerate(answer, start=1):
        parts = piece if isinstance(piece, Mapping) and set(piece) <= set(INFORMATION) else {}
        for part, words in INFORMATION.items():
            said = parts.get(part)
            if not isinstance(said, str) or not said.strip():
                return f"Piece {place} does not say {words}"
            fault = _text_fault(asked, said)
            if fault:
                return f"Piece {place}: {fault[0].lower()}{fault[1:]}"
    return ""


def _facts_fault(asked: Particular, answer: object) -> str:
    if not isinstance(answer, Mapping) or not is_readable(answer):
        return "The facts could not be read; open the report again and enter them anew"
    if len(json.dumps(answer)) > asked.longest:
        return "These are more facts than one report can hold; take allegations out"
    return ""


def is_readable(value: object, levels: int = 8) -> bool:
    """Whether a value from outside is no deeper than facts are, and holds no sign that nobody sees."""
    if isinstance(value, str):
        return not any(
            unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in "\r\n\t" for sign in value
        )
    if isinstance(value, Mapping):
        return levels > 0 and all(is_readable(part, levels - 1) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return levels > 0 and all(is_readable(part, levels - 1) for part in value)
    return value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value))


def _contradictions(given: Mapping[str, object]) -> dict[str, str]:
    # An auditor's numbers must be able to hold together.
    recorded, due = given.get("recorded"), given.get("should_record")
    if not isinstance(recorded, int) or not isinstance(due, int):
        return {}
    if recorded > due:
        return {
            "recorded": "No more crimes can count as recorded than should have been; put extras in the note"
        }
    faults = {
        name: fault
        for name, words in (("in_time", "within 24 hours"), ("right_class", "in the right class"))
        if (fault := _part_fault(given.get(name), recorded, words))
    }
    kind = _kind_fault(given, recorded, due)
    return faults | ({"kind_of_error": kind} if kind and not faults else {})


def _part_fault(part: object, recorded: int, words: str) -> str:
    if recorded and _is_empty(part):
        return f"Enter how many of the {recorded} recorded were {words}; 0 if none"
    return f"No more can be {words} than the {recorded} recorded" if _above(part, recorded) else ""


def _above(part: object, recorded: int) -> bool:
    return isinstance(part, int) and part > recorded


def _kind_fault(given: Mapping[str, object], recorded: int, due: int) -> str:
    kind = given.get("kind_of_error")
    if kind == "not_recorded" and (recorded or not due):
        return "“Not recorded at all” does not fit: " + (
            "some were recorded" if recorded else "none should have been"
        )
    if kind == "fewer_than_required" and not 0 < recorded < due:
        return "“Fewer recorded than required” fits only where some but not all were recorded"
    if kind == "wrong_class" and not _below(given.get("right_class"), recorded):
        return "“Recorded in the wrong class” does not fit: all that is recorded is in the right class"
    if kind == "late" and not _below(given.get("in_time"), recorded):
        return "“Recorded late” does not fit: all that is recorded was recorded within 24 hours"
    return ""


def _below(part: object, recorded: int) -> bool:
    return isinstance(part, int) and part < recorded


def _without_reference(given: Mapping[str, object]) -> dict[str, str]:
    if given.get("removal_reason") != "already_recorded" or not _is_empty(given.get("recorded_reference")):
        return {}
    return {"recorded_reference": particular("recorded_reference").missing}


def _is_empty(answer: object) -> bool:
    return answer is None or (isinstance(answer, str) and not answer.strip()) or answer in ([], ())


def _particulars(cell: str) -> tuple[Particular, ...]:
    return tuple(particular(name) for name in listed(cell))
