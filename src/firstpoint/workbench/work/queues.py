"""The queues: which pieces of work, in which order, by what stands in the address of the page.

Rows hold references, codes, times and scores. They hold nothing of what was said or of whom, so a look at a
queue is not a look at a person's data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from attrs import evolve, frozen
from django.db.models import Count, Q, QuerySet

from firstpoint import casework
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.finding import begins
from firstpoint.workbench.paging import Here, counted, holds, page_number, page_of
from firstpoint.workbench.work.models import Step, WorkItem

ORDERS = {
    "priority": ("Harm × score", ("-priority", "pk"), ("priority", "-pk")),
    "clock": ("Clock", ("due_at", "-priority", "pk"), ("-due_at", "-priority", "pk")),
    "received": ("Received", ("-received_at", "pk"), ("received_at", "-pk")),
}
_OPEN, _OVERDUE, _SOON, _DONE = "open", "overdue", "soon", "done"


@frozen
class Wanted:
    """What somebody asked to see of one kind of work.

    ``show`` is ``open``, ``overdue``, ``soon``, ``done`` or a state; ``unit`` and ``opened_as`` are words
    that the unit or the opening code holds, ``find`` words that the reference begins with; ``order`` is a key
    of ORDERS, with a minus for the other way round.
    """

    kind: str
    show: str = _OPEN
    opened_as: str = ""
    unit: str = ""
    find: str = ""
    order: str = "priority"
    page: int = 1

    def address(self, **instead: Any) -> str:
        """The part of an address after the question mark that asks for this, with some of it changed."""
        asked = evolve(self, **{"page": 1, **instead})
        default = Wanted(self.kind)
        names = ("show", "opened_as", "unit", "find", "order", "page")
        kept = {
            name: getattr(asked, name) for name in names if getattr(asked, name) != getattr(default, name)
        }
        return "?" + urlencode(kept) if kept else "?"

    @property
    def query(self) -> str:
        """The part of an address that asks for this, empty where an address without one does."""
        address = self.address()
        return "" if address == "?" else address

    def next_order(self, column: str) -> str:
        """The order that a press on a column's heading asks for: by it, or the other way round."""
        return f"-{column}" if self.order == column else column

    def sorted_by(self, column: str) -> str:
        """How a column is sorted now, in the words of ``aria-sort``."""
        if self.order.lstrip("-") != column:
            return "none"
        first = ORDERS[column][1][0] if self.order == column else ORDERS[column][2][0]
        return "descending" if first.startswith("-") else "ascending"


def shown(kind: str) -> dict[str, str]:
    """What can be chosen to be shown of a kind of work, in words, by name."""
    return {
        _OPEN: "All open",
        _OVERDUE: "Overdue",
        _SOON: "Due soon",
        **{each.state: each.title for each in casework.states(kind)},
        _DONE: "Done",
    }


def wanted(kind: str, asked: Mapping[str, str]) -> Wanted:
    """What an address asks for; whatever in it makes no sense is left out."""
    show, order = asked.get("show", ""), asked.get("order", "")
    words = {
        name: asked.get(name, "").replace("\x00", "").strip()[:100] for name in ("opened_as", "unit", "find")
    }
    return Wanted(
        kind=kind,
        show=show if show in shown(kind) else _OPEN,
        order=order if order.lstrip("-") in ORDERS and order.count("-") <= 1 else "priority",
        page=page_number(asked.get("page", "")),
        **words,
    )


def listed(asked: Wanted, now: datetime) -> Here[WorkItem]:
    """One page of what was asked for."""
    rows = chosen(asked, now).defer("particulars", "authors")
    return page_of(ordered(rows, asked.order), asked.page)


def how_many(kind: str, now: datetime, show: str = _OPEN) -> int | None:
    """How many pieces of work of a kind a choice holds; None where they are more than are counted."""
    return counted(chosen(Wanted(kind, show=show), now))


