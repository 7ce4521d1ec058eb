"""The draw of each day's audit, with all that is needed to repeat it and to use its results."""

from __future__ import annotations

from django.db import models

from firstpoint.workbench.work.models import WorkItem


class DailyDraw(models.Model):
    """One day's draw. ``record`` says mix, quotas, sizes and method as ``screening`` wrote them."""

    day = models.DateField(unique=True)
    seed = models.BigIntegerField()
    budget = models.PositiveIntegerField()
    frame_size = models.PositiveIntegerField()
    frame_sha256 = models.CharField(max_length=64)
    record = models.JSONField()
    drawn_at = models.DateTimeField()
    drawn_by = models.TextField()

    def __str__(self) -> str:
        return f"{self.day}"


class Drawn(models.Model):
    """A report of a draw, with its chance and how it stood then; ``missed`` is empty until it is audited."""

    draw = models.ForeignKey(DailyDraw, on_delete=models.PROTECT, related_name="reports")
    item = models.OneToOneField(WorkItem, on_delete=models.PROTECT, related_name="drawn")
    incident_id = models.TextField()
    lot = models.CharField(max_length=40)
    grave = models.CharField(max_length=40, blank=True)
    inclusion_probability = models.FloatField()
    score = models.FloatField()
    recorded_then = models.PositiveIntegerField()
    expected_then = models.FloatField()
    due = models.PositiveIntegerField(null=True)
    missed = models.PositiveIntegerField(null=True)
    audited_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.draw_id} {self.incident_id}"
