"""A part of the incidents read in columns from end to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from attrs import define, field
from numpy.typing import NDArray

from firstpoint.screening.columns.answers import Asked, period_numbers
from firstpoint.screening.columns.choosing import MOST_KINDS, Choice, Choosing, Given, choose
from firstpoint.screening.columns.figures import Covering, figures_of
from firstpoint.screening.columns.laying import laid_out
from firstpoint.screening.columns.leaning import CLOSING, OPENING, Leanings
from firstpoint.screening.columns.phrases import (
    Names,
    Pair,
    choice_of,
    codes_of,
    names_of,
    phrases_of,
    weights_of,
)
from firstpoint.screening.columns.scoring import OfNetwork, Weights
from firstpoint.screening.columns.telling import NUMBER, SHOWN, Finds, OfCodes, Phrases, Telling, weigh_hits
from firstpoint.screening.columns.wording import Wording, lean_column, wording_of
from firstpoint.screening.disclosures import number_told
from firstpoint.screening.engine import Reading, Tables, WordsMet, read_column, tables_of
from firstpoint.screening.facts import report_day
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.languages import Languages
from firstpoint.screening.logreading import LogReader
from firstpoint.screening.network.belief import Said
from firstpoint.screening.periods import period_of
from firstpoint.screening.ranking import FEATURES
from firstpoint.screening.tokens import fold, tokens_of
from firstpoint.screening.words.labels import kind_of

FIGURES = ("expected_crimes", "chance_unrecorded", "chance_crime", "harm")
_MOST_KINDS_KNOWN = 128
_GIVEN_OF_A_LOG = 3


@define
class Columns:
    """All that a reader knows, as arrays; made once for a reader."""

    reader: LogReader
    tables: Tables
    labels: tuple[str, ...]
    names: Names
    wording: Wording
    phrases: Phrases
    weights: Weights
    choice: Choice

    @classmethod
    def of(cls, reader: LogReader) -> Columns | None:
        """The arrays of a reader; None where it knows more kinds than they can hold, or no labels."""
        lexicon, tables = reader.lexicon, tables_of(reader.lexicon)
        of_network = reader.network.labels if reader.network else ()
        # Those of the weights stand first: their numbers are the weights' own.
        labels = tuple(dict.fromkeys((*reader.weights.kinds, *of_network)))
        kinds = {*kind_rows(), *map(kind_of, labels), *tables.kinds}
        if len(kinds) > _MOST_KINDS_KNOWN or not reader.weights.kinds:
            return None
        names = names_of(lexicon, labels, kinds)
        wording = wording_of(reader.weights, {kind: number for number, kind in enumerate(names.kinds)})
        return cls(
            reader,
            tables,
            labels,
            names,
            wording,
            phrases_of(tables, names),
            weights_of(reader.ranker, reader.network.belief if reader.network else None, names.kinds),
            choice_of(labels, wording.labelled, names),
        )


@define
class Screening:
    """One run of the screen over many parts: what they share."""

    columns: Columns
    label: str
    linked: Mapping[str, Sequence[str | None]]
    asked: Asked = field(init=False)
    covering: Covering = field(init=False)
    _met: WordsMet = field(factory=WordsMet)
    _periods: dict[Any, int] = field(factory=dict)
    _codes: dict[Pair, tuple[Any, ...]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.asked = Asked(self.columns.names)
        self.covering = Covering(self.columns.names, self.columns.reader.lexicon.weights)

    def read(self, part: pl.DataFrame) -> pl.DataFrame:
        """The screened rows of a part of the incidents, without their rank."""
        known, lexicon = self.columns, self.columns.reader.lexicon
        codes = _Codes.of(part)
        of_codes = codes_of(codes.pairs, known.reader.phrases, known.names, self._codes)
        kinds = _kinds_told(of_codes, codes, known.names)
        reading = read_column(part["text"], known.tables, kinds, self._met)
        given = self._given(reading, codes, of_codes, self._asked_of_network(part))
        received_at, period = self._periods_of(part)
        sure_from = float(lexicon.weights["floor"]["counted_together"])
        required = self.asked.required(given, period, received_at, sure_from)
        closing = of_codes.closing[codes.number]
        figures = figures_of(given, required, closing, self._linked(part), self.covering, self.asked.classes)
        not_read = pl.Series(why_not_read(reading.tally, lexicon.languages), dtype=pl.String)
        laid = laid_out(reading.texts, given, required, known.names, self.asked.classes, self.asked.facts)
        read = pl.Series(not_read.is_null())
        return pl.DataFrame(
            {
                "incident_id": part["incident_id"],
                **{name: pl.Series(figures[:, at]) for at, name in enumerate(FIGURES)},
                "reader": pl.repeat(self.label, part.height, eager=True),
                "disclosures": laid,
                "not_read": not_read,
            }
        ).with_columns(pl.when(read).then(pl.col(name)).alias(name) for name in FIGURES)

    def _asked_of_network(self, part: pl.DataFrame) -> list[Said | None]:
        """What the network says of each log; nothing of any where there is none."""
        network = self.columns.reader.network
        return [network.read(incident) for incident in part.iter_rows(named=True)] if network else []

    def _given(
        self, reading: Reading, codes: _Codes, of_codes: OfCodes, of_network: Sequence[Said | None]
    ) -> Given:
        known = self.columns
        opening, closing = (
            (column, known.wording.codes(told, shape))
            for column, told, shape in (
                (codes.opening, codes.openings, OPENING),
                (codes.closing, codes.closings, CLOSING),
            )
        )
        leanings = lean_column(reading.texts, known.wording, opening, closing)
        said = _said(of_network, leanings, known)
        finds = _finds(reading, known.phrases)
        return _chosen(leanings, finds, codes.number, said, of_codes, known)

    def _periods_of(self, part: pl.DataFrame) -> tuple[pl.Series, NDArray[np.int32]]:
        """When each log of a part was received, and the number of its period."""
        if "received_at" not in part.columns:
            period = period_numbers([period_of(report_day(None))], self._periods)
            return pl.Series([None] * part.height), period.repeat(part.height)
        received_at = _moments(part["received_at"])
        aware = received_at if received_at.dtype.time_zone else received_at.dt.replace_time_zone("UTC")  # type: ignore[attr-defined]
        days = aware.dt.convert_time_zone("Europe/London").dt.date()
        told, places = _told_once(days)
        first = {place: at for at, place in reversed(list(enumerate(places.tolist())))}
        periods = [period_of(report_day(received_at[first[place]])) for place in range(len(told))]
        return received_at, period_numbers(periods, self._periods)[places]

    def _linked(self, part: pl.DataFrame) -> dict[int, Sequence[str | None]]:
        if not self.linked:
            return {}
        ids = part["incident_id"].to_list()
        return {at: self.linked[each] for at, each in enumerate(ids) if each in self.linked}


@define
class _Codes:
    """The codes of the logs of a part: of each log the place of its pair, of its opening and closing code."""

    pairs: list[tuple[str | None, str | None]]
    number: NDArray[np.int32]
    openings: list[str | None]
    opening: NDArray[np.int32]
    closings: list[str | None]
    closing: NDArray[np.int32]

    @classmethod
    def of(cls, part: pl.DataFrame) -> _Codes:
        opening, closing = (_column(part, name) for name in ("opening_code", "closing_code"))
        both = pl.DataFrame({"opening": opening, "closing": closing})
        pairs = both.unique(maintain_order=True)
        return cls(
            pairs.rows(),
            _places(both.to_struct(), pairs.to_struct()),
            *_told_once(opening),
            *_told_once(closing),
        )


def _column(part: pl.DataFrame, name: str) -> pl.Series:
    return (
        part[name].cast(pl.String)
        if name in part.columns
        else pl.Series([None] * part.height, dtype=pl.String)
    )


def _moments(received_at: pl.Series) -> pl.Series:
    """When logs were received, also where a column of objects tells it, or of nothing."""
    if isinstance(received_at.dtype, pl.Datetime):
        return received_at
    return pl.Series(received_at.to_list(), dtype=pl.Datetime("us"), strict=False)


def _told_once(codes: pl.Series) -> tuple[list[Any], NDArray[np.int32]]:
    told = codes.unique(maintain_order=True)
    return told.to_list(), _places(codes, told)


def _places(values: pl.Series, among: pl.Series) -> NDArray[np.int32]:
    """The place of each value among those given."""
    table = pl.DataFrame({"value": among, "place": np.arange(len(among), dtype=np.int32)})
    found = pl.DataFrame({"value": values}).join(
        table, on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return found["place"].to_numpy()


def _kinds_told(of_codes: OfCodes, codes: _Codes, names: Names) -> list[str | None]:
    told = [None if kind < 0 else names.kinds[kind] for kind in of_codes.kind.tolist()]
    return [told[number] for number in codes.number.tolist()]


def _finds(reading: Reading, phrases: Phrases) -> Finds:
    return Finds(
        reading.hit_from,
        reading.phrase,
        np.ascontiguousarray(reading.hit_tokens),
        reading.hit_places,
        reading.bearing_from,
        reading.bearing,
        reading.cue_from,
        reading.cue,
        _numbers(reading, phrases),
    )


def _numbers(reading: Reading, phrases: Phrases) -> NDArray[np.int32]:
    """The number that the words of each cue tell, where it is one that tells any."""
    asks = phrases.cue_victims == NUMBER
    for cue in range(len(asks)):
        sets = phrases.cue_sets[phrases.cue_sets_from[cue] : phrases.cue_sets_from[cue + 1], 1]
        asks[cue] = asks[cue] or bool((sets == NUMBER).any())
    numbers = np.ones(len(reading.cue), dtype=np.int32)
    numerals = reading.lexicon.weights["numeral"]
    known: dict[bytes, int] = {}
    bearing = np.zeros(len(reading.cue), dtype=np.bool_)
    bearing[reading.bearing] = True
    for at in np.flatnonzero(asks[reading.cue] & bearing).tolist():
        start, end = reading.cue_places[at, :2].tolist()
        words = reading.texts.bytes_of(int(reading.log_of_cue[at]), start, end)
        if words not in known:
            told = map(fold, tokens_of(words.decode("utf-8", "replace")))
            known[words] = number_told(told, numerals)
        numbers[at] = known[words]
    return numbers


def why_not_read(tally: NDArray[np.int32], languages: Languages) -> list[str | None]:
    """Why each log could not be read, or None; only those in doubt are looked at one by one."""
    words, other, english = tally[:, 0], tally[:, 1], tally[:, 3]
    most = tally[:, 4:].max(axis=1, initial=0)
    doubtful = (2 * other > words) | (most > english) | (english < 0.1 * words)
    why: list[str | None] = [None] * len(tally)
    for at in np.flatnonzero(doubtful).tolist():
        of_letters, of_script, *told = tally[at].tolist()
        why[at] = languages.why_not_read(of_letters, of_script, told)
    return why


def _said(of_network: Sequence[Said | None], leanings: Leanings, known: Columns) -> OfNetwork:
    """What the network says, as arrays."""
    kinds, logs = known.names.kinds, len(of_network)
    said = OfNetwork(
        due=np.full(len(leanings.sentence_from) - 1, np.nan),
        kinds=np.full((logs, len(kinds)), np.nan),
        labels=np.full((logs, len(kinds)), -1, dtype=np.int32),
        telling=np.zeros(int(leanings.sentence_from[-1]) if logs else 0, dtype=np.uint8),
    )
    places = {label: place for place, label in enumerate(known.labels)}
    for log, told in enumerate(of_network):
        if told is None:
            continue
        said.due[log] = told.due
        said.kinds[log] = [told.kinds.get(kind, np.nan) for kind in kinds]
        said.labels[log] = [places.get(told.labels.get(kind, ""), -1) for kind in kinds]
        sentences = slice(*leanings.sentence_from[log : log + 2].tolist())
        spans = leanings.spans[sentences, 2:]
        for start, end in told.telling:
            said.telling[sentences] |= (spans[:, 0] < end) & (start < spans[:, 1])
    return said


def _chosen(
    leanings: Leanings,
    finds: Finds,
    code_of: NDArray[np.int32],
    said: OfNetwork,
    codes: OfCodes,
    known: Columns,
) -> Given:
    telling, room = _telling(finds, known), _choosing(known)
    weigh_hits(finds, known.phrases, telling)
    out = _given(len(code_of), _GIVEN_OF_A_LOG * len(code_of) + 64, known)
    state = np.zeros(4, dtype=np.int64)
    everything = known.phrases, codes, known.weights, known.choice
    first = 0
    while True:
        first = choose(first, code_of, said, leanings, finds, everything, telling, room, out, state)
        if first == len(code_of):
            return _filled(out, state)
        out = _larger(out)


def _telling(finds: Finds, known: Columns) -> Telling:
    kinds, facts, hits = len(known.names.kinds), len(known.names.facts), len(finds.phrase)
    most = int(np.bincount(known.phrases.kind, minlength=1).max()) + 1
    return Telling(
        certainty=np.zeros(kinds),
        context=np.zeros(kinds, dtype=np.int32),
        victims=np.zeros(kinds, dtype=np.int32),
        facts=np.zeros((kinds, facts), dtype=np.int32),
        many=np.zeros(kinds, dtype=np.int32),
        patterns=np.zeros((kinds, most), dtype=np.int32),
        quoted=np.zeros(kinds, dtype=np.int32),
        quotes=np.zeros((kinds, SHOWN, 4), dtype=np.int32),
        swallowed=np.zeros(kinds, dtype=np.uint8),
        met=np.zeros(kinds, dtype=np.int32),
        best=np.full(len(known.phrases.kind), -1.0),
        listed=np.zeros(len(known.phrases.kind), dtype=np.int32),
        weight=np.zeros(facts),
        surest=np.zeros(8),
        seen=np.zeros(len(known.phrases.factor), dtype=np.int64),
        looks=np.zeros(1, dtype=np.int64),
        factor=np.zeros(hits),
        worth=np.zeros(hits),
        label=np.zeros(hits, dtype=np.int32),
        lowered=np.zeros(hits, dtype=np.uint8),
    )


def _choosing(known: Columns) -> Choosing:
    kinds = len(known.names.kinds)
    return Choosing(
        values=np.zeros(len(FEATURES)),
        most=np.zeros(8),
        shares=np.zeros(kinds),
        certainty=np.zeros(kinds),
        chosen=np.zeros(MOST_KINDS, dtype=np.int32),
        exact=np.zeros(MOST_KINDS),
        facts=np.zeros(len(known.names.facts), dtype=np.int32),
    )


def _given(logs: int, size: int, known: Columns) -> Given:
    facts = size + MOST_KINDS * len(known.names.facts)
    patterns = 2 * size + MOST_KINDS * (int(np.bincount(known.phrases.kind, minlength=1).max()) + 1)
    return Given(
        given_from=np.zeros(logs + 1, dtype=np.int64),
        kind=np.zeros(size, dtype=np.int32),
        context=np.zeros(size, dtype=np.int32),
        victims=np.zeros(size, dtype=np.int32),
        certainty=np.zeros(size),
        facts_from=np.zeros(size + 1, dtype=np.int64),
        facts=np.zeros((facts, 2), dtype=np.int32),
        patterns_from=np.zeros(size + 1, dtype=np.int64),
        patterns=np.zeros(patterns, dtype=np.int32),
        quotes_from=np.zeros(size + 1, dtype=np.int64),
        quotes=np.zeros((3 * size + MOST_KINDS * SHOWN, 4), dtype=np.int32),
    )


def _larger(out: Given) -> Given:
    """The same with room for twice as much of everything but logs."""
    more = {
        name: np.concatenate((array, np.zeros_like(array)))
        for name, array in out._asdict().items()
        if name != "given_from"
    }
    return out._replace(**more)


def _filled(out: Given, state: NDArray[np.int64]) -> Given:
    given, facts, patterns, quotes = state.tolist()
    return Given(
        out.given_from,
        out.kind[:given],
        out.context[:given],
        out.victims[:given],
        out.certainty[:given],
        out.facts_from[: given + 1],
        out.facts[:facts],
        out.patterns_from[: given + 1],
        out.patterns[:patterns],
        out.quotes_from[: given + 1],
        out.quotes[:quotes],
    )
