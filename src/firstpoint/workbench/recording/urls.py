"""Removals that wait for endorsement."""

from django.urls import path

from firstpoint.workbench.recording import views

urlpatterns = [path("", views.removals, name="removals")]
