"""Lists that stay quick however long they are: one page, counts that stop, words found by a column's values.

Nobody reads the ten thousandth row. A count that goes on to the end of a table takes longer than the page, so
it stops there and the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from attrs import field, frozen
from django.db import connection
from django.db.models import Model, Q, QuerySet

ROWS_A_PAGE = 40
MOST_COUNTED = 10_000
"""Beyond so many a count is not worth its time: the page says ``more than 10,000``."""
MOST_PAGES = MOST_COUNTED // ROWS_A_PAGE
_MOST_VALUES = 2_000

Row = TypeVar("Row", bound=Model)


@frozen
class Here(Generic[Row]):
    """One page of a list: its rows, how many fit in all (None: more than MOST_COUNTED), and where it is."""

    rows: Sequence[Row]
    count: int | None
    number: int
    more: bool = field(default=False)

    @property
    def how_many(self) -> str:
        """The count in words."""
        return f"more than {MOST_COUNTED:,}" if self.count is None else f"{self.count:,}"


def page_of(rows: QuerySet[Row], number: int) -> Here[Row]:
    """One page of rows that are in order."""
    start = (number - 1) * ROWS_A_PAGE
    found = list(rows[start : start + ROWS_A_PAGE + 1])
    return Here(found[:ROWS_A_PAGE], counted(rows), number, more=len(found) > ROWS_A_PAGE)


def counted(rows: QuerySet[Any]) -> int | None:
    """How many rows there are; None where they are more than MOST_COUNTED."""
    found = rows.order_by()[: MOST_COUNTED + 1].count()
    return None if found > MOST_COUNTED else found


def page_number(asked: str) -> int:
    """The number of a page as an address gives it; the first where it makes no sense."""
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:8]) <= MOST_PAGES else 1


def holds(model: type[Model], column: str, words: str, path: str = "", **which: object) -> Q:
    """That a column of few different values, such as a code, holds these words, in whatever case.

    The values are looked up in the index that begins with the columns of ``which`` and then has this one, and
    rows are found by those that fit: to look into every row takes longer than the page. ``path`` leads to
    the column from the rows that are asked for.
    """
    values = _values(model, column, which)
    if values is None:
        return Q(**{f"{path}{column}__icontains": words})
    return Q(**{f"{path}{column}__in": [each for each in values if words.casefold() in each.casefold()]})


def _values(model: type[Model], column: str, which: dict[str, object]) -> list[str] | None:
    """The different values of a column, by a step in its index for each; None where they are very many."""
    table = model._meta.db_table
    fits = " AND ".join(("1 = 1", *(f"{name} = %s" for name in which)))
    statement = f"""
        WITH RECURSIVE met(value) AS (
            SELECT MIN({column}) FROM {table} WHERE {fits}
            UNION ALL
            SELECT (SELECT MIN({column}) FROM {table} WHERE {fits} AND {column} > met.value)
            FROM met WHERE met.value IS NOT NULL
        )
        SELECT value FROM met WHERE value IS NOT NULL LIMIT {_MOST_VALUES + 1}
        """
    with connection.cursor() as cursor:
        values: list[Any] = [*which.values(), *which.values()]
        cursor.execute(statement, values)
        found = [value for (value,) in cursor.fetchall()]
    return None if len(found) > _MOST_VALUES else found
