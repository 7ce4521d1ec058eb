"""One cell of a decision table: what it says, and whether a fact meets it.

A cell holds a value, alternatives (``a|b``), an exclusion (``!a`` or ``!a|b``), ``-`` for anything, or, in
a column of whole numbers, an interval: ``12``, ``0-12``, ``16+``. Nothing else: there are no expressions.

A fact is a value of its column, :data:`~firstpoint.counting.facts.UNKNOWN`, or for numbers a pair (lowest,
highest) of what it may be. A cell answers *yes*, *no* or *perhaps*. Where some row of a table names
``unknown`` in a column, not knowing is a value of its own there: a cell either names it or refuses it.
"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from firstpoint.counting.facts import UNKNOWN

Answer = Literal["yes", "no", "perhaps"]
Span = tuple[int, int]
Fact = str | Span

#: Higher than any age or count that is told apart, and than a day written as a number (20260401).
MANY = 10**8
ANY_NUMBER: Span = (0, MANY)


@frozen
class Choice:
    """A cell over enumerated values: those it accepts, and what it makes of an unknown fact.

    ``unknown_matters`` says that the column treats not knowing as a value of its own.
    """

    accepted: frozenset[str]
    takes_unknown: bool
    unknown_matters: bool = False

    def answer(self, fact: Fact) -> Answer:
        """Say whether a fact meets the cell."""
        if fact == UNKNOWN:
            return "yes" if self.takes_unknown else "no" if self.unknown_matters else "perhaps"
        return "yes" if fact in self.accepted else "no"

    def points(self) -> frozenset[str]:
        """Give every value that meets the cell, the unknown included where it does."""
        return self.accepted | ({UNKNOWN} if self.takes_unknown else frozenset())


@frozen
class Interval:
    """A cell over whole numbers, both ends included."""

    low: int
    high: int

    def answer(self, fact: Fact) -> Answer:
        """Say whether a number, known to lie between two others, meets the cell."""
        lowest, highest = fact if isinstance(fact, tuple) else ANY_NUMBER
        if self.low <= lowest and highest <= self.high:
            return "yes"
        return "no" if highest < self.low or lowest > self.high else "perhaps"


Cell = Choice | Interval


def read_cell(text: str, values: tuple[str, ...] | None) -> Cell | None:
    """Read a cell of a column with these values (None: whole numbers); a ``-`` gives None.

    Raises ValueError, saying why, where the text names a value that the column does not have.
    """
    text = text.strip()
    if text == "-":
        return None
    if not text:
        raise ValueError("an empty cell says nothing; write - for anything")
    return _interval(text) if values is None else _choice(text, values)


def _interval(text: str) -> Interval:
    low, dash, high = text.removesuffix("+").partition("-")
    if not low.isdigit() or (dash and not high.isdigit()):
        raise ValueError(f"{text!r} is not an interval such as 12, 0-12 or 16+")
    if text.endswith("+"):
        return Interval(int(low), MANY)
    return Interval(int(low), int(high) if dash else int(low))


def _choice(text: str, values: tuple[str, ...]) -> Choice:
    named = text.removeprefix("!").split("|")
    strange = [value for value in named if value not in values]
    if strange:
        raise ValueError(f"{strange[0]!r} is not a value of this column ({', '.join(values[:12])} …)")
    known = frozenset(values) - {UNKNOWN}
    if text.startswith("!"):
        return Choice(known - frozenset(named), takes_unknown=False)
    accepted = frozenset(named) - {UNKNOWN}
    return Choice(
        accepted, takes_unknown=UNKNOWN in named or accepted >= known, unknown_matters=UNKNOWN in named
    )
