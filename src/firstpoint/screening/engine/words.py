"""From the spelling of a word to its token code, in compiled loops.

A word of sixteen bytes or fewer *is* its key: two numbers of eight bytes. A longer one is hashed to two such
numbers. Words stand in one open table together with what was found for them, those of the lexicon from the
start, others as they are met, so that each is resolved once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.engine.compiling import compiled_loop, inlined
from firstpoint.screening.spelling import FROM_TWO_EDITS, LONGEST, SHORTEST

UNKNOWN, NUMBER = 3, 4
KEPT = 64  # how many bytes of a long word are kept for prefixes
_SHORT = 16
_U = np.uint64
_ONE, _TWO, _SIX, _EIGHT, _SIXTY_THREE, _TOP = _U(1), _U(2), _U(6), _U(8), _U(63), _U(64)
SIEVED = 1  # bits by which a place of the sieve is finer than one of its table
_FIRST, _SECOND, _THIRD = _U(0x9E3779B97F4A7C15), _U(0xC2B2AE3D27D4EB4F), _U(0x165667B19E3779F9)
_LONG = _U(1) << _U(62)
_SMALL_A, _SMALL_Z = ord("a"), ord("z")
_VALUE = _LONG - _ONE


class Words(NamedTuple):
    """The table of words and all that unknown ones are resolved with.

    ``slots`` (uint64, rows of 4): two halves of the key, then 1 + code + (language << 32), nought where
    free, and nothing. ``state`` (int64): how many slots are taken, how many may be, the bits of a place.
    ``starts`` is such a table of prefixes, ``start_lengths`` (int64) their lengths in bytes, longest first,
    and ``ordinary`` one of words that are never repaired.

    Of the words that others may be repaired to, ``targets`` (uint8, words x LONGEST) has the letters,
    ``target_kinds`` (int32, words x 2) the length and the code. ``near`` (uint64, rows of 2) gives for the
    key of a word with letters left out, mixed to one number, the first of its targets in ``near_targets`` and
    how many << 32; ``near_sieve`` has a bit for each, by the same hash, to pass most others by. ``spelt``,
    ``shorter`` and ``rows`` are for notes.
    """

    slots: NDArray[np.uint64]
    state: NDArray[np.int64]
    starts: NDArray[np.uint64]
    start_bits: int
    start_lengths: NDArray[np.int64]
    ordinary: NDArray[np.uint64]
    ordinary_bits: int
    targets: NDArray[np.uint8]
    target_kinds: NDArray[np.int32]
    near: NDArray[np.uint64]
    near_bits: int
    near_sieve: NDArray[np.uint64]
    near_targets: NDArray[np.int32]
    spelt: NDArray[np.uint8]
    shorter: NDArray[np.uint8]
    rows: NDArray[np.int64]


@inlined
def first_place(bits, first, second):
    """Give the place of a table at which the search for a key begins."""
    return ((first ^ (second * _SECOND)) * _FIRST) >> (_TOP - _U(bits))


@inlined
def place_from(slots, bits, at, first, second, is_long):
    """Give the place of a key, searched from ``at`` on: of itself, or of the free slot where it belongs."""
    last = (_ONE << _U(bits)) - _ONE
    wanted = _LONG if is_long else _U(0)
    while True:
        held = slots[(at << _TWO) + _TWO]
        if held == _U(0):
            return at
        if slots[at << _TWO] == first and slots[(at << _TWO) + _ONE] == second and (held & _LONG) == wanted:
            return at
        at = (at + _ONE) & last


@inlined
def place_of(slots, bits, first, second, is_long):
    """Give the place of a key in a table: of itself, or of the free slot where it belongs."""
    return place_from(slots, bits, first_place(bits, first, second), first, second, is_long)


@compiled_loop
def key_of(letters, begin, length, key):
    """Fill ``key`` (uint64, 2) with the key of the bytes in ``letters`` from ``begin``."""
    key[0] = _U(0)
    key[1] = _U(0)
    chunk = _U(0)
    for at in range(length):
        chunk |= _U(letters[begin + at]) << (_EIGHT * _U(at & 7))
        if at & 7 == 7 or at == length - 1:
            add_chunk(key, at >> 3, chunk)
            chunk = _U(0)


@inlined
def add_chunk(key, number, chunk):
    """Take the next eight bytes of a word into its key."""
    if number < 2:
        key[number] = chunk
        return
    one = (key[0] ^ chunk) * _FIRST
    key[0] = one ^ (one >> _U(32))
    two = (key[1] + chunk) * _THIRD
    key[1] = two ^ (two >> _U(29))


@inlined
def lower_bytes(word, length):
    """Give the first ``length`` bytes of a word, nought to eight, and noughts above."""
    if length >= 8:
        return word
    if length <= 0:
        return _U(0)
    return word & ((_ONE << (_EIGHT * _U(length))) - _ONE)


@compiled_loop
def resolved(first, second, length, begins_with_digit, kept, key, words):
    """Give the code of a word that the table does not hold; ``kept`` are its first bytes where it is long."""
    for number in range(words.start_lengths.size):
        size = words.start_lengths[number]
        if size > length:
            continue
        if length <= _SHORT:
            key[0] = lower_bytes(first, size)
            key[1] = lower_bytes(second, size - 8)
        else:
            key_of(kept, 0, size, key)
        at = place_of(words.starts, words.start_bits, key[0], key[1], size > _SHORT)
        held = words.starts[(at << _TWO) + _TWO]
        if held != _U(0):
            return np.int64(held & _VALUE) - 1
    if SHORTEST <= length <= LONGEST:
        code = repaired(first, second, length, kept, key, words)
        if code >= 0:
            return code
    return NUMBER if begins_with_digit else UNKNOWN


@compiled_loop
def repaired(first, second, length, kept, key, words):
    """Give the code of what a word is a misspelling of, or -1: :mod:`~firstpoint.screening.spelling`."""
    spelt = words.spelt
    for at in range(length):
        if length > _SHORT:
            spelt[at] = kept[at]
        else:
            half = first if at < 8 else second
            spelt[at] = np.uint8((half >> (_EIGHT * _U(at & 7))) & _U(0xFF))
        if not _SMALL_A <= spelt[at] <= _SMALL_Z:
            return -1
    at = place_of(words.ordinary, words.ordinary_bits, first, second, length > _SHORT)
    if words.ordinary[(at << _TWO) + _TWO] != _U(0):
        return -1
    best, code, many = LONGEST, -1, 0
    most = 2 if length >= FROM_TWO_EDITS else 1
    for one in range(-1, length):
        for other in range(-1 if one < 0 or most == 1 else one, length if one >= 0 and most == 2 else 0):
            # ``one`` and ``other`` are left out; -1, or one of them twice, stands for none.
            mixed = left_out(first, second, length, one, other, words, key)
            hashed = mixed * _FIRST
            bit = hashed >> (_TOP - _U(words.near_bits + SIEVED))
            if (words.near_sieve[bit >> _SIX] >> (bit & _SIXTY_THREE)) & _ONE == _U(0):
                continue
            place = hashed >> (_TOP - _U(words.near_bits))
            while words.near[place << _ONE] != mixed and words.near[(place << _ONE) + _ONE] != _U(0):
                place = (place + _ONE) & ((_ONE << _U(words.near_bits)) - _ONE)
            listed = words.near[(place << _ONE) + _ONE]
            begin = np.int64(listed & _U(0xFFFFFFFF))
            for number in range(begin, begin + np.int64(listed >> _U(32))):
                target = words.near_targets[number]
                edits = edits_to(target, length, words)
                found = words.target_kinds[target, 1]
                if edits < best:
                    best, code, many = edits, found, 1
                elif edits == best and found != code:
                    many += 1
    return code if many == 1 else -1


@inlined
def without(first, second, at):
    """Give the two halves of a short word's key with the letter at a place left out."""
    if at < 8:
        before = (_ONE << (_EIGHT * _U(at))) - _ONE
        first = (first & before) | ((first >> _EIGHT) & ~before) | (second << _U(56))
        return first, second >> _EIGHT
    before = (_ONE << (_EIGHT * _U(at - 8))) - _ONE
    return first, (second & before) | ((second >> _EIGHT) & ~before)


