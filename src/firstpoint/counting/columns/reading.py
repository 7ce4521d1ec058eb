"""Reports in JSON read straight into columns.

A report is read once, letter by letter, against the tables of the format. Whatever is out of the format, or
is seldom said and left to the slower way (a question about a record, an offence told by its title, text with
escapes), makes the report one of those *left over*: it is then read as a whole by
:mod:`~firstpoint.counting.reports`, which names every fault or gives the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstpoint.counting.columns.arrays import Bytes, Int32, Int64, UInt16
from firstpoint.counting.columns.kernel import compiled_loop, inlined
from firstpoint.counting.columns.layout import (
    ALLEGATION,
    DAY,
    DAY_OR_MOMENT,
    ID,
    IDS,
    JUDGEMENT,
    MOMENT,
    NAME,
    NAMES,
    NUMBER,
    OBJECT,
    OBJECTS,
    OFFENDER,
    ONE,
    RECORD,
    REMARK,
    REPORT,
    SPOT,
    SPOTS,
    TEXT,
    UNLISTED,
    VICTIM,
    WITH_ROWS,
    slots,
    tables,
    values_in,
)
from firstpoint.counting.sense import YEARS

ABSENT = -1
#: Judgements that answer yes, no or unknown hold these numbers, others that of the id they name.
YES, NO, NOT_KNOWN = 1_000_001, 1_000_002, 1_000_003
#: As many different ids and names of forces as a report in columns may have.
MOST_IDS = 96
_DEEPEST = 6
_LONGEST_REMARK = 100
#: Moments before 1972, when clocks stood an hour ahead for years on end, are read the slower way.
_CLOCKS_CHANGE_TWICE_A_YEAR = 63_072_000
_FIRST_YEAR, _LAST_YEAR = YEARS[0], YEARS[-1]
_PRIME, _POSITIVE = np.uint64(1_099_511_628_211), np.uint64((1 << 63) - 1)
_OPENED, _WANTS_FIELD, _HAD_FIELD, _HAD_ENTRY = 0, 1, 2, 3
#: The places whose entries have rows, in this order in ``names``, ``numbers`` and ``first``.
PLACED = WITH_ROWS
#: What stands in the head of a report.
LEFT_OVER, RECEIVED, _OFFSET, DAY_IN_LONDON, ID_START, ID_LENGTH = range(6)
_PLACE, _HOLDS, _TABLE, _SLOT, _INNER = range(5)


class Coded(NamedTuple):
    """Reports in columns.

    ``left_over[r]`` is 1 for a report that must be read the slower way. ``names`` and ``numbers`` hold, for
    each place (:data:`PLACED`), a row for each entry and a column for each field
    (:func:`~.layout.slots`): codes of names (0: absent), and whole numbers, days as ``20260401`` and ids as
    numbers within the report (-1: absent). The entries of report ``r`` in a place are those from
    ``first[place][r]`` to ``first[place][r + 1]``. The victims that allegation ``a`` names stand in
    ``victims_named`` from ``victims_from[a]`` to ``victims_from[a + 1]``. ``received_at`` is in seconds since
    1970 (UTC), ``offset`` in minutes east of UTC, ``day`` the day in London.
    """

    left_over: Bytes
    received_at: Int64
    offset: Int32
    day: Int32
    id_start: Int64
    id_length: Int32
    names: tuple[UInt16, ...]
    numbers: tuple[Int32, ...]
    first: Int32
    victims_from: Int32
    victims_named: Int32


class Room(NamedTuple):
    """The arrays that reports are read into, with what the reader needs for notes.

    ``widths[kind, place]`` is the number of columns of a place (``kind`` 0: names, 1: all others),
    ``bases[kind, place]`` where they begin in ``names`` and ``numbers``, which hold all places one after
    another.
    """

    widths: Int64
    bases: Int64
    names: UInt16
    numbers: Int32
    head: Int64
    first: Int32
    victims_from: Int32
    victims_named: Int32
    counts: Int64
    before: Int64
    ids: Int64
    notes: Int64


def room_for(reports: int, entries: int, victims: int) -> Room:
    """Give room for so many reports, entries of each place but the report, and ids in lists of victims."""
    room = np.array([reports if table == REPORT else entries for table in PLACED])
    widths = _widths()
    bases = np.zeros((2, len(PLACED) + 1), dtype=np.int64)
    bases[:, 1:] = np.cumsum(widths * room, axis=1)
    return Room(
        widths,
        bases,
        np.zeros(bases[0, -1], dtype=np.uint16),
        np.empty(bases[1, -1], dtype=np.int32),
        np.zeros((reports, 6), dtype=np.int64),
        np.zeros((len(PLACED), reports + 1), dtype=np.int32),
        np.zeros(entries + 1, dtype=np.int32),
        np.empty(victims, dtype=np.int32),
        np.zeros(len(PLACED) + 1, dtype=np.int64),
        np.zeros(len(PLACED) + 1, dtype=np.int64),
        np.zeros((MOST_IDS, 2), dtype=np.int64),
        np.zeros((4, _DEEPEST), dtype=np.int64),
    )


@cache
def _widths() -> Int64:
    return np.array([[len(slots(table, names=kind)) for table in PLACED] for kind in (True, False)])


def read_into(room: Room, data: Bytes, starts: Int64, ends: Int64, *, nulls: bool = False) -> None:
    """Read reports into a room that is large enough for them; what stood there is lost."""
    arrays: tuple[Any, ...] = (data, starts, ends, *tables(), *room, nulls)
    _read_all(*arrays)


def rows_of(room: Room, used: Sequence[int]) -> tuple[tuple[UInt16, ...], tuple[Int32, ...]]:
    """Give names and numbers of each place, of so many rows, as far as they are used."""

    def rows(of: NDArray[Any], kind: int, at: int) -> NDArray[Any]:
        start, width = int(room.bases[kind, at]), int(room.widths[kind, at])
        return of[start : start + used[at] * width].reshape(used[at], width)

    places = range(len(PLACED))
    return tuple(rows(room.names, 0, at) for at in places), tuple(rows(room.numbers, 1, at) for at in places)


def read_coded(data: Bytes, starts: Int64, ends: Int64, *, nulls: bool = False) -> Coded:
    """Give the reports whose JSON texts stand in ``data`` from ``starts`` to ``ends`` (positions of bytes).

    With ``nulls`` a field that is ``null`` counts as left out, as frames write it.
    """
    entries = max(1, int(_count(data, starts, ends, ord("{"))))
    room = room_for(len(starts), entries, int(_count(data, starts, ends, ord(","))) + entries)
    read_into(room, data, starts, ends, nulls=nulls)
    used = [
        len(starts) if table == REPORT else int(n) for table, n in zip(PLACED, room.first[:, -1], strict=True)
    ]
    names, numbers = rows_of(room, used)
    head = room.head
    return Coded(
        left_over=head[:, LEFT_OVER].astype(np.uint8),
        received_at=head[:, RECEIVED],
        offset=head[:, _OFFSET].astype(np.int32),
        day=head[:, DAY_IN_LONDON].astype(np.int32),
        id_start=head[:, ID_START],
        id_length=head[:, ID_LENGTH].astype(np.int32),
        names=names,
        numbers=numbers,
        first=room.first,
        victims_from=room.victims_from,
        victims_named=room.victims_named,
    )


@compiled_loop
def _count(data: Bytes, starts: Int64, ends: Int64, letter: int) -> int:
    found = 0
    for r in range(len(starts)):
        for at in range(starts[r], ends[r]):
            found += data[at] == letter
    return found


@compiled_loop
def _read_all(
    data: Bytes,
    starts: Int64,
    ends: Int64,
    letters: Bytes,
    keys: Int64,
    values: Int64,
    fields: Int32,
    allowed: Bytes,
    widths: Int64,
    bases: Int64,
    names: UInt16,
    numbers: Int32,
    head: Int64,
    first: Int32,
    victims_from: Int32,
    victims_named: Int32,
    counts: Int64,
    before: Int64,
    ids: Int64,
    notes: Int64,
    nulls: bool,
) -> None:
    for at in range(len(counts)):
        counts[at] = 0
    for r in range(len(starts)):
        for at in range(head.shape[1]):
            head[r, at] = 0
        for at in range(len(counts)):
            before[at] = counts[at]
        counts[0] = r + 1
        fine = _read_report(
            data,
            starts[r],
            ends[r],
            r,
            letters,
            keys,
            values,
            fields,
            allowed,
            widths,
            bases,
            names,
            numbers,
            head,
            first,
            victims_from,
            victims_named,
            counts,
            ids,
            notes,
            nulls,
        )
        if fine:
            fine = _makes_sense(r, widths, bases, names, numbers, first, victims_from, victims_named, counts)
        if not fine:
            for at in range(len(counts)):
                counts[at] = before[at]
            head[r, LEFT_OVER] = 1
        counts[0] = r + 1
        for at in range(len(PLACED)):
            first[at, r + 1] = counts[at]


@compiled_loop
def _read_report(
    data: Bytes,
    at: int,
    end: int,
    r: int,
    letters: Bytes,
    keys: Int64,
    values: Int64,
    fields: Int32,
    allowed: Bytes,
    widths: Int64,
    bases: Int64,
    names: UInt16,
    numbers: Int32,
    head: Int64,
    first: Int32,
    victims_from: Int32,
    victims_named: Int32,
    counts: Int64,
    ids: Int64,
    notes: Int64,
    nulls: bool,
) -> bool:
    place: Any = notes[0]
    row: Any = notes[1]
    shift: Any = notes[2]
    listed: Any = notes[3]
    known, late = 0, False
    head[r, ID_LENGTH] = ABSENT
    _clear(0, r, widths, bases, names, numbers)
    at = _past_space(data, at, end)
    if at >= end or data[at] != 123:
        return False
    at += 1
    depth, state = 0, _OPENED
    place[0], row[0], listed[0] = REPORT, r, 0
    while True:
        at = _past_space(data, at, end)
        if at >= end:
            return False
        letter = data[at]
        if state == _HAD_ENTRY:
            if letter == 93:
                at += 1
                state = _HAD_FIELD
                continue
            if letter != 44:
                return False
            at = _past_space(data, at + 1, end)
            if at >= end or data[at] != 123:
                return False
            at += 1
            depth += 1
            row[depth] = _new_row(place[depth], widths, bases, names, numbers, victims_from, counts)
            state = _OPENED
            continue
        if letter == 125 and state != _WANTS_FIELD:
            at += 1
            if depth == 0:
                if _past_space(data, at, end) < end:
                    return False
                return not late or _all_allowed(
                    first[1, r], counts[1], fields, allowed, widths, bases, names, numbers
                )
            state = _HAD_ENTRY if listed[depth] else _HAD_FIELD
            depth -= 1
            continue
        if state == _HAD_FIELD:
            if letter != 44:
                return False
            at += 1
            state = _WANTS_FIELD
            continue
        if letter != 34:
            return False
        stop, hashed = _scan(data, at + 1, end, place[depth])
        if stop < 0:
            return False
        field = _find(data, at + 1, stop, hashed, keys, letters) - 1
        if field < 0:
            return False
        if place[depth] == SPOT:
            field += shift[depth]
        if place[depth] == ALLEGATION:
            kind = names[bases[0, 1] + row[depth] * widths[0, 1] + _KIND]
            if kind == 0 and not (fields[field, _HOLDS] == NAME and fields[field, _SLOT] == _KIND):
                late = True
            if kind and not allowed[kind, field]:
                return False
        at = _past_space(data, stop + 1, end)
        if at >= end or data[at] != 58:
            return False
        at = _past_space(data, at + 1, end)
        if at >= end:
            return False
        if nulls and data[at] == 110:
            if at + 4 > end or data[at + 1] != 117 or data[at + 2] != 108 or data[at + 3] != 108:
                return False
            at += 4
            state = _HAD_FIELD
            continue
        holds, slot, table = fields[field, _HOLDS], fields[field, _SLOT], fields[field, _TABLE]
        here = row[depth]
        state = _HAD_FIELD
        if holds == NAME:
            if data[at] != 34:
                return False
            stop, hashed = _scan(data, at + 1, end, 1000 + field)
            if stop < 0:
                return False
            code = _find(data, at + 1, stop, hashed, values, letters)
            if code == 0 and table == 5 and slot == _CLASS and _is_class(data, at + 1, stop):
                code = _UNLISTED
            cell = bases[0, table] + here * widths[0, table] + slot
            if code == 0 or names[cell] != 0:
                return False
            names[cell] = code
            at = stop + 1
            continue
        number = 1
        cell = bases[1, table] + here * widths[1, table] + slot
        if numbers[cell] != ABSENT:
            return False
        if holds == OBJECT or holds == OBJECTS:
            if depth + 1 >= _DEEPEST:
                return False
            numbers[cell] = 1
            inner = fields[field, _INNER]
            if holds == OBJECTS:
                if data[at] != 91:
                    return False
                at = _past_space(data, at + 1, end)
                if at < end and data[at] == 93:
                    at += 1
                    continue
            if at >= end or data[at] != 123:
                return False
            at += 1
            depth += 1
            place[depth] = inner
            listed[depth] = holds == OBJECTS
            row[depth] = here
            if holds == OBJECTS:
                row[depth] = _new_row(inner, widths, bases, names, numbers, victims_from, counts)
            shift[depth] = (slot - _FIRST_SPOT) * 3 if inner == SPOT else 0
            state = _OPENED
            continue
        if holds == NUMBER or holds == ONE:
            at, number = _number(data, at, end)
            if number < 0 or (holds == ONE and number != 1):
                return False
        elif holds == NAMES:
            at, number = _read_names(data, at, end, field, values, letters)
            if number <= 0:
                return False
        elif holds == IDS:
            at, number, known = _read_ids(data, at, end, ids, known, victims_from, victims_named, counts)
            if number < 0:
                return False
        else:
            if data[at] != 34:
                return False
            stop = _end_of_text(data, at + 1, end)
            if stop < 0:
                return False
            if holds == ID:
                if not _is_id(data, at + 1, stop):
                    return False
                number, known = _same_text(data, at + 1, stop, ids, known)
            elif holds == TEXT:
                if stop - at - 1 > 64 or stop == at + 1:
                    return False
                if table == 0 and slot == _REPORT_ID:
                    head[r, ID_START] = at + 1
                    head[r, ID_LENGTH] = stop - at - 1
                elif table == 4:
                    if stop - at - 1 > 40:
                        return False
                    number, known = _judged(data, at + 1, stop, ids, known)
                else:
                    number, known = _same_text(data, at + 1, stop, ids, known)
            elif holds == DAY:
                number = _day(data, at + 1, stop) if stop - at == 11 else -1
            elif holds == DAY_OR_MOMENT:
                number = _day(data, at + 1, at + 11) if stop - at >= 11 else -1
                if number > 0 and stop - at > 11:
                    seconds, minutes = _moment(data, at + 1, stop)
                    if (minutes != 0 and minutes != 60) or seconds < _CLOCKS_CHANGE_TWICE_A_YEAR:
                        return False
                    if _day_in_london(seconds) != number:
                        return False
            elif holds == MOMENT:
                if table != 0:
                    return False
                seconds, minutes = _moment(data, at + 1, stop)
                if minutes < -1440 or seconds < _CLOCKS_CHANGE_TWICE_A_YEAR:
                    return False
                head[r, RECEIVED] = seconds
                head[r, _OFFSET] = minutes
                head[r, DAY_IN_LONDON] = _day_in_london(seconds)
            elif holds == REMARK:
                if stop - at > _LONGEST_REMARK or stop == at + 1:
                    return False
            else:
                return False
            if number < 0:
                return False
            at = stop + 1
        numbers[cell] = number


@inlined
def _past_space(data: Bytes, at: int, end: int) -> int:
    while at < end and (data[at] == 32 or data[at] == 10 or data[at] == 13 or data[at] == 9):
        at += 1
    return at


@inlined
def _end_of_text(data: Bytes, at: int, end: int) -> int:
    """Give where the text ends, or -1 where it does not, or holds an escape or a control letter."""
    while at < end:
        letter = data[at]
        if letter == 34:
            return at
        if letter == 92 or letter < 32:
            return -1
        at += 1
    return -1


@inlined
def _scan(data: Bytes, at: int, end: int, seed: int) -> tuple[int, np.int64 | int]:
    """Give where the text ends, or -1 where it does not, or holds an escape or a control letter; and the
    number under which it is looked up.
    """
    found = np.uint64(seed * 1_000_003 + 97)
    while at < end:
        letter = data[at]
        if letter == 34:
            return at, np.int64(found & _POSITIVE)
        if letter == 92 or letter < 32:
            return -1, 0
        found = (found ^ np.uint64(letter)) * _PRIME
        at += 1
    return -1, 0


@inlined
def _same(data: Bytes, at: int, letters: Bytes, start: int, length: int) -> bool:
    for i in range(length):
        if data[at + i] != letters[start + i]:
            return False
    return True


@inlined
def _find(data: Bytes, at: int, stop: int, number: np.int64 | int, table: Int64, letters: Bytes) -> int:
    """Give what stands in a table of names under these letters, 0 where nothing does; ``number`` is that of
    :func:`_scan`.
    """
    spot = number & (len(table) - 1)
    while table[spot, 0] != -1:
        if table[spot, 0] == number and table[spot, 2] == stop - at:
            if _same(data, at, letters, table[spot, 1], stop - at):
                return table[spot, 3]
        spot = (spot + 1) & (len(table) - 1)
    return 0


@inlined
def _number(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Give where a whole number ends and what it is, -1 where none of at most seven figures stands there."""
    first, number = at, 0
    while at < end and 48 <= data[at] <= 57:
        number = number * 10 + int(data[at]) - 48
        at += 1
    if at == first or at - first > 7 or (data[first] == 48 and at - first > 1):
        return at, -1
    if at < end and (data[at] == 46 or data[at] == 101 or data[at] == 69):
        return at, -1
    return at, number


