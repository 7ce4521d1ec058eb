"""The ledger, to read and to verify."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET, require_POST

from firstpoint.errors import LedgerBroken
from firstpoint.ledger import read_checkpoint
from firstpoint.workbench.accounts import people
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.ledger import witnessing
from firstpoint.workbench.ledger.keeping import keep, reference, verify_ledger
from firstpoint.workbench.ledger.models import LedgerEntry

ROWS_A_PAGE = 50


class _Whole(Paginator):
    """Pages of the whole ledger. Its entries are numbered without a gap, so that nobody has to count them."""

    @cached_property
    def count(self) -> int:
        """How many entries there are."""
        last = LedgerEntry.objects.order_by("-sequence").first()
        return last.sequence if last else 0


@page("ledger.see")
@require_GET
def entries(request: Signed) -> HttpResponse:
    """The entries, newest first; one subject or one person alone when the address says so."""
    return _shown(request)


@page("ledger.see")
@require_POST
def verify(request: Signed) -> HttpResponse:
    """The same page with the outcome of a verification."""
    path = settings.CHECKPOINTS
    try:
        result = verify_ledger(read_checkpoint(path) if path and path.is_file() else ())
    except LedgerBroken as broken:
        return _shown(request, broken=broken)
    keep(request.user.person.reference, "ledger.verified", f"entry:{result.entries}")
    return _shown(request, result=result)


def _shown(request: Signed, **outcome: object) -> HttpResponse:
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("subject", "actor")}
    rows = LedgerEntry.objects.order_by("-sequence")
    if asked["subject"]:
        # An incident's reference as people write it, or a subject as the ledger writes it.
        rows = rows.filter(subject__in=[asked["subject"], reference("incident", asked["subject"])])
    if asked["actor"]:
        rows = rows.filter(actor=people.reference_of(asked["actor"]))
    pages = Paginator(rows, ROWS_A_PAGE) if any(asked.values()) else _Whole(rows, ROWS_A_PAGE)
    here = pages.get_page(request.GET.get("page", "1"))
    context = {
        "here": here,
        "names": people.names(),
        "asked": asked,
        "witnessed": witnessing.standing(),
        **outcome,
    }
    return render(request, "workbench/ledger.html", context)
