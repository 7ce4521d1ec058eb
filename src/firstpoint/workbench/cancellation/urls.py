"""Asking for a cancellation or transfer, and those in effect."""

from django.urls import path

from firstpoint.workbench.cancellation import views

urlpatterns = [
    path("", views.find, name="cancellation-find"),
    path("ask/<int:key>/", views.ask, name="cancellation-ask"),
    path("facts/<int:key>/", views.facts, name="cancellation-facts"),
    path("in-effect/", views.in_effect, name="cancellations-in-effect"),
]
