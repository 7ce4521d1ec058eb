"""From the spelling of a word to its number among the words that have weights.

The table of words has the form of the engine's (:mod:`~firstpoint.screening.engine.words`), but nothing is
ever added to it, so that threads share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.engine.cutting import character, eight_from, is_of
from firstpoint.screening.engine.letters import COVERED, DECIMAL, DIGIT
from firstpoint.screening.engine.loading import byte_at
from firstpoint.screening.engine.tables import lines
from firstpoint.screening.engine.words import first_place, lower_bytes, place_from, put
from firstpoint.screening.words.cutting import shown

_U = np.uint64
_TWO = _U(2)
_VALUE = (_U(1) << _U(62)) - _U(1)
_SHORT = 16
_LONGEST_FORM = 5  # figures of this many and more are told alike
_DOT, _COLON, _SMALL_H, _SMALL_R, _SMALL_S = (ord(mark) for mark in ".:hrs")


class Spellings(NamedTuple):
    """``slots`` and ``bits`` are a table of words, ``capitals`` (uint8) says of each character whether it is
    one, ``time`` is the number of a clock time and ``figures`` (int32) those of figures by their length."""

    slots: NDArray[np.uint64]
    bits: int
    capitals: NDArray[np.uint8]
    time: int
    figures: NDArray[np.int32]


def spellings_of(numbers: Mapping[str, int]) -> Spellings:
    """The table of the words of a set of weights."""
    spelt = {word.encode(): number for word, number in numbers.items() if word and shown(word) == word}
    bits = max(8, (3 * len(spelt)).bit_length())
    slots = lines(1 << bits, 4).reshape(-1)
    letters = np.frombuffer(b"".join(spelt) or b"\0", dtype=np.uint8)
    begins = np.cumsum([0, *map(len, spelt)], dtype=np.int32)
    values = np.array(list(spelt.values()), dtype=np.int64)
    put(slots, bits, letters, begins, values, np.zeros(2, dtype=np.uint64))
    capitals = np.fromiter((chr(point).isupper() for point in range(COVERED)), np.uint8, COVERED)
    figures = [numbers.get(f"#{length}", 0) for length in range(_LONGEST_FORM + 1)]
    return Spellings(slots, bits, capitals, numbers.get("#time", 0), np.array(figures, dtype=np.int32))


@compiled_loop
def number_of(first, second, size, spellings):
    """Give the number of a folded word by its key, nought where it has none."""
    slots, bits = spellings.slots, spellings.bits
    at = place_from(slots, bits, first_place(bits, first, second), first, second, size > _SHORT)
    held = slots[(at << _TWO) + _TWO]
    return np.int64(held & _VALUE) - 1 if held != _U(0) else np.int64(0)


@compiled_loop
def number_of_bytes(address, begin, end, spellings):
    """Give the number of a mark as it is spelt."""
    size = end - begin
    if size > _SHORT:
        return np.int64(0)
    first = lower_bytes(eight_from(address, begin, end), size)
    second = lower_bytes(eight_from(address, begin + 8, end), size - 8)
    return number_of(first, second, size, spellings)


@compiled_loop
def number_of_figures(address, begin, end, first, second, size, letters, spellings):
    """Give the number of a word that begins with a figure: a clock time, a single figure, figures by their
    length."""
    at, characters, figures, decimals = begin, 0, 0, 0
    while at < end:
        point, wide = character(address, at, end)
        if figures == characters:
            figures += is_of(point, DIGIT, letters)
            decimals += decimals == characters and is_of(point, DECIMAL, letters)
        at += wide
        characters += 1
    if figures == characters:
        if characters == 1:
            return number_of(first, second, size, spellings)
        if characters == 4 and decimals == 4:
            return np.int64(spellings.time)
        return np.int64(spellings.figures[min(characters, _LONGEST_FORM)])
    return np.int64(spellings.time) if _is_clock(address, begin, end, letters) else np.int64(0)


@compiled_loop
def _is_clock(address, begin, end, letters):
    """Whether a word is a time such as 19:02, 9.15 or 1902hrs."""
    at, decimals = begin, 0
    while at < end:
        point, wide = character(address, at, end)
        if not is_of(point, DECIMAL, letters):
            break
        decimals += 1
        at += wide
    left = end - at
    if decimals == 4:
        if left < 2 or left > 3 or byte_at(address + at) != _SMALL_H or byte_at(address + at + 1) != _SMALL_R:
            return False
        return left == 2 or byte_at(address + at + 2) == _SMALL_S
    if decimals < 1 or decimals > 2 or left < 3:
        return False
    mark = byte_at(address + at)
    if mark != _DOT and mark != _COLON:
        return False
    at, decimals = at + 1, 0
    while at < end:
        point, wide = character(address, at, end)
        if not is_of(point, DECIMAL, letters):
            return False
        decimals += 1
        at += wide
    return decimals == 2
