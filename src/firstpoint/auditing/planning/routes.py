"""Frames by route: a rate of the control room says nothing of reports that never pass it.

The headline of an inspection covers the auditable route; what reaches the force through public protection,
secondary systems or online forms is audited apart (or not at all, and then that must be said). A frame with
a row an incident and the column ``route`` splits into frames of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from firstpoint.auditing.frame import frame_sha256
from firstpoint.auditing.marks import check_frame
from firstpoint.errors import InputError

ROUTE_NOT_GIVEN = "route not given"


def frames_by_route(frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """Give each route's own frame, by name; reports without a route are under ``route not given``.

    ``frame`` has ``stratum, incident_id, route``. Raises InputError where it has not.
    """
    frame = _with_routes(frame)
    routes = frame.get_column("route").unique().sort().to_list()
    return {route: frame.filter(pl.col("route") == route) for route in routes}


def route_table(frame: pl.DataFrame, marks: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give how a frame, and an audit of it, spread over routes.

    Columns: ``route`` str, ``incidents`` i64, ``share`` f64, ``frame_sha256`` str of the route's own frame,
    and, with marks, ``audited`` i64. A route of the frame in which nobody audited stands there with 0.
    """
    frame = _with_routes(frame)
    rows = [
        (route, part.height, part.height / frame.height, frame_sha256(part))
        for route, part in frames_by_route(frame).items()
    ]
    shape = {"route": pl.String, "incidents": pl.Int64, "share": pl.Float64, "frame_sha256": pl.String}
    table = pl.DataFrame(rows, schema=shape, orient="row")
    if marks is None:
        return table
    audited = marks.select(pl.col("incident_id").cast(pl.String).str.strip_chars()).unique()
    counted = frame.join(audited, on="incident_id").group_by("route").agg(audited=pl.len().cast(pl.Int64))
    return table.join(counted, on="route", how="left", maintain_order="left").with_columns(
        pl.col("audited").fill_null(0)
    )


def _with_routes(frame: pl.DataFrame) -> pl.DataFrame:
    frame = check_frame(frame)
    if "incident_id" not in frame.columns or "route" not in frame.columns:
        raise InputError(
            "The frame does not say which way each report took.",
            where="frame",
            remedy="Give a row an incident with the column route.",
        )
    named = pl.col("route").cast(pl.String).str.strip_chars().replace("", None)
    return frame.with_columns(route=named.fill_null(ROUTE_NOT_GIVEN))
