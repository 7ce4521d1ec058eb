"""Pieces of work, each step that was taken on them, and the force's own settings of the clocks."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from firstpoint import casework
from firstpoint.workbench.incidents.models import Crime, Incident

FIRST = 1000.0
"""A priority above all that harm times score can give: what was found missing is decided first."""


class WorkItem(models.Model):
    """One piece of work about an incident or a crime. What may happen to it is in casework's tables.

    ``open`` and ``waits_for`` repeat what the table says of ``state``, so that queues can be counted by them.
    ``priority`` is harm times score where the screen has read the log. ``because`` is one word that says
    why it was opened; ``particulars`` what else it is about, such as the category of a cancellation.
    ``authors`` maps each step ever taken on it to the references of all who took it.
    """

    kind = models.CharField(max_length=40)
    incident = models.ForeignKey(
        Incident,
        on_delete=models.CASCADE,
        to_field="incident_id",
        db_column="incident_id",
        null=True,
        related_name="items",
    )
    crime = models.ForeignKey(
        Crime,
        on_delete=models.PROTECT,
        to_field="crime_id",
        db_column="crime_id",
        null=True,
        related_name="items",
    )
    state = models.CharField(max_length=40)
    open = models.BooleanField(default=True)
    waits_for = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    opening_code = models.TextField(null=True)
    unit = models.TextField(null=True)
    priority = models.FloatField(default=0.0)
    because = models.CharField(max_length=40, blank=True)
    origin = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="raised")
    particulars = models.JSONField(default=dict)
    authors = models.JSONField(default=dict)

    class Meta:
        """Queues are read by kind, then by what is pressing; an incident is decided once at a time."""

        indexes = [
            models.Index("kind", "open", models.F("priority").desc(), "id", name="work_by_priority"),
            models.Index(fields=["kind", "open", "due_at"], name="work_by_clock"),
            models.Index(fields=["kind", "state", "due_at"], name="work_by_state"),
            models.Index(fields=["kind", "open", "-received_at", "id"], name="work_by_receipt"),
            # With the deadline, so that what is overdue is counted without a look at the rows.
            models.Index(fields=["kind", "open", "opening_code", "due_at"], name="work_by_code"),
            models.Index(fields=["kind", "open", "unit", "due_at"], name="work_by_unit"),
            models.Index(fields=["kind", "open", "incident"], name="work_by_reference"),
            # All that a count for the day's work asks: the rows themselves are not looked at.
            models.Index(fields=["waits_for", "open", "kind", "due_at"], name="work_by_role"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=models.Q(kind="recording"), name="one_decision_an_incident"
            )
        ]

    @property
    def stands(self) -> casework.State:
        """Where it stands, as casework says it."""
        return casework.state(self.kind, self.state)

    @property
    def of_kind(self) -> casework.Kind:
        """Its kind, as casework says it."""
        return casework.kind_of_work(self.kind)

    @property
    def reference(self) -> str:
        """The force's own reference of what it is about."""
        return str(self.crime_id if self.of_kind.about == "crime" else self.incident_id)

    def time_left(self, now: datetime) -> str:
        """The time left in words, empty once it is done."""
        return casework.time_left(self.due_at, now) if self.open and self.due_at else ""

    def is_late(self, now: datetime) -> bool:
        """Whether its deadline is past."""
        return self.due_at is not None and casework.is_late(self.due_at, now)

    def is_soon(self, now: datetime) -> bool:
        """Whether its deadline is near enough to warn."""
        if self.due_at is None or not self.stands.clock:
            return False
        return 0 <= casework.hours_left(self.due_at, now) < casework.clock(self.stands.clock).warn_hours

    def is_own(self, reference: str, *steps: str) -> bool:
        """Whether this person ever took one of these steps on it."""
        return any(reference in self.authors.get(step, ()) for step in steps)

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} {self.state}"


class Step(models.Model):
    """One step of a piece of work: who, when, from where to where, and what was given for it.

    One that was taken back stays, and counts nowhere.
    """

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="steps")
    transition = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(db_index=True)
    late = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)
    given = models.JSONField(default=dict)

    @property
    def move(self) -> casework.Transition:
        """The transition, as casework says it."""
        return casework.transition(self.item.kind, self.transition)

    def __str__(self) -> str:
        return f"{self.item_id} {self.transition}"


class ClockSetting(models.Model):
    """What the force set a clock to, from when on, and who did; earlier settings stay as its history."""

    clock = models.CharField(max_length=40, db_index=True)
    amount = models.PositiveIntegerField()
    since = models.DateTimeField()
    by = models.TextField()
    reason = models.TextField()

    def __str__(self) -> str:
        return f"{self.clock} {self.amount}"
