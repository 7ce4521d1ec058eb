"""Misspelt words of the lexicon, told from words that are none of its.

A word that the lexicon does not know is read as one it knows where the two are one edit apart (a letter too
many, missing, wrong, or two changed about), or two where both have eight letters or more. Both have at least
five letters, and begin alike unless their first two letters are changed about. Where two different words are
equally near, it stays unknown. So do all ordinary words (``ordinary_words.txt``), however near: *stroked* is
no *stoked*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

SHORTEST, LONGEST = 5, 20  # letters of a word that may be repaired, or be repaired to
FROM_TWO_EDITS = 8
ENDINGS = ("", "s", "d", "ed", "ing", "er", "ers", "es", "e")


class Spelling:
    """What words may be repaired to, ``targets`` with their token codes, and those let be, ``ordinary``."""

    def __init__(self, targets: Mapping[str, str], ordinary: frozenset[str]) -> None:
        self.targets = {word: code for word, code in sorted(targets.items()) if may_be_repaired(word)}
        self.ordinary = ordinary

    @cached_property
    def near(self) -> dict[str, list[str]]:
        """For each word with letters left out, the targets from which it can be had so."""
        near: dict[str, list[str]] = {}
        for word in self.targets:
            for shorter in with_letters_left_out(word):
                near.setdefault(shorter, []).append(word)
        return near

    def code_of(self, word: str) -> str | None:
        """The code of the word of the lexicon that a folded word is a misspelling of, or None."""
        if not may_be_repaired(word) or word in self.ordinary:
            return None
        found: dict[int, set[str]] = {}
        for shorter in with_letters_left_out(word):
            for target in self.near.get(shorter, ()):
                if (edits := edits_between(word, target)) <= edits_allowed(word, target):
                    found.setdefault(edits, set()).add(self.targets[target])
        nearest = found[min(found)] if found else set()
        return nearest.pop() if len(nearest) == 1 else None


def may_be_repaired(word: str) -> bool:
    """Whether a folded word is of plain letters and neither too short nor too long."""
    return SHORTEST <= len(word) <= LONGEST and word.isascii() and word.isalpha()


def edits_allowed(word: str, target: str) -> int:
    """How many edits may lie between a word and a target; -1 where they begin otherwise."""
    if word[0] != target[0] and word[:2] != target[1::-1]:
        return -1
    return 2 if min(len(word), len(target)) >= FROM_TWO_EDITS else 1


def with_letters_left_out(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters, or each two where it is long enough."""
    yield word
    for at in range(len(word)):
        one_less = word[:at] + word[at + 1 :]
        yield one_less
        if len(word) >= FROM_TWO_EDITS:
            yield from (one_less[:other] + one_less[other + 1 :] for other in range(at, len(one_less)))


def edits_between(word: str, target: str) -> int:
    """The least edits from one word to another, no letter edited twice (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(target) + 1))
    for at, letter in enumerate(word, 1):
        earlier, before, row = before, row, [at]
        for other, wanted in enumerate(target, 1):
            least = min(before[other] + 1, row[other - 1] + 1, before[other - 1] + (letter != wanted))
            if at > 1 and other > 1 and letter == target[other - 2] and word[at - 2] == wanted:
                least = min(least, earlier[other - 2] + 1)
            row.append(least)
    return row[-1]
