"""Keys that point to nothing, in either direction, and keys that stand in two files."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstpoint.records.checking.found import Found, Material, is_used, part, where
from firstpoint.records.tables import table_named

REFERENCES = (
    ("crimes", "incident_id", "incidents", "incident_id", "The crime points to no incident"),
    ("log_entries", "incident_id", "incidents", "incident_id", "The entry belongs to no incident"),
    ("incidents", "secondary_to", "incidents", "incident_id", "The incident is secondary to none"),
    ("victims", "victim_id", "crimes", "victim_id", "The victim is the victim of no crime"),
    ("crimes", "victim_id", "victims", "victim_id", "The crime names no victim"),
)
"""Table and column that point, table and column pointed to, and what it means when nothing is there."""


def pointing_to_nothing(material: Material) -> Iterator[Found]:
    """References whose other end is in none of the extracts given."""
    for table, column, other, key, reason in REFERENCES:
        if table != material.table:
            continue
        known = _values(material, other, key)
        if known is None or (known.is_empty() and other != "incidents"):
            continue
        yield from where(
            part(material.extract, column),
            ~pl.col(column).is_in(known.implode()),
            check="points-to-nothing",
            column=column,
            message=f"{reason} in the {other} given.",
            remedy=f"Give {other} over a longer period, or mend the reference at the source. "
            "The row was kept.",
        )


def _values(material: Material, table: str, column: str) -> pl.Series | None:
    """The filled cells of a column over all extracts of a table; None where no extract holds it."""
    columns = [each.scan().select(column).collect()[column] for each in material.others(table)]
    return pl.concat(columns).drop_nulls().unique() if columns else None


def without_entries(material: Material) -> Iterator[Found]:
    """Incidents with neither a text nor an entry, where entries were given."""
    if material.table != "incidents":
        return
    with_entries = _values(material, "log_entries", "incident_id")
    if with_entries is None or with_entries.is_empty():
        return
    frame = material.extract.scan().select("incident_id", wordless=pl.col("text").is_null()).collect()
    yield from where(
        frame.with_columns(material.extract.row_numbers.alias("row")),
        pl.col("wordless") & ~pl.col("incident_id").is_in(with_entries.implode()),
        check="no-entries",
        column="incident_id",
        message="The incident has no text and no entry in the log_entries given.",
    )


def secondary_to_itself(material: Material) -> Iterator[Found]:
    """Incidents that name themselves as the one that they came from."""
    if material.table == "incidents":
        yield from where(
            part(material.extract, "incident_id", "secondary_to"),
            pl.col("incident_id") == pl.col("secondary_to"),
            check="own-secondary",
            column="secondary_to",
            message="The incident is secondary to itself.",
        )


def in_an_earlier_file(material: Material) -> Iterator[Found]:
    """Keys that another file of the same delivery, named before this one, holds too."""
    key = table_named(material.table).key
    for other in material.together:
        if other is material.extract:
            return
        if key and other.table == material.table and is_used(other, key):
            yield from where(
                part(material.extract, key),
                pl.col(key).is_in(other.scan().select(key).collect()[key].implode()),
                check="key-in-two-files",
                column=key,
                message=f"The key stands in {other.path.name} too.",
            )
