"""One report after another through the loops of the columns, with all arrays made beforehand.

A service that is asked about one report at a time cannot wait for frames. :class:`QuickCounter` keeps the
arrays that one report needs and hands them to a single compiled loop, so that an answer takes microseconds.
What the loops leave to the slower way goes it here too; the answers are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from firstpoint.counting.books import Book, book_on
from firstpoint.counting.columns.addressed import (
    addresses,
    bytes_1,
    bytes_2,
    bytes_3,
    floats_1,
    ints_1,
    ints_2,
    ints_3,
    ints_4,
    longs_1,
    longs_2,
    longs_3,
    names_2,
    shorts_1,
    words_1,
    words_2,
    words_3,
    words_4,
)
from firstpoint.counting.columns.arrays import Int32, Int64
from firstpoint.counting.columns.book import MOST_COLUMNS, WORKED, asked_by, workings_of
from firstpoint.counting.columns.findings import INCIDENTS, Findings, findings_of
from firstpoint.counting.columns.frames import row_of, row_of_reckoning, rows_applied
from firstpoint.counting.columns.kernel import compiled_loop
from firstpoint.counting.columns.layout import ALLEGATION, slots
from firstpoint.counting.columns.matters import Matters, take_apart
from firstpoint.counting.columns.reading import (
    ABSENT,
    DAY_IN_LONDON,
    ID_LENGTH,
    ID_START,
    LEFT_OVER,
    MOST_IDS,
    PLACED,
    RECEIVED,
    Room,
    read_into,
    room_for,
    rows_of,
)
from firstpoint.counting.columns.reckoning import reckon_all
from firstpoint.counting.columns.standing import standing_of
from firstpoint.counting.columns.tables import class_signs, look_up, test_signs
from firstpoint.counting.facts import require_report
from firstpoint.counting.reckoning import STRENGTH
from firstpoint.counting.reports import CheckedReport, checked, count_report
from firstpoint.errors import BadReport

#: A longer report, or one with more entries, matters or rows applied, goes the slower way.
_LONGEST, _MOST_ENTRIES = 16_384, 64
MOST_MATTERS, _MOST_ROWS = 1_024, 8_192
#: What the loop says instead of where its answer ends.
_UNSEEN, _LEFT_OVER = -1, -2
#: An answer begins with decision, total, crimes due, time of the report, numbers of crimes and of incidents.
_HEAD = 6
#: How many sets of facts that the loop alone cannot rule on (law of an earlier day) are kept for a book.
_KEPT = 10_000
_NOTHING = np.zeros((0, 5), dtype=np.int64)
_INCIDENT_ONLY = STRENGTH.index("incident_only")
_SAME = slots(ALLEGATION, names=False)["same_as_record"]


class QuickCount:
    """What a report requires, with the names of :func:`~firstpoint.counting.count_frame`."""

    __slots__ = ("_told", "book", "decision", "due_in_open_class", "report_id", "total")

    def __init__(
        self, report_id: str | None, book: str, decision: str, total: int, due: int, told: _Told
    ) -> None:
        self.report_id = report_id
        self.book = book
        self.decision = decision
        self.total = total
        self.due_in_open_class = due
        self._told = told

    @property
    def crimes(self) -> tuple[tuple[str, str | None, int], ...]:
        """The crimes: class, offence code or None, number."""
        return self._told.crimes()

    @property
    def reported_incidents(self) -> tuple[tuple[str, int], ...]:
        """The reported incidents: code, number."""
        return self._told.incidents()

    @property
    def trace(self) -> tuple[str, ...]:
        """The ids of the rows applied, matter after matter."""
        return self._told.trace()

    @property
    def record_by(self) -> datetime | None:
        """The limit for recording, in UTC; None where no clock runs."""
        return self._told.limit() if self.total or self.due_in_open_class else None


class _Told(Protocol):
    """The longer parts of an answer, put into words when somebody asks for them."""

    def crimes(self) -> tuple[tuple[str, str | None, int], ...]: ...
    def incidents(self) -> tuple[tuple[str, int], ...]: ...
    def trace(self) -> tuple[str, ...]: ...
    def limit(self) -> datetime | None: ...


class _InNumbers:
    """An answer of the loop: head, then pairs for crimes and reported incidents, then rows."""

    __slots__ = ("_numbers", "_ready")

    def __init__(self, numbers: list[int], ready: _Ready) -> None:
        self._numbers = numbers
        self._ready = ready

    def crimes(self) -> tuple[tuple[str, str | None, int], ...]:
        told, classes = self._numbers, self._ready.classes
        return tuple([(*classes[told[at]], told[at + 1]) for at in range(_HEAD, self._after(0), 2)])

    def incidents(self) -> tuple[tuple[str, int], ...]:
        told = self._numbers
        return tuple([(INCIDENTS[told[at]], told[at + 1]) for at in range(self._after(0), self._after(1), 2)])

    def trace(self) -> tuple[str, ...]:
        ids = self._ready.rows
        return tuple([ids[row] for row in self._numbers[self._after(1) :]])

    def limit(self) -> datetime:
        return datetime.fromtimestamp(self._numbers[3] + self._ready.limit, UTC)

    def _after(self, part: int) -> int:
        crimes, incidents = self._numbers[4:_HEAD]
        return _HEAD + 2 * (crimes + incidents * part)


class _InARow:
    """An answer of the slower way: a row of a frame."""

    __slots__ = ("_row",)

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row

    def crimes(self) -> tuple[tuple[str, str | None, int], ...]:
        return tuple((each["ho_class"], each["ho_code"], each["count"]) for each in self._row["crimes"])

    def incidents(self) -> tuple[tuple[str, int], ...]:
        return tuple((each["code"], each["count"]) for each in self._row["reported_incidents"])

    def trace(self) -> tuple[str, ...]:
        return tuple(self._row["trace"])

    def limit(self) -> datetime | None:
        limit: datetime | None = self._row["record_by"]
        return limit


class CheckedFacts:
    """A report that has been read and checked, to be counted as often as one likes."""

    __slots__ = ("_arrays", "ready", "report_id", "slowly", "table", "text")

    def __init__(
        self,
        text: bytes,
        report_id: str | None = None,
        table: Int64 = _NOTHING,
        ready: _Ready | None = None,
    ) -> None:
        self.text = text
        self.report_id = report_id
        self.table = table
        self.ready = ready
        self.slowly: Mapping[str, Any] | CheckedReport | None = None
        self._arrays: tuple[NDArray[Any], ...] = ()

    def keep(self, arrays: tuple[NDArray[Any], ...]) -> None:
        """Take arrays for its own, which the next report does not write over."""
        self._arrays = arrays
        self.table = addresses(arrays)


class _Ready:
    """A book as the arguments of the loop, as far as it has been worked out."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.findings: Findings = findings_of(book)
        self.limit = book.limit_hours * 3_600
        self.kept: dict[tuple[bytes, bytes], Int32] = {}
        self.take_up()

    def take_up(self) -> None:
        """Take up what has been worked out since."""
        self.met = self.findings.met
        known = self.findings.known()
        self._arrays = (
            *asked_by(self.book), *workings_of(self.book), *known.stages, known.of_class, known.classed,
            known.told, *known.columns, *standing_of(self.book),
        )  # fmt: skip
        self.table = addresses(self._arrays)
        self.classes = [(result.ho_class, result.ho_code or None) for result in self.findings.results]
        self.rows = [row.id for row in self.findings.rows]


