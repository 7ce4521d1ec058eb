"""Logs without words, or with the words of another; rows whose content stands under two keys.

Texts are long and many. What is compared is a number made from each (a hash of 64 bits), so that the texts
themselves are read in passing and never held together.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstpoint.records.checking.found import Found, Material, where
from firstpoint.records.tables import table_named

LEAST_CHARACTERS = 10
LEAST_ROWS_OF_A_TEXT = 5
LISTS = "list"
MUST_AGREE = {
    "incidents": (),
    "crimes": ("incident_id", "victim_id", "ho_class", "occurred_from"),
}
"""Columns that two rows that agree must fill to be called the same event; incidents must have a text."""


def wordless(material: Material) -> Iterator[Found]:
    """Rows whose text is empty or too short to say anything, in a source that has texts."""
    if material.table not in ("incidents", "log_entries"):
        return
    frame = material.texts
    if frame["characters"].sum() == 0:
        return
    entries = material.table == "log_entries"
    if not entries and any(True for _ in material.others("log_entries")):
        frame = frame.filter(pl.col("characters") > 0)
    yield from where(
        frame,
        pl.col("characters") == 0,
        check="empty-text",
        column="text",
        message="The text is empty.",
        value=pl.lit(None),
    )
    if not entries:
        yield from where(
            frame,
            pl.col("characters").is_between(1, LEAST_CHARACTERS - 1),
            check="empty-text",
            column="text",
            message=f"The text has fewer than {LEAST_CHARACTERS} characters.",
            value=pl.lit(None),
        )


def one_text_on_many(material: Material) -> Iterator[Found]:
    """Incidents whose text stands on five rows or more; a line for each text, the most frequent first."""
    if material.table != "incidents":
        return
    frame = material.texts.filter(pl.col("characters") >= LEAST_CHARACTERS)
    often = frame.group_by("hash").agg(rows=pl.len(), row=pl.col("row").min())
    often = often.filter(pl.col("rows") >= LEAST_ROWS_OF_A_TEXT)
    if often.height:
        most = int(often["rows"].sort()[-1])
        texts = "1 text stands" if often.height == 1 else f"{often.height:,} texts stand"
        yield from where(
            frame,
            pl.col("hash").is_in(often["hash"].implode()),
            check="same-text",
            column="text",
            message=f"{texts} on {LEAST_ROWS_OF_A_TEXT} rows or more each, the most frequent on {most}.",
            value=pl.lit(None),
        )


def same_content(material: Material) -> Iterator[Found]:
    """Rows that agree with an earlier row in everything but the key."""
    if material.table not in MUST_AGREE:
        return
    table = table_named(material.table)
    cells = [
        (pl.col(column.name).list.join("\x1f") if column.kind == LISTS else pl.col(column.name)).hash()
        for column in table.columns
        if column.name not in (table.key, "text")
    ]
    must = MUST_AGREE[material.table]
    filled = pl.all_horizontal(pl.lit(value=True), *(pl.col(name).is_not_null() for name in must))
    frame = (
        material.extract.scan()
        .select(table.key, content=pl.struct(*cells).hash(), filled=filled)
        .collect(engine="streaming")
        .with_columns(material.extract.row_numbers.alias("row"))
    )
    if material.table == "incidents":
        frame = frame.with_columns(
            content=pl.col("content") ^ material.texts["hash"], filled=material.texts["characters"] > 0
        )
    frame = frame.filter("filled")
    first = pl.col(table.key).first().over("content")
    yield from where(
        frame.with_columns(first=first),
        ~pl.col("content").is_first_distinct(),
        check="same-content",
        column=table.key,
        message="Everything but the key is as in an earlier row.",
        value=pl.format("{} as {}", table.key, "first"),
    )
