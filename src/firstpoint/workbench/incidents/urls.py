"""The ranked list, a search for words, a log to be tried on the screen, and one incident."""

from django.urls import path

from firstpoint.workbench.incidents import views

urlpatterns = [
    path("", views.ranked, name="incidents"),
    path("search/", views.search, name="search"),
    path("try/", views.try_out, name="try-log"),
    path("links/", views.links, name="links"),
    path("links/<int:key>/", views.decide_link, name="link-decide"),
    path("<int:key>/", views.incident, name="incident"),
    path("<int:key>/restriction/", views.restriction, name="restriction"),
]
