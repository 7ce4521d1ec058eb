"""The text of an incident from the entries of its log, where a system exports them one by one."""

from __future__ import annotations

import polars as pl


def with_text_of_entries(incidents: pl.DataFrame, log_entries: pl.DataFrame) -> pl.DataFrame:
    """The incidents, with the entries of the log in order of time as ``text`` where that was empty.

    ``log_entries`` needs ``incident_id, entry_at, text``. An incident that has a text of its own keeps it,
    and one without entries keeps none; rows and their order stay as they are.
    """
    joined = (
        log_entries.filter(pl.col("text").is_not_null())
        .sort("entry_at", maintain_order=True)
        .group_by("incident_id", maintain_order=True)
        .agg(entries=pl.col("text").str.join("\n"))
    )
    return (
        incidents.join(joined, on="incident_id", how="left", maintain_order="left")
        .with_columns(text=pl.coalesce("text", "entries"))
        .drop("entries")
    )
