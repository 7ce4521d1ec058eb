"""Cutting a log into tokens, in one compiled loop over its bytes.

What a token is, is said in :mod:`~firstpoint.screening.tokens`; this loop must cut every text the same. Words
of plain letters are taken eight bytes at a time; apostrophes, letters beyond ASCII and very long words take
the slow way, a character at a time.
"""

from __future__ import annotations

import numpy as np

from firstpoint.screening.engine.compiling import compiled_loop
from firstpoint.screening.engine.letters import COVERED, DECIMAL, DIGIT, LETTER, OTHER_SCRIPT, SPACE
from firstpoint.screening.engine.loading import byte_at, eight_at, lowest_set
from firstpoint.screening.engine.words import KEPT, UNKNOWN, add_chunk, lower_bytes, value_of

CLAUSE, SENTENCE, ENTRY = 0, 1, 2
# Kinds of bytes, as in BYTES.
PASSED, WORD, FIGURE, NEW_LINE, ENDS_SENTENCE, ENDS_CLAUSE, DASH, MONEY, BEYOND = range(9)

_U = np.uint64
_HIGH = _U(0x8080808080808080)
_LOW = _U(0x7F7F7F7F7F7F7F7F)
_SMALL = _U(0x2020202020202020)
_FROM_A, _PAST_Z = _U(0x1F1F1F1F1F1F1F1F), _U(0x0505050505050505)
_FROM_0, _PAST_9 = _U(0x5050505050505050), _U(0x4646464646464646)


def _bytes() -> np.ndarray:
    kinds = np.full(256, PASSED, dtype=np.int64)
    for at in range(128):
        kinds[at] = FIGURE if chr(at).isdigit() else WORD if chr(at).isalnum() else PASSED
    for letters, kind in (("\n", NEW_LINE), (".!?", ENDS_SENTENCE), (",;:()", ENDS_CLAUSE), ("-", DASH)):
        for letter in letters:
            kinds[ord(letter)] = kind
    kinds[ord("$")] = MONEY
    kinds[128:] = BEYOND
    return kinds


BYTES = _bytes()
_TICK, _QUOTE = ord("'"), ord("`")
_CURLY, _MODIFIER, _ELLIPSIS = ord("’"), ord("ʼ"), ord("…")
_POUND, _EURO, _EN, _EM = ord("£"), ord("€"), ord("–"), ord("—")
_DOTTED_I, _DOT_ABOVE = ord("İ"), 0x307
_UNDERSCORE, _DOT, _COLON, _COMMA = ord("_"), ord("."), ord(":"), ord(",")
_SMALL_A, _SMALL_Z = ord("a"), ord("z")


@compiled_loop
def eight_from(address, at, length):  # type: ignore[no-untyped-def]
    """Give the eight bytes of a text from ``at``, noughts past its end; nothing past it is read."""
    if at + 8 <= length:
        return eight_at(address + at)
    if at >= length:
        return _U(0)
    if length >= 8:
        return eight_at(address + length - 8) >> _U(8 * (at + 8 - length))
    word = _U(0)
    for number in range(length - at):
        word |= _U(byte_at(address + at + number)) << _U(8 * number)
    return word


@compiled_loop
def no_letters(word):  # type: ignore[no-untyped-def]
    """Give a word with the highest bit set of each byte that is no plain letter or figure."""
    plain = word & _LOW
    small = plain | _SMALL
    letter = (small + _FROM_A) & ~(small + _PAST_Z)
    figure = (plain + _FROM_0) & ~(plain + _PAST_9)
    return (~(letter | figure) | word) & _HIGH


@compiled_loop
def character(address, at, length):  # type: ignore[no-untyped-def]
    """Give the character at a byte and its size in bytes; a broken one is 0 of one byte."""
    lead = byte_at(address + at)
    if lead < 0x80:
        return lead, 1
    size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if lead < 0xC0 or at + size > length:
        return 0, 1
    point = lead & (0xFF >> (size + 1))
    for number in range(1, size):
        point = (point << 6) | (byte_at(address + at + number) & 0x3F)
    return point, size


@compiled_loop
def is_of(point, kind, letters):  # type: ignore[no-untyped-def]
    """Whether a character is of a kind."""
    return point < COVERED and letters.kinds[point] & kind != 0


@compiled_loop
def letter_at(address, at, length, letters):  # type: ignore[no-untyped-def]
    """Whether a letter or figure stands at a byte."""
    if at >= length:
        return False
    point, _ = character(address, at, length)
    return is_of(point, LETTER, letters)


