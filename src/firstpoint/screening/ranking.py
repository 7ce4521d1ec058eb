"""How likely it is that a log holds a crime that must be recorded, and which: a logistic regression on a few
named features, whose coefficients are public.

:func:`features` are those of a log: how its words lean (:mod:`~firstpoint.screening.words`), what the
lexicon found in it, and what the force's codes say. :func:`kind_features` are those of one kind of
allegation in it. The coefficients stand in ``weights/ranker.toml``; :meth:`Ranker.contributions` says what
each feature of a log adds to its log-odds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.words.labels import kind_of
from firstpoint.screening.words.scoring import Leaning

FEATURES = {
    "whole": "the words of the log as a whole",
    "tells_most": "the sentence that most tells a crime",
    "tells_next": "the next such sentence",
    "tells_three": "the three most telling sentences together",
    "tells_last": "telling words near the end",
    "tells_all": "all telling sentences together",
    "undoes_most": "the sentence that most undoes one",
    "undoes_next": "the next such sentence",
    "undoes_last": "undoing words near the end",
    "undoes_all": "all undoing sentences together",
    "undone_after": "the most undoing sentence comes after the most telling one",
    "sentences": "the length of the log",
    "lexicon": "what the phrases of the lexicon tell",
    "lexicon_kinds": "how many kinds of crime they tell",
    "lexicon_undone": "phrases that the words around undo",
    "dismissed": "a closing code that dismisses",
    "recorded": "a closing code that says a crime is recorded",
    "explained": "a closing code that says what it was instead",
    "elsewhere": "a closing code that passes it to another force or agency",
    "no_report": "an opening code of an enquiry or an update",
    "tells_though_dismissed": "telling words under a closing code that dismisses",
}
KIND_FEATURES = (
    "words",
    "words_behind",
    "lexicon",
    "precision",
    "lexicon_behind",
    "code",
    "place",
    "place_behind",
    "rows",
)
SENTENCES, LEXICON = list(FEATURES).index("sentences"), list(FEATURES).index("lexicon")
FEW_SENTENCES = 4.0
# The ranker weighs that a log speaks of a record, of another force or of nobody who confirms. What is likely
# enough to be listed is not taken away by such words besides: its chance would be told as nought.
STANDS_FROM = 0.05
_LEAST, _MOST = -5.0, 5.0
_LEAST_WORDED = -6.0
UNKNOWN_PRECISION = 0.1
_LAST = 3  # sentences that stand near the end


@frozen(eq=False)
class Ranker:
    """Coefficients of the features of logs and of kinds, with the means and spreads of the first."""

    coefficients: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    constant: float
    of_kinds: NDArray[np.float64]  # one a kind feature, then the constant
    precision: Mapping[str, float]

    def log_odds(self, values: NDArray[np.float64]) -> float:
        """Log-odds that a crime is due in a log of these features (float64, in the order of FEATURES)."""
        weighed = self.coefficients @ ((values - self.mean) / self.spread) + self.constant
        return float(weighed - too_little_said(values))

    def contributions(self, values: NDArray[np.float64]) -> dict[str, float]:
        """What each feature adds to the log-odds, against a log of average features."""
        parts = self.coefficients * (values - self.mean) / self.spread
        parts[SENTENCES] -= too_little_said(values)
        return dict(zip(FEATURES, parts.round(3).tolist(), strict=True))

    def kind_odds(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds that each kind is due, if any crime is, from its features (float64, kinds x features)."""
        odds: NDArray[np.float64] = values @ self.of_kinds[:-1] + self.of_kinds[-1]
        return odds

    def save(self, path: Path) -> None:
        """Write the coefficients to a file that can be read."""
        lines = [f"constant = {self.constant:.4f}", ""]
        for name, coefficient, mean, spread in zip(
            FEATURES, self.coefficients, self.mean, self.spread, strict=True
        ):
            lines += [f"[log.{name}]  # {FEATURES[name]}", f"coefficient = {coefficient:.4f}"]
            lines += [f"mean = {mean:.4f}", f"spread = {spread:.4f}", ""]
        lines += ["[kind]"]
        lines += [f"{n} = {v:.4f}" for n, v in zip((*KIND_FEATURES, "constant"), self.of_kinds, strict=True)]
        lines += [
            "",
            "[precision]",
            *(f"{kind} = {share:.3f}" for kind, share in sorted(self.precision.items())),
        ]
        path.write_text("\n".join(lines) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Ranker:
        """Read what :meth:`save` wrote; raises KeyError where a feature is missing."""
        held = tomllib.loads(path.read_text("utf-8"))
        columns = {
            part: np.array([held["log"][name][part] for name in FEATURES])
            for part in ("coefficient", "mean", "spread")
        }
        of_kinds = np.array([held["kind"][name] for name in (*KIND_FEATURES, "constant")])
        return cls(
            columns["coefficient"],
            columns["mean"],
            columns["spread"],
            held["constant"],
            of_kinds,
            held["precision"],
        )


def too_little_said(values: NDArray[np.float64]) -> float:
    """What is taken from the log-odds of a log of fewer than four sentences in which no phrase tells a crime.

    The weights of words were fitted to logs of five sentences and more, where it means something that none
    undoes a crime; in a line such as "Male having chest pains" it means nothing. As much is taken for each
    sentence that is wanting as the phrases of the lexicon leave doubtful: all where they tell nothing, none
    where what they tell is as likely as not. How much that is was set on the published lines of a campus
    police; on the training banks it changes next to nothing.
    """
    wanting = max(0.0, FEW_SENTENCES - float(np.expm1(values[SENTENCES])))
    return wanting * max(0.0, 1.0 - 2.0 * chance(float(values[LEXICON])))


def features(
    leaning: Leaning, told: Sequence[Disclosure], opening: str | None, closing: str | None
) -> NDArray[np.float64]:
    """The features of a log (float64, in the order of FEATURES).

    ``told`` is what the lexicon discloses; ``opening`` and ``closing`` are what the force's codes say (the
    ``standing`` column of ``opening_codes.csv`` and ``closing_codes.csv``).
    """
    tells, undoes = leaning.tells, leaning.undoes
    most = np.sort(tells)[::-1]
    most_undoing = np.sort(undoes)[::-1]
    at_most = _at(most, 0)
    sure = [one.certainty for one in told]
    dismissed = closing == "dismissed"
    undone = [one for one in told if one.context != "live" and one.certainty < 0.3]
    values = {
        "whole": leaning.whole,
        "tells_most": at_most,
        "tells_next": _at(most, 1),
        "tells_three": float(most[:3].mean()) if len(most) else _LEAST,
        "tells_last": float(tells[-_LAST:].max(initial=_LEAST)),
        "tells_all": _together(tells),
        "undoes_most": _at(most_undoing, 0),
        "undoes_next": _at(most_undoing, 1),
        "undoes_last": float(undoes[-_LAST:].max(initial=_LEAST)),
        "undoes_all": _together(undoes),
        "undone_after": float(len(tells) > 1 and undoes.argmax() > tells.argmax()),
        "sentences": float(np.log1p(len(tells))),
        "lexicon": _odds(1.0 - float(np.prod([1.0 - c for c in sure]))) if sure else _LEAST,
        "lexicon_kinds": float(min(3, sum(c >= 0.4 for c in sure))),
        "lexicon_undone": float(min(3, len(undone))),
        "dismissed": float(dismissed),
        "recorded": float(closing == "recorded"),
        "explained": float(closing == "explained"),
        "elsewhere": float(closing in ("other_force", "referred")),
        "no_report": float(opening == "not_a_report"),
        "tells_though_dismissed": at_most - _LEAST if dismissed else 0.0,
    }
    return np.array([values[name] for name in FEATURES]).clip(_LEAST, 20.0)


def kind_features(
    kinds: Sequence[str],
    words: Mapping[str, Worded],
    told: Sequence[Disclosure],
    leaning: Leaning,
    precision: Mapping[str, float],
) -> NDArray[np.float64]:
    """The features of each of ``kinds`` in a log (float64, kinds x KIND_FEATURES).

    ``words`` are what the wording of its sentences tells (:func:`kind_words`), ``told`` what the lexicon
    does; ``precision`` is the share of the logs with a crime due, among those in which the lexicon tells a
    kind, that are of the kind. ``place`` is how much the sentences tell in which the phrases of a kind stand.
    """
    sure = {one.kind: one for one in told}
    most_worded = max((one.odds for one in words.values()), default=0.0)
    most_sure = max((one.certainty for one in told), default=0.0)
    most_told = float(leaning.tells.max(initial=_LEAST))
    rows = []
    for kind in kinds:
        odds = words[kind].odds if kind in words else _LEAST_WORDED - 1.0
        one = sure.get(kind)
        rows.append(
            (
                odds,
                most_worded - odds,
                _odds(one.certainty) if one else _LEAST,
                _odds(precision.get(kind, UNKNOWN_PRECISION)) if one else -3.0,
                most_sure - (one.certainty if one else 0.0),
                float(one is not None and any(row.startswith("OPEN") for row in one.patterns)),
                _place(one, leaning) if one else _LEAST,
                most_told - _place(one, leaning) if one else 0.0,
                float(min(4, len(one.patterns))) if one else 0.0,
            )
        )
    return np.array(rows).reshape(-1, len(KIND_FEATURES))


def _place(one: Disclosure, leaning: Leaning) -> float:
    """The most telling of the sentences in which the phrases of a disclosure stand."""
    spans = leaning.told.spans
    if not one.evidence or not len(spans):
        return _LEAST
    within = np.zeros(len(spans), dtype=bool)
    for quote in one.evidence:
        within |= (spans[:, 0] < quote.end) & (quote.start < spans[:, 1])
    return float(leaning.tells[within].max(initial=_LEAST).clip(_LEAST, _MOST))


@frozen
class Worded:
    """A kind as the words of a log tell it: ``odds`` is the logarithm of the best chance of any sentence to
    tell it, ``label`` the likeliest label there."""

    odds: float
    label: str


def kind_words(leaning: Leaning, labels: Sequence[str]) -> dict[str, Worded]:
    """For each kind the best, over the sentences, of the chance that it tells a crime times that it is one of
    the kind; only kinds that come to anything."""
    if not len(leaning.tells) or not len(labels):
        return {}
    shares = leaning.kinds - _logsum(leaning.kinds)[:, None]
    by_label = (shares + _log_chance(leaning.tells)[:, None]).max(axis=0)
    of_label, kinds = _kinds_of(tuple(labels))
    together = np.full(len(kinds), -np.inf)
    np.logaddexp.at(together, of_label, by_label)
    found: dict[str, Worded] = {}
    # Of labels that are told alike the first stands, on every machine.
    for at in np.argsort(-by_label, kind="stable").tolist():
        if by_label[at] < _LEAST_WORDED:
            break
        kind = kinds[of_label[at]]
        if kind not in found:
            found[kind] = Worded(float(together[of_label[at]]), labels[at])
    return found


@cache
def _kinds_of(labels: tuple[str, ...]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The place of each label's kind among the kinds, and the kinds."""
    kinds = tuple(dict.fromkeys(kind_of(label) for label in labels))
    return np.array([kinds.index(kind_of(label)) for label in labels]), kinds


def chance(log_odds: float) -> float:
    """The chance of log-odds."""
    return float(1.0 / (1.0 + np.exp(-log_odds)))


def _at(values: NDArray[np.float64], place: int) -> float:
    return float(values[place]) if place < len(values) else _LEAST


def _together(odds: NDArray[np.float64]) -> float:
    """The expected number, as a logarithm that grows slowly."""
    return float(np.log1p((1.0 / (1.0 + np.exp(-odds))).sum()))


def _odds(chance: float) -> float:
    held = min(max(chance, 0.01), 0.99)
    return float(np.log(held / (1.0 - held)))


def _logsum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    most = values.max(axis=1)
    total: NDArray[np.float64] = most + np.log(np.exp(values - most[:, None]).sum(axis=1))
    return total


def _log_chance(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    logs: NDArray[np.float64] = -np.logaddexp(0.0, -odds)
    return logs
