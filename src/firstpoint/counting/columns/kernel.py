"""The one way in which loops over columns are compiled: without the interpreter's lock, kept on disk.

Compiled loops hold numbers that follow from the format and the lists (which slot a field has, which code a
value). They are kept under a fingerprint of everything that such numbers come from, so that a loop compiled
for an older format is never run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])
_COUNTING = Path(__file__).resolve().parent.parent


def compiled_loop(loop: Loop) -> Loop:
    """Give a loop compiled to machine code when it is first called.

    The loop must make no arrays of its own: it is compiled without the counting of references, which would
    take longer than most of what the loops do. What it needs for notes is handed to it.

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
    made: Any = numba.njit(inline="always")(loop)
    return cast(Loop, made)


@cache
def _folder() -> str:
    """Give the folder in which compiled loops are kept, or nothing where none can be written."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (Path(__file__).resolve().parent / "__pycache__", home / "firstpoint"):
        folder = parent / f"loops-{fingerprint()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""


@cache
def fingerprint() -> str:
    """Give a fingerprint of the code, the format and the lists from which compiled numbers come."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in _sources():
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    lists = _COUNTING.parent / "vocabulary" / "lists"
    yield from sorted(path for path in lists.iterdir() if path.is_file())
    yield from sorted((_COUNTING / "schemas").glob("*.json"))
    yield from sorted(_COUNTING.glob("*.py"))
    yield from sorted((_COUNTING / "columns").glob("*.py"))
