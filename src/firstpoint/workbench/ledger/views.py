"""The ledger, to read and to verify."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from firstpoint.errors import LedgerBroken
from firstpoint.workbench.accounts import people
from firstpoint.workbench.gate import page
from firstpoint.workbench.ledger.keeping import keep, verify_ledger
from firstpoint.workbench.ledger.models import LedgerEntry

ROWS_A_PAGE = 50


@page("ledger.see")
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """The entries, newest first; one subject or one person alone when the address says so."""
    return _shown(request)


@page("ledger.see")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """The same page with the outcome of a verification."""
    try:
        outcome = {"result": verify_ledger()}
    except LedgerBroken as broken:
        outcome = {"broken": broken}
    else:
        keep(request.user.person.reference, "ledger.verified", f"entry:{outcome['result'].entries}")
    return _shown(request, **outcome)


def _shown(request: HttpRequest, **outcome: object) -> HttpResponse:
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("subject", "actor")}
    rows = LedgerEntry.objects.order_by("-sequence").filter(
        **{name: text for name, text in asked.items() if text}
    )
    here = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page", "1"))
    return render(
        request, "workbench/ledger.html", {"here": here, "names": people.names(), "asked": asked, **outcome}
    )
