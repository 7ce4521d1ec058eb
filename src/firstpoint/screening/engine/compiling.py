"""The one way in which the engine's loops are compiled: without the interpreter's lock, kept on disk.

Loops are kept under a fingerprint of all the code they are made of, since numba itself looks at a function's
own file alone, and parts of one loop lie in several.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from firstpoint import compiled

Loop = TypeVar("Loop", bound=Callable[..., Any])
_HERE = Path(__file__).resolve().parent
#: The modules that loops are made of, or take numbers from.
_OF_LOOPS = (
    "bearing",
    "compiling",
    "cutting",
    "letters",
    "loading",
    "passing",
    "standing",
    "words",
    "../spelling",
)


def compiled_loop(loop: Loop) -> Loop:
    """Give a loop compiled to machine code when it is first called; it must make no arrays of its own."""
    return compiled.kept(loop, _folder())


def inlined(loop: Loop) -> Loop:
    """Give a small loop that becomes part of whatever calls it, since handing arrays over costs time."""
    without_references: Any = numba.njit
    return cast(Loop, without_references(forceinline=True, nogil=True, _nrt=False)(loop))


@cache
def _folder() -> str:
    """Give the folder in which compiled loops are kept, or nothing where none can be written."""
    sources = sorted(_HERE / f"{name}.py" for name in _OF_LOOPS)
    return compiled.folder_of(compiled.fingerprint_of(sources), _HERE)
