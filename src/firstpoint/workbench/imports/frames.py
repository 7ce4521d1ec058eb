"""Rows that are held as frames, for what reads many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db.models import QuerySet

from firstpoint.records import TABLES
from firstpoint.records.tables import TableName
from firstpoint.workbench.imports.rows import ROWS_AT_ONCE


def frame_of(rows: QuerySet[Any], schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Rows of a table with these columns."""
    told = rows.values_list(*schema).iterator(chunk_size=ROWS_AT_ONCE)
    return pl.DataFrame(list(told), schema=dict(schema), orient="row")


def whole_frame_of(table: TableName, rows: QuerySet[Any]) -> pl.DataFrame:
    """Rows of a table with every column that the canonical table has."""
    return frame_of(rows, {column.name: column.dtype for column in TABLES[table].columns})
