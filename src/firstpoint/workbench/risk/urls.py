"""The daily audit's draw and yield."""

from django.urls import path

from firstpoint.workbench.risk import views

urlpatterns = [
    path("", views.yielded, name="risk-yield"),
    path("draw/", views.draw_one_day, name="risk-draw"),
]
