"""Phrases and how they become sentences: the shared words, templates with slots, capitals and full stops.

A template is text with slots in braces, such as ``{O} pushed {Vo}``; what a slot holds the teller decides.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"(?<=[.?] )[a-z]")

Template = tuple[tuple[str, str], ...]


@cache
def shared_words() -> dict[str, Any]:
    """Give the tables of ``grammar/shared.toml``."""
    text = (resources.files(__package__) / "grammar/shared.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def lines(table: str, key: str = "lines") -> tuple[str, ...]:
    """Give one list of a shared table."""
    return tuple(shared_words()[table][key])


@cache
def compiled(line: str) -> Template:
    """Give a template as pairs of literal text and the slot after it (empty at the end)."""
    pieces = _SLOT.split(line)
    pairs = [*zip(pieces[::2], pieces[1::2], strict=False), (pieces[-1], "")]
    return tuple(pairs)


def tidied(parts: Sequence[str]) -> str:
    """Give the parts as sentences, each begun with a capital."""
    text = " ".join(part for part in parts if part).replace(",.", ".").replace(",,", ",")
    return _SENTENCE.sub(lambda start: start.group().upper(), capital(text))


def capital(text: str) -> str:
    """Give the text with its first letter a capital."""
    return text[:1].upper() + text[1:]


def in_words(number: int) -> str:
    """Give a number as a log has it: in words up to twelve."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
