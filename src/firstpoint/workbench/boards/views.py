"""Published papers: the list, one paper, its charts and its PDF."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from firstpoint.workbench.boards.models import PublishedPaper
from firstpoint.workbench.gate import Signed, page


@page("boards.read")
@require_GET
def papers(request: Signed) -> HttpResponse:
    """Every paper published, newest first."""
    found = PublishedPaper.objects.defer("blocks", "pdf").order_by("-published_at")
    return render(request, "workbench/papers.html", {"papers": list(found)})


@page("boards.read")
@require_GET
def paper(request: Signed, key: int) -> HttpResponse:
    """One paper."""
    found = _paper(key)
    return render(request, "workbench/paper.html", {"paper": found, "has_pdf": bool(found.pdf)})


@page("boards.read")
@require_GET
def chart(_: Signed, key: int, number: int) -> HttpResponse:
    """One chart of a paper as a picture; its figures stand in a table on the page."""
    blocks = _paper(key).blocks
    if not (0 <= number < len(blocks) and blocks[number]["block"] == "Chart"):
        raise Http404
    response = HttpResponse(blocks[number]["svg"], content_type="image/svg+xml")
    # A picture needs its own styles and nothing else: opened by itself it can run and load nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@page("boards.read")
@require_GET
def pdf(_: Signed, key: int) -> HttpResponse:
    """One paper as a PDF."""
    found = _paper(key)
    if not found.pdf:
        raise Http404
    name = f"board-paper-{found.prepared_on}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(found.pdf), content_type="application/pdf", headers=headers)


def _paper(key: int) -> PublishedPaper:
    found = PublishedPaper.objects.filter(pk=key).first()
    if found is None:
        raise Http404
    return found
