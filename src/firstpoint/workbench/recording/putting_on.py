"""Putting a report on the list to decide by hand, where whoever has read it thinks that it is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from firstpoint import casework
from firstpoint.casework import Incomplete, particular
from firstpoint.errors import Refused
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.incidents.restricting import refuse_if_shut
from firstpoint.workbench.work.cases import decisions_on
from firstpoint.workbench.work.models import FIRST, WorkItem
from firstpoint.workbench.work.opening import open_item

ASKED = (particular("list_reason"),)


def decision_on(incident_id: str) -> WorkItem | None:
    """The decision on a report that is on the list, or was; None for one that never was."""
    return decisions_on([incident_id]).get(incident_id)


def put_on_list(incident: Incident, user: User, given: Mapping[str, Any], now: datetime) -> WorkItem:
    """The decision that a report now waits for, at the head of the list.

    Its clock runs from the first report, however late it gets there. Raises Incomplete for a reason that is
    missing, Shut for a restricted report, and Refused where the report is on the list or was decided.
    """
    if faults := casework.faults_of(ASKED, given):
        raise Incomplete(faults)
    refuse_if_shut(user.person, incident.incident_id)
    if there := decision_on(incident.incident_id):
        raise _refused(there)
    try:
        with transaction.atomic():
            return open_item(
                "recording",
                by=user.person.reference,
                now=now,
                because="by_hand",
                incident=incident,
                priority=FIRST,
                particulars={"put_on": {"by": user.person.reference, "reason": given["list_reason"]}},
            )
    except IntegrityError:
        # Somebody else put it on between the look and the writing.
        if there := decision_on(incident.incident_id):
            raise _refused(there) from None
        raise


def _refused(there: WorkItem) -> Refused:
    if there.open:
        return Refused(
            f"This report is on the list already. It is “{there.stands.title}”.",
            where="list",
            remedy="Look for it in the queue.",
        )
    return Refused(
        f"This report was decided. It is “{there.stands.title}”.",
        where="list",
        remedy=f"{casework.who_could('recording.reopen')} can reopen it; an appeal can be received.",
    )
