"""The daily check of reported incidents, and the registrar's oversight."""

from django.urls import path

from firstpoint.workbench.rape import views

urlpatterns = [
    path("check/", views.check, name="n100-check"),
    path("no-crime/", views.oversight, name="n100-no-crime"),
]
