"""The check that a table handed to any room passes first: are its columns there?"""

from __future__ import annotations

import polars as pl

from firstpoint.errors import InputError


def need_columns(table: pl.DataFrame, columns: tuple[str, ...], where: str) -> None:
    """Raise InputError naming the columns that ``table`` lacks."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(
            f"The columns {', '.join(missing)} are missing; there are {', '.join(table.columns) or 'none'}.",
            where=where,
            remedy="Name the columns exactly so in the first row, and part them by commas.",
        )
