"""What the force holds, column by column as in the tables of ``records``, and what the screen saw."""

from __future__ import annotations

from typing import Any

from django.db import models


def of_extract() -> models.ForeignKey[Any, Any]:
    """A link to the extract that brought the row as it stands."""
    return models.ForeignKey("imports.LoadedExtract", models.DO_NOTHING, null=True, related_name="+")


class Incident(models.Model):
    """One report to the force. ``incident_id`` is the force's own reference, opaque to us."""

    incident_id = models.TextField(unique=True)
    force = models.TextField(null=True)
    received_at = models.DateTimeField(db_index=True)
    channel = models.TextField(null=True)
    route = models.TextField(null=True)
    taken_by = models.TextField(null=True)
    team = models.TextField(null=True)
    opening_code = models.TextField(null=True, db_index=True)
    closing_code = models.TextField(null=True)
    qualifiers = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)
    unit = models.TextField(null=True)
    reporter_role = models.TextField(null=True)
    domestic = models.BooleanField(null=True)
    secondary_to = models.TextField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.TextField(null=True)
    easting = models.FloatField(null=True)
    northing = models.FloatField(null=True)
    area = models.TextField(null=True)
    text = models.TextField(null=True)
    # The text is that of the log's entries, since no extract gave one of its own.
    text_joined = models.BooleanField(default=False, db_default=False)
    extract = of_extract()

    def __str__(self) -> str:
        return self.incident_id


def to_incident(**options: Any) -> models.ForeignKey[Any, Any]:
    """A link to an incident by the force's own reference.

    The database does not insist that the incident is there: an extract may name one that was never
    exported, and that is a finding for a reader and not a reason to lose the row.
    """
    return models.ForeignKey(
        Incident,
        on_delete=models.DO_NOTHING,
        to_field="incident_id",
        db_column="incident_id",
        db_constraint=False,
        **options,
    )


class LogEntry(models.Model):
    """One entry of an incident's log."""

    incident = to_incident(related_name="entries")
    entry_at = models.DateTimeField(null=True)
    author = models.TextField(null=True)
    text = models.TextField(null=True)
    place = models.PositiveIntegerField()
    extract = of_extract()

    def __str__(self) -> str:
        return f"{self.incident_id} {self.place}"


class Victim(models.Model):
    """Somebody a crime was done to, by reference."""

    victim_id = models.TextField(unique=True)
    age = models.FloatField(null=True)
    age_absent = models.TextField(null=True)
    sex = models.TextField(null=True)
    sex_absent = models.TextField(null=True)
    ethnicity = models.TextField(null=True)
    ethnicity_absent = models.TextField(null=True)
    disability = models.TextField(null=True)
    disability_absent = models.TextField(null=True)
    religion = models.TextField(null=True)
    religion_absent = models.TextField(null=True)
    sexual_orientation = models.TextField(null=True)
    sexual_orientation_absent = models.TextField(null=True)
    gender_reassignment = models.TextField(null=True)
    gender_reassignment_absent = models.TextField(null=True)
    marriage_civil_partnership = models.TextField(null=True)
    marriage_civil_partnership_absent = models.TextField(null=True)
    pregnancy_maternity = models.TextField(null=True)
    pregnancy_maternity_absent = models.TextField(null=True)
    vulnerable = models.BooleanField(null=True)
    referred_at = models.DateTimeField(null=True)
    safeguarded_at = models.DateTimeField(null=True)
    extract = of_extract()

    def __str__(self) -> str:
        return self.victim_id


