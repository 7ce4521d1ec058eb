"""What waits for a person today: a part for each thing their roles let them do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import field, frozen
from django.urls import reverse

from firstpoint import casework
from firstpoint.casework.clocks import LONDON
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.audits import marking
from firstpoint.workbench.boards.models import PublishedPaper
from firstpoint.workbench.imports.models import LoadedExtract
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.recording import removals
from firstpoint.workbench.recording.lateness import how_many_late, late_decisions
from firstpoint.workbench.work import queues
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import shut_to

_MOST_KINDS = 3
"""Of so many queues the first few pieces of work are named: those with the most overdue."""


@frozen
class Figure:
    """A number worth a look, with what it counts and where it leads; ``waits`` says that it is work to do."""

    number: int | None
    label: str
    href: str = ""
    late: bool = False
    waits: bool = True


@frozen
class Part:
    """One kind of work: its figures, its first few pieces, and what to say when there is nothing to do."""

    title: str
    figures: tuple[Figure, ...] = ()
    first: Sequence[WorkItem] = ()
    links: tuple[tuple[str, str], ...] = ()
    empty: str = ""
    start: tuple[str, str] | None = field(default=None)


def parts_for(user: User, now: datetime) -> tuple[Part, ...]:
    """The parts of this person's day, most pressing first."""
    makers = (
        ("recording.decide", _to_decide),
        ("removals.list", _to_endorse),
        ("work.queues", _other_queues),
        ("recording.late", _late),
        ("audits.mark", _to_mark),
        ("audits.results", _audits),
        ("boards.read", _papers),
        ("ledger.see", _ledger),
        ("imports.see", _extracts),
        ("accounts.see", _people),
        ("work.queues", _done),
    )
    made = (make(user, now) for action, make in makers if user.may(action))
    return tuple(part for part in made if part)


def _other_queues(user: User, now: datetime) -> Part:
    """The queues with open work that waits for a role of this person, what is overdue, and the first few."""
    rows = [
        (casework.kind_of_work(name), waiting, late)
        for name, waiting, late in queues.waiting_for(user.roles, now)
        if name != "recording"
    ]
    seen = [row for row in rows if user.may(row[0].see)]
    pressing = sorted(seen, key=lambda row: -row[2])[:_MOST_KINDS]
    first = queues.next_by_clock([kind.kind for kind, *_ in pressing], user.roles)
    shut = shut_to(user.person, first)
    return Part(
        title="Waiting for you in other queues" if user.may("recording.decide") else "Waiting for you",
        figures=tuple(
            Figure(
                late or waiting,
                f"{kind.title}{': overdue' if late else ''}",
                _address(kind, late),
                late=bool(late),
            )
            for kind, waiting, late in seen
        ),
        links=tuple(
            (
                f"{each.reference}, {each.of_kind.one}: {each.time_left(now)}",
                reverse(f"item-{each.kind}", args=[each.pk]),
            )
            for each in first
            if each.pk not in shut
        ),
        empty="" if seen else "Nothing waits for your roles. Look at all queues that you can see.",
        start=("See all queues", reverse("work")) if not seen else None,
    )


def _done(user: User, now: datetime) -> Part | None:
    midnight = now.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    done = queues.steps_since(user, midnight)
    return Part(title="Done by you today", figures=(Figure(done, "steps taken"),)) if done else None


def _address(kind: casework.Kind, late: int) -> str:
    return reverse(f"queue-{kind.kind}") + ("?show=overdue" if late else "")


def _to_decide(user: User, now: datetime) -> Part:
    address = reverse("queue-recording")
    gravest = queues.first_few("recording", now)
    shut = shut_to(user.person, gravest)
    first = [each for each in gravest if each.pk not in shut]
    ready = queues.first_few("recording", now, show="awaiting_decision", most=1)
    overdue = queues.how_many("recording", now, "overdue")
    return Part(
        title="Reports to decide",
        figures=(
            Figure(overdue, "overdue", f"{address}?show=overdue", late=overdue != 0),
            Figure(queues.how_many("recording", now, "soon"), "due within 4 hours", f"{address}?show=soon"),
            Figure(queues.how_many("recording", now), "to decide in all", address),
        ),
        first=first,
        empty="" if gravest else "No report waits for a decision.",
        start=("Decide the first", reverse("item-recording", args=[ready[0].pk])) if ready else None,
    )


