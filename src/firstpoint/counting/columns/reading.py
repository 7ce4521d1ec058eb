"""Reports in JSON read straight into columns.

A report is read once, letter by letter, against the tables of the format. Whatever is out of the format, or
is seldom said and left to the slower way (a question about a record, an offence told by its title, text with
escapes), makes the report one of those *left over*: it is then read as a whole by
:mod:`~firstpoint.counting.reports`, which names every fault or gives the verdict.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstpoint.counting.columns.arrays import Bytes, Int32, Int64
from firstpoint.counting.columns.kernel import compiled_loop
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
    PLACES,
    RECORD,
    REMARK,
    REPORT,
    SPOT,
    SPOTS,
    TEXT,
    VICTIM,
    Tables,
    slots,
    tables,
)

ABSENT = -1
#: Judgements that answer yes, no or unknown hold these numbers, others that of the id they name.
YES, NO, NOT_KNOWN = 1_000_001, 1_000_002, 1_000_003
#: As many different ids and names of forces as a report in columns may have.
MOST_IDS = 96
_DEEPEST = 6
_LONGEST_REMARK = 100
_OPENED, _WANTS_FIELD, _HAD_FIELD, _HAD_ENTRY = 0, 1, 2, 3
_TABLES = (REPORT, ALLEGATION, VICTIM, OFFENDER, JUDGEMENT, RECORD)


class Coded(NamedTuple):
    """Reports in columns.

    ``left_over[r]`` is 1 for a report that must be read the slower way. ``names`` and ``numbers`` hold, for
    each place, a row for each entry and a column for each field (:func:`~.layout.slots`): codes of names (0:
    absent), and whole numbers, days as ``20260401`` and ids as numbers within the report (-1: absent). The
    entries of report ``r`` are those from ``*_from[r]`` to ``*_from[r + 1]``. ``received_at`` is in seconds
    since 1970 (UTC), ``offset`` in minutes east of UTC, ``day`` the day in London.
    """

    left_over: Bytes
    received_at: Int64
    offset: Int32
    day: Int32
    id_start: Int64
    id_length: Int32
    report_names: Bytes
    report_numbers: Int32
    allegation_from: Int32
    allegation_names: Bytes
    allegation_numbers: Int32
    hostility: Int32
    victims_from: Int32
    victims_named: Int32
    victim_from: Int32
    victim_names: Bytes
    victim_numbers: Int32
    offender_from: Int32
    offender_names: Bytes
    offender_numbers: Int32
    judgement_from: Int32
    judgement_names: Bytes
    judgement_numbers: Int32
    record_from: Int32
    record_names: Int32
    record_numbers: Int32


def read_coded(data: Bytes, starts: Int64, ends: Int64, *, nulls: bool = False) -> Coded:
    """Give the reports whose JSON texts stand in ``data`` from ``starts`` to ``ends`` (positions of bytes).

    With ``nulls`` a field that is ``null`` counts as left out, as frames write it.
    """
    coded = _room(data, starts, ends)
    counts = np.zeros(len(PLACES) + 1, dtype=np.int64)
    _read_all(data, starts, ends, tables(), coded, counts, nulls)
    return coded._replace(
        allegation_names=coded.allegation_names[: counts[ALLEGATION]],
        allegation_numbers=coded.allegation_numbers[: counts[ALLEGATION]],
    )


def _room(data: Bytes, starts: Int64, ends: Int64) -> Coded:
    reports = len(starts)
    entries = max(1, int(_opened(data, starts, ends)))
    named = max(1, int(np.count_nonzero(data == ord(",")))) + entries

    def of(table: int, rows: int, *, names: bool) -> tuple[int, int]:
        return rows, max(1, len(slots(table, names=names)))

    def numbers(table: int, rows: int) -> Int32:
        return np.empty(of(table, rows, names=False), dtype=np.int32)

    def names(table: int, rows: int) -> Bytes:
        return np.empty(of(table, rows, names=True), dtype=np.uint8)

    def firsts() -> Int32:
        return np.zeros(reports + 1, dtype=np.int32)

    return Coded(
        left_over=np.zeros(reports, dtype=np.uint8),
        received_at=np.zeros(reports, dtype=np.int64),
        offset=np.zeros(reports, dtype=np.int32),
        day=np.zeros(reports, dtype=np.int32),
        id_start=np.zeros(reports, dtype=np.int64),
        id_length=np.full(reports, ABSENT, dtype=np.int32),
        report_names=names(REPORT, reports),
        report_numbers=numbers(REPORT, reports),
        allegation_from=firsts(),
        allegation_names=names(ALLEGATION, entries),
        allegation_numbers=numbers(ALLEGATION, entries),
        hostility=np.empty(entries, dtype=np.int32),
        victims_from=np.zeros(entries + 1, dtype=np.int32),
        victims_named=np.empty(named, dtype=np.int32),
        victim_from=firsts(),
        victim_names=names(VICTIM, entries),
        victim_numbers=numbers(VICTIM, entries),
        offender_from=firsts(),
        offender_names=names(OFFENDER, entries),
        offender_numbers=numbers(OFFENDER, entries),
        judgement_from=firsts(),
        judgement_names=names(JUDGEMENT, entries),
        judgement_numbers=numbers(JUDGEMENT, entries),
        record_from=firsts(),
        record_names=np.empty(of(RECORD, entries, names=True), dtype=np.int32),
        record_numbers=numbers(RECORD, entries),
    )


@compiled_loop
def _opened(data: Bytes, starts: Int64, ends: Int64) -> int:
    found = 0
    for r in range(len(starts)):
        for at in range(starts[r], ends[r]):
            found += data[at] == 123
    return found


@compiled_loop
def _read_all(
    data: Bytes, starts: Int64, ends: Int64, t: Tables, coded: Coded, counts: Int64, nulls: bool
) -> None:
    ids = np.zeros((MOST_IDS, 2), dtype=np.int64)
    before = np.zeros_like(counts)
    for r in range(len(starts)):
        before[:] = counts
        fine = _read_report(data, starts[r], ends[r], r, t, coded, counts, ids, nulls)
        if not fine:
            counts[:] = before
            coded.left_over[r] = 1
        coded.allegation_from[r + 1] = counts[ALLEGATION]
        coded.victim_from[r + 1] = counts[VICTIM]
        coded.offender_from[r + 1] = counts[OFFENDER]
        coded.judgement_from[r + 1] = counts[JUDGEMENT]
        coded.record_from[r + 1] = counts[RECORD]


@compiled_loop
def _read_report(
    data: Bytes,
    at: int,
    end: int,
    r: int,
    t: Tables,
    coded: Coded,
    counts: Int64,
    ids: Int64,
    nulls: bool,
) -> bool:
    place = np.zeros(_DEEPEST, dtype=np.int64)
    row = np.zeros(_DEEPEST, dtype=np.int64)
    shift = np.zeros(_DEEPEST, dtype=np.int64)
    listed = np.zeros(_DEEPEST, dtype=np.int64)
    known = 0
    coded.report_names[r, :] = 0
    coded.report_numbers[r, :] = ABSENT
    at = _past_space(data, at, end)
    if at >= end or data[at] != 123:
        return False
    at += 1
    depth, state = 0, _OPENED
    place[0], row[0] = REPORT, r
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
            row[depth] = _new_row(place[depth], coded, counts)
            state = _OPENED
            continue
        if letter == 125 and state != _WANTS_FIELD:
            at += 1
            if depth == 0:
                return _past_space(data, at, end) >= end and _makes_sense(r, coded, counts)
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
        stop = _end_of_text(data, at + 1, end)
        if stop < 0:
            return False
        field = _find_field(data, at + 1, stop, place[depth], t)
        if field < 0:
            return False
        if place[depth] == SPOT:
            field += shift[depth]
        if place[depth] == ALLEGATION:
            kind = coded.allegation_names[row[depth], _KIND]
            if kind and not t.allowed[kind, field]:
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
        holds, slot, table = t.field_holds[field], t.field_slot[field], t.field_table[field]
        here = row[depth]
        state = _HAD_FIELD
        if holds == NAME:
            if data[at] != 34:
                return False
            stop = _end_of_text(data, at + 1, end)
            if stop < 0:
                return False
            code = _find_value(data, at + 1, stop, field, t)
            if code == 0 or not _put_name(table, here, slot, code, coded):
                return False
            at = stop + 1
            continue
        number = 1
        if holds == OBJECT or holds == OBJECTS:
            if not _put_number(table, here, slot, 1, coded) or depth + 1 >= _DEEPEST:
                return False
            inner = t.field_inner[field]
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
            row[depth] = _new_row(inner, coded, counts) if holds == OBJECTS else here
            shift[depth] = (slot - _FIRST_SPOT) * 3 if inner == SPOT else 0
            state = _OPENED
            continue
        if holds == NUMBER or holds == ONE:
            at, number = _number(data, at, end)
            if number < 0 or (holds == ONE and number != 1):
                return False
        elif holds == NAMES:
            at, number = _read_names(data, at, end, field, t)
            if number <= 0:
                return False
            coded.hostility[here] = number
        elif holds == IDS:
            at, number, known = _read_ids(data, at, end, ids, known, coded, counts)
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
                if table == REPORT and slot == _REPORT_ID:
                    coded.id_start[r] = at + 1
                    coded.id_length[r] = stop - at - 1
                elif table == JUDGEMENT:
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
                    if minutes != 0 and minutes != 60:
                        return False
                    number = _day_in_london(seconds)
            elif holds == MOMENT:
                if table != REPORT:
                    return False
                seconds, minutes = _moment(data, at + 1, stop)
                if minutes < -1440:
                    return False
                coded.received_at[r] = seconds
                coded.offset[r] = minutes
                coded.day[r] = _day_in_london(seconds)
            elif holds == REMARK:
                if stop - at > _LONGEST_REMARK or stop == at + 1:
                    return False
            else:
                return False
            if number < 0:
                return False
            at = stop + 1
        if not _put_number(table, here, slot, number, coded):
            return False


_KIND = slots(ALLEGATION, names=True)["kind"]
_REPORT_ID = slots(REPORT, names=False)["report_id"]
_FIRST_SPOT = slots(ALLEGATION, names=False)[f"place.{SPOTS[0]}"]


@compiled_loop
def _past_space(data: Bytes, at: int, end: int) -> int:
    while at < end and (data[at] == 32 or data[at] == 10 or data[at] == 13 or data[at] == 9):
        at += 1
    return at


@compiled_loop
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


@compiled_loop
def _hash(data: Bytes, at: int, stop: int, seed: int) -> int:
    mask = np.int64((1 << 63) - 1)
    found = np.int64((seed * 1_000_003 + 97) & mask)
    for i in range(at, stop):
        found = np.int64(((found ^ np.int64(data[i])) * np.int64(1_099_511_628_211)) & mask)
    return found


@compiled_loop
def _same(data: Bytes, at: int, letters: Bytes, start: int, length: int) -> bool:
    for i in range(length):
        if data[at + i] != letters[start + i]:
            return False
    return True


@compiled_loop
def _find_field(data: Bytes, at: int, stop: int, place: int, t: Tables) -> int:
    number = _hash(data, at, stop, place)
    size = len(t.key_hash)
    spot = number & (size - 1)
    while t.key_hash[spot] != -1:
        if (
            t.key_hash[spot] == number
            and t.key_length[spot] == stop - at
            and t.field_place[t.key_field[spot]] == place
            and _same(data, at, t.letters, t.key_start[spot], stop - at)
        ):
            return t.key_field[spot]
        spot = (spot + 1) & (size - 1)
    return -1


@compiled_loop
def _find_value(data: Bytes, at: int, stop: int, field: int, t: Tables) -> int:
    number = _hash(data, at, stop, 1000 + field)
    size = len(t.value_hash)
    spot = number & (size - 1)
    while t.value_hash[spot] != -1:
        if (
            t.value_hash[spot] == number
            and t.value_length[spot] == stop - at
            and _same(data, at, t.letters, t.value_start[spot], stop - at)
        ):
            return t.value_code[spot]
        spot = (spot + 1) & (size - 1)
    return 0


@compiled_loop
def _number(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Give where a whole number ends and what it is, -1 where none of at most seven figures stands there."""
    first, number = at, 0
    while at < end and 48 <= data[at] <= 57:
        number = number * 10 + data[at] - 48
        at += 1
    if at == first or at - first > 7 or (data[first] == 48 and at - first > 1):
        return at, -1
    if at < end and (data[at] == 46 or data[at] == 101 or data[at] == 69):
        return at, -1
    return at, number


