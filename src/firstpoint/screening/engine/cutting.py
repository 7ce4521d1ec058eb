"""Cutting a log into tokens, in one compiled loop over its bytes.

What a token is, is said in :mod:`~firstpoint.screening.tokens`; this loop must cut every text the same. Words
of plain letters are taken eight bytes at a time; apostrophes, letters beyond ASCII and very long words take
the slow way, a character at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstpoint.screening.engine.compiling import compiled_loop, inlined
from firstpoint.screening.engine.letters import COVERED, DECIMAL, DIGIT, LETTER, OTHER_SCRIPT, SPACE
from firstpoint.screening.engine.loading import byte_at, eight_at, fetch_ahead, lowest_set
from firstpoint.screening.engine.words import KEPT, UNKNOWN, add_chunk, first_place, lower_bytes, value_from

CLAUSE, SENTENCE, ENTRY = 0, 1, 2
AS_FIGURE = 32  # beside the size of a word: it begins with a figure
# Kinds of bytes, as in BYTES; those from APOSTROPHE on may carry a word on.
PASSED, WORD, FIGURE, ENDS_CLAUSE, FULL_STOP, OTHER_MARK, APOSTROPHE, BEYOND = range(8)

_U = np.uint64
_SLOT = _ROW = _U(32)  # bytes of a place in the table of words, and of what is kept of a code
_HIGH = _U(0x8080808080808080)
_LOW = _U(0x7F7F7F7F7F7F7F7F)
_SMALL = _U(0x2020202020202020)
_FROM_A, _PAST_Z = _U(0x1F1F1F1F1F1F1F1F), _U(0x0505050505050505)
_FROM_0, _PAST_9 = _U(0x5050505050505050), _U(0x4646464646464646)


def _bytes() -> NDArray[np.uint8]:
    kinds = np.full(256, BEYOND, dtype=np.uint8)
    for at in range(128):
        letter = chr(at)
        kinds[at] = FIGURE if letter.isdigit() else WORD if letter.isalnum() else PASSED
        if letter in ",;:()":
            kinds[at] = ENDS_CLAUSE
        if letter in ".\n!?-$":
            kinds[at] = FULL_STOP if letter == "." else OTHER_MARK
        if letter in "'`":
            kinds[at] = APOSTROPHE
    return kinds


BYTES = _bytes()
_NEW_LINE, _FULL_STOP, _ASKS, _CALLS, _DASH, _DOLLAR = (ord(mark) for mark in "\n.?!-$")
_TICK, _QUOTE = ord("'"), ord("`")
_CURLY, _MODIFIER, _ELLIPSIS = ord("’"), ord("ʼ"), ord("…")
_POUND, _EURO, _EN, _EM = ord("£"), ord("€"), ord("–"), ord("—")
_DOTTED_I, _DOT_ABOVE = ord("İ"), 0x307
_UNDERSCORE, _DOT, _COLON, _COMMA = ord("_"), ord("."), ord(":"), ord(",")
_SMALL_A, _SMALL_Z = ord("a"), ord("z")


@inlined
def eight_from(address, at, length):
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


@inlined
def no_letters(word):
    """Give a word with the highest bit set of each byte that is no plain letter or figure."""
    plain = word & _LOW
    small = plain | _SMALL
    letter = (small + _FROM_A) & ~(small + _PAST_Z)
    figure = (plain + _FROM_0) & ~(plain + _PAST_9)
    return (~(letter | figure) | word) & _HIGH


@compiled_loop
def character(address, at, length):
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


@inlined
def is_of(point, kind, letters):
    """Whether a character is of a kind."""
    return point < COVERED and letters.kinds[point] & kind != 0


@compiled_loop
def letter_at(address, at, length, letters):
    """Whether a letter or figure stands at a byte."""
    if at >= length:
        return False
    point, _ = character(address, at, length)
    return is_of(point, LETTER, letters)


@compiled_loop
def space_before(address, at, length, letters):
    """Whether the character that ends before a byte is a space."""
    back = at - 1
    while back > 0 and at - back < 4 and byte_at(address + back) & 0xC0 == 0x80:
        back -= 1
    if back < 0:
        return False
    point, _ = character(address, back, length)
    return is_of(point, SPACE, letters)


@compiled_loop
def clock_end(address, at, length, letters):
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
def add_byte(byte, room):
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
def add_character(point, room):
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
def spell_out(address, at, length, until, letters, room):
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
def sentence_end(address, at, length, letters):
    """Give the byte after a run of marks that end a sentence, or the negative of the byte to go on from.

    A mark with a word character right after it ends nothing.
    """
    before = at
    while at < length:
        point, size = character(address, at, length)
        if not (point == _FULL_STOP or point == _ASKS or point == _CALLS or point == _ELLIPSIS):
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
def ends_entry(address, at, length):
    """Whether a line break ends an entry; between small letters it is a wrapped line."""
    after = at + 1 < length and _SMALL_A <= byte_at(address + at + 1) <= _SMALL_Z
    if not after or at == 0:
        return True
    before = byte_at(address + at - 1)
    return not (before == _COMMA or _SMALL_A <= before <= _SMALL_Z)


@compiled_loop
def mark_at(address, at, length, letters):
    """Give the code of a mark at a byte where no word begins, -1 for none, its end, and where to go on."""
    point, size = character(address, at, length)
    end = at + size
    if point == _NEW_LINE:
        return (ENTRY if ends_entry(address, at, length) else -1), end, end
    if point == _FULL_STOP or point == _ASKS or point == _CALLS or point == _ELLIPSIS:
        end, ahead = sentence_end(address, at, length, letters)
        return (SENTENCE if end > at else -1), end, ahead
    if point == _DASH:
        while end < length and byte_at(address + end) == _DASH:
            end += 1
        if end < length and space_before(address, at, length, letters):
            point, _ = character(address, end, length)
            if is_of(point, SPACE, letters):
                return CLAUSE, end, end
        return -1, end, end
    if point == _DOLLAR or point == _POUND or point == _EURO:
        return UNKNOWN, end, end
    if point == _EN or point == _EM:
        return CLAUSE, end, end
    return -1, end, end


@inlined
def is_figure_at(word, byte):
    """Whether a byte of a word, counted from the lowest, is a figure."""
    return ((word >> _U(8 * byte)) & _U(0xFF)) - _U(48) < _U(10)


@inlined
def plain_clock(word):
    """Give the size of a clock time that begins a word of eight plain bytes and a figure, or 0."""
    mark = 2 if is_figure_at(word, 1) else 1
    sign = (word >> _U(8 * mark)) & _U(0xFF)
    if (sign != _U(_DOT) and sign != _U(_COLON)) or is_figure_at(word, mark + 3):
        return 0
    return mark + 3 if is_figure_at(word, mark + 1) and is_figure_at(word, mark + 2) else 0


@inlined
def curly_after(address, at, length):
    """Whether the three bytes of a curly apostrophe stand at a byte."""
    return at + 3 <= length and eight_from(address, at, length) & _U(0xFFFFFF) == _U(0x9980E2)


@inlined
def ends_plainly(byte):
    """Whether a byte after a full stop leaves no doubt that it ends a sentence."""
    return byte == _NEW_LINE or (BYTES[byte] == PASSED and byte != _UNDERSCORE)


@inlined
def plain_word(address, at, length, is_figure):
    """Give the end, the key and the folded size of a word of plain letters; the size is 0 for any other."""
    word = eight_from(address, at, length)
    if is_figure:
        if word & _HIGH:
            return at, _U(0), _U(0), 0
        size = plain_clock(word)
        if size > 0:
            return at + size, lower_bytes(word, size), _U(0), size
    stops = no_letters(word)
    if stops == _U(0):
        first = word | _SMALL
        word = eight_from(address, at + 8, length)
        stops = no_letters(word)
        if stops == _U(0):
            return at, _U(0), _U(0), 0
        size = lowest_set(stops) >> 3
        end = at + 8 + size
        if end < length and BYTES[byte_at(address + end)] >= APOSTROPHE:
            return at, _U(0), _U(0), 0
        return end, first, lower_bytes(word | _SMALL, size), 8 + size
    size = lowest_set(stops) >> 3
    first = lower_bytes(word | _SMALL, size)
    end = at + size
    if end >= length or BYTES[byte_at(address + end)] < APOSTROPHE:
        return end, first, _U(0), size
    # Most words with an apostrophe are short: what follows it is taken on, unless that is odd too.
    joined = end + 1
    if byte_at(address + end) >= 0x80:
        if not curly_after(address, end, length):
            return at, _U(0), _U(0), 0
        joined = end + 3
    word = eight_from(address, joined, length)
    stops = no_letters(word)
    if stops == _U(0):
        return at, _U(0), _U(0), 0
    more = lowest_set(stops) >> 3
    if size + more > 8 or (joined + more < length and BYTES[byte_at(address + joined + more)] >= APOSTROPHE):
        return at, _U(0), _U(0), 0
    if more == 0:
        return end, first, _U(0), size
    return joined + more, first | (lower_bytes(word | _SMALL, more) << _U(8 * size)), _U(0), size + more


@inlined
def cut_into(address, length, letters, words, room):
    """Cut a text into ``room`` and give the number of tokens, or -1 where the room is too small.

    Fills ``room.start`` and ``room.end`` (bytes), ``room.code`` of marks and odd words, and of other words
    the key, for :func:`look_up`, whose place in the table of words is asked for meanwhile.
    """
    count, at, most = 0, 0, room.code.size - 1
    codes, starts, ends, tally, keys, sizes = (
        room.code,
        room.start,
        room.end,
        room.tally,
        room.keys,
        room.size,
    )
    bits, slots = words.state[2], words.slots.ctypes.data
    for number in range(tally.size):
        tally[number] = 0
    while at < length:
        kind = BYTES[byte_at(address + at)]
        if kind == PASSED or kind == APOSTROPHE:
            at += 1
            continue
        if count >= most:
            return -1
        begin, code, end, size = at, -1, at, 0
        slow = kind == BEYOND
        is_figure, is_word = kind == FIGURE, kind <= FIGURE
        if slow:
            point, _ = character(address, at, length)
            is_figure, is_word = is_of(point, DECIMAL, letters), is_of(point, LETTER, letters)
        if is_word:
            if not slow:
                end, first, second, size = plain_word(address, at, length, is_figure)
            if size > 0:
                place = first_place(bits, first, second)
                fetch_ahead(slots + place * _SLOT)
                keys[count, 0], keys[count, 1], keys[count, 2] = first, second, place
                size |= AS_FIGURE * is_figure
            else:
                end, code = odd_word(address, at, length, is_figure, letters, words, room)
            at = end
        elif kind == ENDS_CLAUSE:
            code = CLAUSE
            at += 1
            end = at
        elif kind == FULL_STOP and at + 1 < length and ends_plainly(byte_at(address + at + 1)):
            code = SENTENCE
            at += 1
            end = at
        else:
            code, end, at = mark_at(address, at, length, letters)
            if code < 0:
                continue
        codes[count] = code
        sizes[count] = size
        starts[count] = begin
        ends[count] = end
        count += 1
    return count


@compiled_loop
def odd_word(address, at, length, is_figure, letters, words, room):
    """Give the end and the code of a word that is to be spelt out, and count it."""
    until = clock_end(address, at, length, letters) if is_figure else -1
    end = spell_out(address, at, length, until, letters, room)
    first, second = room.key[0], room.key[1]
    begins_with_digit = room.spelt[1] != 0
    place = first_place(words.state[2], first, second)
    value = value_from(place, first, second, room.spelt[0], begins_with_digit, room.kept, room.key, words)
    room.tally[0] += not begins_with_digit
    room.tally[1] += room.spelt[2]
    room.tally[2 + (value >> 32)] += 1
    return end, value & 0xFFFFFFFF


@inlined
def look_up(count, words, about, room):
    """Fill in the codes of the words that :func:`cut_into` left, and ask for the rows of ``about``."""
    codes, keys, sizes, tally = room.code, room.keys, room.size, room.tally
    rows = about.ctypes.data
    for at in range(count):
        size = np.int64(sizes[at])
        if size > 0:
            is_figure = size >= AS_FIGURE
            value = value_from(
                keys[at, 2],
                keys[at, 0],
                keys[at, 1],
                size & (AS_FIGURE - 1),
                is_figure,
                room.kept,
                room.key,
                words,
            )
            codes[at] = value & 0xFFFFFFFF
            tally[0] += not is_figure
            tally[2 + (value >> 32)] += 1
        fetch_ahead(rows + codes[at] * _ROW)
