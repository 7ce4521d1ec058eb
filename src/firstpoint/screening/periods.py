"""Spans of days over which the rules give one answer to a report that tells no day of its own.

What counting says of the reports of the screen depends on their day in two ways: by the rule book that holds
then, and by the rows of that book which ask for the day of the offence, which is that of the report. Between
two days at which neither changes every day has the same answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import cache

import attrs

from firstpoint import counting

Period = tuple[str, int]
_OFFENCE_DAY = "offence_day"


@cache
def period_of(day: date) -> Period:
    """The period of a day in London: its rule book and how many changes of the law came before.

    Raises Refused where no book is used unasked for the day.
    """
    book = counting.book_on(day)
    return book.id, bisect_right(_changes(book.id), day.year * 10_000 + day.month * 100 + day.day)


@cache
def _changes(book: str) -> tuple[int, ...]:
    """The days (20260401 for 1 April 2026) from which a row of a book holds that asks for the offence's day,
    and those from which it holds no more."""
    cells = (
        cell
        for table in _tables(counting.book_named(book))
        for row in table.rows
        for column, cell in row.cells
        if column == _OFFENCE_DAY
    )
    return tuple(sorted({day for cell in cells for day in (cell.low, cell.high + 1)}))  # type: ignore[union-attr]


def _tables(book: counting.Book) -> Iterator[counting.Table]:
    """All decision tables of a book."""
    for each in attrs.fields(type(book)):
        held = getattr(book, each.name)
        for one in held.values() if hasattr(held, "values") else (held,):
            if isinstance(one, counting.Table):
                yield one
