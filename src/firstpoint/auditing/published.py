"""Published figures of 2017, kept as data, and what can and cannot be computed from them.

Two sources, both in ``published.toml``: the inspection of June 2017, which gave rates with margins and a
number of crimes unrecorded a year, and the force's own audit of December 2017, which gave counts by stratum
and one pooled figure. They serve as a check on the arithmetic of this room, and as a warning about pooling.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import polars as pl
from attrs import frozen

from firstpoint.auditing.result import Estimate
from firstpoint.auditing.unrecorded import unrecorded_a_year


@frozen
class PublishedAudit:
    """The audit of December 2017, worked through again.

    ``table`` has a row a stratum: ``stratum, records_read, should_record, recorded, rate_percent,
    published_rate``. ``pooled_percent`` is the rate of the bare sums. ``weighted`` has a row an offence
    mix: ``id, title, rate_percent, points_above_pooled``. ``on_pooling`` and ``no_intervals`` say in words
    what the figures mean.
    """

    title: str
    source: str
    criteria: tuple[str, ...]
    table: pl.DataFrame
    should_record: int
    recorded: int
    pooled_percent: float
    published_overall: int
    weighted: pl.DataFrame
    on_pooling: str
    no_intervals: str


@frozen
class PublishedInspection:
    """The inspection of 2017: its overall rate carried to a year, beside the number that was published.

    ``rates`` maps ``overall`` and ``violence`` to (per cent, half-width in points).
    """

    title: str
    source: str
    rates: Mapping[str, tuple[float, float]]
    recorded_crimes_12m: int
    recorded_crimes_period: str
    unrecorded: Estimate
    unrecorded_published: int


def december_2017_audit() -> PublishedAudit:
    """Give the audit of December 2017: its rates, its pooled figure and what pooling did to it."""
    facts = _facts()["audit_december_2017"]
    table = pl.DataFrame(facts["strata"]).with_columns(
        rate_percent=100.0 * pl.col("recorded") / pl.col("should_record")
    )
    due, recorded = int(table["should_record"].sum()), int(table["recorded"].sum())
    pooled = 100.0 * recorded / due
    weighted = _weighted(table, pooled)
    return PublishedAudit(
        title=facts["title"],
        source=facts["source"],
        criteria=tuple(facts["criteria"]),
        table=table.select(
            "stratum", "records_read", "should_record", "recorded", "rate_percent", "published_rate"
        ),
        should_record=due,
        recorded=recorded,
        pooled_percent=pooled,
        published_overall=facts["published_overall"],
        weighted=weighted,
        on_pooling=_on_pooling(facts["on_pooling"], table, pooled, weighted),
        no_intervals=facts["no_intervals"],
    )


def inspection_2017() -> PublishedInspection:
    """Give the inspection of 2017, with its overall rate carried to the recorded crime of a year."""
    facts = _facts()["inspection_2017"]
    rates = {row["stratum"]: (row["rate"], row["half_width_points"]) for row in facts["rates"]}
    rate, half_width = rates["overall"]
    recorded = facts["recorded_crimes_12m"]
    return PublishedInspection(
        title=facts["title"],
        source=facts["source"],
        rates=rates,
        recorded_crimes_12m=recorded,
        recorded_crimes_period=facts["recorded_crimes_period"],
        unrecorded=unrecorded_a_year(recorded, (rate, rate - half_width, rate + half_width)),
        unrecorded_published=facts["unrecorded_published"],
    )


def _weighted(table: pl.DataFrame, pooled: float) -> pl.DataFrame:
    rates = dict(table.select("stratum", "rate_percent").iter_rows())
    rows = [
        {
            "id": mix["id"],
            "title": mix["title"],
            "rate_percent": sum(mix[stratum] * rate for stratum, rate in rates.items()),
        }
        for mix in _facts()["offence_mixes"]
    ]
    return pl.DataFrame(rows).with_columns(points_above_pooled=pl.col("rate_percent") - pooled)


def _on_pooling(words: str, table: pl.DataFrame, pooled: float, weighted: pl.DataFrame) -> str:
    due = dict(table.select("stratum", "should_record").iter_rows())
    rates = weighted["rate_percent"].to_list()
    return words.format(
        pooled=pooled,
        sexual_share=100.0 * due["sexual"] / sum(due.values()),
        low=min(rates),
        high=max(rates),
    )


@cache
def _facts() -> dict[str, Any]:
    text = (resources.files("firstpoint.auditing") / "published.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