@compiled_loop
def _read_names(data: Bytes, at: int, end: int, field: int, t: Tables) -> tuple[int, int]:
    """Give where a list of names ends, and the names as bits; 0 where it is out of the format."""
    if data[at] != 91:
        return at, 0
    at, bits = at + 1, 0
    while True:
        at = _past_space(data, at, end)
        if at >= end or data[at] != 34:
            return at, 0
        stop = _end_of_text(data, at + 1, end)
        if stop < 0:
            return at, 0
        code = _find_value(data, at + 1, stop, field, t)
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
    data: Bytes, at: int, end: int, ids: Int64, known: int, coded: Coded, counts: Int64
) -> tuple[int, int, int]:
    """Give where a list of ids ends, how many stand in it (-1: out of the format) and how many are known."""
    if data[at] != 91:
        return at, -1, known
    at = _past_space(data, at + 1, end)
    row, count, total = counts[ALLEGATION] - 1, 0, counts[len(PLACES)]
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
            if coded.victims_named[other] == number:
                return at, -1, known
        coded.victims_named[total + count] = number
        count += 1
        at = _past_space(data, stop + 1, end)
        if at < end and data[at] == 93:
            counts[len(PLACES)] = total + count
            coded.victims_from[row + 1] = total + count
            return at + 1, count, known
        if at >= end or data[at] != 44:
            return at, -1, known
        at += 1