@inlined
def left_out(first, second, length, one, other, words, key):
    """Give the key, as one number, of a word without one or two of its letters, as in :func:`repaired`."""
    if length <= _SHORT:
        if one >= 0:
            first, second = without(first, second, one)
        if other > one:
            first, second = without(first, second, other - 1)
        return first ^ (second * _SECOND)
    size = 0
    for letter in range(length):
        if letter != one and letter != other:
            words.shorter[size] = words.spelt[letter]
            size += 1
    key_of(words.shorter, 0, size, key)
    return mixed_key(key)


@inlined
def mixed_key(key):
    """Give the two halves of a key as one number."""
    return key[0] ^ (key[1] * _SECOND)


@compiled_loop
def edits_to(target, length, words):
    """Give the edits from the word in ``words.spelt`` to a target, ``LONGEST`` for more than are allowed."""
    spelt, rows, letters = words.spelt, words.rows, words.targets
    size = words.target_kinds[target, 0]
    most = 2 if min(length, size) >= FROM_TWO_EDITS else 1
    if abs(size - length) > most:
        return LONGEST
    if spelt[0] != letters[target, 0] and not (
        spelt[0] == letters[target, 1] and spelt[1] == letters[target, 0]
    ):
        return LONGEST
    for other in range(size + 1):
        rows[0, other] = other
    for at in range(1, length + 1):
        now, before, earlier = at % 3, (at + 2) % 3, (at + 1) % 3
        rows[now, 0] = at
        for other in range(1, size + 1):
            changed = rows[before, other - 1] + (spelt[at - 1] != letters[target, other - 1])
            least = min(rows[before, other] + 1, rows[now, other - 1] + 1, changed)
            if at > 1 and other > 1 and spelt[at - 2] == letters[target, other - 1]:
                if spelt[at - 1] == letters[target, other - 2]:
                    least = min(least, rows[earlier, other - 2] + 1)
            rows[now, other] = least
    edits = rows[length % 3, size]
    return edits if edits <= most else LONGEST


