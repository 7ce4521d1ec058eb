"""A log as sentences of numbered words, and the short runs of words (grams) of which each consists.

A gram is one word, two or three words in a row, or two words with one between. Its key holds its shape and
the numbers of its words, so that no two grams share one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from io import StringIO

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.screening.tokens import ENDS, SPLITS, fold
from firstpoint.screening.words.compiling import compiled_loop

_WORD, _PAIR, _AROUND, _THREE, _BEFORE, _AFTER, _PLACE, _OPENING, _CLOSING, _ALWAYS = range(1, 11)
_BITS = 19  # of the number of a word
MOST_WORDS = (1 << _BITS) - 1
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}(?:hrs?)?")
GAP = "_"
_REMEMBERED = 200_000  # spellings
_CAPITAL, _SMALL = re.compile(r"[A-Z]"), re.compile(r"[a-z]")


@frozen
class Told:
    """The sentences of one log.

    ``words`` (int64) are the numbers of its words, ``sentence_from`` (int64, sentences + 1) where each
    sentence begins in them, ``spans`` (int64, sentences x 2) where it stands in characters of the text.
    """

    words: NDArray[np.int64]
    sentence_from: NDArray[np.int64]
    spans: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.spans)


def code_words(code: str | None, numbers: Mapping[str, int]) -> NDArray[np.int64]:
    """The numbers (int64) of the known words of a force's code."""
    words = (shown(match.group()) for match in SPLITS.finditer(code or ""))
    return np.array([numbers[word] for word in words if word in numbers], dtype=np.int64)


def told(text: str, numbers: Mapping[str, int]) -> Told:
    """A text cut into sentences of words that ``numbers`` knows; all others are passed over as if they were
    not there."""
    words: list[int] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    sentence = -1
    for word, number, start, end in weighed_words(text):
        if number != sentence:
            sentence = number
            starts.append(len(words))
            spans.append((start, end))
        spans[-1] = (spans[-1][0], end)
        known = numbers.get(word)
        if known is not None:
            words.append(known)
    return Told(
        np.array(words, dtype=np.int64),
        np.array([*starts, len(words)], dtype=np.int64),
        np.array(spans, dtype=np.int64).reshape(-1, 2),
    )


def words_of(text: str) -> set[str]:
    """The words of a text that may be given a weight."""
    return {word for word, *_ in weighed_words(text) if word}


