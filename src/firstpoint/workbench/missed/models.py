"""What was found missing in each incident, and months that were signed off."""

from __future__ import annotations

from django.db import models


class Shortfall(models.Model):
    """Crimes of one class that an incident required and that its records lacked, as of a run of the screen.

    Kept when the incident is put right: it was missing once, and the monthly report counts it.
    """

    incident_id = models.TextField()
    month = models.DateField(db_index=True)
    unit = models.TextField(blank=True)
    ho_class = models.TextField()
    required = models.PositiveIntegerField()
    recorded = models.PositiveIntegerField()
    found_at = models.DateTimeField()

    class Meta:
        """An incident and class is counted once."""

        constraints = [models.UniqueConstraint(fields=["incident_id", "ho_class"], name="one_shortfall")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.ho_class}"


class SignedMonth(models.Model):
    """A monthly report as it was signed off: its figures stay as they were."""

    month = models.DateField(unique=True)
    rows = models.JSONField()
    incidents = models.PositiveIntegerField()
    signed_by = models.TextField()
    signed_at = models.DateTimeField()
    what_was_done = models.TextField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
