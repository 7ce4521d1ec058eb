"""Text that is safe to print: what a report may hold, whatever a source system sent.

:func:`printable` is applied to every text as it enters the tree, so no writer has to think of it again. It
drops what has no place on paper and can mislead a reader or break a file: control characters, halves of
surrogate pairs, and the marks that change the direction of the text around them (a right-to-left override
can make ``not recorded`` read as something else). Letters of every script stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINE_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that change direction
    "\ufeff\ufff9-\uffff\ud800-\udfff"  # byte order mark, interlinear marks, halves of pairs
    "]"
)


def printable(text: str) -> str:
    """Give the text on one line, without control, direction-changing or broken characters."""
    return _UNPRINTABLE.sub("", _LINE_BREAKS.sub(" ", text)).strip()


def printable_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Give each line :func:`printable`; a bare string is refused, since it would fall apart into letters."""
    if isinstance(lines, str):
        raise TypeError("a list of texts is wanted here, not one text")
    return tuple(printable(line) for line in lines)
