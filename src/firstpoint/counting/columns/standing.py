"""How the classes of a book stand to each other and to existing records, as arrays."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from firstpoint.counting.books import Book, ClassResult, ClassRule
from firstpoint.counting.columns.arrays import Bytes, Floats, Int32, UInt64
from firstpoint.counting.columns.findings import findings_of
from firstpoint.counting.columns.layout import (
    ALLEGATION,
    classes_of_records,
    codes_of_records,
    slots,
    values_in,
)
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.principal import READ_FROM_EITHER, READ_FROM_THE_WEAKER, stated_under
from firstpoint.counting.tables import Table

_KINDS = tuple(KINDS)
RESULTS = ("stands", "absorbed", "rank")
EFFECTS = ("new", "absorbed")
TIES = ("none", "during", "holds", "apart")
VICTIMS = ("none", "same", "household", "different")
GAPS = ("unknown", "within_three_months", "over_three_months")
ANSWERS = ("unknown", "yes", "no")


class Standing(NamedTuple):
    """How the class results of a book stand to each other, as arrays.

    By class result: ``rank``, ``order`` (the place among results of one rank), ``kin`` (class and family
    together), ``family``, ``unit``, ``conduct``, and which rows of the table of pairs a result meets as the
    ``weaker`` and as the ``other`` of two (bits, two words). The rest of the bits of that table: by ``tie``,
    relation of ``victims``, and what is ``said`` (fact, no or yes); ``pair_result`` by row. Of the table of
    memory: ``memory_*`` with the rows that may and that surely apply. ``thing`` says for each result and
    name of a unit whether it is counted by that, ``very_thing`` whether that is its only name; ``thing_if``
    is the slot of the fact on which this hangs (-1: none). ``stated[fact, kind, code]`` says whether a
    stated fact comes to yes. ``record_result`` gives the result of each class of record (-1: none),
    ``record_codes`` those of single codes: class, code, result.
    """

    rank: Floats
    order: Int32
    kin: Int32
    family: Int32
    unit: Int32
    conduct: Bytes
    has_thing: Bytes
    thing: Bytes
    very_thing: Bytes
    thing_if: Int32
    weaker: UInt64
    other: UInt64
    tie: UInt64
    victims: UInt64
    said: UInt64
    pair_result: Int32
    pair_number: Int32
    memory_of_result: UInt64
    memory_of_record: UInt64
    memory_told: UInt64
    memory_result: Int32
    memory_number: Int32
    memory_alike: UInt64
    stated: Bytes
    record_result: Int32
    record_codes: Int32


UNITS = (
    "victim", "owner", "shop", "offender", "incident", "each_time", "victim_else_one", "penetrator",
    "supplier", "building", "things", "victims_and_things", "victims_else_things",
)  # fmt: skip


def standing_of(book: Book) -> Standing:
    """Give how the classes of a book stand to each other."""
    known: Standing | None = book.kept.get("standing")
    if known is None or len(known.rank) < len(findings_of(book).results):
        known = book.kept["standing"] = _standing(book)
    return known


def _standing(book: Book) -> Standing:
    results = findings_of(book).results
    rules = [book.class_rule(result.ho_class, result.ho_code) for result in results]
    ordered = sorted(results, key=lambda result: (result.ho_class, result.ho_code, result.attempt))
    place = {result: at for at, result in enumerate(ordered)}
    kin: dict[tuple[str, str], int] = {}
    for rule in rules:
        kin.setdefault((rule.ho_class, rule.family), len(kin))
    families = sorted({rule.family for rule in rules})
    units = ("", *values_in(ALLEGATION, "unit"))
    names = slots(ALLEGATION, names=True)
    numbers = findings_of(book)
    memory_told = np.array(
        [
            _rows_met(book.memory, {"dealt_with": dealt, "ended": ended, "gap": gap})
            for dealt, ended, gap in product(ANSWERS, ANSWERS, GAPS)
        ],
        dtype=np.uint64,
    ).reshape(len(ANSWERS), len(ANSWERS), len(GAPS), 2)
    record_result, record_codes = _records(book, results)
    return Standing(
        rank=np.array([rule.rank for rule in rules], dtype=np.float64),
        order=np.array([place[result] for result in results], dtype=np.int32),
        kin=np.array([kin[rule.ho_class, rule.family] for rule in rules], dtype=np.int32),
        family=np.array([families.index(rule.family) for rule in rules], dtype=np.int32),
        unit=np.array([UNITS.index(rule.unit) for rule in rules], dtype=np.int32),
        conduct=np.array([rule.family == "conduct" for rule in rules], dtype=np.uint8),
        has_thing=np.array([rule.thing != "" for rule in rules], dtype=np.uint8),
        thing=np.array(
            [[unit in (rule.thing, *rule.thing.split("|")) for unit in units] for rule in rules],
            dtype=np.uint8,
        ),
        very_thing=np.array([[unit == rule.thing != "" for unit in units] for rule in rules], dtype=np.uint8),
        thing_if=np.array([names[rule.thing_if] if rule.thing_if else -1 for rule in rules], dtype=np.int32),
        weaker=_pairs(
            book.pairs, [{"family": rule.family, "code": rule.ho_code or "none"} for rule in rules]
        ),
        other=_pairs(
            book.pairs,
            [{"other_family": rule.family, "other_code": rule.ho_code or "none"} for rule in rules],
        ),
        tie=_pairs(book.pairs, [{"tie": tie} for tie in TIES]),
        victims=_pairs(book.pairs, [{"victims": relation} for relation in VICTIMS]),
        said=np.array(
            [
                _pairs(book.pairs, [{name: "no"}, {name: "yes"}])
                for name in (*READ_FROM_THE_WEAKER, *READ_FROM_EITHER)
            ],
            dtype=np.uint64,
        ),
        pair_result=np.array([RESULTS.index(row.result) for row in book.pairs.rows], dtype=np.int32),
        pair_number=np.array([numbers.number_of(row) for row in book.pairs.rows], dtype=np.int32),
        memory_of_result=np.array(
            [
                _rows_met(book.memory, {"family": rule.family, "code": rule.ho_code or "none"})
                for rule in rules
            ],
            dtype=np.uint64,
        ),
        memory_of_record=np.array(
            [_rows_met(book.memory, {"record_family": family}) for family in (UNKNOWN, *_families(rules))],
            dtype=np.uint64,
        ),
        memory_told=memory_told,
        memory_result=np.array([EFFECTS.index(row.result) for row in book.memory.rows], dtype=np.int32),
        memory_number=np.array([numbers.number_of(row) for row in book.memory.rows], dtype=np.int32),
        memory_alike=np.array(
            [
                sum(1 << at for at, row in enumerate(book.memory.rows) if row.result == effect)
                for effect in EFFECTS
            ],
            dtype=np.uint64,
        ),
        stated=_stated(book),
        record_result=record_result,
        record_codes=record_codes,
    )


def _families(rules: list[ClassRule]) -> list[str]:
    return [rule.family for rule in rules]


def _rows_met(table: Table, facts: dict[str, str]) -> tuple[int, int]:
    """Give the rows that these facts leave open, as those that may and those that surely are met."""
    may = sure = (1 << len(table.rows)) - 1
    for at, row in enumerate(table.rows):
        for column, cell in row.cells:
            if column in facts:
                answer = cell.answer(facts[column])
                if answer != "yes":
                    sure &= ~(1 << at)
                    may &= ~(1 << at) if answer == "no" else -1
    return may, sure


def _pairs(table: Table, told: list[dict[str, str]]) -> UInt64:
    """Give which rows of the table of pairs are met by each set of facts, in two words."""
    if len(table.rows) > 128:
        raise OverflowError("the table of pairs has more than 128 rows")
    masks = [_rows_met(table, facts)[1] for facts in told]
    word = (1 << 64) - 1
    return np.array([(mask & word, mask >> 64) for mask in masks], dtype=np.uint64)


def _stated(book: Book) -> Bytes:
    names = (*READ_FROM_THE_WEAKER, *READ_FROM_EITHER)
    stated = np.zeros((len(names), len(_KINDS) + 1, 8), dtype=np.uint8)
    for at, name in enumerate(names):
        values = (None, *values_in(ALLEGATION, name))
        for kind, code in product(range(len(_KINDS)), range(len(values))):
            stated[at, kind + 1, code] = stated_under(book, _KINDS[kind], name, values[code]) == "yes"
    return stated


def _records(book: Book, results: list[ClassResult]) -> tuple[Int32, Int32]:
    at = {result: number for number, result in enumerate(results)}
    classes, codes = classes_of_records(), codes_of_records()
    by_class = np.full(len(classes) + 1, -1, dtype=np.int32)
    single = []
    for ho_class, ho_code in book.classes:
        if ho_class not in classes:
            continue
        number = at[ClassResult(ho_class, ho_code, False)]
        if not ho_code:
            by_class[classes.index(ho_class) + 1] = number
        elif ho_code in codes:
            single.append((classes.index(ho_class) + 1, codes.index(ho_code) + 1, number))
    return by_class, np.array(single, dtype=np.int32).reshape(-1, 3)
