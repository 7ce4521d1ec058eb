"""Jobs, and who gets a digest."""

from __future__ import annotations

from django.conf import settings
from django.db import models

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = {
    QUEUED: ("Waiting", "blue"),
    RUNNING: ("Running", "light-blue"),
    DONE: ("Done", "green"),
    FAILED: ("Failed", "red"),
    CANCELLED: ("Cancelled", "grey"),
}


class Job(models.Model):
    """One piece of long work that somebody asked for.

    ``lane`` names what only one job at a time may touch. ``tries`` goes up with each claim, and a worker may
    end a job only under the number that it claimed it by: one that was thought dead finds it taken.
    """

    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=16, default=QUEUED, db_index=True)
    lane = models.CharField(max_length=16, blank=True)
    not_before = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    worker = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    message = models.TextField(blank=True)

    class Meta:
        """Of the jobs of a lane one runs at a time, whoever claims."""

        constraints = [
            models.UniqueConstraint(
                fields=["lane"],
                condition=models.Q(state=RUNNING) & ~models.Q(lane=""),
                name="one_job_running_in_a_lane",
            )
        ]

    @property
    def reference(self) -> str:
        """The job as the ledger names it."""
        return f"job:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (QUEUED, RUNNING)

    @property
    def state_words(self) -> str:
        """Where it stands, in a word."""
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        """The colour of that word on a page."""
        return STATES[self.state][1]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DigestWish(models.Model):
    """Where a person's daily digest goes, and whether they want it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_wish")
    address = models.EmailField(blank=True)
    wanted = models.BooleanField(default=False)
    # The day, in London, of the last digest sent: a second try of the same day sends nobody a second one.
    last_sent_for = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.wanted}"
