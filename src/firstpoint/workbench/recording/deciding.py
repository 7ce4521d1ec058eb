"""Taking a decision: the check, the new state, the decision and its ledger entry, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404

from firstpoint import casework
from firstpoint.casework import Moved, Transition
from firstpoint.ledger import Detail
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.verdicts import required_of_work
from firstpoint.workbench.ledger.keeping import keep, reference, text_digest
from firstpoint.workbench.recording.models import KIND, Decision, RecordingWork


def check_decision(
    work: RecordingWork,
    version: int,
    move: Transition,
    user: User,
    given: Mapping[str, object],
    now: datetime,
) -> str:
    """The state to which this decision would lead; raises Moved, NotAllowed or Incomplete as casework does.

    ``version`` is the one that the person saw: where the work has moved since, they decided on something
    else.
    """
    if version != work.version:
        raise Moved(
            f"Somebody has moved this on while you had it open. It is now “{work.stands.title}”.",
            where=move.transition,
            remedy="Open the incident again and see what it needs now. What you wrote was not saved.",
        )
    return casework.check(
        move,
        state_name=work.state,
        person=user.person,
        authors=work.authors,
        given=given,
        late=work.is_late(now),
        against=bool(given) and _is_against_the_rules(move, work),
    )


def _is_against_the_rules(move: Transition, work: RecordingWork) -> bool:
    """Whether the move would leave unrecorded what the rules require on the facts found."""
    if move.action_against:
        return required_of_work(work.incident_id).asks_for_crimes
    return bool(move.when_against) and required_of_work(work.incident_id).asks_to_record


def decide(
    key: int, version: int, move: Transition, user: User, given: Mapping[str, object], now: datetime
) -> Decision:
    """The decision as it was taken; the work is in its new state and the ledger says so."""
    with transaction.atomic():
        work = RecordingWork.objects.select_for_update().filter(pk=key).first()
        if work is None:
            raise Http404
        came_from = work.state
        work.state = check_decision(work, version, move, user, given, now)
        work.version += 1
        work.authors = _authors(work.authors, move, user)
        work.save(update_fields=["state", "version", "authors"])
        decision = Decision.objects.create(
            work=work,
            transition=move.transition,
            from_state=came_from,
            to_state=work.state,
            by=user,
            at=now,
            late=work.is_late(now),
            given=_kept(move, given),
        )
        subject = reference("incident", work.incident_id)
        keep(user.person.reference, f"recording.{move.transition}", subject, _detail(decision))
    return decision


def moves_for(work: RecordingWork, user: User) -> tuple[Transition, ...]:
    """What this person may do to this work now."""
    return casework.available(KIND, work.state, user.person, work.authors)


def _authors(authors: Mapping[str, list[str]], move: Transition, user: User) -> dict[str, list[str]]:
    # Nobody is ever forgotten: else somebody could endorse their own removal once a colleague repeats it.
    earlier = authors.get(move.transition, ())
    return {**authors, move.transition: [*dict.fromkeys([*earlier, user.person.reference])]}


def _kept(move: Transition, given: Mapping[str, object]) -> dict[str, Any]:
    asked = {each.name for each in move.asks}
    return {name: answer for name, answer in given.items() if name in asked and answer not in (None, "")}


def _detail(decision: Decision) -> Detail:
    detail: dict[str, Any] = {
        "from": decision.from_state,
        "to": decision.to_state,
        "late": decision.late,
        "decision": decision.pk,
    }
    for asked in decision.move.asks:
        if asked.name in decision.given:
            detail[asked.name] = _referred(asked.form, decision.given[asked.name])
    return detail


def _referred(form: str, answer: Any) -> Any:
    if form == "text":
        return f"hmac-sha256:{text_digest(answer)}"
    if form == "crimes":
        return [f"{line['ho_class']}:{line['count']}" for line in answer]
    return answer
