"""Reports in columns taken apart into matters, each with its codes.

The same as :meth:`~firstpoint.counting.compiled.CompiledBook.matters` does for one report. A series of crimes
across several areas is left to the slower way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstpoint.counting.cells import MANY
from firstpoint.counting.columns.arrays import Bytes, Int32, Int64, UInt16
from firstpoint.counting.columns.book import (
    COUNTED,
    DAY,
    MOST_COLUMNS,
    OF_ALLEGATION,
    OF_OFFENDER,
    OF_REPORT,
    OF_VICTIM,
    OFFENDER_AGE,
    VICTIM_AGE,
    WORKED,
    WORKED_OUT,
    Asked,
    Workings,
    worked_code,
)
from firstpoint.counting.columns.kernel import compiled_loop, inlined
from firstpoint.counting.columns.layout import (
    ALLEGATION,
    JUDGEMENT,
    OFFENDER,
    RECORD,
    REPORT,
    SPOTS,
    UNLISTED,
    VICTIM,
    classes_of_records,
    slots,
    values_in,
)
from firstpoint.counting.columns.reading import ABSENT, NO, YES, Coded
from firstpoint.counting.places import BY_WIRE, FRAUD_BY_SUSPECT, IN_PERSON, WIRED


class Matters(NamedTuple):
    """The matters of many reports, in the order of the reports.

    ``report`` and ``allegation`` are the rows they come from; ``kind`` is the number of the kind, counted
    from 1; ``codes`` has the code of each column that the kind asks. ``victim``, ``owner`` and ``shop`` are
    ids within the report (-1: nobody in particular), ``people`` how many people the matter stands for,
    ``part`` is 1 for the part of an allegation about people told apart, 2 for that about the others, 0 where
    there is but one.
    """

    report: Int32
    allegation: Int32
    kind: Int32
    codes: Bytes
    victim: Int32
    owner: Int32
    shop: Int32
    people: Int32
    part: Int32


def matters_in(coded: Coded, chosen: Bytes, asked: Asked, workings: Workings) -> Matters:
    """Give the matters of the chosen reports (1 for each that is chosen).

    A report that turns out to need the slower way is marked in ``coded.left_over`` and has none.
    """
    allegations = len(coded.names[1])
    room = 2 * (allegations + int(coded.victims_from[allegations])) + 1
    whole = np.empty((8, room), dtype=np.int32)
    codes = np.zeros((room, MOST_COLUMNS), dtype=np.uint8)
    made = take_apart(
        coded.left_over,
        chosen,
        coded.day,
        coded.names[0],
        coded.numbers[0],
        coded.names[1],
        coded.numbers[1],
        coded.names[2],
        coded.numbers[2],
        coded.names[3],
        coded.numbers[3],
        coded.names[4],
        coded.numbers[4],
        coded.names[5],
        coded.numbers[5],
        coded.first,
        coded.victims_from,
        coded.victims_named,
        asked.since,
        asked.columns,
        asked.codes,
        asked.steps,
        asked.readable,
        asked.marks,
        workings.word,
        workings.school,
        workings.hostility,
        workings.band,
        workings.told_beside,
        workings.told_kinds,
        whole,
        codes,
        np.zeros((2, len(WORKED)), dtype=np.int64),
        np.zeros((4, 2), dtype=np.int64),
    )
    rows = whole[:, :made]
    return Matters(rows[0], rows[1], rows[2], codes[:made], rows[3], rows[4], rows[5], rows[6], rows[7])


@compiled_loop
def take_apart(
    left_over: Bytes,
    chosen: Bytes,
    day: Int32,
    report_names: UInt16,
    report_numbers: Int32,
    names: UInt16,
    numbers: Int32,
    victim_names: UInt16,
    victim_numbers: Int32,
    offender_names: UInt16,
    offender_numbers: Int32,
    judgement_names: UInt16,
    judgement_numbers: Int32,
    record_names: UInt16,
    record_numbers: Int32,
    first: Int32,
    victims_from: Int32,
    victims_named: Int32,
    since: Int32,
    columns: Int32,
    codes: Bytes,
    steps: Int32,
    readable: Bytes,
    marks: Int32,
    word: Int32,
    school: Int32,
    hostility: Int32,
    band: Int32,
    told_beside: Int32,
    told_kinds: Bytes,
    whole: Int32,
    made_codes: Bytes,
    notes: Int64,
    instead: Int64,
) -> int:
    """Put the matters of the chosen reports to ``whole`` and ``made_codes``; give how many there are."""
    made = 0
    shared, worked = notes[0], notes[1]
    for r in range(len(left_over)):
        if left_over[r] or not chosen[r]:
            continue
        begun, since_a, until_a = made, first[1, r], first[1, r + 1]
        agreed = _agreed_force(r, judgement_names, judgement_numbers, first)
        if not _in_one_area(
            r, since_a, until_a, agreed, report_names, report_numbers, names, numbers, victims_from
        ):
            left_over[r] = 1
            continue
        _of_the_report(report_names[r], report_numbers[r], shared, word, school)
        for a in range(since_a, until_a):
            kind = names[a, _KIND]
            if not readable[kind]:
                left_over[r] = 1
                break
            for i in range(len(WORKED)):
                worked[i] = shared[i]
            count = _of_the_allegation(
                r,
                a,
                since_a,
                agreed,
                names,
                numbers,
                report_names,
                report_numbers,
                judgement_names,
                judgement_numbers,
                record_names,
                record_numbers,
                first,
                hostility,
                told_beside,
                told_kinds,
                worked,
                instead,
            )
            if count < 0:
                left_over[r] = 1
                break
            named = victims_from[a + 1] - victims_from[a]
            crowd = max(0, numbers[a, _VICTIM_COUNT])
            found = 1 if named > 0 or crowd > 0 else 0
            worked[_VICTIM_FOUND] = _FOUND if found else _NOT_FOUND
            worked[_MARK] = 1 + marks[kind, 0 if found else 1]
            offender = _row(offender_numbers, numbers[a, _OFFENDER], first[3, r], first[3, r + 1])
            low_o, high_o = _age(offender, offender_names, offender_numbers, band[1], _BAND_O, _AGE_O)
            parts, only = 1, 0
            if names[a, _UNDEFINED] == _UNDEFINED_YES:
                only = 2
                parts = 2 if numbers[a, _DISTINCT] > 0 else 1
            looking_on = numbers[a, _ONLOOKERS]
            offence_day = numbers[a, _TO]
            if offence_day == ABSENT:
                offence_day = numbers[a, _FROM]
            if offence_day == ABSENT:
                offence_day = day[r]
            for v in range(max(1, named)):
                victim = victims_named[victims_from[a] + v] if named > 0 else ABSENT
                entry = _row(victim_numbers, victim, first[2, r], first[2, r + 1])
                low_v, high_v = _age(entry, victim_names, victim_numbers, band[0], _BAND_V, _AGE_V)
                worked[_YOUNG] = _YOUNG_YES if high_v < 16 or high_o < 16 else 0
                worked[_CHILD] = _CHILD_YES if high_v < 18 else 0
                for p in range(parts):
                    part = 0
                    changed = count
                    if only:
                        part = 1 if parts == 2 and p == 0 else 2
                        instead[changed, 0] = _UNDEFINED
                        instead[changed, 1] = _UNDEFINED_NO if part == 1 else _UNDEFINED_YES
                        changed += 1
                    codes_of = made_codes[made]
                    _take_over(OF_ALLEGATION, kind, names, a, since, columns, codes, codes_of)
                    _take_over(OF_VICTIM, kind, victim_names, entry, since, columns, codes, codes_of)
                    _take_over(OF_OFFENDER, kind, offender_names, offender, since, columns, codes, codes_of)
                    _take_over(OF_REPORT, kind, report_names, r, since, columns, codes, codes_of)
                    for c in range(since[kind, WORKED_OUT], since[kind, WORKED_OUT + 1]):
                        codes_of[columns[c, 2]] = codes[columns[c, 1] + worked[columns[c, 0]]]
                    for i in range(changed):
                        for c in range(since[kind, OF_ALLEGATION], since[kind, OF_ALLEGATION + 1]):
                            if columns[c, 0] == instead[i, 0]:
                                codes_of[columns[c, 2]] = codes[columns[c, 1] + instead[i, 1]]
                    for c in range(since[kind, COUNTED], since[kind, COUNTED + 1]):
                        slot, low, high = columns[c, 0], 0, MANY
                        if slot == _ONLOOKERS and looking_on == ABSENT and named > 1:
                            low = named
                        elif numbers[a, slot] != ABSENT:
                            low = high = numbers[a, slot]
                        codes_of[columns[c, 2]] = codes[columns[c, 1] + _span(low, high, steps, columns, c)]
                    for c in range(since[kind, VICTIM_AGE], since[kind, VICTIM_AGE + 1]):
                        span = _span(low_v, high_v, steps, columns, c)
                        codes_of[columns[c, 2]] = codes[columns[c, 1] + span]
                    for c in range(since[kind, OFFENDER_AGE], since[kind, OFFENDER_AGE + 1]):
                        span = _span(low_o, high_o, steps, columns, c)
                        codes_of[columns[c, 2]] = codes[columns[c, 1] + span]
                    for c in range(since[kind, DAY], since[kind, DAY + 1]):
                        span = _span(offence_day, offence_day, steps, columns, c)
                        codes_of[columns[c, 2]] = codes[columns[c, 1] + span]
                    whole[0, made], whole[1, made], whole[2, made] = r, a, kind
                    whole[3, made] = victim
                    whole[4, made] = victim
                    whole[5, made] = victim
                    if entry >= 0:
                        if victim_numbers[entry, _HOUSEHOLD] != ABSENT:
                            whole[4, made] = victim_numbers[entry, _HOUSEHOLD]
                        if victim_numbers[entry, _WITHIN] != ABSENT:
                            whole[5, made] = victim_numbers[entry, _WITHIN]
                    whole[6, made] = 1 if named > 0 else max(1, crowd)
                    whole[7, made] = part
                    made += 1
        if left_over[r]:
            made = begun
    return made


@compiled_loop
def _row(numbers: Int32, name: int, since: int, until: int) -> int:
    if name != ABSENT:
        for row in range(since, until):
            if numbers[row, 0] == name:
                return row
    return -1


@compiled_loop
def _age(row: int, names: UInt16, numbers: Int32, band: Int32, of_band: int, of_age: int) -> tuple[int, int]:
    if row < 0:
        return 0, MANY
    if numbers[row, of_age] != ABSENT:
        return numbers[row, of_age], numbers[row, of_age]
    code = names[row, of_band]
    return band[code, 0], band[code, 1]


@inlined
def _take_over(
    source: int,
    kind: int,
    names: UInt16,
    row: int,
    since: Int32,
    columns: Int32,
    codes: Bytes,
    codes_of: Bytes,
) -> None:
    """Put what the names in a row come to among the codes of a matter; row -1 says nothing."""
    for c in range(since[kind, source], since[kind, source + 1]):
        code = names[row, columns[c, 0]] if row >= 0 else np.uint16(0)
        codes_of[columns[c, 2]] = codes[columns[c, 1] + code]


@compiled_loop
def _span(low: int, high: int, steps: Int32, columns: Int32, c: int) -> int:
    """Give the code, in a column, of a number that lies between two others."""
    below, above, start, count = 0, 0, columns[c, 3], columns[c, 4]
    while below + 1 < count and steps[start + below + 1] <= low:
        below += 1
    while above + 1 < count and steps[start + above + 1] <= high:
        above += 1
    return below * count + above


@compiled_loop
def _agreed_force(r: int, judgement_names: UInt16, judgement_numbers: Int32, first: Int32) -> int:
    """Give the force that forces agreed on, by its number in the report."""
    for j in range(first[4, r], first[4, r + 1]):
        if judgement_names[j, _ABOUT] == _ABOUT_PLACE and judgement_numbers[j, _VALUE] < YES:
            return judgement_numbers[j, _VALUE]
    return ABSENT


@compiled_loop
def _in_one_area(
    r: int,
    since: int,
    until: int,
    agreed: int,
    report_names: UInt16,
    report_numbers: Int32,
    names: UInt16,
    numbers: Int32,
    victims_from: Int32,
) -> bool:
    """Say whether no series across several areas has to be placed, which is left to the slower way."""
    for a in range(since, until):
        if numbers[a, _FROM] == ABSENT or victims_from[a + 1] == victims_from[a]:
            continue
        own = _where(a, r, agreed, names, numbers, report_names, report_numbers)
        for b in range(since, until):
            if b != a and names[b, _KIND] == names[a, _KIND] and numbers[b, _FROM] != ABSENT:
                if _where(b, r, agreed, names, numbers, report_names, report_numbers) != own:
                    return False
    return True


@compiled_loop
def _where(
    a: int,
    r: int,
    agreed: int,
    names: UInt16,
    numbers: Int32,
    report_names: UInt16,
    report_numbers: Int32,
) -> int:
    """Give where an allegation happened; the order of principles is told in ``places``."""
    ours = report_numbers[r, _OUR_FORCE]
    if agreed != ABSENT:
        return _seen_from(ours, agreed)
    found = _by_country(names[a, _COUNTRY])
    transport = names[a, _TRANSPORT]
    if found == 0 and transport == _RAIL:
        found = _ON_THE_RAILWAY
    flies = False
    for i in range(4):
        flies = flies or transport == _FLIGHTS[i]
    if found == 0 and flies and names[a, _EXACT] != _EXACT_YES:
        if transport == _INTO_UK and names[a, _REGISTERED] != _REGISTERED_YES:
            found = _INBOUND
        elif numbers[a, _DEPARTED] != ABSENT:
            found = _seen_from(ours, numbers[a, _DEPARTED])
    if found == 0 and numbers[a, _FORCE] != ABSENT:
        found = _seen_from(ours, numbers[a, _FORCE])
    if found == 0:
        found = _by_principle(a, r, names, numbers, report_names, ours)
    if found == _OVER_THE_BORDER and report_names[r, _RESPONSE] == _REFUSED:
        spot = _SPOT_OF_VICTIM
        if numbers[a, _SPOT_FORCE + spot] != ABSENT:
            return _seen_from(ours, numbers[a, _SPOT_FORCE + spot])
        country = names[a, _SPOT_COUNTRY + 2 * spot]
        return _HERE if country == _ENGLAND or country == _WALES else _OVER_THE_BORDER
    return found


@compiled_loop
def _by_country(country: int) -> int:
    if country == _SCOTLAND or country == _NORTHERN_IRELAND:
        return _OVER_THE_BORDER
    return _WHERE_ABROAD if country == _ABROAD else 0


@compiled_loop
def _seen_from(ours: int, force: int) -> int:
    return _HERE if ours == ABSENT or force == ours else _ELSEWHERE


@compiled_loop
def _by_principle(a: int, r: int, names: UInt16, numbers: Int32, report_names: UInt16, ours: int) -> int:
    taken_on = False
    for i in range(4):
        taken_on = taken_on or (i != _CALLED and report_names[r, _GROUNDS[i]] == _GROUND_YES)
    for_suspect = taken_on and report_names[r, _GROUNDS[_CALLED]] != _GROUND_YES
    wired = names[a, _SETTING] == _ONLINE
    for i in range(len(_WIRED)):
        wired = wired or names[a, _MEDIUM] == _WIRED[i]
    order = 2 if for_suspect else 1 if wired else 0
    for i in range(5):
        spot = _ORDERS[order][i]
        if spot < 0 or names[a, _SPOT_COUNTRY + 2 * spot + 1] == _NOT_EVIDENCED:
            continue
        found = _by_country(names[a, _SPOT_COUNTRY + 2 * spot])
        if found:
            return found
        if numbers[a, _SPOT_FORCE + spot] != ABSENT:
            return _seen_from(ours, numbers[a, _SPOT_FORCE + spot])
    return _HERE


@compiled_loop
def _of_the_report(names: UInt16, numbers: Int32, worked: Int64, word: Int32, school: Int32) -> None:
    for i in range(len(WORKED)):
        worked[i] = 0
    centre = 0
    for i in range(3):
        centre |= names[_CENTRE[i]]
    if numbers[_REPORTER] != ABSENT or centre:
        asked = word[names[_ROLE], names[_IN_DOUBT], names[_ACTING], 1 if centre else 0]
        told = names[_ROLE] or names[_IN_DOUBT] or names[_ACTING] or centre
        worked[_WORD] = asked if told else 0
    if centre:
        for i in range(3):
            worked[_OF_CENTRE + i] = names[_CENTRE[i]] if names[_CENTRE[i]] else _KEPT_BACK[i]
    if numbers[_SCHOOL] != ABSENT:
        worked[_SCHOOL_RULE] = school[names[_THERE], names[_HOURS], names[_REQUESTED]]
    if numbers[_ROUTING] != ABSENT:
        told = 0
        ours = 0
        for i in range(4):
            told |= names[_GROUNDS[i]]
            ours |= names[_GROUNDS[i]] == _GROUND_YES
        worked[_FRAUD_ROUTE] = _OURS if ours else _NOT_OURS if told else _NOT_STATED


@compiled_loop
def _of_the_allegation(
    r: int,
    a: int,
    since_a: int,
    agreed: int,
    names: UInt16,
    numbers: Int32,
    report_names: UInt16,
    report_numbers: Int32,
    judgement_names: UInt16,
    judgement_numbers: Int32,
    record_names: UInt16,
    record_numbers: Int32,
    first: Int32,
    hostility: Int32,
    told_beside: Int32,
    told_kinds: Bytes,
    worked: Int64,
    instead: Int64,
) -> int:
    """Work out the facts of an allegation; give how many stated ones others take the place of, -1 where it is
    not decided here.
    """
    count = 0
    worked[_WHERE] = _where(a, r, agreed, names, numbers, report_names, report_numbers)
    country = names[a, _SPOT_COUNTRY + 2 * _SPOT_OF_VICTIM]
    if country == _ENGLAND or country == _WALES:
        worked[_VICTIM_HERE] = _VICTIM_WAS_HERE
    bits = numbers[a, _HOSTILITY]
    if bits != ABSENT:
        for i in range(hostility.shape[1]):
            worked[_AGGRAVATION + i] = hostility[bits, i]
    if names[a, _INJURY] == _FATAL:
        meant = names[a, _INTENT]
        worked[_KILLING] = _KILLED_UNMEANT if meant == _NONE_MEANT or meant == _LESS_MEANT else _KILLED
    if names[a, _BREAK_IN] == _BREAK_IN_YES:
        worked[_BREAK_IN_SAID] = _SAID
    if numbers[a, _SAME] != ABSENT:
        held = _row(record_numbers, numbers[a, _SAME], first[5, r], first[5, r + 1])
        incident = record_names[held, _CLASS] <= _INCIDENTS
        worked[_FORMER] = _FORMER_INCIDENT if incident else _FORMER_CRIME
    said = 0
    for j in range(first[4, r], first[4, r + 1]):
        about, value = judgement_names[j, _ABOUT], judgement_numbers[j, _VALUE]
        if about == _ABOUT_LAW:
            worked[_IN_LAW] = _LAW_YES if value == YES else _LAW_NO if value == NO else 0
        elif about == _ABOUT_NECESSARY:
            worked[_NECESSARY] = _NEEDED if value == YES else 0
        elif about == _ABOUT_SCHOOL:
            worked[_SERIOUS] = _SERIOUS_YES if value == YES else 0
        elif about == _ABOUT_HARASSMENT:
            by = judgement_names[j, _BY]
            if by == 0 or by == _REGISTRARS[0] or by == _REGISTRARS[1] or by == _REGISTRARS[2]:
                worked[_ONLY_HARASSMENT] = _ONLY_YES if value == YES else 0
        elif about == _ABOUT_INTENT:
            said = 1 if value == YES else 0
        elif (about == _ABOUT_LIKELIER and names[a, _COUNTER]) or (
            about == _ABOUT_CHOICE and (numbers[since_a, 0] == ABSENT or value >= YES)
        ):
            return -1
    if said:
        instead[count, 0], instead[count, 1] = _INTENT, _SERIOUS_MEANT
        count += 1
    for t in range(len(told_beside)):
        if not told_kinds[t, names[a, _KIND]] or names[a, told_beside[t, 0]] == told_beside[t, 2]:
            continue
        for other in range(first[1, r], first[1, r + 1]):
            if (
                names[other, _KIND] == told_beside[t, 3]
                and names[other, told_beside[t, 4]] == told_beside[t, 5]
                and numbers[other, _OFFENDER] == numbers[a, _OFFENDER]
                and numbers[other, _INCIDENT] == numbers[a, _INCIDENT]
            ):
                if count >= len(instead) - 1:
                    return -1
                instead[count, 0], instead[count, 1] = told_beside[t, 0], told_beside[t, 1]
                count += 1
                break
    return count


def _code(table: int, column: str, value: str) -> int:
    return values_in(table, column).index(value) + 1


_N, _V = slots(ALLEGATION, names=True), slots(ALLEGATION, names=False)
_KIND, _INJURY, _INTENT, _BREAK_IN = _N["kind"], _N["injury"], _N["harm_intent"], _N["break_in_more_likely"]
_UNDEFINED, _COUNTER = _N["penetrators_undefined"], _N["counter_allegation"]
_COUNTRY, _TRANSPORT = _N["place.country"], _N["place.transport"]
_VICTIM_COUNT, _DISTINCT, _ONLOOKERS = _V["victim_count"], _V["penetrators_distinct"], _V["onlookers"]
_FROM, _TO, _SAME, _HOSTILITY = _V["when.from"], _V["when.to"], _V["same_as_record"], _V["hostility"]
_OFFENDER, _INCIDENT, _FORCE = _V["offender"], _V["incident"], _V["place.force"]
_HOUSEHOLD, _WITHIN = slots(VICTIM, names=False)["household"], slots(VICTIM, names=False)["within"]
_AGE_V, _BAND_V = slots(VICTIM, names=False)["age"], slots(VICTIM, names=True)["age_band"]
_AGE_O, _BAND_O = slots(OFFENDER, names=False)["age"], slots(OFFENDER, names=True)["age_band"]
_R, _RV = slots(REPORT, names=True), slots(REPORT, names=False)
_ROLE, _IN_DOUBT, _ACTING = _R["reporter.role"], _R["reporter.in_doubt"], _R["reporter.acting_for_victim"]
_RESPONSE, _REPORTER, _SCHOOL = _R["other_force.response"], _RV["reporter"], _RV["school"]
_ROUTING, _OUR_FORCE = _RV["fraud_routing"], _RV["force"]
_THERE, _HOURS = _R["school.on_premises"], _R["school.in_school_hours"]
_REQUESTED = _R["school.record_requested_by"]
_CENTRE_FIELDS = ("investigation_wanted", "details_passed", "samples")
_CENTRE = tuple(_R[f"referral_centre.{name}"] for name in _CENTRE_FIELDS)
_GROUNDS = tuple(slot for name, slot in _R.items() if name.startswith("fraud_routing."))
assert len(_GROUNDS) == 4
_GROUND_YES = _code(REPORT, "fraud_routing.local_suspect", "yes")
_REFUSED = _code(REPORT, "other_force.response", "refused")
_RAIL = _code(ALLEGATION, "place.transport", "rail_or_transport_police_land")
_FLIGHTS = tuple(
    _code(ALLEGATION, "place.transport", name)
    for name in ("aircraft_within_uk", "aircraft_into_uk", "aircraft_out_of_uk", "uk_aircraft_abroad")
)
_INTO_UK = _code(ALLEGATION, "place.transport", "aircraft_into_uk")
_EXACT, _REGISTERED = _N["place.exact_place_known"], _N["place.uk_registered"]
_EXACT_YES = _code(ALLEGATION, "place.exact_place_known", "yes")
_REGISTERED_YES = _code(ALLEGATION, "place.uk_registered", "yes")
_DEPARTED, _SETTING, _MEDIUM = _V["place.departure_force"], _N["place.setting"], _N["medium"]
_SPOT_FORCE, _SPOT_COUNTRY = _V[f"place.{SPOTS[0]}.force"], _N[f"place.{SPOTS[0]}.country"]
_SPOT_OF_VICTIM = SPOTS.index("victim_at")
_NOT_EVIDENCED = _code(ALLEGATION, f"place.{SPOTS[0]}.clearly_evidenced", "no")
_ENGLAND, _WALES = _code(ALLEGATION, "place.country", "england"), _code(ALLEGATION, "place.country", "wales")
_SCOTLAND = _code(ALLEGATION, "place.country", "scotland")
_NORTHERN_IRELAND = _code(ALLEGATION, "place.country", "northern_ireland")
_ABROAD = _code(ALLEGATION, "place.country", "abroad")
_ONLINE = _code(ALLEGATION, "place.setting", "online")
_WIRED = tuple(_code(ALLEGATION, "medium", name) for name in sorted(WIRED))
_ORDERS = tuple(
    tuple([*(SPOTS.index(name) for name in order), -1, -1, -1][:5])
    for order in (IN_PERSON, BY_WIRE, FRAUD_BY_SUSPECT)
)
_CALLED = [name for name in _R if name.startswith("fraud_routing.")].index("fraud_routing.call_for_service")
_VICTIM_HERE = WORKED.index("victim_here_then")
_VICTIM_WAS_HERE = worked_code("victim_here_then", "yes")
_INBOUND = worked_code("where", "inbound_flight")
for _at, _spot_name in enumerate(SPOTS):
    assert _V[f"place.{_spot_name}.force"] == _SPOT_FORCE + _at
    assert _N[f"place.{_spot_name}.country"] == _SPOT_COUNTRY + 2 * _at
    assert _N[f"place.{_spot_name}.clearly_evidenced"] == _SPOT_COUNTRY + 2 * _at + 1
_UNDEFINED_YES = _code(ALLEGATION, "penetrators_undefined", "yes")
_UNDEFINED_NO = _code(ALLEGATION, "penetrators_undefined", "no")
_FATAL, _SERIOUS_MEANT = _code(ALLEGATION, "injury", "fatal"), _code(ALLEGATION, "harm_intent", "serious")
_NONE_MEANT = _code(ALLEGATION, "harm_intent", "none")
_LESS_MEANT = _code(ALLEGATION, "harm_intent", "less_than_serious")
_BREAK_IN_YES = _code(ALLEGATION, "break_in_more_likely", "yes")
_ABOUT, _BY = slots(JUDGEMENT, names=True)["about"], slots(JUDGEMENT, names=True)["by"]
_VALUE, _CLASS = slots(JUDGEMENT, names=False)["value"], slots(RECORD, names=True)["class"]
_INCIDENTS = classes_of_records().index(UNLISTED)
_REGISTRARS = tuple(
    _code(JUDGEMENT, "by", by) for by in ("registrar", "registered_registrar", "deputy_registrar")
)
_ABOUT_LAW = _code(JUDGEMENT, "about", "crime_in_law")
_ABOUT_NECESSARY = _code(JUDGEMENT, "about", "necessary_or_appropriate")
_ABOUT_SCHOOL = _code(JUDGEMENT, "about", "serious_school_incident")
_ABOUT_HARASSMENT = _code(JUDGEMENT, "about", "harassment_only")
_ABOUT_INTENT = _code(JUDGEMENT, "about", "intent_serious_harm")
_ABOUT_LIKELIER = _code(JUDGEMENT, "about", "likelier_account")
_ABOUT_PLACE = _code(JUDGEMENT, "about", "location_agreed")
_ABOUT_CHOICE = _code(JUDGEMENT, "about", "principal_choice")
_WORD, _WHERE, _AGGRAVATION = (WORKED.index(name) for name in ("word", "where", "aggravation"))
_KILLING, _BREAK_IN_SAID, _IN_LAW = (WORKED.index(name) for name in ("killing", "break_in_said", "in_law"))
_NECESSARY, _ONLY_HARASSMENT = WORKED.index("necessary"), WORKED.index("harassment_only")
_SERIOUS, _SCHOOL_RULE = WORKED.index("serious_school_incident"), WORKED.index("school_rule")
_FRAUD_ROUTE, _FORMER, _VICTIM_FOUND = (
    WORKED.index(name) for name in ("fraud_route", "former_record", "victim_found")
)
_MARK, _YOUNG, _CHILD = (WORKED.index(name) for name in ("mark", "young_party", "child_victim"))
_OF_CENTRE = WORKED.index("centre.investigation_wanted")
_KEPT_BACK = (
    worked_code("centre.investigation_wanted", "no"), worked_code("centre.details_passed", "none"),
    worked_code("centre.samples", "none"),
)  # fmt: skip
_HERE, _ELSEWHERE = worked_code("where", "here"), worked_code("where", "other_force")
_ON_THE_RAILWAY, _WHERE_ABROAD = worked_code("where", "transport_police"), worked_code("where", "abroad")
_OVER_THE_BORDER = worked_code("where", "scotland_or_northern_ireland")
_KILLED = worked_code("killing", "yes")
_KILLED_UNMEANT = worked_code("killing", "serious_harm_not_meant")
_SAID = worked_code("break_in_said", "yes")
_LAW_YES, _LAW_NO = worked_code("in_law", "yes"), worked_code("in_law", "no")
_NEEDED, _ONLY_YES = worked_code("necessary", "yes"), worked_code("harassment_only", "yes")
_SERIOUS_YES = worked_code("serious_school_incident", "yes")
_OURS, _NOT_OURS = worked_code("fraud_route", "ours"), worked_code("fraud_route", "not_ours")
_NOT_STATED = worked_code("fraud_route", "not_stated")
_FORMER_INCIDENT = worked_code("former_record", "reported_incident")
_FORMER_CRIME = worked_code("former_record", "crime")
_FOUND, _NOT_FOUND = worked_code("victim_found", "yes"), worked_code("victim_found", "no")
_YOUNG_YES, _CHILD_YES = worked_code("young_party", "yes"), worked_code("child_victim", "yes")
