"""A rule book as arrays: which column each kind asks, what each answer comes to, and how classes stand.

A matter is here a row of codes (:mod:`~firstpoint.counting.coding`), one for each column that the tables ask
of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from firstpoint.counting.books import Book, vocabulary_of_tests
from firstpoint.counting.cells import Fact
from firstpoint.counting.coding import Column
from firstpoint.counting.columns.arrays import Bytes, Int32
from firstpoint.counting.columns.layout import ALLEGATION, OFFENDER, REPORT, VICTIM, slots, values_in
from firstpoint.counting.compiled import compiled
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.matters import AGE_BANDS, STRANDS, hostility_facts, shared_facts
from firstpoint.counting.titles import kinds_told_by_title

#: Where the answer to a column is found.
(
    OF_ALLEGATION, OF_VICTIM, OF_OFFENDER, OF_REPORT, WORKED_OUT, COUNTED, VICTIM_AGE, OFFENDER_AGE, DAY,
) = range(9)  # fmt: skip
SOURCES = 9
#: As many columns as a kind may ask.
MOST_COLUMNS = 64

#: Facts worked out from several fields, each a place among a matter's worked-out facts.
WORKED = (
    "word", "where", "aggravation", *(f"hostility.{strand}" for strand in STRANDS), "killing",
    "break_in_said", "in_law", "necessary", "harassment_only", "serious_school_incident", "school_rule",
    "fraud_route", "former_record", "victim_found", "mark", "young_party", "child_victim",
    "centre.investigation_wanted", "centre.details_passed", "centre.samples", "victim_here_then",
)  # fmt: skip
_FIELD_OF_REPORT = {
    "received_by": "received_by", "investigates_abroad": "force_investigates_abroad",
    "reporter.role": "reporter.role", "other_force.response": "other_force.response",
}  # fmt: skip
_FIELD_OF_ALLEGATION = {"country": "place.country", "setting": "place.setting", "driving_result": "result"}


class Asked(NamedTuple):
    """What each kind asks, as arrays.

    The columns of kind ``k`` (counted from 1) whose answers are found in source ``s`` are those from
    ``since[k, s]`` to ``since[k, s + 1]``; a row of ``columns`` says in which slot the answer stands there,
    where its ``codes`` begin, the column's place among those of the kind, where the steps of a number begin
    and how many they are. ``codes`` gives what an answer comes to, by code of the field (0: absent); for
    numbers by pair of steps. ``readable[k]`` is 0 for kinds that are read the slower way.
    """

    since: Int32
    columns: Int32
    codes: Bytes
    steps: Int32
    readable: Bytes
    marks: Int32


def asked_by(book: Book) -> Asked:
    """Give what each kind of a book asks."""
    known: Asked | None = book.kept.get("asked")
    if known is None:
        known = book.kept["asked"] = _asked(book)
    return known


def _asked(book: Book) -> Asked:
    ready = compiled(book)
    since = np.zeros((len(KINDS) + 1, SOURCES + 1), dtype=np.int32)
    steps, codes = [0], [0]
    columns: list[tuple[int, ...]] = []
    kept: dict[Any, list[int]] = {}
    for number, kind in enumerate(KINDS, start=1):
        by_source: list[list[tuple[int, ...]]] = [[] for _ in range(SOURCES)]
        code = ready.code(kind) if _is_readable(book, kind) else None
        for place, column in enumerate(code.columns if code else ()):
            assert code is not None
            source, slot, facts = _source(column)
            signature = (column.name, column.steps, code.defaults_of(column.name))
            if signature not in kept:
                absent = [] if column.steps else [code.absent_code(column)]
                kept[signature] = absent + code.assumed_codes(column, facts)
            by_source[source].append((slot, len(codes), place, len(steps), len(column.steps)))
            steps += list(column.steps)
            codes += kept[signature]
        for source, found in enumerate(by_source):
            since[number, source] = len(columns)
            columns += found
        since[number, SOURCES] = len(columns)
    if max(codes) > 255 or max(since[:, SOURCES] - since[:, 0]) > MOST_COLUMNS:
        raise OverflowError("the facts of a kind do not fit the columns")
    marks = {"V": (0, 0), "S": (1, 1), "M": (0, 1), "-": (2, 2)}
    return Asked(
        since,
        np.array(columns, dtype=np.int32),
        np.array(codes, dtype=np.uint8),
        np.array(steps, dtype=np.int32),
        np.array([0, *(_is_readable(book, kind) for kind in KINDS)], dtype=np.uint8),
        np.array([(0, 0), *(marks[book.marks[kind]] for kind in KINDS)], dtype=np.int32),
    )


def _is_readable(book: Book, kind: str) -> bool:
    return kind not in kinds_told_by_title() and kind in book.class_tables


def _source(column: Column) -> tuple[int, int, Sequence[Fact]]:
    """Give where the answer to a column is found, in which slot, and the facts that its codes stand for."""
    name = column.name
    if name in WORKED:
        return WORKED_OUT, WORKED.index(name), _values(name)
    if name == "offence_day":
        return DAY, 0, column.points
    if name in ("victim.age", "offender.age"):
        return VICTIM_AGE if name == "victim.age" else OFFENDER_AGE, 0, column.points
    if name in _FIELD_OF_REPORT:
        field = _FIELD_OF_REPORT[name]
        return OF_REPORT, slots(REPORT, names=True)[field], values_in(REPORT, field)
    for prefix, source, table in (("victim.", OF_VICTIM, VICTIM), ("offender.", OF_OFFENDER, OFFENDER)):
        if name.startswith(prefix):
            field = name.removeprefix(prefix)
            values = values_in(table, field)
            if name == "victim.sex":
                values = tuple(UNKNOWN if value == "other" else value for value in values)
            return source, slots(table, names=True)[field], values
    if column.steps:
        return COUNTED, slots(ALLEGATION, names=False)[name], column.points
    field = _FIELD_OF_ALLEGATION.get(name, name)
    return OF_ALLEGATION, slots(ALLEGATION, names=True)[field], values_in(ALLEGATION, field)


@cache
def _values(name: str) -> tuple[str, ...]:
    values = vocabulary_of_tests(name)
    assert values is not None
    return values


def worked_code(name: str, value: str) -> int:
    """Give the code of a worked-out fact."""
    return _values(name).index(value) + 1


class Workings(NamedTuple):
    """How worked-out facts follow from codes.

    ``word[role, in_doubt, acting, centre]``, ``school[there, hours, asked]``, ``hostility[bits]`` (a code for
    each ground), ``band[victim or offender, code]`` (lowest and highest age), ``told_beside`` a row for each
    such rule, ``told_kinds[rule, kind]``.
    """

    word: Int32
    school: Int32
    hostility: Int32
    band: Int32
    told_beside: Int32
    told_kinds: Bytes


def workings_of(book: Book) -> Workings:
    """Give how worked-out facts follow from codes under a book."""
    known: Workings | None = book.kept.get("workings")
    if known is None:
        word, school, hostility, band = _shared_workings()
        known = book.kept["workings"] = Workings(word, school, hostility, band, *_told_beside(book))
    return known


@cache
def _shared_workings() -> tuple[Int32, Int32, Int32, Int32]:
    roles, yes_no = ("", *values_in(REPORT, "reporter.role")), ("", *values_in(REPORT, "reporter.in_doubt"))
    word = np.zeros((len(roles), len(yes_no), len(yes_no), 2), dtype=np.int32)
    for at in np.ndindex(word.shape):
        told = {"role": roles[at[0]], "in_doubt": yes_no[at[1]], "acting_for_victim": yes_no[at[2]]}
        reporter = {name: value for name, value in told.items() if value}
        report = {"reporter": reporter, "referral_centre": {"samples": UNKNOWN} if at[3] else {}}
        word[at] = worked_code("word", str(shared_facts(report).get("word", "own")))
    parts = ("on_premises", "in_school_hours", "record_requested_by")
    values = [("", *values_in(REPORT, f"school.{part}")) for part in parts]
    school = np.zeros([len(each) for each in values], dtype=np.int32)
    for at in np.ndindex(school.shape):
        told = {part: value[i] for part, value, i in zip(parts, values, at, strict=True) if value[i]}
        school[at] = worked_code("school_rule", str(shared_facts({"school": told})["school_rule"]))
    grounds = slots_of_hostility()
    hostility = np.zeros((1 << len(grounds), 1 + len(STRANDS)), dtype=np.int32)
    for bits in range(1 << len(grounds)):
        facts = hostility_facts([ground for at, ground in enumerate(grounds) if bits >> at & 1])
        names = ("aggravation", *(f"hostility.{strand}" for strand in STRANDS))
        hostility[bits] = [worked_code(name, str(facts[name])) for name in names]
    bands = [("", *values_in(part, "age_band")) for part in (VICTIM, OFFENDER)]
    band = np.zeros((2, max(map(len, bands)), 2), dtype=np.int32)
    for side, named in enumerate(bands):
        for code, name in enumerate(named):
            band[side, code] = AGE_BANDS.get(name, (0, 10**8))
    return word, school, hostility, band


def slots_of_hostility() -> tuple[str, ...]:
    """Give the grounds of hostility in the order of their bits."""
    from firstpoint.counting.columns.layout import fields

    return next(field.values for field in fields() if field.column == "hostility")


def _told_beside(book: Book) -> tuple[Int32, Bytes]:
    names = slots(ALLEGATION, names=True)
    kinds = tuple(KINDS)

    def code(field: str, value: str) -> int:
        return values_in(ALLEGATION, field).index(value) + 1

    rows = [
        (
            names[told.fact], code(told.fact, told.value), code(told.fact, told.unless),
            kinds.index(told.other_kind) + 1, names[told.other_fact], code(told.other_fact, told.other_value),
        )
        for told in book.told_beside
    ]  # fmt: skip
    may = [[0, *(kind in told.kinds for kind in kinds)] for told in book.told_beside]
    return np.array(rows, dtype=np.int32).reshape(-1, 6), np.array(may, dtype=np.uint8).reshape(
        -1, len(kinds) + 1
    )
