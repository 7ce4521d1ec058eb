"""Removals that wait for endorsement, and decisions that came late."""

from django.urls import path

from firstpoint.workbench.recording import views

urlpatterns = [
    path("removals/", views.waiting, name="removals"),
    path("removals/endorse/", views.endorse, name="removals-endorse"),
    path("late-decisions/", views.late, name="late-decisions"),
]
