"""The pages of jobs: the list, one job, what asks for one, its files, and a person's digest."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firstpoint import casework, records
from firstpoint.errors import InputError
from firstpoint.workbench.accounts import people
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.imports.models import LoadedExtract
from firstpoint.workbench.jobs import asking, configured, digests, forms, places, pulse
from firstpoint.workbench.jobs.kinds import kind_of
from firstpoint.workbench.jobs.models import Job
from firstpoint.workbench.jobs.uploading import into_the_directory
from firstpoint.workbench.ledger.keeping import keep

ROWS_A_PAGE = 40


@page("jobs.see")
@require_GET
def jobs(request: Signed) -> HttpResponse:
    """Every job, newest first, and whether a worker runs."""
    here = Paginator(Job.objects.order_by("-pk"), ROWS_A_PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "here": here,
        "kind_of": kind_of,
        "names": people.names(),
        "workers": pulse.living(),
        "may": request.user.may,
    }
    return render(request, "workbench/jobs.html", context)


@page("jobs.see")
@require_GET
def job(request: Signed, key: int) -> HttpResponse:
    """One job: how far it is, or what came of it."""
    found = _job(key)
    kind = kind_of(found.kind)
    sign = next((each for each in pulse.living() if each.job == found.pk and each.tries == found.tries), None)
    context = {
        "job": found,
        "kind": kind,
        "sign": sign if found.state == "running" else None,
        "stopping": found.is_open and pulse.is_asked_to_stop(found.pk),
        "names": people.names(),
        # What a job says of its files may hold what stands in them.
        "may_see_inside": request.user.may(kind.action),
        "may_change": request.user.may("jobs.run") and request.user.may(kind.action),
        "files": [
            each for each in found.result.get("files", ()) if places.result(key, each["name"]).is_file()
        ],
        "kept_days": configured.files_kept_for().days,
        "now": timezone.now(),
    }
    return render(request, "workbench/job.html", context)


@page("jobs.run")
@require_POST
def cancel(request: Signed, key: int) -> HttpResponse:
    """Cancel a job that waits, or tell one that runs to stop."""
    _job(key)
    changed = asking.cancel(key, request.user.person)
    messages.success(
        request,
        "The job is told to stop at its next step." if changed.is_open else "The job was cancelled.",
    )
    return redirect("job", key)


@page("jobs.run")
@require_POST
def retry(request: Signed, key: int) -> HttpResponse:
    """Let a job that failed or was cancelled wait once more."""
    _job(key)
    asking.retry(key, request.user.person)
    messages.success(request, "The job waits to be done again.")
    return redirect("job", key)


@page("jobs.run")
@require_POST
def run_screen(request: Signed) -> HttpResponse:
    """Ask for the screen over what no screen has read, or over everything."""
    asked = asking.ask("screen", {"anew": request.POST.get("anew") == "yes"}, request.user.person)
    return redirect("job", asked.pk)


@page("jobs.run")
@require_POST
def run_links(request: Signed) -> HttpResponse:
    """Ask for the incidents of crimes that name none which is held to be looked for."""
    return redirect("job", asking.ask("link", {}, request.user.person).pk)


@page("jobs.run")
@into_the_directory
@require_http_methods(["GET", "POST"])
def upload(request: Signed) -> HttpResponse:
    """Send an extract to be loaded."""
    if request.method == "GET":
        return _upload_form(request, {})
    asked = forms.load(request, timezone.now())
    if asked.faults:
        return _upload_form(request, asked.faults)
    return redirect("job", asking.ask("load", asked.arguments, request.user.person).pk)


@page("jobs.run")
@require_http_methods(["GET", "POST"])
def undo(request: Signed, key: int) -> HttpResponse:
    """Say what taking a load back does, and ask for it."""
    loaded = LoadedExtract.objects.filter(pk=key, undone_at=None).first()
    if loaded is None:
        raise Http404
    if request.method == "GET":
        return render(request, "workbench/undo.html", {"loaded": loaded})
    return redirect("job", asking.ask("undo", {"load": key}, request.user.person).pk)


@page("exports.run")
@require_http_methods(["GET", "POST"])
def exports(request: Signed) -> HttpResponse:
    """Ask for a file to take away."""
    if request.method == "GET":
        return render(request, "workbench/exports.html", {"given": {}, "faults": {}})
    kind, asked = forms.export(request.POST)
    if asked.faults:
        context = {"given": request.POST, "faults": asked.faults}
        return render(request, "workbench/exports.html", context, status=400)
    return redirect("job", asking.ask(kind, asked.arguments, request.user.person).pk)


@page("jobs.see")
@require_GET
def download(request: Signed, key: int, number: int) -> HttpResponse:
    """A file that a job made; who took it is kept in the ledger before the first byte goes."""
    found = _job(key)
    casework.require(request.user.person.roles, kind_of(found.kind).action)
    files: list[dict[str, Any]] = found.result.get("files", [])
    if not 1 <= number <= len(files):
        raise Http404
    name = files[number - 1]["name"]
    path = places.result(key, name)
    if not path.is_file():
        raise Http404
    content = path.open("rb")
    keep(
        request.user.person.reference,
        "file.downloaded",
        found.reference,
        {"kind": found.kind, "bytes": path.stat().st_size},
    )
    answer = FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
    return cast(HttpResponse, answer)


@page("work.see")
@require_http_methods(["GET", "POST"])
def digest(request: Signed) -> HttpResponse:
    """Where one's own daily digest goes, and whether it is wanted."""
    wish = digests.wish_of(request.user)
    if request.method == "GET":
        return _digest_form(request, wish.address, wanted=wish.wanted)
    address = request.POST.get("address", "").strip()[:254]
    wanted = request.POST.get("wanted") == "yes"
    try:
        if wanted:
            validate_email(address)
        digests.save_wish(request.user, address if wanted else wish.address, wanted=wanted)
    except (ValidationError, InputError) as fault:
        told = (
            str(fault.remedy)
            if isinstance(fault, InputError)
            else "Write an address like name@force.example."
        )
        return _digest_form(request, address, wanted=wanted, fault=told)
    messages.success(request, "You will get the digest." if wanted else "You will get no digest.")
    return redirect("digest")


def _upload_form(request: Signed, faults: dict[str, str]) -> HttpResponse:
    context = {
        "faults": faults,
        "given": request.POST,
        "tables": forms.TABLES,
        "ready": records.ready_mappings(),
        "largest_mb": configured.largest_upload() >> 20,
        "kept_days": configured.files_kept_for().days,
    }
    return render(request, "workbench/upload.html", context, status=400 if faults else 200)


def _digest_form(request: Signed, address: str, *, wanted: bool, fault: str = "") -> HttpResponse:
    chosen = configured.mail()
    context = {
        "address": address,
        "wanted": wanted,
        "faults": {"address": fault} if fault else {},
        "sent_here": chosen is not None and chosen.digest,
        "domains": chosen.domains if chosen else (),
        "example": digests.text_for(request.user, timezone.now()),
    }
    return render(request, "workbench/digest.html", context, status=400 if fault else 200)


def _job(key: int) -> Job:
    found = Job.objects.filter(pk=key).first() if key < 1 << 62 else None
    if found is None:
        raise Http404
    return found
