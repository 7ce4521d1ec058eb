"""What an auditor marks who is not always right, with the rates at which he errs known."""

from __future__ import annotations

import polars as pl

from firstpoint.errors import InputError
from firstpoint.simulation.chance import Chance, streams
from firstpoint.simulation.force import MadeUpForce

_COLUMNS = {
    "stratum": pl.String,
    "incident_id": pl.String,
    "should_record": pl.Int64,
    "recorded": pl.Int64,
    "auditor": pl.String,
    "reading": pl.String,
    "in_time": pl.Int64,
    "right_class": pl.Int64,
    "kind_of_error": pl.String,
}


def auditor_marks(
    force: MadeUpForce,
    sample_rows: pl.DataFrame,
    *,
    auditor: str,
    overlooks: float,
    over_calls: float,
    seed: int,
    reading: str = "first",
) -> pl.DataFrame:
    """Give an auditor's marks of the sampled reports.

    ``sample_rows`` needs ``stratum`` and ``incident_id`` (``inclusion_probability`` is carried over).
    ``overlooks`` is the chance that a missed crime is not seen, for each such crime; ``over_calls`` the
    chance that a report is given one crime that is not due. Crimes recorded are always found. Columns:
    stratum, incident_id, should_record, recorded, auditor, reading, in_time and right_class (how many of
    the recorded crimes were; never misjudged), kind_of_error (why crimes were missed, ``over_called``, or
    null). Rows keep the order of the sample; a mark depends on seed, auditor and place in the sample.
    Raises :class:`~firstpoint.errors.InputError` for a report that is not the force's.
    """
    truth = sample_rows.join(_truth(force), on="incident_id", how="left", maintain_order="left")
    unknown = truth.filter(pl.col("due").is_null())
    if unknown.height:
        raise InputError(
            "The sample holds a report that is not the force's.",
            where=str(unknown["incident_id"][0]),
            remedy="Draw the sample from a frame of the same force.",
        )
    chance = Chance(streams(seed, ["marks"])["marks"])
    rows = [
        _mark(row, auditor, reading, overlooks, over_calls, chance)
        for row in truth.select(
            "stratum", "incident_id", "due", "held", "in_time", "right_class", "kind_of_error"
        ).iter_rows()
    ]
    marks = pl.DataFrame(rows, schema=_COLUMNS, orient="row")
    if "inclusion_probability" in sample_rows.columns:
        marks = marks.with_columns(sample_rows["inclusion_probability"])
    return marks


def _truth(force: MadeUpForce) -> pl.DataFrame:
    """Give, by report, the crimes due and held and why the first of the missing ones was missed."""
    missed = force.truth_errors.filter(pl.col("crime_id").is_null())
    kinds = missed.group_by("incident_id", maintain_order=True).agg(
        pl.col("error").first().alias("kind_of_error")
    )
    slips = force.truth_errors.group_by("incident_id").agg(
        late=(pl.col("error") == "late").sum().cast(pl.Int64),
        wrong=(pl.col("error") == "wrong_class").sum().cast(pl.Int64),
    )
    return (
        force.truth_incidents.select("incident_id", due="should_record", held="recorded")
        .join(kinds, on="incident_id", how="left")
        .join(slips, on="incident_id", how="left")
        .with_columns(
            in_time=pl.col("held") - pl.col("late").fill_null(0),
            right_class=pl.col("held") - pl.col("wrong").fill_null(0),
        )
    )


def _mark(
    row: tuple[str, str, int, int, int, int, str | None],
    auditor: str,
    reading: str,
    overlooks: float,
    over_calls: float,
    chance: Chance,
) -> tuple[str, str, int, int, str, str, int, int, str | None]:
    stratum, incident_id, due, held, in_time, right_class, kind = row
    seen = sum(not chance.happens(overlooks) for _ in range(due - held))
    called = int(chance.happens(over_calls))
    named = kind if seen else ("over_called" if called else None)
    return stratum, incident_id, held + seen + called, held, auditor, reading, in_time, right_class, named
