"""What must hold for any report, held for a million at once: the reports are changed in columns."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from attrs import Factory, define
from numpy.typing import NDArray
from report_mix import BOOK_DAY, json_lines

from firstpoint.counting import Book, newest_book
from firstpoint.counting.columns.book import asked_by, workings_of
from firstpoint.counting.columns.findings import findings_of
from firstpoint.counting.columns.frames import lines_in
from firstpoint.counting.columns.layout import (
    ALLEGATION,
    ID,
    OFFENDER,
    REPORT,
    TEXT,
    VICTIM,
    WITH_ROWS,
    fields,
    slots,
    values_in,
)
from firstpoint.counting.columns.matters import matters_in
from firstpoint.counting.columns.reading import ABSENT, MOST_IDS, Coded, read_coded
from firstpoint.counting.columns.reckoning import Reckoned, reckon_in
from firstpoint.counting.columns.standing import standing_of

Whole = NDArray[Any]
#: Reports that are changed and counted at a time.
AT_ONCE = 50_000
LATER_DAY = 20270120
_ALLEGATIONS, _VICTIMS, _OFFENDERS = (WITH_ROWS.index(place) for place in (ALLEGATION, VICTIM, OFFENDER))
_A = slots(ALLEGATION, names=False)
_CONTRARY = slots(ALLEGATION, names=True)["contrary_evidence"]
_CREDIBLE = values_in(ALLEGATION, "contrary_evidence").index("credible") + 1
_LINKS = ("during", "same_as_record", "continues_record", "disclosed_in")
#: Ids that no report in columns has.
_AGAIN, _STRANGER, _ELSEWHERE, _UNRELATED, _FRESH = 97, 98, 99, 100, 200


class Counted(NamedTuple):
    """What each report of a part requires; ``classes`` is the same number for the same crimes by class,
    ``skipped`` is 1 where columns leave a report to the slower way.
    """

    decision: Whole
    total: Whole
    due: Whole
    classes: Whole
    skipped: Whole
    reckoned: Reckoned
    report_of: Whole


@define
class Held:
    """How often a property was tried and did not hold; ``excepted`` are exceptions by the row they cite."""

    tried: int = 0
    broken: int = 0
    excepted: Counter[str] = Factory(Counter)


def coded_parts(number: int, seed: int) -> Iterator[Coded]:
    """Give mixed reports in columns, each allegation with a stated day, a part at a time."""
    for start in range(0, number, AT_ONCE):
        data = np.frombuffer(json_lines(min(AT_ONCE, number - start), seed + start), dtype=np.uint8)
        coded = read_coded(data, *lines_in(data))
        told = coded.numbers[_ALLEGATIONS]
        when, until = told[:, _A["when.from"]], told[:, _A["when.to"]]
        today = int(BOOK_DAY.strftime("%Y%m%d"))
        when[when == ABSENT] = np.where(until != ABSENT, until, today)[when == ABSENT]
        yield coded


def count(coded: Coded, book: Book, chosen: Whole | None = None) -> Counted:
    """Give what each chosen report requires; what is left over is noted in a copy."""
    coded = coded._replace(left_over=coded.left_over.copy())
    chosen = np.ones(len(coded.day), dtype=np.uint8) if chosen is None else chosen
    matters = matters_in(coded, chosen, asked_by(book), workings_of(book))
    findings = findings_of(book)
    found = findings.of(matters)
    reckoned = reckon_in(coded, matters, found, findings.columns(), standing_of(book))
    weights = class_weights(book)[reckoned.result] * reckoned.number
    summed = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(weights)])
    skipped = coded.left_over | (chosen == 0)
    classes = np.diff(summed[reckoned.crimes_from])
    return Counted(
        reckoned.decision, reckoned.total, reckoned.due, classes, skipped, reckoned, matters.report
    )


def class_weights(book: Book) -> Whole:
    """Give a large number for each class, by class result."""
    return np.array([_weight(result.ho_class) for result in findings_of(book).results], dtype=np.int64)


@cache
def _weight(ho_class: str) -> int:
    return int.from_bytes(sha256(ho_class.encode()).digest()[:5], "big")


def _alike(one: Counted, two: Counted, *, with_due: bool = True) -> tuple[Whole, Whole]:
    """Give where both are counted in columns, and where they say the same."""
    tried = (one.skipped == 0) & (two.skipped == 0)
    same = (one.decision == two.decision) & (one.total == two.total) & (one.classes == two.classes)
    return tried, same & ((one.due == two.due) | (not with_due))


def _with_allegations(coded: Coded, rows: Whole, added: Whole) -> Coded:
    """Give the reports with these rows of allegations instead; ``added`` by report are more than before."""
    names, numbers, first = list(coded.names), list(coded.numbers), coded.first.copy()
    names[_ALLEGATIONS], numbers[_ALLEGATIONS] = names[_ALLEGATIONS][rows], numbers[_ALLEGATIONS][rows]
    first[_ALLEGATIONS, 1:] += np.cumsum(added).astype(np.int32)
    held = coded.victims_from[rows + 1] - coded.victims_from[rows]
    since = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum(held, out=since[1:])
    at = np.repeat(coded.victims_from[rows] - since[:-1], held) + np.arange(since[-1])
    return coded._replace(
        names=tuple(names),
        numbers=tuple(numbers),
        first=first,
        victims_from=since,
        victims_named=coded.victims_named[at],
    )


def reordered(coded: Coded) -> tuple[Coded, Whole]:
    """Give the reports with their allegations in the opposite order, and which have several."""
    first = coded.first[_ALLEGATIONS]
    many = np.diff(first)
    ends = np.repeat(first[:-1] + first[1:] - 1, many)
    rows = ends - np.arange(first[-1])
    return _with_allegations(coded, rows, np.zeros_like(many)), (many > 1).astype(np.uint8)


@cache
def _columns_of_ids() -> tuple[list[int], ...]:
    return tuple(
        [
            field.slot
            for field in fields()
            if field.table == table
            and field.holds in (ID, TEXT)
            and (table, field.name) != (REPORT, "report_id")
        ]
        for table in WITH_ROWS
    )


def renamed(coded: Coded) -> Coded:
    """Give the reports with another name for everybody and everything that has one."""
    numbers = []
    for told, columns in zip(coded.numbers, _columns_of_ids(), strict=True):
        changed = told.copy()
        for column in columns:
            ids = changed[:, column]
            mine = (ids >= 0) & (ids < MOST_IDS)
            ids[mine] = MOST_IDS - 1 - ids[mine]
        numbers.append(changed)
    return coded._replace(numbers=tuple(numbers), victims_named=MOST_IDS - 1 - coded.victims_named)


def repeated(coded: Coded) -> tuple[Coded, Whole]:
    """Give the reports with their first allegation told once more, and in which that can be done.

    Where only a number of victims is given, nothing says that they are the same people: a report with two
    such allegations is left to the slower way.
    """
    first = coded.first[_ALLEGATIONS]
    leading = np.minimum(first[:-1], max(0, first[-1] - 1))
    named = coded.victims_from[leading + 1] > coded.victims_from[leading]
    crowd = coded.numbers[_ALLEGATIONS][leading, _A["victim_count"]] > 1
    may = (np.diff(first) > 0) & (named | ~crowd)
    rows = np.insert(np.arange(first[-1]), first[1:][may], leading[may])
    again = _with_allegations(coded, rows, may.astype(np.int32))
    again.numbers[_ALLEGATIONS][again.first[_ALLEGATIONS][1:][may] - 1, _A["id"]] = _AGAIN
    return again, may.astype(np.uint8)


def beside_a_stranger(coded: Coded) -> tuple[Coded, Coded, Whole]:
    """Give the reports with an unrelated incident added, with that incident alone, and in which that is done.

    What is added is the first allegation of the next report, by another offender on another occasion against
    other people; what the report says as a whole holds for both.
    """
    reports = len(coded.day)
    following = np.roll(np.arange(reports), -1)
    first = coded.first[_ALLEGATIONS]
    may = (np.diff(first)[following] > 0) & (coded.left_over == 0) & (coded.left_over[following] == 0)
    source = first[:-1][following][may]
    both = _with_allegations(
        coded, np.insert(np.arange(first[-1]), first[1:][may], source), may.astype(np.int32)
    )
    at = both.first[_ALLEGATIONS][1:][may] - 1
    told = both.numbers[_ALLEGATIONS]
    offender = told[at, _A["offender"]].copy()
    for column in _columns_of_ids()[_ALLEGATIONS]:
        told[at, column] = ABSENT
    told[at, _A["id"]], told[at, _A["offender"]], told[at, _A["incident"]] = _UNRELATED, _STRANGER, _ELSEWHERE
    held = both.victims_from[at + 1] - both.victims_from[at]
    mine = np.repeat(both.victims_from[at], held) + _counted_off(held)
    both.victims_named[mine] += _FRESH
    of_report = np.full(reports, ABSENT, dtype=np.int64)
    of_report[may] = offender
    both = _with_people(both, following, may, of_report)
    alone = _with_allegations(both, at, np.zeros(reports, dtype=np.int32))
    alone.first[_ALLEGATIONS, 1:] = np.cumsum(may)
    return both, alone, may.astype(np.uint8)


def _counted_off(held: Whole) -> Whole:
    ends = np.cumsum(held)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - held, held)


def _with_people(coded: Coded, following: Whole, may: Whole, offender: Whole) -> Coded:
    """Give the reports with the people of the next report listed too, under other names."""
    names, numbers, first = list(coded.names), list(coded.numbers), coded.first.copy()
    for place in (_VICTIMS, _OFFENDERS):
        of = coded.first[place]
        held = np.where(may, np.diff(of)[following], 0)
        source = np.repeat(of[:-1][following], held) + _counted_off(held)
        at = np.repeat(of[1:], held)
        rows = np.insert(np.arange(of[-1]), at, source)
        names[place], told = names[place][rows], numbers[place][rows]
        new = at + np.arange(len(at))
        if place == _VICTIMS:
            for column in _columns_of_ids()[place]:
                told[new, column] += np.where(told[new, column] != ABSENT, _FRESH, 0)
        else:
            same = told[new, 0] == np.repeat(offender, held)
            told[new, 0] = np.where(same, _STRANGER, told[new, 0] + _FRESH)
            told[new, slots(OFFENDER, names=False)["victim_id"]] = ABSENT
        numbers[place] = told
        first[place, 1:] += np.cumsum(held).astype(np.int32)
    return coded._replace(names=tuple(names), numbers=tuple(numbers), first=first)


def with_contrary_evidence(coded: Coded) -> tuple[Coded, Whole]:
    """Give the reports with credible evidence against their first allegation, and which have one."""
    first = coded.first[_ALLEGATIONS]
    has = np.diff(first) > 0
    names = list(coded.names)
    names[_ALLEGATIONS] = names[_ALLEGATIONS].copy()
    names[_ALLEGATIONS][first[:-1][has], _CONTRARY] = _CREDIBLE
    return coded._replace(names=tuple(names)), has.astype(np.uint8)


def try_all(coded: Coded, book: Book) -> dict[str, Held]:
    """Give how often each property was tried on these reports, and how often it did not hold."""
    base = count(coded, book)
    held: dict[str, Held] = {}

    def note(name: str, tried: Whole, holds: Whole) -> Held:
        held[name] = Held(int(tried.sum()), int((tried & ~holds).sum()))
        return held[name]

    changed, chosen = reordered(coded)
    counted = count(changed, book, chosen)
    note("order of allegations", *_alike(base, counted, with_due=False))
    note("order: least due in an open class", *_alike(base, counted))
    note("names", *_alike(base, count(renamed(coded), book)))
    changed, chosen = repeated(coded)
    counted = count(changed, book, chosen)
    note("repetition", *_alike(base, counted, with_due=False))
    note("repetition: least due in an open class", *_alike(base, counted))
    both, alone, chosen = beside_a_stranger(coded)
    one, two = count(alone, book, chosen), count(both, book, chosen)
    tried = (base.skipped | one.skipped | two.skipped) == 0
    summed = (two.total == base.total + one.total) & (two.due == base.due + one.due)
    alleges = np.diff(coded.first[_ALLEGATIONS]) > 0
    strongest = np.where(alleges, np.minimum(base.decision, one.decision), one.decision)
    summed &= (two.classes == base.classes + one.classes) & (two.decision == strongest)
    note("unrelated incident", tried, summed)
    changed, chosen = with_contrary_evidence(coded)
    doubted = count(changed, book, chosen)
    tried = (base.skipped | doubted.skipped) == 0
    fewer = tried & (base.total < doubted.total)
    rows = _absorbing_rows(base, doubted, fewer, book)
    found = note("contrary evidence", tried, ~fewer)
    found.broken -= len(rows)
    found.excepted = Counter(rows.values())
    later = coded._replace(day=np.full_like(coded.day, LATER_DAY))
    note("day of report", *_alike(base, count(later, book)))
    return held


def _absorbing_rows(freed: Counted, doubted: Counted, fewer: Whole, book: Book) -> Mapping[int, str]:
    """Give for each of these reports a row by which a crime takes others in that the doubted one did not."""
    rows = findings_of(book).rows
    found: dict[int, str] = {}
    for report in np.flatnonzero(fewer):
        own = [counted.reckoned.pair_row[counted.report_of == report] for counted in (freed, doubted)]
        more = Counter(own[0][own[0] >= 0].tolist()) - Counter(own[1][own[1] >= 0].tolist())
        if more:
            found[int(report)] = rows[max(more, key=lambda row: more[row])].id
    return found


def properties(
    number: int, seed: int, *, workers: int = 2, clock: Callable[[], float] = time.perf_counter
) -> tuple[dict[str, Held], float]:
    """Give how the properties held on this many reports, and the seconds from coded reports to the answer."""
    book = newest_book()
    whole: dict[str, Held] = {}
    try_all(next(coded_parts(2_000, seed)), book)
    parts = list(coded_parts(number, seed))
    began = clock()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for held in pool.map(lambda part: try_all(part, book), parts):
            for name, each in held.items():
                into = whole.setdefault(name, Held())
                into.tried += each.tried
                into.broken += each.broken
                into.excepted += each.excepted
    return whole, clock() - began