@compiled_loop
def _read_names(data: Bytes, at: int, end: int, field: int, values: Int64, letters: Bytes) -> tuple[int, int]:
    """Give where a list of names ends, and the names as bits; 0 where it is out of the format."""
    if data[at] != 91:
        return at, 0
    at, bits = at + 1, 0
    while True:
        at = _past_space(data, at, end)
        if at >= end or data[at] != 34:
            return at, 0
        stop, hashed = _scan(data, at + 1, end, 1000 + field)
        if stop < 0:
            return at, 0
        code = _find(data, at + 1, stop, hashed, values, letters)
        if code == 0 or bits & (1 << (code - 1)):
            return at, 0
        bits |= 1 << (code - 1)
        at = _past_space(data, stop + 1, end)
        if at < end and data[at] == 93:
            return at + 1, bits
        if at >= end or data[at] != 44:
            return at, 0
        at += 1


@compiled_loop
def _read_ids(
    data: Bytes,
    at: int,
    end: int,
    ids: Int64,
    known: int,
    victims_from: Int32,
    victims_named: Int32,
    counts: Int64,
) -> tuple[int, int, int]:
    """Give where a list of ids ends, how many stand in it (-1: out of the format) and how many are known."""
    if data[at] != 91:
        return at, -1, known
    at = _past_space(data, at + 1, end)
    row, count, total = counts[1] - 1, 0, counts[len(PLACED)]
    if at < end and data[at] == 93:
        return at + 1, 0, known
    while True:
        at = _past_space(data, at, end)
        if at >= end or data[at] != 34:
            return at, -1, known
        stop = _end_of_text(data, at + 1, end)
        if stop < 0 or not _is_id(data, at + 1, stop):
            return at, -1, known
        number, known = _same_text(data, at + 1, stop, ids, known)
        if number < 0:
            return at, -1, known
        for other in range(total, total + count):
            if victims_named[other] == number:
                return at, -1, known
        victims_named[total + count] = number
        count += 1
        at = _past_space(data, stop + 1, end)
        if at < end and data[at] == 93:
            counts[len(PLACED)] = total + count
            victims_from[row + 1] = total + count
            return at + 1, count, known
        if at >= end or data[at] != 44:
            return at, -1, known
        at += 1


