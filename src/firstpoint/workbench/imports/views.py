"""What was loaded, what was set aside, and when the screen was run."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from firstpoint.workbench.accounts import people
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.imports.models import LoadedExtract, ScreenRun


@page("imports.see")
@require_GET
def extracts(request: Signed) -> HttpResponse:
    """Every extract loaded and every run of the screen, newest first."""
    context = {
        "extracts": LoadedExtract.objects.order_by("-loaded_at", "table")[:200],
        "runs": ScreenRun.objects.order_by("-run_at")[:20],
        "names": people.names(),
        "may": request.user.may,
    }
    return render(request, "workbench/imports.html", context)
