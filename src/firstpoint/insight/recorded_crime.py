"""Police recorded crime as it is published, by quarter and by rolling year."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from firstpoint.errors import InputError, UnreadableFile
from firstpoint.records.needed_columns import need_columns


def read_recorded_crime(path: Path | str, area: str | None = None) -> pl.DataFrame:
    """Give all offences of each quarter together: ``quarter_ending`` date, ``offences`` i64.

    ``path`` is a CSV with ``quarter_ending`` (year-month-day), ``offences_quarter``, and, where there are
    several areas, ``pfa``; ``area`` chooses one of them. Raises UnreadableFile, or InputError for a missing
    column, a figure or date that cannot be read, or several areas with none chosen.
    """
    source = Path(path)
    if not source.is_file():
        raise UnreadableFile("There is no such file.", where=str(source), remedy="Check the path.")
    try:
        table = pl.read_csv(source, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeError, OSError) as error:
        raise UnreadableFile(
            f"The file cannot be read as a table ({type(error).__name__}).",
            where=source.name,
            remedy="Give a CSV in UTF-8 with a header row.",
        ) from error
    need_columns(table, ("quarter_ending", "offences_quarter"), source.name)
    return _totals(_one_area(table, area, source.name), source.name)


def rolling_year(quarters: pl.DataFrame) -> pl.DataFrame:
    """Give the offences of the twelve months to each quarter's end: ``year_ending`` date, ``offences`` i64.

    ``quarters`` has ``quarter_ending`` and ``offences`` with no quarter missing; the first three quarters
    have no year and are left out.
    """
    need_columns(quarters, ("quarter_ending", "offences"), "recorded crime")
    return (
        quarters.sort("quarter_ending")
        .select(
            year_ending="quarter_ending",
            offences=pl.col("offences").rolling_sum(window_size=4).cast(pl.Int64),
            months=pl.col("quarter_ending").dt.month().cast(pl.Int32)
            + 12 * pl.col("quarter_ending").dt.year(),
        )
        .filter(pl.col("months") - pl.col("months").shift(3) == 9)
        .select("year_ending", "offences")
    )


def _one_area(table: pl.DataFrame, area: str | None, where: str) -> pl.DataFrame:
    if "pfa" not in table.columns:
        return table
    areas = table.get_column("pfa").unique().sort().to_list()
    if area is None and len(areas) > 1:
        raise InputError(
            f"There are {len(areas)} areas and none was chosen.", where=where, remedy="Name the area."
        )
    if area is not None and area not in areas:
        raise InputError(
            f"There is no area {area!r}.", where=where, remedy=f"There are {', '.join(areas[:8])}."
        )
    return table if area is None else table.filter(pl.col("pfa") == area)


def _totals(table: pl.DataFrame, where: str) -> pl.DataFrame:
    typed = table.select(
        quarter_ending=pl.col("quarter_ending").str.to_date("%Y-%m-%d", strict=False),
        offences=pl.col("offences_quarter").cast(pl.Int64, strict=False),
    )
    bad = typed.select(
        (pl.col("quarter_ending").is_null() | pl.col("offences").is_null()).arg_true()
    ).to_series()
    if bad.len():
        raise InputError(
            f"{bad.len()} rows have a date or a figure that cannot be read, the first in row {bad[0] + 2}.",
            where=where,
            remedy="Write dates as 2016-12-31 and figures as whole numbers.",
        )
    return typed.group_by("quarter_ending").agg(pl.col("offences").sum()).sort("quarter_ending")
