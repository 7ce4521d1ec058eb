"""Why two records were linked, in plain English."""

from __future__ import annotations

import polars as pl

from firstpoint.records.linking.model import Comparison, Level, Model, Otherwise
from firstpoint.records.linking.weighing import KEY

_TELLING_BITS = 0.5
_GAP = "{gap}"


def with_reasons(pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Give the pairs with ``reason``: what spoke for the link, what against it, and the weight.

    ``pairs`` has ``left, right, weight`` and a level for each comparison of ``model``; ``left`` and ``right``
    are the records compared. Only what weighs half a bit or more is told, and no word of a text is.
    """
    compared = [each for each in model.compare if f"level_{each.id}" in pairs.columns]
    shown = _with_gaps(pairs, left, right, compared)
    spoke_for = pl.concat_list(_told(each, 1) for each in compared).list.drop_nulls()
    against = pl.concat_list(_told(each, -1) for each in compared).list.drop_nulls()
    told = pl.concat_str(
        spoke_for.list.join(", "),
        pl.when(against.list.len() > 0)
        .then(pl.lit("; against it: ") + against.list.join(", "))
        .otherwise(pl.lit("")),
        pl.format("; weight {}", pl.col("weight").round(1)),
    )
    return pairs.hstack(shown.select(reason=told))


def _told(comparison: Comparison, sign: int) -> pl.Expr:
    """What the comparison says where its level speaks for the link (1) or against it (-1), or null."""
    said = pl.lit(None, dtype=pl.String)
    for place, level in enumerate(comparison.all_levels):
        weight = _weight(level)
        if weight is None or sign * weight < _TELLING_BITS:
            continue
        before, gap, after = level.says.partition(_GAP)
        words = pl.lit(level.says)
        if gap:
            words = pl.concat_str(
                pl.lit(before), pl.col(f"gap_{comparison.id}").fill_null("far"), pl.lit(after)
            )
        said = pl.when(pl.col(f"level_{comparison.id}") == place).then(words).otherwise(said)
    return said


def _weight(level: Level | Otherwise) -> float | None:
    return Level("equal", (), "", m=level.m, u=level.u).weight


def _with_gaps(
    pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame, compared: list[Comparison]
) -> pl.DataFrame:
    """The pairs with the time between both records in words, for each comparison that tells it."""
    telling = [each for each in compared if any(_GAP in level.says for level in each.all_levels)]
    for each in telling:
        name = each.columns[0]
        ours = pairs.select("left").join(
            left.select(KEY, one=name), left_on="left", right_on=KEY, how="left", maintain_order="left"
        )
        theirs = pairs.select("right").join(
            right.select(KEY, other=name), left_on="right", right_on=KEY, how="left", maintain_order="left"
        )
        gap = pl.DataFrame([ours["one"], theirs["other"]]).select(
            _in_words((pl.col("other") - pl.col("one")).abs()).alias(f"gap_{each.id}")
        )
        pairs = pairs.hstack(gap)
    return pairs


def _in_words(minutes: pl.Expr) -> pl.Expr:
    """A number of minutes as minutes, hours or days, the nearest whole one."""
    spoken = pl.lit(None, dtype=pl.String)
    for least, size, name in ((2880.0, 1440, "day"), (120.0, 60, "hour"), (0.0, 1, "minute")):
        number = (minutes / size).round(0).cast(pl.Int64)
        words = pl.format(
            "{} " + name + "{}", number, pl.when(number == 1).then(pl.lit("")).otherwise(pl.lit("s"))
        )
        spoken = pl.when(spoken.is_null() & (minutes >= least)).then(words).otherwise(spoken)
    return spoken
