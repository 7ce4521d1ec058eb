"""Taking one's own last step back, with what it set off and nobody has touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404

from firstpoint import casework
from firstpoint.errors import FirstpointError, Refused
from firstpoint.ledger import Detail
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.work.cases import refuse_if_shut
from firstpoint.workbench.work.clocks import due
from firstpoint.workbench.work.handling import handling_of, why_not_undone
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.opening import subject_of
from firstpoint.workbench.work.stepping import refuse_if_moved, stand_in

_AT_WORK = "Somebody has begun the work that it set off."


def take_back(kind: str, key: int, version: int, user: User, now: datetime) -> Step:
    """The step that takes this person's last step back: the work stands where it stood before.

    Raises Moved or NotAllowed as casework does, and Refused where what the step set off cannot be called
    back.
    """
    with transaction.atomic():
        item = WorkItem.objects.select_for_update().filter(pk=key, kind=kind).first()
        if item is None:
            raise Http404
        refuse_if_shut(item, user.person)
        refuse_if_moved(item, version, casework.UNDO)
        last = _last(item)
        _check(item, last, user, now)
        if last is None:  # the check has refused it; for type checkers
            raise Http404
        _withdraw(_raised(item, last), user)
        handling_of(item.kind).undoes(item, last)
        return _undone(item, last, user, now)


def until(item: WorkItem, history: Sequence[Step], user: User, now: datetime) -> datetime | None:
    """Until when this person may take back the last step of the history; None where they may not."""
    last = history[-1] if history else None
    try:
        _check(item, last, user, now)
    except FirstpointError:
        return None
    return last.at + casework.UNDO_WITHIN if last else None


def _check(item: WorkItem, last: Step | None, user: User, now: datetime) -> None:
    casework.check_undo(
        last.move if last else None,
        by=last.by.person.reference if last else "",
        at=last.at if last else now,
        state_name=item.state,
        person=user.person,
        now=now,
    )
    if last is None:
        return
    why = why_not_undone(item, last) or (_AT_WORK if _is_acted_on(item, last) else "")
    if why:
        raise Refused(why, where=last.transition, remedy="Ask the registrar, who can reopen it.")


def _last(item: WorkItem) -> Step | None:
    return item.steps.select_related("by", "item").order_by("-pk").first()


def _raised(item: WorkItem, last: Step) -> list[WorkItem]:
    """What the step itself had opened: at its own moment."""
    return list(WorkItem.objects.filter(origin=item, opened_at=last.at).order_by("pk"))


def _is_acted_on(item: WorkItem, last: Step) -> bool:
    """Whether a step was taken on work that this one set off, or set off with it on work around it; or
    whether somebody has opened more on it since, such as an appeal.
    """
    around = Step.objects.filter(pk__gt=last.pk)
    if WorkItem.objects.filter(origin=item, opened_at__gt=last.at).exists():
        return True
    return around.filter(item__origin=item).exists() or (
        item.origin_id is not None and around.filter(item=item.origin_id, at=last.at).exists()
    )


def _withdraw(raised: Sequence[WorkItem], user: User) -> None:
    """Take away what the step had opened; the ledger keeps that it was opened and withdrawn."""
    for each in raised:
        keep(user.person.reference, f"{each.kind}.withdrawn", subject_of(each), {"work": each.pk})
        try:
            each.delete()
        except ProtectedError as held:
            raise Refused(_AT_WORK, where=each.kind, remedy="Ask the registrar to reopen it.") from held


def _undone(item: WorkItem, last: Step, user: User, now: datetime) -> Step:
    state = casework.state(item.kind, last.from_state)
    earlier = item.steps.filter(pk__lt=last.pk).order_by("-pk").first()
    if state.clock:
        # Taking back gives nobody more time: the clock runs from when the work first came there.
        entered = earlier.at if earlier else item.opened_at
        item.due_at = due(state.clock, received_at=item.received_at, entered_at=entered)
    step = Step(
        item=item, transition=casework.UNDO, from_state=item.state, to_state=last.from_state, by=user, at=now
    )
    stand_in(item, last.from_state)
    last.undone = True
    last.save(update_fields=["undone"])
    item.save()
    step.save()
    detail: Detail = {"from": step.from_state, "to": step.to_state, "step": step.pk, "of": last.pk}
    keep(user.person.reference, f"{item.kind}.{casework.UNDO}", subject_of(item), detail)
    return step
