"""The clocks and their settings."""

from django.urls import path

from firstpoint.workbench.work import clock_views

urlpatterns = [path("", clock_views.clocks, name="clocks")]
