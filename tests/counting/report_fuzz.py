"""Reports spoilt letter by letter: what a slip of a keyboard, a disk or another program may make of one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Slip = Callable[[str, random.Random], str]
_VALUE = re.compile(r'"[^"]*"|\d+|\[[^\[\]{}]*\]')
_ODD = tuple('"\\{}[]:,.0123456789-+eETZ az_/\x00\x1f\n\u00e9\u2028\U0001f600\ufffd')


def _flip(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    letter = chr(ord(text[at]) ^ 1 << rng.randrange(7))
    return text[:at] + letter + text[at + 1 :]


def _delete(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at + rng.choice((1, 1, 1, 2, 5, 20)) :]


def _insert(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(_ODD) + text[at:]


def _truncate(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text))]


def _swap(text: str, rng: random.Random) -> str:
    """Put one value in the place of another, and that in its own."""
    one, two = sorted(rng.sample(list(_VALUE.finditer(text)), 2), key=lambda found: found.start())
    between = text[one.end() : two.start()]
    return text[: one.start()] + two[0] + between + one[0] + text[two.end() :]


def _copy(text: str, rng: random.Random) -> str:
    """Put one value in the place of another too."""
    one, two = rng.sample(list(_VALUE.finditer(text)), 2)
    return text[: one.start()] + two[0] + text[one.end() :]


def _tell_twice(text: str, rng: random.Random) -> str:
    start, end = sorted(rng.choices(range(len(text)), k=2))
    return text[:end] + text[start:end] + text[end:]


def _number(text: str, rng: random.Random) -> str:
    found = rng.choice(list(re.finditer(r"\d+", text)))
    odd = (
        "0",
        "1",
        "00",
        "13",
        "99",
        "9999999",
        "10000000",
        "4294967296",
        "1.0",
        "-1",
        "1e3",
        "null",
        "true",
    )
    return text[: found.start()] + rng.choice(odd) + text[found.end() :]


#: The slips by name; the last four leave more reports well-formed.
SLIPS: dict[str, Slip] = {
    "flip": _flip, "delete": _delete, "insert": _insert, "truncate": _truncate, "tell twice": _tell_twice,
    "swap": _swap, "copy": _copy, "number": _number,
}  # fmt: skip


def spoilt(text: str, rng: random.Random) -> tuple[str, str]:
    """Give the name of a slip and the report spoilt by it (now and then by two); never half a letter."""
    name = rng.choice(list(SLIPS))
    made = SLIPS[name](text, rng)
    if made and rng.random() < 0.1:
        made = _flip(made, rng)
    return name, made.encode("utf-8", "replace").decode()
