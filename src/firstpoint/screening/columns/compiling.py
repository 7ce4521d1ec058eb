"""The one way in which the loops of this room are compiled: without the interpreter's lock, kept on disk.

They are made of parts of the engine's loops too, so that these stand in their fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from firstpoint import compiled

Loop = TypeVar("Loop", bound=Callable[..., Any])
_HERE = Path(__file__).resolve().parent
#: The modules that loops are made of, or take numbers from.
_OF_LOOPS = (
    "adding",
    "alike",
    "choosing",
    "compiling",
    "cutting",
    "laying",
    "leaning",
    "rounding",
    "scoring",
    "spelling",
    "telling",
)
_OF_THE_ENGINE = (
    "compiling",
    "cutting",
    "letters",
    "loading",
    "passing",
    "words",
    "../ranking",
    "../spelling",
)


def compiled_loop(loop: Loop) -> Loop:
    """Give a loop compiled to machine code when it is first called; it must make no arrays of its own."""
    return compiled.kept(loop, _folder())


@cache
def _folder() -> str:
    """Give the folder in which compiled loops are kept, or nothing where none can be written."""
    own = sorted(_HERE / f"{name}.py" for name in _OF_LOOPS)
    engine = sorted(_HERE.parent / "engine" / f"{name}.py" for name in _OF_THE_ENGINE)
    return compiled.folder_of(compiled.fingerprint_of([*own, *engine]), _HERE)
