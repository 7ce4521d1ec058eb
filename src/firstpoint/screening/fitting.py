"""Fitting the ranker to annotated banks, so that each bank is judged by weights that never saw it.

The weights of words are fitted to all banks but one, the features of that one are made with them, and so on
round; the ranker is fitted to the features of all. What ships is the ranker with weights fitted to all banks
together. Banks for test alone take no part.

Where a network has been fitted (``tools/fit-network``), :func:`fit_belief` finds how far to believe it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.optimize import minimize

from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.network.belief import Belief, Said, Together
from firstpoint.screening.ranking import FEATURES, Ranker, features, kind_features, kind_words
from firstpoint.screening.reading import LexiconReader
from firstpoint.screening.words.fitting import fit_weights, kinds_due
from firstpoint.screening.words.scoring import Leaning, lean
from firstpoint.screening.words.weights import Weights

if TYPE_CHECKING:
    from firstpoint.screening.network.reading import Network

Log = Mapping[str, Any]
_PENALTY = 1.0
_PAIR_COUNTS = 0.5


@frozen(eq=False)
class Seen:
    """A log with what the ranker is fitted to: what the lexicon tells, how its words lean, its features."""

    log: Log
    told: tuple[Disclosure, ...]
    leaning: Leaning
    values: NDArray[np.float64]
    kinds: tuple[str, ...]

    @property
    def due(self) -> bool:
        """Whether at least one crime is due."""
        return bool(self.log["expected_crimes_total"] > 0)


@frozen(eq=False)
class Fitted:
    """What was fitted, and each log of each bank as weights saw it that had not met the bank."""

    weights: Weights
    ranker: Ranker
    seen: Mapping[str, Sequence[Seen]]


def fit(
    banks: Mapping[str, Sequence[Log]], *, seed: int = 0, progress: Callable[[str], None] = lambda _: None
) -> Fitted:
    """Weights and ranker fitted to annotated banks, by name; repeatable from ``seed``."""
    reader = LexiconReader()
    seen: dict[str, list[Seen]] = {}
    for name, bank in banks.items():
        progress(f"bank {name}")
        others = [log for other, logs in banks.items() if other != name for log in logs]
        weights = fit_weights(others, seed=seed)
        seen[name] = [look(log, weights, reader) for log in bank]
    progress("ranker")
    ranker = fit_ranker([one for bank in seen.values() for one in bank])
    return Fitted(fit_weights([log for bank in banks.values() for log in bank], seed=seed), ranker, seen)


def look(log: Log, weights: Weights, reader: LexiconReader) -> Seen:
    """A log with its features."""
    incident = {**log, "incident_id": log["id"]}
    told = reader.read(incident)
    opening, closing = reader.standings(incident)
    leaning = lean(log["text"], log["opening_code"], log["closing_code"], weights)
    return Seen(log, told, leaning, features(leaning, told, opening, closing), weights.kinds)


def fit_ranker(seen: Sequence[Seen]) -> Ranker:
    """The ranker that fits the logs best, with differences between logs of one scene counted besides."""
    values = np.array([one.values for one in seen])
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = (values - mean) / spread
    due = np.array([one.due for one in seen], dtype=np.float64)
    rows = np.column_stack((scaled, np.ones(len(seen))))
    differences = _differences(seen, scaled)
    counts = np.concatenate((np.ones(len(seen)), np.full(len(differences), _PAIR_COUNTS)))
    fitted = _logistic(
        np.vstack((rows, differences)), np.concatenate((due, np.ones(len(differences)))), counts
    )
    precision = _precision(seen)
    return Ranker(fitted[:-1], mean, spread, float(fitted[-1]), _fit_kinds(seen, precision), precision)


def fit_belief(seen: Sequence[Seen], ranker: Ranker, network: Network) -> Belief:
    """How far to believe a network beside a ranker, by logistic regressions on the log-odds of both.

    ``seen`` are logs of banks that neither had met, so that neither is believed for what it learnt by heart.
    """
    due: list[_Weighed] = []
    kinds: list[_Weighed] = []
    for one in seen:
        if (said := network.read(one.log)) is None:
            continue
        due.append((ranker.log_odds(one.values), said.due, one.due))
        if one.due:
            kinds += _kinds_weighed(one, said, ranker)
    return Belief(_together(due), _together(kinds))


_Weighed = tuple[float, float, bool]  # log-odds of the ranker, of the network, and whether it is so


def _kinds_weighed(one: Seen, said: Said, ranker: Ranker) -> Iterator[_Weighed]:
    words = kind_words(one.leaning, one.kinds)
    names = sorted({*words, *(each.kind for each in one.told), *said.likely()})
    if not names:
        return
    odds = ranker.kind_odds(kind_features(names, words, one.told, one.leaning, ranker.precision))
    due = kinds_due(one.log)
    for name, of_ranker in zip(names, odds.tolist(), strict=True):
        if name in said.kinds:
            yield of_ranker, said.kinds[name], name in due


def _together(weighed: Sequence[_Weighed]) -> Together:
    told = np.array(weighed, dtype=np.float64).reshape(-1, 3)
    rows = np.column_stack((told[:, :2], np.ones(len(told))))
    return Together(*_logistic(rows, told[:, 2], np.ones(len(told))).tolist())


def _precision(seen: Sequence[Seen]) -> dict[str, float]:
    """How often a kind that the lexicon tells, in a log with a crime due, is of the crimes due."""
    right: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for one in seen:
        if one.due:
            kinds = {each.kind for each in one.told}
            told.update(kinds)
            right.update(kinds & kinds_due(one.log))
    return {kind: round((right[kind] + 0.5) / (count + 2.5), 3) for kind, count in sorted(told.items())}


def _differences(seen: Sequence[Seen], scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    scenes: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(seen):
        if "pair" in one.log:
            scenes[one.log["pair"]].append(at)
    rows = [
        np.append(scaled[more] - scaled[less], 0.0)
        for scene in scenes.values()
        for more, less in product(scene, scene)
        if seen[more].due and not seen[less].due
    ]
    return np.array(rows).reshape(-1, len(FEATURES) + 1)


def _fit_kinds(seen: Sequence[Seen], precision: Mapping[str, float]) -> NDArray[np.float64]:
    """Coefficients of the kind features, from the logs in which a crime is due."""
    rows, right = [], []
    for one in seen:
        words = kind_words(one.leaning, one.kinds)
        names = sorted({*words, *(each.kind for each in one.told)})
        if not one.due or not names:
            continue
        rows.append(kind_features(names, words, one.told, one.leaning, precision))
        due = kinds_due(one.log)
        right += [float(name in due) for name in names]
    values = np.vstack(rows)
    return _logistic(np.column_stack((values, np.ones(len(values)))), np.array(right), np.ones(len(values)))


def _logistic(
    rows: NDArray[np.float64], answer: NDArray[np.float64], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Coefficients of a ridge logistic regression; the last, the constant, is not held back."""
    sign = 2.0 * answer - 1.0

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (rows @ at)
        slope = -(rows.T @ (counts * sign / (1.0 + np.exp(margin))))
        slope[:-1] += _PENALTY * at[:-1]
        total = float((counts * np.logaddexp(0.0, -margin)).sum() + 0.5 * _PENALTY * (at[:-1] @ at[:-1]))
        return total, slope

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B")
    solution: NDArray[np.float64] = found.x
    return solution
