"""The disclosures of each log of a column, in one compiled loop: what
:class:`~firstpoint.screening.logreading.LogReader` says of a log, over arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.columns.rounding import FOUR_PLACES, rounded
from firstpoint.screening.columns.scoring import chance_of, features_of, log_odds, shares_of_kinds, together
from firstpoint.screening.columns.telling import (
    LIVE,
    NOT_TOLD,
    SHOWN,
    leave_out_other_tellings,
    tell,
)
from firstpoint.screening.ranking import STANDS_FROM

MOST_KINDS = 6
GIVEN = 0  # place in ``state``: disclosures written; behind it facts, patterns and quotes
_LEAST_CERTAIN, _LEAST_OF_LOG = 0.05, 0.01
_TELLING = -0.4
_U = np.uint64


class Choice(NamedTuple):
    """What the choice of kinds needs to know.

    ``label_facts`` (int32, x 2) are name and value of the facts of a label, from ``label_facts_from`` on;
    ``labelled``, ``is_fraud`` and ``needs_confirming`` (uint8) are told of kinds, ``takes_away`` (uint8) of
    contexts; ``unconfirmed`` is that of what a victim has not confirmed; ``ours`` (int32) are name and value
    of the fact that makes a fraud this force's; ``by_words`` is
    the place of the pattern that stands for words.
    """

    label_facts: NDArray[np.int32]
    label_facts_from: NDArray[np.int32]
    labelled: NDArray[np.uint8]
    is_fraud: NDArray[np.uint8]
    needs_confirming: NDArray[np.uint8]
    takes_away: NDArray[np.uint8]
    unconfirmed: int
    ours: NDArray[np.int32]
    by_words: int


class Given(NamedTuple):
    """The disclosures of a column, those of log ``n`` from ``given_from[n]`` on.

    Of each: ``kind``, ``context``, ``victims`` (int32), ``certainty`` (float64), and from their places in
    ``facts_from``, ``patterns_from`` and ``quotes_from`` its facts (int32, name and value), patterns (int32)
    and quotes (int32, start and end in bytes, then in characters).
    """

    given_from: NDArray[np.int64]
    kind: NDArray[np.int32]
    context: NDArray[np.int32]
    victims: NDArray[np.int32]
    certainty: NDArray[np.float64]
    facts_from: NDArray[np.int64]
    facts: NDArray[np.int32]
    patterns_from: NDArray[np.int64]
    patterns: NDArray[np.int32]
    quotes_from: NDArray[np.int64]
    quotes: NDArray[np.int32]


class Choosing(NamedTuple):
    """What the loop notes of one log: features, shares and certainties of kinds, the kinds chosen, facts."""

    values: NDArray[np.float64]
    most: NDArray[np.float64]
    shares: NDArray[np.float64]
    certainty: NDArray[np.float64]
    chosen: NDArray[np.int32]
    exact: NDArray[np.float64]
    facts: NDArray[np.int32]


@compiled_loop
def _choose(most, room):
    """Fill in the likeliest kinds and their certainties; give how many."""
    for kind in range(room.certainty.size):
        room.certainty[kind] = NOT_TOLD
    for number in range(MOST_KINDS):
        best = -1
        for kind in range(room.shares.size):
            if room.shares[kind] >= 0.0 and (best < 0 or room.shares[kind] > room.shares[best]):
                best = kind
        if best < 0:
            return number
        room.chosen[number] = best
        room.exact[number] = most if number == 0 else most * room.shares[best]
        certainty = rounded(room.exact[number], FOUR_PLACES)
        if certainty >= (_LEAST_OF_LOG if number == 0 else _LEAST_CERTAIN):
            room.certainty[best] = certainty
        room.shares[best] = -1.0
    return MOST_KINDS


@compiled_loop
def _write_facts(kind, label, choice, telling, room, out, past):
    facts = room.facts
    for name in range(facts.size):
        facts[name] = -1
    if label >= 0:
        for at in range(choice.label_facts_from[label], choice.label_facts_from[label + 1]):
            facts[choice.label_facts[at, 0]] = choice.label_facts[at, 1]
    if telling.certainty[kind] != NOT_TOLD:
        for name in range(facts.size):
            if telling.facts[kind, name] >= 0:
                facts[name] = telling.facts[kind, name]
    if choice.is_fraud[kind] and facts[choice.ours[0]] < 0:
        facts[choice.ours[0]] = choice.ours[1]
    for name in range(facts.size):
        if facts[name] >= 0:
            out.facts[past, 0], out.facts[past, 1] = name, facts[name]
            past += 1
    return past


@compiled_loop
def _write_patterns(kind, choice, telling, out, past):
    if telling.certainty[kind] == NOT_TOLD:
        out.patterns[past] = choice.by_words
        return past + 1
    for at in range(telling.many[kind]):
        out.patterns[past] = telling.patterns[kind, at]
        past += 1
    return past


@compiled_loop
def _next_sentence(sentence, past, kind, is_first, most, choice, leanings, by_network):
    """Give the next sentence that is shown for a kind, or ``past``."""
    while sentence < past:
        tells = leanings.leans[sentence, 0]
        if tells >= _TELLING or tells == most or (by_network.size > 0 and by_network[sentence]):
            of_kind = (leanings.kinds[sentence, kind >> 6] >> _U(kind & 63)) & _U(1) != _U(0)
            if is_first or (choice.labelled[kind] and of_kind):
                return sentence
        sentence += 1
    return past


@compiled_loop
def _write_quotes(log, kind, is_first, choice, leanings, by_network, telling, out, begin):
    """Write the quotes of a kind and the sentences that tell it, those that overlap joined."""
    sentence, past = leanings.sentence_from[log], leanings.sentence_from[log + 1]
    most = -np.inf
    for at in range(sentence, past):
        most = max(most, leanings.leans[at, 0])
    quoted = telling.quoted[kind] if telling.certainty[kind] != NOT_TOLD else 0
    quotes, spans, quote, count = telling.quotes, leanings.spans, 0, begin
    sentence = _next_sentence(sentence, past, kind, is_first, most, choice, leanings, by_network)
    while quote < quoted or sentence < past:
        by_quote = sentence >= past
        if not by_quote and quote < quoted:
            start, other = quotes[kind, quote, 2], spans[sentence, 2]
            by_quote = start < other or (start == other and quotes[kind, quote, 3] <= spans[sentence, 3])
        if by_quote:
            one = quotes[kind, quote]
            quote += 1
        else:
            one = spans[sentence]
            sentence += 1
            sentence = _next_sentence(sentence, past, kind, is_first, most, choice, leanings, by_network)
        if count > begin and one[2] <= out.quotes[count - 1, 3]:
            if one[3] > out.quotes[count - 1, 3]:
                out.quotes[count - 1, 1], out.quotes[count - 1, 3] = one[1], one[3]
        elif count - begin < SHOWN:
            for column in range(4):
                out.quotes[count, column] = one[column]
            count += 1
    return count


@compiled_loop
def _write(log, number, is_first, choice, leanings, said, telling, room, out, state):
    kind, certainty = room.chosen[number], room.exact[number]
    at, told = state[GIVEN], telling.certainty[kind] != NOT_TOLD
    context = telling.context[kind] if told else LIVE
    if certainty >= STANDS_FROM and choice.takes_away[context] and not choice.needs_confirming[kind]:
        context = LIVE
    out.kind[at], out.context[at], out.certainty[at] = kind, context, room.certainty[kind]
    if choice.needs_confirming[kind] and context == choice.unconfirmed:
        out.certainty[at] = max(out.certainty[at], telling.certainty[kind])
    out.victims[at] = telling.victims[kind] if told else 1
    label = leanings.label[log, kind]
    if not np.isnan(said.due[log]) and said.labels[log, kind] >= 0:
        label = said.labels[log, kind]
    state[1] = _write_facts(kind, label, choice, telling, room, out, state[1])
    state[2] = _write_patterns(kind, choice, telling, out, state[2])
    state[3] = _write_quotes(log, kind, is_first, choice, leanings, said.telling, telling, out, state[3])
    out.facts_from[at + 1], out.patterns_from[at + 1], out.quotes_from[at + 1] = state[1], state[2], state[3]
    state[GIVEN] = at + 1


@compiled_loop
def choose(first, code_of, said, leanings, finds, known, telling, room, out, state):
    """Write what logs from ``first`` on disclose, until all are done or the space is full.

    ``code_of`` (int32): the place of each log's codes; ``said``
    (:class:`~firstpoint.screening.columns.scoring.OfNetwork`): what the network says. Gives the number of the
    next log.
    """
    phrases, codes, weights, choice = known
    most_facts, most_patterns = MOST_KINDS * room.facts.size, MOST_KINDS * telling.patterns.shape[1]
    for log in range(first, code_of.size):
        if (
            state[GIVEN] + MOST_KINDS > out.kind.size
            or state[1] + most_facts > out.facts.shape[0]
            or state[2] + most_patterns > out.patterns.size
            or state[3] + MOST_KINDS * SHOWN > out.quotes.shape[0]
        ):
            return log
        code = code_of[log]
        tell(log, code, finds, phrases, codes, telling)
        features_of(log, code, leanings, codes, telling, room.values, room.most)
        most = chance_of(together(log_odds(room.values, weights), said.due[log], weights.of_due))
        shares_of_kinds(log, leanings, said, phrases, weights, telling, room.shares)
        count = _choose(most, room)
        leave_out_other_tellings(room.certainty, phrases.slack * most, phrases, telling)
        is_first = True
        for number in range(count):
            kind = room.chosen[number]
            if room.certainty[kind] == NOT_TOLD:
                continue
            if is_first:  # it carries the chance of the log, whatever it stands for
                room.exact[number], room.certainty[kind] = most, rounded(most, FOUR_PLACES)
            _write(log, number, is_first, choice, leanings, said, telling, room, out, state)
            is_first = False
        out.given_from[log + 1] = state[GIVEN]
    return code_of.size