class Crime(models.Model):
    """One recorded crime."""

    crime_id = models.TextField(unique=True)
    force = models.TextField(null=True)
    incident = to_incident(related_name="crimes", null=True)
    reported_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    occurred_from = models.DateTimeField(null=True)
    occurred_to = models.DateTimeField(null=True)
    ho_class = models.TextField(null=True)
    ho_code = models.TextField(null=True)
    title = models.TextField(null=True)
    victim = models.ForeignKey(
        Victim,
        on_delete=models.DO_NOTHING,
        to_field="victim_id",
        db_column="victim_id",
        db_constraint=False,
        null=True,
        related_name="crimes",
    )
    suspects = models.FloatField(null=True)
    status = models.TextField(null=True)
    cancellation = models.TextField(null=True)
    outcome = models.TextField(null=True)
    outcome_at = models.DateTimeField(null=True)
    domestic = models.BooleanField(null=True)
    flags = models.JSONField(null=True)
    unit = models.TextField(null=True)
    recorded_by = models.TextField(null=True)
    easting = models.FloatField(null=True)
    northing = models.FloatField(null=True)
    area = models.TextField(null=True)
    text = models.TextField(null=True)
    extract = of_extract()

    def __str__(self) -> str:
        return self.crime_id


class CrimeLink(models.Model):
    """A crime and an incident that it does not name as it is written, and may yet have come from.

    ``weight`` is the evidence in bits, log2(m/u), and null where a reference alone speaks for it;
    ``probability`` is of the pair among its rivals. ``how`` is formatting, slip or likeness, ``band`` linked
    or review, as :func:`firstpoint.records.linking.link_records` gives them, or none where a later run no
    longer found it. ``decided`` is what a person
    says of it: ``same``, ``other``, or empty.
    """

    crime = models.ForeignKey(
        Crime,
        on_delete=models.DO_NOTHING,
        to_field="crime_id",
        db_column="crime_id",
        db_constraint=False,
        related_name="links",
    )
    incident = to_incident(related_name="links")
    weight = models.FloatField(null=True)
    probability = models.FloatField(null=True)
    how = models.CharField(max_length=20)
    band = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    decided = models.CharField(max_length=10, blank=True)
    changed_by = models.TextField()
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        """A pair stands once, and a crime comes from one incident at most."""

        constraints = [
            models.UniqueConstraint(fields=["crime", "incident"], name="one_link_a_pair"),
            models.UniqueConstraint(
                fields=["crime"], condition=models.Q(decided="same"), name="one_incident_a_crime"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crime_id} {self.incident_id}"

    @property
    def stands(self) -> bool:
        """Whether the crime counts as recorded for the incident."""
        return self.decided == "same" or (self.band == "linked" and not self.decided)


class Screened(models.Model):
    """What the screen saw in one incident, as of its last run."""

    incident = models.OneToOneField(
        Incident,
        on_delete=models.CASCADE,
        to_field="incident_id",
        db_column="incident_id",
        related_name="screened",
    )
    rank = models.BigIntegerField(db_index=True)
    chance_unrecorded = models.FloatField()
    chance_crime = models.FloatField()
    harm = models.FloatField()
    expected_crimes = models.FloatField()
    crimes_recorded = models.IntegerField()
    reader = models.TextField()
    disclosures = models.JSONField(default=list)
    not_read = models.TextField(default="")  # why its text could not be read; then its figures are nought
    screened_at = models.DateTimeField()

    class Meta:
        """The ranked list is read by each of its figures, and by rank where many are alike."""

        indexes = [
            models.Index(fields=["-chance_unrecorded", "rank"], name="screened_by_chance"),
            models.Index(fields=["-harm", "rank"], name="screened_by_harm"),
            models.Index(fields=["-expected_crimes", "rank"], name="screened_by_crimes"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} rank {self.rank}"


class Restriction(models.Model):
    """An incident that only people with a named grant may open, such as one about somebody in the force."""

    incident = models.OneToOneField(
        Incident,
        on_delete=models.CASCADE,
        to_field="incident_id",
        db_column="incident_id",
        related_name="restriction",
    )
    reason = models.TextField()
    by = models.TextField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.incident_id} restricted"


class Grant(models.Model):
    """Leave for one person, named by reference, to open one restricted incident until it ends."""

    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE, related_name="grants")
    holder = models.TextField(db_index=True)
    by = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.restriction_id} {self.holder}"
