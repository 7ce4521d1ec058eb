"""Tables that are looked up by the letters of a name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from firstpoint.counting.columns.arrays import Int64

_MASK = (1 << 63) - 1


def hashed(letters: bytes, seed: int) -> int:
    """Give the number under which letters are looked up; the compiled reader reckons the same."""
    found = (seed * 1_000_003 + 97) & _MASK
    for letter in letters:
        found = ((found ^ letter) * 1_099_511_628_211) & _MASK
    return found


def fill(entries: Sequence[tuple[int, int, int, int]]) -> Int64:
    """Give an open table of entries (hash, start, length, what is found), a third of its places taken."""
    size = 1 << (3 * max(1, len(entries))).bit_length()
    table = np.full((size, 4), -1, dtype=np.int64)
    for entry in entries:
        at = entry[0] & (size - 1)
        while table[at, 0] != -1:
            at = (at + 1) & (size - 1)
        table[at] = entry
    return table
