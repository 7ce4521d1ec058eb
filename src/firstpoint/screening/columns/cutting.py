"""Cutting a log into sentences of numbered words, in one compiled loop over its bytes.

What a sentence and a word are to the weights is said in :mod:`~firstpoint.screening.words.cutting`; this loop
must cut every text the same. Tokens are cut by the parts of the engine's own loop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.columns.spelling import number_of, number_of_bytes, number_of_figures
from firstpoint.screening.engine.cutting import (
    APOSTROPHE,
    BEYOND,
    BYTES,
    ENDS_CLAUSE,
    ENTRY,
    FIGURE,
    FULL_STOP,
    PASSED,
    SENTENCE,
    character,
    clock_end,
    ends_plainly,
    is_of,
    mark_at,
    plain_word,
    spell_out,
)
from firstpoint.screening.engine.letters import COVERED, DECIMAL, DIGIT, LETTER
from firstpoint.screening.engine.loading import byte_at
from firstpoint.screening.engine.passing import STRETCH, character_place, count_behind

ENDS = -1  # stands for the number of a token that ends a sentence
_BIG_A, _BIG_Z, _SMALL_A, _SMALL_Z = (ord(letter) for letter in "AZaz")


class Cutting(NamedTuple):
    """What the loop notes while it cuts one log; made once and used for every log.

    ``words`` (int32) are the numbers of the known words, ``sentence_from`` (int32, sentences + 1) where each
    sentence begins in them, ``spans`` (int32, sentences x 4) start and end in bytes, then in characters.
    """

    number: NDArray[np.int32]  # of each token: nought where it is not known, ENDS
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    capital: NDArray[np.uint8]
    behind: NDArray[np.int32]
    words: NDArray[np.int32]
    sentence_from: NDArray[np.int32]
    spans: NDArray[np.int32]
    key: NDArray[np.uint64]
    chunk: NDArray[np.uint64]
    spelt: NDArray[np.int64]
    kept: NDArray[np.uint8]


@compiled_loop
def sentences_of(address, length, letters, spellings, room):
    """Cut a text into ``room`` and give its sentences, or -1 where the room may be too small."""
    if length // STRETCH + 2 > room.behind.size:
        return -1
    count = _tokens(address, length, letters, spellings, room)
    if count < 0:
        return -1
    shouted = _in_capitals(address, length)
    is_plain = not count_behind(address, length, room.behind)
    sentence, words, first = -1, 0, True
    for at in range(count):
        number = room.number[at]
        if number == ENDS:
            first = True
            continue
        if first:
            sentence += 1
            room.sentence_from[sentence] = words
            room.spans[sentence, 0] = room.start[at]
        room.spans[sentence, 1] = room.end[at]
        named = room.capital[at] and not shouted and (not first or (at + 1 < count and room.capital[at + 1]))
        if number > 0 and not named:
            room.words[words] = number
            words += 1
        first = False
    room.sentence_from[sentence + 1] = words
    for at in range(sentence + 1):
        for edge in range(2):
            place = np.int64(room.spans[at, edge])
            told = place if is_plain else character_place(address, place, room.behind)
            room.spans[at, 2 + edge] = told
    return sentence + 1


@compiled_loop
def _in_capitals(address, length):
    capitals, small = 0, 0
    for at in range(length):
        byte = byte_at(address + at)
        capitals += _BIG_A <= byte <= _BIG_Z
        small += _SMALL_A <= byte <= _SMALL_Z
    return capitals > small


@compiled_loop
def _tokens(address, length, letters, spellings, room):
    """Fill in the tokens of a text and give how many there are, or -1 where the room is too small."""
    count, at, most = 0, 0, room.start.size - 2
    while at < length:
        kind = BYTES[byte_at(address + at)]
        if kind == PASSED or kind == APOSTROPHE:
            at += 1
            continue
        if count >= most:
            return -1
        begin, end, capital = at, at, False
        slow = kind == BEYOND
        is_figure, is_word = kind == FIGURE, kind <= FIGURE
        point = np.int64(0)
        if slow:
            point, _ = character(address, at, length)
            is_figure, is_word = is_of(point, DECIMAL, letters), is_of(point, LETTER, letters)
        if is_word:
            size = 0
            first, second = np.uint64(0), np.uint64(0)
            if not slow:
                end, first, second, size = plain_word(address, at, length, is_figure)
                capital = _BIG_A <= byte_at(address + at) <= _BIG_Z
            else:
                capital = point < COVERED and spellings.capitals[point] != 0
            if size == 0:
                until = clock_end(address, at, length, letters) if is_figure else np.int64(-1)
                end = spell_out(address, at, length, until, letters, room)
                first, second, size = room.key[0], room.key[1], room.spelt[0]
            if is_figure or (slow and is_of(point, DIGIT, letters)):
                number = number_of_figures(address, begin, end, first, second, size, letters, spellings)
            elif slow and room.spelt[1] != 0:
                number = np.int64(0)  # an apostrophe before a figure makes it no figure, but a word with one
            else:
                number = number_of(first, second, size, spellings)
            at = end
        elif kind == ENDS_CLAUSE:
            at += 1
            end = at
            number = number_of_bytes(address, begin, end, spellings)
        elif kind == FULL_STOP and at + 1 < length and ends_plainly(byte_at(address + at + 1)):
            at += 1
            end = at
            number = ENDS
        else:
            code, end, at = mark_at(address, at, length, letters)
            if code < 0:
                continue
            if code == SENTENCE or code == ENTRY:
                number = ENDS
            else:
                number = number_of_bytes(address, begin, end, spellings)
        room.number[count] = number
        room.start[count] = begin
        room.end[count] = end
        room.capital[count] = capital
        count += 1
    return count
