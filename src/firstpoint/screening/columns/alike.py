"""Rows of numbers that are alike, found in one compiled loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop

_U = np.uint64
_SPREAD = _U(0x9E3779B97F4A7C15)


class Alike(NamedTuple):
    """``number`` (int32): for each row the number of what it is; ``first`` (int64): for each such number the
    first row that is it."""

    number: NDArray[np.int32]
    first: NDArray[np.int64]


def alike(numbers: NDArray[np.int64], start: NDArray[np.int64]) -> Alike:
    """Which rows are alike: row ``n`` is ``numbers[start[n]:start[n + 1]]``."""
    rows = len(start) - 1
    slots = np.full(1 << (2 * rows + 2).bit_length(), -1, dtype=np.int64)
    number, first = np.zeros(rows, dtype=np.int32), np.zeros(rows, dtype=np.int64)
    many = _number_rows(numbers, start, slots, number, first)
    return Alike(number, first[:many])


@compiled_loop
def _number_rows(numbers, start, slots, number, first):
    last, many = slots.size - 1, 0
    for row in range(number.size):
        begin, past = start[row], start[row + 1]
        key = _U(past - begin)
        for at in range(begin, past):
            key = (key ^ _U(numbers[at])) * _SPREAD
            key ^= key >> _U(29)
        place = np.int64(key >> _U(20)) & last
        while slots[place] >= 0 and not _same(numbers, start, first[slots[place]], begin, past):
            place = (place + 1) & last
        if slots[place] < 0:
            slots[place] = many
            first[many] = row
            many += 1
        number[row] = slots[place]
    return many


@compiled_loop
def _same(numbers, start, other, begin, past):
    if start[other + 1] - start[other] != past - begin:
        return False
    for at in range(past - begin):
        if numbers[start[other] + at] != numbers[begin + at]:
            return False
    return True
