"""What each character of Unicode is to the cutting of words, and its small form.

The tables hold what Python itself says of a character, so that the engine cuts as
:mod:`~firstpoint.screening.tokens` does. No letter, digit or space lies beyond the planes they cover.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COVERED = 0x40000
LETTER, DECIMAL, DIGIT, SPACE, OTHER_SCRIPT = 1, 2, 4, 8, 16
_LATIN_ENDS = 0x370  # Greek is the first script after the Latin letters and marks
_LATIN_MORE = (0x1E00, 0x1F00)


class Letters(NamedTuple):
    """``kinds`` (uint8): what a character is, as bits; ``small`` (int32): the character in small."""

    kinds: NDArray[np.uint8]
    small: NDArray[np.int32]


@cache
def letters() -> Letters:
    """The tables for the characters below :data:`COVERED`."""
    characters = [chr(point) for point in range(COVERED)]
    kinds = np.zeros(COVERED, dtype=np.uint8)
    for bit, says in ((LETTER, str.isalnum), (DECIMAL, str.isdecimal), (DIGIT, str.isdigit)):
        kinds |= bit * np.fromiter(map(says, characters), dtype=np.uint8, count=COVERED)
    kinds |= SPACE * np.fromiter(map(str.isspace, characters), dtype=np.uint8, count=COVERED)
    points = np.arange(COVERED)
    latin = (points < _LATIN_ENDS) | ((points >= _LATIN_MORE[0]) & (points < _LATIN_MORE[1]))
    kinds[(kinds & LETTER > 0) & (kinds & DIGIT == 0) & ~latin] |= OTHER_SCRIPT
    # One letter alone, the dotted capital I, has a small form of two characters; the cutting knows it.
    small = (ord(c.lower()) if len(c.lower()) == 1 else ord(c) for c in characters)
    lowered = np.fromiter(small, dtype=np.int32, count=COVERED)
    lowered[ord("ς")] = ord("σ")
    return Letters(kinds, lowered)
