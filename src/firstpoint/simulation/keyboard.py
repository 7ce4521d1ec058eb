"""What hands do to words: call-takers' shorthand and slips of the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from firstpoint.simulation.chance import Chance

_ARTICLES = re.compile(r"\b(?:the|a|an) ", re.IGNORECASE)
_NEIGHBOUR_KEYS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxfrdhjokjlnbpiqtdyivqzua", strict=True))


def shorthand(text: str, chance: Chance) -> str:
    """Put text as call-takers type it: at times without articles, at times in capitals."""
    if chance.happens(0.4):
        text = _ARTICLES.sub("", text)
    return text.upper() if chance.happens(0.35) else text


def slipped(text: str, chance: Chance) -> str:
    """Give the text with one slip of the keyboard, in a letter of some word."""
    at = chance.below(len(text))
    letter = text[at]
    if not letter.isalpha() or not letter.islower():
        return text
    slip: Callable[[], str] = chance.pick(
        (lambda: "", lambda: letter * 2, lambda: _NEIGHBOUR_KEYS.get(letter, letter), lambda: letter + " ")
    )
    return text[:at] + slip() + text[at + 1 :]
