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

from firstpoint.screening.engine.compiling import compiled_loop, inlined
from firstpoint.screening.engine.cutting import CLAUSE, ENTRY, SENTENCE

BLOCK_REACH = 6
SIEVE = np.uint64(64 - 17)
NEEDS = 16  # words of bits for needs
ALWAYS_MET = 64 * NEEDS - 1  # the bit of no need, where a pattern has fewer than are listed
NEEDS_LISTED = 4
# In a row of ``codes``: flags, where the phrases and cues anchored on it begin in ``anchored``, its place in
# ``needs``.
CODE_FLAGS, CODE_ANCHORED, CODE_NEEDS = np.uint64(0), np.uint64(1), np.uint64(2)
PHRASES, CUES = 0, 32  # by how many bits of that word
LONGEST_ROW = 16  # words of a row of words
# Nothing anchored. In ``anchored``: a pattern, the mark of the last one that is anchored on a code, and above
# them the pattern's two rarest needs.
NONE, LAST = np.uint64(0xFFFFFFFF), np.uint64(0x80000000)
FIRST, SECOND, ENDS = np.uint64(1), np.uint64(2), np.uint64(4)  # place in a row of words; ends a sentence
# In a row of ``patterns``: two further needs of sixteen bits each; the kinds it has a say over, its elements
# (the first, how many << 32), the tokens from its start to its anchor (the least, how many more << 32), its
# look-alikes (as its elements).
PATTERN_NEEDS, PATTERN_KINDS, PATTERN_ELEMENTS, PATTERN_BEFORE, PATTERN_BLOCKS = map(
    np.uint64, (0, 2, 4, 5, 6)
)
_U = np.uint64
_ONE, _SIXTY_THREE, _SIX = _U(1), _U(63), _U(6)
_TWO, _THREE = _U(2), _U(3)
_TWENTY, _TWENTY_BITS = _U(20), _U(0xFFFFF)
LOWER, _HALF = _U(0xFFFFFFFF), _U(32)
_SIXTEEN, _NEED = _U(16), _U(0xFFFF)
SPREAD = _U(0x9E3779B97F4A7C15)


class Patterns(NamedTuple):
    """All patterns of a lexicon as arrays.

    A *code* is a token code or, from the number of those on, a row of words. What is asked of every token or
    pattern stands in one row of words of 64 bits, so that it is fetched at once.
    """

    codes: NDArray[np.uint64]  # rows of 4, one after the other: see CODE_...
    patterns: NDArray[np.uint64]  # rows of 8, one after the other: see PATTERN_...
    needs: NDArray[np.uint64]  # rows of NEEDS: the needs that codes meet, as bits; the first row meets none
    members: NDArray[np.uint64]  # codes x words of sets: the sets that hold a code, as bits
    # Elements x 4: the most tokens passed over or -1, the set, whether optional, the need that it is or -1.
    elements: NDArray[np.int32]
    rank: NDArray[np.int32]  # the order of the patterns' ids
    block: NDArray[np.uint32]  # the look-alikes of phrases, one phrase after the other
    anchored: NDArray[np.uint64]  # the phrases, then the cues anchored on each code, with their rarest needs
    pair_slots: NDArray[
        np.int64
    ]  # places x 4: the pair of codes, the first and past-the-last of its ``rows``
    pair_bits: int
    pair_sieve: NDArray[np.uint64]  # a bit for each pair, by the same hash, to pass most others by
    rows: NDArray[
        np.int32
    ]  # rows of words x 16: the code, the words beyond two, for each its code or -1 - its set


@inlined
def halves(word):
    """Give the lower and the upper half of a word."""
    return np.int64(word & LOWER), np.int64(word >> _HALF)


@inlined
def holds(members, code, wanted):
    """Whether a set holds a code."""
    return (members[code, _U(wanted) >> _SIX] >> (_U(wanted) & _SIXTY_THREE)) & _ONE != _U(0)


