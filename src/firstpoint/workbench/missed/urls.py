"""The monthly report on missed multiple crimes."""

from django.urls import path

from firstpoint.workbench.missed import views

urlpatterns = [
    path("", views.report, name="missed-report"),
    path("csv/", views.report_csv, name="missed-csv"),
    path("sign/", views.sign_off, name="missed-sign"),
]
