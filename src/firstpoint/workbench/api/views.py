"""The tokens that a person made for programs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from firstpoint import casework
from firstpoint.errors import InputError
from firstpoint.workbench.api.tokens import LONGEST_DAYS, end_token, make_token, standing
from firstpoint.workbench.gate import Signed, page


@page("tokens.own")
@require_http_methods(["GET", "POST"])
def tokens(request: Signed) -> HttpResponse:
    """One's tokens: make one, which is shown once, and end one."""
    now, made, faults = timezone.now(), "", {}
    if request.method == "POST" and "end" in request.POST:
        number = request.POST["end"]
        end_token(request.user, int(number) if number.isascii() and number.isdigit() else 0, now)
        return redirect("tokens")
    if request.method == "POST":
        days = request.POST.get("days", "").strip()
        try:
            made = make_token(
                request.user,
                request.POST.get("name", ""),
                request.POST.getlist("roles"),
                int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
                now,
            )
        except InputError as fault:
            faults = {fault.where: f"{fault.message} {fault.remedy}"}
    context = {
        "tokens": standing(request.user, now),
        "made": made,
        "faults": faults,
        "given": request.POST,
        "roles": [casework.role(name) for name in request.user.roles],
        "longest": LONGEST_DAYS,
    }
    return render(request, "workbench/tokens.html", context, status=400 if faults else 200)
