"""Marks that may be a count or a word: how many of the recorded crimes were right, or that all were."""

from __future__ import annotations

import polars as pl

from firstpoint.errors import InputError


def as_count(marked: pl.Series, recorded: pl.Series) -> pl.Series:
    """Give a mark as a count: true is all that the row recorded, false none, empty stays empty.

    ``marked`` is a column of marks of any type, ``recorded`` the row's recorded crimes (i64). Raises
    InputError for a mark that is neither a number nor true or false.
    """
    words = marked.cast(pl.String).str.strip_chars().str.to_lowercase()
    word = pl.col("word")
    counted = pl.DataFrame({"word": words, "recorded": recorded}).select(
        pl.when(word.is_in(["true", "yes"]))
        .then(pl.col("recorded"))
        .when(word.is_in(["false", "no"]))
        .then(0)
        .otherwise(word.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False))
    )
    unread = words.is_not_null() & (words != "") & counted.to_series().is_null()
    if unread.any():
        raise InputError(
            f"{words.filter(unread)[0]!r} is neither a count nor true or false.",
            where=f"marks, {marked.name}, row {unread.arg_true()[0] + 1} of the table",
            remedy="Give how many of the recorded crimes were right, or true or false.",
        )
    return counted.to_series()
