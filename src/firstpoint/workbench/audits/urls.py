"""Audits: progress, blind marking, results."""

from django.urls import path

from firstpoint.workbench.audits import views

urlpatterns = [
    path("", views.audits, name="audits"),
    path("<int:key>/", views.audit, name="audit"),
    path("<int:key>/next/", views.next_report, name="audit-next"),
    path("<int:key>/reports/<int:number>/", views.mark_report, name="mark"),
    path("<int:key>/results/", views.results, name="results"),
]