@compiled_loop
def space_before(address, at, length, letters):  # type: ignore[no-untyped-def]
    """Whether the character that ends before a byte is a space."""
    back = at - 1
    while back > 0 and at - back < 4 and byte_at(address + back) & 0xC0 == 0x80:
        back -= 1
    if back < 0:
        return False
    point, _ = character(address, back, length)
    return is_of(point, SPACE, letters)


@compiled_loop
def clock_end(address, at, length, letters):  # type: ignore[no-untyped-def]
    """Give the byte after a clock time or an amount (one or two figures, a mark, two figures), or -1."""
    ahead, figures = at, 0
    while figures < 2 and ahead < length:
        point, size = character(address, ahead, length)
        if not is_of(point, DECIMAL, letters):
            break
        ahead += size
        figures += 1
    if figures == 0 or ahead >= length:
        return -1
    mark = byte_at(address + ahead)
    if mark != _DOT and mark != _COLON:
        return -1
    ahead += 1
    for _ in range(2):
        if ahead >= length:
            return -1
        point, size = character(address, ahead, length)
        if not is_of(point, DECIMAL, letters):
            return -1
        ahead += size
    if ahead < length:
        point, _size = character(address, ahead, length)
        if is_of(point, DECIMAL, letters):
            return -1
    return ahead


@compiled_loop
def add_byte(byte, room):  # type: ignore[no-untyped-def]
    """Take one more byte into the word that is being spelt out; ``word``: its length, the chunk filled."""
    size = room.spelt[0]
    if size < KEPT:
        room.kept[size] = byte
    room.chunk[0] |= _U(byte) << _U(8 * (size & 7))
    room.spelt[0] = size + 1
    if size & 7 == 7:
        add_chunk(room.key, size >> 3, room.chunk[0])
        room.chunk[0] = _U(0)


@compiled_loop
def add_character(point, room):  # type: ignore[no-untyped-def]
    """Take one more character, in UTF-8, into the word that is being spelt out."""
    if point < 0x80:
        add_byte(point, room)
        return
    if point < 0x800:
        add_byte(0xC0 | (point >> 6), room)
    else:
        if point < 0x10000:
            add_byte(0xE0 | (point >> 12), room)
        else:
            add_byte(0xF0 | (point >> 18), room)
            add_byte(0x80 | ((point >> 12) & 0x3F), room)
        add_byte(0x80 | ((point >> 6) & 0x3F), room)
    add_byte(0x80 | (point & 0x3F), room)


@compiled_loop
def spell_out(address, at, length, until, letters, room):  # type: ignore[no-untyped-def]
    """Fold the word at a byte into ``room.key`` and give the byte after it.

    ``until``, where it is not -1, is where the word ends whatever stands in it. ``room.spelt`` holds the
    folded length in bytes, whether it begins with a digit, and whether it has letters of another script.
    """
    room.key[0] = _U(0)
    room.key[1] = _U(0)
    room.chunk[0] = _U(0)
    room.spelt[0] = 0
    room.spelt[1] = 0
    room.spelt[2] = 0
    last = length if until < 0 else until
    while at < last:
        point, size = character(address, at, length)
        if until < 0 and not is_of(point, LETTER, letters):
            apostrophe = point == _TICK or point == _QUOTE or point == _CURLY
            if not (apostrophe and letter_at(address, at + size, length, letters)):
                break
            at += size
            continue
        at += size
        if point == _MODIFIER:
            continue
        if room.spelt[0] == 0:
            room.spelt[1] = is_of(point, DIGIT, letters)
        if is_of(point, OTHER_SCRIPT, letters):
            room.spelt[2] = 1
        if point == _DOTTED_I:
            add_byte(105, room)
            add_character(_DOT_ABOVE, room)
        else:
            add_character(letters.small[point] if point < COVERED else point, room)
    if room.spelt[0] & 7:
        add_chunk(room.key, room.spelt[0] >> 3, room.chunk[0])
    return at


@compiled_loop
def sentence_end(address, at, length, letters):  # type: ignore[no-untyped-def]
    """Give the byte after a run of marks that end a sentence, or the negative of the byte to go on from.

    A mark with a word character right after it ends nothing.
    """
    before = at
    while at < length:
        point, size = character(address, at, length)
        if not (point == 33 or point == 46 or point == 63 or point == _ELLIPSIS):
            break
        before = at
        at += size
    end = at
    if at < length:
        point, _ = character(address, at, length)
        if point == _UNDERSCORE or is_of(point, LETTER, letters):
            end = before
    return end, at


