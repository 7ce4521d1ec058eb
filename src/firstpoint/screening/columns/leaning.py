"""How the words of many logs lean, in one compiled loop over their bytes.

What the weights make of a log is said in :mod:`~firstpoint.screening.words.scoring` and, for the kinds that
its words tell, in :func:`~firstpoint.screening.ranking.kind_words`; this loop must say the same of each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.columns.cutting import sentences_of
from firstpoint.screening.engine.compiling import inlined
from firstpoint.screening.engine.loading import fetch_ahead

DONE, NO_ROOM, NO_SPACE = range(3)
SENTENCES, WHY = range(2)  # places in ``state``: sentences written, why the loop stopped
# Shapes of features, as in ``words.cutting``, and the rows of ``Features.of_word`` that hold them.
_PAIR, _AROUND, _THREE = 2, 3, 4
WORD, BEFORE, AFTER, OPENING, CLOSING = range(5)
_BITS = 19
_U = np.uint64
_SPREAD = _U(0x9E3779B97F4A7C15)
_SIEVE = _U(43)  # all but the bits of a place in the sieve
VALUES, LABELS = 2, 5  # places in a feature's row of 32 bytes, in steps of four
_LEAST_TOLD = -1.2
_OF_KIND = -2.0
_LEAST_WORDED = -6.0
NO_KIND = -1


class Features(NamedTuple):
    """The weights as the loop reads them, all that is told of a feature side by side.

    A feature has a place. Those of several words stand in an open table of ``table`` places (a power of two),
    where ``keys`` (int64, places x 4; the first is the key) say which; those of one word, the parts of a log
    and what is always there stand behind it. ``values`` (float32, places x 8) are the same memory: from
    ``VALUES`` on how much a feature makes a sentence tell a crime, undo one, and a log hold one;
    ``numbers`` (int32, places x 8) are so too: at ``LABELS`` stands its row in ``of_labels`` (float32, rows x
    labels), the first of which is that of features that say nothing of labels.

    ``of_word`` (int32, shapes x words) are the places of features of one word, ``fifths`` (int32) those of
    the parts of a log, ``always`` that of what is always there; -1 for none. ``sieve`` (uint64) tells most
    keys that the table does not hold. ``kind_of_label`` (int32) is the number of a label's kind.
    """

    table: int
    keys: NDArray[np.int64]
    values: NDArray[np.float32]
    numbers: NDArray[np.int32]
    of_labels: NDArray[np.float32]
    of_word: NDArray[np.int32]
    fifths: NDArray[np.int32]
    always: int
    sieve: NDArray[np.uint64]
    kind_of_label: NDArray[np.int32]


class Codes(NamedTuple):
    """The places of features (int32) of the words of codes, those of code ``n`` from ``start[n]`` on."""

    places: NDArray[np.int32]
    start: NDArray[np.int32]


class Weighing(NamedTuple):
    """What the loop notes of one log; made once and used for every log.

    ``keys`` (int64, words x 4) and ``grams`` (int32, words x 4) are the features that begin at each word and
    their places. ``met`` (int64) is a small open table of places met, each marked with the number of the
    look for which it was (``looks``, int64).
    """

    keys: NDArray[np.int64]
    grams: NDArray[np.int32]
    listed: NDArray[np.int32]
    met: NDArray[np.int64]
    looks: NDArray[np.int64]
    of_label: NDArray[np.float64]
    best: NDArray[np.float64]  # of each label


class Leanings(NamedTuple):
    """What the loop writes. Those of log ``n`` are the sentences from ``sentence_from[n]`` on.

    ``spans`` (int32, x 4): start and end in bytes, then in characters; ``leans`` (float64, x 2): log-odds
    that a sentence tells a crime, and undoes one; ``kinds`` (uint64, x 2): the kinds that it may tell, as
    bits. For each log ``whole`` (float64), and for each kind ``odds`` (float64) and ``label`` (int32, -1
    where its words do not tell the kind).
    """

    sentence_from: NDArray[np.int64]
    spans: NDArray[np.int32]
    leans: NDArray[np.float64]
    kinds: NDArray[np.uint64]
    whole: NDArray[np.float64]
    odds: NDArray[np.float64]
    label: NDArray[np.int32]


@inlined
def spread(key):
    """Give a key spread over 64 bits."""
    return (_U(key) ^ (_U(key) >> _U(31))) * _SPREAD


@inlined
def may_hold(spread_key, sieve):
    """Whether the table may hold a key."""
    bit = spread_key >> _SIEVE
    return (sieve[bit >> _U(6)] >> (bit & _U(63))) & _U(1) != _U(0)


@compiled_loop
def enter(keys, table, places, held, sieve):
    """Enter features of several words into an open table and fill in their places."""
    last = table - 1
    for number in range(keys.size):
        mixed = spread(keys[number])
        bit = mixed >> _SIEVE
        sieve[bit >> _U(6)] |= _U(1) << (bit & _U(63))
        at = np.int64(mixed >> _U(20)) & last
        while held[at, 0] != 0:
            at = (at + 1) & last
        held[at, 0] = keys[number]
        places[number] = at


@inlined
def _ask(key, features, held):
    """Give a key if the table may hold it, and ask for its place; else nought."""
    mixed = spread(key)
    if not may_hold(mixed, features.sieve):
        return np.int64(0)
    at = (mixed >> _U(20)) & _U(features.table - 1)
    fetch_ahead(held + at * _U(32))
    return key


@inlined
def _place(key, features):
    """Give the place of a feature by its key, or -1."""
    if key == 0:
        return np.int64(-1)
    last, keys = features.table - 1, features.keys
    at = np.int64(spread(key) >> _U(20)) & last
    while keys[at, 0] != 0:
        if keys[at, 0] == key:
            return at
        at = (at + 1) & last
    return np.int64(-1)


@compiled_loop
def _look_up(count, cut, features, room):
    """Fill in the places of the features that begin at each word of a log of ``count`` sentences."""
    words, keys, grams, held = cut.words, room.keys, room.grams, _U(features.keys.ctypes.data)
    for number in range(count):
        past = cut.sentence_from[number + 1]
        for at in range(cut.sentence_from[number], past):
            one = np.int64(words[at]) << (2 * _BITS)
            keys[at, 1] = keys[at, 2] = keys[at, 3] = 0
            if at + 1 < past:
                two = np.int64(words[at + 1]) << _BITS
                keys[at, 1] = _ask((np.int64(_PAIR) << 58) | one | two, features, held)
                if at + 2 < past:
                    three = np.int64(words[at + 2])
                    keys[at, 2] = _ask((np.int64(_AROUND) << 58) | one | three, features, held)
                    keys[at, 3] = _ask((np.int64(_THREE) << 58) | one | two | three, features, held)
    for at in range(cut.sentence_from[count]):
        grams[at, 0] = features.of_word[WORD, words[at]]
        for shape in range(1, 4):
            grams[at, shape] = _place(keys[at, shape], features)


@inlined
def _begin_look(size, room):
    """Begin a look at some features, ``size`` at most; give the last place of the table of those met."""
    room.looks[0] += 1
    last = np.int64(63)
    while last < 2 * size:
        last = 2 * last + 1
    return last


@inlined
def _is_new(place, last, room):
    """Whether a feature is met for the first time in a look."""
    marked = (room.looks[0] << 32) | place
    at = (np.int64(place) * 40503 >> 4) & last
    while room.met[at] >> 32 == room.looks[0]:
        if room.met[at] == marked:
            return False
        at = (at + 1) & last
    room.met[at] = marked
    return True


@compiled_loop
def _weigh_beside(words, first, past, of_word, features, room):
    """Give what the words of a sentence beside say of one, and how many of them say something."""
    last = _begin_look(past - first, room)
    tells, undoes, seen = 0.0, 0.0, 0
    for at in range(first, past):
        place = of_word[words[at]]
        if place >= 0 and _is_new(place, last, room):
            seen += 1
            tells += features.values[place, VALUES]
            undoes += features.values[place, VALUES + 1]
    return tells, undoes, seen


@compiled_loop
def _weigh_sentence(number, last_number, cut, features, room, sentence, out):
    """Write how a sentence leans, list the features of its own words, and give how many they are."""
    words, begins, values = cut.words, cut.sentence_from, features.values
    first, past = begins[number], begins[number + 1]
    last = _begin_look(4 * (past - first), room)
    tells, undoes, count = 0.0, 0.0, 0
    for at in range(first, past):
        for shape in range(4):
            place = room.grams[at, shape]
            if place >= 0 and _is_new(place, last, room):
                room.listed[count] = place
                count += 1
                tells += values[place, VALUES]
                undoes += values[place, VALUES + 1]
    seen = count
    if number > 0:
        one = _weigh_beside(words, begins[number - 1], first, features.of_word[BEFORE], features, room)
        tells, undoes, seen = tells + one[0], undoes + one[1], seen + one[2]
    if number < last_number:
        one = _weigh_beside(words, past, begins[number + 2], features.of_word[AFTER], features, room)
        tells, undoes, seen = tells + one[0], undoes + one[1], seen + one[2]
    for place in (features.fifths[min(4, 5 * number // (last_number + 1))], np.int32(features.always)):
        if place >= 0:
            seen += 1
            tells += values[place, VALUES]
            undoes += values[place, VALUES + 1]
    many = np.sqrt(max(1, seen))
    out.leans[sentence, 0] = tells / many
    out.leans[sentence, 1] = undoes / many
    return count


@compiled_loop
def _weigh_log(count, opening, closing, codes, cut, features, room):
    """Give how a log as a whole leans."""
    words = cut.sentence_from[count]
    last = _begin_look(4 * words, room)
    whole, seen = 0.0, 0
    for at in range(words):
        for shape in range(4):
            place = room.grams[at, shape]
            if place >= 0 and _is_new(place, last, room):
                seen += 1
                whole += features.values[place, VALUES + 2]
    for told, code in ((codes[0], opening), (codes[1], closing)):
        for at in range(told.start[code], told.start[code + 1]):
            seen += 1
            whole += features.values[told.places[at], VALUES + 2]
    if features.always >= 0:
        seen += 1
        whole += features.values[features.always, VALUES + 2]
    return whole / np.sqrt(max(1, seen))


@compiled_loop
def _weigh_labels(count, told, opening, features, room):
    """Fill in how a sentence leans to each label."""
    of_label, grams = room.of_label, 0
    for label in range(of_label.size):
        of_label[label] = 0.0
    for at in range(count):
        grams += _add_labels(room.listed[at], features, of_label)
    for at in range(told.start[opening], told.start[opening + 1]):
        grams += _add_labels(told.places[at], features, of_label)
    many = np.sqrt(max(1, grams))
    for label in range(of_label.size):
        of_label[label] /= many


@inlined
def _add_labels(place, features, of_label):
    row = features.numbers[place, LABELS]
    if row > 0:
        for label in range(of_label.size):
            of_label[label] += features.of_labels[row, label]
    return row > 0


@compiled_loop
def _note_labels(place, features, room, out):
    """Take what a sentence says of each label into the best of the log, and write the kinds it may tell."""
    of_label, best = room.of_label, room.best
    most = of_label[0]
    for label in range(of_label.size):
        most = max(most, of_label[label])
    # Most labels are not spoken of at all, and are all as likely.
    total, of_none = 0.0, np.exp(-most)
    for label in range(of_label.size):
        total += of_none if of_label[label] == 0.0 else np.exp(of_label[label] - most)
    logsum = most + np.log(total)
    tells = log_chance(out.leans[place, 0])
    for label in range(of_label.size):
        best[label] = max(best[label], of_label[label] - logsum + tells)
        if of_label[label] >= most + _OF_KIND:
            kind = features.kind_of_label[label]
            out.kinds[place, kind >> 6] |= _U(1) << _U(kind & 63)


@compiled_loop
def log_chance(odds):
    """Give the logarithm of the chance of log-odds."""
    return -log_add(0.0, -odds)


@compiled_loop
def log_add(one, other):
    """Give the logarithm of the sum of two numbers given by theirs."""
    if one == -np.inf:
        return other
    if one == other:
        return one + np.log(2.0)
    more, less = max(one, other), min(one, other)
    return more + np.log1p(np.exp(less - more))


@compiled_loop
def _write_kinds(log, features, room, out):
    """Write the odds and the likeliest label of each kind that the words of a log tell."""
    best, kind_of = room.best, features.kind_of_label
    for kind in range(out.odds.shape[1]):
        out.odds[log, kind] = -np.inf
        out.label[log, kind] = NO_KIND
    for label in range(best.size):
        likeliest = out.label[log, kind_of[label]]
        if best[label] >= _LEAST_WORDED and (likeliest < 0 or best[label] > best[likeliest]):
            out.label[log, kind_of[label]] = label
    for label in range(best.size):
        kind = kind_of[label]
        if out.label[log, kind] >= 0:
            out.odds[log, kind] = log_add(out.odds[log, kind], best[label])


@compiled_loop
def lean_log(log, count, opening, closing, codes, features, cut, room, first, out):
    """Write how the sentences of a log, cut already, and the log itself lean."""
    best = room.best
    for label in range(best.size):
        best[label] = -np.inf
    _look_up(count, cut, features, room)
    flat = -np.inf
    for number in range(count):
        sentence = first + number
        for column in range(4):
            out.spans[sentence, column] = cut.spans[number, column]
        grams = _weigh_sentence(number, count - 1, cut, features, room, sentence, out)
        out.kinds[sentence, 0], out.kinds[sentence, 1] = _U(0), _U(0)
        if out.leans[sentence, 0] < _LEAST_TOLD:
            # No label stands out: of each the same is said.
            out.kinds[sentence, 0], out.kinds[sentence, 1] = ~_U(0), ~_U(0)
            flat = max(flat, log_chance(out.leans[sentence, 0]) - np.log(np.float64(best.size)))
            continue
        _weigh_labels(grams, codes[0], opening, features, room)
        _note_labels(sentence, features, room, out)
    for label in range(best.size):
        best[label] = max(best[label], flat)
    _write_kinds(log, features, room, out)
    out.whole[log] = _weigh_log(count, opening, closing, codes, cut, features, room)


@compiled_loop
def lean_logs(first, addresses, lengths, opening, closing, known, cut, room, out, state):
    """Lean logs from ``first`` on until all are done or the room or the space is full.

    ``opening`` and ``closing`` (int32) are places of their codes. Gives the number of the next log;
    ``state[WHY]`` says why it stopped there.
    """
    letters, spellings, features, codes = known
    state[WHY] = DONE
    for log in range(first, addresses.size):
        count = sentences_of(addresses[log], max(lengths[log], 0), letters, spellings, cut)
        if count < 0:
            state[WHY] = NO_ROOM
            return log
        if state[SENTENCES] + count > out.leans.shape[0]:
            state[WHY] = NO_SPACE
            return log
        lean_log(log, count, opening[log], closing[log], codes, features, cut, room, state[SENTENCES], out)
        state[SENTENCES] += count
        out.sentence_from[log + 1] = state[SENTENCES]
    return addresses.size
