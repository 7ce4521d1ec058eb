"""Where patterns stand in the tokens of one log, in compiled loops.

Rows of words written as one (*got hold of*) are looked up once for all patterns, by their first two words,
and laid over the tokens as *edges*: from here so many tokens on. A pattern then is a short row of elements,
each of which takes one edge or one token. Its least common element is its anchor: only where a token of the
anchor stands is the pattern tried, from the starts that could reach it. A trial visits each element at each
token at most once, in the order in which a backtracking expression would, so that it finds the same end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.engine.compiling import compiled_loop
from firstpoint.screening.engine.cutting import CLAUSE, ENTRY, SENTENCE

BLOCK_REACH = 6
_U = np.uint64
_ONE, _SIXTY_THREE, _SIX = _U(1), _U(63), _U(6)
SPREAD = _U(0x9E3779B97F4A7C15)


class Patterns(NamedTuple):
    """All patterns of a lexicon as arrays.

    A *code* is a token code or, from the number of those on, a row of words. ``members`` (uint64, codes x
    words of sets): the sets that hold a code. Patterns ``p`` have the elements ``element_from[p]`` to
    ``element_from[p + 1]``, each a gap (``gap`` >= 0) or a set.
    """

    members: NDArray[np.uint64]
    element_from: NDArray[np.int32]
    gap: NDArray[np.int32]  # the most tokens passed over, -1 for an element
    wanted: NDArray[np.int32]  # the set of an element
    optional: NDArray[np.int8]
    least_before: NDArray[np.int32]  # tokens from the start of a pattern to its anchor
    most_before: NDArray[np.int32]
    rank: NDArray[np.int32]  # the order of the patterns' ids
    kinds: NDArray[np.uint64]  # patterns x 2: the kinds of offence that a pattern has a say over, as bits
    block_from: NDArray[np.int32]
    block: NDArray[np.int32]
    phrase_from: NDArray[np.int32]  # for each code, the phrases anchored on it
    phrase: NDArray[np.int32]
    cue_from: NDArray[np.int32]
    cue: NDArray[np.int32]
    leads: NDArray[np.uint8]  # whether a code begins a row of words, and whether it is the second of one
    pair_slots: NDArray[np.int64]  # places x 3: the pair of codes, the first and past-the-last of its rows
    pair_bits: int
    row: NDArray[np.int32]
    row_code: NDArray[np.int32]
    row_from: NDArray[np.int32]
    row_set: NDArray[np.int32]  # the sets of the third and later words of a row


@compiled_loop
def holds(members, code, wanted):  # type: ignore[no-untyped-def]
    """Whether a set holds a code."""
    return (members[code, wanted >> 6] >> _U(wanted & 63)) & _ONE != _U(0)


@compiled_loop
def lay_edges(count, patterns, room):  # type: ignore[no-untyped-def]
    """Lay the rows of words over the tokens; give how many, or -1 where the room is too small."""
    laid, most = 0, room.edge_code.size
    last = (1 << patterns.pair_bits) - 1
    for at in range(count):
        room.edge_from[at] = laid
        code = room.code[at]
        if patterns.leads[code] & 1 == 0 or at + 1 >= count:
            continue
        follower = room.code[at + 1]
        if patterns.leads[follower] & 2 == 0:
            continue
        pair = (np.int64(code) << 20) | np.int64(follower)
        place = np.int64((_U(pair) * SPREAD) >> _U(64 - patterns.pair_bits))
        while patterns.pair_slots[place, 0] != pair and patterns.pair_slots[place, 0] >= 0:
            place = (place + 1) & last
        if patterns.pair_slots[place, 0] < 0:
            continue
        for number in range(patterns.pair_slots[place, 1], patterns.pair_slots[place, 2]):
            row = patterns.row[number]
            begin, end = patterns.row_from[row], patterns.row_from[row + 1]
            size = end - begin + 2
            if at + size > count:
                continue
            fits = True
            for further in range(end - begin):
                if not holds(patterns.members, room.code[at + 2 + further], patterns.row_set[begin + further]):
                    fits = False
                    break
            if fits:
                if laid >= most:
                    return -1
                room.edge_code[laid] = patterns.row_code[row]
                room.edge_size[laid] = size
                laid += 1
    room.edge_from[count] = laid
    return laid


@compiled_loop
def could_begin(pattern, at, patterns, room):  # type: ignore[no-untyped-def]
    """Whether the first element of a pattern can be met at a token."""
    element = patterns.element_from[pattern]
    if patterns.gap[element] >= 0 or patterns.optional[element]:
        return True
    wanted = patterns.wanted[element]
    if holds(patterns.members, room.code[at], wanted):
        return True
    for edge in range(room.edge_from[at], room.edge_from[at + 1]):
        if holds(patterns.members, room.edge_code[edge], wanted):
            return True
    return False


@compiled_loop
def end_from(pattern, start, limit, patterns, room):  # type: ignore[no-untyped-def]
    """Give the token after a pattern that begins at ``start`` and ends by ``limit``, or -1."""
    if not could_begin(pattern, start, patterns, room):
        return -1
    begin = patterns.element_from[pattern]
    size = patterns.element_from[pattern + 1] - begin
    width = room.visited.shape[1]
    for depth in range(1, size + 1):
        for part in range(width):
            room.visited[depth, part] = _U(0)
    depth = 0
    room.place[0] = start
    room.choice[0] = 0
    while depth >= 0:
        if depth == size:
            return room.place[depth]
        element = begin + depth
        at = room.place[depth]
        choice = room.choice[depth]
        following = -1
        gap = patterns.gap[element]
        if gap >= 0:
            if choice == 0:
                following = at
            elif choice <= gap and at + choice <= limit:
                code = room.code[at + choice - 1]
                if code != SENTENCE and code != ENTRY:
                    following = at + choice
            room.choice[depth] = choice + 1
        else:
            wanted = patterns.wanted[element]
            joined = at
            if depth > 0 and at < limit and room.code[at] == CLAUSE:
                joined = at + 1
            edges = 0
            if joined < limit:
                first = room.edge_from[joined]
                edges = room.edge_from[joined + 1] - first
                while choice < edges and following < 0:
                    end = joined + room.edge_size[first + choice]
                    if end <= limit and holds(patterns.members, room.edge_code[first + choice], wanted):
                        following = end
                    choice += 1
                if following < 0 and choice == edges:
                    if holds(patterns.members, room.code[joined], wanted):
                        following = joined + 1
                    choice += 1
            else:
                choice = max(choice, 1)
            if following < 0 and choice == edges + 1:
                if patterns.optional[element]:
                    following = at
                choice += 1
            room.choice[depth] = choice
        if following < 0:
            depth -= 1
            continue
        ahead = following - start
        bit = _ONE << _U(ahead & 63)
        if room.visited[depth + 1, ahead >> 6] & bit:
            continue
        room.visited[depth + 1, ahead >> 6] |= bit
        depth += 1
        room.place[depth] = following
        room.choice[depth] = 0
    return -1


@compiled_loop
def is_blocked(phrase, start, end, count, patterns, room):  # type: ignore[no-untyped-def]
    """Whether a look-alike of a phrase stands around its words."""
    limit = min(count, end + BLOCK_REACH)
    for number in range(patterns.block_from[phrase], patterns.block_from[phrase + 1]):
        block = patterns.block[number]
        for at in range(max(0, start - BLOCK_REACH), limit):
            if end_from(block, at, limit, patterns, room) >= 0:
                return True
    return False


@compiled_loop
def stand(count, first_id, of_code_from, of_code, told, patterns, room):  # type: ignore[no-untyped-def]
    """Find the patterns of an index that stand in the tokens, in no order; give how many, or -1 for no room.

    ``told``: the kinds of offence over which a pattern must have a say. ``room.tried`` remembers up to where
    each pattern was tried, in tokens counted on from log to log.
    """
    found, most = 0, room.found_pattern.size
    sentence = 0
    for at in range(count):
        code = np.int64(room.code[at])
        if code == SENTENCE or code == ENTRY:
            sentence = at + 1
            continue
        edge = room.edge_from[at]
        last_edge = room.edge_from[at + 1]
        while True:
            for number in range(of_code_from[code], of_code_from[code + 1]):
                pattern = of_code[number]
                if (patterns.kinds[pattern, 0] & told[0]) | (patterns.kinds[pattern, 1] & told[1]) == _U(0):
                    continue
                start = max(at - patterns.most_before[pattern], sentence, room.tried[pattern] - first_id)
                last = at - patterns.least_before[pattern]
                while start <= last:
                    end = end_from(pattern, start, count, patterns, room)
                    if end < 0:
                        start += 1
                        continue
                    if not is_blocked(pattern, start, end, count, patterns, room):
                        if found >= most:
                            return -1
                        room.found_pattern[found] = pattern
                        room.found_start[found] = start
                        room.found_end[found] = end
                        found += 1
                    start = end
                room.tried[pattern] = max(room.tried[pattern], first_id + start)
            if edge >= last_edge:
                break
            code = np.int64(room.edge_code[edge])
            edge += 1
    return found


@compiled_loop
def comes_before(one, other, patterns, room):  # type: ignore[no-untyped-def]
    """Whether one find stands before another: by its start, its end, then its id."""
    if room.found_start[one] != room.found_start[other]:
        return room.found_start[one] < room.found_start[other]
    if room.found_end[one] != room.found_end[other]:
        return room.found_end[one] < room.found_end[other]
    return patterns.rank[room.found_pattern[one]] < patterns.rank[room.found_pattern[other]]


@compiled_loop
def put_in_order(found, patterns, room):  # type: ignore[no-untyped-def]
    """Fill ``room.order`` with the finds in the order of the text.

    They come nearly so, each at most the reach of a pattern out of place, so that insertion is quick.
    """
    for number in range(found):
        at = number
        while at > 0 and comes_before(number, room.order[at - 1], patterns, room):
            room.order[at] = room.order[at - 1]
            at -= 1
        room.order[at] = number
