"""What was loaded."""

from django.urls import path

from firstpoint.workbench.imports import views

urlpatterns = [path("", views.extracts, name="imports")]