@compiled_loop
def rows_of(pair, hashed, slots, bits):
    """Give the place in ``slots`` of the rows of words that begin with a pair of codes, or -1."""
    place = np.int64(hashed >> _U(64 - bits))
    while slots[place, 0] != pair:
        if slots[place, 0] < 0:
            return -1
        place = (place + 1) & ((1 << bits) - 1)
    return place


@inlined
def met_by_nothing(met, sentence):
    """Begin the needs that a sentence meets."""
    for part in range(NEEDS - 1):
        met[sentence, part] = _U(0)
    met[sentence, NEEDS - 1] = _ONE << _SIXTY_THREE


@inlined
def survey(count, patterns, room):
    """Look at each token once: lay the rows of words, note the anchors, and what each sentence meets.

    Fills the edges of token ``t``, those from ``room.edge_from[t]`` to ``room.edge_from[t + 1]``; the list
    of anchors of phrases and that of cues (the token << 20 | the code); of each sentence the token after it
    and the needs it meets. Gives how many anchors of each there are, or -1 where the room is too small.
    """
    laid, most = 0, room.edges.shape[0] - 8
    codes, begins, edges = room.code, room.edge_from, room.edges
    about, slots, sieve, rows = patterns.codes, patterns.pair_slots, patterns.pair_sieve, patterns.rows
    of_phrases, of_cues, ends, met = room.of_phrases, room.of_cues, room.sentence_end, room.met
    meeting = room.meeting
    phrases, cues, sentence = 0, 0, 0
    before, pair, needs = _U(0), _U(0), patterns.needs
    met_by_nothing(met, 0)
    for at in range(count):
        code = _U(codes[at])
        row = code << _TWO
        flags, anchored = about[row + CODE_FLAGS], about[row + CODE_ANCHORED]
        of_code = about[row + CODE_NEEDS]
        meeting[at] = of_code
        for part in range(NEEDS):
            met[sentence, part] |= needs[of_code, part]
        pair = ((pair & _TWENTY_BITS) << _TWENTY) | code
        hashed = pair * SPREAD
        bit = hashed >> SIEVE
        if (sieve[bit >> _SIX] >> (bit & _SIXTY_THREE)) & before & (flags >> _ONE) & _ONE:
            place = rows_of(np.int64(pair), hashed, slots, patterns.pair_bits)
            for number in range(slots[place, 1] if place >= 0 else 0, slots[place, 2] if place >= 0 else 0):
                further = np.int64(rows[number, 1])
                fits = at + 1 + further <= count
                for ahead in range(further if fits else 0):
                    wanted, stands = rows[number, 2 + ahead], codes[at + 1 + ahead]
                    if wanted >= 0:
                        fits = fits and wanted == stands
                    else:
                        fits = fits and holds(patterns.members, stands, -1 - wanted)
                if fits:
                    if laid >= most or phrases >= most or cues >= most:
                        return -1, -1
                    edge = _U(rows[number, 0])
                    edges[laid, 0] = edge
                    edges[laid, 1] = further + 2
                    laid += 1
                    of_edge = about[(edge << _TWO) + CODE_ANCHORED]
                    of_phrases[phrases] = of_cues[cues] = (_U(at - 1) << _TWENTY) | edge
                    phrases += of_edge & LOWER != LOWER
                    cues += of_edge >> _HALF != LOWER
        of_phrases[phrases] = of_cues[cues] = (_U(at) << _TWENTY) | code
        phrases += anchored & LOWER != LOWER
        cues += anchored >> _HALF != LOWER
        before = flags & FIRST
        begins[at] = laid
        if flags & ENDS:
            ends[sentence] = at
            sentence += 1
            met_by_nothing(met, sentence)
        if phrases >= most or cues >= most:
            return -1, -1
    begins[count] = laid
    ends[sentence] = count
    return phrases, cues


@inlined
def meets(members, wanted, at, codes, begins, edges):
    """Whether a set holds the token or an edge at a place."""
    met = holds(members, codes[at], wanted)
    for edge in range(begins[at], begins[at + 1]):
        met = met or holds(members, edges[edge, 0], wanted)
    return met