@inlined
def _is_id(data: Bytes, at: int, stop: int) -> bool:
    if not (1 <= stop - at <= 32) or not 97 <= data[at] <= 122:
        return False
    for i in range(at, stop):
        letter = data[i]
        if not (97 <= letter <= 122 or 48 <= letter <= 57 or letter == 95):
            return False
    return True


@compiled_loop
def _is_class(data: Bytes, at: int, stop: int) -> bool:
    """Say whether a text can be a class of crime: NFIB or figures, then a letter, then a number after a
    stroke.
    """
    fraud = (
        stop - at > 4 and data[at] == 78 and data[at + 1] == 70 and data[at + 2] == 73 and data[at + 3] == 66
    )
    at += 4 if fraud else 0
    figures = 0
    while at < stop and 48 <= data[at] <= 57:
        at += 1
        figures += 1
    if not 1 <= figures <= (2 if fraud else 3):
        return False
    if at < stop and 65 <= data[at] <= 90:
        at += 1
    if at < stop and not fraud and data[at] == 47:
        figures = stop - at - 1
        at += 1
        while at < stop and 48 <= data[at] <= 57:
            at += 1
        if not 1 <= figures <= 2:
            return False
    return at == stop


@inlined
def _same_text(data: Bytes, at: int, stop: int, ids: Int64, known: int) -> tuple[int, int]:
    """Give the number of a text among those of the report, -1 where there are too many."""
    for number in range(known):
        if ids[number, 1] == stop - at:
            alike = True
            for i in range(stop - at):
                if data[ids[number, 0] + i] != data[at + i]:
                    alike = False
                    break
            if alike:
                return number, known
    if known >= MOST_IDS:
        return -1, known
    ids[known, 0] = at
    ids[known, 1] = stop - at
    return known, known + 1


