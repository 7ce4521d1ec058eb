"""Taking a step: the check, the new state, the step and its ledger entry, all in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import Http404

from firstpoint import casework
from firstpoint.casework import Moved, Transition
from firstpoint.ledger import Detail
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.restricting import refuse_if_shut
from firstpoint.workbench.ledger.keeping import keep, text_digest
from firstpoint.workbench.work.clocks import due
from firstpoint.workbench.work.handling import handling_of, set_off
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import incident_of, subject_of


def check_step(
    item: WorkItem,
    version: int,
    move: Transition,
    user: User,
    given: Mapping[str, object] | None,
    now: datetime,
) -> str:
    """The state to which this step would lead; raises Moved, NotAllowed or Incomplete as casework does.

    ``version`` is the one that the person saw: where the work has moved since, they decided on something
    else. ``given`` is None where nobody was asked for anything yet.
    """
    refuse_if_shut(user.person, incident_of(item))
    refuse_if_moved(item, version, move.transition)
    to_state = casework.check(
        move,
        state_name=item.state,
        person=user.person,
        authors=item.authors,
        given=given or {},
        late=item.is_late(now),
        against=given is not None and is_against(item, move),
    )
    handling_of(item.kind).conditions(item, move, user.person, given or {}, now)
    return to_state


def refuse_if_moved(item: WorkItem, version: int, step: str) -> None:
    """Raise Moved where the work has moved since the version that a person saw."""
    if version != item.version:
        raise Moved(
            f"Somebody has moved this on while you had it open. It is now “{item.stands.title}”.",
            where=step,
            remedy="Open it again and see what it needs now. What you wrote was not saved.",
        )


def take_step(
    key: int, version: int, move: Transition, user: User, given: Mapping[str, object], now: datetime
) -> Step:
    """The step as it was taken; the work is in its new state and the ledger says so."""
    with transaction.atomic():
        item = WorkItem.objects.select_for_update().filter(pk=key, kind=move.kind).first()
        if item is None:
            raise Http404
        to_state = check_step(item, version, move, user, given, now)
        return _taken(item, move, to_state, user, given, now)


def follow_on(
    item: WorkItem, move: Transition, user: User, given: Mapping[str, object], now: datetime
) -> Step:
    """A step that follows from one that this person took elsewhere, in the transaction of that one.

    Whether they might take it by itself is not asked: the other step decided it. Raises Moved where the work
    does not stand where the step starts.
    """
    with transaction.atomic():
        held = WorkItem.objects.select_for_update().get(pk=item.pk)
        if held.state not in move.from_states:
            raise Moved(
                f"The work on it is now “{held.stands.title}”.",
                where=move.transition,
                remedy="Open the incident and see what it needs now.",
            )
        return _taken(held, move, move.to_state, user, given, now)


def _taken(
    item: WorkItem, move: Transition, to_state: str, user: User, given: Mapping[str, object], now: datetime
) -> Step:
    step = Step(
        item=item,
        transition=move.transition,
        from_state=item.state,
        to_state=to_state,
        by=user,
        at=now,
        late=item.is_late(now),
        given=kept_of(move, given),
    )
    _move_on(item, move, to_state, user, now)
    item.save()
    step.save()
    keep(user.person.reference, f"{item.kind}.{move.transition}", subject_of(item), _detail(step))
    set_off(item, step, now)
    _set_off_around(item, step, now)
    return step


def _set_off_around(item: WorkItem, step: Step, now: datetime) -> None:
    """Take the steps that this one sets off, by casework's table, on the work around it."""
    if (item.kind, step.transition) not in casework.setting_off():
        return
    around = Q(pk=item.origin_id) | Q(origin=item)
    for other in WorkItem.objects.select_for_update().filter(around).order_by("pk"):
        for move in casework.transitions_from(other.state, other.kind):
            if (item.kind, step.transition) in move.set_off_by:
                _taken(other, move, move.to_state, step.by, step.given, now)
                break


def is_against(item: WorkItem, move: Transition, case: Mapping[str, Any] | None = None) -> bool:
    """Whether a step would leave unrecorded what the rules require; asked where it makes a difference.

    ``case`` is what :func:`cases.case_of` gave, where it was asked already.
    """
    asks = move.when_against or move.action_against
    return bool(asks) and handling_of(item.kind).against(item, move, case or {})


def steps_for(item: WorkItem, user: User) -> tuple[Transition, ...]:
    """What this person may do to this work now."""
    offers = handling_of(item.kind).offers
    available = casework.available(item.kind, item.state, user.person, item.authors)
    return tuple(move for move in available if offers(item, move, user.person))


def kept_of(move: Transition, given: Mapping[str, object]) -> dict[str, Any]:
    """What is kept of what was given: the answers that the step asks for, without the empty ones."""
    asked = {each.name for each in move.asks}
    return {name: answer for name, answer in given.items() if name in asked and answer not in (None, "", [])}


def _move_on(item: WorkItem, move: Transition, to_state: str, user: User, now: datetime) -> None:
    item.due_at = _due(item, casework.state(item.kind, to_state), now)
    stand_in(item, to_state)
    # Nobody is ever forgotten: else somebody could endorse their own removal once a colleague repeats it.
    earlier = item.authors.get(move.transition, ())
    item.authors = {**item.authors, move.transition: [*dict.fromkeys([*earlier, user.person.reference])]}


def stand_in(item: WorkItem, to_state: str) -> None:
    """Put work into a state, with what the queues count by; nothing is saved yet."""
    state = casework.state(item.kind, to_state)
    item.state, item.open, item.waits_for = to_state, state.open, state.waits_for
    item.version += 1


def _due(item: WorkItem, state: casework.State, now: datetime) -> datetime | None:
    # A clock from the first report runs on whatever happens, and says later what was late.
    if not state.clock or (
        casework.clock(state.clock).starts == "report" and item.due_at and state.clock == item.stands.clock
    ):
        return item.due_at
    return due(state.clock, received_at=item.received_at, entered_at=now)


def _detail(step: Step) -> Detail:
    detail: dict[str, Any] = {
        "from": step.from_state,
        "to": step.to_state,
        "late": step.late,
        "step": step.pk,
    }
    for asked in step.move.asks:
        if asked.name in step.given:
            detail[asked.name] = _referred(asked.form, step.given[asked.name])
    return detail


def _referred(form: str, answer: Any) -> Any:
    if form == "text":
        return f"hmac-sha256:{text_digest(answer)}"
    if form == "information":
        return [f"hmac-sha256:{text_digest(chr(10).join(each.values()))}" for each in answer]
    if form == "facts":
        return f"hmac-sha256:{text_digest(json.dumps(answer, sort_keys=True))}"
    if form == "crimes":
        return [f"{line['ho_class']}:{line['count']}" for line in answer]
    return answer
