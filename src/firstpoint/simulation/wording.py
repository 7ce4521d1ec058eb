"""Phrases and how they become sentences: the words of a bank, and templates with slots that are filled
from them.

A template is text with slots in braces, such as ``{O} pushed {Vo}``. What a slot holds the voice
decides, or a list of the bank, from which one word is picked for the whole log; some slots are new each
time, such as ``{clock}``, an hour and minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from firstpoint.simulation.chance import Chance
from firstpoint.simulation.grammar_files import toml_of
from firstpoint.simulation.names import Names, names

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


@cache
def shared_words(bank: str = "training") -> dict[str, Any]:
    """Give the tables of a bank's ``shared.toml``."""
    return toml_of("shared", bank)


@cache
def lines(bank: str, table: str, key: str = "lines") -> tuple[str, ...]:
    """Give one list of a shared table of the bank."""
    return tuple(shared_words(bank)[table][key])


@cache
def word_lists(bank: str) -> Mapping[str, tuple[str, ...]]:
    """Give the lists of words that slots are filled from."""
    return {slot: tuple(words) for slot, words in shared_words(bank)["words"].items()}


class Lexicon:
    """What all entries of one log draw their words from: the bank, a stream of chance, and the words
    picked."""

    def __init__(self, bank: str, chance: Chance) -> None:
        self.chance = chance
        self.lists = word_lists(bank)
        self.names: Names = names(bank)
        self.picked: dict[str, str] = {}


class Words(dict[str, str]):
    """The words of a voice by slot; a slot that the voice does not know is filled from the lexicon."""

    def __init__(self, known: Mapping[str, str], lexicon: Lexicon) -> None:
        super().__init__(known)
        self.lexicon = lexicon

    def __missing__(self, slot: str) -> str:
        """Give the word of a slot from the bank's lists, the same all through a log, or a new one."""
        new = _NEW_EACH_TIME.get(slot)
        if new is not None:
            return new(self.lexicon)
        picked = self.lexicon.picked
        if slot not in picked:
            picked[slot] = self.lexicon.chance.pick(self.lexicon.lists[slot])
        word = picked[slot]
        return word.format_map(self) if "{" in word else word


def sentences(parts: Sequence[str]) -> str:
    """Give the parts that are not empty as sentences, each begun with a capital."""
    return " ".join([part[0].upper() + part[1:] for part in parts if part])


def capital(text: str) -> str:
    """Give the text with its first letter a capital."""
    return text[:1].upper() + text[1:]


def in_words(number: int) -> str:
    """Give a number as a log has it: in words up to twelve."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _clock(lexicon: Lexicon) -> str:
    minute = lexicon.chance.below(1440)
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _first_name(lexicon: Lexicon) -> str:
    chance = lexicon.chance
    return chance.pick(lexicon.names.first["female" if chance.unit() < 0.5 else "male"])


_NEW_EACH_TIME: Mapping[str, Callable[[Lexicon], str]] = {
    "clock": _clock,
    "some_first": _first_name,
    "some_last": lambda lexicon: lexicon.chance.pick(lexicon.names.last),
    "some_street": lambda lexicon: lexicon.chance.pick(lexicon.names.streets),
    "some_place": lambda lexicon: lexicon.chance.pick(lexicon.names.places),
    "some_number": lambda lexicon: str(2 + lexicon.chance.below(160)),
    "collar": lambda lexicon: str(1000 + lexicon.chance.below(8400)),
    "log": lambda lexicon: f"{lexicon.chance.below(1300):04d}",
    "camera": lambda lexicon: str(1 + lexicon.chance.below(64)),
}
