"""How often each row of the lexicon was right, by what auditors found in the logs that it spoke in.

A *hit* is an audited log in which the row is part of a disclosure that asks for a crime. It is *confirmed*
where the audit found that a crime of the kind told should have been recorded: where the marks name classes,
one that the kind could become by the newest rule book; where they do not, any crime at all. So without
classes a row gets the credit of its neighbours in the same log, and ``by`` says so.

A log that was more likely to be audited counts for less: with ``inclusion_probability`` in the marks the
precision is the weighted share, and its interval (Wilson, 95 %) is taken at the effective number of hits
(Kish: the square of the sum of the weights over the sum of their squares). ``hits`` and ``confirmed`` are
plain numbers of logs. A row with few hits has a wide interval, and nothing should be concluded from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from firstpoint.errors import InputError
from firstpoint.records.chance import wilson
from firstpoint.records.needed_columns import need_columns
from firstpoint.screening.kinds import possible_classes

AUDITED: dict[str, type[pl.DataType]] = {
    "pattern": pl.String,
    "hits": pl.Int64,
    "confirmed": pl.Int64,
    "precision": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "by": pl.String,
    "reader": pl.String,
}
"""The table of audited precision: a row a pattern. ``by`` is ``class`` or ``any crime``."""

_DECIMALS = 4


def audited_precision(marks: pl.DataFrame, screened: pl.DataFrame) -> pl.DataFrame:
    """The audited precision of each row of the lexicon, sorted by row; see :data:`AUDITED`.

    ``marks`` needs ``incident_id`` and ``should_record`` (crimes that should have been recorded; the rows of
    one log are taken together), ``ho_class`` and ``inclusion_probability`` are used when there. ``screened``
    is what :func:`~firstpoint.screening.screened.screen` gave. Logs without marks, and marks of logs that
    were not screened, are left aside. Raises :class:`InputError` for a missing column, a count or a
    probability that cannot be, or when no log is both marked and screened.
    """
    found = _found(marks)
    need_columns(screened, ("incident_id", "disclosures"), "screened")
    read = screened.filter(pl.col("incident_id").cast(pl.String).is_in(list(found)))
    if read.is_empty():
        raise InputError(
            "No marked log was screened, so nothing can be said of any pattern.",
            where="marks",
            remedy="Give the screened table of the logs that were audited.",
        )
    by_class = _names_classes(marks)
    hits: dict[str, list[tuple[bool, float]]] = {}
    for log in read.iter_rows(named=True):
        for pattern, confirmed, weight in _hits(log, found[str(log["incident_id"])], by_class=by_class):
            hits.setdefault(pattern, []).append((confirmed, weight))
    reader = str(read["reader"][0]) if "reader" in read.columns else ""
    by = "class" if by_class else "any crime"
    rows = [(pattern, *_precision(hits[pattern]), by, reader) for pattern in sorted(hits)]
    return pl.DataFrame(rows, schema=AUDITED, orient="row")


def check_audited(table: pl.DataFrame, *, where: str) -> pl.DataFrame:
    """The table as it was filled, or :class:`InputError` where a row cannot have come from marks."""
    need_columns(table, tuple(AUDITED), where)
    typed = table.select(pl.col(name).cast(kind, strict=False) for name, kind in AUDITED.items())
    sound = (
        pl.col("confirmed").is_between(0, pl.col("hits"))
        & pl.col("low").is_between(0, pl.col("precision"))
        & pl.col("high").is_between(pl.col("precision"), 1)
        & pl.col("pattern").is_first_distinct()
    )
    wrong = typed.filter(~sound.fill_null(value=False))
    if wrong.height:
        raise InputError(
            "The figures of the row do not fit together; it was changed by hand.",
            where=f"{where}, row {wrong['pattern'][0]}",
            remedy="Fill the table anew with `firstpoint lexicon audited`.",
        )
    return typed


def _found(marks: pl.DataFrame) -> Mapping[str, Mapping[str, Any]]:
    """What the audit found in each log: crimes due, their classes, and the weight of the log."""
    need_columns(marks, ("incident_id", "should_record"), "marks")
    optional = {"ho_class": pl.String, "inclusion_probability": pl.Float64}
    typed = marks.select(
        pl.col("incident_id").cast(pl.String),
        pl.col("should_record").cast(pl.Float64, strict=False),
        *(
            (pl.col(name) if name in marks.columns else pl.lit(None)).cast(kind, strict=False).alias(name)
            for name, kind in optional.items()
        ),
    )
    chance = pl.col("inclusion_probability")
    given = "inclusion_probability" in marks.columns
    usable = (pl.col("should_record") >= 0) & (chance.is_between(0, 1, closed="right") if given else True)
    wrong = typed.filter(~usable.fill_null(value=False))
    if wrong.height:
        raise InputError(
            "should_record must be a number from 0, inclusion_probability one above 0 and up to 1.",
            where=f"marks, incident {wrong['incident_id'][0]}",
            remedy="Correct the row.",
        )
    due = typed.filter(pl.col("should_record") > 0)
    classes = dict(due.group_by("incident_id").agg(pl.col("ho_class").drop_nulls().unique()).iter_rows())
    return {
        row["incident_id"]: {
            "due": row["should_record"] > 0,
            "classes": frozenset(classes.get(row["incident_id"], ())),
            "weight": 1.0 / (row["inclusion_probability"] or 1.0),
        }
        for row in typed.group_by("incident_id")
        .agg(pl.col("should_record").sum(), chance.first())
        .iter_rows(named=True)
    }


def _names_classes(marks: pl.DataFrame) -> bool:
    """Whether every crime due that the marks hold has a class."""
    if "ho_class" not in marks.columns:
        return False
    due = marks.filter(pl.col("should_record").cast(pl.Float64, strict=False) > 0)
    return not due["ho_class"].is_null().any()


def _hits(
    log: Mapping[str, Any], found: Mapping[str, Any], *, by_class: bool
) -> Iterator[tuple[str, bool, float]]:
    """Each row that speaks in the log, once: whether the audit bears it out, and the weight of the log."""
    told: dict[str, bool] = {}
    for one in log["disclosures"]:
        if one["crimes"] > 0:
            borne_out = bool(found["classes"] & _classes(one)) if by_class else found["due"]
            for pattern in one["pattern"].split():
                told[pattern] = told.get(pattern, False) or borne_out
    for pattern, confirmed in told.items():
        yield pattern, confirmed, found["weight"]


def _classes(one: Mapping[str, Any]) -> frozenset[str]:
    own = {one["ho_class"]} if one["ho_class"] else set()
    return possible_classes(one["kind"]) | own


def _precision(hits: list[tuple[bool, float]]) -> tuple[int, int, float, float, float]:
    total = sum(weight for _, weight in hits)
    share = sum(weight for confirmed, weight in hits if confirmed) / total
    effective = total * total / sum(weight * weight for _, weight in hits)
    low, high = wilson(share * effective, effective)
    figures = (share, min(low, share), max(high, share))
    share, low, high = (round(figure, _DECIMALS) for figure in figures)
    return len(hits), sum(confirmed for confirmed, _ in hits), share, low, high
