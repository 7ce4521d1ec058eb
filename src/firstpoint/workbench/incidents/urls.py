"""The ranked list, a search for words, and one incident."""

from django.urls import path

from firstpoint.workbench.incidents import views

urlpatterns = [
    path("", views.ranked, name="incidents"),
    path("search/", views.search, name="search"),
    path("<int:key>/", views.incident, name="incident"),
]
