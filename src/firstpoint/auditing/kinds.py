"""The other rates of an audit, each with its own denominator and never mixed into the recording rate.

* ``recorded``: crimes recorded over crimes that should have been.
* ``over_recorded``: crimes recorded that should not have been, over all crimes recorded.
* ``misclassified``: recorded crimes in the wrong class, over recorded crimes whose class was judged.
* ``late``: recorded crimes not recorded within the limit, over recorded crimes whose time was judged.

A mark left empty was not judged: its crimes leave the denominator, and the incident keeps its place.
"""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from firstpoint.errors import InputError
from firstpoint.records.marked_counts import as_count
from firstpoint.records.needed_columns import need_columns

Kind = Literal["recorded", "over_recorded", "misclassified", "late"]

COLUMNS = {"over_recorded": "over_recorded", "misclassified": "right_class", "late": "in_time"}
"""The column of marks that each further rate needs."""

WORDS = {
    "recorded": "Crimes recorded divided by crimes that should have been",
    "over_recorded": "Crimes recorded that should not have been, divided by all crimes recorded",
    "misclassified": "Recorded crimes in the wrong class, divided by recorded crimes whose class was judged",
    "late": "Crimes recorded late, divided by recorded crimes whose time was judged",
}
"""What each rate is called in a sentence."""


def counts_of_kind(marks: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Give checked marks with ``numerator`` and ``denominator`` (f64) of the rate that is asked for.

    Raises InputError for an unknown kind, a missing column, or a mark that is negative, is no count, or
    counts more than the crimes recorded.
    """
    if kind not in get_args(Kind):
        raise InputError(
            f"There is no rate of {kind!r}.", where="of", remedy=f"Choose one of {', '.join(get_args(Kind))}."
        )
    if kind == "recorded":
        return marks.with_columns(numerator=_float("recorded"), denominator=_float("should_record"))
    column = COLUMNS[kind]
    need_columns(marks, (column,), "marks")
    marked = as_count(marks.get_column(column), marks.get_column("recorded"))
    _refuse_impossible(marked, marks, column)
    if kind == "over_recorded":
        over = marked.fill_null(0).cast(pl.Float64)
        judged = pl.Series(marked.is_not_null())
        recorded = pl.when(judged).then(_float("recorded") + over).otherwise(0.0)
        return marks.with_columns(numerator=over, denominator=recorded)
    recorded = pl.when(pl.Series(marked.is_not_null())).then(_float("recorded")).otherwise(0.0)
    right = marked.fill_null(0).cast(pl.Float64)
    return marks.with_columns(numerator=recorded - right, denominator=recorded)


def _float(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64)


def _refuse_impossible(marked: pl.Series, marks: pl.DataFrame, column: str) -> None:
    wrong = marked < 0
    if column != "over_recorded":
        wrong = wrong | (marked > marks.get_column("recorded"))
    at = wrong.fill_null(value=False).arg_true()
    if at.len():
        raise InputError(
            f"{column} is {marked[at[0]]} and {marks.get_column('recorded')[at[0]]} crimes were recorded.",
            where=f"incident {marks.get_column('incident_id')[at[0]]}",
            remedy="Give how many of the recorded crimes it is true of; leave it empty where nobody judged.",
        )
