"""A queue and a page for each kind of work that casework's tables know."""

from django.urls import path

from firstpoint import casework
from firstpoint.workbench.work import views

#: Marking has pages of its own.
KINDS = tuple(kind for kind in casework.kinds() if kind != "marking")

urlpatterns = [
    path("", views.every_queue, name="work"),
    *(
        each
        for kind in KINDS
        for each in (
            path(f"{kind.replace('_', '-')}/", views.queue_of(kind), name=f"queue-{kind}"),
            path(f"{kind.replace('_', '-')}/<int:key>/", views.item_of(kind), name=f"item-{kind}"),
        )
    ),
]
