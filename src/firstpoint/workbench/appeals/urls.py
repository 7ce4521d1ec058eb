"""Receiving an appeal."""

from django.urls import path

from firstpoint.workbench.appeals import views

urlpatterns = [path("receive/<int:key>/", views.receive_one, name="appeal-receive")]
