"""Recording work, and every decision that was taken on it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from firstpoint import casework
from firstpoint.workbench.incidents.models import Incident

KIND = "recording"


class RecordingWork(models.Model):
    """An incident that needs a recording decision. What may happen to it is in casework's tables."""

    incident = models.OneToOneField(
        Incident,
        on_delete=models.CASCADE,
        to_field="incident_id",
        db_column="incident_id",
        related_name="work",
    )
    state = models.CharField(max_length=40, db_index=True)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(db_index=True)
    opened_at = models.DateTimeField()
    # Each transition ever taken on it, with the references of all who took it.
    authors = models.JSONField(default=dict)

    @property
    def stands(self) -> casework.State:
        """Where it stands, as casework says it."""
        return casework.state(KIND, self.state)

    def time_left(self, now: datetime) -> str:
        """The time left in words, empty once it is decided."""
        return casework.time_left(self.due_at, now) if self.stands.open else ""

    def is_late(self, now: datetime) -> bool:
        """Whether its deadline is past."""
        return casework.is_late(self.due_at, now)

    def is_soon(self, now: datetime) -> bool:
        """Whether its deadline is near enough to warn."""
        left = casework.hours_left(self.due_at, now)
        return 0 <= left < casework.clock(self.stands.clock or KIND).warn_hours

    def is_own_removal(self, reference: str) -> bool:
        """Whether this person ever decided that it is not a crime, and so can never endorse its removal."""
        return reference in self.authors.get("not_a_crime", ())

    def __str__(self) -> str:
        return f"{self.incident_id} {self.state}"


class Decision(models.Model):
    """One move of recording work: who, when, from where to where, and what was given for it."""

    work = models.ForeignKey(RecordingWork, on_delete=models.PROTECT, related_name="decisions")
    transition = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField()
    late = models.BooleanField()
    given = models.JSONField(default=dict)

    @property
    def move(self) -> casework.Transition:
        """The transition, as casework says it."""
        return casework.transition(KIND, self.transition)

    def __str__(self) -> str:
        return f"{self.work_id} {self.transition}"
