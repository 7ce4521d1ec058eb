"""The removals that wait for a second person: the list, and endorsing several of them with open eyes.

Several removals are endorsed together only from a page that shows each of them with its reason and what the
rules require. One's own, and those that go against the rules, are never among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen
from django.db.models import OuterRef, Subquery
from django.http import Http404

from firstpoint import casework
from firstpoint.errors import FirstpointError
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.verdicts import RequiredOf
from firstpoint.workbench.recording.handling import REMOVING, removal_step
from firstpoint.workbench.work import cases, queues, stepping
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.writing import said

MOST_SHOWN, MOST_TOGETHER = 200, 20
WAITING = "awaiting_endorsement"
_REASONS = ("removal_reason", "crime_related_reason", "other_force", "other_reference", "recorded_reference")
_OWN = "It is your own decision, and a second person has to look at it."
_AGAINST = "It goes against what the rules require on the facts found: endorse or return it by itself."


@frozen
class Removal:
    """A removal as it is shown before it is endorsed with others; ``why_not`` says why it cannot be."""

    item: WorkItem
    decision: str = ""
    reasons: tuple[str, ...] = ()
    rationale: str = ""
    required: RequiredOf | None = None
    why_not: str = ""


def waiting(now: datetime, asked: Mapping[str, str] | None = None) -> Sequence[WorkItem]:
    """The removals that wait for endorsement, the most urgent first: references and times alone.

    ``asked`` holds the filters of an address: ``opened_as``, ``unit``, ``find``, ``decision`` and ``late``.
    """
    asked = asked or {}
    wanted = queues.wanted("recording", {**asked, "show": WAITING})
    steps = Step.objects.filter(item=OuterRef("pk")).order_by("-pk").values("transition")[:1]
    rows = queues.chosen(wanted, now).annotate(decision=Subquery(steps))
    if asked.get("decision") in REMOVING:
        rows = rows.filter(decision=asked["decision"])
    if asked.get("late"):
        rows = rows.filter(due_at__lt=now)
    return list(rows.order_by("due_at", "pk")[:MOST_SHOWN])


def is_own(item: WorkItem, reference: str) -> bool:
    """Whether this person ever decided that it is to be removed, and so can never endorse its removal."""
    return item.is_own(reference, *REMOVING)


def looked_at(ticked: Sequence[str], user: User) -> list[Removal]:
    """Each ticked removal (key and version) with its reason and what the rules require, each look kept."""
    return [_looked_at(*_parted(each), user) for each in ticked[:MOST_TOGETHER]]


def endorse_each(ticked: Sequence[str], user: User, now: datetime) -> tuple[list[str], list[str]]:
    """Endorse each ticked removal as a step of its own; the references endorsed, and why others were not."""
    endorsed, skipped = [], []
    for each in ticked[:MOST_TOGETHER]:
        key, version = _parted(each)
        item = cases.work_item("recording", key)
        try:
            if why := _why_not(item, version, user):
                skipped.append(f"{item.reference}: {why}")
                continue
            move = casework.transition("recording", "endorse")
            stepping.take_step(key, version, move, user, {}, now)
            endorsed.append(item.reference)
        except FirstpointError as refusal:
            skipped.append(f"{item.reference}: {refusal.message}")
    return endorsed, skipped


def _looked_at(key: int, version: int, user: User) -> Removal:
    item = cases.work_item("recording", key)
    try:
        why = _why_not(item, version, user)
        case = cases.case_of(item, user.person)
    except FirstpointError as refusal:
        return Removal(item, why_not=refusal.message)
    step = removal_step(item)
    given: Mapping[str, Any] = step.given if step else {}
    asked = [casework.particular(name) for name in _REASONS if name in given]
    return Removal(
        item=item,
        decision=step.move.title if step else "",
        reasons=tuple(line for each in asked for line in said(each, given[each.name])),
        rationale=str(given.get("rationale", "")),
        required=case["required"],
        why_not=why,
    )


def _why_not(item: WorkItem, version: int, user: User) -> str:
    cases.refuse_if_shut(item, user.person)
    if item.version != version or item.state != WAITING:
        return f"Somebody has moved it on; it is now “{item.stands.title}”."
    if is_own(item, user.person.reference):
        return _OWN
    return _AGAINST if stepping.is_against(item, casework.transition("recording", "endorse")) else ""


def _parted(ticked: str) -> tuple[int, int]:
    key, _, version = ticked.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (key, version)):
        raise Http404
    return int(key), int(version)
