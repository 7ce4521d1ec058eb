"""The ledger."""

from django.urls import path

from firstpoint.workbench.ledger import views

urlpatterns = [
    path("", views.entries, name="ledger"),
    path("verify/", views.verify, name="ledger-verify"),
]
