"""The one pass over a column of logs, as a compiled loop: cut, match, bring cues to bear, write down."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.engine.bearing import bring_to_bear, mark_stops
from firstpoint.screening.engine.compiling import compiled_loop, inlined
from firstpoint.screening.engine.cutting import cut_into, eight_from, look_up
from firstpoint.screening.engine.loading import bits_set
from firstpoint.screening.engine.standing import CUES, PHRASES, put_in_order, stand, survey

DONE, NO_ROOM, NO_SPACE, WORDS_FULL = range(4)
# Places in ``state``: finds written, cues written, bearings written, why the loop stopped, tokens so far.
HITS, CUES_FOUND, BEARINGS, WHY, TOKENS = range(5)
STRETCH = 64  # bytes between which characters are counted up
_U = np.uint64
_HIGH = _U(0x8080808080808080)


class Room(NamedTuple):
    """What the loop notes while it reads one log; made once and used for every log."""

    code: NDArray[np.uint32]
    meeting: NDArray[np.int32]  # the row of the needs that a token meets
    size: NDArray[np.uint8]  # of a word that is not looked up yet
    keys: NDArray[np.uint64]  # tokens x 4: two halves of the key of such a word, its place in the table
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    behind: NDArray[np.int32]  # for each stretch of bytes, those before it that only carry a character on
    stop: NDArray[np.int32]
    stop_victims: NDArray[np.int32]
    entry: NDArray[np.int32]
    of_phrases: NDArray[np.uint64]  # anchors: the token << 20 | the code
    of_cues: NDArray[np.uint64]
    sentence_end: NDArray[np.int32]
    edge_from: NDArray[np.int32]
    edges: NDArray[np.uint32]  # edges x 2: the code of the row of words, its tokens
    found: NDArray[np.int32]  # finds x 3: the pattern, its first and past-the-last token
    order: NDArray[np.int32]
    tried: NDArray[np.int64]  # for each pattern
    met: NDArray[np.uint64]  # sentences x words: the needs that it meets, as bits
    choices: NDArray[np.int64]  # elements of the longest pattern x 2
    visited: NDArray[np.uint64]  # elements x words of tokens
    key: NDArray[np.uint64]
    chunk: NDArray[np.uint64]
    spelt: NDArray[np.int64]
    kept: NDArray[np.uint8]
    tally: NDArray[np.int64]  # words, those of another script, then words by language
    told: NDArray[np.uint64]
    seen_log: NDArray[np.int32]  # for each cue
    seen_entry: NDArray[np.int32]
    seen_earlier: NDArray[np.int32]
    of_log: NDArray[np.int32]
    of_entry: NDArray[np.int32]
    of_earlier: NDArray[np.int32]


class Out(NamedTuple):
    """What the loop writes; hits and cues of a log stand together, in the order of the text."""

    hit_from: NDArray[np.int64]  # logs + 1
    cue_from: NDArray[np.int64]
    tokens: NDArray[np.int32]  # logs
    tally: NDArray[np.int32]  # logs x places of the tally
    phrase: NDArray[np.int32]
    hit_start: NDArray[np.int32]
    hit_end: NDArray[np.int32]
    hit_places: NDArray[np.int32]  # hits x 4: start and end in bytes, start and end in characters
    bearing_from: NDArray[np.int64]
    cue: NDArray[np.int32]
    cue_start: NDArray[np.int32]
    cue_end: NDArray[np.int32]
    cue_places: NDArray[np.int32]
    bearing: NDArray[np.int32]


@inlined
def carried_on(word):
    """Give how many of eight bytes only carry a character on."""
    return bits_set(word & ~(word << _U(1)) & _HIGH)


@inlined
def count_behind(address, length, behind):
    """Fill in how many bytes before each stretch of :data:`STRETCH` only carry a character on.

    Gives whether there are any in the text.
    """
    total = 0
    for at in range(0, length, 8):
        if at & (STRETCH - 1) == 0:
            behind[at // STRETCH] = total
        total += carried_on(eight_from(address, at, length))
    return total > 0


@inlined
def character_place(address, place, behind):
    """Give the place of a byte in characters."""
    if place == 0:
        return place
    # The end of a text may be the edge of a stretch that was never begun: counted from the stretch before.
    at = (place - 1) & ~(STRETCH - 1)
    total = np.int64(behind[(place - 1) // STRETCH])
    while at + 8 <= place:
        total += carried_on(eight_from(address, at, place))
        at += 8
    return place - total - carried_on(eight_from(address, at, place))


@inlined
def write_places(places, number, start, end, address, is_plain, room):
    """Write where the tokens of a find stand in the text."""
    begin, past = np.int64(room.start[start]), np.int64(room.end[end - 1])
    places[number, 0] = begin
    places[number, 1] = past
    places[number, 2] = begin if is_plain else character_place(address, begin, room.behind)
    places[number, 3] = past if is_plain else character_place(address, past, room.behind)


@inlined
def read_log(log, address, length, asked, lexis, room, out, state):
    """Read one log and write its finds; give why it could not be, or DONE."""
    letters, words, patterns, cues, kind_of, all_kinds = lexis
    told = room.told
    first_hit, first_cue, bearings = state[HITS], state[CUES_FOUND], state[BEARINGS]
    if length // STRETCH + 2 > room.behind.size:
        return NO_ROOM
    count = cut_into(address, length, letters, words, room)
    if count < 0:
        return NO_ROOM
    look_up(count, words, patterns.codes, room)
    anchors, anchors_of_cues = survey(count, patterns, room)
    if anchors < 0:
        return NO_ROOM
    first_id = state[TOKENS]
    state[TOKENS] += count + 1
    told[0], told[1] = all_kinds[0], all_kinds[1]
    hits, found, is_plain = 0, 0, True
    for which in range(PHRASES, CUES + 1, CUES - PHRASES):
        listed, many = room.of_phrases, anchors
        if which == CUES:
            listed, many = room.of_cues, anchors_of_cues
        found = stand(count, listed, many, first_id, which, told, patterns, room)
        if found < 0:
            return NO_ROOM
        if which == PHRASES:
            hits = found
            told[0], told[1] = _U(0), _U(0)
            if asked >= 0:
                told[asked >> 6] |= _U(1) << _U(asked & 63)
            if hits == 0 and asked < 0:
                break
            is_plain = not count_behind(address, length, room.behind)
        if (first_hit if which == PHRASES else first_cue) + found > out.phrase.size:
            return NO_SPACE
        put_in_order(found, patterns, room)
        for number in range(found):
            find = room.order[number]
            pattern, start, end = room.found[find, 0], room.found[find, 1], room.found[find, 2]
            if which == PHRASES:
                place = first_hit + number
                out.phrase[place] = pattern
                out.hit_start[place] = start
                out.hit_end[place] = end
                write_places(out.hit_places, place, start, end, address, is_plain, room)
                kind = kind_of[pattern]
                told[kind >> 6] |= _U(1) << _U(kind & 63)
                out.bearing_from[place + 1] = bearings
            else:
                place = first_cue + number
                out.cue[place] = pattern - kind_of.size
                out.cue_start[place] = start
                out.cue_end[place] = end
                write_places(out.cue_places, place, start, end, address, is_plain, room)
    if hits > 0 and found > 0:
        mark_stops(count, cues, room)
        bearings = bring_to_bear(hits, first_hit, found, first_cue, kind_of, cues, out, room, bearings)
        if bearings < 0:
            return NO_SPACE
    state[HITS] += hits
    state[CUES_FOUND] += found if hits > 0 or asked >= 0 else 0
    state[BEARINGS] = bearings
    out.tokens[log] = count
    for number in range(room.tally.size):
        out.tally[log, number] = room.tally[number]
    return DONE


@compiled_loop
def read_logs(first, addresses, lengths, asked, lexis, room, out, state):
    """Read logs from ``first`` on until all are done or the room, the space or the table of words is full.

    Gives the number of the next log to read; ``state[WHY]`` says why it stopped there.
    """
    state[WHY] = DONE
    words = lexis[1]
    for log in range(first, addresses.size):
        if lengths[log] > 0:
            why = read_log(log, addresses[log], lengths[log], asked[log], lexis, room, out, state)
            if why != DONE:
                state[WHY] = why
                return log
        else:
            out.tokens[log] = 0
            for number in range(room.tally.size):
                out.tally[log, number] = 0
        out.hit_from[log + 1] = state[HITS]
        out.cue_from[log + 1] = state[CUES_FOUND]
        if words.state[0] >= words.state[1]:
            state[WHY] = WORDS_FULL
            return log + 1
    return addresses.size
