"""The words of a column of logs: how each sentence and each log leans, and which kinds the words tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from firstpoint.screening.columns.cutting import Cutting
from firstpoint.screening.columns.leaning import (
    AFTER,
    BEFORE,
    CLOSING,
    LABELS,
    NO_ROOM,
    NO_SPACE,
    OPENING,
    SENTENCES,
    VALUES,
    WHY,
    WORD,
    Codes,
    Features,
    Leanings,
    Weighing,
    enter,
    lean_logs,
)
from firstpoint.screening.columns.spelling import Spellings, spellings_of
from firstpoint.screening.engine.columns import Texts
from firstpoint.screening.engine.letters import letters
from firstpoint.screening.engine.passing import STRETCH
from firstpoint.screening.engine.tables import lines
from firstpoint.screening.engine.words import KEPT
from firstpoint.screening.words.cutting import MOST_WORDS, code_words
from firstpoint.screening.words.labels import kind_of
from firstpoint.screening.words.weights import Weights

_BITS = 19
_SIEVE_BITS = 21
# Shapes of features of one word and of none, as in ``words.cutting``, with their place in ``of_word``.
_OF_ONE = {1: WORD, 5: BEFORE, 6: AFTER, 8: OPENING, 9: CLOSING}
_PLACE, _ALWAYS = 7, 10
_FIFTHS = 5
_TOKENS = 4096  # of the room made at first
_SENTENCES_OF_A_LOG = 12


@define
class Wording:
    """Weights of words as arrays; ``kinds`` are the numbers of all kinds that the screen knows."""

    weights: Weights
    kinds: Mapping[str, int]
    spellings: Spellings
    features: Features

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Whether the weights have a label of each kind."""
        told = np.zeros(len(self.kinds), dtype=np.bool_)
        told[self.features.kind_of_label] = True
        return told

    def codes(self, codes: Sequence[str | None], shape: int) -> Codes:
        """The features of the words of each code; ``shape`` is ``OPENING`` or ``CLOSING``."""
        of_word = self.features.of_word[shape]
        places = [np.unique(of_word[code_words(code, self.weights.numbers)]) for code in codes]
        kept = [each[each >= 0] for each in places]
        start = np.cumsum([0, *map(len, kept)], dtype=np.int32)
        return Codes(np.concatenate([np.zeros(0, np.int32), *kept]).astype(np.int32), start)


