"""Which extracts were loaded, and which screens were run."""

from __future__ import annotations

from django.db import models


class LoadedExtract(models.Model):
    """One extract that was loaded. Its digest makes loading it again do nothing.

    ``reading`` is a digest of the mapping it was read by: a file read otherwise is loaded again. ``as_of`` is
    the moment whose state it shows: of two versions of a row the one from the later moment stands, whichever
    was loaded first. An extract that was taken back can be loaded again.
    """

    table = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    reading = models.CharField(max_length=64, blank=True)
    file_name = models.TextField()
    rows_read = models.BigIntegerField()
    rows_added = models.BigIntegerField()
    rows_replaced = models.BigIntegerField()
    rows_set_aside = models.BigIntegerField()
    rows_unchanged = models.BigIntegerField(default=0)
    rows_older = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()
    loaded_at = models.DateTimeField()
    loaded_by = models.TextField()
    screened_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(blank=True)

    class Meta:
        """An extract of a table is loaded once, unless it was taken back."""

        constraints = [
            models.UniqueConstraint(
                fields=["table", "sha256", "reading"],
                condition=models.Q(undone_at=None),
                name="extract_loaded_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.file_name}"


class EarlierRow(models.Model):
    """A version of a row that does not stand: another extract shows a later state of it.

    ``extract`` is the one that brought this version, ``instead`` the one whose version stood when it gave
    way. ``row`` holds it column by column, as the database holds the row that stands; none where both brought
    the row just so. ``key`` is the force's reference; of a log entry, the number that the database gave it.
    """

    table = models.CharField(max_length=40)
    key = models.TextField()
    extract = models.ForeignKey(LoadedExtract, models.PROTECT, null=True, related_name="earlier_rows")
    instead = models.ForeignKey(LoadedExtract, models.PROTECT, related_name="gave_way")
    row = models.JSONField(null=True)

    class Meta:
        """Versions are looked for by what they are versions of."""

        indexes = [models.Index(fields=["table", "key"], name="earlier_row_of")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


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
