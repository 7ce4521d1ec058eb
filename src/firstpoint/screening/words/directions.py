"""Which kind of allegation words tell, by what they mean.

A kind has a direction for the words of a sentence and another for those of the opening code. How much a word
speaks for a kind is its vector along the direction, times how rare the word is. The directions are fitted by
a multinomial logistic regression with a ridge over sentences that tell a crime, the parts of a sentence added
up and divided by the root of their number as in :mod:`~firstpoint.screening.words.scoring`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.screening.words.cutting import feature_key
from firstpoint.screening.words.meanings import Meanings

_RIDGE = 0.1
_ROUNDS = 60
_RAREST = 7.0  # logarithm of logs to one that holds the word, from which a word counts in full


@frozen(eq=False)
class KindDirections:
    """Directions of kinds.

    ``names`` are the labels; ``directions`` (float32, 2 x directions x labels) those for words of a sentence,
    then of the opening code; ``rarity`` (float32) and ``in_codes`` (bool) have one value a numbered word:
    how much it counts in a sentence, and whether codes hold it.
    """

    names: tuple[str, ...]
    directions: NDArray[np.float32]
    rarity: NDArray[np.float32]
    in_codes: NDArray[np.bool_]

    def rows(
        self, numbers: Mapping[str, int], meanings: Meanings
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The keys of all features that tell kinds, and how much each speaks for each label (float32)."""
        of_words, of_codes = placed(numbers, meanings, self.rarity, self.in_codes)
        keys = [feature_key(meanings.words[at], numbers) for at in np.flatnonzero(of_words.any(axis=1))]
        keys += [
            feature_key(f"opening: {meanings.words[at]}", numbers)
            for at in np.flatnonzero(of_codes.any(axis=1))
        ]
        values = [
            of_words[of_words.any(axis=1)] @ self.directions[0],
            of_codes[of_codes.any(axis=1)] @ self.directions[1],
        ]
        return np.array(keys, np.int64), np.vstack(values)


def placed(
    numbers: Mapping[str, int],
    meanings: Meanings,
    rarity: NDArray[np.float32],
    in_codes: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The vectors of all words as they count in a sentence and in a code; nought for a word that does not."""
    number = np.array([numbers.get(word, 0) for word in meanings.words])
    known = number > 0
    share = np.where(known, rarity[number - 1], np.float32(0))
    of_code = known & in_codes[number - 1]
    return meanings.vectors * share[:, None], meanings.vectors * of_code[:, None].astype(np.float32)


def rarity_of(words: Iterable[str], logs_with: Mapping[str, int], logs: int) -> NDArray[np.float32]:
    """How much each word counts (float32, 0 to 1) by the number of ``logs`` that hold it."""
    share = np.array([np.log(logs / (1 + logs_with.get(word, 0))) for word in words])
    return (share.clip(0.0, _RAREST) / _RAREST).round(4).astype(np.float32)


def fit_directions(
    rows: NDArray[np.float32], share: NDArray[np.float64], directions: int
) -> NDArray[np.float32]:
    """Directions (float32, 2 x directions x labels) from sentences: ``rows`` (sentences x 2·directions) their
    added-up words, ``share`` (sentences x labels) the labels that they tell."""
    from scipy.optimize import minimize

    labels = share.shape[1]
    features = rows.astype(np.float64)

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = at.reshape(-1, labels)
        odds = features @ weights
        odds -= odds.max(axis=1, keepdims=True)
        total = np.log(np.exp(odds).sum(axis=1, keepdims=True))
        slope = features.T @ (np.exp(odds - total) - share) + _RIDGE * weights
        return float((share * (total - odds)).sum() + 0.5 * _RIDGE * (at @ at)), slope.ravel()

    start = np.zeros(features.shape[1] * labels)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    fitted: NDArray[np.float32] = found.x.reshape(2, directions, labels).astype(np.float32).round(3)
    return fitted


def added_up(
    words: Sequence[int],
    opening: Sequence[int],
    of_words: NDArray[np.float32],
    of_codes: NDArray[np.float32],
) -> NDArray[np.float32]:
    """One sentence as a row: its words (places in the meanings, each once) and those of the opening code."""
    parts = len(words) + len(opening)
    row = np.concatenate((of_words[list(words)].sum(axis=0), of_codes[list(opening)].sum(axis=0)))
    scaled: NDArray[np.float32] = (row / np.sqrt(max(1, parts))).astype(np.float32)
    return scaled
