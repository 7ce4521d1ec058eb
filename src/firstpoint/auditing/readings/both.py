"""First and second readings of the same incidents, side by side, and the value that carries both."""

from __future__ import annotations

import polars as pl

from firstpoint.errors import InputError

SECOND = "second_probability"


def both_readings(marks: pl.DataFrame) -> pl.DataFrame:
    """Give checked marks as one row an incident with both readings and their pseudo-values.

    Columns: ``incident_id``; ``first_due``, ``first_recorded`` f64; ``read_again`` bool; ``second_due``,
    ``second_recorded`` f64 (of the registrar's ruling where one was given; null where not read again);
    ``second_probability`` f64 (null where not read again or not known); ``pseudo_due``,
    ``pseudo_recorded`` f64, d₁ + (z/p)(d₂ − d₁).

    A second reading whose chance is not known corrects nothing: the registrar's ruling stands where there is
    one, as it does for an incident that was ruled on without a second reading. Raises InputError for a
    chance outside 0 to 1.
    """
    if "reading" not in marks.columns:
        return _unread(_summed(marks))
    chances = _chances(marks)
    ruled, second = _of(marks, "ruling"), _of(marks, "second")
    first = _summed(marks.filter(pl.col("reading").is_null() | (pl.col("reading") == "first")))
    first = pl.concat([first, ruled.join(first, on="incident_id", how="anti")])
    rows = (
        first.join(chances, on="incident_id", how="left")
        .join(second, on="incident_id", how="left", suffix="_second")
        .join(ruled, on="incident_id", how="left", suffix="_ruled")
        .sort("incident_id")
    )
    by_chance = pl.col("due_second").is_not_null() & pl.col(SECOND).is_not_null()
    gold = {name: pl.coalesce(f"{name}_ruled", f"{name}_second") for name in ("due", "recorded")}
    return rows.select(
        "incident_id",
        *(
            pl.when(by_chance)
            .then(pl.col(name))
            .otherwise(pl.coalesce(f"{name}_ruled", name))
            .alias(f"first_{name}")
            for name in ("due", "recorded")
        ),
        read_again=by_chance,
        **{f"second_{name}": pl.when(by_chance).then(value) for name, value in gold.items()},
        second_probability=pl.when(by_chance).then(pl.col(SECOND)),
    ).with_columns(
        (
            pl.col(f"first_{name}")
            + ((pl.col(f"second_{name}") - pl.col(f"first_{name}")) / pl.col(SECOND)).fill_null(0.0)
        ).alias(f"pseudo_{name}")
        for name in ("due", "recorded")
    )


def second_readings_without_chance(marks: pl.DataFrame) -> int:
    """Give how many incidents were read again with a chance that the marks do not tell."""
    if "reading" not in marks.columns:
        return 0
    again = marks.filter(pl.col("reading") == "second").select("incident_id").unique()
    return int(again.join(_chances(marks), on="incident_id", how="left").get_column(SECOND).null_count())


def _summed(marks: pl.DataFrame) -> pl.DataFrame:
    return marks.group_by("incident_id").agg(
        due=pl.col("should_record").sum().cast(pl.Float64), recorded=pl.col("recorded").sum().cast(pl.Float64)
    )


def _of(marks: pl.DataFrame, reading: str) -> pl.DataFrame:
    return _summed(marks.filter(pl.col("reading") == reading))


def _unread(first: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.Float64)
    return first.sort("incident_id").select(
        "incident_id",
        first_due="due",
        first_recorded="recorded",
        read_again=pl.lit(value=False),
        second_due=nothing,
        second_recorded=nothing,
        second_probability=nothing,
        pseudo_due="due",
        pseudo_recorded="recorded",
    )


def _chances(marks: pl.DataFrame) -> pl.DataFrame:
    if SECOND not in marks.columns:
        return pl.DataFrame(schema={"incident_id": pl.String, SECOND: pl.Float64})
    given = marks.select("incident_id", pl.col(SECOND).cast(pl.Float64, strict=False)).drop_nulls()
    wrong = given.filter(~((pl.col(SECOND) > 0.0) & (pl.col(SECOND) <= 1.0)))
    if wrong.height:
        raise InputError(
            f"A second reading's chance of {wrong.get_column(SECOND)[0]} is not above 0 and at most 1.",
            where=f"incident {wrong.get_column('incident_id')[0]}, {SECOND}",
            remedy="Give the chance with which the incident was picked to be read again.",
        )
    return given.group_by("incident_id").agg(pl.col(SECOND).max())