@inlined
def meets_need(need, at, needs, meeting):
    """Whether a token meets a need."""
    return (needs[meeting[at], need >> 6] >> _U(need & 63)) & _ONE != _U(0)


@compiled_loop
def end_from(begin, size, start, limit, seen):
    """Give the token after a pattern that begins at ``start`` and ends by ``limit``, or -1.

    The pattern's elements are ``size`` from ``begin`` on; ``seen`` is what :func:`stand` lays out. Of it
    ``choices`` (depths x 2) notes for each element where it is tried and which way was tried last,
    ``visited`` where each was tried already.
    """
    members, elements, codes, begins, edges, needs, meeting, choices, visited = seen
    for depth in range(1, size + 1):
        for part in range(visited.shape[1]):
            visited[depth, part] = _U(0)
    depth = 0
    choices[0, 0] = start
    choices[0, 1] = 0
    while depth >= 0:
        at = choices[depth, 0]
        if depth == size:
            return at
        choice = choices[depth, 1]
        following = np.int64(-1)
        gap, wanted = elements[begin + depth, 0], elements[begin + depth, 1]
        if gap >= 0:
            if choice == 0:
                following = at
            elif choice <= gap and at + choice <= limit:
                code = codes[at + choice - 1]
                if code != SENTENCE and code != ENTRY:
                    following = at + choice
            choice += 1
        else:
            joined = at
            if depth > 0 and at < limit and codes[at] == CLAUSE:
                joined = at + 1
            many = 0
            if joined < limit:
                first = begins[joined]
                many = begins[joined + 1] - first
                while choice < many and following < 0:
                    end = joined + edges[first + choice, 1]
                    if end <= limit and holds(members, edges[first + choice, 0], wanted):
                        following = end
                    choice += 1
                if following < 0 and choice == many:
                    # The needs of the log's own tokens are at hand, the sets of all codes are not.
                    need = elements[begin + depth, 3]
                    may = need < 0 or meets_need(need, joined, needs, meeting)
                    if may and holds(members, codes[joined], wanted):
                        following = joined + 1
                    choice += 1
            else:
                choice = max(choice, 1)
            if following < 0 and choice == many + 1:
                if elements[begin + depth, 2]:
                    following = at
                choice += 1
        choices[depth, 1] = choice
        if following < 0:
            depth -= 1
            continue
        ahead = following - start
        bit = _ONE << _U(ahead & 63)
        if visited[depth + 1, ahead >> 6] & bit == _U(0):
            visited[depth + 1, ahead >> 6] |= bit
            depth += 1
            choices[depth, 0] = following
            choices[depth, 1] = 0
    return -1


@inlined
def first_end(begin, size, start, last, limit, seen):
    """Give the first place from ``start`` to ``last`` where a pattern begins, and its end; -1 for none.

    The pattern's elements are ``size`` from ``begin`` on; it ends by ``limit``.
    """
    members, elements, codes, begins, edges, needs, meeting, _, _ = seen
    anything = elements[begin, 0] >= 0 or elements[begin, 2] != 0
    wanted, need = elements[begin, 1], elements[begin, 3]
    for at in range(start, last + 1):
        if need < 0:
            begun = anything or meets(members, wanted, at, codes, begins, edges)
        else:
            begun = meets_need(need, at, needs, meeting)
            if not begun and begins[at] < begins[at + 1]:
                begun = meets(members, wanted, at, codes, begins, edges)
        if begun:
            end = end_from(begin, size, at, limit, seen)
            if end >= 0:
                return at, end
    return last + 1, -1


@inlined
def meets_both(needs, met, sentence):
    """Whether a sentence meets the two needs that stand in the lower half of a word."""
    one, two = needs & _NEED, (needs >> _SIXTEEN) & _NEED
    bits = met[sentence, one >> _SIX] >> (one & _SIXTY_THREE)
    return bits & (met[sentence, two >> _SIX] >> (two & _SIXTY_THREE)) & _ONE != _U(0)


