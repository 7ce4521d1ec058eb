"""The features of one log and of its kinds, in compiled loops: what
:func:`~firstpoint.screening.ranking.features` and :func:`~firstpoint.screening.ranking.kind_features` say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.columns.telling import LIVE, NOT_TOLD
from firstpoint.screening.network.belief import LIKELY
from firstpoint.screening.ranking import FEW_SENTENCES, LEXICON, SENTENCES

NO_STANDING, DISMISSED, RECORDED, EXPLAINED, ELSEWHERE = range(5)
_LEAST, _MOST = -5.0, 5.0
_HIGHEST = 20.0
_LEAST_WORDED = -6.0
_LAST = 3


class OfNetwork(NamedTuple):
    """What the network says: of each log the log-odds that a crime is ``due`` (float64; no number where it
    was not asked), of the ``kinds`` (float64, logs x kinds; no number for one that it does not tell), and the
    likeliest of their ``labels`` (int32, logs x kinds; -1 for none); no rows where it was asked of no log.
    Of each sentence of the column, whether it is ``telling`` (uint8)."""

    due: NDArray[np.float64]
    kinds: NDArray[np.float64]
    labels: NDArray[np.int32]
    telling: NDArray[np.uint8]


class Weights(NamedTuple):
    """The coefficients of the ranker, the log-odds of the precision of each kind, and those of ranker,
    network and constant (float64) in what both say together, of whether a crime is due and of kinds."""

    coefficients: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    constant: float
    of_kinds: NDArray[np.float64]
    precision: NDArray[np.float64]
    of_due: NDArray[np.float64]
    of_kind: NDArray[np.float64]


@compiled_loop
def odds_of(chance):
    """Give the log-odds of a chance, of 0.01 at least and 0.99 at most."""
    held = min(max(chance, 0.01), 0.99)
    return np.log(held / (1.0 - held))


@compiled_loop
def chance_of(odds):
    """Give the chance of log-odds."""
    return 1.0 / (1.0 + np.exp(-odds))


@compiled_loop
def _of_sentences(leans, side, first, past, most):
    """Fill ``most`` with the three highest log-odds, those near the end, and the place of the highest; give
    all of them together."""
    for at in range(4):
        most[at] = -np.inf
    together, where = 0.0, 0
    for sentence in range(first, past):
        lean = leans[sentence, side]
        together += chance_of(lean)
        if lean > most[0]:
            most[0], most[1], most[2], where = lean, most[0], most[1], sentence
        elif lean > most[1]:
            most[1], most[2] = lean, most[1]
        elif lean > most[2]:
            most[2] = lean
        if sentence >= past - _LAST:
            most[3] = max(most[3], lean)
    most[4] = where
    return np.log1p(together)


@compiled_loop
def _or_least(number):
    return number if number > -np.inf else _LEAST


@compiled_loop
def features_of(log, code, leanings, codes, room, values, most):
    """Fill in the features of a log, in the order of ``FEATURES``."""
    first, past = leanings.sentence_from[log], leanings.sentence_from[log + 1]
    count = past - first
    values[0] = leanings.whole[log]
    values[5] = _of_sentences(leanings.leans, 0, first, past, most)
    told_at = most[4]
    values[1], values[2] = _or_least(most[0]), _or_least(most[1])
    if count >= 3:
        values[3] = (most[0] + most[1] + most[2]) / 3
    elif count == 2:
        values[3] = (most[0] + most[1]) / 2
    else:
        values[3] = values[1]
    values[4] = max(most[3], _LEAST)
    values[9] = _of_sentences(leanings.leans, 1, first, past, most)
    values[6], values[7], values[8] = _or_least(most[0]), _or_least(most[1]), max(most[3], _LEAST)
    values[10] = count > 1 and most[4] > told_at
    values[11] = np.log1p(np.float64(count))
    left, kinds, undone, told = 1.0, 0, 0, False
    for kind in range(room.certainty.size):
        certainty = room.certainty[kind]
        if certainty != NOT_TOLD:
            told = True
            left *= 1.0 - certainty
            kinds += certainty >= 0.4
            undone += room.context[kind] != LIVE and certainty < 0.3
    values[12] = odds_of(1.0 - left) if told else _LEAST
    values[13], values[14] = min(3, kinds), min(3, undone)
    standing = codes.closing[code]
    values[15], values[16] = standing == DISMISSED, standing == RECORDED
    values[17], values[18] = standing == EXPLAINED, standing == ELSEWHERE
    values[19] = codes.no_report[code]
    values[20] = values[1] - _LEAST if standing == DISMISSED else 0.0
    for at in range(values.size):
        values[at] = min(max(values[at], _LEAST), _HIGHEST)


@compiled_loop
def log_odds(values, weights):
    """Give the log-odds that a crime is due in a log of these features."""
    total = 0.0
    for at in range(values.size):
        total += weights.coefficients[at] * ((values[at] - weights.mean[at]) / weights.spread[at])
    wanting = max(0.0, FEW_SENTENCES - np.expm1(values[SENTENCES]))
    return total + weights.constant - wanting * max(0.0, 1.0 - 2.0 * chance_of(values[LEXICON]))


@compiled_loop
def together(of_ranker, of_network, belief):
    """Give the log-odds of ranker and network; ``of_network`` is no number where the network says nothing."""
    if np.isnan(of_network):
        return of_ranker
    return belief[0] * of_ranker + belief[1] * of_network + belief[2]


@compiled_loop
def likeliest(odds):
    """Give the place of the highest of some numbers, the first of several, or -1 where none is a number."""
    place = -1
    for at in range(odds.size):
        if not np.isnan(odds[at]) and (place < 0 or odds[at] > odds[place]):
            place = at
    return place


@compiled_loop
def place_of_kind(kind, log, leanings, room):
    """Give the most telling of the sentences in which the phrases of a kind stand."""
    most = _LEAST
    first, past = leanings.sentence_from[log], leanings.sentence_from[log + 1]
    for quote in range(room.quoted[kind]):
        start, end = room.quotes[kind, quote, 2], room.quotes[kind, quote, 3]
        low, high = first, past
        while low < high:  # the first sentence that ends behind the quote's beginning
            middle = (low + high) // 2
            if leanings.spans[middle, 3] > start:
                high = middle
            else:
                low = middle + 1
        while low < past and leanings.spans[low, 2] < end:
            most = max(most, leanings.leans[low, 0])
            low += 1
    return min(most, _MOST)


@compiled_loop
def _by_code(kind, phrases, room):
    for at in range(room.many[kind]):
        if phrases.is_code[room.patterns[kind, at]]:
            return 1.0
    return 0.0


@compiled_loop
def shares_of_kinds(log, leanings, said, phrases, weights, room, shares):
    """Fill in the chance of each kind, if any crime is due; -1 for one that nothing tells."""
    label, odds, of_kinds = leanings.label, leanings.odds, weights.of_kinds
    asked = not np.isnan(said.due[log])
    of_network = likeliest(said.kinds[log]) if asked else -1
    most_worded, most_sure, most_told, worded = 0.0, 0.0, _LEAST, False
    for kind in range(shares.size):
        if label[log, kind] >= 0:
            most_worded = max(most_worded, odds[log, kind]) if worded else odds[log, kind]
            worded = True
        most_sure = max(most_sure, room.certainty[kind])
    for sentence in range(leanings.sentence_from[log], leanings.sentence_from[log + 1]):
        most_told = max(most_told, leanings.leans[sentence, 0])
    for kind in range(shares.size):
        told = room.certainty[kind] != NOT_TOLD
        by_words = label[log, kind] >= 0
        shares[kind] = -1.0
        by_network = asked and (kind == of_network or said.kinds[log, kind] >= LIKELY)
        if not told and not by_words and not by_network:
            continue
        words = odds[log, kind] if by_words else _LEAST_WORDED - 1.0
        total = words * of_kinds[0] + (most_worded - words) * of_kinds[1]
        if told:
            place = place_of_kind(kind, log, leanings, room)
            total += odds_of(room.certainty[kind]) * of_kinds[2] + weights.precision[kind] * of_kinds[3]
            total += (most_sure - room.certainty[kind]) * of_kinds[4]
            total += _by_code(kind, phrases, room) * of_kinds[5]
            total += place * of_kinds[6] + (most_told - place) * of_kinds[7]
            total += min(4, room.many[kind]) * of_kinds[8]
        else:
            total += _LEAST * of_kinds[2] - 3.0 * of_kinds[3] + most_sure * of_kinds[4] + _LEAST * of_kinds[6]
        total += of_kinds[9]
        if asked:
            total = together(total, said.kinds[log, kind], weights.of_kind)
        shares[kind] = chance_of(total)
