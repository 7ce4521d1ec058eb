"""Which records of a delimited text every reader cuts alike, found without cutting them.

A record is *plain* when it ends in a line feed, has as many cells as the heading, and every quotation mark in
it opens a cell, closes one, or is doubled inside one. Plain records can be given to a fast reader; all others
go to the strict one, which says what is wrong with them. This is arithmetic on the places of three
characters, so that a stretch of a megabyte takes some milliseconds.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from attrs import frozen

Places: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
Bytes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint8]]"
Trues: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
FEED, RETURN = ord("\n"), ord("\r")


@frozen
class Plain:
    """How many bytes and records at the start of a stretch are plain, and whether another kind follows.

    Where none ``follows``, the rest of the stretch is only the beginning of a record.
    """

    size: int
    records: int
    follows: bool


def plain_records(stretch: bytes, delimiter: str, quote: str, width: int, longest: int) -> Plain:
    """The plain records at the start of ``stretch``, which begins with a record, of ``width`` cells each."""
    text = np.frombuffer(stretch, np.uint8)
    quotes = np.flatnonzero(text == ord(quote))
    ends = _outside(np.flatnonzero(text == FEED), quotes)
    odd = min(_odd_quote(text, quotes, ord(delimiter), ord(quote)), _odd_return(text, quotes))
    whole = int(np.searchsorted(ends, odd))
    follows = odd < len(text)
    cells = _cells(text, ends, quotes, ord(delimiter))
    lengths = np.diff(ends, prepend=-1)
    misfits = np.flatnonzero((cells != width) | (lengths > longest) | ((cells == 1) & _blank(text, ends)))
    if len(misfits) and misfits[0] < whole:
        whole, follows = int(misfits[0]), True
    return Plain(int(ends[whole - 1]) + 1 if whole else 0, whole, follows)


def _outside(places: Places, quotes: Places) -> Places:
    """Those places that stand outside quotation marks."""
    found: Places = places[np.searchsorted(quotes, places) % 2 == 0]
    return found


def _cells(text: Bytes, ends: Places, quotes: Places, delimiter: int) -> Places:
    """How many cells each record has that ends at ``ends``."""
    delimiters = _outside(np.flatnonzero(text == delimiter), quotes)
    return np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1


def _blank(text: Bytes, ends: Places) -> Trues:
    """Whether each record is a line without any character."""
    lengths = np.diff(ends, prepend=-1)
    blank: Trues = (lengths == 1) | ((lengths == 2) & (text[np.maximum(ends - 1, 0)] == RETURN))
    return blank


def _odd_quote(text: Bytes, quotes: Places, delimiter: int, quote: int) -> int:
    """The place of the first quotation mark inside a cell that is not doubled; the length when none is."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = text[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == delimiter) | (before == FEED) | (before == quote)
    after = text[np.minimum(closing + 1, len(text) - 1)]
    closes = (closing == len(text) - 1) | np.isin(after, (delimiter, FEED, RETURN, quote))
    odd = np.concatenate([opening[~opens], closing[~closes]])
    return int(odd.min()) if len(odd) else len(text)


def _odd_return(text: Bytes, quotes: Places) -> int:
    """The place of the first carriage return that ends a line alone; the length when none does."""
    returns = _outside(np.flatnonzero(text == RETURN), quotes)
    returns = returns[returns < len(text) - 1]
    alone = returns[text[returns + 1] != FEED]
    return int(alone[0]) if len(alone) else len(text)
