"""Sheets for what a book says outside its decision tables: units of count, order of gravity, what is assumed.

``python tests/counting/plain_sheets.py`` writes them anew. ``classes.csv`` tells for each class how many
crimes a few small reports make, and which class is next below it in gravity; ``defaults.csv`` what is taken
for a fact of a kind that was not given, or was asked and is not known; ``told_beside.csv`` what one
allegation tells of another.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import evolve, frozen
from registrar_sheets import folder_of

from firstpoint.counting.books import UNITS, Book, ClassRule, newest_book
from firstpoint.counting.compiled import compiled, matters_of
from firstpoint.counting.facts import KINDS, UNKNOWN
from firstpoint.counting.matters import Default, ToldBeside, assume, told_by_others, vocabulary
from firstpoint.counting.row_words import class_words, column_words, spoken
from firstpoint.counting.rulings import COUNTED_WITHOUT_A_VICTIM, Finding, MatterRuling
from firstpoint.counting.units import count_units

Line = tuple[str, ...]
_TWO = {"victims": ["v1", "v2"]}
#: Small reports, told in the heading of their column, whose counts tell the units of count apart.
SITUATIONS: Mapping[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "two_victims": ([_TWO], []),
    "two_of_one_household": (
        [_TWO], [{"id": "v1", "household": "h1"}, {"id": "v2", "household": "h1"}],
    ),
    "two_concessions_of_one_store": (
        [_TWO], [{"id": "v1", "within": "b1"}, {"id": "v2", "within": "b1"}],
    ),
    "two_acting_apart": ([{"victims": ["v1"], "offender": "o1"}, {"victims": ["v1"], "offender": "o2"}], []),
    "two_incidents": ([{"victims": ["v1"], "incident": "i1"}, {"victims": ["v1"], "incident": "i2"}], []),
    "three_times": ([{"victims": ["v1"], "times": 3}], []),
    "three_penetrators": ([{"victims": ["v1"], "penetrators_distinct": 3}], []),
    "nobody_found_three_suppliers": ([{"suppliers": 3}], []),
    "two_victims_five_units": ([{**_TWO, "units": 5}], []),
    "two_victims_five_of_the_class_unit": ([{**_TWO, "units": 5, "unit": "THE CLASS"}], []),
    "two_victims_five_of_another_unit": ([{**_TWO, "units": 5, "unit": "ANOTHER"}], []),
    "nobody_found_five_of_another_unit": ([{"units": 5, "unit": "ANOTHER"}], []),
    "nobody_found_five_units": ([{"units": 5}], []),
    "two_victims_none_meant_five_units": ([{**_TWO, "units": 5, "specific_victim": "no"}], []),
    "five_units_and_the_condition": ([{**_TWO, "units": 5, "CONDITION": "yes"}], []),
    "seven_victims_by_number": ([{"victim_count": 7}], []),
}  # fmt: skip


@frozen
class PlainTrial:
    """What came of the mutants of a file that is no decision table."""

    file: str
    rows: int
    cases: int
    made: int
    alike: int
    missed: int


# Units and gravity


def crimes_of(rule: ClassRule, situation: str, book: Book, *, thing: str, condition: str) -> int:
    """Give how many crimes of a class a small report makes.

    ``thing`` and ``condition`` are the unit that the report names and the fact that it states, where the
    situation speaks of those of the class.
    """
    told, people = SITUATIONS[situation]
    allegations = []
    for each in told:
        allegation = {"kind": "assault", **each}
        if allegation.get("unit") == "THE CLASS":
            allegation["unit"] = thing or "account"
        elif allegation.get("unit") == "ANOTHER":
            allegation["unit"] = "server" if thing == "virus" else "virus"
        if allegation.pop("CONDITION", None) and condition:
            allegation[condition] = "yes"
        allegations.append(allegation)
    report = {"reported_at": "2026-06-15T10:00:00+01:00", "allegations": allegations, "victims": people}
    finding = Finding("record", rule=rule)
    rulings = [MatterRuling(matter, finding) for matter in matters_of(report, compiled(book))]
    return sum(counted.count for counted in count_units(rulings, list(range(len(rulings)))))


def class_lines(book: Book) -> Iterator[Line]:
    """Give the lines of the sheet of classes, headings first."""
    yield (
        "ho_class",
        "ho_code",
        "says",
        *SITUATIONS,
        "due_with_nobody_found",
        "family",
        "next_below",
        "clause",
    )
    below = _next_below(book)
    for (ho_class, ho_code), rule in book.classes.items():
        counts = _counts(rule, book, rule)
        yield (
            ho_class, ho_code or "-", class_words(ho_class), *counts, rule.family,
            below.get((ho_class, ho_code), "-"), rule.clause,
        )  # fmt: skip


def _counts(rule: ClassRule, book: Book, stated: ClassRule) -> tuple[str, ...]:
    """Give the crimes that each small report makes, and whether a crime is due where nobody is found."""
    thing = stated.thing.split("|")[0]
    numbers = (crimes_of(rule, each, book, thing=thing, condition=stated.thing_if) for each in SITUATIONS)
    return *map(str, numbers), "yes" if rule.unit in COUNTED_WITHOUT_A_VICTIM else "no"


def _next_below(book: Book) -> dict[tuple[str, str], str]:
    ordered = sorted(book.classes.items(), key=lambda item: item[1].rank)
    return {
        one: " ".join(filter(None, other))
        for (one, rule), (other, lower) in pairwise(ordered)
        if rule.rank < lower.rank
    }


def trial_of_classes(book: Book) -> PlainTrial:
    """Try another unit, thing, condition and family for each class, and each two neighbours swapped."""
    made = alike = 0
    for rule in book.classes.values():
        right = _counts(rule, book, rule)
        slips = [evolve(rule, unit=unit) for unit in UNITS if unit != rule.unit]
        slips += [evolve(rule, thing="", thing_if="")] if rule.thing else []
        slips += [evolve(rule, thing_if="")] if rule.thing_if else []
        made += len(slips)
        alike += sum(_counts(slip, book, rule) == right for slip in slips)
    families = {rule.family for rule in book.classes.values()}
    made += len(book.classes) * (len(families) - 1)
    ordered = sorted(rule.rank for rule in book.classes.values())
    made += len(ordered) - 1
    alike += sum(one == two for one, two in pairwise(ordered))
    return PlainTrial("classes", len(book.classes), len(book.classes), made, alike, 0)


# What is assumed

Given = tuple[str, str, str]


def taken_as(defaults: Sequence[Default], given: Given) -> tuple[str, str]:
    """Give what a fact of a kind is taken as, and the default that says so, where it is absent or unknown."""
    kind, fact, how = given
    facts: dict[str, Any] = {} if how == "absent" else {fact: UNKNOWN}
    used = assume(facts, kind, defaults)
    value = facts.get(fact, "-")
    name = next(
        (
            default.id
            for default in defaults
            if fact in used and default.fact == fact and (not default.kinds or kind in default.kinds)
        ),
        "-",
    )
    return (str(value[0]) if isinstance(value, tuple) else value), name


def _kinds_with(fact: str) -> list[str]:
    takes = [name for name, kind in KINDS.items() if fact in kind.attributes]
    return takes if takes and len(takes) < len(KINDS) else ["assault"]


def given_of(book: Book) -> list[Given]:
    """Give the cases: every kind that a default names, and for each fact one that it does not name."""
    cases: dict[Given, None] = {}
    for default in book.defaults:
        others = [kind for kind in _kinds_with(default.fact) if kind not in default.kinds][:1]
        for kind in [*sorted(default.kinds), *others]:
            for how in ("absent", "unknown"):
                cases[kind, default.fact, how] = None
    return list(cases)


def default_lines(book: Book) -> Iterator[Line]:
    """Give the lines of the sheet of defaults, headings first."""
    yield ("id", "says", "kind", "fact", "given", "taken_as", "default", "note")
    notes = {default.id: default.note for default in book.defaults}
    for number, (kind, fact, how) in enumerate(given_of(book), start=1):
        value, name = taken_as(book.defaults, (kind, fact, how))
        words = "is not given" if how == "absent" else "was asked and is not known"
        says = f"{spoken(kind).capitalize()}: {column_words(fact)} {words}."
        yield f"defaults-{number:03}", says, kind, fact, how, value, name, notes.get(name, "")


def slips_of_defaults(book: Book) -> Iterator[tuple[Default, ...]]:
    """Give the defaults with one slip each."""
    for at, default in enumerate(book.defaults):
        rest = (book.defaults[:at], book.defaults[at + 1 :])
        yield (*rest[0], *rest[1])
        changed = [evolve(default, also_unknown=not default.also_unknown)]
        values = vocabulary(default.fact)
        others = [str(int(default.value) + 1)] if values is None else values
        changed += [evolve(default, value=value) for value in others if value != default.value]
        fewer = [default.kinds - {kind} for kind in sorted(default.kinds)]
        changed += [evolve(default, kinds=kinds) for kinds in fewer if kinds]
        if default.kinds:
            strange = [kind for kind in _kinds_with(default.fact) if kind not in default.kinds][:1]
            changed += [evolve(default, kinds=default.kinds | {kind}) for kind in strange]
        yield from ((*rest[0], slip, *rest[1]) for slip in changed)


def trial_of_defaults(book: Book) -> PlainTrial:
    """Try each slip of the defaults against the sheet; of those that pass, prove that they mean the same."""
    everything = [
        (kind, fact, how)
        for fact in dict.fromkeys(default.fact for default in book.defaults)
        for kind in _kinds_with(fact)
        for how in ("absent", "unknown")
    ]
    return _trial(
        "defaults", len(book.defaults), given_of(book), everything, slips_of_defaults(book),
        lambda defaults, given: taken_as(defaults, given), book.defaults,
    )  # fmt: skip


def _trial(
    file: str,
    rows: int,
    cases: Sequence[Any],
    everything: Sequence[Any],
    slips: Iterator[Any],
    answer: Callable[[Any, Any], Any],
    right: Any,
) -> PlainTrial:
    due = {case: answer(right, case) for case in {*cases, *everything}}
    made = alike = missed = 0
    for slip in slips:
        made += 1
        if all(answer(slip, case) == due[case] for case in cases):
            same = all(answer(slip, case) == due[case] for case in everything)
            alike, missed = alike + same, missed + (not same)
    return PlainTrial(file, rows, len(cases), made, alike, missed)


# What one allegation tells of another

Pair = tuple[str, str, str, str, str]


def told(book_says: Sequence[ToldBeside], pair: Pair) -> str:
    """Give what is taken for a fact of an allegation beside another of the same offender and incident."""
    kind, own, other_kind, other, tie = pair
    mine = {"kind": kind, **dict([own.split("=")] if own else [])}
    beside = {"kind": other_kind, **dict([other.split("=")] if other else [])}
    if tie == "another_offender":
        beside["offender"] = "o2"
    said = told_by_others({"allegations": [mine, beside]}, mine, book_says)
    return "|".join(f"{name}={value}" for name, value in sorted(said.items())) or "-"


def pairs_of(book: Book) -> list[Pair]:
    """Give every pair of allegations that the rows could tell apart."""
    pairs: dict[Pair, None] = {}
    for row in book.told_beside:
        for kind in (*sorted(row.kinds), "theft"):
            own = ("", *(f"{row.fact}={value}" for value in vocabulary(row.fact) or ()))
            for other_kind in (row.other_kind, "assault"):
                beside = ("", *(f"{row.other_fact}={value}" for value in vocabulary(row.other_fact) or ()))
                for mine in own:
                    for other in beside:
                        pairs[kind, mine, other_kind, other, "same_offender"] = None
                pairs[kind, "", other_kind, f"{row.other_fact}={row.other_value}", "another_offender"] = None
    return list(pairs)


def told_lines(book: Book) -> Iterator[Line]:
    """Give the lines of the sheet of allegations told beside each other, headings first."""
    yield ("id", "says", "kind", "stated", "other_kind", "other_stated", "tie", "taken_as")
    for number, pair in enumerate(pairs_of(book), start=1):
        kind, own, other_kind, other, tie = pair
        mine, beside = (f" ({_in_words(each)})" if each else "" for each in (own, other))
        says = f"{spoken(kind).capitalize()}{mine} beside {spoken(other_kind)}{beside}, {spoken(tie)}."
        cells = (kind, own or "-", other_kind, other or "-", tie, told(book.told_beside, pair))
        yield (f"told-beside-{number:03}", says, *cells)


def _in_words(stated: str) -> str:
    fact, _, value = stated.partition("=")
    return f"{column_words(fact)}: {spoken(value)}"


def slips_of_told(book: Book) -> Iterator[tuple[ToldBeside, ...]]:
    """Give the rows with one slip each."""
    rows = book.told_beside
    for at, row in enumerate(rows):
        yield (*rows[:at], *rows[at + 1 :])
        changed = [evolve(row, kinds=row.kinds | {"theft"}), evolve(row, other_kind="assault")]
        for field, fact in (("value", row.fact), ("unless", row.fact), ("other_value", row.other_fact)):
            values = vocabulary(fact) or ()
            changed += [evolve(row, **{field: value}) for value in values if value != getattr(row, field)]
        yield from ((*rows[:at], slip, *rows[at + 1 :]) for slip in changed)


def trial_of_told(book: Book) -> PlainTrial:
    """Try each slip of the rows against the sheet, which holds every pair that could tell them apart."""
    pairs = pairs_of(book)
    return _trial(
        "told_beside", len(book.told_beside), pairs, pairs, slips_of_told(book), told, book.told_beside
    )


SHEETS: Mapping[str, Callable[[Book], Iterator[Line]]] = {
    "classes": class_lines,
    "defaults": default_lines,
    "told_beside": told_lines,
}


def main() -> None:
    """Write the three sheets of the newest book."""
    book = newest_book()
    for name, lines in SHEETS.items():
        with (folder_of(book) / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(lines(book))


if __name__ == "__main__":
    main()
