"""The files of data that the made-up force is made from, in ``grammar/``, each read once.

Phrases stand in two banks that share none: ``training`` (beside the facts, in ``grammar/`` itself) and
``held_out`` (``grammar/held_out/``). A bank changes the words of a force and nothing of what happened in it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

from firstpoint.errors import InputError

Bank = Literal["training", "held_out"]
BANKS: tuple[Bank, ...] = ("training", "held_out")


@cache
def toml_of(table: str, bank: str = "training") -> dict[str, Any]:
    """Give one file of the grammar, of this bank."""
    return tomllib.loads(text_of(f"{table}.toml", bank))


def text_of(name: str, bank: str = "training") -> str:
    """Give the text of one file of the grammar, of this bank."""
    if bank not in BANKS:
        raise InputError(
            "there is no such bank of phrases",
            where=f"bank={bank!r}",
            remedy=f"Name one of {', '.join(BANKS)}.",
        )
    folder = resources.files(__package__) / "grammar"
    return ((folder / "held_out" if bank == "held_out" else folder) / name).read_text(encoding="utf-8")
