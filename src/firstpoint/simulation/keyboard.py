"""What hands do to words: call-takers' shorthand, slips of the keyboard, spelling by ear, regional words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.grammar_files import toml_of

_NEIGHBOUR_KEYS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxfrdhjokjlnbpiqtdyivqzua", strict=True))


def shorthand(text: str, chance: Chance, bank: str) -> str:
    """Put text as call-takers type it: at times without articles, abbreviated, or in capitals."""
    if chance.unit() < 0.4:
        text = text.replace(" the ", " ").replace(" a ", " ").replace(" an ", " ")
    if chance.unit() < 0.6:
        pairs = _abbreviations(bank)
        start = chance.below(len(pairs))
        for long, short in (pairs[start:] + pairs[:start])[: len(pairs) // 2]:
            text = text.replace(long, short)
    return text.upper() if chance.unit() < 0.3 else text


def regional(text: str, chance: Chance, bank: str) -> str:
    """Give the text with the words of one region in place of the usual ones, where it has any."""
    for usual, own in chance.pick(_regions(bank)):
        text = text.replace(usual, own)
    return text


def typed_in_haste(text: str, chance: Chance) -> str:
    """Give the text with slips of one sort: of a key, of a word left out, of spelling, of the capital
    lock."""
    return _SLIPS[chance.weighted(_slip_weights())](text, chance)


def slipped(text: str, chance: Chance) -> str:
    """Give the text with one slip of the keyboard, in a letter of some word."""
    at = chance.below(len(text))
    letter = text[at]
    if not letter.isalpha() or not letter.islower():
        return text
    kind = chance.below(5)
    if kind == 4:
        return text[:at] + text[at + 1 : at + 2] + letter + text[at + 2 :]
    slip = ("", letter * 2, _NEIGHBOUR_KEYS.get(letter, letter), letter + " ")[kind]
    return text[:at] + slip + text[at + 1 :]


def _slipped_often(text: str, chance: Chance) -> str:
    for _ in range(1 + len(text) // 60):
        text = slipped(text, chance)
    return text


def _word_left_out(text: str, chance: Chance) -> str:
    """Leave out one short word of grammar, never one that carries the matter."""
    word = chance.pick((" to ", " of ", " at ", " is ", " and ", " in ", " was ", " on "))
    return text.replace(word, " ", 1)


def _spelt_by_ear(text: str, chance: Chance) -> str:
    pairs = _by_ear()
    start = chance.below(len(pairs))
    for right, wrong in (pairs[start:] + pairs[:start])[: len(pairs) // 2]:
        text = text.replace(right, wrong)
    return text


def _capitals_from_somewhere(text: str, chance: Chance) -> str:
    at = chance.below(len(text))
    return text[:at] + text[at:].upper()


_SLIPS: Mapping[str, Callable[[str, Chance], str]] = {
    "key": slipped,
    "keys": _slipped_often,
    "word": _word_left_out,
    "ear": _spelt_by_ear,
    "capitals": _capitals_from_somewhere,
}


@cache
def _slip_weights() -> Weighted[str]:
    return Weighted(toml_of("keyboard")["slips"])


@cache
def _by_ear() -> tuple[tuple[str, str], ...]:
    return tuple(toml_of("keyboard")["by_ear"].items())


@cache
def _abbreviations(bank: str) -> tuple[tuple[str, str], ...]:
    return tuple(toml_of("shared", bank)["abbreviations"].items())


@cache
def _regions(bank: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(tuple(words.items()) for words in toml_of("shared", bank)["regions"].values())
