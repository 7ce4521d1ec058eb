"""The ledger as a table."""

from __future__ import annotations

from django.db import models

from firstpoint.ledger import Entry


class Witness(models.Model):
    """How the last attempt to witness the ledger outside the database went: one row, number 1."""

    tried_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)
    fault = models.TextField(default="", blank=True)


class LedgerEntry(models.Model):
    """One entry. Triggers refuse UPDATE, DELETE and an INSERT anywhere but at the end, whoever asks."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField(db_index=True)
    action = models.TextField(db_index=True)
    subject = models.TextField(db_index=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    def as_entry(self) -> Entry:
        """The row as the value that the ledger's own rules speak of."""
        return Entry(
            sequence=self.sequence,
            at=self.at,
            actor=self.actor,
            action=self.action,
            subject=self.subject,
            detail=self.detail,
            previous=self.previous,
            hash=self.hash,
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.subject}"
