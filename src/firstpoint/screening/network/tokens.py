"""Plain words as the numbers that the network takes: WordPiece, as its makers cut words.

A word that the list of pieces does not hold is cut into the longest pieces that it does, from the left; those
inside a word begin with ``##``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from unicodedata import category, normalize

MOST_TOKENS = 256
_BEGIN, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_INSIDE = "##"
_ACCENT = "Mn"
_MOST_LETTERS = 100
_REMEMBERED = 100_000


class WordPieces:
    """The pieces of one file, a line each in the order of their numbers."""

    def __init__(self, path: Path) -> None:
        pieces = path.read_text("utf-8").split("\n")
        self._numbers = {piece: number for number, piece in enumerate(pieces) if piece}
        self.pieces_of = lru_cache(_REMEMBERED)(self._pieces_of)

    def tokens(self, words: Iterable[str]) -> tuple[list[int], list[int]]:
        """The tokens of words, a mark at the beginning and at the end, and for each the place of its word (-1
        for a mark)."""
        tokens, places = [self._numbers[_BEGIN]], [-1]
        for place, word in enumerate(words):
            pieces = self.pieces_of(word)
            tokens += pieces
            places += [place] * len(pieces)
        return [*tokens, self._numbers[_END]], [*places, -1]

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        word = "".join(mark for mark in normalize("NFD", word) if category(mark) != _ACCENT)
        found: list[int] = []
        start = 0
        while start < len(word):
            end = self._longest(word, start)
            if end == start or len(word) > _MOST_LETTERS:
                return (self._numbers[_UNKNOWN],)
            found.append(self._numbers[self._inside(word, start, end)])
            start = end
        return tuple(found)

    def _longest(self, word: str, start: int) -> int:
        """Where the longest piece ends that begins at ``start``; there, if none does."""
        ends = range(len(word), start, -1)
        return next((end for end in ends if self._inside(word, start, end) in self._numbers), start)

    @staticmethod
    def _inside(word: str, start: int, end: int) -> str:
        return f"{_INSIDE if start else ''}{word[start:end]}"


def kept(tokens: Sequence[int]) -> list[int]:
    """The tokens that the network is given: of a long log the beginning and the end, where it is told and
    where it is closed."""
    if len(tokens) <= MOST_TOKENS:
        return list(tokens)
    half = MOST_TOKENS // 2
    return [*tokens[:half], *tokens[-half:]]
