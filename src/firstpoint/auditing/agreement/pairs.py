"""Reports that two people read: the answers of each to the same questions, side by side.

A question is something an auditor marks. Four come from the counts that every marking has; the others are
asked where the marks have their column.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import polars as pl

from firstpoint.auditing.marks import check_frame, check_marks
from firstpoint.errors import InputError, Refused

Against = Literal["second", "ruling"]

COUNTED = {
    "any crime due": pl.col("should_record") > 0,
    "any crime missed": pl.col("should_record") > pl.col("recorded"),
    "crimes due": pl.col("should_record"),
    "crimes recorded": pl.col("recorded"),
}
MARKED = {
    "class": "ho_class",
    "right class": "right_class",
    "in time": "in_time",
    "over-recorded": "over_recorded",
}
YES_OR_NO = ("any crime due", "any crime missed")


def pair_readings(
    marks: pl.DataFrame, *, against: Against = "second", frame: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Give a row for each report read twice and each question.

    Columns: ``stratum``, ``incident_id``, ``question``, ``first`` and ``other`` (answers as text; null where
    a reader left the question open), ``first_auditor`` and ``other_auditor`` (null without ``auditor``),
    ``weight`` f64. The weight is 1/(chance of the draw × chance of the second reading) where the marks have
    ``inclusion_probability`` and ``second_probability``; without them each report stands for as many as its
    stratum of the ``frame`` has for each report read twice, or for one where no frame is given.

    Raises InputError for marks without ``reading``, or a report read twice by one person, and Refused where
    no report was read twice.
    """
    checked = check_marks(marks)
    if "reading" not in checked.columns:
        raise InputError(
            "The marks do not say which reading is which, so there are no two to compare.",
            where="marks",
            remedy="Add the column reading, with first, second and, where there is one, ruling.",
        )
    answers = _answers(checked)
    first = answers.filter(pl.col("reading") == "first").drop("reading")
    other = answers.filter(pl.col("reading") == against).select(
        "incident_id", "question", other="answer", other_auditor="auditor"
    )
    paired = first.rename({"answer": "first", "auditor": "first_auditor"}).join(
        other, on=["incident_id", "question"], how="inner"
    )
    if paired.height == 0:
        raise Refused(
            f"No report has both a first reading and a {against} one.",
            where="marks",
            remedy="Read some reports twice, the second reader not seeing the first marks.",
        )
    _refuse_one_person_twice(paired)
    return (
        _weighted(paired, frame)
        .select(
            "stratum", "incident_id", "question", "first", "other", "first_auditor", "other_auditor", "weight"
        )
        .sort("question", "stratum", "incident_id")
    )


def _answers(marks: pl.DataFrame) -> pl.DataFrame:
    """Give one answer a report, reading and question; rows of one reading are put together first."""
    filled = marks.with_columns(
        pl.col("reading").fill_null("first"),
        _optional(marks, "auditor", pl.String),
        _optional(marks, "inclusion_probability", pl.Float64).alias("draw_chance"),
        _optional(marks, "second_probability", pl.Float64).alias("second_chance"),
    )
    summed = (
        filled.group_by("stratum", "incident_id", "reading")
        .agg(
            pl.col("should_record", "recorded").sum(),
            pl.col("auditor", "draw_chance", "second_chance").drop_nulls().first(),
            *_marked(marks),
        )
        .with_columns(pl.col("draw_chance", "second_chance").drop_nulls().first().over("incident_id"))
    )
    questions = {**COUNTED, **{question: pl.col(name) for question, name in _asked(marks)}}
    keep = ("stratum", "incident_id", "reading", "auditor", "draw_chance", "second_chance")
    return pl.concat(
        summed.select(*keep, question=pl.lit(question), answer=answer.cast(pl.String))
        for question, answer in questions.items()
    )


def _asked(marks: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for question, name in MARKED.items():
        if name in marks.columns:
            yield question, name


def _marked(marks: pl.DataFrame) -> Iterator[pl.Expr]:
    """Give what a reading as a whole says: all its different marks, in order, so that rows may be in any."""
    for _, name in _asked(marks):
        text = pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase().drop_nulls()
        yield pl.when(text.len() > 0).then(text.sort().str.join(", ")).alias(name)


def _optional(marks: pl.DataFrame, name: str, kind: type[pl.DataType]) -> pl.Expr:
    return (
        pl.col(name).cast(kind, strict=False).alias(name)
        if name in marks.columns
        else pl.lit(None, dtype=kind).alias(name)
    )


def _refuse_one_person_twice(paired: pl.DataFrame) -> None:
    same = paired.filter(pl.col("first_auditor") == pl.col("other_auditor"))
    if same.height:
        raise InputError(
            f"{same['incident_id'].n_unique()} reports were read both times by the same person, which shows "
            "how steady one reader is and not how far two agree.",
            where=f"incident {same['incident_id'].sort()[0]}",
            remedy="Give the second reading to somebody else, or leave these reports out.",
        )


def _weighted(paired: pl.DataFrame, frame: pl.DataFrame | None) -> pl.DataFrame:
    chances = [name for name in ("draw_chance", "second_chance") if paired[name].null_count() < paired.height]
    for name in chances:
        possible = pl.col(name).is_between(0.0, 1.0, closed="right").fill_null(value=False)
        wrong = paired.filter(~possible)
        if wrong.height:
            raise InputError(
                f"A chance of {'nothing' if wrong[name][0] is None else wrong[name][0]} is not above 0 "
                "and at most 1.",
                where=f"incident {wrong['incident_id'][0]}",
                remedy="Give the probabilities with which the report was drawn and read again.",
            )
    if "draw_chance" in chances:
        return paired.with_columns(weight=1.0 / pl.fold(pl.lit(1.0), lambda a, b: a * b, pl.col(chances)))
    if frame is None:
        return paired.with_columns(weight=pl.lit(1.0))
    return _weighted_to_frame(paired, check_frame(frame))


def _weighted_to_frame(paired: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    counted = "incident_id" in frame.columns
    incidents = frame.group_by("stratum").agg(
        held=pl.len().cast(pl.Float64) if counted else pl.col("incidents").sum().cast(pl.Float64)
    )
    joined = paired.join(incidents, on="stratum", how="left")
    unknown = joined.filter(pl.col("held").is_null())
    if unknown.height:
        raise InputError(
            "The marks name a stratum that the frame does not have.",
            where=f"stratum {unknown['stratum'][0]}",
            remedy="Use the names of the frame.",
        )
    read_twice = pl.col("incident_id").n_unique().over("stratum")
    return joined.with_columns(weight=pl.col("held") / read_twice)
