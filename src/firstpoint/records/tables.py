"""The canonical tables, as values: which columns they have, of what kind, and what each means.

The words are data in ``tables.toml``; :data:`TABLES` is that file read once, and :func:`describe_tables` is
the page ``docs/tables.md``. Column names are part of the public interface.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from importlib import resources
from typing import Any, Literal, cast

import polars as pl
from attrs import evolve, frozen

from firstpoint.errors import BadMapping
from firstpoint.records.nearest import did_you_mean

Kind = Literal["text", "time", "date", "number", "yes_no", "list"]
TableName = Literal["incidents", "log_entries", "crimes", "victims"]

KIND_IN_WORDS: dict[Kind, str] = {
    "text": "text",
    "time": "time (UTC inside)",
    "date": "date",
    "number": "number",
    "yes_no": "yes or no",
    "list": "list",
}


@frozen
class Column:
    """One column of a canonical table.

    ``allowed`` empty means any value. ``bad_value`` says what an unreadable or disallowed value does:
    ``reject`` sets the row aside, ``blank`` leaves the cell empty with a warning. ``absent_means`` is the
    value every row takes where the source has no such column. ``least`` and ``most`` bound a number.
    """

    name: str
    kind: Kind
    required: bool
    meaning: str
    usual_source: str
    allowed: tuple[str, ...] = ()
    unit: str = ""
    bad_value: Literal["reject", "blank"] = "reject"
    absent_means: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def dtype(self) -> pl.DataType:
        """The polars type of the column in a canonical frame."""
        types: dict[Kind, pl.DataType] = {
            "text": pl.String(),
            "time": pl.Datetime("us", "UTC"),
            "date": pl.Date(),
            "number": pl.Float64(),
            "yes_no": pl.Boolean(),
            "list": pl.List(pl.String()),
        }
        return types[self.kind]


@frozen
class Table:
    """A canonical table: its columns in order, and the key that must not repeat (empty if none)."""

    name: TableName
    title: str
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of this name; BadMapping, with the nearest name, when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        names = [column.name for column in self.columns]
        raise BadMapping(
            f"{self.name} has no column {name!r}.{did_you_mean(name, names)}",
            where=self.name,
            remedy=f"Its columns are {', '.join(names)}.",
        )

    def needing(self, names: Collection[str]) -> Table:
        """The table with only these columns required; a bad value elsewhere leaves its cell empty."""
        columns = tuple(
            evolve(each, required=each.name in names, bad_value="reject" if each.name in names else "blank")
            for each in self.columns
        )
        return evolve(self, columns=columns)

    def schema(self) -> dict[str, pl.DataType]:
        """Column names and polars types, in order."""
        return {column.name: column.dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """The table with no rows."""
        return pl.DataFrame(schema=self.schema())


def _column(name: str, entry: dict[str, Any]) -> Column:
    return Column(
        name=name,
        required=entry.pop("required", False),
        allowed=tuple(entry.pop("allowed", ())),
        **entry,
    )


def _tables() -> dict[TableName, Table]:
    data = tomllib.loads((resources.files(__package__) / "tables.toml").read_text("utf-8"))
    return {
        cast(TableName, name): Table(
            name=cast(TableName, name),
            title=entry["title"],
            key=entry["key"],
            columns=tuple(_column(column, dict(rest)) for column, rest in entry["columns"].items()),
        )
        for name, entry in data.items()
    }


TABLES: dict[TableName, Table] = _tables()
"""The canonical tables by name."""


def table_named(name: str) -> Table:
    """The canonical table of this name; BadMapping, with the nearest name, when there is none."""
    for known, table in TABLES.items():
        if known == name:
            return table
    raise BadMapping(
        f"There is no table {name!r}.{did_you_mean(name, TABLES)}",
        remedy=f"The tables are {', '.join(TABLES)}.",
    )


DESCRIPTION = """# Tables

What Firstpoint reads every extract into. A mapping file says which heading of an export feeds which column; a
heading that already carries the canonical name needs no mapping. Times are kept in UTC, and read and shown in
Europe/London unless the mapping says otherwise; lists are written with `;` between values. References are
opaque: nothing is read out of their characters. Every column is in every frame, empty where the source has
none.

A value that cannot be read or is not allowed either sets its row aside or leaves the cell empty with a
warning. Both are listed with row, column, value and remedy.
"""


def describe_tables() -> str:
    """The tables as a page of Markdown: what each column means, holds, and usually comes from."""
    return DESCRIPTION + "".join(_describe(table) for table in TABLES.values())


def _describe(table: Table) -> str:
    key = f"Key: `{table.key}`.\n" if table.key else "No key: rows may repeat an incident.\n"
    lines = "".join(
        f"| `{column.name}` | {KIND_IN_WORDS[column.kind]} | {_meaning(column)} | {_bad_value(column)} "
        f"| {column.usual_source} |\n"
        for column in table.columns
    )
    return (
        f"\n## {table.name}\n\n{table.title}. {key}\n"
        "| column | kind | meaning | a bad value | usual source |\n| --- | --- | --- | --- | --- |\n"
        f"{lines}"
    )


def _meaning(column: Column) -> str:
    parts = ["**Required.**"] if column.required else []
    parts.append(column.meaning)
    if column.unit:
        parts.append(f"In {column.unit}.")
    if column.allowed:
        parts.append("One of " + ", ".join(f"`{value}`" for value in column.allowed) + ".")
    if column.least is not None and column.most is not None:
        parts.append(f"From {column.least:g} to {column.most:g}.")
    return " ".join(parts)


def _bad_value(column: Column) -> str:
    if column.kind in ("text", "list") and not column.allowed and not column.required:
        return "—"
    return "row set aside" if column.bad_value == "reject" else "cell left empty"
