"""Every address of the workbench."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("firstpoint.workbench.accounts.urls")),
    path("incidents/", include("firstpoint.workbench.incidents.urls")),
    path("queues/", include("firstpoint.workbench.work.urls")),
    path("cancellations/", include("firstpoint.workbench.cancellation.urls")),
    path("reported/", include("firstpoint.workbench.rape.urls")),
    path("appeals/", include("firstpoint.workbench.appeals.urls")),
    path("referrals/", include("firstpoint.workbench.referrals.urls")),
    path("missed/", include("firstpoint.workbench.missed.urls")),
    path("daily-audit/", include("firstpoint.workbench.risk.urls")),
    path("secondary/", include("firstpoint.workbench.secondary.urls")),
    path("clocks/", include("firstpoint.workbench.work.clock_urls")),
    path("", include("firstpoint.workbench.recording.urls")),
    path("audits/", include("firstpoint.workbench.audits.urls")),
    path("board/", include("firstpoint.workbench.boards.urls")),
    path("ledger/", include("firstpoint.workbench.ledger.urls")),
    path("api/", include("firstpoint.workbench.api.urls")),
    path("imports/", include("firstpoint.workbench.imports.urls")),
    path("", include("firstpoint.workbench.jobs.urls")),
]

handler400 = "firstpoint.workbench.refusals.bad_request"
handler403 = "firstpoint.workbench.refusals.not_allowed"
handler404 = "firstpoint.workbench.refusals.not_there"
handler500 = "firstpoint.workbench.refusals.our_fault"