@inlined
def could_stand(pattern, told, rows, met, sentence):
    """Whether a pattern has a say over what is told, and a sentence holds what it needs besides."""
    row = pattern << _THREE
    if not meets_both(rows[row + PATTERN_NEEDS], met, sentence):
        return False
    says = (rows[row + PATTERN_KINDS] & told[0]) | (rows[row + PATTERN_KINDS + _ONE] & told[1])
    return says != _U(0)


@inlined
def stand(count, anchors, many, first_id, which, told, patterns, room):
    """Find the phrases or cues that stand in the tokens, in no order; give how many, or -1 for no room.

    ``anchors``: the ``many`` anchors noted by :func:`survey`; ``which``: ``PHRASES`` or ``CUES``. ``told``:
    the kinds of offence over which a pattern must have a say. ``room.tried`` remembers up to where each was
    tried, in tokens counted on from log to log.
    """
    found, most = 0, room.found.shape[0]
    tried, met = room.tried, room.met
    about, rows, anchored = patterns.codes, patterns.patterns, patterns.anchored
    seen = (
        patterns.members,
        patterns.elements,
        room.code,
        room.edge_from,
        room.edges,
        patterns.needs,
        room.meeting,
        room.choices,
        room.visited,
    )
    sentence = 0
    for number in range(many):
        at, code = np.int64(anchors[number] >> _TWENTY), anchors[number] & _TWENTY_BITS
        while room.sentence_end[sentence] < at:
            sentence += 1
        past = room.sentence_end[sentence]
        first = room.sentence_end[sentence - 1] + 1 if sentence > 0 else 0
        listed = (about[(code << _TWO) + CODE_ANCHORED] >> _U(which)) & LOWER
        more = True
        while more:
            pattern = anchored[listed]
            more = pattern & LAST == _U(0)
            listed += _ONE
            if not meets_both(pattern >> _HALF, met, sentence):
                continue
            pattern &= LAST - _ONE
            if not could_stand(pattern, told, rows, met, sentence):
                continue
            least, most_more = halves(rows[(pattern << _THREE) + PATTERN_BEFORE])
            start = max(at - least - most_more, first, tried[pattern] - first_id)
            last = at - least
            while start <= last:
                begin, size = halves(rows[(pattern << _THREE) + PATTERN_ELEMENTS])
                start, end = first_end(begin, size, start, last, past, seen)
                if end < 0:
                    break
                # A look-alike of a phrase around its words makes it none.
                block, blocks = halves(rows[(pattern << _THREE) + PATTERN_BLOCKS])
                limit, blocked = min(count, end + BLOCK_REACH), False
                while blocks > 0 and not blocked:
                    begin, size = halves(rows[(_U(patterns.block[block]) << _THREE) + PATTERN_ELEMENTS])
                    _, stands = first_end(begin, size, max(0, start - BLOCK_REACH), limit - 1, limit, seen)
                    blocked = stands >= 0
                    block += 1
                    blocks -= 1
                if not blocked:
                    if found >= most:
                        return -1
                    room.found[found, 0] = pattern
                    room.found[found, 1] = start
                    room.found[found, 2] = end
                    found += 1
                start = end
            tried[pattern] = max(tried[pattern], first_id + start)
    return found


@inlined
def comes_before(one, other, patterns, room):
    """Whether one find stands before another: by its start, its end, then its id."""
    found = room.found
    for column in range(1, 3):
        if found[one, column] != found[other, column]:
            return found[one, column] < found[other, column]
    return patterns.rank[found[one, 0]] < patterns.rank[found[other, 0]]


@inlined
def put_in_order(found, patterns, room):
    """Fill ``room.order`` with the finds in the order of the text.

    They come nearly so, each at most the reach of a pattern out of place, so that insertion is quick.
    """
    for number in range(found):
        at = number
        while at > 0 and comes_before(number, room.order[at - 1], patterns, room):
            room.order[at] = room.order[at - 1]
            at -= 1
        room.order[at] = number
