"""What is expected of every incident before any is audited: crimes due and recorded, and how unsurely.

Two ways to predict are shipped, and a force's own may stand in their place:

* :func:`screened_predictions` from the screen's chance that a crime is missing;
* :func:`named_and_linked_predictions` from what needs no learned score at all: how many offences the log
  names and how many recorded crimes are linked to the incident.

A prediction may be as wrong as it likes: the draw and the audit put it right, at the price of width. It must
know something of *size*, though: where a few incidents hold many crimes, a score alone leaves the limits
holding less often than they say.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from firstpoint.auditing.ratio import Floats
from firstpoint.errors import InputError
from firstpoint.records.needed_columns import need_columns

PREDICTED = ("predicted_due", "predicted_recorded", "predicted_sd")
"""The columns of a prediction: crimes due, crimes recorded, standard deviation of what the audit will add."""

EXPECTED_RATE = 0.90
"""The rate that is expected where nothing is known (the project's choice, as in ``design.toml``)."""

UNSEEN_CHANCE = 0.02
"""The chance of a missing crime where the log names nothing beyond what is linked (the project's choice)."""

NOTHING_OPEN = 0.5
"""What is taken for open where the log names nothing beyond what is linked (the project's choice)."""

_TEMPER = 0.35
_NEVER_SURER = 0.90


def known_before(frame: pl.DataFrame, screened: pl.DataFrame, crimes: pl.DataFrame) -> pl.DataFrame:
    """Give the frame with what the screen and the crimes held say of every report before the audit.

    ``frame`` has ``stratum`` and ``incident_id``; ``screened`` is what the screen writes (``incident_id``,
    ``chance_unrecorded``, ``expected_crimes``), ``crimes`` the crimes held (``crime_id``, ``incident_id``).
    Added: ``chance_unrecorded``; ``named``, the crimes that the log discloses; ``linked``, those recorded. A
    crime recorded directly is its own report, with one named and linked. What the screen did not read has
    the chance :data:`UNSEEN_CHANCE` and as much named as linked.
    """
    need_columns(frame, ("stratum", "incident_id"), "frame")
    need_columns(screened, ("incident_id", "chance_unrecorded", "expected_crimes"), "screened incidents")
    need_columns(crimes, ("crime_id", "incident_id"), "crimes")
    by_incident = (
        crimes.drop_nulls("incident_id").group_by("incident_id").agg(linked=pl.len().cast(pl.Float64))
    )
    direct = crimes.select(incident_id="crime_id", direct=pl.lit(1.0)).unique("incident_id")
    read = screened.select(
        "incident_id", "chance_unrecorded", named=pl.col("expected_crimes").cast(pl.Float64)
    ).unique("incident_id", keep="first", maintain_order=True)
    kept = frame.drop([name for name in ("chance_unrecorded", "named", "linked") if name in frame.columns])
    return (
        kept.join(read, on="incident_id", how="left", maintain_order="left")
        .join(by_incident, on="incident_id", how="left", maintain_order="left")
        .join(direct, on="incident_id", how="left", maintain_order="left")
        .with_columns(linked=pl.coalesce("linked", "direct", pl.lit(0.0)))
        .with_columns(
            pl.col("chance_unrecorded").fill_null(UNSEEN_CHANCE), named=pl.coalesce("named", "linked")
        )
        .drop("direct")
    )


def screened_predictions(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the frame with :data:`PREDICTED` added, from the screen's chance.

    ``frame`` has a row an incident: ``stratum``, ``incident_id``, ``chance_unrecorded`` f64 (0 to 1, that at
    least one crime is missing), ``named`` (offences that the log names) and ``linked`` (recorded crimes
    linked to it). Expected missing crimes are the chance times :func:`offences_open`. Raises InputError for a
    missing column or a value that cannot be.
    """
    need_columns(frame, ("stratum", "incident_id", "chance_unrecorded", "named", "linked"), "frame")
    chance = _numbers(frame, "chance_unrecorded", most=1.0)
    named, linked = _numbers(frame, "named"), _numbers(frame, "linked")
    still_open = offences_open(named, linked)
    return _with_predictions(frame, linked, chance * still_open, residual_sd(chance, still_open))


def named_and_linked_predictions(
    frame: pl.DataFrame, *, expected_rates: Mapping[str, float] | None = None
) -> pl.DataFrame:
    """Give the frame with :data:`PREDICTED` added, from offences named and crimes linked alone.

    ``frame`` has ``stratum``, ``incident_id``, ``named`` and ``linked``. In each stratum the offences named
    beyond those linked are scaled so that recorded over due comes to the expected rate
    (:data:`EXPECTED_RATE` unless ``expected_rates`` gives the stratum's own). Raises InputError for a
    missing column, a value that cannot be, or an expected rate outside 0 to 1.
    """
    need_columns(frame, ("stratum", "incident_id", "named", "linked"), "frame")
    named, linked = _numbers(frame, "named"), _numbers(frame, "linked")
    still_open = np.maximum(named - linked, 0.0)
    share = np.zeros_like(named)
    strata = frame.get_column("stratum").to_numpy()
    for stratum in np.unique(strata):
        rows = strata == stratum
        rate = _expected(str(stratum), expected_rates)
        share[rows] = share_missing(linked[rows], still_open[rows], rate)
    chance = np.where(still_open > 0.0, np.maximum(share, UNSEEN_CHANCE), UNSEEN_CHANCE)
    missing = share * still_open
    return _with_predictions(frame, linked, missing, residual_sd(chance, np.maximum(still_open, 1.0)))


def offences_open(named: Floats, linked: Floats) -> Floats:
    """Give the offences that a log names beyond the crimes linked, :data:`NOTHING_OPEN` at the least.

    A chance that does not know of links is too high where nothing is open; one that does is halved once more
    than it need be, which costs a little width and no validity.
    """
    still_open: Floats = np.maximum(named - linked, NOTHING_OPEN)
    return still_open


def residual_sd(chance: Floats, still_open: Floats) -> Floats:
    """Give by how much the audit is expected to differ from the prediction, in crimes, float64.

    (p(1 − p))^0.35 times the offences still open. A power of one half is the standard deviation and would
    give the least variance; 0.35 draws somewhat more where the chance is small, which costs some three per
    cent of width and lets the variance rest on more incidents, so that no single surprise carries it. No
    chance is taken for surer than 0.90: above that it is drawn as if it were 0.90.
    """
    unsure = np.minimum(chance, _NEVER_SURER)
    spread: Floats = (unsure * (1.0 - unsure)) ** _TEMPER * still_open
    return spread


def share_missing(linked: Floats, still_open: Floats, expected_rate: float) -> float:
    """Give the part of the open offences that must be missing crimes for the expected rate to come out."""
    offered = float(still_open.sum())
    if offered == 0.0:
        return 0.0
    return min((1.0 - expected_rate) / expected_rate * float(linked.sum()) / offered, 1.0)


def check_predictions(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the frame with its predictions as numbers, or raise InputError naming the incident at fault.

    Crimes due are 0 or more and finite, so are those recorded, and ``predicted_sd`` where it is there.
    """
    need_columns(frame, ("stratum", "incident_id", *PREDICTED[:2]), "predictions")
    columns = [name for name in PREDICTED if name in frame.columns]
    return frame.with_columns(pl.Series(name, _numbers(frame, name)) for name in columns)


def _with_predictions(frame: pl.DataFrame, linked: Floats, missing: Floats, spread: Floats) -> pl.DataFrame:
    return frame.with_columns(
        predicted_due=pl.Series(linked + missing),
        predicted_recorded=pl.Series(linked),
        predicted_sd=pl.Series(spread),
    )


def _numbers(frame: pl.DataFrame, column: str, *, most: float = 10_000.0) -> Floats:
    values = frame.get_column(column).cast(pl.Float64, strict=False)
    wrong = ~values.is_between(0.0, most).fill_null(value=False)
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise InputError(
            f"{column} is {frame.get_column(column)[row]}, not a number from 0 to {most:,.0f}.",
            where=f"incident {frame.get_column('incident_id')[row]}",
            remedy="Give every incident of the frame a value; an incident of which nothing is known gets 0.",
        )
    return values.to_numpy().astype(np.float64)


def _expected(stratum: str, rates: Mapping[str, float] | None) -> float:
    rate = (rates or {}).get(stratum, EXPECTED_RATE)
    if not 0.0 < rate <= 1.0:
        raise InputError(
            f"An expected rate of {rate} is not a share above 0 and at most 1.",
            where=f"stratum {stratum}",
            remedy="Give a share such as 0.9.",
        )
    return rate
