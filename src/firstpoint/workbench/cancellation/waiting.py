"""For whom a request waits: the first role that the book would let decide it."""

from __future__ import annotations

from datetime import datetime

from firstpoint.workbench.cancellation import deciding
from firstpoint.workbench.cancellation.advising import advice_on
from firstpoint.workbench.cancellation.records import question_of
from firstpoint.workbench.work.models import WorkItem

#: Who is asked first where several could: a registrar has to decide what nobody else may.
_FIRST = ("designated_decision_maker", "registrar", "chief_officer")


def set_who_it_waits_for(item: WorkItem, now: datetime) -> None:
    """Note on work that waits for a decision which role it waits for; the caller saves it."""
    if item.state != "requested":
        return
    registered = deciding.has_registered_registrar()
    could = deciding.who_could(question_of(item), now, registered=registered)
    roles = [each.decider.role for each in could]
    role = min(roles, key=_FIRST.index, default="registrar")
    item.waits_for = "registrar" if role == "chief_officer" and advice_on(item) is None else role
