"""What the daily audit yields, and the draw of a day."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from firstpoint.errors import Refused
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.risk.drawing import BUDGET, draw_day
from firstpoint.workbench.risk.yielding import DAYS, yield_of

MOST = 2000


@page("risk.results")
@require_GET
def yielded(request: Signed) -> HttpResponse:
    """The yield of the last days by why drawn, and how many crimes are missed in all."""
    context = {"found": yield_of(), "most": DAYS, "may_draw": request.user.may("risk.draw")}
    return render(request, "workbench/risk_yield.html", context)


@page("risk.draw")
@require_http_methods(["GET", "POST"])
def draw_one_day(request: Signed) -> HttpResponse:
    """The draw of one day: how many reports, and from which day."""
    faults: dict[str, str] = {}
    if request.method == "POST":
        day, budget = _day(request.POST.get("day", "")), request.POST.get("budget", "").strip()
        if day is None or day >= timezone.localdate():
            faults["day"] = "Enter a day that is over"
        if not (budget.isascii() and budget.isdigit() and 0 < int(budget[:6]) <= MOST):
            faults["budget"] = f"Enter how many reports, from 1 to {MOST:,}"
        if day and not faults:
            try:
                made = draw_day(day, timezone.now(), request.user.person.reference, budget=int(budget))
            except Refused as refusal:
                faults["day"] = f"{refusal.message} {refusal.remedy}"
            else:
                messages.success(request, f"{made.budget} of {made.frame_size:,} reports were drawn.")
                return redirect("risk-yield")
    yesterday = timezone.localdate() - timedelta(days=1)
    context = {"faults": faults, "given": request.POST, "yesterday": yesterday, "budget": BUDGET}
    return render(request, "workbench/risk_draw.html", context, status=400 if faults else 200)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
