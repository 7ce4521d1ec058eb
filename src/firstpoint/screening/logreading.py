"""The reader that ships: the lexicon's phrases and the weights of words together, weighed by the ranker.

The lexicon says which kinds of allegation the phrases of a log tell, with what facts and in what context; the
weights of words say which sentences tell or undo a crime, and of which kind. The ranker makes of both the
chance that a crime is due and the chance of each kind. The likeliest kind carries the chance of the log; no
other is given a higher one. A :func:`thorough_reader` asks a network besides
(:mod:`~firstpoint.screening.network`), whose word moves the chance of the log and of each kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray

from firstpoint.screening.disclosures import Disclosure, Evidence, other_tellings
from firstpoint.screening.kinds import kind_row
from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.network.belief import FILES as OF_NETWORK
from firstpoint.screening.network.belief import Said
from firstpoint.screening.ranking import (
    FEATURES,
    STANDS_FROM,
    Ranker,
    Worded,
    chance,
    features,
    kind_features,
    kind_words,
)
from firstpoint.screening.reading import LexiconReader, Read
from firstpoint.screening.words.labels import facts_of, kind_of
from firstpoint.screening.words.scoring import Leaning, lean
from firstpoint.screening.words.weights import Weights

if TYPE_CHECKING:
    from firstpoint.screening.network.reading import Network

WEIGHTS = (
    "words.csv",
    "meanings.parquet",
    "sentences.parquet",
    "logs.parquet",
    "kinds.parquet",
    "ranker.toml",
)
BY_WORDS = "words"  # stands for a pattern where no phrase of the lexicon tells a kind
#: Logs up to which a thorough reader is worth its time, some two minutes.
THOROUGH_UP_TO = 3_000
_LEAST_CERTAIN = 0.05
_LEAST_OF_LOG = 0.01  # of the likeliest kind, which carries the chance of the log: none is nought
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
    """One log as the reader sees it: what the lexicon tells, how the words lean, the features of both, and
    the word of the network (None where none was asked)."""

    told: tuple[Disclosure, ...]
    leaning: Leaning
    values: NDArray[np.float64]
    of_network: Said | None = None

    def without(self, feature: str, ranker: Ranker) -> Look:
        """The same with one of :data:`~firstpoint.screening.ranking.FEATURES` as in an average log."""
        at = list(FEATURES).index(feature)
        values = self.values.copy()
        values[at] = ranker.mean[at]
        return evolve(self, values=values)


class LogReader:
    """Reads with the lexicon and with the weights of words, and asks a ``network`` where one is given."""

    def __init__(
        self,
        phrases: LexiconReader | None = None,
        weights: Weights | None = None,
        ranker: Ranker | None = None,
        network: Network | None = None,
    ) -> None:
        self.phrases = phrases or LexiconReader()
        self.weights = weights or ready_weights()
        self.ranker = ranker or ready_ranker()
        self.network = network
        self.name = "lexicon and words" if network is None else "lexicon, words and network"
        self._labels: dict[str, NDArray[np.int64]] = {}
        self.version = (
            f"{self.phrases.version}-{weights_version(with_network=network is not None)}"
            if weights is None
            else self.phrases.version
        )

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon whose phrases it reads with."""
        return self.phrases.lexicon

    def with_lexicon(self, lexicon: Lexicon) -> LogReader:
        """The same reader with the phrases of another lexicon."""
        reader = LogReader(LexiconReader(lexicon), self.weights, self.ranker, self.network)
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
        of_network = self.network.read(incident) if self.network else None
        return Look(told, leaning, features(leaning, told, opening, closing), of_network)

    def log_odds(self, look: Look) -> float:
        """Log-odds that a crime is due in a log."""
        odds = self.ranker.log_odds(look.values)
        if self.network is None or look.of_network is None:
            return odds
        return self.network.belief.due.of(odds, look.of_network.due)

    def kind_odds(self, look: Look, kinds: Sequence[str], words: Mapping[str, Worded]) -> NDArray[np.float64]:
        """Log-odds (float64) that each kind is due in a log, if any crime is."""
        values = kind_features(kinds, words, look.told, look.leaning, self.ranker.precision)
        odds = self.ranker.kind_odds(values)
        if self.network is not None and look.of_network is not None:
            belief, said = self.network.belief.kind, look.of_network.kinds
            for at, kind in enumerate(kinds):
                if kind in said:
                    odds[at] = belief.of(float(odds[at]), said[kind])
        return odds

    def disclosures(self, text: str, look: Look) -> tuple[Disclosure, ...]:
        """A look as disclosures with their certainty."""
        odds = self.log_odds(look)
        words = kind_words(look.leaning, self.weights.kinds)
        of_network = look.of_network.likely() if look.of_network else set()
        kinds = sorted({*words, *(one.kind for one in look.told), *of_network})
        if not kinds:
            return ()
        share = 1.0 / (1.0 + np.exp(-self.kind_odds(look, kinds, words)))
        by_chance = sorted(zip(kinds, share.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        told = {one.kind: one for one in look.told}
        left = _left(by_chance[:_MOST_KINDS], chance(odds), self.lexicon)
        given = (
            self._disclosure(
                self._named(kind, told.get(kind), self._label(kind, look, words)),
                certainty,
                text,
                look,
                first=not at,
            )
            for at, (kind, certainty) in enumerate(left)
        )
        return tuple(_as_reported(one, told.get(one.kind)) for one in given)

    def _label(self, kind: str, look: Look, words: Mapping[str, Worded]) -> str:
        """What the network, or else the words, tell to be the likeliest label of a kind."""
        if look.of_network is not None and kind in look.of_network.labels:
            return look.of_network.labels[kind]
        return words[kind].label if kind in words else ""

    def _named(self, kind: str, told: Disclosure | None, label: str) -> Disclosure:
        """A kind with the facts that the lexicon tells, and others that the words make likely."""
        one = told or Disclosure(
            kind=kind, offence=kind_row(kind).offence, certainty=0.0, patterns=(BY_WORDS,)
        )
        likely = facts_of(label)
        return evolve(one, facts={**likely, **one.facts})

    def _disclosure(
        self, one: Disclosure, certainty: float, text: str, look: Look, *, first: bool
    ) -> Disclosure:
        context = one.context
        if certainty >= STANDS_FROM and context in TAKES_AWAY and one.kind not in NEEDS_CONFIRMING:
            context = "live"
        facts = dict(one.facts)
        if one.kind.startswith(FRAUDS):
            facts.setdefault(*OURS_TO_RECORD)
        spans = self._spans(one.kind, look, first=first)
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

    def _spans(self, kind: str, look: Look, *, first: bool) -> list[tuple[int, int]]:
        """The sentences that tell a kind; for the likeliest kind, all that tell."""
        leaning = look.leaning
        if not len(leaning.tells):
            return []
        telling = (leaning.tells >= _TELLING) | (leaning.tells == leaning.tells.max())
        for start, end in look.of_network.telling if look.of_network else ():
            telling |= (leaning.told.spans[:, 0] < end) & (start < leaning.told.spans[:, 1])
        if not first:
            of_kind = self._labels_of(kind)
            if not len(of_kind):
                return []
            telling &= leaning.kinds[:, of_kind].max(axis=1) >= leaning.kinds.max(axis=1) + _OF_KIND
        shown = np.flatnonzero(telling)
        return [(int(start), int(end)) for start, end in leaning.told.spans[shown]]


def _left(by_chance: Sequence[tuple[str, float]], most: float, lexicon: Lexicon) -> list[tuple[str, float]]:
    """The kinds that are not only another way of telling another, with their certainties, the likeliest
    first: it carries the chance of the log, whatever it stands for."""
    certain = [(kind, most * share if at else most) for at, (kind, share) in enumerate(by_chance)]
    sure = {
        kind: round(certainty, 4)
        for at, (kind, certainty) in enumerate(certain)
        if round(certainty, 4) >= (_LEAST_CERTAIN if at else _LEAST_OF_LOG)
    }
    kept = sure.keys() - other_tellings(sure, lexicon, of_chance=most)
    left = [(kind, certainty) for kind, certainty in certain if kind in kept]
    return [(left[0][0], most), *left[1:]] if left else []


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


def reader_for(logs: int, phrases: LexiconReader | None = None) -> LogReader:
    """The reader for so many logs: a thorough one for a few days' work, a quick one for a year's."""
    return thorough_reader(phrases) if logs <= THOROUGH_UP_TO else LogReader(phrases)


def thorough_reader(phrases: LexiconReader | None = None) -> LogReader:
    """The reader that asks the network besides, which takes some hundredths of a second a log."""
    from firstpoint.screening.network.reading import ready_network

    return LogReader(phrases, network=ready_network())


@cache
def weights_version(*, with_network: bool = False) -> str:
    """The first letters of the hash of all files of weights."""
    digest = hashlib.sha256()
    for name in (*WEIGHTS, *(OF_NETWORK if with_network else ())):
        digest.update((_folder() / name).read_bytes())
    return digest.hexdigest()[:12]


def _folder() -> Path:
    return Path(str(resources.files("firstpoint.screening") / "weights"))
