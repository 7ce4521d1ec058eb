"""Which extracts were loaded, and which screens were run."""

from __future__ import annotations

from django.db import models


class LoadedExtract(models.Model):
    """One extract that was loaded. Its digest makes loading it again do nothing."""

    table = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    file_name = models.TextField()
    rows_read = models.BigIntegerField()
    rows_added = models.BigIntegerField()
    rows_replaced = models.BigIntegerField()
    rows_set_aside = models.BigIntegerField()
    loaded_at = models.DateTimeField()
    loaded_by = models.TextField()

    class Meta:
        """An extract of a table is loaded once."""

        constraints = [models.UniqueConstraint(fields=["table", "sha256"], name="extract_loaded_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.file_name}"


class ScreenRun(models.Model):
    """One run of the screen over all incidents held."""

    reader = models.TextField()
    incidents = models.BigIntegerField()
    opened = models.BigIntegerField()
    open_from = models.FloatField()
    run_at = models.DateTimeField()
    run_by = models.TextField()

    def __str__(self) -> str:
        return f"{self.reader} {self.run_at:%Y-%m-%d}"
