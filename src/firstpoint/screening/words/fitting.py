"""Fitting the weights of words to annotated logs.

Each sentence of a log tells a crime that is due (its words overlap the annotated evidence), undoes one, or
neither; each log has a crime due or not. Logistic regressions over features are fitted by stochastic gradient
with a step for each weight (Adagrad: Duchi, Hazan, Singer 2011). Logs of one scene told in two ways teach
twice: what one has and the other has not must account for the difference alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.screening.tokens import ENDS, SPLITS
from firstpoint.screening.words.compiling import compiled_loop
from firstpoint.screening.words.cutting import (
    Told,
    code_words,
    log_keys,
    numbered,
    sentence_keys,
    shown,
    told,
    words_of,
)
from firstpoint.screening.words.directions import (
    KindDirections,
    added_up,
    fit_directions,
    placed,
    rarity_of,
)
from firstpoint.screening.words.labels import kind_of, labels_of
from firstpoint.screening.words.meanings import ready_meanings
from firstpoint.screening.words.weights import Weights

NOTHING, TELLS, UNDOES = 0, 1, 2
_SEEN_IN = 2  # logs in which a word or a feature must stand
_STEP, _PASSES, _PENALTY = 0.08, 10, 2e-6
_ROLE_COUNTS = (1.0, 1.5)  # how much a sentence without and with a role counts
_PAIR_COUNTS = 0.3
_KIND_SEEN = 5  # logs in which a kind must be due


@frozen
class Annotated:
    """A log of the corpus, cut, with the role of each sentence (int64) and whether a crime is due."""

    log: Mapping[str, Any]
    told: Told
    opening: NDArray[np.int64]
    closing: NDArray[np.int64]
    role: NDArray[np.int64]
    due: bool


@frozen
class Rows:
    """Features of examples: those of row ``n`` are ``column[start[n]:start[n + 1]]``, each with ``sign``."""

    column: NDArray[np.int64]
    sign: NDArray[np.float32]
    start: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start) - 1


def vocabulary(logs: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Numbers for the words that stand in two logs or more, the most frequent first, then for all others
    whose meaning is known."""
    seen: Counter[str] = Counter()
    for log in logs:
        codes = f"{log['opening_code']} {log['closing_code']}"
        of_codes = {shown(match.group()) for match in SPLITS.finditer(codes) if match.group()[0] not in ENDS}
        seen.update(words_of(log["text"]) | of_codes - {""})
    ordered = sorted((-count, word) for word, count in seen.items() if count >= _SEEN_IN)
    words = [word for _, word in ordered]
    return numbered(dict.fromkeys([*words, *ready_meanings().words]))


def annotate(log: Mapping[str, Any], numbers: Mapping[str, int]) -> Annotated:
    """A log cut into sentences, each with its role by the annotated quotes."""
    cut = told(log["text"], numbers)
    evidence = _places(log["text"], log["evidence"])
    undoing = _places(log["text"], [one["words"] for one in log["undone_by"]])
    role = [
        TELLS if _overlaps(span, evidence) else UNDOES if _overlaps(span, undoing) else NOTHING
        for span in cut.spans.tolist()
    ]
    return Annotated(
        log,
        cut,
        code_words(log["opening_code"], numbers),
        code_words(log["closing_code"], numbers),
        np.array(role, dtype=np.int64),
        log["expected_crimes_total"] > 0,
    )


