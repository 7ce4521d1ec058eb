"""Loops compiled to machine code by numba, kept on disk from one process to the next.

numba keeps what it compiled beside a function's own file and looks at that file alone. Loops of ours are made
of parts from several files and of numbers from tables, so they are kept under a fingerprint of all that they
come from; and where no folder can be written, they are compiled anew by each process instead of failing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def kept(loop: Loop, folder: str, *, own_arrays: bool = False) -> Loop:
    """Give a loop compiled when it is first called, without the interpreter's lock, and kept in ``folder``
    (not kept where that is empty).

    Without ``own_arrays`` the loop must make no arrays: it is then compiled without the counting of
    references, which would take longer than most of what such loops do.
    """
    settings: Any = numba.config
    compile_: Any = numba.njit
    before = settings.CACHE_DIR
    try:
        settings.CACHE_DIR = folder
        made = compile_(cache=folder != "", nogil=True, _nrt=own_arrays)(loop)
    finally:
        settings.CACHE_DIR = before
    return cast(Loop, made)


def folder_of(fingerprint: str, beside: Path) -> str:
    """Give the folder in which loops of a fingerprint are kept, or nothing where none can be written: beside
    the code, else in the user's cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (beside / "__pycache__", home / "firstpoint"):
        folder = parent / f"loops-{fingerprint}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""


def fingerprint_of(sources: Iterable[Path]) -> str:
    """Give a fingerprint of numba and the files that loops come from, in the order given."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sources:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