def wording_of(weights: Weights, kinds: Mapping[str, int]) -> Wording:
    """The arrays of a set of weights."""
    rows = np.flatnonzero(weights.slots)
    keys = weights.slots[rows]
    shapes = keys >> 58
    several = (shapes >= 2) & (shapes <= 4)
    table = 1 << max(4, (3 * int(several.sum()) // 2).bit_length())  # two thirds full at most
    held = lines(table + len(keys), 4).view(np.int64)
    sieve = np.zeros((1 << _SIEVE_BITS) // 64, dtype=np.uint64)
    places = np.zeros(len(keys), dtype=np.int64)
    among = np.zeros(int(several.sum()), dtype=np.int64)
    enter(keys[several], table, among, held, sieve)
    places[several], places[~several] = among, table + np.arange(len(keys) - len(among))
    values, numbers = held.view(np.float32), held.view(np.int32)
    values[places, VALUES : VALUES + 3] = weights.values[rows]
    numbers[places, LABELS] = weights.kind_row[rows]
    features = Features(
        table=table,
        keys=held,
        values=values,
        numbers=numbers,
        of_labels=np.ascontiguousarray(weights.kind_values),
        of_word=_of_word(keys, places, len(weights.numbers)),
        fifths=np.array(
            [_place(keys, places, (_PLACE << 58) | (at + 1 << 2 * _BITS)) for at in range(_FIFTHS)], np.int32
        ),
        always=_place(keys, places, _ALWAYS << 58),
        sieve=sieve,
        kind_of_label=np.array([kinds[kind_of(label)] for label in weights.kinds], np.int32),
    )
    return Wording(weights, kinds, spellings_of(weights.numbers), features)


def _of_word(keys: NDArray[np.int64], places: NDArray[np.int64], words: int) -> NDArray[np.int32]:
    of_word = np.full((len(_OF_ONE), words + 1), -1, dtype=np.int32)
    shapes, word = keys >> 58, (keys >> 2 * _BITS) & MOST_WORDS
    for shape, row in _OF_ONE.items():
        told = shapes == shape
        of_word[row, word[told]] = places[told]
    return of_word


def _place(keys: NDArray[np.int64], places: NDArray[np.int64], key: int) -> int:
    at = np.flatnonzero(keys == key)
    return int(places[at[0]]) if len(at) else -1


def lean_column(
    texts: Texts,
    wording: Wording,
    opening: tuple[NDArray[np.int32], Codes],
    closing: tuple[NDArray[np.int32], Codes],
) -> Leanings:
    """How each log of a column leans; of codes come the place of each log's own and the codes."""
    run = _Run(wording, len(texts.length))
    known = letters(), wording.spellings, wording.features, (opening[1], closing[1])
    first = 0
    while first < len(texts.length):
        first = lean_logs(
            first,
            texts.address,
            texts.length,
            opening[0],
            closing[0],
            known,
            run.cut,
            run.room,
            run.out,
            run.state,
        )
        run.make_way()
    return run.leanings()


class _Run:
    """The arrays of one run, made larger where a log does not fit them."""

    def __init__(self, wording: Wording, logs: int) -> None:
        self._labels, self._kinds = len(wording.weights.kinds), len(wording.kinds)
        self.state = np.zeros(2, dtype=np.int64)
        self._make_room(_TOKENS)
        self.out = _out(logs, self._kinds, 1024 + _SENTENCES_OF_A_LOG * logs)

    def make_way(self) -> None:
        """Put right what stopped the loop."""
        if self.state[WHY] == NO_ROOM:
            self._make_room(2 * len(self.cut.start))
        elif self.state[WHY] == NO_SPACE:
            self.out = self.out._replace(
                spans=_doubled(self.out.spans), leans=_doubled(self.out.leans), kinds=_doubled(self.out.kinds)
            )

    def _make_room(self, tokens: int) -> None:
        self.cut = _cutting(tokens)
        self.room = Weighing(
            keys=np.zeros((tokens, 4), dtype=np.int64),
            grams=np.zeros((tokens, 4), dtype=np.int32),
            listed=np.zeros(4 * tokens, dtype=np.int32),
            met=np.zeros(_twice_as_many(8 * tokens), dtype=np.int64),
            looks=np.zeros(1, dtype=np.int64),
            of_label=np.zeros(self._labels),
            best=np.zeros(self._labels),
        )

    def leanings(self) -> Leanings:
        """What was written."""
        past, out = int(self.state[SENTENCES]), self.out
        return out._replace(spans=out.spans[:past], leans=out.leans[:past], kinds=out.kinds[:past])


def _cutting(tokens: int) -> Cutting:
    numbers: Any = {name: np.zeros(tokens, dtype=np.int32) for name in ("number", "start", "end", "words")}
    return Cutting(
        **numbers,
        capital=np.zeros(tokens, dtype=np.uint8),
        behind=np.zeros(8 * tokens // STRETCH + 2, dtype=np.int32),
        sentence_from=np.zeros(tokens + 1, dtype=np.int32),
        spans=np.zeros((tokens, 4), dtype=np.int32),
        key=np.zeros(2, dtype=np.uint64),
        chunk=np.zeros(1, dtype=np.uint64),
        spelt=np.zeros(3, dtype=np.int64),
        kept=np.zeros(KEPT, dtype=np.uint8),
    )


def _out(logs: int, kinds: int, sentences: int) -> Leanings:
    return Leanings(
        sentence_from=np.zeros(logs + 1, dtype=np.int64),
        spans=np.zeros((sentences, 4), dtype=np.int32),
        leans=np.zeros((sentences, 2)),
        kinds=np.zeros((sentences, 2), dtype=np.uint64),
        whole=np.zeros(logs),
        odds=np.zeros((logs, kinds)),
        label=np.zeros((logs, kinds), dtype=np.int32),
    )


def _twice_as_many(finds: int) -> int:
    return 1 << (2 * finds).bit_length()


def _doubled(array: Any) -> Any:
    return np.concatenate((array, np.zeros_like(array)))
