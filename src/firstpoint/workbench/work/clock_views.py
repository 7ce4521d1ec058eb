"""How long each clock runs, who set it so, and since when."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from firstpoint import casework
from firstpoint.workbench.accounts import people
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.work.clocks import amounts, history, set_clock


@page("settings.clocks")
@require_http_methods(["GET", "POST"])
def clocks(request: Signed) -> HttpResponse:
    """Every clock with its setting and their history; the registrar sets one, with a reason."""
    faults: dict[str, str] = {}
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in ("clock", "amount", "reason")}
        faults = set_clock(**given, by=request.user.person.reference, now=timezone.now())
        if not faults:
            messages.success(request, "The clock was set. Work that is open keeps the deadline it has.")
            return redirect("clocks")
    set_to = amounts()
    context = {
        "rows": [(each, set_to.get(each.clock, each.amount)) for each in casework.clocks()],
        "history": history(),
        "names": people.names(),
        "faults": faults,
        "given": request.POST,
    }
    return render(request, "workbench/clocks.html", context, status=400 if faults else 200)
