"""The one way in which loops over columns are compiled: without the interpreter's lock, kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled_loop(loop: Loop) -> Loop:
    """Give a loop compiled to machine code when it is first called.

    Where no folder can be written in which to keep it, it is compiled anew by each process.
    """
    made: Any
    try:
        made = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:
        made = numba.njit(cache=False, nogil=True)(loop)
    return cast(Loop, made)


def inlined(loop: Loop) -> Loop:
    """Give a small loop that becomes part of whatever calls it, since handing arrays over costs time."""
    made: Any = numba.njit(inline="always")(loop)
    return cast(Loop, made)
