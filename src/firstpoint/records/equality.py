"""Equality data of victims: for each protected characteristic a value, or the lawful reason why not.

A force need not ask every victim everything; it must be able to say why it did not. So each characteristic
has two columns in the table ``victims``: the value, and ``…_absent`` with one of four reasons. The two
contradict each other when both are filled; when neither is, the gap is *silent*, and cannot be told from
neglect.

:func:`equality_completeness` counts both, by characteristic, unit and group of offence.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import frozen

from firstpoint import vocabulary
from firstpoint.records.chance import wilson
from firstpoint.records.needed_columns import need_columns

REASONS = ("not relevant", "refused", "not asked", "unknown to caller")
"""The lawful reasons for having no value."""

EMPTY_WORDS = (
    *(
        "not known",
        "not specified",
        "not stated",
        "not recorded",
        "not provided",
        "not given",
        "unknown",
        "unspecified",
    ),
    *(
        "u/k",
        "n/k",
        "nk",
        "n/a",
        "none given",
        "prefer not to say",
        "declined",
        "refused",
        "not asked",
        "not applicable",
    ),
)
"""Values that say nothing of a person; some are a reason in the wrong column."""


@frozen
class Characteristic:
    """A characteristic protected by the Equality Act 2010 (section 4), and the column that holds it."""

    title: str
    column: str

    @property
    def reason_column(self) -> str:
        """The column with the reason for the absence of a value."""
        return f"{self.column}_absent"


CHARACTERISTICS = (
    Characteristic("Age", "age"),
    Characteristic("Disability", "disability"),
    Characteristic("Gender reassignment", "gender_reassignment"),
    Characteristic("Marriage and civil partnership", "marriage_civil_partnership"),
    Characteristic("Pregnancy and maternity", "pregnancy_maternity"),
    Characteristic("Race (ethnicity)", "ethnicity"),
    Characteristic("Religion or belief", "religion"),
    Characteristic("Sex", "sex"),
    Characteristic("Sexual orientation", "sexual_orientation"),
)
"""The nine protected characteristics, in the order of the Act."""

COMPLETENESS_SCHEMA: dict[str, pl.DataType] = {
    "characteristic": pl.String(),
    "by": pl.String(),
    "group": pl.String(),
    "victims": pl.Int64(),
    "held": pl.Int64(),
    **{reason.replace(" ", "_"): pl.Int64() for reason in REASONS},
    "silent": pl.Int64(),
    "contradicted": pl.Int64(),
    "accounted_share": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "held_share": pl.Float64(),
}


def says_nothing(column: str) -> pl.Expr:
    """Whether a characteristic is filled with a word that is no value of it."""
    return pl.col(column).str.strip_chars().str.to_lowercase().is_in(EMPTY_WORDS)


def equality_completeness(victims: pl.DataFrame, crimes: pl.DataFrame | None = None) -> pl.DataFrame:
    """How complete the equality data of victims are, by characteristic.

    ``victims`` is the canonical table; ``crimes`` (``victim_id, unit, ho_class``) adds a row for each unit
    and each group of offence whose crimes a victim is tied to; a victim of several counts once in each.

    Gives, for ``by`` (``all``, ``unit``, ``offence group``) and ``group``: ``victims``; ``held`` (a value
    that says something); the count of each reason, taken where there is no value; ``silent`` (neither);
    ``contradicted`` (both, counted as held too); ``accounted_share`` (held or a reason, of all victims) with
    its 95 % interval by Wilson's formula; and ``held_share`` (held, of those for whom it is relevant), null
    where it is relevant for nobody.
    """
    columns = [name for each in CHARACTERISTICS for name in (each.column, each.reason_column)]
    need_columns(victims, ("victim_id", *columns), "equality data")
    counted = [_counted(victims.with_columns(group=pl.lit("all victims")), "all")]
    if crimes is not None:
        need_columns(crimes, ("victim_id", "unit", "ho_class"), "equality data")
        for by, groups in _groups(crimes):
            counted.append(_counted(victims.join(groups, on="victim_id"), by))
    return pl.concat(counted)


def _groups(crimes: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The unit and the group of offence of each victim, a row for each that differs."""
    titles = {code: each.group for code, each in vocabulary.offence_classes().items()}
    group = pl.col("ho_class").replace_strict(titles, default=None, return_dtype=pl.String)
    for by, expression in (("unit", pl.col("unit")), ("offence group", group)):
        yield by, crimes.select("victim_id", group=expression).drop_nulls().unique(maintain_order=True)


def _counted(victims: pl.DataFrame, by: str) -> pl.DataFrame:
    parts = [_of_one(victims, by, each) for each in CHARACTERISTICS]
    counted = pl.concat(
        [pl.DataFrame(schema=COMPLETENESS_SCHEMA).drop("low", "high"), *parts], how="diagonal"
    )
    bounds = [wilson(rows - silent, rows) for rows, silent in counted.select("victims", "silent").iter_rows()]
    return counted.with_columns(
        low=pl.Series([low for low, _ in bounds], dtype=pl.Float64),
        high=pl.Series([high for _, high in bounds], dtype=pl.Float64),
    ).select(list(COMPLETENESS_SCHEMA))


def _of_one(victims: pl.DataFrame, by: str, each: Characteristic) -> pl.DataFrame:
    value = pl.col(each.column).is_not_null()
    if victims.schema[each.column] == pl.String:
        value &= ~says_nothing(each.column)
    reason = pl.col(each.reason_column)
    counts = {
        "victims": pl.len(),
        "held": value.sum(),
        **{name.replace(" ", "_"): (~value & (reason == name)).sum() for name in REASONS},
        "silent": (~value & reason.is_null()).sum(),
        "contradicted": (value & reason.is_not_null()).sum(),
    }
    counted = (
        victims.group_by("group")
        .agg(**{name: each.cast(pl.Int64) for name, each in counts.items()})
        .sort("group")
    )
    relevant = pl.col("victims") - pl.col("not_relevant")
    return counted.with_columns(
        characteristic=pl.lit(each.title),
        by=pl.lit(by),
        accounted_share=1 - pl.col("silent") / pl.col("victims"),
        held_share=pl.when(relevant > 0).then(pl.col("held") / relevant),
    )