@compiled_loop
def _judged(data: Bytes, at: int, stop: int, ids: Int64, known: int) -> tuple[int, int]:
    length = stop - at
    if length == 3 and data[at] == 121 and data[at + 1] == 101 and data[at + 2] == 115:
        return YES, known
    if length == 2 and data[at] == 110 and data[at + 1] == 111:
        return NO, known
    if (
        length == 7
        and data[at] == 117
        and data[at + 1] == 110
        and data[at + 2] == 107
        and data[at + 3] == 110
    ):
        return NOT_KNOWN, known
    return _same_text(data, at, stop, ids, known)


@compiled_loop
def _figures(data: Bytes, at: int, count: int) -> int:
    number = 0
    for i in range(at, at + count):
        if not 48 <= data[i] <= 57:
            return -1
        number = number * 10 + int(data[i]) - 48
    return number


@compiled_loop
def _day(data: Bytes, at: int, stop: int) -> int:
    """Give a day as 20260401, -1 where it is none."""
    if stop - at < 10 or data[at + 4] != 45 or data[at + 7] != 45:
        return -1
    year, month, day = _figures(data, at, 4), _figures(data, at + 5, 2), _figures(data, at + 8, 2)
    if not _FIRST_YEAR <= year <= _LAST_YEAR or not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
        return -1
    return year * 10_000 + month * 100 + day


