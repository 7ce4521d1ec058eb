"""Marking one report, and what an auditor may see of an audit while it is blind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from firstpoint import casework
from firstpoint.casework import Moved, Transition
from firstpoint.errors import NotAllowed
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.audits.models import KIND, Audit, Mark, SampledReport
from firstpoint.workbench.ledger.keeping import keep, reference
from firstpoint.workbench.recording.bringing_back import put_right

_NUMBERS = ("should_record", "recorded", "in_time", "right_class")


@frozen
class Progress:
    """How far a person, or an audit, has come."""

    marked: int
    drawn: int

    @property
    def share(self) -> float:
        """The part that is marked, from 0 to 1."""
        return self.marked / self.drawn if self.drawn else 1.0


def audits_for(user: User) -> QuerySet[Any]:
    """The audits a person may see, newest first, ``drawn`` and ``marked``; an auditor's own part only."""
    mine = Q() if user.may("audits.results") else Q(reports__given_to=user)
    return (
        Audit.objects.filter(mine)
        .annotate(
            drawn=Count("reports", filter=mine or None), marked=Count("reports__mark", filter=mine or None)
        )
        .order_by("-opened_at")
    )


def own_reports(audit: Audit, user: User) -> QuerySet[SampledReport]:
    """The reports of an audit that this auditor was given, in order."""
    return audit.reports.filter(given_to=user).order_by("number")


def own_unmarked_first(audit: Audit, user: User) -> QuerySet[SampledReport]:
    """The same reports, those still to mark first."""
    return (
        own_reports(audit, user).select_related("mark").alias(done=Count("mark")).order_by("done", "number")
    )


def report_to_mark(audit_key: int, number: int, user: User) -> SampledReport:
    """One report of an audit, for the auditor it was given to: NotAllowed for others, Http404 for none."""
    found = (
        SampledReport.objects.select_related("audit", "mark")
        .filter(audit_id=audit_key, number=number)
        .first()
    )
    if found is None:
        raise Http404
    if found.given_to_id != user.pk:
        raise NotAllowed(
            "This report was given to another auditor, and marks are made without sight of each other.",
            where=f"audit {audit_key}, report {number}",
            remedy="Go on with your own reports.",
        )
    return found


def move_for(report: SampledReport) -> Transition:
    """What can be done with a report now: mark it, or change one's mark."""
    state = "marked" if hasattr(report, "mark") else "unmarked"
    return casework.transitions_from(state, KIND)[0]


def mark(report_key: int, version: int, user: User, given: Mapping[str, Any], now: datetime) -> Mark:
    """The mark as it was made or changed; the ledger says so. Raises Moved, NotAllowed or Incomplete."""
    with transaction.atomic():
        report = SampledReport.objects.select_for_update().filter(pk=report_key).first()
        if report is None:
            raise Http404
        if report.version != version:
            raise Moved(
                "This report was marked in another window while you had it open.",
                where=f"report {report.number}",
                remedy="Open it again to see the mark as it stands. What you wrote was not saved.",
            )
        move = move_for(report)
        _check(move, report, user, given)
        report.version += 1
        report.save(update_fields=["version"])
        told = is_missing_one(getattr(report, "mark", None))
        made, _ = Mark.objects.update_or_create(
            report=report, defaults={"auditor": user, "marked_at": now, **_fields(given)}
        )
        if not told:  # what was put right on an earlier mark may be decided by now
            put_right_what_it_missed(made, user, now)
        numbers = {name: getattr(made, name) for name in _NUMBERS}
        detail = {
            "report": reference("report", report.report_id),
            "kind_of_error": made.kind_of_error or None,
            **numbers,
        }
        keep(user.person.reference, f"marking.{move.transition}", f"audit:{report.audit_id}", detail)
    return made


def is_missing_one(mark: Mark | None) -> bool:
    """Whether a mark says that a crime is not recorded which should be."""
    return mark is not None and mark.should_record > mark.recorded


def put_right_what_it_missed(made: Mark, user: User, now: datetime) -> None:
    """Put a report on the list to decide, safeguarding first, where a mark says that a crime is missing.

    The sample keeps the state as at its draw, so that putting a miss right changes no estimate.
    """
    incident = made.report.incident
    if is_missing_one(made) and incident is not None:
        put_right(incident, user, now, reason="An audit found a crime that was missed.")


def next_unmarked(audit: Audit, user: User, after: int = 0) -> int | None:
    """The number of the next report this auditor has not marked: after ``after``, or else from the start."""
    waiting = own_reports(audit, user).filter(mark=None)
    found = waiting.filter(number__gt=after).first() or waiting.first()
    return found.number if found else None


def progress_of(audit: Audit, user: User | None = None) -> Progress:
    """How far an audit has come, or one auditor's part of it."""
    reports = audit.reports.filter(given_to=user) if user else audit.reports.all()
    counted = reports.aggregate(drawn=Count("pk"), marked=Count("mark"))
    return Progress(marked=counted["marked"], drawn=counted["drawn"])


def _check(move: Transition, report: SampledReport, user: User, given: Mapping[str, Any]) -> None:
    marked = getattr(report, "mark", None)
    if report.given_to_id != user.pk:
        raise NotAllowed("This report was given to another auditor.", remedy="Go on with your own reports.")
    casework.check(
        move,
        state_name="marked" if marked else "unmarked",
        person=user.person,
        authors={"mark": [f"user:{marked.auditor_id}"]} if marked else {},
        given=given,
    )


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: given.get(name) for name in _NUMBERS}
    return {**numbers, "kind_of_error": given.get("kind_of_error") or "", "note": given.get("note") or ""}
