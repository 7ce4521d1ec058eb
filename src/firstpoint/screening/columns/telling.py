"""What the phrases of the lexicon disclose in one log, in compiled loops over the engine's finds.

:mod:`~firstpoint.screening.disclosures` says what is to be done; these loops must do the same. What they find
of a log stands in :class:`Telling`, a row for each kind, until the next log.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.columns.rounding import FOUR_PLACES, rounded

NUMBER = -1  # for a value: the number that the words of a cue tell
FROM_NUMBER = 1 << 20  # a value that is a number stands for itself from here on
NOT_TOLD = -1.0
LIVE, OPENING_ONLY = 0, 1  # places among the contexts
NO_LABEL = 1 << 20
SHOWN = 12
_TOGETHER = 6
_LEAST = -5.0


class Phrases(NamedTuple):
    """What the lexicon says of its rows.

    For each phrase its kind, worth, rank among the ids, and whether it only adds details or stands for an
    opening code; ``sets`` (int32, x 2) are name and value of the facts that it settles, from ``sets_from``
    on, and ``victims`` the victims (nought where it tells none). For each cue its category, facts and victims
    likewise (``NUMBER``: as its words tell), whether it reaches over entries, and the kinds that it governs.
    For each category the factor that it leaves, and its label's rank (``NO_LABEL``); ``contexts`` are the
    contexts of labels by rank. ``grade`` is the gravity of a value of ``injury``, -1 for others. ``also``
    (kinds x kinds): what is told also as another; ``covered`` (kinds of a code x kinds): what tells it.
    """

    kind: NDArray[np.int32]
    worth: NDArray[np.float64]
    rank: NDArray[np.int32]
    is_detail: NDArray[np.uint8]
    is_code: NDArray[np.uint8]
    sets: NDArray[np.int32]
    sets_from: NDArray[np.int32]
    victims: NDArray[np.int32]
    category: NDArray[np.int32]
    cue_sets: NDArray[np.int32]
    cue_sets_from: NDArray[np.int32]
    cue_victims: NDArray[np.int32]
    is_wide: NDArray[np.uint8]
    governs: NDArray[np.uint8]
    factor: NDArray[np.float64]
    label: NDArray[np.int32]
    contexts: NDArray[np.int32]
    grade: NDArray[np.int32]
    injury: int
    also: NDArray[np.uint8]
    covered: NDArray[np.uint8]
    disclosed: float
    counted_together: float
    further: float
    most_victims: int
    shown_share: float
    slack: float


class Finds(NamedTuple):
    """What the engine found in a column (:class:`~firstpoint.screening.engine.Reading`), and the number that
    the words of each cue tell."""

    hit_from: NDArray[np.int64]
    phrase: NDArray[np.int32]
    hit_tokens: NDArray[np.int32]
    hit_places: NDArray[np.int32]
    bearing_from: NDArray[np.int64]
    bearing: NDArray[np.int32]
    cue_from: NDArray[np.int64]
    cue: NDArray[np.int32]
    number: NDArray[np.int32]


class OfCodes(NamedTuple):
    """What each pair of opening and closing code says: the kind (-1 for none), its worth beside phrases and
    alone, its row's place behind the phrases, what it leaves of certainties and of doubts, and its standings.
    """

    kind: NDArray[np.int32]
    beside: NDArray[np.float64]
    alone: NDArray[np.float64]
    row: NDArray[np.int32]
    leaves: NDArray[np.float64]
    leaves_open: NDArray[np.float64]
    no_report: NDArray[np.uint8]
    closing: NDArray[np.int32]


class Telling(NamedTuple):
    """What phrases tell of a log. For each kind (``certainty`` is ``NOT_TOLD`` where it is not told) its
    context, victims, ``facts`` (int32, x names of facts; -1 for none), patterns (the first ``many`` of
    ``patterns``) and quotes (start and end in bytes, then in characters). The rest are notes: of each hit the
    factor, worth, lowest label and whether a context lowers it."""

    certainty: NDArray[np.float64]
    context: NDArray[np.int32]
    victims: NDArray[np.int32]
    facts: NDArray[np.int32]
    many: NDArray[np.int32]
    patterns: NDArray[np.int32]
    quoted: NDArray[np.int32]
    quotes: NDArray[np.int32]
    swallowed: NDArray[np.uint8]
    met: NDArray[np.int32]
    best: NDArray[np.float64]  # of each phrase
    listed: NDArray[np.int32]
    weight: NDArray[np.float64]  # of each fact
    surest: NDArray[np.float64]
    seen: NDArray[np.int64]  # of each category
    looks: NDArray[np.int64]
    factor: NDArray[np.float64]
    worth: NDArray[np.float64]
    label: NDArray[np.int32]
    lowered: NDArray[np.uint8]


@compiled_loop
def weigh_hits(finds, phrases, room):
    """Fill in what the contexts that bear on each hit of a column leave of it."""
    for hit in range(finds.phrase.size):
        factor, label, lowered = 1.0, NO_LABEL, False
        room.looks[0] += 1
        for at in range(finds.bearing_from[hit], finds.bearing_from[hit + 1]):
            category = phrases.category[finds.cue[finds.bearing[at]]]
            if room.seen[category] == room.looks[0]:
                continue
            room.seen[category] = room.looks[0]
            factor *= phrases.factor[category]
            lowered = lowered or phrases.factor[category] < 0.5
            label = min(label, phrases.label[category])
        room.factor[hit] = factor
        room.worth[hit] = phrases.worth[finds.phrase[hit]] * factor
        room.label[hit] = label
        room.lowered[hit] = lowered


@compiled_loop
def tell(log, code, finds, phrases, codes, room):
    """Fill in what the phrases and codes of a log tell."""
    first, past = finds.hit_from[log], finds.hit_from[log + 1]
    for kind in range(room.certainty.size):
        room.certainty[kind] = NOT_TOLD
        room.met[kind] = 0
    for hit in range(first, past):
        room.met[phrases.kind[finds.phrase[hit]]] = 1
    for kind in range(room.certainty.size):
        if room.met[kind]:
            beside = codes.beside[code] if codes.kind[code] == kind else 0.0
            _tell_kind(kind, first, past, beside, finds, phrases, room)
    if codes.kind[code] >= 0 and not _is_told(codes.kind[code], phrases, room):
        _tell_by_code(log, code, finds, phrases, codes, room)
    leave_out_other_tellings(room.certainty, phrases.slack, phrases, room)
    for kind in range(room.certainty.size):
        if room.certainty[kind] != NOT_TOLD:
            certainty = room.certainty[kind] * codes.leaves[code]
            room.certainty[kind] = rounded(1.0 - (1.0 - certainty) * codes.leaves_open[code], FOUR_PLACES)


@compiled_loop
def _tell_kind(kind, first, past, beside, finds, phrases, room):
    most, standing, label, many = -1.0, -1.0, NO_LABEL, 0
    for hit in range(first, past):
        phrase = finds.phrase[hit]
        if phrases.kind[phrase] != kind or phrases.is_detail[phrase]:
            continue
        worth = room.worth[hit]
        if worth > most:
            most, label = worth, room.label[hit]
        standing = max(standing, room.factor[hit])
        if room.best[phrase] < 0.0:
            room.listed[many] = phrase
            many += 1
        room.best[phrase] = max(room.best[phrase], worth)
    if many == 0:
        return
    certainty = _together(many, beside * standing, phrases, room)
    if certainty < phrases.disclosed:
        return
    room.certainty[kind] = rounded(certainty, FOUR_PLACES)
    room.context[kind] = LIVE if label == NO_LABEL else phrases.contexts[label]
    _note_live(kind, first, past, phrases.shown_share * most, finds, phrases, room)


@compiled_loop
def _together(many, from_code, phrases, room):
    """Give several worths as one certainty, and forget them."""
    surest = room.surest
    for at in range(_TOGETHER):
        surest[at] = 0.0
    _put_among(from_code, surest)
    for at in range(many):
        _put_among(room.best[room.listed[at]], surest)
        room.best[room.listed[at]] = -1.0
    left = 1.0 - surest[0]
    for at in range(1, _TOGETHER):
        left *= 1.0 - phrases.further * surest[at]
    return 1.0 - left


@compiled_loop
def _put_among(worth, surest):
    at = _TOGETHER
    while at > 0 and surest[at - 1] < worth:
        if at < _TOGETHER:
            surest[at] = surest[at - 1]
        at -= 1
    if at < _TOGETHER:
        surest[at] = worth


@compiled_loop
def _note_live(kind, first, past, floor, finds, phrases, room):
    """Fill in victims, facts, quotes and patterns from the hits that stand."""
    any_live = False
    for hit in range(first, past):
        phrase = finds.phrase[hit]
        if phrases.kind[phrase] == kind and (room.worth[hit] >= floor or phrases.is_detail[phrase]):
            any_live = any_live or not room.lowered[hit]
    for name in range(room.facts.shape[1]):
        room.facts[kind, name] = -1
        room.weight[name] = -1.0
    room.victims[kind], room.many[kind], room.quoted[kind] = 1, 0, 0
    last_token = -1
    room.looks[0] += 1
    for hit in range(first, past):
        phrase = finds.phrase[hit]
        if phrases.kind[phrase] != kind or (any_live and room.lowered[hit]):
            continue
        if room.worth[hit] < floor and not phrases.is_detail[phrase]:
            continue
        _note_facts(kind, hit, finds, phrases, room)
        last_token = _note_quote(kind, hit, last_token, finds, room)
        _note_pattern(kind, phrase, phrases, room)


@compiled_loop
def _note_facts(kind, hit, finds, phrases, room):
    phrase, worth = finds.phrase[hit], room.worth[hit]
    room.victims[kind] = max(room.victims[kind], phrases.victims[phrase])
    for at in range(phrases.sets_from[phrase], phrases.sets_from[phrase + 1]):
        _note_fact(kind, phrases.sets[at, 0], phrases.sets[at, 1], worth, phrases, room)
    for at in range(finds.bearing_from[hit], finds.bearing_from[hit + 1]):
        found = finds.bearing[at]
        cue = finds.cue[found]
        victims = phrases.cue_victims[cue]
        if victims == NUMBER:
            victims = finds.number[found]
        if victims <= phrases.most_victims:
            room.victims[kind] = max(room.victims[kind], victims)
        for told in range(phrases.cue_sets_from[cue], phrases.cue_sets_from[cue + 1]):
            value = phrases.cue_sets[told, 1]
            if value == NUMBER:
                value = FROM_NUMBER + finds.number[found]
            _note_fact(kind, phrases.cue_sets[told, 0], value, worth, phrases, room)


@compiled_loop
def _note_fact(kind, name, value, worth, phrases, room):
    """Note a fact: of two the graver injury, else what the surer hit tells, else the first."""
    held = room.facts[kind, name]
    if name == phrases.injury and held >= 0:
        if value < FROM_NUMBER and held < FROM_NUMBER and phrases.grade[value] > phrases.grade[held]:
            room.facts[kind, name] = value
    elif worth > room.weight[name]:
        room.facts[kind, name] = value
        room.weight[name] = worth


@compiled_loop
def _note_quote(kind, hit, last_token, finds, room):
    """Note the words of a hit, joined to those before where they touch; give the token where they end."""
    start, end = finds.hit_tokens[hit, 0], finds.hit_tokens[hit, 1]
    at = room.quoted[kind] - 1
    if at >= 0 and start <= last_token:
        if end > last_token:
            room.quotes[kind, at, 1] = finds.hit_places[hit, 1]
            room.quotes[kind, at, 3] = finds.hit_places[hit, 3]
            return end
    elif at + 1 < SHOWN:
        for column in range(4):
            room.quotes[kind, at + 1, column] = finds.hit_places[hit, column]
        room.quoted[kind] += 1
        return end
    return last_token


@compiled_loop
def _note_pattern(kind, phrase, phrases, room):
    """Put a phrase among those of a kind, in the order of their ids, once."""
    at, rank = room.many[kind], phrases.rank[phrase]
    while at > 0 and phrases.rank[room.patterns[kind, at - 1]] > rank:
        at -= 1
    if at > 0 and room.patterns[kind, at - 1] == phrase:
        return
    for moved in range(room.many[kind], at, -1):
        room.patterns[kind, moved] = room.patterns[kind, moved - 1]
    room.patterns[kind, at] = phrase
    room.many[kind] += 1


@compiled_loop
def _is_told(code_kind, phrases, room):
    """Whether the words tell what a code means: its kind, or surely another of its published group."""
    for kind in range(room.certainty.size):
        certainty = room.certainty[kind]
        if certainty != NOT_TOLD:
            if kind == code_kind or (
                certainty >= phrases.counted_together and phrases.covered[code_kind, kind]
            ):
                return True
    return False


@compiled_loop
def _tell_by_code(log, code, finds, phrases, codes, room):
    kind = codes.kind[code]
    worth = codes.alone[code]
    room.looks[0] += 1
    for at in range(finds.cue_from[log], finds.cue_from[log + 1]):
        cue = finds.cue[at]
        category = phrases.category[cue]
        if phrases.is_wide[cue] and phrases.governs[cue, kind] and room.seen[category] != room.looks[0]:
            room.seen[category] = room.looks[0]
            worth *= phrases.factor[category]
    room.certainty[kind] = rounded(worth, FOUR_PLACES)
    room.context[kind] = OPENING_ONLY
    room.victims[kind], room.many[kind], room.quoted[kind] = 1, 1, 0
    room.patterns[kind, 0] = codes.row[code]
    for name in range(room.facts.shape[1]):
        room.facts[kind, name] = -1


@compiled_loop
def leave_out_other_tellings(certainty, slack, phrases, room):
    """Take out each kind that is only another way of telling a surer one."""
    for kind in range(certainty.size):
        room.swallowed[kind] = 0
    for kind in range(certainty.size):
        if certainty[kind] == NOT_TOLD:
            continue
        for other in range(certainty.size):
            if phrases.also[kind, other] and certainty[other] != NOT_TOLD:
                if certainty[other] <= certainty[kind] + slack:
                    room.swallowed[other] = 1
    for kind in range(certainty.size):
        if room.swallowed[kind]:
            certainty[kind] = NOT_TOLD
