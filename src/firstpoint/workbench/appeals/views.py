"""Receiving an appeal against what a report became."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from firstpoint.casework import Incomplete
from firstpoint.errors import Refused
from firstpoint.workbench.answers import answers
from firstpoint.workbench.appeals.handling import ASKED, receive
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.restricting import refuse_if_shut
from firstpoint.workbench.work.cases import incident_by_key


@page("appeals.receive")
@require_http_methods(["GET", "POST"])
def receive_one(request: Signed, key: int) -> HttpResponse:
    """Who appeals and what they say; the report itself is not shown here."""
    incident = incident_by_key(key)
    refuse_if_shut(request.user.person, incident.incident_id)
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            receive(incident, request.user, answers(request.POST, ASKED), timezone.now())
        except Incomplete as missing:
            faults = missing.faults
        except Refused as refusal:
            faults = {"appeal_grounds": f"{refusal.message} {refusal.remedy}"}
        else:
            messages.success(request, f"{incident.incident_id}: the appeal waits for an independent decider.")
            return redirect("work")
    context = {"incident_id": incident.incident_id, "key": key, "asked": ASKED, "faults": faults}
    given = {"given": request.POST}
    return render(request, "workbench/appeal_receive.html", context | given, status=400 if faults else 200)