@compiled_loop
def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


@compiled_loop
def _moment(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Give seconds since 1970 (UTC) and minutes east of UTC; minutes of -9999 where it is no moment."""
    day = _day(data, at, stop)
    if day < 0 or stop - at < 17 or data[at + 10] != 84 or data[at + 13] != 58:
        return 0, -9999
    hour, minute, second = _figures(data, at + 11, 2), _figures(data, at + 14, 2), 0
    rest = at + 16
    if data[rest] == 58:
        second = _figures(data, rest + 1, 2) if stop - rest >= 4 else -1
        rest += 3
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59):
        return 0, -9999
    east = 0
    if stop - rest == 1 and data[rest] == 90:
        east = 0
    elif stop - rest == 6 and (data[rest] == 43 or data[rest] == 45) and data[rest + 3] == 58:
        hours, minutes = _figures(data, rest + 1, 2), _figures(data, rest + 4, 2)
        if not (0 <= hours <= 23 and 0 <= minutes <= 59):
            return 0, -9999
        east = (hours * 60 + minutes) * (1 if data[rest] == 43 else -1)
    else:
        return 0, -9999
    whole = days_since_1970(day) * 86_400 + hour * 3_600 + minute * 60 + second
    return whole - east * 60, east


@compiled_loop
def days_since_1970(day: int) -> int:
    """Give the days from 1 January 1970 to a day written as 20260401."""
    year, month, of_month = day // 10_000, day // 100 % 100, day % 100
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + of_month - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled_loop
def day_after_1970(days: int) -> int:
    """Give the day, as 20260401, that is so many days after 1 January 1970."""
    days += 719_468
    era = days // 146_097
    of_era = days - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return (year + era * 400 + (month <= 2)) * 10_000 + month * 100 + of_year - (153 * shifted + 2) // 5 + 1


@compiled_loop
def _day_in_london(seconds: int) -> int:
    """Give the day in London, which is an hour ahead in summer.

    Summer begins on the last Sunday of March (until 1980 on the first from the 16th) and ends on that of
    October (until 1989 on the first from the 23rd, until 1995 from the 22nd), at 01:00 (until 1980 at 02:00);
    the Summer Time Orders of those years, as the time zone database has them.
    """
    year = day_after_1970(seconds // 86_400) // 10_000
    hour = 7_200 if year < 1981 else 3_600
    begins = _sunday_by(year, 3, 31 if year > 1980 else 22) * 86_400 + hour
    ends = _sunday_by(year, 10, 31 if year > 1995 else 28 if year > 1989 else 29) * 86_400 + hour
    ahead = 3_600 if begins <= seconds < ends else 0
    return day_after_1970((seconds + ahead) // 86_400)


@compiled_loop
def _sunday_by(year: int, month: int, day: int) -> int:
    """Give the last Sunday that is not after a day of a month, as days since 1970."""
    last = days_since_1970(year * 10_000 + month * 100 + day)
    return last - (last + 4) % 7


@compiled_loop
def _new_row(
    place: int,
    widths: Int64,
    bases: Int64,
    names: UInt16,
    numbers: Int32,
    victims_from: Int32,
    counts: Int64,
) -> int:
    at = place - 1 if place < 5 else place - 8
    row = counts[at]
    counts[at] = row + 1
    _clear(at, row, widths, bases, names, numbers)
    if at == 1:
        victims_from[row] = counts[len(PLACED)]
        victims_from[row + 1] = counts[len(PLACED)]
    return row


@compiled_loop
def _clear(at: int, row: int, widths: Int64, bases: Int64, names: UInt16, numbers: Int32) -> None:
    start = bases[0, at] + row * widths[0, at]
    for cell in range(start, start + widths[0, at]):
        names[cell] = 0
    start = bases[1, at] + row * widths[1, at]
    for cell in range(start, start + widths[1, at]):
        numbers[cell] = ABSENT


@compiled_loop
def _all_allowed(
    since: int,
    until: int,
    fields: Int32,
    allowed: Bytes,
    widths: Int64,
    bases: Int64,
    names: UInt16,
    numbers: Int32,
) -> bool:
    """Say whether each allegation carries only what its kind may, where the kind was told last."""
    for field in range(len(fields)):
        if fields[field, _PLACE] != ALLEGATION:
            continue
        named, slot = fields[field, _HOLDS] == NAME, fields[field, _SLOT]
        for a in range(since, until):
            kind = names[bases[0, 1] + a * widths[0, 1] + _KIND]
            if named:
                told = names[bases[0, 1] + a * widths[0, 1] + slot] != 0
            else:
                told = numbers[bases[1, 1] + a * widths[1, 1] + slot] != ABSENT
            if told and not allowed[kind, field]:
                return False
    return True


@compiled_loop
def _makes_sense(
    r: int,
    widths: Int64,
    bases: Int64,
    names: UInt16,
    numbers: Int32,
    first: Int32,
    victims_from: Int32,
    victims_named: Int32,
    counts: Int64,
) -> bool:
    """Say whether nothing in a report contradicts itself or leads nowhere, as far as it is read here."""
    told = numbers[bases[1, 0] + r * widths[1, 0] :]
    if told[_SCHEMA_VERSION] != 1 or told[_REPORTED_AT] == ABSENT:
        return False
    for at in range(1, len(PLACED)):
        if at != 4 and not _told_apart(at, first[at, r], counts[at], widths, bases, numbers):
            return False
    crowds = 0
    for a in range(first[1, r], counts[1]):
        told = numbers[bases[1, 1] + a * widths[1, 1] :]
        named = victims_from[a + 1] - victims_from[a]
        if names[bases[0, 1] + a * widths[0, 1] + _KIND] == 0 or 0 <= told[_VICTIM_COUNT] < named:
            return False
        crowds += told[_VICTIM_COUNT] > 1 and named == 0
        if told[_FROM] != ABSENT and told[_TO] != ABSENT and told[_FROM] > told[_TO]:
            return False
        if told[_DURING] != ABSENT:
            holder = _row_of(told[_DURING], 1, first[1, r], counts[1], widths, bases, numbers)
            if holder < 0 or numbers[bases[1, 1] + holder * widths[1, 1] + _DURING] != ABSENT:
                return False
        for link in (_SAME, _CONTINUES, _DISCLOSED):
            if (
                told[link] != ABSENT
                and _row_of(told[link], 5, first[5, r], counts[5], widths, bases, numbers) < 0
            ):
                return False
    for v in range(first[2, r], counts[2]):
        told = numbers[bases[1, 2] + v * widths[1, 2] :]
        said = names[bases[0, 2] + v * widths[0, 2] :]
        if told[0] == ABSENT or told[_HOUSEHOLD] == told[0] or (told[_AGE] != ABSENT and said[_BAND] != 0):
            return False
        if said[_DUTY] == _CONSTABLE or said[_DUTY] == _EMERGENCY:
            grown = said[_BAND] == 0 or said[_BAND] == _GROWN or said[_BAND] == _AGE_UNKNOWN
            if 0 <= told[_AGE] < 18 or not grown:
                return False
    for o in range(first[3, r], counts[3]):
        told = numbers[bases[1, 3] + o * widths[1, 3] :]
        aged = told[_AGE_OF_O] != ABSENT and names[bases[0, 3] + o * widths[0, 3] + _BAND_OF_O] != 0
        if told[0] == ABSENT or aged:
            return False
        if told[_AS_VICTIM] != ABSENT:
            listed = _row_of(told[_AS_VICTIM], 2, first[2, r], counts[2], widths, bases, numbers) >= 0
            for v in range(victims_from[first[1, r]], victims_from[counts[1]]):
                listed = listed or victims_named[v] == told[_AS_VICTIM]
            if not listed:
                return False
    for j in range(first[4, r], counts[4]):
        told = numbers[bases[1, 4] + j * widths[1, 4] :]
        about = names[bases[0, 4] + j * widths[0, 4] + _ABOUT]
        if about == 0 or told[_VALUE] == ABSENT:
            return False
        if told[_JUDGED_ALLEGATION] != ABSENT or told[_JUDGED_RECORD] != ABSENT:
            return False
    for p in range(first[5, r], counts[5]):
        no_class = names[bases[0, 5] + p * widths[0, 5] + _CLASS] == 0
        if no_class or numbers[bases[1, 5] + p * widths[1, 5]] == ABSENT:
            return False
    return crowds <= 1


@compiled_loop
def _told_apart(at: int, since: int, until: int, widths: Int64, bases: Int64, numbers: Int32) -> bool:
    """Say whether no id stands twice; allegations have ids all or none."""
    for row in range(since, until):
        name = numbers[bases[1, at] + row * widths[1, at]]
        if (name == ABSENT) != (numbers[bases[1, at] + since * widths[1, at]] == ABSENT):
            return False
        for other in range(since, row):
            if name != ABSENT and numbers[bases[1, at] + other * widths[1, at]] == name:
                return False
    return True


@compiled_loop
def _row_of(name: int, at: int, since: int, until: int, widths: Int64, bases: Int64, numbers: Int32) -> int:
    for row in range(since, until):
        if numbers[bases[1, at] + row * widths[1, at]] == name:
            return row
    return -1


_KIND = slots(ALLEGATION, names=True)["kind"]
_REPORT_ID = slots(REPORT, names=False)["report_id"]
_FIRST_SPOT = slots(ALLEGATION, names=False)[f"place.{SPOTS[0]}"]
_SCHEMA_VERSION = slots(REPORT, names=False)["schema_version"]
_REPORTED_AT = slots(REPORT, names=False)["reported_at"]
_A = slots(ALLEGATION, names=False)
_DURING, _VICTIM_COUNT, _FROM, _TO = _A["during"], _A["victim_count"], _A["when.from"], _A["when.to"]
_SAME, _CONTINUES, _DISCLOSED = _A["same_as_record"], _A["continues_record"], _A["disclosed_in"]
_AGE, _HOUSEHOLD = slots(VICTIM, names=False)["age"], slots(VICTIM, names=False)["household"]
_BAND, _DUTY = slots(VICTIM, names=True)["age_band"], slots(VICTIM, names=True)["duty"]
_CONSTABLE = values_in(VICTIM, "duty").index("constable") + 1
_EMERGENCY = values_in(VICTIM, "duty").index("emergency_worker") + 1
_GROWN = values_in(VICTIM, "age_band").index("18_and_over") + 1
_AGE_UNKNOWN = values_in(VICTIM, "age_band").index("unknown") + 1
_AGE_OF_O, _AS_VICTIM = slots(OFFENDER, names=False)["age"], slots(OFFENDER, names=False)["victim_id"]
_BAND_OF_O = slots(OFFENDER, names=True)["age_band"]
_ABOUT, _VALUE = slots(JUDGEMENT, names=True)["about"], slots(JUDGEMENT, names=False)["value"]
_JUDGED_ALLEGATION = slots(JUDGEMENT, names=False)["allegation"]
_JUDGED_RECORD = slots(JUDGEMENT, names=False)["record"]
_CLASS = slots(RECORD, names=True)["class"]
_UNLISTED = values_in(RECORD, "class").index(UNLISTED) + 1
assert _A["id"] == slots(VICTIM, names=False)["id"] == slots(RECORD, names=False)["id"] == 0
