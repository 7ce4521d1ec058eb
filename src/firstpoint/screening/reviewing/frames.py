"""The frame of a choice, made from a screened table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import polars as pl

from firstpoint.errors import InputError
from firstpoint.screening.reviewing.grave import GraveStratum, grave_of

Order = Literal["rank", "score"]


def frame_of(
    screened: pl.DataFrame,
    incidents: pl.DataFrame | None = None,
    *,
    score: str = "chance_unrecorded",
    order: Order = "rank",
    strata: Sequence[GraveStratum] | None = None,
) -> pl.DataFrame:
    """The frame: ``incident_id``, ``score``, ``place``, ``grave``, a row a screened log.

    ``score`` names the column that the proportional part follows. ``order`` is the top's: the screened
    table's own ``rank``, or the score itself, which finds more missed crimes but not the gravest first.
    ``incidents`` adds flags and codes for the grave strata. Raises InputError for a column that is not there.
    """
    for needed in ("incident_id", "disclosures", score, *(["rank"] if order == "rank" else [])):
        if needed not in screened.columns:
            raise InputError(
                f"The screened table has no column {needed}.",
                where="screened table",
                remedy="Give what firstpoint screen wrote, or name another column.",
            )
    placed = (
        screened.with_columns(score=pl.col(score), grave=grave_of(screened, incidents, strata))
        .sort(
            *(["rank"] if order == "rank" else [-pl.col("score")]),
            "incident_id",
        )
        .with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    )
    return placed.select("incident_id", "score", "place", "grave")


def received_on(incidents: pl.DataFrame, day: date) -> pl.DataFrame:
    """The incidents received on one London day; ``received_at`` is zone-aware."""
    received = pl.col("received_at").dt.convert_time_zone("Europe/London").dt.date()
    return incidents.filter((received == day).fill_null(value=False))