def fit_weights(logs: Sequence[Mapping[str, Any]], *, seed: int = 0) -> Weights:
    """Weights of the words of annotated logs (``corpus/README.md`` has their form); repeatable."""
    numbers = vocabulary(logs)
    known = [annotate(log, numbers) for log in logs]
    sentences = _rows([_sentence(one, at) for one in known for at in range(len(one.told))])
    wholes = [_whole(one) for one in known]
    table = _features([sentences.column, *wholes])
    of_sentence, of_log = _placed(sentences, table), _log_rows(known, wholes, table)
    role = np.concatenate([one.role for one in known])
    counts = np.where(role == NOTHING, *_ROLE_COUNTS).astype(np.float64)
    due = np.array([one.due for one in known] + [True] * (len(of_log) - len(known)))
    weight = np.ones(len(of_log))
    weight[len(known) :] = _PAIR_COUNTS
    return Weights.made(
        numbers,
        table,
        tells=_fitted(of_sentence, role == TELLS, counts, len(table), seed),
        undoes=_fitted(of_sentence, role == UNDOES, counts, len(table), seed),
        whole=_fitted(of_log, due, weight, len(table), seed),
        kinds=_kind_directions(known, numbers),
    )


def _places(text: str, quotes: Iterable[str]) -> list[tuple[int, int]]:
    return [(text.find(quote), text.find(quote) + len(quote)) for quote in quotes]


def _overlaps(span: Sequence[int], places: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in places)


def _sentence(one: Annotated, number: int) -> NDArray[np.int64]:
    """The keys of the features of one sentence, each once."""
    keys = np.zeros(6 * len(one.told.words) + 8, dtype=np.int64)
    return np.unique(keys[: sentence_keys(one.told.words, one.told.sentence_from, number, keys)])


def _whole(one: Annotated) -> NDArray[np.int64]:
    keys = np.zeros(4 * len(one.told.words) + len(one.opening) + len(one.closing) + 8, dtype=np.int64)
    count = log_keys(one.told.words, one.told.sentence_from, one.opening, one.closing, keys)
    return np.unique(keys[:count])


def _rows(keys: Sequence[NDArray[np.int64]], signs: Sequence[NDArray[np.float32]] | None = None) -> Rows:
    start = np.zeros(len(keys) + 1, dtype=np.int64)
    np.cumsum([len(one) for one in keys], out=start[1:])
    column = np.concatenate(keys)
    return Rows(column, np.ones(len(column), np.float32) if signs is None else np.concatenate(signs), start)


