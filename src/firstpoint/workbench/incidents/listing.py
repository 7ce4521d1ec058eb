"""The ranked list: which incidents, in which order, by what stands in the address of the page.

Rows hold references, codes, times and scores. They hold nothing of what was said or of whom, so a look at
the list is not a look at a person's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from attrs import evolve, frozen
from django.db.models import QuerySet

from firstpoint.workbench.incidents.finding import begins
from firstpoint.workbench.incidents.models import Incident, Screened
from firstpoint.workbench.paging import Here, holds, page_number, page_of
from firstpoint.workbench.times import in_london

ORDERS = {
    "rank": ("Rank", ("rank",), ("-rank",)),
    "received": ("Received", ("incident__received_at", "rank"), ("-incident__received_at", "rank")),
    "chance": ("Score", ("-chance_unrecorded", "rank"), ("chance_unrecorded", "-rank")),
    "harm": ("Harm", ("-harm", "rank"), ("harm", "-rank")),
    "crimes": ("Expected crimes", ("-expected_crimes", "rank"), ("expected_crimes", "-rank")),
}


@frozen
class Wanted:
    """What somebody asked to see: incidents opened under which code, whose reference begins with what, in
    which order.

    ``order`` is a key of ORDERS, with a minus for the other way round.
    """

    opened_as: str = ""
    find: str = ""
    order: str = "rank"
    page: int = 1

    def address(self, **instead: Any) -> str:
        """The part of an address after the question mark that asks for this, with some of it changed."""
        asked = evolve(self, **{"page": 1, **instead})
        default = Wanted()
        kept = {
            name: getattr(asked, name)
            for name in ("opened_as", "find", "order", "page")
            if getattr(asked, name) != getattr(default, name)
        }
        return "?" + urlencode(kept) if kept else "?"

    def next_order(self, column: str) -> str:
        """The order that a press on a column's heading asks for: by it, or the other way round."""
        return f"-{column}" if self.order == column else column

    def sorted_by(self, column: str) -> str:
        """How a column is sorted now, in the words of ``aria-sort``."""
        if self.order.lstrip("-") != column:
            return "none"
        first = ORDERS[column][1][0] if self.order == column else ORDERS[column][2][0]
        return "descending" if first.startswith("-") else "ascending"


def wanted(asked: Mapping[str, str]) -> Wanted:
    """What an address asks for; whatever in it makes no sense is left out."""
    order = asked.get("order", "")
    return Wanted(
        opened_as=asked.get("opened_as", "").strip()[:100],
        find=asked.get("find", "").strip()[:100],
        order=order if order.lstrip("-") in ORDERS and order.count("-") <= 1 else "rank",
        page=page_number(asked.get("page", "")),
    )


def listed(asked: Wanted) -> Here[Screened]:
    """One page of what was asked for."""
    return page_of(_ordered(_chosen(asked), asked.order), asked.page)


def newest_day() -> date | None:
    """The newest London day that a screened incident was received on; None before any was screened."""
    newest = Screened.objects.order_by("-incident__received_at").values_list(
        "incident__received_at", flat=True
    )
    moment = newest.first()
    local = in_london(moment) if moment else None
    return local.date() if local else None


def _chosen(asked: Wanted) -> QuerySet[Screened]:
    rows = Screened.objects.select_related("incident").defer("disclosures", "incident__text")
    if asked.opened_as:
        rows = rows.filter(holds(Incident, "opening_code", asked.opened_as, path="incident__"))
    if asked.find:
        rows = rows.filter(begins("incident__incident_id", asked.find))
    return rows


def _ordered(rows: QuerySet[Screened], order: str) -> QuerySet[Screened]:
    _, forward, backward = ORDERS[order.lstrip("-")]
    return rows.order_by(*(backward if order.startswith("-") else forward))
