"""The draw: which reports are audited, so that anybody with the frame and the seed can repeat it.

Each report gets a number of its own: the SHA-256, in hexadecimal, of the text ``seed|frame
hash|incident_id``. Within each stratum the reports are sorted by that number and the first ones are taken,
as many as the plan says. No random generator is involved, so the same draw comes from any language or
spreadsheet that has SHA-256, and the order of the rows in the frame does not matter. The frame's hash is in
the text so that nobody can look for a seed that suits before the frame is fixed and then change the frame.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from attrs import frozen

from firstpoint.auditing.frame import frame_sha256
from firstpoint.auditing.marks import check_frame
from firstpoint.errors import InputError, Refused
from firstpoint.records.lots import lots


@frozen(eq=False)
class Sample:
    """A drawn sample and all that is needed to draw it again.

    ``rows`` has ``stratum`` str, ``incident_id`` str, ``inclusion_probability`` f64 (n/N of its stratum)
    and ``draw_order`` i64 (1 is the first drawn in its stratum). ``incidents`` and ``sizes`` give N and n
    by stratum.
    """

    rows: pl.DataFrame
    seed: int
    frame_sha256: str
    incidents: Mapping[str, int]
    sizes: Mapping[str, int]
    method: str


def draw(frame: pl.DataFrame, sizes: Mapping[str, int], seed: int) -> Sample:
    """Give a simple random sample within each stratum, the same for the same frame, sizes and seed.

    ``frame`` has one row a report (``stratum``, ``incident_id``); ``sizes`` gives the number to draw from
    each stratum of the frame. Raises InputError for a frame that :func:`check_frame` turns away, for a
    stratum without a size or a size without a stratum, and Refused where a stratum has fewer reports than
    are asked for or where one report alone would be drawn from several.
    """
    frame = _frame_of_incidents(frame)
    fingerprint = frame_sha256(frame)
    incidents = dict(frame.group_by("stratum").len().sort("stratum").iter_rows())
    _check_sizes(incidents, sizes)
    rows = (
        frame.select("stratum", "incident_id")
        .with_columns(number=lots(frame.get_column("incident_id"), seed, fingerprint))
        .sort("stratum", "number")
        .with_columns(
            draw_order=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("stratum"),
            size=pl.col("stratum").replace_strict(dict(sizes), return_dtype=pl.Int64),
        )
        .with_columns(inclusion_probability=pl.col("size") / pl.len().over("stratum"))
        .filter(pl.col("draw_order") <= pl.col("size"))
        .select("stratum", "incident_id", "inclusion_probability", "draw_order")
    )
    return Sample(
        rows,
        seed,
        fingerprint,
        incidents,
        {name: sizes[name] for name in incidents},
        _method(incidents, sizes, seed, fingerprint),
    )


def _frame_of_incidents(frame: pl.DataFrame) -> pl.DataFrame:
    if "incident_id" not in frame.columns:
        raise InputError(
            "A frame of totals has no reports to draw.",
            where="frame",
            remedy="Give a row a report, with stratum and incident_id.",
        )
    return check_frame(frame)


def _check_sizes(incidents: Mapping[str, int], sizes: Mapping[str, int]) -> None:
    for stratum in sorted(set(incidents) ^ set(sizes)):
        raise InputError(
            "The frame and the sizes do not name the same strata.",
            where=f"stratum {stratum}",
            remedy="Give one size for each stratum; to leave one out, build the frame without it.",
        )
    for stratum, size in sizes.items():
        if size > incidents[stratum]:
            raise Refused(
                f"{size} reports cannot be drawn from {incidents[stratum]}.",
                where=f"stratum {stratum}",
                remedy="Widen the dates, or take the stratum whole.",
            )
        if size < 2 and size != incidents[stratum]:
            raise Refused(
                f"With {size} reports drawn of {incidents[stratum]} no standard error can be given.",
                where=f"stratum {stratum}",
                remedy="Draw two at the least, or join the stratum to another.",
            )


def _method(incidents: Mapping[str, int], sizes: Mapping[str, int], seed: int, fingerprint: str) -> str:
    shares = ", ".join(f"{stratum} {sizes[stratum]:,} of {incidents[stratum]:,}" for stratum in incidents)
    return (
        f"Simple random sample within each stratum ({shares}): the reports with the lowest SHA-256 of "
        f"'seed|frame hash|incident_id', seed {seed}, frame hash {fingerprint}."
    )
