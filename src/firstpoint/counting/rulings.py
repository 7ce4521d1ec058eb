"""What becomes of each matter: its class, then the recording test, then the exceptions that look at the
class.

The order is that of the official flowchart (Crime Recording Rules 2026/27, p 11): no notifiable crime in
what is said ends the question; then credible contrary evidence, place, and whether anybody confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

from firstpoint.counting.books import Book, ClassResult, ClassRule, read_class_result
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.matters import Matter
from firstpoint.counting.tables import Row, Ruling, Table

#: Units in which nobody need be found as a victim.
COUNTED_WITHOUT_A_VICTIM = frozenset(
    {"offender", "incident", "things", "victim_else_one", "victims_and_things"}
)

#: Facts that follow from the class, and so are asked for by asking for the class.
OF_THE_CLASS = frozenset({"counted_by", "serious_class"})


@frozen
class Step:
    """One row that was applied, at which stage, and the facts that its cells read."""

    stage: str
    row: Row


@frozen
class MatterRuling:
    """What the book says of one matter.

    ``decision`` is one of the verdict's decisions; ``incident_code`` the reported-incident code that goes
    with ``reported_incident``; ``missing`` the columns whose facts would settle an open question.
    ``crime_due`` says that a crime is due although its class is open, ``possible`` are the classes it may
    prove to have.
    """

    matter: Matter
    decision: str
    steps: tuple[Step, ...] = ()
    reached: ClassResult | None = None
    rule: ClassRule | None = None
    incident_code: str = ""
    information_only: bool = False
    missing: tuple[str, ...] = ()
    reason: str = ""
    crime_due: bool = False
    possible: tuple[ClassResult, ...] = ()
    uncovered: bool = False


def rule_matter(matter: Matter, book: Book) -> MatterRuling:
    """Give the ruling on one matter, taken by itself."""
    table = book.class_tables.get(matter.kind)
    if table is None:
        return MatterRuling(
            matter,
            "not_decidable",
            reason=f"this book has no rule for kind {matter.kind} yet",
            uncovered=True,
        )
    classed = table.decide(matter.facts)
    then = _as_the_law_was(classed, matter, book)
    ruled = _without_a_class(matter, table, then) or _tested(matter, book, table, then)
    return ruled if then is classed else _with_both_steps(ruled, table, classed, book)


def _as_the_law_was(classed: Ruling, matter: Matter, book: Book) -> Ruling:
    """Give the ruling on the class with each result that was no offence yet on the day replaced by what the
    book's table of earlier law says.
    """
    then = [_law_then(row, matter, book) for row in ((classed.row,) if classed.row else classed.considered)]
    if not any(then):
        return classed
    rows = [
        row
        for reached, earlier in zip(classed.considered[-len(then) :], then, strict=True)
        for row in (((earlier.row,) if earlier.row else earlier.considered) if earlier else (reached,))
    ]
    missing = (*classed.missing, *(fact for earlier in then if earlier for fact in earlier.missing))
    agreed = all(row.result == rows[-1].result for row in rows) and not missing
    return Ruling(rows[-1] if agreed else None, tuple(rows), () if agreed else tuple(dict.fromkeys(missing)))


def _with_both_steps(ruled: MatterRuling, table: Table, classed: Ruling, book: Book) -> MatterRuling:
    """Give a ruling with the class as the law is now and, after it, as it was on the day."""
    now = (Step(table.stage, classed.row),) if classed.row else ()
    steps = [
        one
        for step in ruled.steps
        for one in ((*now, Step(book.law_then.stage, step.row)) if step.stage == table.stage else (step,))
    ]
    return evolve(ruled, steps=tuple(steps))


def _law_then(row: Row, matter: Matter, book: Book) -> Ruling | None:
    """Give the ruling of the table of earlier law on a result, or None where the law was there already."""
    reached = read_class_result(row.result)
    if reached is None:
        return None
    told = {"reached": reached.ho_code or reached.ho_class}
    if not book.law_then.rows_for(told):
        return None
    earlier = book.law_then.decide({**matter.facts, **told})
    return earlier if earlier.considered else None


def _without_a_class(matter: Matter, table: Table, classed: Ruling) -> MatterRuling | None:
    if classed.row is None or read_class_result(classed.row.result):
        return None
    return _as_decision(MatterRuling(matter, "record", (Step(table.stage, classed.row),)), classed.row)


def _tested(matter: Matter, book: Book, table: Table, classed: Ruling) -> MatterRuling:
    reached = read_class_result(classed.row.result) if classed.row else _same_class(table, classed)
    rule = book.class_rule(reached.ho_class, reached.ho_code) if reached else None
    facts = {**matter.facts, **_facts_of_class(book, classed)}
    test = book.record_test.decide(facts)
    applied = classed.row or (classed.considered[-1] if reached else None)
    steps = (Step(table.stage, applied),) if applied else ()
    so_far = MatterRuling(matter, "record", steps, reached, rule)
    if test.row is None:
        return evolve(
            so_far,
            decision="not_decidable",
            missing=test.missing,
            reason="whether to record turns on facts not given",
        )
    so_far = evolve(so_far, steps=(Step(book.record_test.stage, test.row), *steps))
    if test.row.result != "record":
        return _as_decision(so_far, test.row)
    if reached is None:
        return _class_open(so_far, book, classed, facts)
    return _after_class(so_far, book, facts)


def _same_class(table: Table, classed: Ruling) -> ClassResult | None:
    """Give the class without a code, where the facts not given could only change the code."""
    results = [read_class_result(row.result) for row in classed.considered] if table.complete else []
    distinct = {(result.ho_class, result.attempt) if result else None for result in results}
    if len(distinct) != 1 or results[0] is None:
        return None
    return ClassResult(results[0].ho_class, "", results[0].attempt)


def _after_class(so_far: MatterRuling, book: Book, facts: Mapping[str, Any]) -> MatterRuling:
    exception = book.after_class.decide(facts)
    if exception.row is None:
        return evolve(
            so_far,
            decision="not_decidable",
            missing=exception.missing,
            reason="an exception turns on facts not given",
        )
    if exception.row.result == "record":
        return so_far
    return _as_decision(
        evolve(so_far, steps=(*so_far.steps, Step(book.after_class.stage, exception.row))), exception.row
    )


def _as_decision(ruling: MatterRuling, row: Row) -> MatterRuling:
    if row.result.startswith("N"):
        return evolve(ruling, decision="reported_incident", incident_code=row.result, reason=row.clause)
    if row.result == "information":
        return evolve(ruling, decision="incident_only", information_only=True, reason=row.clause)
    return evolve(ruling, decision=row.result, reason=row.clause)


def _class_open(ruling: MatterRuling, book: Book, classed: Ruling, facts: Mapping[str, Any]) -> MatterRuling:
    told = ", ".join(column.replace("_", " ").replace(".", "'s ") for column in classed.missing)
    outcomes = [read_class_result(row.result) for row in classed.considered]
    possible = tuple(dict.fromkeys(result for result in outcomes if result))
    exception = book.after_class.decide(facts)
    if exception.row and exception.row.result != "record" and None not in outcomes:
        return _after_class(ruling, book, facts)
    due = None not in outcomes and exception.row is not None
    reason = (
        f"a crime is required; its class turns on {told}"
        if due
        else f"whether it is a crime, and which, turns on {told}"
    )
    return evolve(
        ruling,
        decision="not_decidable",
        missing=classed.missing + tuple(fact for fact in exception.missing if fact not in OF_THE_CLASS),
        reason=reason,
        crime_due=due,
        possible=possible,
    )


def _facts_of_class(book: Book, classed: Ruling) -> dict[str, str]:
    rules = list(_rules_of(book, [classed.row] if classed.row else classed.considered))
    return {
        "counted_by": _only("other" if rule.unit in COUNTED_WITHOUT_A_VICTIM else "victim" for rule in rules),
        "serious_class": _only("yes" if rule.serious_at_school else "no" for rule in rules),
    }


def _rules_of(book: Book, rows: Iterable[Row]) -> Iterable[ClassRule]:
    for row in rows:
        reached = read_class_result(row.result)
        if reached:
            yield book.class_rule(reached.ho_class, reached.ho_code)


def _only(values: Iterable[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else UNKNOWN
