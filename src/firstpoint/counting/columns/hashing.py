"""Tables that are looked up by the letters of a name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from firstpoint.counting.columns.arrays import Int32, Int64

_MASK = (1 << 63) - 1


def hashed(letters: bytes, seed: int) -> int:
    """Give the number under which letters are looked up; the compiled reader reckons the same."""
    found = (seed * 1_000_003 + 97) & _MASK
    for letter in letters:
        found = ((found ^ letter) * 1_099_511_628_211) & _MASK
    return found


def fill(entries: Sequence[tuple[int, int, int, int]]) -> tuple[Int64, Int32, Int32, Int32]:
    """Give an open table of entries (hash, start, length, what is found) with one place in three taken."""
    size = 1 << (3 * max(1, len(entries))).bit_length()
    hashes = np.full(size, -1, dtype=np.int64)
    columns = [np.zeros(size, dtype=np.int32) for _ in range(3)]
    for number, *rest in entries:
        at = number & (size - 1)
        while hashes[at] != -1:
            at = (at + 1) & (size - 1)
        hashes[at] = number
        for column, value in zip(columns, rest, strict=True):
            column[at] = value
    return hashes, columns[0], columns[1], columns[2]
