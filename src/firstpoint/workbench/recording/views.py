"""The removals that wait for a second person."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.recording.removals import is_own, waiting


@page("removals.list")
@require_GET
def removals(request: Signed) -> HttpResponse:
    """The removals that wait for a second person."""
    own = request.user.person.reference
    rows = [(work, is_own(work, own)) for work in waiting()]
    context = {"rows": rows, "now": timezone.now(), "may_endorse": request.user.may("removals.endorse")}
    return render(request, "workbench/removals.html", context)
