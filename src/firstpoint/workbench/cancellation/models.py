"""What was cancelled here, kept beside the force's own record of the crime."""

from __future__ import annotations

from django.db import models

from firstpoint.workbench.incidents.models import Crime
from firstpoint.workbench.work.models import WorkItem


class CancelledHere(models.Model):
    """A cancellation or transfer that took effect here, and when it was reversed, where it was.

    The record itself stays as the extract brought it: the force's own system has to follow.
    """

    item = models.OneToOneField(WorkItem, on_delete=models.PROTECT, related_name="effect")
    crime = models.ForeignKey(
        Crime,
        on_delete=models.PROTECT,
        to_field="crime_id",
        db_column="crime_id",
        related_name="cancelled_here",
    )
    code = models.CharField(max_length=10)
    since = models.DateTimeField()
    victim_told = models.BooleanField(default=False)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        """One stands for a crime at a time."""

        indexes = [models.Index(fields=["reversed_at", "-since"], name="cancelled_in_effect")]
        constraints = [
            models.UniqueConstraint(
                fields=["crime"], condition=models.Q(reversed_at=None), name="one_cancellation_a_crime"
            )
        ]

    def __str__(self) -> str:
        return f"{self.crime_id} {self.code}"
