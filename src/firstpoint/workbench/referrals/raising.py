"""What raises a referral: a decision to record a crime."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from firstpoint.vocabulary import offence_class
from firstpoint.workbench.referrals.models import FAILED, OPTED_OUT, SENT, WAITING, WITHDRAWN, Referral
from firstpoint.workbench.safeguarding.vulnerable import reasons
from firstpoint.workbench.work.models import Step, WorkItem

_UNSURE = (WAITING, WITHDRAWN, FAILED)


def raised_by_a_decision(item: WorkItem, step: Step, now: datetime) -> None:
    """Refer the victim of each crime that was decided to be recorded.

    Of a report that is decided anew nobody is referred twice, nor against what they said. One that was not
    noted as sent may have arrived all the same: it goes again under its own key, by which the receiver
    knows it.
    """
    if step.transition != "record":
        return
    # A decision that was taken back or overtaken refers nobody, unless word of it went out already.
    Referral.objects.filter(step__item=item, state=WAITING).update(state=WITHDRAWN)
    incident_id = str(item.incident_id)
    why = reasons([incident_id]).get(incident_id, "")
    lines = [line for line in step.given["crimes"] if has_victim(line["ho_class"])]
    counts = Counter({line["ho_class"]: line["count"] for line in lines})
    settled = Referral.objects.filter(incident_id=incident_id, state__in=(SENT, OPTED_OUT))
    counts.subtract(settled.values_list("ho_class", flat=True))
    classes = [ho_class for ho_class, count in counts.items() for _ in range(count)]
    earlier = list(Referral.objects.filter(incident_id=incident_id, state__in=_UNSURE).order_by("pk"))
    for number, ho_class in enumerate(classes, start=1):
        each = next((old for old in earlier if old.ho_class == ho_class), None)
        if each is None:
            each = Referral(incident_id=incident_id, ho_class=ho_class, raised_at=now)
        else:
            earlier.remove(each)
            each.tries = 0
        each.step, each.number, each.state = step, number, WAITING
        each.vulnerable, each.next_try_at = why, now
        each.save()


def has_victim(ho_class: str) -> bool:
    """Whether a class is of crimes that are done to somebody; an offence against the state has no victim."""
    found = offence_class(ho_class)
    return found is None or found.victim_or_state != "S"


def why_not_taken_back(_item: WorkItem, step: Step) -> str:
    """Why a decision to record can no longer be taken back: its victim has been referred."""
    if step.transition == "record" and step.referrals.filter(state=SENT).exists():
        return "Its victim has been referred to support."
    return ""
