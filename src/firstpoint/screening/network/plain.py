"""A log as the network is given it: plain words and the ends of sentences, and nothing of who somebody is.

What the weights never weigh (:mod:`~firstpoint.screening.words.cutting`: names, postcodes, words that say
what a person is) is left out as if it were not there, and clock times and long figures are told by their form
alone. Many logs are written without capitals or in nothing else, so that no name shows in them: therefore
only words are given that several banks hold in small letters, in logs that do write names with a capital.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import frozen

from firstpoint.screening.tokens import SPLITS
from firstpoint.screening.words.cutting import shown, weighed_words

STOP = "."
_AFTER_OPENING = "/"
_TIME, _NUMBER, _COMMA = "time", "number", ","
FORMS = (STOP, _AFTER_OPENING, _TIME, _NUMBER, _COMMA)  # what is given though no word is written so
NOWHERE = (-1, -1)


@frozen
class PlainLog:
    """``words`` of the codes, then of the text, and for each its ``places``: start and end in characters of
    the text, ``NOWHERE`` for a word of a code and for the end of a sentence."""

    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]


def plain_log(text: str, opening: str | None, closing: str | None, known: Collection[str]) -> PlainLog:
    """A log in plain words; ``known`` are the words that may be given."""
    told = [
        *((word, NOWHERE) for word in _of_code(opening, known)),
        (_AFTER_OPENING, NOWHERE),
        *((word, NOWHERE) for word in _of_code(closing, known)),
        (STOP, NOWHERE),
        *_of_text(text, known),
    ]
    return PlainLog(tuple(word for word, _ in told), tuple(place for _, place in told))


def plain(word: str, known: Collection[str]) -> str:
    """A word as the network is given it; empty for one that it is not given."""
    if word.startswith("#"):
        return _TIME if word == "#time" else _NUMBER
    # Marks but for a comma are left out too: a hyphen or an apostrophe may be all that is left of a name.
    return word if word.isdigit() or word == _COMMA or word in known else ""


def _of_code(code: str | None, known: Collection[str]) -> Iterator[str]:
    words = (plain(shown(match.group()), known) for match in SPLITS.finditer(code or ""))
    return filter(None, words)


def _of_text(text: str, known: Collection[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    before = 0
    for word, sentence, start, end in weighed_words(text):
        if sentence != before:
            yield STOP, NOWHERE
            before = sentence
        if told := plain(word, known):
            yield told, (start, end)


def surely_no_names(text: str) -> set[str]:
    """The words that stand in small letters in a text that writes names with a capital; none of another."""
    told = list(weighed_words(text))
    if not any(word == "" and text[start].isupper() for word, _, start, _ in told):
        return set()
    return {word for word, _, start, _ in told if word and text[start].islower()}
