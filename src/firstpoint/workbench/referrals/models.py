"""Referrals to victim support: references alone, never a name or a word of what was said."""

from __future__ import annotations

import uuid

from django.db import models

from firstpoint.workbench.work.models import Step

WAITING, SENT, FAILED, OPTED_OUT, WITHDRAWN = "waiting", "sent", "failed", "opted_out", "withdrawn"


class Referral(models.Model):
    """One crime that was decided to be recorded, whose victim is to be offered support.

    ``key`` goes with every try, so that the receiver takes it once however often it is sent. ``number``
    counts the crimes of one decision.
    """

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="referrals")
    number = models.PositiveIntegerField()
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    incident_id = models.TextField()
    ho_class = models.TextField()
    vulnerable = models.TextField(blank=True)
    raised_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=12, default=WAITING, db_index=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True)  # why the last try failed, in our words
    opted_out_by = models.TextField(blank=True)

    class Meta:
        """A decision refers each of its crimes once."""

        constraints = [models.UniqueConstraint(fields=["step", "number"], name="one_referral_a_crime")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.ho_class} {self.state}"
