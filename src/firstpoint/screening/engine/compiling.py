"""The one way in which the engine's loops are compiled: without the interpreter's lock, kept on disk.

Loops are kept under a fingerprint of all the code they are made of, since numba itself looks at a function's
own file alone, and parts of one loop lie in several.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

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
    """Give a loop compiled to machine code when it is first called; it must make no arrays of its own.

    Where no folder can be written in which to keep it, it is compiled anew by each process.
    """
    made: Any
    settings: Any = numba.config
    without_references: Any = numba.njit
    folder, before = _folder(), settings.CACHE_DIR
    try:
        settings.CACHE_DIR = folder
        made = without_references(cache=folder != "", nogil=True, _nrt=False)(loop)
    finally:
        settings.CACHE_DIR = before
    return cast(Loop, made)


def inlined(loop: Loop) -> Loop:
    """Give a small loop that becomes part of whatever calls it, since handing arrays over costs time."""
    without_references: Any = numba.njit
    return cast(Loop, without_references(forceinline=True, nogil=True, _nrt=False)(loop))


@cache
def _folder() -> str:
    """Give the folder in which compiled loops are kept, or nothing where none can be written."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (_HERE / "__pycache__", home / "firstpoint"):
        folder = parent / f"loops-{_fingerprint()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""


@cache
def _fingerprint() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_HERE / f"{name}.py" for name in _OF_LOOPS):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
