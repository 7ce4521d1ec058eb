"""Jobs, what asks for them, and a person's digest."""

from django.urls import path

from firstpoint.workbench.jobs import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/screen/", views.run_screen, name="job-screen"),
    path("jobs/link/", views.run_links, name="job-link"),
    path("jobs/exports/", views.exports, name="exports"),
    path("jobs/<int:key>/", views.job, name="job"),
    path("jobs/<int:key>/cancel/", views.cancel, name="job-cancel"),
    path("jobs/<int:key>/retry/", views.retry, name="job-retry"),
    path("jobs/<int:key>/file/<int:number>/", views.download, name="job-file"),
    path("imports/upload/", views.upload, name="upload"),
    path("imports/<int:key>/undo/", views.undo, name="import-undo"),
    path("digest/", views.digest, name="digest"),
]
