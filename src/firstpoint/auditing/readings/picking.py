"""Picking what is read again, by risk and blind, so that anybody can repeat it."""

from __future__ import annotations

import numpy as np
import polars as pl

from firstpoint.auditing.ratio import Floats
from firstpoint.auditing.readings.second import USUAL_SHARE, ExpectedErrors, second_chances
from firstpoint.errors import InputError
from firstpoint.records.lots import lots
from firstpoint.records.needed_columns import need_columns

LEAST_OPEN = 1.0
"""What is taken for open at the least: an overlooked crime is one crime (the project's choice)."""

_DIGITS = 13
_KNOWN = ("chance_unrecorded", "named", "linked")
_OF_MARKS = ("stratum", "incident_id", "should_record", "recorded", "inclusion_probability")


def pick_second_readings(
    first: pl.DataFrame,
    known: pl.DataFrame,
    seed: int,
    *,
    share: float = USUAL_SHARE,
    expected: ExpectedErrors | None = None,
) -> pl.DataFrame:
    """Give the incidents to be read again, each with its chance.

    Columns: ``stratum``, ``incident_id``, ``inclusion_probability``, ``second_probability``.
    ``first`` are the first marks (``stratum``, ``incident_id``, ``should_record``, ``recorded``,
    ``inclusion_probability``); ``known`` has for each of them ``chance_unrecorded``, ``named`` and
    ``linked`` as frozen before the draw. Each is picked by itself, where the number from the SHA-256 of
    ``seed|second reading|incident_id`` lies below its chance, so their number varies about ``share``. The
    second auditor is to be shown neither the first marks nor why an incident was picked. Raises InputError
    for an incident of which nothing is known.
    """
    need_columns(first, _OF_MARKS, "first marks")
    need_columns(known, ("incident_id", *_KNOWN), "what is known")
    rows = (
        first.group_by("stratum", "incident_id")
        .agg(pl.col("should_record", "recorded").sum(), pl.col("inclusion_probability").first())
        .join(known.select("incident_id", *_KNOWN), on="incident_id", how="left")
        .sort("stratum", "incident_id")
    )
    _refuse_unknown(rows)
    named, linked = _numbers(rows, "named"), _numbers(rows, "linked")
    chances = second_chances(
        _numbers(rows, "should_record"),
        _numbers(rows, "recorded"),
        1.0 / _numbers(rows, "inclusion_probability"),
        _numbers(rows, "chance_unrecorded"),
        np.maximum(named - linked, LEAST_OPEN),
        named,
        share=share,
        expected=expected,
    )
    lot = lots(rows.get_column("incident_id"), seed, "second reading")
    units = np.asarray([(int(one[:_DIGITS], 16) + 0.5) / 16**_DIGITS for one in lot.to_list()])
    picked = rows.with_columns(second_probability=pl.Series(chances)).filter(pl.Series(units < chances))
    return picked.select("stratum", "incident_id", "inclusion_probability", "second_probability")


def _refuse_unknown(rows: pl.DataFrame) -> None:
    empty = rows.filter(
        pl.any_horizontal(pl.col("chance_unrecorded", "named", "linked", "inclusion_probability").is_null())
    ).get_column("incident_id")
    if empty.len():
        raise InputError(
            f"Of {empty.len()} audited incidents the chance, the offences named or those linked are not "
            f"known.",
            where=f"incident {empty[0]}",
            remedy="Give what was frozen before the draw for every audited incident.",
        )


def _numbers(rows: pl.DataFrame, name: str) -> Floats:
    return rows.get_column(name).to_numpy().astype(np.float64)
