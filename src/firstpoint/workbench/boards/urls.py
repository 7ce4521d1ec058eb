"""Published papers."""

from django.urls import path

from firstpoint.workbench.boards import views

urlpatterns = [
    path("", views.papers, name="board"),
    path("<int:key>/", views.paper, name="paper"),
    path("<int:key>/chart/<int:number>.svg", views.chart, name="chart"),
    path("<int:key>/paper.pdf", views.pdf, name="paper-pdf"),
]
