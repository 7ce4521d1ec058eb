"""What becomes of each matter: its class, then the recording test, then the exceptions that look at the
class.

The order is that of the official flowchart (Crime Recording Rules 2026/27, p 11): no notifiable crime in
what is said ends the question; then credible contrary evidence, place, and whether anybody confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, field, frozen

from firstpoint.counting.books import Book, ClassResult, ClassRule, read_class_result
from firstpoint.counting.facts import UNKNOWN
from firstpoint.counting.matters import Matter
from firstpoint.counting.tables import Row, Ruling, Table

#: Units in which nobody need be found as a victim.
COUNTED_WITHOUT_A_VICTIM = frozenset(
    {
        "offender",
        "incident",
        "each_time",
        "things",
        "victim_else_one",
        "victims_and_things",
        "victims_else_things",
    }
)

#: In place of the facts that are missing, where nobody asked for them.
NOT_SAID = ("not_said",)

#: Facts that follow from the class, and so are asked for by asking for the class.
OF_THE_CLASS = frozenset({"counted_by", "serious_class", "national_class"})

#: How a table is put to a matter: the table, and the facts of its class, give the ruling.
Decide = Callable[[Table, Mapping[str, str]], Ruling]


@frozen
class Step:
    """One row that was applied, at which stage, and the facts that its cells read."""

    stage: str
    row: Row


@frozen(eq=False)
class Finding:
    """What the book says of every matter of one kind with the same facts.

    ``decision`` is one of the verdict's decisions; ``incident_code`` the reported-incident code that goes
    with ``reported_incident``; ``missing`` the columns whose facts would settle an open question.
    ``crime_due`` says that a crime is due although its class is open, ``possible`` are the classes it may
    prove to have.
    """

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
    row_ids: tuple[str, ...] = field(init=False)
    in_short: bool = field(init=False)

    @row_ids.default
    def _ids_of_steps(self) -> tuple[str, ...]:
        return tuple(step.row.id for step in self.steps)

    @in_short.default
    def _does_not_say_what_is_missing(self) -> bool:
        return NOT_SAID[0] in self.missing


class MatterRuling:
    """A matter with what the book says of it."""

    __slots__ = ("finding", "matter")

    def __init__(self, matter: Matter, finding: Finding) -> None:
        self.matter = matter
        self.finding = finding


def rule_matter(matter: Matter, book: Book) -> MatterRuling:
    """Give the ruling on one matter, taken by itself, by reading the tables row by row.

    This is the reading that every faster way must agree with.
    """
    facts = matter.facts

    def read(table: Table, of_class: Mapping[str, str]) -> Ruling:
        return table.decide({**facts, **of_class})

    return MatterRuling(matter, find(matter.kind, book, read))


def find(kind: str, book: Book, decide: Decide) -> Finding:
    """Give what the book says of a matter of this kind; ``decide`` puts each table to its facts."""
    table = book.class_tables.get(kind)
    if table is None:
        return Finding("not_decidable", reason=f"this book has no rule for kind {kind} yet", uncovered=True)
    classed = decide(table, {})
    then = _as_the_law_was(classed, book, decide)
    found = _without_a_class(table, then) or _tested(book, table, then, decide)
    return found if then is classed else _with_both_steps(found, table, classed, book)


def _as_the_law_was(classed: Ruling, book: Book, decide: Decide) -> Ruling:
    """Give the ruling on the class with each result that was no offence yet on the day replaced by what the
    book's table of earlier law says.
    """
    then = [_law_then(row, book, decide) for row in ((classed.row,) if classed.row else classed.considered)]
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


def _with_both_steps(found: Finding, table: Table, classed: Ruling, book: Book) -> Finding:
    """Give a finding with the class as the law is now and, after it, as it was on the day."""
    now = (Step(table.stage, classed.row),) if classed.row else ()
    steps = [
        one
        for step in found.steps
        for one in ((*now, Step(book.law_then.stage, step.row)) if step.stage == table.stage else (step,))
    ]
    return evolve(found, steps=tuple(steps))


def _law_then(row: Row, book: Book, decide: Decide) -> Ruling | None:
    """Give the ruling of the table of earlier law on a result, or None where the law was there already."""
    reached = as_reached(row.result)
    if reached is None:
        return None
    if not book.law_then.rows_for({"reached": reached}):
        return None
    earlier = decide(book.law_then, {"reached": reached})
    return earlier if earlier.considered else None


def as_reached(result: str) -> str | None:
    """Give a class result as the table of earlier law knows it: its code, or else its class."""
    reached = read_class_result(result)
    return (reached.ho_code or reached.ho_class) if reached else None


def _without_a_class(table: Table, classed: Ruling) -> Finding | None:
    if classed.row is None or read_class_result(classed.row.result):
        return None
    return _as_decision(Finding("record", (Step(table.stage, classed.row),)), classed.row)


def _tested(book: Book, table: Table, classed: Ruling, decide: Decide) -> Finding:
    reached = read_class_result(classed.row.result) if classed.row else _same_class(table, classed)
    rule = book.class_rule(reached.ho_class, reached.ho_code) if reached else None
    of_class = facts_of_class(book, classed)
    test = decide(book.record_test, of_class)
    applied = classed.row or (classed.considered[-1] if reached else None)
    steps = (Step(table.stage, applied),) if applied else ()
    so_far = Finding("record", steps, reached, rule)
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
    exception = decide(book.after_class, of_class)
    if reached is None:
        return _class_open(so_far, book, classed, exception)
    return _after_class(so_far, book, exception)


def _same_class(table: Table, classed: Ruling) -> ClassResult | None:
    """Give the class without a code, where the facts not given could only change the code."""
    results = [read_class_result(row.result) for row in classed.considered] if table.complete else []
    distinct = {(result.ho_class, result.attempt) if result else None for result in results}
    if len(distinct) != 1 or results[0] is None:
        return None
    return ClassResult(results[0].ho_class, "", results[0].attempt)


def _after_class(so_far: Finding, book: Book, exception: Ruling) -> Finding:
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


def _as_decision(finding: Finding, row: Row) -> Finding:
    if row.result.startswith("N"):
        return evolve(finding, decision="reported_incident", incident_code=row.result, reason=row.clause)
    if row.result == "information":
        return evolve(finding, decision="incident_only", information_only=True, reason=row.clause)
    return evolve(finding, decision=row.result, reason=row.clause)


def _class_open(finding: Finding, book: Book, classed: Ruling, exception: Ruling) -> Finding:
    told = ", ".join(column.replace("_", " ").replace(".", "'s ") for column in classed.missing)
    outcomes = [read_class_result(row.result) for row in classed.considered]
    possible = tuple(dict.fromkeys(result for result in outcomes if result))
    if exception.row and exception.row.result != "record" and None not in outcomes:
        return _after_class(finding, book, exception)
    due = None not in outcomes and exception.row is not None
    reason = (
        f"a crime is required; its class turns on {told}"
        if due
        else f"whether it is a crime, and which, turns on {told}"
    )
    return evolve(
        finding,
        decision="not_decidable",
        missing=classed.missing + tuple(fact for fact in exception.missing if fact not in OF_THE_CLASS),
        reason=reason,
        crime_due=due,
        possible=possible,
    )


def facts_of_class(book: Book, classed: Ruling) -> dict[str, str]:
    """Give what follows from the class, or from all classes that are possible."""
    rules = list(_rules_of(book, [classed.row] if classed.row else classed.considered))
    return {
        "counted_by": _only("other" if rule.unit in COUNTED_WITHOUT_A_VICTIM else "victim" for rule in rules),
        "serious_class": _only("yes" if rule.serious_at_school else "no" for rule in rules),
        "national_class": _only("yes" if rule.ho_class.startswith("NFIB") else "no" for rule in rules),
    }


def _rules_of(book: Book, rows: Iterable[Row]) -> Iterable[ClassRule]:
    for row in rows:
        reached = read_class_result(row.result)
        if reached:
            yield book.class_rule(reached.ho_class, reached.ho_code)


def _only(values: Iterable[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else UNKNOWN
