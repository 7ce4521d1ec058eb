"""The reader that ships: the lexicon's phrases and the weights of words together, weighed by the ranker.

The lexicon says which kinds of allegation the phrases of a log tell, with what facts and in what context; the
weights of words say which sentences tell or undo a crime, and of which kind. The ranker makes of both the
chance that a crime is due and the chance of each kind. The likeliest kind carries the chance of the log; no
other is given a higher one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray

from firstpoint.screening.disclosures import Disclosure, Evidence, merged
from firstpoint.screening.kinds import kind_row
from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.ranking import FEATURES, Ranker, Worded, chance, features, kind_features, kind_words
from firstpoint.screening.reading import LexiconReader, Read
from firstpoint.screening.words.labels import facts_of, kind_of
from firstpoint.screening.words.scoring import Leaning, lean
from firstpoint.screening.words.weights import Weights

WEIGHTS = (
    "words.csv",
    "meanings.parquet",
    "sentences.parquet",
    "logs.parquet",
    "kinds.parquet",
    "ranker.toml",
)
BY_WORDS = "words"  # stands for a pattern where no phrase of the lexicon tells a kind
_LEAST_CERTAIN = 0.05
_MOST_KINDS = 6
_SHOWN = 12  # spans of one disclosure
_TELLING = -0.4  # log-odds from which a sentence is shown as evidence
_OF_KIND = -2.0  # how much less likely another kind may be for a sentence to be shown for it as well
TAKES_AWAY = ("already_recorded", "other_force", "unconfirmed")
# A fraud goes to the national service unless somebody calls for a service or a suspect is near: that the
# words tell of a crime for this force to record says that there is such a ground.
FRAUDS = ("fraud", "hacking")
OURS_TO_RECORD = ("fraud_routing.local_suspect", "yes")
NEEDS_CONFIRMING = ("rape", "assault_by_penetration")
UNCONFIRMED = "unconfirmed"


@frozen(eq=False)
class Look:
    """One log as the reader sees it: what the lexicon tells, how the words lean, the features of both."""

    told: tuple[Disclosure, ...]
    leaning: Leaning
    values: NDArray[np.float64]

    def without(self, feature: str, ranker: Ranker) -> Look:
        """The same with one of :data:`~firstpoint.screening.ranking.FEATURES` as in an average log."""
        at = list(FEATURES).index(feature)
        values = self.values.copy()
        values[at] = ranker.mean[at]
        return Look(self.told, self.leaning, values)


class LogReader:
    """Reads with the lexicon and with the weights of words."""

    name = "lexicon and words"

    def __init__(
        self,
        phrases: LexiconReader | None = None,
        weights: Weights | None = None,
        ranker: Ranker | None = None,
    ) -> None:
        self.phrases = phrases or LexiconReader()
        self.weights = weights or ready_weights()
        self.ranker = ranker or ready_ranker()
        self._labels: dict[str, NDArray[np.int64]] = {}
        self.version = (
            f"{self.phrases.version}-{weights_version()}" if weights is None else self.phrases.version
        )

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon whose phrases it reads with."""
        return self.phrases.lexicon

    def with_lexicon(self, lexicon: Lexicon) -> LogReader:
        """The same reader with the phrases of another lexicon."""
        reader = LogReader(LexiconReader(lexicon), self.weights, self.ranker)
        reader.version = self.version.replace(self.phrases.version, lexicon.version)
        return reader

    def read(self, incident: Mapping[str, Any]) -> tuple[Disclosure, ...]:
        """What the incident discloses, the surest first; nothing for an incident without text."""
        look = self.look(incident)
        return self.disclosures(incident.get("text") or "", look)

    def read_many(self, incidents: pl.DataFrame) -> Iterator[Read]:
        """What each incident of a table discloses, in order, and which texts could not be read."""
        read = self.phrases.read_many(incidents)
        for incident, one in zip(incidents.iter_rows(named=True), read, strict=True):
            look = self._look(incident, one.disclosures)
            yield Read(self.disclosures(incident.get("text") or "", look), one.not_read)

    def look(self, incident: Mapping[str, Any]) -> Look:
        """What the reader sees in an incident, before it weighs it."""
        return self._look(incident, self.phrases.read(incident))

    def _look(self, incident: Mapping[str, Any], told: tuple[Disclosure, ...]) -> Look:
        opening, closing = self.phrases.standings(incident)
        leaning = lean(
            incident.get("text") or "",
            incident.get("opening_code"),
            incident.get("closing_code"),
            self.weights,
        )
        return Look(told, leaning, features(leaning, told, opening, closing))

    def disclosures(self, text: str, look: Look) -> tuple[Disclosure, ...]:
        """A look as disclosures with their certainty."""
        odds = self.ranker.log_odds(look.values)
        words = kind_words(look.leaning, self.weights.kinds)
        kinds = sorted({*words, *(one.kind for one in look.told)})
        if not kinds:
            return ()
        values = kind_features(kinds, words, look.told, look.leaning, self.ranker.precision)
        share = 1.0 / (1.0 + np.exp(-self.ranker.kind_odds(values)))
        by_chance = sorted(zip(kinds, share.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        told = {one.kind: one for one in look.told}
        most = chance(odds)
        given = [
            self._disclosure(
                self._named(kind, told.get(kind), words.get(kind)),
                most if first else most * share_of,
                text,
                look,
                first=first,
            )
            for first, (kind, share_of) in zip(
                (True, *[False] * len(kinds)), by_chance[:_MOST_KINDS], strict=False
            )
        ]
        kept = (one for one in merged(given, self.lexicon) if one.certainty >= _LEAST_CERTAIN)
        return tuple(_as_reported(one, told.get(one.kind)) for one in kept)

    def _named(self, kind: str, told: Disclosure | None, worded: Worded | None) -> Disclosure:
        """A kind with the facts that the lexicon tells, and others that the words make likely."""
        one = told or Disclosure(
            kind=kind, offence=kind_row(kind).offence, certainty=0.0, patterns=(BY_WORDS,)
        )
        likely = facts_of(worded.label) if worded else {}
        return evolve(one, facts={**likely, **one.facts})

    def _disclosure(
        self, one: Disclosure, certainty: float, text: str, look: Look, *, first: bool
    ) -> Disclosure:
        context = one.context
        if certainty >= 0.5 and context in TAKES_AWAY and one.kind not in NEEDS_CONFIRMING:
            context = "live"
        facts = dict(one.facts)
        if certainty >= 0.5 and one.kind.startswith(FRAUDS):
            facts.setdefault(*OURS_TO_RECORD)
        spans = self._spans(one.kind, look.leaning, first=first)
        quotes = [*((e.start, e.end) for e in one.evidence), *spans]
        return evolve(
            one,
            certainty=round(certainty, 4),
            context=context,
            facts=facts,
            evidence=_quoted(text, quotes),
        )

    def _labels_of(self, kind: str) -> NDArray[np.int64]:
        """The places of the labels of a kind."""
        if kind not in self._labels:
            found = [at for at, label in enumerate(self.weights.kinds) if kind_of(label) == kind]
            self._labels[kind] = np.array(found, dtype=np.int64)
        return self._labels[kind]

    def _spans(self, kind: str, leaning: Leaning, *, first: bool) -> list[tuple[int, int]]:
        """The sentences that tell a kind; for the likeliest kind, all that tell."""
        if not len(leaning.tells):
            return []
        telling = (leaning.tells >= _TELLING) | (leaning.tells == leaning.tells.max())
        if not first:
            of_kind = self._labels_of(kind)
            if not len(of_kind):
                return []
            telling &= leaning.kinds[:, of_kind].max(axis=1) >= leaning.kinds.max(axis=1) + _OF_KIND
        shown = np.flatnonzero(telling)
        return [(int(start), int(end)) for start, end in leaning.told.spans[shown]]


def _as_reported(one: Disclosure, told: Disclosure | None) -> Disclosure:
    """Rape that the victim has not confirmed is a reported incident and no crime, so that the chance of a
    crime says nothing of it: it is as sure as the phrases tell it."""
    if told is None or one.kind not in NEEDS_CONFIRMING or one.context != UNCONFIRMED:
        return one
    return evolve(one, certainty=max(one.certainty, told.certainty))


def _quoted(text: str, spans: list[tuple[int, int]]) -> tuple[Evidence, ...]:
    """The words of the spans, those that overlap joined."""
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        elif len(joined) < _SHOWN:
            joined.append([start, end])
    return tuple(Evidence(start, end, text[start:end]) for start, end in joined)


@cache
def ready_weights() -> Weights:
    """The weights that ship, read once."""
    return Weights.load(_folder())


@cache
def ready_ranker() -> Ranker:
    """The ranker that ships, read once."""
    return Ranker.load(_folder() / "ranker.toml")


@cache
def weights_version() -> str:
    """The first letters of the hash of all files of weights."""
    digest = hashlib.sha256()
    for name in WEIGHTS:
        digest.update((_folder() / name).read_bytes())
    return digest.hexdigest()[:12]


def _folder() -> Path:
    return Path(str(resources.files("firstpoint.screening") / "weights"))
