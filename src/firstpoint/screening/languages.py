"""Whether a log is in a language that the lexicon can read at all.

The lexicon is English. A log in another language would match nothing and so look clean, which is the worst
answer: it must be said that it was not read. The test is crude and needs no model: running English of any
kind, the clipped kind of a log too, is held together by a few dozen small words (the, to, his, caller); a
text of some length with hardly any of them is not English, and one whose letters are not Latin is not either.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENOUGH = 12  # words from which a text is long enough to be told by its small words
_LEAST_SMALL = 0.08
_LEAST_LATIN = 0.5
_LOOKED_AT = 4000  # words: a longer text is told by its beginning


def why_not_read(text: str) -> str:
    """Why the log cannot be read, in a sentence; empty where it can, and where it is too short to tell."""
    letters = [sign for sign in text[: _LOOKED_AT * 8] if sign.isalpha()]
    latin = sum(_is_latin(sign) for sign in letters)
    if letters and latin < _LEAST_LATIN * len(letters):
        return "Most of it is not in Latin letters."
    words = [word.lower() for word in _WORD.findall(text[: _LOOKED_AT * 8])[:_LOOKED_AT]]
    known = _small_words()
    small = sum(word in known for word in words)
    if len(words) >= _ENOUGH and small < _LEAST_SMALL * len(words):
        return "It does not look like English."
    return ""


def _is_latin(sign: str) -> bool:
    return sign.isascii() or unicodedata.name(sign, "").startswith("LATIN")


@cache
def _small_words() -> frozenset[str]:
    text = (resources.files("firstpoint.screening") / "wording" / "small_words.csv").read_text("utf-8")
    return frozenset(text.split()[1:])
