"""How well a reader reads a bank of annotated logs, log by log, with limits from drawing scenes again.

A scene is a log, or the two or three logs of a pair, which share their words and are drawn together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

DRAWS = 1000
LEAST_PAIRS = 20
INTERVAL = f"the middle of {DRAWS} draws of scenes with replacement"


class Pieces:
    """What each log adds to each figure: arrays with an entry a log."""

    def __init__(
        self, logs: Sequence[Mapping[str, Any]], screened: Sequence[Mapping[str, Any]], threshold: float
    ) -> None:
        self.due = np.array([log["expected_crimes_total"] > 0 for log in logs])
        self.chance = np.array([row["chance_crime"] for row in screened], dtype=np.float64)
        self.flagged = self.chance >= threshold
        self.scene = scenes(logs)
        self.pairs = np.bincount(self.scene) > 1
        self.pairs_that_differ = scenes_that_differ(logs, self.scene)
        both = list(zip(logs, screened, strict=True))
        self.named: dict[str, Any] = {}
        if "disclosures" in screened[0]:
            self.named = {
                "offence_f1": np.array([offences(log, row, threshold) for log, row in both]),
                "evidence_recall": np.array([evidence(log, row, threshold) for log, row in both]),
                "count_accepted": np.array([count(log, row, threshold) for log, row in both]),
            }


def figures(pieces: Pieces, *, seed: int = 1, confidence: float = 0.95) -> list[dict[str, Any]]:
    """The figures of a bank: name, value, low, high, and the number of things that each is of."""
    chance = np.random.default_rng(seed)
    number = int(pieces.scene.max()) + 1
    drawn = chance.multinomial(number, np.full(number, 1.0 / number), size=DRAWS).astype(np.float64)
    tails = [50 * (1 - confidence), 100 - 50 * (1 - confidence)]
    told = []
    for name, (measure, of) in _measures(pieces).items():
        values = np.array([measure(weights[pieces.scene], weights) for weights in drawn])
        low, high = np.nanpercentile(values, tails)
        value = measure(np.ones(len(pieces.due)), np.ones(number))
        told.append(
            {"name": name, "value": _round(value), "low": _round(low), "high": _round(high), "of": of}
        )
    return told


Measure = Callable[[Any, Any], float]


def _measures(pieces: Pieces) -> dict[str, tuple[Measure, int]]:
    """Each figure as a function of how often each log and each scene was drawn, and what it is of."""
    logs = len(pieces.due)
    found: dict[str, tuple[Measure, int]] = {
        "auc": (lambda w, _: area_under_curve(pieces.due, pieces.chance, w), logs),
        "f1": (lambda w, _: _f1(w, pieces.due & pieces.flagged, pieces.flagged, pieces.due), logs),
    }
    for name, pairs in (
        ("pairs_both_right", pieces.pairs),
        ("pairs_told_apart", pieces.pairs_that_differ),
    ):
        if pairs.sum() >= LEAST_PAIRS:
            found[name] = (lambda _, s, of=pairs: _pairs(pieces, s * of), int(pairs.sum()))
    if pieces.named:
        offence, quotes = pieces.named["offence_f1"], pieces.named["evidence_recall"]
        accepted = pieces.named["count_accepted"]
        found |= {
            "offence_f1": (lambda w, _: _f1(w, *offence.T), int(offence[:, 2].sum())),
            "evidence_recall": (
                lambda w, _: _ratio(w @ quotes[:, 0], w @ quotes[:, 1]),
                int(quotes[:, 1].sum()),
            ),
            "count_accepted": (lambda w, _: _ratio(w @ accepted, w.sum()), logs),
        }
    return found


def area_under_curve(due: Any, chance: Any, weights: Any) -> float:
    """The weighted chance that a log with a crime scores above one without, ties counted half."""
    _, place = np.unique(chance, return_inverse=True)
    with_crime = np.bincount(place, weights * due)
    without = np.bincount(place, weights * ~due)
    below = np.cumsum(without) - 0.5 * without
    return _ratio(float(with_crime @ below), float(with_crime.sum() * without.sum()))


def offences(log: Mapping[str, Any], row: Mapping[str, Any], threshold: float) -> tuple[int, int, int]:
    """Offences rightly named, named, and due, matched by class or an accepted other."""
    left = [{one["ho_class"], *one["ho_class_alt"]} for one in log["disclosed"] if one["crimes"]]
    due = len(left)
    told = [d["ho_class"] for d in row["disclosures"] if d["certainty"] >= threshold and d["crimes"]]
    right = 0
    for ho_class in told:
        match = next((classes for classes in left if ho_class in classes), None)
        if match is not None:
            left.remove(match)
            right += 1
    return right, len(told), due


def evidence(log: Mapping[str, Any], row: Mapping[str, Any], threshold: float) -> tuple[int, int]:
    """Annotated quotes that a shown span overlaps, and all of them; none for a log without a crime due."""
    if not log["expected_crimes_total"]:
        return 0, 0
    spans = [e for d in row["disclosures"] if d["certainty"] >= threshold for e in d["evidence"]]
    found = 0
    for words in log["evidence"]:
        start = log["text"].find(words)
        found += any(e["start"] < start + len(words) and e["end"] > start for e in spans)
    return found, len(log["evidence"])


def count(log: Mapping[str, Any], row: Mapping[str, Any], threshold: float) -> bool:
    """Whether the crimes due lie within the accepted range."""
    low, high = log["accepted_crimes_total"]
    return bool(low <= sum(d["crimes"] for d in row["disclosures"] if d["certainty"] >= threshold) <= high)


def scenes(logs: Sequence[Mapping[str, Any]]) -> Any:
    """The number of each log's scene, from 0."""
    names: dict[str, int] = {}
    return np.array([names.setdefault(log.get("pair") or log["id"], len(names)) for log in logs])


def scenes_that_differ(logs: Sequence[Mapping[str, Any]], scene: Any) -> Any:
    """Which scenes are told in several ways, some with a crime due and some without."""
    due = np.array([log["expected_crimes_total"] > 0 for log in logs])
    with_crime, all_logs = np.bincount(scene, due), np.bincount(scene)
    return (with_crime > 0) & (with_crime < all_logs)


def _pairs(pieces: Pieces, drawn: Any) -> float:
    wrong = pieces.due != pieces.flagged
    all_right = np.bincount(pieces.scene, wrong) == 0
    return _ratio(float(drawn @ all_right), float(drawn.sum()))


def _f1(weights: Any, right: Any, said: Any, true: Any) -> float:
    return _ratio(2.0 * float(weights @ right), float(weights @ said + weights @ true))


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")


def _round(value: float) -> float:
    return round(float(value), 4)
