"""Which crimes were recorded from which incident, by the reference that the crime carries.

A crime that carries no incident was recorded directly, and a sample frame counts it as a report of its own. A
crime that names an incident which is not there is *dangling*: the incident may be outside the extract, or the
reference may be mistyped. It is listed, never dropped.
"""

from __future__ import annotations

import polars as pl
from attrs import frozen

from firstpoint.records.mapping import SourceMapping
from firstpoint.records.tables import TABLES

BY_REFERENCE = "reference"


@frozen
class Links:
    """Incidents tied to crimes.

    ``links`` is ``incident_id, crime_id, weight (Float64), reason``; a reference weighs 1.0. ``direct`` and
    ``dangling`` are rows of the crimes table: those that name no incident, and those whose incident is not
    there. Every crime is in exactly one of the three.
    """

    links: pl.DataFrame
    direct: pl.DataFrame
    dangling: pl.DataFrame


def link_by_reference(incidents: pl.DataFrame, crimes: pl.DataFrame) -> Links:
    """Links from the incident reference that each crime carries."""
    known = crimes["incident_id"].is_in(incidents["incident_id"].implode())
    tied = crimes.filter(known.fill_null(False))
    return Links(
        links=tied.select("incident_id", "crime_id", weight=pl.lit(1.0), reason=pl.lit(BY_REFERENCE)),
        direct=crimes.filter(pl.col("incident_id").is_null()),
        dangling=crimes.filter(pl.col("incident_id").is_not_null() & ~known.fill_null(False)),
    )


def crimes_from_closing_codes(incidents: pl.DataFrame, mapping: SourceMapping) -> pl.DataFrame:
    """A crimes table for a log that says by its disposition alone that a crime was recorded.

    One crime for each incident whose ``closing_code`` is among the mapping's closing codes, its class unknown
    (``ho_class`` null) and its reference that of the incident with ``#1`` after it. The time of recording
    is not known and is left null. How many crimes were recorded and which, such a log does not say.
    """
    recorded = pl.col("closing_code").is_in(list(mapping.closing_codes)).fill_null(False)
    crimes = incidents.filter(recorded).select(
        crime_id=pl.col("incident_id") + "#1",
        force="force",
        incident_id="incident_id",
        reported_at="received_at",
        status=pl.lit("recorded"),
        domestic="domestic",
        unit="unit",
    )
    return pl.concat([TABLES["crimes"].empty(), crimes], how="diagonal")
