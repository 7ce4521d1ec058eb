"""What the reviews of secondary incidents and of professionals' reports found."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.secondary.sampling import results


@page("secondary.results")
@require_GET
def found(request: Signed) -> HttpResponse:
    """Counts of reviews, of crimes disclosed and of the quality sample, by kind."""
    return render(request, "workbench/secondary_results.html", {"rows": results()})