def weighed_words(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Each word as the weights know it, with the number of its sentence and its place; empty for a word that
    is never weighed.

    Never weighed is a word with a capital inside a sentence, or before another such word (a name or a place,
    save in a log that is written in capitals), one of letters and figures (a postcode, a plate, a collar
    number), and one that says what a person is rather than what was done (``words/never_weighed.csv``).
    """
    shouted = _in_capitals(text)
    sentence, first = 0, True
    pieces = [(match.group(), match.start(), match.end()) for match in SPLITS.finditer(text)]
    for at, (spelt, start, end) in enumerate(pieces):
        if spelt[0] in ENDS:
            sentence, first = sentence + (not first), True
            continue
        named = spelt[0].isupper() and not shouted and (not first or _capital_at(pieces, at + 1))
        yield "" if named else shown(spelt), sentence, start, end
        first = False


def _capital_at(pieces: Sequence[tuple[str, int, int]], at: int) -> bool:
    return at < len(pieces) and pieces[at][0][0].isupper()


def _in_capitals(text: str) -> bool:
    capitals = len(_CAPITAL.findall(text))
    return capitals > len(_SMALL.findall(text))


@lru_cache(maxsize=_REMEMBERED)
def shown(spelt: str) -> str:
    """A word as the weights know it: folded, a clock time and a long figure by their form alone; empty for
    one that is never weighed."""
    if spelt.isdigit() and len(spelt) == 1:
        return spelt
    if spelt[0].isdigit() and _CLOCK.fullmatch(spelt):
        return "#time"
    if spelt.isdigit():
        return f"#{min(len(spelt), 5)}"
    word = fold(spelt)
    return "" if any(mark.isdigit() for mark in word) or word in never_weighed() else word


@cache
def never_weighed() -> frozenset[str]:
    """Words that say what a person is: origin, religion, appearance."""
    text = (resources.files("firstpoint.screening") / "words" / "never_weighed.csv").read_text("utf-8")
    return frozenset(row["word"] for row in csv.DictReader(StringIO(text)))


@compiled_loop
def grams_of(words, first, past, keys, count):  # type: ignore[no-untyped-def]
    """Write the keys (int64) of the grams of ``words[first:past]`` to ``keys`` from ``count`` on and give the
    new count; at most four a word."""
    for at in range(first, past):
        one = words[at]
        if one == 0:
            continue
        keys[count] = (_WORD << 58) | (one << (2 * _BITS))
        count += 1
        if at + 2 < past and words[at + 2] != 0:
            keys[count] = (_AROUND << 58) | (one << (2 * _BITS)) | words[at + 2]
            count += 1
        if at + 1 < past and words[at + 1] != 0:
            keys[count] = (_PAIR << 58) | (one << (2 * _BITS)) | (words[at + 1] << _BITS)
            count += 1
            if at + 2 < past and words[at + 2] != 0:
                keys[count] = (_THREE << 58) | (one << (2 * _BITS)) | (words[at + 1] << _BITS) | words[at + 2]
                count += 1
    return count


@compiled_loop
def words_beside(words, first, past, shape, keys, count):  # type: ignore[no-untyped-def]
    """Write single words under another shape: those of the sentence before or after, or of a code."""
    for at in range(first, past):
        if words[at] != 0:
            keys[count] = (shape << 58) | (words[at] << (2 * _BITS))
            count += 1
    return count


@compiled_loop
def sentence_keys(words, sentence_from, number, keys):  # type: ignore[no-untyped-def]
    """Write the keys of all features of a sentence and give their number; of those the grams come first."""
    last = sentence_from.size - 2
    count = grams_of(words, sentence_from[number], sentence_from[number + 1], keys, 0)
    if number > 0:
        count = words_beside(words, sentence_from[number - 1], sentence_from[number], _BEFORE, keys, count)
    if number < last:
        count = words_beside(words, sentence_from[number + 1], sentence_from[number + 2], _AFTER, keys, count)
    fifth = min(4, 5 * number // (last + 1))
    keys[count] = (_PLACE << 58) | ((fifth + 1) << (2 * _BITS))
    keys[count + 1] = _ALWAYS << 58
    return count + 2


@compiled_loop
def log_keys(words, sentence_from, opening, closing, keys):  # type: ignore[no-untyped-def]
    """Write the keys of all features of a whole log and give their number."""
    count = 0
    for number in range(sentence_from.size - 1):
        count = grams_of(words, sentence_from[number], sentence_from[number + 1], keys, count)
    count = words_beside(opening, 0, opening.size, _OPENING, keys, count)
    count = words_beside(closing, 0, closing.size, _CLOSING, keys, count)
    keys[count] = _ALWAYS << 58
    return count + 1


@compiled_loop
def kind_keys(words, sentence_from, number, opening, keys):  # type: ignore[no-untyped-def]
    """Write the keys of the features that tell the kind of a sentence: its words and those of the opening
    code."""
    count = words_beside(words, sentence_from[number], sentence_from[number + 1], _WORD, keys, 0)
    return words_beside(opening, 0, opening.size, _OPENING, keys, count)


_NAMED = {_BEFORE: "before:", _AFTER: "after:", _OPENING: "opening:", _CLOSING: "closing:"}
_SHAPES = {name: shape for shape, name in _NAMED.items()}


def feature_text(key: int, spelling: Mapping[int, str]) -> str:
    """A feature in words; ``_`` stands for any one word between."""
    shape, mask = key >> 58, MOST_WORDS
    one, two, three = (key >> (2 * _BITS)) & mask, (key >> _BITS) & mask, key & mask
    match shape:
        case 1:
            return spelling[one]
        case 2:
            return f"{spelling[one]} {spelling[two]}"
        case 3:
            return f"{spelling[one]} {GAP} {spelling[three]}"
        case 4:
            return f"{spelling[one]} {spelling[two]} {spelling[three]}"
        case 7:
            return f"fifth: {one}"
        case 10:
            return "always"
        case _:
            return f"{_NAMED[shape]} {spelling[one]}"


def feature_key(text: str, numbers: Mapping[str, int]) -> int:
    """The key of a feature in words, the inverse of :func:`feature_text`; raises KeyError for an unknown
    word."""
    if text == "always":
        return _ALWAYS << 58
    words = text.split(" ")
    if words[0] == "fifth:":
        return (_PLACE << 58) | (int(words[1]) << (2 * _BITS))
    if words[0] in _SHAPES:
        return (_SHAPES[words[0]] << 58) | (numbers[words[1]] << (2 * _BITS))
    one = numbers[words[0]] << (2 * _BITS)
    if len(words) == 1:
        return (_WORD << 58) | one
    if len(words) == 2:
        return (_PAIR << 58) | one | (numbers[words[1]] << _BITS)
    if words[1] == GAP:
        return (_AROUND << 58) | one | numbers[words[2]]
    return (_THREE << 58) | one | (numbers[words[1]] << _BITS) | numbers[words[2]]


def numbered(words: Iterable[str]) -> dict[str, int]:
    """Numbers from 1 for words in the order given; raises ValueError where there are too many."""
    numbers = {word: number for number, word in enumerate(words, 1)}
    if len(numbers) > MOST_WORDS:
        raise ValueError(f"{len(numbers)} words, at most {MOST_WORDS} can be numbered")
    return numbers
