"""Papers as they were published."""

from __future__ import annotations

from django.db import models


class PublishedPaper(models.Model):
    """One board paper as it was published: its blocks as plain values, and its PDF."""

    title = models.TextField()
    strap = models.TextField()
    force = models.TextField()
    period = models.TextField()
    prepared_on = models.DateField()
    marking = models.TextField(blank=True)
    standing = models.TextField(blank=True)
    published_at = models.DateTimeField(db_index=True)
    published_by = models.TextField()
    blocks = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField(null=True)

    def __str__(self) -> str:
        return self.title