@compiled_loop
def _is_id(data: Bytes, at: int, stop: int) -> bool:
    if not (1 <= stop - at <= 32) or not 97 <= data[at] <= 122:
        return False
    for i in range(at, stop):
        letter = data[i]
        if not (97 <= letter <= 122 or 48 <= letter <= 57 or letter == 95):
            return False
    return True


@compiled_loop
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
    if length == 7 and data[at] == 117 and data[at + 1] == 110 and data[at + 2] == 107:
        return NOT_KNOWN, known
    return _same_text(data, at, stop, ids, known)


@compiled_loop
def _figures(data: Bytes, at: int, count: int) -> int:
    number = 0
    for i in range(at, at + count):
        if not 48 <= data[i] <= 57:
            return -1
        number = number * 10 + data[i] - 48
    return number


@compiled_loop
def _day(data: Bytes, at: int, stop: int) -> int:
    """Give a day as 20260401, -1 where it is none."""
    if stop - at < 10 or data[at + 4] != 45 or data[at + 7] != 45:
        return -1
    year, month, day = _figures(data, at, 4), _figures(data, at + 5, 2), _figures(data, at + 8, 2)
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
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
    """Give the day in London: an hour ahead from the last Sunday of March to that of October, from 01:00."""
    year = day_after_1970(seconds // 86_400) // 10_000
    begins = _last_sunday(year, 3) * 86_400 + 3_600
    ends = _last_sunday(year, 10) * 86_400 + 3_600
    ahead = 3_600 if begins <= seconds < ends else 0
    return day_after_1970((seconds + ahead) // 86_400)


@compiled_loop
def _last_sunday(year: int, month: int) -> int:
    last = days_since_1970(year * 10_000 + month * 100 + 31)
    return last - (last + 4) % 7


@compiled_loop
def _new_row(place: int, coded: Coded, counts: Int64) -> int:
    row = counts[place]
    counts[place] = row + 1
    if place == ALLEGATION:
        coded.allegation_names[row, :] = 0
        coded.allegation_numbers[row, :] = ABSENT
        coded.hostility[row] = 0
        coded.victims_from[row] = counts[len(PLACES)]
        coded.victims_from[row + 1] = counts[len(PLACES)]
    elif place == VICTIM:
        coded.victim_names[row, :] = 0
        coded.victim_numbers[row, :] = ABSENT
    elif place == OFFENDER:
        coded.offender_names[row, :] = 0
        coded.offender_numbers[row, :] = ABSENT
    elif place == JUDGEMENT:
        coded.judgement_names[row, :] = 0
        coded.judgement_numbers[row, :] = ABSENT
    else:
        coded.record_names[row, :] = 0
        coded.record_numbers[row, :] = ABSENT
    return row


@compiled_loop
def _put_name(table: int, row: int, slot: int, code: int, coded: Coded) -> bool:
    """Put a name in its column; false where one stands there already."""
    if table == ALLEGATION:
        free = coded.allegation_names[row, slot] == 0
        coded.allegation_names[row, slot] = code
    elif table == VICTIM:
        free = coded.victim_names[row, slot] == 0
        coded.victim_names[row, slot] = code
    elif table == OFFENDER:
        free = coded.offender_names[row, slot] == 0
        coded.offender_names[row, slot] = code
    elif table == JUDGEMENT:
        free = coded.judgement_names[row, slot] == 0
        coded.judgement_names[row, slot] = code
    elif table == RECORD:
        free = coded.record_names[row, slot] == 0
        coded.record_names[row, slot] = code
    else:
        free = coded.report_names[row, slot] == 0
        coded.report_names[row, slot] = code
    return free


@compiled_loop
def _put_number(table: int, row: int, slot: int, number: int, coded: Coded) -> bool:
    """Put a number in its column; false where one stands there already."""
    if table == ALLEGATION:
        free = coded.allegation_numbers[row, slot] == ABSENT
        coded.allegation_numbers[row, slot] = number
    elif table == VICTIM:
        free = coded.victim_numbers[row, slot] == ABSENT
        coded.victim_numbers[row, slot] = number
    elif table == OFFENDER:
        free = coded.offender_numbers[row, slot] == ABSENT
        coded.offender_numbers[row, slot] = number
    elif table == JUDGEMENT:
        free = coded.judgement_numbers[row, slot] == ABSENT
        coded.judgement_numbers[row, slot] = number
    elif table == RECORD:
        free = coded.record_numbers[row, slot] == ABSENT
        coded.record_numbers[row, slot] = number
    else:
        free = coded.report_numbers[row, slot] == ABSENT
        coded.report_numbers[row, slot] = number
    return free
