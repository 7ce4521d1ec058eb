"""What the reviews of secondary incidents found."""

from django.urls import path

from firstpoint.workbench.secondary import views

urlpatterns = [path("results/", views.found, name="secondary-results")]
