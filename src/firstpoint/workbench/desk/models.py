"""Choices in a queue that a person saved."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A choice in the queue of one kind of work: its name, and the part of the address that asks for it.

    A ``default`` one is what its owner sees on opening the queue without a choice.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    default = models.BooleanField(default=False)

    class Meta:
        """A name stands once in each queue of a person, and one of them is the default."""

        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "name"], name="one_view_a_name"),
            models.UniqueConstraint(
                fields=["owner", "kind"], condition=models.Q(default=True), name="one_default_view"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
