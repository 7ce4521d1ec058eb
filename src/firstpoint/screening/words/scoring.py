"""What the weights of words make of one log: each sentence's leaning, the log's, and the kinds told."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.screening.words.compiling import compiled_loop
from firstpoint.screening.words.cutting import (
    Told,
    code_words,
    feature_text,
    kind_keys,
    log_keys,
    sentence_keys,
    told,
)
from firstpoint.screening.words.weights import WHOLE, Weights, place_of

_LONGEST_SHAPE = 4  # runs of words have shapes up to this
_LEAST_TOLD = -1.2  # log-odds from which the kinds of a sentence are looked up


@frozen(eq=False)
class Leaning:
    """Log-odds by the words alone: ``tells`` and ``undoes`` (float64) for each sentence, ``whole`` for the
    log, ``kinds`` (float64, sentences x labels) for each label of an allegation, were the sentence to
    tell one."""

    told: Told
    tells: NDArray[np.float64]
    undoes: NDArray[np.float64]
    whole: float
    kinds: NDArray[np.float64]


def lean(text: str, opening: str | None, closing: str | None, weights: Weights) -> Leaning:
    """How the words of a log lean."""
    cut = told(text, weights.numbers)
    out = np.zeros((len(cut), 2))
    of_kinds = np.zeros((len(cut), len(weights.kinds)))
    keys = np.zeros(6 * len(cut.words) + 64 + len(opening or "") + len(closing or ""), np.int64)
    whole = _lean(
        cut.words,
        cut.sentence_from,
        code_words(opening, weights.numbers),
        code_words(closing, weights.numbers),
        weights.slots,
        weights.values,
        weights.kind_row,
        weights.kind_values,
        keys,
        out,
        of_kinds,
    )
    return Leaning(cut, out[:, 0], out[:, 1], float(whole), of_kinds)


def heaviest_words(text: str, weights: Weights) -> list[tuple[str, float]]:
    """The runs of words of a text with their weights for a crime being due, the heaviest first."""
    cut = told(text, weights.numbers)
    keys = np.zeros(4 * len(cut.words) + 8, np.int64)
    none = np.zeros(0, np.int64)
    found = np.unique(keys[: log_keys(cut.words, cut.sentence_from, none, none, keys)])
    places = [int(place_of(weights.slots, key)) for key in found]
    spelling = {number: word for word, number in weights.numbers.items()}
    heavy = [
        (feature_text(int(key), spelling), float(weights.values[place, WHOLE]))
        for key, place in zip(found, places, strict=True)
        if weights.slots[place] != 0 and key >> 58 <= _LONGEST_SHAPE
    ]
    return sorted(heavy, key=lambda each: (-abs(each[1]), each[0]))


@compiled_loop
def _once(keys, count):  # type: ignore[no-untyped-def]
    """Sort the first keys and drop repeats; give their new number."""
    found = np.sort(keys[:count])
    kept = 0
    for at in range(count):
        if at == 0 or found[at] != found[at - 1]:
            keys[kept] = found[at]
            kept += 1
    return kept


@compiled_loop
def _lean(words, sentence_from, opening, closing, slots, values, kind_row, kind_values, keys, out, of_kinds):  # type: ignore[no-untyped-def]
    for number in range(sentence_from.size - 1):
        count = _once(keys, sentence_keys(words, sentence_from, number, keys))
        seen = 0
        for at in range(count):
            place = place_of(slots, keys[at])
            if slots[place] != 0:
                seen += 1
                out[number, 0] += values[place, 0]
                out[number, 1] += values[place, 1]
        out[number] /= np.sqrt(max(1, seen))
        if out[number, 0] < _LEAST_TOLD:
            continue
        count = _once(keys, kind_keys(words, sentence_from, number, opening, keys))
        many = 0
        for at in range(count):
            place = place_of(slots, keys[at])
            row = kind_row[place] if slots[place] != 0 else 0
            if row > 0:
                many += 1
                for kind in range(of_kinds.shape[1]):
                    of_kinds[number, kind] += kind_values[row, kind]
        of_kinds[number] /= np.sqrt(max(1, many))
    count = _once(keys, log_keys(words, sentence_from, opening, closing, keys))
    seen, total = 0, 0.0
    for at in range(count):
        place = place_of(slots, keys[at])
        if slots[place] != 0:
            seen += 1
            total += values[place, 2]
    return total / np.sqrt(max(1, seen))
