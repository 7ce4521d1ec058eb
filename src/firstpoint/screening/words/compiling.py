"""The one way in which the loops over words are compiled: without the interpreter's lock, kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from firstpoint import compiled

_HERE = Path(__file__).resolve().parent


def compiled_loop(loop: Callable[..., Any]) -> Any:
    """Give a loop compiled to machine code when it is first called."""
    return compiled.kept(loop, _folder(), own_arrays=True)


@cache
def _folder() -> str:
    """Give the folder in which compiled loops are kept, or nothing where none can be written."""
    return compiled.folder_of(compiled.fingerprint_of(sorted(_HERE.glob("*.py"))), _HERE)
