"""The one way in which loops over columns are compiled: without the interpreter's lock, kept on disk.

Compiled loops hold numbers that follow from the format and the lists (which slot a field has, which code a
value). They are kept under a fingerprint of everything that such numbers come from, so that a loop compiled
for an older format is never run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from firstpoint import compiled

Loop = TypeVar("Loop", bound=Callable[..., Any])
_COUNTING = Path(__file__).resolve().parent.parent


def compiled_loop(loop: Loop) -> Loop:
    """Give a loop compiled to machine code when it is first called; it must make no arrays of its own.
    What it needs for notes is handed to it."""
    return compiled.kept(loop, _folder())


def inlined(loop: Loop) -> Loop:
    """Give a small loop that becomes part of whatever calls it, since handing arrays over costs time."""
    made: Any = numba.njit(inline="always")(loop)
    return cast(Loop, made)


@cache
def _folder() -> str:
    """Give the folder in which compiled loops are kept, or nothing where none can be written."""
    return compiled.folder_of(fingerprint(), Path(__file__).resolve().parent)


@cache
def fingerprint() -> str:
    """Give a fingerprint of the code, the format and the lists from which compiled numbers come."""
    return compiled.fingerprint_of(_sources())


def _sources() -> Iterator[Path]:
    lists = _COUNTING.parent / "vocabulary" / "lists"
    yield from sorted(path for path in lists.iterdir() if path.is_file())
    yield from sorted((_COUNTING / "schemas").glob("*.json"))
    yield from sorted(_COUNTING.glob("*.py"))
    yield from sorted((_COUNTING / "columns").glob("*.py"))
