"""What an app knows about one kind of work beyond casework's tables.

Each app that handles a kind gives a :class:`Handling` to :func:`handle` when Django is ready; the pages and
the steps of work ask :func:`handling_of`. A kind that nobody handles has the plain page and sets nothing off.
What an app wants to follow a step of a kind that another app handles it gives to :func:`also_follows`, and
what makes such a step one that can no longer be taken back to :func:`bars_undo`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from attrs import frozen

from firstpoint.casework import Person, Transition
from firstpoint.workbench.work.models import Step, WorkItem

Given = Mapping[str, Any]
Opens = Callable[[datetime, str], int]
Daily = Callable[[date, datetime, str], int]


def _never(_item: WorkItem, _move: Transition, _case: Given) -> bool:
    return False


def _nothing_more(_item: WorkItem, _move: Transition, _person: Person, _given: Given, _now: datetime) -> None:
    return None


def _nothing_follows(_item: WorkItem, _step: Step, _now: datetime) -> None:
    return None


def _nothing_undone(_item: WorkItem, _step: Step) -> None:
    return None


def _nothing_drafted(_item: WorkItem, _posted: Mapping[str, str], _case: Given) -> Mapping[str, Any]:
    return {}


def _nothing_beside(_item: WorkItem) -> Mapping[str, Any]:
    return {}


def _always(_item: WorkItem, _move: Transition, _person: Person) -> bool:
    return True


def _nothing_beside_for(_item: WorkItem, _person: Person) -> Mapping[str, Any]:
    return {}


@frozen
class Handling:
    """How one kind of work is handled.

    ``against`` says whether a step would leave unrecorded what the rules require; it is given the case too
    where that is at hand. ``conditions`` raises
    NotAllowed, Refused or Incomplete where something beyond the tables stands in the way of a step.
    ``offers`` says whether a step is worth offering to somebody; whoever asks for it all the same meets
    ``conditions``. ``follows`` is called in the transaction of a step that was taken, to set off what it
    sets off, ``undoes`` in that of its taking back.
    ``beside`` gives what the page shows beside the case, for the template ``panel`` (none: nothing),
    ``beside_for`` what it shows to one person alone,
    ``when_checking`` what the page shows on which a step is checked before it is saved, ``prefilled`` what
    the form holds before anybody writes. ``drafted`` gives what both pages show of what somebody has written
    so far, from the form and the case: its ``faults`` by field, and the template ``drafts`` beside the form.
    ``pages`` names further pages about this kind: the words of the link, the name of the address, and the
    action of the policy that opens it.
    """

    against: Callable[[WorkItem, Transition, Given], bool] = _never
    conditions: Callable[[WorkItem, Transition, Person, Given, datetime], None] = _nothing_more
    offers: Callable[[WorkItem, Transition, Person], bool] = _always
    follows: Callable[[WorkItem, Step, datetime], None] = _nothing_follows
    undoes: Callable[[WorkItem, Step], None] = _nothing_undone
    beside: Callable[[WorkItem], Mapping[str, Any]] = _nothing_beside
    beside_for: Callable[[WorkItem, Person], Mapping[str, Any]] = _nothing_beside_for
    when_checking: Callable[[WorkItem], Mapping[str, Any]] = _nothing_beside
    prefilled: Callable[[WorkItem], Mapping[str, Any]] = _nothing_beside
    drafted: Callable[[WorkItem, Mapping[str, str], Given], Mapping[str, Any]] = _nothing_drafted
    panel: str = ""
    pages: tuple[tuple[str, str, str], ...] = ()
    drafts: str = ""


Follows = Callable[[WorkItem, Step, datetime], None]
Bar = Callable[[WorkItem, Step], str]

_handlings: dict[str, Handling] = {}
_also: dict[str, list[Follows]] = {}
_after_screen: list[Opens] = []
_daily: list[Daily] = []
_ticks: list[Opens] = []
_bars: dict[str, list[Bar]] = {}


def handle(kind: str, handling: Handling) -> None:
    """Say how a kind of work is handled; raises ValueError where another app did already."""
    if _handlings.get(kind, handling) != handling:
        raise ValueError(f"Two apps handle work of the kind {kind}.")
    _handlings[kind] = handling


def handling_of(kind: str) -> Handling:
    """How a kind of work is handled."""
    return _handlings.get(kind, Handling())


def also_follows(kind: str, function: Follows) -> None:
    """Let something more follow every step of this kind of work, in the step's transaction; once each."""
    functions = _also.setdefault(kind, [])
    if function not in functions:
        functions.append(function)


def also_after_screen(function: Opens) -> None:
    """Let something be opened after every run of the screen; it must be safe to repeat."""
    if function not in _after_screen:
        _after_screen.append(function)


def open_after_screen(now: datetime, by: str) -> int:
    """How many pieces of work were opened on what a run of the screen, or a load, brought."""
    return sum(function(now, by) for function in _after_screen)


def also_daily(function: Daily) -> None:
    """Let something be done once for each day that is over; it must be safe to repeat."""
    if function not in _daily:
        _daily.append(function)


def also_ticks(function: Opens) -> None:
    """Let something be done by the worker every minute; it must be quick where there is nothing to do."""
    if function not in _ticks:
        _ticks.append(function)


def tick(now: datetime, by: str) -> int:
    """How much was done of what the worker does every minute."""
    return sum(function(now, by) for function in _ticks)


def do_daily(day: date, now: datetime, by: str) -> int:
    """How much was done of what is to be done once for a day that is over."""
    return sum(function(day, now, by) for function in _daily)


def set_off(item: WorkItem, step: Step, now: datetime) -> None:
    """Set off what a step that was taken sets off: what its own handling says, then what else follows."""
    handling_of(item.kind).follows(item, step, now)
    for function in _also.get(item.kind, ()):
        function(item, step, now)


def bars_undo(kind: str, function: Bar) -> None:
    """Let something stand in the way of taking a step of this kind of work back.

    The function says in a sentence why the step cannot be taken back, such as that word of it has left the
    force, or gives an empty text.
    """
    functions = _bars.setdefault(kind, [])
    if function not in functions:
        functions.append(function)


def why_not_undone(item: WorkItem, step: Step) -> str:
    """Why a step cannot be taken back; empty where nothing that it set off stands in the way."""
    return next((why for bar in _bars.get(item.kind, ()) if (why := bar(item, step))), "")