@compiled_loop
def ends_entry(address, at, length):  # type: ignore[no-untyped-def]
    """Whether a line break ends an entry; between small letters it is a wrapped line."""
    after = at + 1 < length and _SMALL_A <= byte_at(address + at + 1) <= _SMALL_Z
    if not after or at == 0:
        return True
    before = byte_at(address + at - 1)
    return not (before == _COMMA or _SMALL_A <= before <= _SMALL_Z)


@compiled_loop
def cut_into(address, length, letters, words, room):  # type: ignore[no-untyped-def]
    """Cut a text into ``room`` and give the number of tokens, or -1 where the room is too small.

    Fills ``room.code``, ``room.start`` and ``room.end`` (bytes) and ``room.tally``.
    """
    count, at, most = 0, 0, room.code.size - 1
    room.tally[:] = 0
    while at < length:
        kind = BYTES[byte_at(address + at)]
        if kind == PASSED:
            at += 1
            continue
        if count >= most:
            return -1
        begin, code = at, -1
        if kind == WORD or kind == FIGURE:
            until = clock_end(address, at, length, letters) if kind == FIGURE else -1
            slow = until >= 0
            size = 0
            first, second = _U(0), _U(0)
            if not slow:
                word = eight_from(address, at, length)
                ends = no_letters(word)
                if ends:
                    size = lowest_set(ends) >> 3
                    first = lower_bytes(word | _SMALL, size)
                else:
                    first = word | _SMALL
                    word = eight_from(address, at + 8, length)
                    ends = no_letters(word)
                    if ends:
                        size = lowest_set(ends) >> 3
                        second = lower_bytes(word | _SMALL, size)
                        size += 8
                    else:
                        slow = True
                if not slow and at + size < length:
                    next_byte = byte_at(address + at + size)
                    slow = next_byte >= 0x80 or next_byte == _TICK or next_byte == _QUOTE
            if slow:
                at = spell_out(address, at, length, until, letters, room)
                first, second, size = room.key[0], room.key[1], room.spelt[0]
                value = value_of(first, second, size, room.spelt[1] != 0, room.kept, room.key, words)
                room.tally[2] += room.spelt[2]
            else:
                at += size
                value = value_of(first, second, size, kind == FIGURE, room.kept, room.key, words)
            code = value & 0xFFFFFFFF
            room.tally[0] += kind == WORD
            room.tally[3 + (value >> 32)] += 1
        elif kind == NEW_LINE:
            at += 1
            if ends_entry(address, begin, length):
                code = ENTRY
        elif kind == ENDS_CLAUSE:
            at += 1
            code = CLAUSE
        elif kind == ENDS_SENTENCE:
            end, ahead = sentence_end(address, at, length, letters)
            if end > begin:
                code = SENTENCE
            at = ahead
            if code == SENTENCE:
                room.code[count] = code
                room.start[count] = begin
                room.end[count] = end
                count += 1
            continue
        elif kind == DASH:
            while at < length and BYTES[byte_at(address + at)] == DASH:
                at += 1
            if at < length and space_before(address, begin, length, letters):
                point, _ = character(address, at, length)
                if is_of(point, SPACE, letters):
                    code = CLAUSE
        elif kind == MONEY:
            at += 1
            code = UNKNOWN
        else:
            point, size = character(address, at, length)
            if is_of(point, LETTER, letters):
                until = clock_end(address, at, length, letters) if is_of(point, DECIMAL, letters) else -1
                at = spell_out(address, at, length, until, letters, room)
                size = room.spelt[0]
                value = value_of(room.key[0], room.key[1], size, room.spelt[1] != 0, room.kept, room.key, words)
                code = value & 0xFFFFFFFF
                room.tally[0] += room.spelt[1] == 0
                room.tally[2] += room.spelt[2]
                room.tally[3 + (value >> 32)] += 1
            elif point == _ELLIPSIS:
                end, ahead = sentence_end(address, at, length, letters)
                if end > begin:
                    room.code[count] = SENTENCE
                    room.start[count] = begin
                    room.end[count] = end
                    count += 1
                at = ahead
                continue
            else:
                at += size
                if point == _POUND or point == _EURO:
                    code = UNKNOWN
                elif point == _EN or point == _EM:
                    code = CLAUSE
        if code >= 0:
            room.code[count] = code
            room.start[count] = begin
            room.end[count] = at
            count += 1
    return count