class QuickCounter:
    """Counts one report after another.

    Made once, since the loops take seconds to load (and a minute or more to be compiled in a new
    installation); afterwards a report takes microseconds. Without ``book`` each report is counted by the book
    of its day, as by :func:`~firstpoint.counting.count_report`. A counter keeps the arrays it works in, so
    that each thread needs its own.
    """

    def __init__(self, book: Book | None = None, *, reconstructed: bool = False) -> None:
        self._book = book
        self._reconstructed = reconstructed
        self._by_day: dict[int, _Ready] = {}
        self._by_book: dict[str, _Ready] = {}
        self._room = room_for(1, _MOST_ENTRIES, _LONGEST // 4)
        self._starts = np.zeros(1, dtype=np.int64)
        self._ends = np.zeros(1, dtype=np.int64)
        self._read = _arguments(self._room, [1, *(_MOST_ENTRIES for _ in PLACED[1:])])
        self._read_at = addresses(self._read)
        room = MOST_MATTERS
        self._matters = np.empty((8, room), dtype=np.int32)
        self._codes = np.zeros((room, MOST_COLUMNS), dtype=np.uint8)
        self._found = np.zeros(room, dtype=np.int32)
        self._notes = (
            self._matters,
            self._codes,
            self._found,
            np.zeros(1, dtype=np.uint8),
            np.ones(1, dtype=np.uint8),
            np.zeros((2, len(WORKED)), dtype=np.int64),
            np.zeros((4, 2), dtype=np.int64),
            np.empty((2, room, 6), dtype=np.int64),
            np.zeros((2, 4), dtype=np.uint64),
            np.zeros((3, 1), dtype=np.int32),
            np.zeros(2, dtype=np.int32),
            np.empty((2, room), dtype=np.int32),
            np.full((4, room), -1, dtype=np.int32),
            np.full((2, room + 1), -1, dtype=np.int32),
            np.zeros((4, room + 1), dtype=np.uint8),
            np.zeros((room + 1, 4), dtype=np.int64),
            np.empty(_MOST_ROWS, dtype=np.int16),
            np.zeros(1, dtype=np.int32),
        )
        self._noted = addresses(self._notes)
        self._answer = np.zeros(_HEAD + 4 * room + _MOST_ROWS, dtype=np.int64)

    def count(self, report: Mapping[str, Any] | str | bytes | CheckedFacts) -> QuickCount:
        """Give what a report requires: a mapping, its JSON text, or one checked before.

        Raises BadReport with a JSON pointer for every fault, and Refused where no book holds for the day.
        """
        held = report if isinstance(report, CheckedFacts) else self._read_from(_text(report))
        ready = held.ready
        if ready is None:
            return self._slowly(held)
        end = self._count(held, ready, given=False)
        if end == _UNSEEN:
            self._ask_the_book(ready, int(self._answer[0]))
            end = self._count(held, ready, given=True)
        if end == _LEFT_OVER:
            return self._slowly(held)
        numbers = self._answer[:end].tolist()
        decision, told = STRENGTH[numbers[0]], _InNumbers(numbers, ready)
        return QuickCount(held.report_id, ready.book.id, decision, numbers[1], numbers[2], told)

    def checked(self, report: Mapping[str, Any] | str | bytes) -> CheckedFacts:
        """Give a report read and checked; raises as :meth:`count` does."""
        held = self._read_from(_text(report))
        if held.ready is None:
            held.slowly = self._slow_facts(held.text)
        else:
            rows = [rows for rows in self._room.first[:, 1].tolist() for _ in range(2)]
            read = self._read
            held.keep(
                (
                    read[0].copy(),
                    *[array[:used].copy() for array, used in zip(read[1:], rows, strict=False)],
                    *[array.copy() for array in read[len(rows) + 1 :]],
                )
            )
        return held

    def _read_from(self, text: bytes) -> CheckedFacts:
        """Give a report whose arrays are those of the counter, to be written over by the next."""
        if len(text) > _LONGEST or text.count(b"{") > _MOST_ENTRIES:
            return CheckedFacts(text)
        self._ends[0] = len(text)
        read_into(self._room, np.frombuffer(text, dtype=np.uint8), self._starts, self._ends)
        head = self._room.head[0].tolist()
        if head[LEFT_OVER]:
            return CheckedFacts(text)
        start, length = head[ID_START], head[ID_LENGTH]
        report_id = None if length == ABSENT else text[start : start + length].decode()
        return CheckedFacts(text, report_id, self._read_at, self._ready(head[DAY_IN_LONDON]))

    def _slow_facts(self, text: bytes) -> Mapping[str, Any] | CheckedReport:
        try:
            report = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as reason:
            raise BadReport(
                f"is not JSON: {reason}.", where="report", remedy="Give one JSON object."
            ) from reason
        if isinstance(report, dict) and "ask" in report:
            require_report(report)
            return report
        return checked(report, self._book, reconstructed=self._reconstructed)

    def _ready(self, day: int) -> _Ready:
        known = self._by_day.get(day)
        if known is None:
            told = date(day // 10_000, day // 100 % 100, day % 100)
            book = self._book or book_on(told, reconstructed=self._reconstructed)
            known = self._by_book.get(book.id) or _Ready(book)
            self._by_book[book.id] = self._by_day[day] = known
        return known

    def _count(self, held: CheckedFacts, ready: _Ready, *, given: bool) -> int:
        end: int = _count_one(held.table, ready.table, self._noted, self._answer, given)
        return end

    def _ask_the_book(self, ready: _Ready, made: int) -> None:
        """Find, or work out, what the book says of matters it has not been asked about before."""
        rows, codes = self._matters[:, :made], self._codes[:made]
        facts = (rows[2].tobytes(), codes.tobytes())
        found = ready.kept.get(facts)
        if found is None:
            found = ready.findings.of(Matters(rows[0], rows[1], rows[2], codes, *rows[3:]))
            if len(ready.kept) >= _KEPT:
                ready.kept.clear()
            ready.kept[facts] = found
        if ready.findings.met > ready.met:
            ready.take_up()
        self._found[:made] = found

    def _slowly(self, held: CheckedFacts) -> QuickCount:
        facts = held.slowly or self._slow_facts(held.text)
        if isinstance(facts, CheckedReport):
            row = row_of_reckoning(facts.reckoning())
        else:
            row = row_of(count_report(facts, book=self._book, reconstructed=self._reconstructed))
        row["reported_incidents"] = sorted(row["reported_incidents"], key=_place_of_incident)
        told = _InARow(row)
        return QuickCount(
            row["report_id"], row["book"], row["decision"], row["total"], row["due_in_open_class"], told
        )


def _place_of_incident(told: Mapping[str, Any]) -> int:
    return INCIDENTS.index(told["code"])


def _text(report: Mapping[str, Any] | str | bytes) -> bytes:
    if isinstance(report, str):
        return report.encode()
    if isinstance(report, bytes):
        return report
    try:
        return msgspec.json.encode(report)
    except (TypeError, ValueError, RecursionError) as reason:
        raise BadReport(
            f"is not a report: {reason}.", where="report", remedy="Give plain JSON values."
        ) from reason


def _arguments(room: Room, used: Sequence[int]) -> tuple[NDArray[Any], ...]:
    """Give a report that has been read, of so many rows in each place, in the order of the loop."""
    rows = (array for pair in zip(*rows_of(room, used), strict=True) for array in pair)
    return (room.head[0], *rows, room.first, room.victims_from, room.victims_named)


@compiled_loop
def _count_one(
    of_report: Int64,
    of_book: Int64,
    of_counter: Int64,
    answer: Int64,
    given: bool,
) -> int:
    """Put to ``answer`` what a report requires, and give where the answer ends; or that the book has not been
    asked before about the facts of a matter, with the number of matters; or that the slower way is needed.
    """
    head = longs_1(of_report, 0)
    report_names = names_2(of_report, 1)
    report_numbers = ints_2(of_report, 2)
    names = names_2(of_report, 3)
    numbers = ints_2(of_report, 4)
    victim_names = names_2(of_report, 5)
    victim_numbers = ints_2(of_report, 6)
    offender_names = names_2(of_report, 7)
    offender_numbers = ints_2(of_report, 8)
    judgement_names = names_2(of_report, 9)
    judgement_numbers = ints_2(of_report, 10)
    record_names = names_2(of_report, 11)
    record_numbers = ints_2(of_report, 12)
    first_of = ints_2(of_report, 13)
    victims_from = ints_1(of_report, 14)
    victims_named = ints_1(of_report, 15)
    kind_since = ints_2(of_book, 0)
    kind_columns = ints_2(of_book, 1)
    kind_codes = bytes_1(of_book, 2)
    steps = ints_1(of_book, 3)
    readable = bytes_1(of_book, 4)
    marks = ints_2(of_book, 5)
    word = ints_4(of_book, 6)
    school = ints_3(of_book, 7)
    hostility = ints_2(of_book, 8)
    band = ints_3(of_book, 9)
    told_beside = ints_2(of_book, 10)
    told_kinds = bytes_2(of_book, 11)
    first = ints_2(of_book, 12)
    since = ints_2(of_book, 13)
    every = words_2(of_book, 14)
    by_class = ints_2(of_book, 15)
    asked = ints_2(of_book, 16)
    masks = words_2(of_book, 17)
    law = ints_2(of_book, 18)
    of_class = ints_2(of_book, 19)
    classed_signs = longs_2(of_book, 20)
    told_signs = longs_2(of_book, 21)
    f_decision = ints_1(of_book, 22)
    f_reached = ints_1(of_book, 23)
    f_incident = ints_1(of_book, 24)
    f_due = bytes_1(of_book, 25)
    possible_from = ints_1(of_book, 26)
    possible = ints_1(of_book, 27)
    rows_from = ints_1(of_book, 28)
    rows = ints_1(of_book, 29)
    rank = floats_1(of_book, 30)
    order = ints_1(of_book, 31)
    kin = ints_1(of_book, 32)
    family = ints_1(of_book, 33)
    unit = ints_1(of_book, 34)
    conduct = bytes_1(of_book, 35)
    has_thing = bytes_1(of_book, 36)
    thing = bytes_2(of_book, 37)
    very_thing = bytes_2(of_book, 38)
    thing_if = ints_1(of_book, 39)
    weaker = words_2(of_book, 40)
    other = words_2(of_book, 41)
    tie = words_2(of_book, 42)
    victims = words_2(of_book, 43)
    said = words_3(of_book, 44)
    pair_result = ints_1(of_book, 45)
    pair_number = ints_1(of_book, 46)
    memory_of_result = words_2(of_book, 47)
    memory_of_record = words_2(of_book, 48)
    memory_told = words_4(of_book, 49)
    memory_result = ints_1(of_book, 50)
    memory_number = ints_1(of_book, 51)
    memory_alike = words_1(of_book, 52)
    stated = bytes_3(of_book, 53)
    record_result = ints_1(of_book, 54)
    record_codes = ints_2(of_book, 55)
    whole = ints_2(of_counter, 0)
    codes = bytes_2(of_counter, 1)
    found = ints_1(of_counter, 2)
    left_over = bytes_1(of_counter, 3)
    chosen = bytes_1(of_counter, 4)
    worked = longs_2(of_counter, 5)
    instead = longs_2(of_counter, 6)
    signs = longs_3(of_counter, 7)
    kept = words_2(of_counter, 8)
    by_report = ints_2(of_counter, 9)
    crimes_from = ints_1(of_counter, 10)
    crimes = ints_2(of_counter, 11)
    by_matter = ints_2(of_counter, 12)
    noted = ints_2(of_counter, 13)
    marked = bytes_2(of_counter, 14)
    keys = longs_2(of_counter, 15)
    numbered = shorts_1(of_counter, 16)
    day = ints_1(of_counter, 17)
    left_over[0], day[0] = 0, head[DAY_IN_LONDON]
    made = take_apart(
        left_over, chosen, day, report_names, report_numbers, names, numbers, victim_names, victim_numbers,
        offender_names, offender_numbers, judgement_names, judgement_numbers, record_names, record_numbers,
        first_of, victims_from, victims_named, kind_since, kind_columns, kind_codes, steps, readable, marks,
        word, school, hostility, band, told_beside, told_kinds, whole, codes, worked, instead,
    )  # fmt: skip
    if left_over[0]:
        return _LEFT_OVER
    kind, ruled = whole[2, :made], found[:made]
    if not given:
        answer[0] = made
        classed, told = signs[0, :made, :5], signs[1, :made]
        class_signs(kind, codes, first, since, every, asked, masks, law, classed, kept)
        look_up(classed, classed_signs, ruled)
        for m in range(made):
            if not 0 <= ruled[m] < len(of_class) or classed[m, 4]:
                return _UNSEEN
        test_signs(kind, codes, ruled, of_class, first, since, every, by_class, asked, masks, told, kept)
        look_up(told, told_signs, ruled)
        for m in range(made):
            if not 0 <= ruled[m] < len(f_decision):
                return _UNSEEN
    by_report[0, 0], by_report[1, 0], by_report[2, 0] = _INCIDENT_ONLY, 0, 0
    for m in range(made):
        for i in range(4):
            by_matter[i, m] = -1
    counted = reckon_all(
        left_over, day, names, numbers, judgement_names, judgement_numbers, record_names, record_numbers,
        first_of, victims_from, victims_named, whole[0], whole[1], whole[3], whole[4], whole[5], whole[6],
        whole[7], ruled, f_decision, f_reached, f_incident, f_due, possible_from, possible, rank, order, kin,
        family, unit, conduct, has_thing, thing, very_thing, thing_if, weaker, other, tie, victims, said,
        pair_result, pair_number, memory_of_result, memory_of_record, memory_told, memory_result,
        memory_number, memory_alike, stated, record_result, record_codes, by_report, crimes_from, crimes,
        by_matter, noted, marked, keys,
    )  # fmt: skip
    applied = 2 * made
    for m in range(made):
        applied += rows_from[ruled[m] + 1] - rows_from[ruled[m]]
    if left_over[0] or applied > _MOST_ROWS:
        return _LEFT_OVER
    at = _HEAD
    for crime in range(counted):
        answer[at], answer[at + 1] = crimes[0, crime], crimes[1, crime]
        at += 2
    begun = at
    for m in range(made):
        people = by_matter[3, m]
        if people > 0:
            incident = f_incident[ruled[m]] * (MOST_IDS + 1) + numbers[whole[1, m], _SAME] + 1
            place = begun
            while place < at and answer[place] < incident:
                place += 2
            if place == at or answer[place] != incident:
                for i in range(at, place, -1):
                    answer[i + 1] = answer[i - 1]
                answer[place], answer[place + 1] = incident, 0
                at += 2
            answer[place + 1] += people
    for place in range(begun, at, 2):
        answer[place] //= MOST_IDS + 1
    answer[0], answer[1], answer[2] = by_report[0, 0], by_report[1, 0], by_report[2, 0]
    answer[3], answer[4], answer[5] = head[RECEIVED], counted, (at - begun) // 2
    applied = rows_applied(
        whole[0, :made], ruled, rows_from, rows, by_matter[1], by_matter[2], crimes_from, numbered
    )
    for i in range(applied):
        answer[at + i] = numbered[i]
    return at + applied
