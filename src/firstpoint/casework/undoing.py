"""Taking one's own last step back: within some minutes, and while nobody has acted on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from firstpoint.casework.policy import require
from firstpoint.casework.transitions import Moved, Person, Transition
from firstpoint.errors import NotAllowed

UNDO_WITHIN = timedelta(minutes=10)


def check_undo(
    last: Transition | None, *, by: str, at: datetime, state_name: str, person: Person, now: datetime
) -> None:
    """Raise Moved or NotAllowed unless this person may take back the ``last`` step on a piece of work.

    ``by`` took it at ``at``; ``state_name`` is where the work stands now. What the step set off is for the
    caller to look at.
    """
    if last is None or not last.undo or last.to_state != state_name:
        raise Moved(
            "There is nothing here that can be taken back.",
            where=last.transition if last else "undo",
            remedy="Open it again and see where it stands.",
        )
    if by != person.reference:
        raise NotAllowed(
            "Only the person who took a step may take it back.",
            where=last.transition,
            remedy="Ask them, or the registrar.",
        )
    if now - at > UNDO_WITHIN:
        raise Moved(
            f"A step can be taken back for {UNDO_WITHIN.seconds // 60} minutes, and these are over.",
            where=last.transition,
            remedy="Ask the registrar to reopen it, or decide again where the page offers it.",
        )
    require(person.roles, last.action)
