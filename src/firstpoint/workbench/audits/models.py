"""An audit, what was drawn for it, and how it was marked."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from firstpoint.workbench.incidents.models import Crime, Incident

KIND = "marking"


class Audit(models.Model):
    """One audit: the draw that anyone with its seed and frame can repeat.

    ``frame`` has a row for each stratum: ``stratum``, ``incidents`` and, where known,
    ``recorded_crimes_12m``.
    """

    title = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    seed = models.BigIntegerField()
    frame_sha256 = models.CharField(max_length=64)
    method = models.TextField()
    frame = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.title


class SampledReport(models.Model):
    """One report drawn: an incident, or a crime that was recorded without one."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    stratum = models.TextField()
    report_id = models.TextField()
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="sampled")
    crime = models.ForeignKey(Crime, on_delete=models.PROTECT, null=True, related_name="sampled")
    inclusion_probability = models.FloatField()
    draw_order = models.BigIntegerField()
    given_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="to_mark"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Numbers and reports do not repeat within an audit."""

        constraints = [
            models.UniqueConstraint(fields=["audit", "number"], name="sampled_number_once"),
            models.UniqueConstraint(fields=["audit", "stratum", "report_id"], name="sampled_report_once"),
        ]

    def __str__(self) -> str:
        return f"{self.audit_id} no. {self.number}"


class Mark(models.Model):
    """What an auditor found in one report."""

    report = models.OneToOneField(SampledReport, on_delete=models.PROTECT, related_name="mark")
    auditor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="marks")
    should_record = models.PositiveIntegerField()
    recorded = models.PositiveIntegerField()
    in_time = models.PositiveIntegerField(null=True)
    right_class = models.PositiveIntegerField(null=True)
    kind_of_error = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    marked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.report_id}: {self.recorded} of {self.should_record}"