def waiting_for(roles: Collection[str], now: datetime) -> list[tuple[str, int, int]]:
    """The kinds of work, but reports to decide, of which some waits for one of these roles: how many do, and
    how many are overdue. Reports to decide are very many, and have figures of their own.
    """
    others = [kind for kind in casework.kinds() if kind != "recording"]
    rows = WorkItem.objects.filter(whether_open(), waits_for__in=roles, kind__in=others).values("kind")
    found = rows.annotate(waiting=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    counts = {row["kind"]: (row["waiting"], row["late"]) for row in found.order_by()}
    return [(kind, *counts[kind]) for kind in casework.kinds() if kind in counts]


def first_few(kind: str, now: datetime, *, show: str = _OPEN, most: int = 5) -> list[WorkItem]:
    """The first rows of a queue."""
    return list(ordered(chosen(Wanted(kind, show=show), now), "priority")[:most])


def next_by_clock(kinds: Collection[str], roles: Collection[str], most: int = 3) -> list[WorkItem]:
    """The first few pieces of work of each of some kinds that wait for one of these roles, soonest first."""
    found: list[WorkItem] = []
    for kind in kinds:
        rows = WorkItem.objects.filter(whether_open(), kind=kind, waits_for__in=roles, due_at__isnull=False)
        found += rows.order_by("due_at", "pk")[:most]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at, each.pk))


def steps_since(person: User, moment: datetime) -> int:
    """How many steps a person took since a moment."""
    return Step.objects.filter(by=person, at__gte=moment).count()


def beside(item: WorkItem, asked: Wanted, now: datetime) -> tuple[WorkItem | None, WorkItem | None]:
    """The pieces of work before and after one in a queue ordered by priority."""
    rows = chosen(asked, now).only("kind", "incident", "crime")
    # The first condition says where in the index to begin, the second which of those beside it are meant.
    earlier = rows.filter(priority__gte=item.priority).exclude(priority=item.priority, pk__gte=item.pk)
    later = rows.filter(priority__lte=item.priority).exclude(priority=item.priority, pk__lte=item.pk)
    return earlier.order_by("priority", "-pk").first(), later.order_by("-priority", "pk").first()


def chosen(asked: Wanted, now: datetime) -> QuerySet[WorkItem]:
    """The pieces of work that somebody asked for, in no order."""
    rows = WorkItem.objects.filter(_state(asked, now))
    if asked.opened_as:
        rows = rows.filter(_holds("opening_code", asked.opened_as, asked))
    if asked.unit:
        rows = rows.filter(_holds("unit", asked.unit, asked))
    if asked.find:
        about = casework.kind_of_work(asked.kind).about
        rows = rows.filter(begins(f"{about}__{about}_id", asked.find))
    return rows


def whether_open(is_open: bool = True) -> Q:
    """That work is open, or that it is not, so written that SQLite finds it by an index.

    Django writes a truth that is asked for by itself as the bare column, in which SQLite sees no value.
    """
    return Q(open__in=[is_open])


def _holds(column: str, words: str, asked: Wanted) -> Q:
    return holds(WorkItem, column, words, kind=asked.kind, open=_is_open(asked))


def _is_open(asked: Wanted) -> bool:
    if asked.show in (_OPEN, _OVERDUE, _SOON, _DONE):
        return asked.show != _DONE
    return casework.state(asked.kind, asked.show).open


def ordered(rows: QuerySet[WorkItem], order: str) -> QuerySet[WorkItem]:
    """The rows in an order of ORDERS."""
    _, forward, backward = ORDERS[order.lstrip("-")]
    return rows.order_by(*(backward if order.startswith("-") else forward))


def _state(asked: Wanted, now: datetime) -> Q:
    of_kind = whether_open(_is_open(asked)) & Q(kind=asked.kind)
    if asked.show in (_OPEN, _DONE):
        return of_kind
    if asked.show == _OVERDUE:
        return of_kind & Q(due_at__lt=now)
    if asked.show == _SOON:
        return of_kind & Q(due_at__gte=now, due_at__lt=now + timedelta(hours=_warning(asked.kind)))
    return of_kind & Q(state=asked.show)


def _warning(kind: str) -> int:
    clocks = {each.clock for each in casework.states(kind) if each.clock}
    return max((casework.clock(name).warn_hours for name in clocks), default=0)