def _to_endorse(user: User, now: datetime) -> Part:
    waiting = removals.waiting(now)
    others = [work for work in waiting if not removals.is_own(work, user.person.reference)]
    own, number = len(waiting) - len(others), queues.how_many("recording", now, removals.WAITING)
    # Beyond what is shown nobody has looked at whose they are.
    for_me = user.may("removals.endorse") and number == len(waiting)
    return Part(
        title="Removals to endorse",
        figures=(
            Figure(
                len(others) if for_me else number,
                "waiting for you" if for_me else "waiting",
                reverse("removals"),
            ),
            *((Figure(own, "your own, for somebody else"),) if own and for_me else ()),
        ),
        empty="" if waiting else "No removal waits for endorsement.",
    )


def _late(_user: User, now: datetime) -> Part:
    week = now - timedelta(days=7)
    late, number = late_decisions(week), how_many_late(week)
    return Part(
        title="Decided late in the last 7 days",
        figures=(Figure(number, "late decisions", reverse("late-decisions"), late=bool(late)),),
        links=tuple(
            (f"{each.item.incident_id}: {each.move.title}", reverse("item-recording", args=[each.item_id]))
            for each in late[:5]
        ),
    )


def _to_mark(user: User, _now: datetime) -> Part:
    audits = [audit for audit in marking.audits_for(user) if audit.marked < audit.drawn]
    left = sum(audit.drawn - audit.marked for audit in audits)
    return Part(
        title="Reports to mark",
        figures=(Figure(left, "of your reports still to mark", reverse("audits")),) if audits else (),
        links=tuple((audit.title, reverse("audit", args=[audit.pk])) for audit in audits),
        empty="You have marked every report you were given." if not audits else "",
        start=("Go on marking", reverse("audit-next", args=[audits[0].pk])) if audits else None,
    )


def _audits(user: User, _now: datetime) -> Part:
    audits = list(marking.audits_for(user)[:3])
    return Part(
        title="Audits",
        links=tuple(
            (f"{audit.title}: {audit.marked} of {audit.drawn} marked", reverse("audit", args=[audit.pk]))
            for audit in audits
        ),
        empty="No audit was drawn yet." if not audits else "",
    )


def _papers(_user: User, _now: datetime) -> Part:
    papers = PublishedPaper.objects.defer("blocks", "pdf").order_by("-published_at")[:3]
    links = tuple((f"{paper.title}, {paper.period}", reverse("paper", args=[paper.pk])) for paper in papers)
    return Part(title="Board papers", links=links, empty="" if links else "No paper was published yet.")


def _ledger(_user: User, _now: datetime) -> Part:
    last = LedgerEntry.objects.order_by("-sequence").first()
    entries = Figure(last.sequence if last else 0, "entries", reverse("ledger"), waits=False)
    return Part(title="Ledger", figures=(entries,))


def _extracts(_user: User, _now: datetime) -> Part:
    last = LoadedExtract.objects.order_by("-loaded_at").first()
    aside = sum(LoadedExtract.objects.values_list("rows_set_aside", flat=True))
    return Part(
        title="Extracts",
        figures=(Figure(aside, "rows set aside", reverse("imports"), late=aside > 0),) if last else (),
        empty="" if last else "No extract was loaded yet.",
    )


def _people(_user: User, _now: datetime) -> Part:
    accounts = Figure(
        User.objects.filter(is_active=True).count(), "accounts", reverse("accounts"), waits=False
    )
    return Part(title="People", figures=(accounts,))
