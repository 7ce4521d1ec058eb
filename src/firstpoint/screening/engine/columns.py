"""Where each text of a column stands in memory.

An Arrow column keeps its texts one after the other in a buffer, or, as polars does, in several with a view of
each; either way a text is an address and a length, and nothing is copied.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.errors import InputError

_INLINE = 12  # bytes of a text that its view holds itself


@frozen
class Texts:
    """The texts of a column: ``address`` and ``length`` (int64, bytes; -1 for null), one a row.

    ``held`` keeps the memory alive that the addresses point into.
    """

    address: NDArray[np.int64]
    length: NDArray[np.int64]
    held: object

    def bytes_at(self, row: int) -> bytes:
        """The text of a row in UTF-8; empty for null."""
        return _bytes_at(int(self.address[row]), int(self.length[row]))

    def bytes_of(self, row: int, start: int, end: int) -> bytes:
        """A piece of the text of a row, from and to a byte."""
        return _bytes_at(int(self.address[row]) + start, end - start)


def texts_of(column: pl.Series | pa.Array | pa.ChunkedArray) -> Texts:
    """The texts of a column of strings (Arrow ``string``, ``large_string``, ``string_view``, or polars).

    Raises :class:`InputError` for a column of another type.
    """
    arrow = _as_arrow(column)
    chunks = arrow.chunks if isinstance(arrow, pa.ChunkedArray) else [arrow]
    parts = [_chunk(chunk) for chunk in chunks if len(chunk)]
    if not parts:
        return Texts(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), arrow)
    address, length = (np.concatenate([part[at] for part in parts]) for at in (0, 1))
    return Texts(address, length, arrow)


def _as_arrow(column: pl.Series | pa.Array | pa.ChunkedArray) -> Any:
    if isinstance(column, pl.Series):
        text = column.cast(pl.String) if column.dtype == pl.Null else column
        if text.dtype != pl.String:
            raise _not_text(column.dtype)
        # The newest level of compatibility hands polars' own views over; an older one would copy the texts.
        return text.to_arrow(compat_level=pl.CompatLevel.newest())
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column


def _chunk(chunk: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    kind = chunk.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        address, length = _one_after_the_other(chunk, np.int32 if pa.types.is_string(kind) else np.int64)
    elif pa.types.is_string_view(kind):
        address, length = _views(chunk)
    elif pa.types.is_null(kind):
        address = length = np.full(len(chunk), -1, dtype=np.int64)
    else:
        raise _not_text(kind)
    if chunk.null_count:
        length = np.where(np.asarray(chunk.is_null()), np.int64(-1), length)
    return address, length


def _one_after_the_other(chunk: Any, width: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    _, places, letters = chunk.buffers()
    ends = np.frombuffer(places, dtype=width, count=chunk.offset + len(chunk) + 1)[chunk.offset :]
    begin = ends[:-1].astype(np.int64)
    length = ends[1:] - begin
    return begin + (letters.address if letters is not None else 0), length.astype(np.int64)


def _views(chunk: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    _, views, *buffers = chunk.buffers()
    rows = np.frombuffer(views, dtype=np.int32, count=4 * (chunk.offset + len(chunk)))
    rows = rows.reshape(-1, 4)[chunk.offset :]
    length = rows[:, 0].astype(np.int64)
    own = views.address + 16 * (chunk.offset + np.arange(len(chunk), dtype=np.int64)) + 4
    bases = np.array([buffer.address for buffer in buffers] or [0], dtype=np.int64)
    inline = length <= _INLINE
    other = bases[np.where(inline, 0, rows[:, 2])] + rows[:, 3]
    return np.where(inline, own, other), length


def _bytes_at(address: int, length: int) -> bytes:
    return ctypes.string_at(address, length) if length > 0 else b""


def _not_text(kind: object) -> InputError:
    return InputError(f"the texts of the logs are of type {kind}", remedy="Give a column of text.")
