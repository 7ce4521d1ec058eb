"""Reports put on the list by hand, removals that wait for endorsement, and decisions that came late."""

from django.urls import path

from firstpoint.workbench.recording import views

urlpatterns = [
    path("removals/", views.waiting, name="removals"),
    path("removals/endorse/", views.endorse, name="removals-endorse"),
    path("recording/put-on/<int:key>/", views.put_on, name="put-on-list"),
    path("late-decisions/", views.late, name="late-decisions"),
]