def _features(keys: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The features that stand in two rows or more, in order."""
    found, counts = np.unique(np.concatenate(list(keys)), return_counts=True)
    return found[counts >= _SEEN_IN]


def _placed(rows: Rows, table: NDArray[np.int64]) -> Rows:
    """Rows with the place of each feature in the table instead of its key; others fall out."""
    place = np.searchsorted(table, rows.column)
    known = (place < len(table)) & (table[np.minimum(place, len(table) - 1)] == rows.column)
    before = np.concatenate(([0], np.cumsum(known)))
    return Rows(place[known], rows.sign[known], before[rows.start])


def _log_rows(
    known: Sequence[Annotated], wholes: Sequence[NDArray[np.int64]], table: NDArray[np.int64]
) -> Rows:
    """A row for each log, and one for the difference of each two logs of a scene of which one has a crime."""
    keys, signs = list(wholes), [np.ones(len(one), np.float32) for one in wholes]
    scenes: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(known):
        if "pair" in one.log:
            scenes[one.log["pair"]].append(at)
    for scene in scenes.values():
        for with_crime, without in product(scene, scene):
            if known[with_crime].due and not known[without].due:
                more = np.setdiff1d(wholes[with_crime], wholes[without])
                less = np.setdiff1d(wholes[without], wholes[with_crime])
                keys.append(np.concatenate((more, less)))
                signs.append(np.repeat(np.array([1, -1], np.float32), (len(more), len(less))))
    return _placed(_rows(keys, signs), table)


def _fitted(
    rows: Rows, answer: NDArray[np.bool_], counts: NDArray[np.float64], size: int, seed: int
) -> NDArray[np.float32]:
    order = np.random.default_rng(seed).permuted(np.tile(np.arange(len(rows)), (_PASSES, 1)), axis=1)
    weights = np.zeros(size, np.float32)
    _descend(rows.column, rows.sign, rows.start, answer.astype(np.float64), counts, order.ravel(), weights)
    return weights


@compiled_loop
def _descend(column, sign, start, answer, counts, order, weights):  # type: ignore[no-untyped-def]
    squares = np.full(weights.size, 1e-2, np.float32)
    for row in order:
        first, past = start[row], start[row + 1]
        if past == first:
            continue
        scale = 1.0 / np.sqrt(past - first)
        total = 0.0
        for at in range(first, past):
            total += weights[column[at]] * sign[at]
        error = (1.0 / (1.0 + np.exp(-total * scale)) - answer[row]) * counts[row] * scale
        for at in range(first, past):
            place = column[at]
            slope = error * sign[at] + _PENALTY * weights[place]
            squares[place] += slope * slope
            weights[place] -= _STEP * slope / np.sqrt(squares[place])


def _kind_directions(known: Sequence[Annotated], numbers: Mapping[str, int]) -> KindDirections:
    """The labels told often enough, and the directions that tell the sentences of each from the others'."""
    meanings = ready_meanings()
    rarity, in_codes = _rarity(known, numbers)
    of_words, of_codes = placed(numbers, meanings, rarity, in_codes)
    number = np.array([numbers[word] for word in meanings.words])
    place, place_in_codes = (_places_of(number, vectors, len(numbers)) for vectors in (of_words, of_codes))
    names = _labels_told(known)
    rows, share = [], []
    for one in known:
        due = sorted({names.index(_nearest(label, names)) for label in _labels_due(one.log)})
        opening = _meant(one.opening, place_in_codes)
        for at in np.flatnonzero(one.role == TELLS) if due else ():
            first, past = one.told.sentence_from[at : at + 2]
            rows.append(added_up(_meant(one.told.words[first:past], place), opening, of_words, of_codes))
            told_of = np.zeros(len(names))
            told_of[due] = 1.0 / len(due)
            share.append(told_of)
    directions = fit_directions(np.array(rows), np.array(share), meanings.directions)
    return KindDirections(names, directions, rarity, in_codes)


def _labels_told(known: Sequence[Annotated]) -> tuple[str, ...]:
    often = Counter(label for one in known for label in _labels_due(one.log))
    often.update({kind_of(label): _KIND_SEEN for label, count in often.items() if count < _KIND_SEEN})
    return tuple(sorted(label for label, count in often.items() if count >= _KIND_SEEN))


def _places_of(number: NDArray[np.int64], vectors: NDArray[np.float32], words: int) -> NDArray[np.int64]:
    """The row of the vector of each numbered word, -1 for a word that has none."""
    place = np.full(words + 1, -1)
    telling = vectors.any(axis=1)
    place[number[telling]] = np.flatnonzero(telling)
    return place


def _meant(words: NDArray[np.int64], place: NDArray[np.int64]) -> list[int]:
    """The places in the meanings of numbered words, each once."""
    found = np.unique(place[words])
    kept: list[int] = found[found >= 0].tolist()
    return kept


def _rarity(
    known: Sequence[Annotated], numbers: Mapping[str, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """How much each numbered word counts, by how many logs hold it, and whether an opening code holds it."""
    logs_with = np.bincount(
        np.concatenate([np.unique(one.told.words) for one in known]), minlength=len(numbers) + 1
    )
    in_codes = np.zeros(len(numbers) + 1, dtype=bool)
    for one in known:
        in_codes[one.opening] = True
    seen = dict(zip(numbers, logs_with[1:].tolist(), strict=True))
    return rarity_of(numbers, seen, len(known)), in_codes[1:]


def kinds_due(log: Mapping[str, Any]) -> set[str]:
    """The kinds alleged in a log in which a crime is due."""
    return {kind_of(label) for label in _labels_due(log)}


def _labels_due(log: Mapping[str, Any]) -> set[str]:
    return labels_of(log["facts"] or {}) if log["expected_crimes_total"] else set()


def _nearest(label: str, names: Sequence[str]) -> str:
    """A label that is told often enough, else its kind alone."""
    return label if label in names else kind_of(label)
