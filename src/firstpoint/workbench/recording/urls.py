"""The recording decision."""

from django.urls import path

from firstpoint.workbench.recording import views

urlpatterns = [
    path("<int:key>/decide/", views.decide, name="decide"),
    path("<int:key>/reopen/", views.reopen, name="reopen"),
]
