"""The rare words of a text, coded so that what two texts share can be weighed quickly.

Two logs of one event rarely read alike, and two logs of different events often do: both are told in the same
trade words. What ties them together is a word that few others hold: a surname, a plate, a street, a dog's
name. So each text is cut down to its rarest words, each coded as a whole number whose remainder by 64 is
its rarity in bits (log2 of texts over texts that hold it). No word leaves this module: a code says how rare
it is, not what it was.
"""

from __future__ import annotations

import polars as pl

MOST_WORDS = 24
BLOCK_WORDS = 6
BLOCK_HELD_BY = 12
LEAST_BITS = 4
_BITS = 64
_ROWS_AT_ONCE = 20_000
_WORD = r"[a-z0-9][a-z0-9']+"


def coded_words(left: pl.Series, right: pl.Series | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give ``words`` and ``rarest`` (List(Int64)) for each text of both sides, in order.

    ``words`` are the codes of the at most 24 rarest words that at least one other text holds (on the other
    side, where there are two), rarest first; ``rarest`` the at most six among them held by at most twelve
    texts, to find pairs by. A text that is null or has no such word gets null for both.
    """
    sides = [left] if right is None else [left, right]
    spoken = pl.concat(
        [_spoken(texts).with_columns(side=pl.lit(number, pl.Int8)) for number, texts in enumerate(sides)]
    )
    texts = sum(side.len() for side in sides)
    counted = spoken.group_by("word").agg(held=pl.len(), sides=pl.col("side").n_unique())
    shared = counted.filter((pl.col("held") >= 2) & (pl.col("sides") == len(sides)))
    bits = (pl.lit(float(texts)) / pl.col("held")).log(2).round(0).cast(pl.Int64).clip(0, _BITS - 1)
    codes = (
        shared.with_columns(bits=bits)
        .filter(pl.col("bits") >= LEAST_BITS)
        .sort("held", "word")
        .with_row_index("number")
        .select("word", "held", code=pl.col("number").cast(pl.Int64) * _BITS + pl.col("bits"))
    )
    kept = spoken.join(codes, on="word").select("side", "row", "code", "held")
    lists = _lists(kept)
    found = [
        pl.DataFrame({"row": pl.int_range(side.len(), dtype=pl.UInt32, eager=True)})
        .join(lists.filter(pl.col("side") == number), on="row", how="left", maintain_order="left")
        .select("words", "rarest")
        for number, side in enumerate(sides)
    ]
    return found[0], found[-1]


def _spoken(texts: pl.Series) -> pl.DataFrame:
    """Rows of ``row, word``: each word of each text once, as its hash."""
    parts = []
    for start in range(0, texts.len(), _ROWS_AT_ONCE):
        words = texts.slice(start, _ROWS_AT_ONCE).str.to_lowercase().str.extract_all(_WORD)
        rows = pl.DataFrame(
            {"row": pl.int_range(start, start + words.len(), dtype=pl.UInt32, eager=True), "word": words}
        )
        parts.append(rows.explode("word").drop_nulls().with_columns(pl.col("word").hash(seed=0)).unique())
    return pl.concat(parts) if parts else pl.DataFrame(schema={"row": pl.UInt32, "word": pl.UInt64})


def _lists(kept: pl.DataFrame) -> pl.DataFrame:
    rare = pl.col("code").filter(pl.col("held") <= BLOCK_HELD_BY)
    lists = (
        kept.sort("side", "row", "code")
        .group_by("side", "row", maintain_order=True)
        .agg(words=pl.col("code").head(MOST_WORDS), rarest=rare.head(BLOCK_WORDS))
    )
    none = pl.lit(None, dtype=pl.List(pl.Int64))
    return lists.with_columns(rarest=pl.when(pl.col("rarest").list.len() > 0).then("rarest").otherwise(none))