@inlined
def value_from(at, first, second, length, begins_with_digit, kept, key, words):
    """Give the value of a word (its code, its language above), from the table or resolved and remembered.

    It is searched from place ``at`` on.
    """
    at = place_from(words.slots, words.state[2], at, first, second, length > _SHORT)
    held = words.slots[(at << _TWO) + _TWO]
    if held != _U(0):
        return np.int64(held & _VALUE) - 1
    code = resolved(first, second, length, begins_with_digit, kept, key, words)
    if words.state[0] < words.state[1]:
        words.slots[at << _TWO] = first
        words.slots[(at << _TWO) + _ONE] = second
        words.slots[(at << _TWO) + _TWO] = _U(code + 1) | (_LONG if length > _SHORT else _U(0))
        words.state[0] += 1
    return code


@compiled_loop
def put(slots, bits, letters, begins, values, key):
    """Enter words (their bytes in ``letters``, each from its begin to the next) with their values."""
    for number in range(values.size):
        length = begins[number + 1] - begins[number]
        key_of(letters, begins[number], length, key)
        at = place_of(slots, bits, key[0], key[1], length > _SHORT)
        slots[at << _TWO] = key[0]
        slots[(at << _TWO) + _ONE] = key[1]
        slots[(at << _TWO) + _TWO] = _U(values[number] + 1) | (_LONG if length > _SHORT else _U(0))


@compiled_loop
def put_near(near, bits, sieve, letters, begins, listed, key):
    """Enter shortened words with where their targets are listed, and a bit of the sieve for each.

    ``listed`` (uint64): for each, the first of its targets and how many << 32. Gives the number of a word
    whose place is another's already, or -1.
    """
    for number in range(listed.size):
        key_of(letters, begins[number], begins[number + 1] - begins[number], key)
        mixed = mixed_key(key)
        hashed = mixed * _FIRST
        bit, place = hashed >> (_TOP - _U(bits + SIEVED)), hashed >> (_TOP - _U(bits))
        sieve[bit >> _SIX] |= _ONE << (bit & _SIXTY_THREE)
        while near[(place << _ONE) + _ONE] != _U(0):
            if near[place << _ONE] == mixed:
                return number
            place = (place + _ONE) & ((_ONE << _U(bits)) - _ONE)
        near[place << _ONE] = mixed
        near[(place << _ONE) + _ONE] = listed[number]
    return -1


@compiled_loop
def moved(slots, larger, bits):
    """Enter all that one table holds into a larger one."""
    for number in range(slots.size // 4):
        row = _U(number) << _TWO
        held = slots[row + _TWO]
        if held != _U(0):
            at = place_of(larger, bits, slots[row], slots[row + _ONE], (held & _LONG) != _U(0)) << _TWO
            for column in range(3):
                larger[at + _U(column)] = slots[row + _U(column)]
