"""What many reports require, worked out in columns.

The same as :func:`~firstpoint.counting.reckoning.reckon` does for one report: links to existing records,
principal crimes, units of count, crimes due in an open class.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstpoint.counting.columns.arrays import Bytes, Floats, Int32, Int64, UInt16, UInt64
from firstpoint.counting.columns.findings import FindingColumns
from firstpoint.counting.columns.kernel import compiled_loop, inlined
from firstpoint.counting.columns.layout import (
    ALLEGATION,
    JUDGEMENT,
    RECORD,
    UNLISTED,
    classes_of_records,
    slots,
    values_in,
)
from firstpoint.counting.columns.matters import Matters
from firstpoint.counting.columns.reading import ABSENT, YES, Coded, day_after_1970, days_since_1970
from firstpoint.counting.columns.standing import ANSWERS, GAPS, RESULTS, TIES, UNITS, VICTIMS, Standing
from firstpoint.counting.principal import READ_FROM_EITHER, READ_FROM_THE_WEAKER
from firstpoint.counting.reckoning import STRENGTH


class Reckoned(NamedTuple):
    """What the chosen reports require.

    By report: ``decision`` (place in order of strength), ``total``, ``due`` (crimes at least that are due in
    an open class), ``crimes_from`` (its crimes are those up to the next report's). By crime: class
    ``result`` and ``number``. By matter: ``decided``, for how many people it stands in a reported incident
    (0: none, or told already) and the numbers of the rows that linked it to a record (``link_row``) or let
    another crime take it in (``pair_row``); -1 for none.
    """

    decision: Int32
    total: Int32
    due: Int32
    crimes_from: Int32
    result: Int32
    number: Int32
    decided: Int32
    incident_people: Int32
    link_row: Int32
    pair_row: Int32


def reckon_in(
    coded: Coded, matters: Matters, found: Int32, findings: FindingColumns, standing: Standing
) -> Reckoned:
    """Give what the reports of these matters require; a report left over on the way has no crimes."""
    reports, room = len(coded.left_over), len(found)
    by_report = np.zeros((3, reports), dtype=np.int32)
    by_report[0] = STRENGTH.index("incident_only")
    crimes_from = np.zeros(reports + 1, dtype=np.int32)
    crimes = np.empty((2, room), dtype=np.int32)
    by_matter = np.full((4, room), -1, dtype=np.int32)
    s = standing
    made = reckon_all(
        coded.left_over,
        coded.day,
        coded.names[1],
        coded.numbers[1],
        coded.names[4],
        coded.numbers[4],
        coded.names[5],
        coded.numbers[5],
        coded.first,
        coded.victims_from,
        coded.victims_named,
        matters.report,
        matters.allegation,
        matters.victim,
        matters.owner,
        matters.shop,
        matters.people,
        matters.part,
        found,
        findings.decision,
        findings.reached,
        findings.incident,
        findings.due,
        findings.possible_from,
        findings.possible,
        s.rank,
        s.order,
        s.kin,
        s.family,
        s.unit,
        s.conduct,
        s.has_thing,
        s.thing,
        s.very_thing,
        s.thing_if,
        s.weaker,
        s.other,
        s.tie,
        s.victims,
        s.said,
        s.pair_result,
        s.pair_number,
        s.memory_of_result,
        s.memory_of_record,
        s.memory_told,
        s.memory_result,
        s.memory_number,
        s.memory_alike,
        s.stated,
        s.record_result,
        s.record_codes,
        by_report,
        crimes_from,
        crimes,
        by_matter,
        np.full((2, room + 1), -1, dtype=np.int32),
        np.zeros((4, room + 1), dtype=np.uint8),
        np.zeros((room + 1, 4), dtype=np.int64),
    )
    return Reckoned(
        by_report[0],
        by_report[1],
        by_report[2],
        crimes_from,
        crimes[0, :made],
        crimes[1, :made],
        by_matter[0],
        by_matter[3],
        by_matter[1],
        by_matter[2],
    )


@compiled_loop
def reckon_all(
    left_over: Bytes,
    day: Int32,
    names: UInt16,
    numbers: Int32,
    judgement_names: UInt16,
    judgement_numbers: Int32,
    record_names: UInt16,
    record_numbers: Int32,
    first: Int32,
    victims_from: Int32,
    victims_named: Int32,
    m_report: Int32,
    m_allegation: Int32,
    m_victim: Int32,
    m_owner: Int32,
    m_shop: Int32,
    m_people: Int32,
    m_part: Int32,
    found: Int32,
    f_decision: Int32,
    f_reached: Int32,
    f_incident: Int32,
    f_due: Bytes,
    possible_from: Int32,
    possible: Int32,
    rank: Floats,
    order: Int32,
    kin: Int32,
    family: Int32,
    unit: Int32,
    conduct: Bytes,
    has_thing: Bytes,
    thing: Bytes,
    very_thing: Bytes,
    thing_if: Int32,
    weaker: UInt64,
    other: UInt64,
    tie: UInt64,
    victims: UInt64,
    said: UInt64,
    pair_result: Int32,
    pair_number: Int32,
    memory_of_result: UInt64,
    memory_of_record: UInt64,
    memory_told: UInt64,
    memory_result: Int32,
    memory_number: Int32,
    memory_alike: UInt64,
    stated: Bytes,
    record_result: Int32,
    record_codes: Int32,
    by_report: Int32,
    crimes_from: Int32,
    crimes: Int32,
    by_matter: Int32,
    noted: Int32,
    marked: Bytes,
    keys: Int64,
) -> int:
    """Put what the reports require to ``by_report``, ``crimes`` and ``by_matter``; give how many crimes."""
    made, at = 0, 0
    into, group = noted[0], noted[1]
    recorded, due, apart, alone = marked[0], marked[1], marked[2], marked[3]
    for r in range(len(left_over)):
        start = at
        while at < len(found) and m_report[at] == r:
            at += 1
        crimes_from[r + 1] = made
        if left_over[r] or start == at:
            continue
        any_due, any_recorded = False, 0
        for m in range(start, at):
            f, a = found[m], m_allegation[m]
            by_matter[0, m] = f_decision[f]
            linked = (
                numbers[a, _SAME] != ABSENT
                or numbers[a, _DISCLOSED] != ABSENT
                or numbers[a, _CONTINUES] != ABSENT
            )
            due[m] = f_due[f]
            if f_due[f] and linked:
                outcomes, row_of_first = 0, -1
                for i in range(possible_from[f], possible_from[f + 1]):
                    effect, row = _against_record(
                        r,
                        a,
                        possible[i],
                        day,
                        numbers,
                        judgement_names,
                        judgement_numbers,
                        record_names,
                        record_numbers,
                        first,
                        rank,
                        family,
                        conduct,
                        weaker,
                        other,
                        tie,
                        victims,
                        said,
                        pair_result,
                        memory_of_result,
                        memory_of_record,
                        memory_told,
                        memory_result,
                        memory_alike,
                        record_result,
                        record_codes,
                    )
                    if i == possible_from[f]:
                        row_of_first = row
                    if effect == _RECLASSIFIES and _is_incident(
                        r, a, numbers, record_names, record_numbers, first
                    ):
                        effect = _NEW
                    outcomes |= 1 << effect
                if outcomes != 1 << _NEW:
                    due[m] = 0
                    by_matter[0, m] = _ABSORBED if outcomes == 1 << _HELD else _NOT_DECIDABLE
                    if row_of_first >= 0:
                        by_matter[1, m] = memory_number[row_of_first]
            if due[m]:
                any_due = True
            if not f_due[f] and f_decision[f] == _RECORD:
                effect, row = _NEW, -1
                if linked:
                    effect, row = _against_record(
                        r,
                        a,
                        f_reached[f],
                        day,
                        numbers,
                        judgement_names,
                        judgement_numbers,
                        record_names,
                        record_numbers,
                        first,
                        rank,
                        family,
                        conduct,
                        weaker,
                        other,
                        tie,
                        victims,
                        said,
                        pair_result,
                        memory_of_result,
                        memory_of_record,
                        memory_told,
                        memory_result,
                        memory_alike,
                        record_result,
                        record_codes,
                    )
                    if row >= 0:
                        by_matter[1, m] = memory_number[row]
                if effect == _NEW or effect == _RECLASSIFIES:
                    recorded[m] = 1
                    any_recorded += 1
                else:
                    by_matter[0, m] = _ABSORBED if effect == _HELD else _NOT_DECIDABLE
        if any_recorded > 1:
            chosen = ABSENT
            for j in range(first[4, r], first[4, r + 1]):
                if judgement_names[j, _ABOUT] == _CHOICE:
                    chosen = judgement_numbers[j, _VALUE]
                    break
            for one in range(start, at):
                if not recorded[one]:
                    continue
                for two in range(one + 1, at):
                    if not recorded[two] or (
                        numbers[m_allegation[one], _OFFENDER] != numbers[m_allegation[two], _OFFENDER]
                    ):
                        continue
                    taken, row = _compare(
                        one,
                        two,
                        f_reached[found[one]],
                        f_reached[found[two]],
                        chosen,
                        names,
                        numbers,
                        m_allegation,
                        m_victim,
                        m_owner,
                        rank,
                        order,
                        weaker,
                        other,
                        tie,
                        victims,
                        said,
                        pair_result,
                        stated,
                    )
                    if taken == _UNSURE:
                        left_over[r] = 1
                    elif taken != _NEITHER:
                        lost, won = (one, two) if taken == _FIRST else (two, one)
                        better = into[lost] < 0
                        if not better:
                            held, new = f_reached[found[into[lost]]], f_reached[found[won]]
                            if rank[new] == rank[held] and order[new] == order[held]:
                                better = False
                                if m_allegation[won] != m_allegation[into[lost]]:
                                    left_over[r] = 1
                            else:
                                better = rank[new] < rank[held] or (
                                    rank[new] == rank[held] and order[new] < order[held]
                                )
                        if better:
                            into[lost] = won
                            by_matter[2, lost] = pair_number[row]
        if left_over[r]:
            for m in range(start, at):
                recorded[m], into[m] = 0, -1
            continue
        most = 0
        for m in range(start, at):
            if not recorded[m]:
                continue
            if into[m] >= 0:
                by_matter[0, m] = _ABSORBED
                continue
            result = f_reached[found[m]]
            _key_of(
                m,
                result,
                names,
                numbers,
                victims_from,
                victims_named,
                first[1, r],
                m_allegation,
                m_victim,
                m_owner,
                m_shop,
                m_people,
                unit,
                has_thing,
                thing,
                very_thing,
                thing_if,
                keys,
            )
            count = _number_of(
                m,
                result,
                names,
                numbers,
                victims_from,
                m_allegation,
                m_victim,
                m_people,
                m_part,
                unit,
                has_thing,
                thing,
                very_thing,
                thing_if,
            )
            most = max(most, count)
            group[m] = -1
            for other_m in range(start, m):
                if group[other_m] < 0 or kin[f_reached[found[other_m]]] != kin[result]:
                    continue
                same = True
                for i in range(4):
                    same = same and keys[other_m, i] == keys[m, i]
                if same:
                    group[m] = group[other_m]
                    break
            if group[m] < 0:
                group[m] = made
                crimes[0, made], crimes[1, made] = result, count
                made += 1
            else:
                g = group[m]
                crimes[1, g] = max(crimes[1, g], count)
                if rank[result] < rank[crimes[0, g]]:
                    crimes[0, g] = result
        best, total = _NOT_DECIDABLE, 0
        for m in range(start, at):
            best = min(best, by_matter[0, m])
            by_matter[3, m] = 0
            if f_incident[found[m]] >= 0:
                a = m_allegation[m]
                by_matter[3, m] = m_people[m]
                for o in range(start, m):
                    b = m_allegation[o]
                    if (
                        f_incident[found[o]] == f_incident[found[m]]
                        and numbers[b, _SAME] == numbers[a, _SAME]
                        and m_victim[o] == m_victim[m]
                        and (m_victim[m] != ABSENT or m_people[m] == 1 or a == b)
                        and numbers[b, _OFFENDER] == numbers[a, _OFFENDER]
                    ):
                        by_matter[3, m] = 0
        for g in range(crimes_from[r], made):
            total += crimes[1, g]
        if max(most, total) > MOST_CRIMES:
            left_over[r] = 1
            by_matter[3, start:at] = 0
            any_due, total, made = False, 0, crimes_from[r]
        by_report[0, r], by_report[1, r] = best, total
        if any_due:
            by_report[2, r] = _least_due(
                start,
                at,
                r,
                names,
                numbers,
                victims_from,
                victims_named,
                first,
                m_allegation,
                m_victim,
                m_owner,
                m_shop,
                m_people,
                found,
                f_reached,
                due,
                possible_from,
                possible,
                rank,
                order,
                kin,
                unit,
                has_thing,
                thing,
                very_thing,
                thing_if,
                weaker,
                other,
                tie,
                victims,
                said,
                pair_result,
                stated,
                recorded,
                apart,
                alone,
                keys,
            )
            if by_report[2, r] < 0:
                left_over[r] = 1
                by_report[2, r] = 0
                made = crimes_from[r]
        crimes_from[r + 1] = made
        for m in range(start, at):
            recorded[m], into[m], group[m] = 0, -1, -1
    return made


@compiled_loop
def _against_record(
    r: int,
    a: int,
    result: int,
    day: Int32,
    numbers: Int32,
    judgement_names: UInt16,
    judgement_numbers: Int32,
    record_names: UInt16,
    record_numbers: Int32,
    first: Int32,
    rank: Floats,
    family: Int32,
    conduct: Bytes,
    weaker: UInt64,
    other: UInt64,
    tie: UInt64,
    victims: UInt64,
    said: UInt64,
    pair_result: Int32,
    memory_of_result: UInt64,
    memory_of_record: UInt64,
    memory_told: UInt64,
    memory_result: Int32,
    memory_alike: UInt64,
    record_result: Int32,
    record_codes: Int32,
) -> tuple[int, int]:
    """Give what a recorded matter does to the record it names, and the row of memory that says so."""
    link = (
        _SAME
        if numbers[a, _SAME] != ABSENT
        else _DISCLOSED
        if numbers[a, _DISCLOSED] != ABSENT
        else _CONTINUES
    )
    p = first[5, r]
    while record_numbers[p, 0] != numbers[a, link]:
        p += 1
    ho_class, code = record_names[p, _CLASS], record_names[p, _CODE]
    held = record_result[ho_class]
    if code:
        for i in range(len(record_codes)):
            if record_codes[i, 0] == ho_class and record_codes[i, 1] == code:
                held = record_codes[i, 2]
    rank_held = rank[held] if held >= 0 else 0.0
    if link != _CONTINUES:
        if ho_class <= _INCIDENTS:
            return _RECLASSIFIES, -1
        if link == _DISCLOSED and held >= 0:
            told_of = _beside(result, held, rank, family, weaker, other, tie, victims, said, pair_result)
            if told_of != _SAME_FAMILY:
                return told_of, -1
        return (_RECLASSIFIES if rank[result] < rank_held else _HELD), -1
    dealt, ended = record_names[p, _DEALT], record_names[p, _ENDED]
    dealt = _YES if 0 < dealt <= _DEALT_WITH else _NOT_KNOWN if dealt == _DEALT_UNKNOWN else _NO
    ended = (
        _NO if ended == 0 else _YES if ended == _ENDED_YES else _NOT_KNOWN if ended == _ENDED_UNKNOWN else _NO
    )
    gap = _gap(r, a, p, day, numbers, judgement_names, judgement_numbers, record_numbers, first)
    may = memory_of_result[result, 0] & memory_of_record[held + 1, 0] & memory_told[dealt, ended, gap, 0]
    sure = memory_of_result[result, 1] & memory_of_record[held + 1, 1] & memory_told[dealt, ended, gap, 1]
    kept, last = np.uint64(0), -1
    for row in range(len(memory_result)):
        bit = np.uint64(1) << np.uint64(row)
        if may & bit:
            kept |= bit
            last = row
            if sure & bit:
                break
    effect = memory_result[last]
    if kept & memory_alike[effect] != kept:
        return _OPEN, -1
    if effect == 0:
        return _NEW, last
    if conduct[result] and rank[result] < rank_held:
        return _RECLASSIFIES, last
    return _HELD, last


@compiled_loop
def _is_incident(
    r: int, a: int, numbers: Int32, record_names: UInt16, record_numbers: Int32, first: Int32
) -> bool:
    link = (
        _SAME
        if numbers[a, _SAME] != ABSENT
        else _DISCLOSED
        if numbers[a, _DISCLOSED] != ABSENT
        else _CONTINUES
    )
    p = first[5, r]
    while record_numbers[p, 0] != numbers[a, link]:
        p += 1
    return record_names[p, _CLASS] <= _INCIDENTS


@compiled_loop
def _beside(
    result: int,
    held: int,
    rank: Floats,
    family: Int32,
    weaker: UInt64,
    other: UInt64,
    tie: UInt64,
    victims: UInt64,
    said: UInt64,
    pair_result: Int32,
) -> int:
    """Give what becomes of a crime told of while the recorded one was investigated."""
    if family[result] == family[held]:
        return _SAME_FAMILY
    low, high = tie[0, 0] & victims[1, 0], tie[0, 1] & victims[1, 1]
    for fact in range(len(said)):
        low &= said[fact, 0, 0]
        high &= said[fact, 0, 1]
    forward = pair_result[_first(result, held, low, high, weaker, other)]
    back = pair_result[_first(held, result, low, high, weaker, other)]
    if forward == 1 or back == 1:
        return _HELD if forward == 1 else _RECLASSIFIES
    if forward == 0 or back == 0:
        return _NEW
    return _RECLASSIFIES if rank[result] < rank[held] else _HELD


@inlined
def _first(result: int, beside: int, low: np.uint64, high: np.uint64, weaker: UInt64, other: UInt64) -> int:
    """Give the strongest row of the table of pairs whose bit stands in all masks."""
    low &= weaker[result, 0] & other[beside, 0]
    high &= weaker[result, 1] & other[beside, 1]
    bits, row = (low, 0) if low else (high, 64)
    while not bits & np.uint64(1):
        bits >>= np.uint64(1)
        row += 1
    return row


@compiled_loop
def _gap(
    r: int,
    a: int,
    p: int,
    day: Int32,
    numbers: Int32,
    judgement_names: UInt16,
    judgement_numbers: Int32,
    record_numbers: Int32,
    first: Int32,
) -> int:
    for j in range(first[4, r], first[4, r + 1]):
        if judgement_names[j, _ABOUT] == _LONG_GAP and judgement_numbers[j, _VALUE] == YES:
            return _WITHIN
    last = record_numbers[p, _LAST_ACT]
    if last == ABSENT:
        last = record_numbers[p, _OFFENCE_TO]
    if last == ABSENT:
        last = record_numbers[p, _RECORDED_ON]
    if last == ABSENT:
        return _NOT_KNOWN
    began = numbers[a, _FROM] if numbers[a, _FROM] != ABSENT else day[r]
    return _OVER if began > _three_months_after(last) else _WITHIN


@compiled_loop
def _three_months_after(day: int) -> int:
    months = day // 10_000 * 12 + day // 100 % 100 - 1 + 3
    start = (months // 12) * 10_000 + (months % 12 + 1) * 100
    of_month = day % 100
    while day_after_1970(days_since_1970(start + of_month)) != start + of_month:
        of_month -= 1
    return start + of_month


@compiled_loop
def _compare(
    one: int,
    two: int,
    first_result: int,
    second_result: int,
    chosen: int,
    names: UInt16,
    numbers: Int32,
    m_allegation: Int32,
    m_victim: Int32,
    m_owner: Int32,
    rank: Floats,
    order: Int32,
    weaker: UInt64,
    other: UInt64,
    tie: UInt64,
    victims: UInt64,
    said: UInt64,
    pair_result: Int32,
    stated: Bytes,
) -> tuple[int, int]:
    """Give which of two matters the other takes in, if any, and the row of the table of pairs."""
    a, b = m_allegation[one], m_allegation[two]
    tied = _tie(a, b, numbers)
    if first_result == second_result and (
        not (tied == _DURING_IT or tied == _HOLDS_IT) or m_victim[one] == m_victim[two]
    ):
        return _NEITHER, -1
    forward = _pair(
        a,
        b,
        one,
        two,
        first_result,
        second_result,
        names,
        numbers,
        m_victim,
        m_owner,
        weaker,
        other,
        tie,
        victims,
        said,
        stated,
    )
    back = _pair(
        b,
        a,
        two,
        one,
        second_result,
        first_result,
        names,
        numbers,
        m_victim,
        m_owner,
        weaker,
        other,
        tie,
        victims,
        said,
        stated,
    )
    if pair_result[forward] == 1:
        return _FIRST, forward
    if pair_result[back] == 1:
        return _SECOND, back
    if pair_result[forward] == 0 or pair_result[back] == 0:
        return _NEITHER, -1
    first_chosen = chosen != ABSENT and numbers[a, 0] == chosen
    second_chosen = chosen != ABSENT and numbers[b, 0] == chosen
    if first_chosen != second_chosen:
        return (_SECOND, back) if first_chosen else (_FIRST, forward)
    if rank[first_result] != rank[second_result]:
        return (_FIRST, forward) if rank[first_result] > rank[second_result] else (_SECOND, back)
    if order[first_result] != order[second_result]:
        return (_FIRST, forward) if order[first_result] > order[second_result] else (_SECOND, back)
    return _UNSURE, -1


@compiled_loop
def _tie(a: int, b: int, numbers: Int32) -> int:
    if numbers[a, _DURING] != ABSENT and numbers[a, _DURING] == numbers[b, 0]:
        return _DURING_IT
    if numbers[b, _DURING] != ABSENT and numbers[b, _DURING] == numbers[a, 0]:
        return _HOLDS_IT
    one, two = numbers[a, _INCIDENT], numbers[b, _INCIDENT]
    return _APART if one != ABSENT and two != ABSENT and one != two else 0


@compiled_loop
def _pair(
    a: int,
    b: int,
    one: int,
    two: int,
    first_result: int,
    second_result: int,
    names: UInt16,
    numbers: Int32,
    m_victim: Int32,
    m_owner: Int32,
    weaker: UInt64,
    other: UInt64,
    tie: UInt64,
    victims: UInt64,
    said: UInt64,
    stated: Bytes,
) -> int:
    tied = _tie(a, b, numbers)
    relation = 3
    if m_victim[one] == ABSENT or m_victim[two] == ABSENT:
        relation = 0
    elif m_victim[one] == m_victim[two]:
        relation = 1
    elif m_owner[one] == m_owner[two] or m_owner[one] == m_victim[two]:
        relation = 2
    low, high = tie[tied, 0] & victims[relation, 0], tie[tied, 1] & victims[relation, 1]
    for fact in range(len(_SAID)):
        yes = stated[fact, names[a, _KIND], names[a, _SAID[fact]]]
        if fact >= _OF_EITHER:
            yes |= stated[fact, names[b, _KIND], names[b, _SAID[fact]]]
        low &= said[fact, yes, 0]
        high &= said[fact, yes, 1]
    return _first(first_result, second_result, low, high, weaker, other)


@compiled_loop
def _things(
    a: int, result: int, names: UInt16, numbers: Int32, has_thing: Bytes, thing: Bytes, thing_if: Int32
) -> int:
    """Give the number of things stated, if they are those that the class is counted by."""
    named = names[a, _UNIT]
    if has_thing[result] and named and not thing[result, named]:
        return 0
    if thing_if[result] >= 0 and names[a, thing_if[result]] != _YES_CODE:
        return 0
    if numbers[a, _UNITS] != ABSENT:
        return numbers[a, _UNITS]
    return 1 if thing_if[result] >= 0 else 0


@compiled_loop
def _key_of(
    m: int,
    result: int,
    names: UInt16,
    numbers: Int32,
    victims_from: Int32,
    victims_named: Int32,
    since_a: int,
    m_allegation: Int32,
    m_victim: Int32,
    m_owner: Int32,
    m_shop: Int32,
    m_people: Int32,
    unit: Int32,
    has_thing: Bytes,
    thing: Bytes,
    very_thing: Bytes,
    thing_if: Int32,
    keys: Int64,
) -> None:
    """Put down what one crime of the class is counted for, as four numbers."""
    a, by = m_allegation[m], unit[result]
    offender = numbers[a, _OFFENDER]
    victim = m_victim[m]
    whom = -1_000 - a if victim == ABSENT and m_people[m] > 1 else victim
    things = _things(a, result, names, numbers, has_thing, thing, thing_if)
    keys[m, 0], keys[m, 3] = by, offender
    keys[m, 1], keys[m, 2] = whom, 0
    if (by == _BY_OFFENDER or by == _BY_OWNER) and very_thing[result, names[a, _UNIT]] and things > 0:
        keys[m, 1], keys[m, 2] = _like_victims(a, since_a, victims_from, victims_named), 1_000
    elif by == _BY_OFFENDER or (by == _BY_SUPPLIER and victim == ABSENT):
        keys[m, 1] = 0
    elif by == _BY_INCIDENT:
        keys[m, 1] = numbers[a, _INCIDENT]
    elif by == _EACH_TIME:
        keys[m, 2] = numbers[a, _INCIDENT]
    elif by == _BY_OWNER:
        keys[m, 1] = m_owner[m] if m_owner[m] != ABSENT else whom
    elif by == _BY_SHOP:
        keys[m, 1] = m_shop[m] if m_shop[m] != ABSENT else whom
    elif (by == _BY_THINGS or by == _BY_BUILDING or by == _BY_BOTH) and things > 0:
        keys[m, 1], keys[m, 2] = _like_victims(a, since_a, victims_from, victims_named), 2_000


@compiled_loop
def _like_victims(a: int, since_a: int, victims_from: Int32, victims_named: Int32) -> int:
    """Give the first allegation of the report that names the same victims in the same order."""
    count = victims_from[a + 1] - victims_from[a]
    for b in range(since_a, a):
        if victims_from[b + 1] - victims_from[b] == count:
            same = True
            for i in range(count):
                same = same and (victims_named[victims_from[a] + i] == victims_named[victims_from[b] + i])
            if same:
                return b
    return a


@compiled_loop
def _number_of(
    m: int,
    result: int,
    names: UInt16,
    numbers: Int32,
    victims_from: Int32,
    m_allegation: Int32,
    m_victim: Int32,
    m_people: Int32,
    m_part: Int32,
    unit: Int32,
    has_thing: Bytes,
    thing: Bytes,
    very_thing: Bytes,
    thing_if: Int32,
) -> int:
    a, by = m_allegation[m], unit[result]
    things = _things(a, result, names, numbers, has_thing, thing, thing_if)
    if (by == _BY_OFFENDER or by == _BY_OWNER) and very_thing[result, names[a, _UNIT]] and things > 0:
        return max(numbers[a, _UNITS], 1) if numbers[a, _UNITS] == ABSENT else numbers[a, _UNITS]
    if by == _BY_OFFENDER or by == _BY_INCIDENT:
        return 1
    if by == _EACH_TIME:
        return m_people[m] * max(1, numbers[a, _TIMES])
    if by == _BY_PENETRATOR:
        return m_people[m] if m_part[m] == 2 else m_people[m] * max(1, numbers[a, _DISTINCT])
    if by == _BY_SUPPLIER and m_victim[m] == ABSENT:
        return max(1, numbers[a, _SUPPLIERS])
    named = victims_from[a + 1] - victims_from[a]
    if named == 0:
        named = max(0, numbers[a, _VICTIM_COUNT])
    if by == _BY_BOTH and things > 0:
        return things + (0 if names[a, _SPECIFIC] == _SPECIFIC_NO else named)
    if by == _BY_VICTIMS_ELSE and named == 0:
        return max(1, things)
    if (by == _BY_THINGS or by == _BY_BUILDING) and things > 0:
        return things
    return m_people[m]


@compiled_loop
def _least_due(
    start: int,
    at: int,
    r: int,
    names: UInt16,
    numbers: Int32,
    victims_from: Int32,
    victims_named: Int32,
    first: Int32,
    m_allegation: Int32,
    m_victim: Int32,
    m_owner: Int32,
    m_shop: Int32,
    m_people: Int32,
    found: Int32,
    f_reached: Int32,
    due: Bytes,
    possible_from: Int32,
    possible: Int32,
    rank: Floats,
    order: Int32,
    kin: Int32,
    unit: Int32,
    has_thing: Bytes,
    thing: Bytes,
    very_thing: Bytes,
    thing_if: Int32,
    weaker: UInt64,
    other: UInt64,
    tie: UInt64,
    victims: UInt64,
    said: UInt64,
    pair_result: Int32,
    stated: Bytes,
    recorded: Bytes,
    apart: Bytes,
    alone: Bytes,
    keys: Int64,
) -> int:
    """Give how many crimes are due at least in an open class: no two of them can be one."""
    for m in range(start, at):
        apart[m - start] = recorded[m]
        alone[m - start] = 0
    for m in range(start, at):
        if not due[m]:
            continue
        joined = False
        for o in range(start, at):
            if joined or not apart[o - start]:
                continue
            sure = 0 if due[o] else 1
            count = 1 if sure else possible_from[found[o] + 1] - possible_from[found[o]]
            for i in range(possible_from[found[m]], possible_from[found[m] + 1]):
                one = possible[i]
                for k in range(count):
                    two = f_reached[found[o]] if sure else possible[possible_from[found[o]] + k]
                    if joined:
                        continue
                    if kin[one] == kin[two]:
                        _key_of(
                            m,
                            one,
                            names,
                            numbers,
                            victims_from,
                            victims_named,
                            first[1, r],
                            m_allegation,
                            m_victim,
                            m_owner,
                            m_shop,
                            m_people,
                            unit,
                            has_thing,
                            thing,
                            very_thing,
                            thing_if,
                            keys,
                        )
                        _key_of(
                            o,
                            two,
                            names,
                            numbers,
                            victims_from,
                            victims_named,
                            first[1, r],
                            m_allegation,
                            m_victim,
                            m_owner,
                            m_shop,
                            m_people,
                            unit,
                            has_thing,
                            thing,
                            very_thing,
                            thing_if,
                            keys,
                        )
                        same = True
                        for w in range(4):
                            same = same and keys[m, w] == keys[o, w]
                        joined = same
                    if (
                        not joined
                        and numbers[m_allegation[m], _OFFENDER] == numbers[m_allegation[o], _OFFENDER]
                    ):
                        taken, _ = _compare(
                            m,
                            o,
                            one,
                            two,
                            ABSENT,
                            names,
                            numbers,
                            m_allegation,
                            m_victim,
                            m_owner,
                            rank,
                            order,
                            weaker,
                            other,
                            tie,
                            victims,
                            said,
                            pair_result,
                            stated,
                        )
                        joined = taken != _NEITHER
        if not joined:
            apart[m - start] = 1
            alone[m - start] = 1
    least = 0
    for m in range(start, at):
        if not alone[m - start]:
            continue
        told = False
        for o in range(start, m):
            if alone[o - start] and m_allegation[o] == m_allegation[m] and m_victim[o] == m_victim[m]:
                told = True
        least += not told
    return least


def _code(table: int, column: str, value: str) -> int:
    return values_in(table, column).index(value) + 1


_N, _V = slots(ALLEGATION, names=True), slots(ALLEGATION, names=False)
_KIND, _UNIT, _SPECIFIC = _N["kind"], _N["unit"], _N["specific_victim"]
_SPECIFIC_NO, _YES_CODE = (
    _code(ALLEGATION, "specific_victim", "no"),
    _code(ALLEGATION, "specific_victim", "yes"),
)
_OFFENDER, _INCIDENT, _DURING, _FROM = _V["offender"], _V["incident"], _V["during"], _V["when.from"]
_SAME, _DISCLOSED, _CONTINUES = _V["same_as_record"], _V["disclosed_in"], _V["continues_record"]
_UNITS, _TIMES, _DISTINCT, _SUPPLIERS = _V["units"], _V["times"], _V["penetrators_distinct"], _V["suppliers"]
_VICTIM_COUNT = _V["victim_count"]
_SAID = tuple(_N[name] for name in (*READ_FROM_THE_WEAKER, *READ_FROM_EITHER))
_OF_EITHER = len(READ_FROM_THE_WEAKER)
_ABOUT, _VALUE = slots(JUDGEMENT, names=True)["about"], slots(JUDGEMENT, names=False)["value"]
_CHOICE = _code(JUDGEMENT, "about", "principal_choice")
_LONG_GAP = _code(JUDGEMENT, "about", "long_gap_exceptional")
_RN, _RV = slots(RECORD, names=True), slots(RECORD, names=False)
_CLASS, _CODE, _DEALT = _RN["class"], _RN["ho_code"], _RN["offender_dealt_with"]
_ENDED = _RN["order_made_or_trial_ended"]
_LAST_ACT, _OFFENCE_TO, _RECORDED_ON = _RV["last_act_on"], _RV["offence_to"], _RV["recorded_on"]
_INCIDENTS = classes_of_records().index(UNLISTED)
_DEALT_WITH = _code(RECORD, "offender_dealt_with", "other")
_DEALT_UNKNOWN = _code(RECORD, "offender_dealt_with", "unknown")
_ENDED_YES = _code(RECORD, "order_made_or_trial_ended", "yes")
_ENDED_UNKNOWN = _code(RECORD, "order_made_or_trial_ended", "unknown")
assert values_in(RECORD, "offender_dealt_with")[:4] == ("charged", "summonsed", "cautioned", "other")
_RECORD, _ABSORBED = STRENGTH.index("record"), STRENGTH.index("absorbed")
_NOT_DECIDABLE = STRENGTH.index("not_decidable")
_NEW, _HELD, _RECLASSIFIES, _OPEN, _SAME_FAMILY = range(5)
_NEITHER, _FIRST, _SECOND, _UNSURE = range(4)
#: More crimes than this do not fit a row; the slower way says so.
MOST_CRIMES = 2_147_483_647
_NOT_KNOWN, _YES, _NO = (ANSWERS.index(answer) for answer in ("unknown", "yes", "no"))
_WITHIN, _OVER = GAPS.index("within_three_months"), GAPS.index("over_three_months")
_DURING_IT, _HOLDS_IT, _APART = (TIES.index(each) for each in ("during", "holds", "apart"))
assert RESULTS[:2] == ("stands", "absorbed")
assert VICTIMS == ("none", "same", "household", "different")
(
    _BY_OWNER, _BY_SHOP, _BY_OFFENDER, _BY_INCIDENT, _EACH_TIME, _BY_PENETRATOR, _BY_SUPPLIER, _BY_BUILDING,
    _BY_THINGS, _BY_BOTH, _BY_VICTIMS_ELSE,
) = (
    UNITS.index(name)
    for name in (
        "owner", "shop", "offender", "incident", "each_time", "penetrator", "supplier", "building", "things",
        "victims_and_things", "victims_else_things",
    )
)  # fmt: skip
