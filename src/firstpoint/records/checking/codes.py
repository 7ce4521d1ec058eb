"""Codes on no list, codes that disagree, results left out; codes that are new and codes that vanished."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import polars as pl

from firstpoint import vocabulary
from firstpoint.records.chance import FALSE_ALARMS
from firstpoint.records.checking.found import Found, Material, is_used, part, where

SEXES = (
    *("female", "male", "trans male", "trans female", "non-binary", "intersex", "not specified", "not known"),
    *("f", "m"),
)
"""The national values of sex or gender (POLE DS_037), and their usual letters."""

WATCHED = {
    "incidents": ("opening_code", "closing_code", "channel", "route", "unit"),
    "crimes": ("ho_class", "outcome", "status", "unit"),
}
"""Columns of which new and vanished codes are told."""

ORDERED_BY = {"incidents": "received_at", "crimes": "recorded_at"}
LEAST_ROWS_OF_A_CODE = 10
LEAST_SILENCE = timedelta(days=14)
MOST_CODES = 1000
CODES_NAMED = 10


def on_no_list(material: Material) -> Iterator[Found]:
    """Offence classes, Home Office codes, outcomes and sexes on no list."""
    lists: dict[str, list[str]] = {}
    if material.table == "crimes":
        lists = {
            "ho_class": list(vocabulary.offence_classes()),
            "ho_code": [each.ho_code for each in vocabulary.offence_codes()],
            "outcome": list(vocabulary.outcomes()),
        }
    for column, codes in lists.items():
        yield from where(
            part(material.extract, column),
            ~pl.col(column).is_in(codes),
            check="unlisted-code",
            column=column,
            message="The code is on no list that Firstpoint has.",
        )
    if material.table == "victims":
        yield from where(
            part(material.extract, "sex"),
            ~pl.col("sex").str.to_lowercase().is_in(SEXES),
            check="unlisted-code",
            column="sex",
            message="The value is not among the national ones (POLE DS_037).",
        )


def outside_its_class(material: Material) -> Iterator[Found]:
    """Home Office codes that stand on the list under other classes than the one beside them."""
    if material.table != "crimes":
        return
    pairs = pl.DataFrame(
        sorted({(each.ho_code, each.class_code) for each in vocabulary.offence_codes()}),
        schema={"ho_code": pl.String, "ho_class": pl.String},
        orient="row",
    )
    frame = part(material.extract, "ho_code", "ho_class").drop_nulls().filter(
        pl.col("ho_code").is_in(pairs["ho_code"].implode()),
        pl.col("ho_class").is_in(list(vocabulary.offence_classes())),
    )  # fmt: skip
    wrong = frame.join(pairs, on=["ho_code", "ho_class"], how="anti", maintain_order="left")
    yield from where(
        wrong,
        pl.lit(True),
        check="code-outside-class",
        column="ho_code",
        message="The code is not of the class that stands beside it.",
        value=pl.format("{} in {}", "ho_code", "ho_class"),
    )


def without_ground(material: Material) -> Iterator[Found]:
    """Crimes cancelled or transferred without a ground, and grounds on crimes that were not."""
    if material.table != "crimes":
        return
    frame = part(material.extract, "status", "cancellation")
    gone = pl.col("status").is_in(["cancelled", "transferred"])
    yield from where(
        frame,
        gone & pl.col("cancellation").is_null(),
        check="cancelled-without-ground",
        column="cancellation",
        message="A crime was cancelled or transferred and no ground is given.",
    )
    yield from where(
        frame,
        ~gone & pl.col("cancellation").is_not_null(),
        check="cancelled-without-ground",
        column="status",
        message="A ground of cancellation stands on a crime that is not cancelled or transferred.",
    )


def closed_without_result(material: Material) -> Iterator[Found]:
    """Incidents that are closed and have no closing code, where the source has such codes."""
    if material.table == "incidents" and is_used(material.extract, "closed_at", "closing_code"):
        yield from where(
            part(material.extract, "closed_at", "closing_code"),
            pl.col("closed_at").is_not_null() & pl.col("closing_code").is_null(),
            check="closed-without-result",
            column="closing_code",
            message="The incident is closed and has no result.",
        )


def half_an_outcome(material: Material) -> Iterator[Found]:
    """Outcomes without their day and days without an outcome, where the source has both."""
    if material.table != "crimes" or not is_used(material.extract, "outcome", "outcome_at"):
        return
    frame = part(material.extract, "outcome", "outcome_at")
    for filled, empty in (("outcome", "outcome_at"), ("outcome_at", "outcome")):
        yield from where(
            frame,
            pl.col(filled).is_not_null() & pl.col(empty).is_null(),
            check="half-an-outcome",
            column=empty,
            message=f"{filled} is filled and {empty} is not.",
        )


def new_and_vanished(material: Material) -> Iterator[Found]:
    """Codes whose first or last use lies where chance does not put it.

    Within one extract, ordered by time: of a code with k rows none of which lies in the first share f of all
    rows, chance is (1 - f)^k. Against an earlier extract with the share f of all rows it is the same. Codes
    have their weekdays and hours, so a silence of less than a fortnight says nothing.
    """
    for column in WATCHED.get(material.table, ()):
        if not is_used(material.extract, column):
            continue
        codes = _against_earlier(material, column) if any(material.before()) else _within(material, column)
        if 0 < codes.height <= MOST_CODES:
            yield from _told(codes, column, "before", "new-code")
            yield from _told(codes, column, "after", "vanished-code")


def _within(material: Material, column: str) -> pl.DataFrame:
    """Each code with its ``rows``, the shares ``before`` its first and ``after`` its last."""
    order = ORDERED_BY[material.table]
    frame = part(material.extract, column, order).drop_nulls(order).sort(order, maintain_order=True)
    total = max(frame.height, 1)
    ends = frame.select(first=pl.col(order).first(), last=pl.col(order).last())
    first, last = (pl.lit(ends[name].item(), frame.schema[order]) for name in ends.columns)
    return (
        frame.with_row_index("at")
        .drop_nulls(column)
        .group_by(column)
        .agg(
            rows=pl.len(),
            before=pl.col("at").min() / total,
            after=(total - 1 - pl.col("at").max()) / total,
            since=pl.col(order).first(),
            until=pl.col(order).last(),
        )
        .with_columns(
            before=pl.when(pl.col("since") - first >= LEAST_SILENCE).then("before").otherwise(0.0),
            after=pl.when(last - pl.col("until") >= LEAST_SILENCE).then("after").otherwise(0.0),
        )
    )


def _against_earlier(material: Material, column: str) -> pl.DataFrame:
    """The same for codes that only one of the two deliveries has; the other's share of all rows is ``before``
    or ``after``."""
    order = ORDERED_BY[material.table]
    here = part(material.extract, column, order)
    there = pl.concat([part(each, column, order) for each in material.before()])
    total = max(here.height + there.height, 1)

    def only_in(one: pl.DataFrame, other: pl.DataFrame, before: float, after: float) -> pl.DataFrame:
        return (
            one.drop_nulls(column)
            .join(other, on=column, how="anti")
            .group_by(column)
            .agg(
                rows=pl.len(),
                before=pl.lit(before),
                after=pl.lit(after),
                since=pl.col(order).min(),
                until=pl.col(order).max(),
            )
        )

    new = only_in(here, there, there.height / total if _is_long(there[order]) else 0.0, 0.0)
    gone = only_in(there, here, 0.0, here.height / total if _is_long(here[order]) else 0.0)
    return pl.concat([new, gone])


def _is_long(moments: pl.Series) -> bool:
    """Whether a fortnight lies between the first and the last."""
    ends = moments.drop_nulls().sort()
    return bool(ends.len()) and ends[-1] - ends[0] >= LEAST_SILENCE


def _told(codes: pl.DataFrame, column: str, side: str, check: str) -> Iterator[Found]:
    limit = np.log(FALSE_ALARMS / (2 * len(WATCHED["incidents"]) * codes.height))
    odd = codes.filter(
        pl.col("rows") >= LEAST_ROWS_OF_A_CODE,
        pl.col("rows") * (1 - pl.col(side).clip(0, 1 - 1e-12)).log() < limit,
    ).sort("rows", descending=True)
    if odd.is_empty():
        return
    named = [
        f"{entry[column]} ({entry['rows']:,} rows, {_when(entry, side)})"
        for entry in odd.head(CODES_NAMED).iter_rows(named=True)
    ]
    more = f" and {odd.height - CODES_NAMED} more" if odd.height > CODES_NAMED else ""
    verb = "appear" if side == "before" else "are used no more"
    yield Found(check, column, f"Codes that {verb}: {', '.join(named)}{more}.", value=odd[column][0])


def _when(entry: dict[str, object], side: str) -> str:
    moment = entry["since" if side == "before" else "until"]
    return f"{'from' if side == 'before' else 'until'} {moment:%d/%m/%Y}"
