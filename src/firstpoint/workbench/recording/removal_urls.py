"""Removals and their endorsement."""

from django.urls import path

from firstpoint.workbench.recording import views

urlpatterns = [
    path("", views.removals, name="removals"),
    path("<int:key>/", views.endorse, name="removal"),
]
