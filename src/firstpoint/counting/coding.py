"""Facts as small numbers: what a kind of offence asks, and each possible answer as a code.

Of the many facts that a report may state, the tables read only some for a given kind. A :class:`KindCode`
numbers the answers to each of those columns and packs a matter's whole sheet into one integer, its *key*:
two matters with the same key get the same ruling. A stated fact adds its share to the key of a matter of
which nothing is known, so that a report is read once, and a fact out of the format is noticed while reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from firstpoint.counting.cells import ANY_NUMBER, Fact, Interval
from firstpoint.counting.facts import KINDS, UNKNOWN, values_of
from firstpoint.counting.matters import (
    WHERE_NOTHING_IS_SAID,
    Default,
    ToldBeside,
    age_span,
    assume,
)
from firstpoint.counting.tables import Row, Vocabulary

#: Attributes of an allegation whose value stands in a column of another name.
_STANDS_IN: Mapping[str, str] = {"result": "driving_result"}
#: Facts of the class, which no report states.
OF_THE_CLASS = ("counted_by", "serious_class", "national_class")


class Column:
    """The answers to one column, each with its code.

    A column of names has a code for each name. A column of whole numbers has one for each pair of steps, at
    which some cell of the tables begins or ends, between which the number may lie.
    """

    def __init__(self, name: str, values: tuple[str, ...] | None, rows: Iterable[Row]) -> None:
        self.name = name
        self.points: tuple[Fact, ...]
        if values is None:
            self.steps = _steps(name, rows)
            ends = [step - 1 for step in self.steps[1:]] + [ANY_NUMBER[1]]
            self.points = tuple((low, high) for low in self.steps for high in ends)
        else:
            self.steps = ()
            self.points = (UNKNOWN, *[value for value in values if value != UNKNOWN])
        self._codes = {point: code for code, point in enumerate(self.points)}

    def code(self, fact: Fact) -> int:
        """Give the code of an answer; raise KeyError for a name that the column does not have."""
        if not self.steps:
            return self._codes[fact]
        low, high = fact if isinstance(fact, tuple) else ANY_NUMBER
        count = len(self.steps)
        return self._step(low) * count + self._step(high)

    def _step(self, number: int) -> int:
        at = 0
        while at + 1 < len(self.steps) and self.steps[at + 1] <= number:
            at += 1
        return at


class KindCode:
    """What the tables ask of one kind, and how its facts become a key.

    ``base`` is the key of a matter of which the report says nothing but its kind, ``found`` and
    ``not_found`` what to add where somebody is, or is not, named as its victim. ``allegation``, ``victim``,
    and ``offender`` give what each stated value adds, by field; every field of the format that an
    allegation of the kind may carry stands there, so that a KeyError tells a fact out of place.
    """

    def __init__(
        self,
        kind: str,
        mark: str,
        rows: Sequence[Row],
        vocabulary: Vocabulary,
        defaults: Sequence[Default],
        told_beside: Sequence[ToldBeside],
    ) -> None:
        self.kind = kind
        self._shares_kept: dict[tuple[str, Fact], int] = {}
        self.told_beside = tuple(told for told in told_beside if kind in told.kinds)
        self._defaults: dict[str, list[Default]] = {}
        for default in defaults:
            if not default.kinds or kind in default.kinds:
                self._defaults.setdefault(default.fact, []).append(default)
        asked = dict.fromkeys(column for row in rows for column, _ in row.cells)
        names = [name for name in asked if name not in ("kind", *OF_THE_CLASS, "reached")]
        self.columns = tuple(Column(name, vocabulary(name), rows) for name in names)
        self.position = {column.name: at for at, column in enumerate(self.columns)}
        self._weights: list[int] = []
        weight = 1
        for column in self.columns:
            self._weights.append(weight)
            weight *= len(column.points)
        self._absent = [self._assumed_code(column, None) for column in self.columns]
        self.base = sum(map(int.__mul__, self._weights, self._absent))
        self.allegation = self._fields("allegation", KINDS[kind].attributes)
        self.victim = self._fields(
            "victim", ("type", "sex", "duty", "confirms", "supports", "at_risk", "vulnerable")
        )
        self.offender = self._fields(
            "offender", ("sex", "identified", "lacks_capacity", "police", "authority_decision")
        )
        marked = {
            "V": ("victim", "victim"),
            "S": ("state", "state"),
            "M": ("victim", "state"),
            "-": ("none", "none"),
        }
        with_victim, without = marked[mark]
        self.found = self.share("victim_found", "yes") + self.share("mark", with_victim)
        self.not_found = self.share("victim_found", "no") + self.share("mark", without)
        self.asks_onlookers = "onlookers" in self.position
        self.asks_day = "offence_day" in self.position
        self.asks_derived = "killing" in self.position or "break_in_said" in self.position
        self.young_party = self.share("young_party", "yes")
        self.child_victim = self.share("child_victim", "yes")
        self.asks_age = {part: f"{part}.age" in self.position for part in ("victim", "offender")}
        self._ages: dict[tuple[str, int | str | None], int] = {}

    def share(self, name: str, fact: Fact) -> int:
        """Give what a stated fact adds to the key: 0 where the tables do not ask for it."""
        known = self._shares_kept.get((name, fact))
        if known is None:
            at = self.position.get(name)
            known = (
                0
                if at is None
                else self._weights[at] * (self._assumed_code(self.columns[at], fact) - self._absent[at])
            )
            if len(self._shares_kept) > 5000:
                self._shares_kept.clear()
            self._shares_kept[name, fact] = known
        return known

    def age(self, part: str, entry: Mapping[str, Any]) -> int:
        """Give what the age of a victim or offender adds to the key."""
        asked = (part, entry.get("age", entry.get("age_band")))
        known = self._ages.get(asked)
        if known is None:
            known = self._ages[asked] = self.share(f"{part}.age", age_span(entry))
            if len(self._ages) > 1000:
                self._ages.clear()
        return known

    def codes(self, key: int) -> list[int]:
        """Give the code in each column of a key."""
        codes = []
        for column in self.columns:
            key, code = divmod(key, len(column.points))
            codes.append(code)
        return codes

    def key_of_codes(self, codes: Sequence[int]) -> int:
        """Give the key that holds these codes, one for each column."""
        return sum(map(int.__mul__, self._weights, codes))

    def assumed_codes(self, column: Column, facts: Iterable[Fact]) -> list[int]:
        """Give the code that each stated fact of a column comes to, defaults considered."""
        return [self._assumed_code(column, fact) for fact in facts]

    def defaults_of(self, name: str) -> tuple[str, ...]:
        """Give the ids of the defaults that may fill a column."""
        return tuple(default.id for default in self._defaults.get(name, ()))

    def absent_code(self, column: Column) -> int:
        """Give the code of a column of which the report says nothing."""
        return self._absent[self.position[column.name]]

    def facts(self, key: int) -> dict[str, Fact]:
        """Give the sheet that a key stands for, as far as the tables ask for it."""
        codes = self.codes(key)
        sheet: dict[str, Fact] = {"kind": self.kind}
        return sheet | {
            column.name: column.points[code] for column, code in zip(self.columns, codes, strict=True)
        }

    def key(self, facts: Mapping[str, Fact]) -> int:
        """Give the key of a sheet of facts that has its defaults on it."""
        return sum(
            weight * column.code(facts.get(column.name, ANY_NUMBER if column.steps else UNKNOWN))
            for weight, column in zip(self._weights, self.columns, strict=True)
        )

    def _assumed_code(self, column: Column, given: Fact | None) -> int:
        if given is None:
            given = WHERE_NOTHING_IS_SAID.get(column.name)
        facts = {} if given is None else {column.name: given}
        assume(facts, self.kind, self._defaults.get(column.name, ()))
        return column.code(facts.get(column.name, ANY_NUMBER if column.steps else UNKNOWN))

    def _fields(self, part: str, names: Iterable[str]) -> dict[str, dict[Any, int]]:
        prefix = "" if part == "allegation" else f"{part}."
        fields = {}
        for name in names:
            values = values_of(part, name)
            if values is None or name == "hostility":
                continue
            column = prefix + _STANDS_IN.get(name, name)
            fields[name] = {
                value: self.share(column, UNKNOWN if column == "victim.sex" and value == "other" else value)
                for value in values
            }
        return fields


def _steps(name: str, rows: Iterable[Row]) -> tuple[int, ...]:
    cells = [cell for row in rows for column, cell in row.cells if column == name]
    edges = {0}
    for cell in cells:
        if isinstance(cell, Interval):
            edges |= {cell.low, cell.high + 1}
    return tuple(sorted(edge for edge in edges if edge <= ANY_NUMBER[1]))
