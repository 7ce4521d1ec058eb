"""Referrals and safeguarding, counted, and the referrals that people have to look at."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from firstpoint.errors import InputError
from firstpoint.workbench.gate import Signed, page
from firstpoint.workbench.incidents.restricting import is_shut
from firstpoint.workbench.ledger.keeping import keep, reference
from firstpoint.workbench.referrals.configured import support
from firstpoint.workbench.referrals.counting import by_week, safeguarding, waiting_or_failed
from firstpoint.workbench.referrals.models import FAILED, OPTED_OUT, WAITING, Referral


@page("referrals.see")
@require_GET
def counted(request: Signed) -> HttpResponse:
    """What was raised, sent, refused and failed by week; and what became of safeguarding."""
    now, rows = timezone.now(), waiting_or_failed()
    try:
        fault, is_set = "", support().is_set
    except InputError as unusable:
        fault, is_set = f"{unusable.where}: {unusable.remedy}", False
    context = {
        "weeks": by_week(now),
        "asked": safeguarding(now),
        "rows": rows,
        "shut": is_shut(request.user.person, [each.incident_id for each in rows]),
        "is_set": is_set,
        "fault": fault,
        "may_change": request.user.may("referrals.change"),
    }
    return render(request, "workbench/referrals.html", context)


@page("referrals.change")
@require_POST
def change(request: Signed, key: int) -> HttpResponse:
    """Send a referral again, or keep that the victim does not want one."""
    wanted = request.POST.get("change", "")
    by = request.user.person.reference
    with transaction.atomic():
        referral = Referral.objects.filter(pk=key, state__in=(WAITING, FAILED)).first()
        if referral is None:
            raise Http404
        if wanted == "opt-out":
            referral.state, referral.opted_out_by = OPTED_OUT, by
        elif wanted == "again":
            referral.state, referral.tries, referral.next_try_at = WAITING, 0, timezone.now()
        else:
            raise InputError("Nothing was chosen.", where="change", remedy="Use one of the buttons.")
        referral.save()
        keep(by, f"referral.{wanted}", reference("incident", referral.incident_id), {"referral": key})
    messages.success(request, f"{referral.incident_id}: it was noted.")
    return redirect("referrals")
