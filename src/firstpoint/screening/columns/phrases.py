"""The lexicon and the ranker as the arrays that the loops of this room read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from firstpoint.screening.columns.choosing import Choice
from firstpoint.screening.columns.scoring import (
    DISMISSED,
    ELSEWHERE,
    EXPLAINED,
    NO_STANDING,
    RECORDED,
    Weights,
    odds_of,
)
from firstpoint.screening.columns.telling import FROM_NUMBER, NO_LABEL, NUMBER, OfCodes, Phrases
from firstpoint.screening.engine import Tables
from firstpoint.screening.facts import REPORTED_INCIDENT
from firstpoint.screening.kinds import groups
from firstpoint.screening.lexicon import Lexicon
from firstpoint.screening.logreading import (
    BY_WORDS,
    FRAUDS,
    NEEDS_CONFIRMING,
    OURS_TO_RECORD,
    TAKES_AWAY,
    UNCONFIRMED,
)
from firstpoint.screening.network.belief import Belief, Together
from firstpoint.screening.ranking import UNKNOWN_PRECISION, Ranker
from firstpoint.screening.reading import LexiconReader, matching_rows
from firstpoint.screening.words.labels import facts_of

_VICTIMS, _INJURY, _NUMBER = "victims", "injury", "number"
SUBSUMED = "subsumed"
_STANDINGS = {
    "dismissed": DISMISSED,
    "recorded": RECORDED,
    "explained": EXPLAINED,
    "other_force": ELSEWHERE,
    "referred": ELSEWHERE,
}


@define
class Names:
    """The words behind the numbers: kinds and names of facts in the order of the alphabet, values of facts,
    contexts, and patterns (phrases, then rows of opening codes, then what stands for words)."""

    kinds: tuple[str, ...]
    facts: tuple[str, ...]
    values: tuple[str, ...]
    contexts: tuple[str, ...]
    patterns: tuple[str, ...]

    def value(self, number: int) -> str:
        """A value of a fact."""
        return str(number - FROM_NUMBER) if number >= FROM_NUMBER else self.values[number]


def names_of(lexicon: Lexicon, labels: Iterable[str], kinds: Iterable[str]) -> Names:
    """All words that a reading can come to speak of."""
    told: list[Mapping[str, str]] = [phrase.sets for phrase in lexicon.phrases]
    told += [cue.sets for cue in lexicon.cues]
    told += [*map(facts_of, labels), dict([OURS_TO_RECORD])]
    labels_of_contexts: Mapping[str, str] = lexicon.weights["label"]
    contexts = ("live", "opening code only", *labels_of_contexts.values(), SUBSUMED, REPORTED_INCIDENT)
    return Names(
        kinds=tuple(sorted(kinds)),
        facts=tuple(sorted({name for sets in told for name in sets if name != _VICTIMS} | {_INJURY})),
        values=tuple(sorted({value for sets in told for value in sets.values()})),
        contexts=tuple(dict.fromkeys(contexts)),
        patterns=(*(p.id for p in lexicon.phrases), *(c.id for c in lexicon.opening_codes), BY_WORDS),
    )


def phrases_of(tables: Tables, names: Names) -> Phrases:
    """What the lexicon says of its phrases, cues and contexts."""
    lexicon, weights = tables.lexicon, tables.lexicon.weights
    floor, grades = weights["floor"], weights["injury"]["grades"]
    categories = tuple(dict.fromkeys(cue.category for cue in lexicon.cues))
    factor = np.array([float(weights["context"].get(category, 1.0)) for category in categories])
    label_of = {category: rank for rank, category in enumerate(weights["label"])}
    sets, sets_from = _pairs((phrase.sets for phrase in lexicon.phrases), names)
    cue_sets, cue_sets_from = _pairs((cue.sets for cue in lexicon.cues), names, numbers=True)
    ids = sorted(names.patterns)
    return Phrases(
        kind=_ints(names.kinds.index(phrase.kind) for phrase in lexicon.phrases),
        worth=np.array([float(weights["strength"][phrase.strength]) for phrase in lexicon.phrases]),
        rank=_ints(map({each: rank for rank, each in enumerate(ids)}.__getitem__, names.patterns)),
        is_detail=_flags(phrase.strength == "detail" for phrase in lexicon.phrases),
        is_code=_flags(each.startswith("OPEN") for each in names.patterns),
        sets=sets,
        sets_from=sets_from,
        victims=_ints(_victims(phrase.sets) for phrase in lexicon.phrases),
        category=_ints(categories.index(cue.category) for cue in lexicon.cues),
        cue_sets=cue_sets,
        cue_sets_from=cue_sets_from,
        cue_victims=_ints(_victims(cue.sets) for cue in lexicon.cues),
        is_wide=_flags(cue.direction in ("earlier", "log") for cue in lexicon.cues),
        governs=np.array([[cue.governs(k) for k in names.kinds] for cue in lexicon.cues], dtype=np.uint8),
        factor=factor,
        label=_ints(label_of.get(category, NO_LABEL) for category in categories),
        contexts=_ints(names.contexts.index(label) for label in weights["label"].values()),
        grade=_ints(grades.index(value) if value in grades else -1 for value in names.values),
        injury=names.facts.index(_INJURY),
        also=_table(names.kinds, lambda one, other: other in weights["told_also_as"].get(one, ())),
        covered=_table(names.kinds, lambda code, kind: _covers(code, kind, weights)),
        disclosed=float(floor["disclosed"]),
        counted_together=float(floor["counted_together"]),
        further=float(floor["further_hit_counts"]),
        most_victims=int(floor["most_victims"]),
        shown_share=float(floor["shown_share"]),
        slack=float(floor["merge_slack"]),
    )


def weights_of(ranker: Ranker, belief: Belief | None, kinds: Sequence[str]) -> Weights:
    """The coefficients of the ranker, and of ranker and network together."""
    precision = [odds_of(float(ranker.precision.get(kind, UNKNOWN_PRECISION))) for kind in kinds]
    return Weights(
        ranker.coefficients.astype(np.float64),
        ranker.mean.astype(np.float64),
        ranker.spread.astype(np.float64),
        float(ranker.constant),
        ranker.of_kinds.astype(np.float64),
        np.array(precision),
        _together(belief.due if belief else None),
        _together(belief.kind if belief else None),
    )


def _together(told: Together | None) -> NDArray[np.float64]:
    return np.array((told.ranker, told.network, told.constant) if told else (1.0, 0.0, 0.0))


def choice_of(labels: Sequence[str], labelled: NDArray[np.bool_], names: Names) -> Choice:
    """What the choice of kinds needs to know."""
    facts, facts_from = _pairs(map(facts_of, labels), names)
    name, value = OURS_TO_RECORD
    return Choice(
        label_facts=facts,
        label_facts_from=facts_from,
        labelled=labelled.astype(np.uint8),
        is_fraud=_flags(kind.startswith(FRAUDS) for kind in names.kinds),
        needs_confirming=_flags(kind in NEEDS_CONFIRMING for kind in names.kinds),
        takes_away=_flags(context in TAKES_AWAY for context in names.contexts),
        unconfirmed=names.contexts.index(UNCONFIRMED),
        ours=_ints((names.facts.index(name), names.values.index(value))),
        by_words=len(names.patterns) - 1,
    )


Pair = tuple[str | None, str | None]


def codes_of(
    pairs: Sequence[Pair], reader: LexiconReader, names: Names, known: dict[Pair, tuple[Any, ...]]
) -> OfCodes:
    """What pairs of opening and closing codes say; ``known`` remembers what was looked up."""
    for pair in pairs:
        if pair not in known:
            known[pair] = _of_pair(*pair, reader.lexicon, names)
    rows = [known[pair] for pair in pairs]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(OfCodes._fields)
    kinds = (np.int32, np.float64, np.float64, np.int32, np.float64, np.float64, np.uint8, np.int32)
    return OfCodes(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


def _of_pair(opening: str | None, closing: str | None, lexicon: Lexicon, names: Names) -> tuple[Any, ...]:
    opened = matching_rows(opening, lexicon.opening_codes, lexicon)
    closed = matching_rows(closing, lexicon.closing_codes, lexicon)
    weights = lexicon.weights
    standings = {row.standing for row in (*opened, *closed)}
    leaves = 1.0
    for standing, table in (
        ("not_a_report", "opening"),
        ("explained", "closing"),
        ("other_force", "closing"),
    ):
        leaves *= float(weights[table][standing]) if standing in standings else 1.0
    told = next((row for row in opened if row.kind), None)
    return (
        names.kinds.index(told.kind) if told else -1,
        float(weights["code_strength"][told.strength]) if told else 0.0,
        float(weights["code_alone"][told.strength]) if told else 0.0,
        len(lexicon.phrases) + [row.id for row in lexicon.opening_codes].index(told.id) if told else -1,
        leaves,
        float(weights["closing"]["recorded_leaves_open"]) if "recorded" in standings else 1.0,
        next((row.standing for row in opened), None) == "not_a_report",
        _STANDINGS.get(next((row.standing for row in closed), ""), NO_STANDING),
    )


def _covers(code: str, kind: str, weights: Mapping[str, Any]) -> bool:
    return kind in weights["code_covers"].get(code, ()) or not groups(code).isdisjoint(groups(kind))


def _victims(sets: Mapping[str, str]) -> int:
    told = sets.get(_VICTIMS)
    return 0 if told is None else NUMBER if told == _NUMBER else int(told)


def _pairs(
    sets: Iterable[Mapping[str, str]], names: Names, *, numbers: bool = False
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Facts as pairs of numbers, and where those of each row begin; ``numbers``: words may tell a value."""
    name_of = {name: number for number, name in enumerate(names.facts)}
    value_of = {value: number for number, value in enumerate(names.values)}
    value_of |= {_NUMBER: NUMBER} if numbers else {}
    rows = [[(name_of[n], value_of[v]) for n, v in each.items() if n != _VICTIMS] for each in sets]
    pairs = [pair for row in rows for pair in row]
    return np.array(pairs, dtype=np.int32).reshape(-1, 2), np.cumsum([0, *map(len, rows)], dtype=np.int32)


def _table(kinds: Sequence[str], holds: Any) -> NDArray[np.uint8]:
    return np.array([[holds(one, other) for other in kinds] for one in kinds], dtype=np.uint8)


def _ints(numbers: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(numbers), dtype=np.int32)


def _flags(told: Iterable[bool]) -> NDArray[np.uint8]:
    return np.array(list(told), dtype=np.uint8)
