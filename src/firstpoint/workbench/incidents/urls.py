"""The ranked list, and one incident."""

from django.urls import path

from firstpoint.workbench.incidents import views

urlpatterns = [
    path("", views.ranked, name="incidents"),
    path("<int:key>/", views.incident, name="incident"),
]
