"""Reviewed logs: what was chosen, joined to what the reviewers marked."""

from __future__ import annotations

import polars as pl

from firstpoint.errors import InputError, Refused

CHOSEN_COLUMNS = ("day", "incident_id", "lot", "inclusion_probability")
_SHOWN = 5


def join_marks(chosen: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """Every chosen log with what its review found.

    ``chosen`` has ``day, incident_id, lot, inclusion_probability`` and what else it carries, of one choice
    or of many. ``marks`` has ``incident_id, should_record, recorded`` (rows of one log are added up), a row
    for every chosen log, those that hide nothing too. Adds ``missed`` f64, the crimes that should have been
    recorded and are not, ``hides`` bool, whether there is one, and ``weight`` f64, 1/π.

    Raises InputError for columns, counts or probabilities that cannot be, Refused where a chosen log is
    unmarked: leaving out what nobody marked would bias every figure. Marks of logs that were not chosen
    are refused too, since nothing is known of how they came in.
    """
    _need(chosen, CHOSEN_COLUMNS, "chosen logs")
    _need(marks, ("incident_id", "should_record", "recorded"), "marks")
    chosen = chosen.with_columns(
        pl.col("incident_id").cast(pl.String), pl.col("inclusion_probability").cast(pl.Float64)
    )
    _check_chosen(chosen)
    summed = _missed(marks)
    stray = summed.join(chosen, on="incident_id", how="anti")["incident_id"]
    if stray.len():
        raise InputError(
            f"{stray.len()} marked logs were not chosen, so their chance is unknown ({_some(stray)}).",
            where="marks",
            remedy="Give the choices of all days that were marked; hand-picked logs say nothing of others.",
        )
    joined = chosen.join(summed, on="incident_id", how="left", maintain_order="left")
    unmarked = joined.filter(pl.col("missed").is_null())["incident_id"]
    if unmarked.len():
        raise Refused(
            f"{unmarked.len()} of {joined.height} chosen logs have no mark ({_some(unmarked)}).",
            where="marks",
            remedy="Mark every chosen log, with 0 and 0 where it hides nothing.",
        )
    return joined.with_columns(hides=pl.col("missed") > 0, weight=1.0 / pl.col("inclusion_probability"))


def _missed(marks: pl.DataFrame) -> pl.DataFrame:
    counts = marks.select(
        pl.col("incident_id").cast(pl.String),
        pl.col("should_record", "recorded").cast(pl.Float64, strict=False),
    )
    due, recorded = pl.col("should_record"), pl.col("recorded")
    usable = due.is_finite() & recorded.is_finite() & (recorded >= 0) & (due >= recorded)
    wrong = counts.filter(~usable.fill_null(value=False))["incident_id"]
    if wrong.len():
        raise InputError(
            f"{wrong.len()} marks have a count that is missing or below 0, or more recorded than should be.",
            where=f"incident {wrong[0]}",
            remedy="Give should_record and recorded as whole numbers; recorded counts only what is due.",
        )
    return counts.group_by("incident_id").agg(missed=(due - recorded).sum())


def _check_chosen(chosen: pl.DataFrame) -> None:
    chance = pl.col("inclusion_probability")
    wrong = chosen.filter(~((chance > 0) & (chance <= 1)).fill_null(value=False))["incident_id"]
    if wrong.len():
        raise InputError(
            "A chosen log has an inclusion probability that is missing or outside 0 to 1.",
            where=f"incident {wrong[0]}",
            remedy="Give the file that the choice wrote, unchanged.",
        )
    repeated = chosen.filter(pl.col("incident_id").is_duplicated())["incident_id"]
    if repeated.len():
        raise InputError(
            "A log was chosen on two days, so its chance is not the one stored.",
            where=f"incident {repeated.sort()[0]}",
            remedy="Leave logs that were in an earlier frame out of a later one.",
        )


def _need(frame: pl.DataFrame, columns: tuple[str, ...], where: str) -> None:
    for column in columns:
        if column not in frame.columns:
            raise InputError(f"There is no column {column}.", where=where, remedy="Add it.")
    if frame.is_empty():
        raise InputError("There are no rows.", where=where, remedy="Give a row a log.")


def _some(references: pl.Series) -> str:
    shown = ", ".join(references.sort().to_list()[:_SHOWN])
    return f"{shown} and others" if references.len() > _SHOWN else shown
