"""How many crimes the counted matters make: each class has its unit, and what was reported together counts
once.

A crime is counted once for each different key: the victim, owner, shop, offender, incident or number of
things that the class is counted by, with the offender beside it. Matters of one key are one finished
incident; a class that holds unlike offences (66: breaches of orders, affray, outraged decency) is told
apart by family.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from firstpoint.counting.matters import Matter
from firstpoint.counting.rulings import MatterRuling

Key = tuple[str, ...]


@define(eq=False)
class Counted:
    """Crimes of one class for one unit: how many, and the positions of the matters that make them."""

    ho_class: str
    count: int
    members: tuple[int, ...]


def count_units(recorded: Sequence[MatterRuling], counted: Sequence[int]) -> list[Counted]:
    """Give the crimes that the matters at these positions make, in the order of their first matter."""
    if len(counted) == 1:
        alone = recorded[counted[0]]
        assert alone.finding.rule
        return [Counted(alone.finding.rule.ho_class, _number_of_one(alone), (counted[0],))]
    groups: dict[tuple[str, str, Key], list[int]] = {}
    for at in counted:
        rule = recorded[at].finding.rule
        assert rule
        groups.setdefault((rule.ho_class, rule.family, _key(recorded[at])), []).append(at)
    return [
        Counted(ho_class, _number([recorded[at] for at in members]), tuple(members))
        for (ho_class, _, _), members in groups.items()
    ]


def same_unit(one: MatterRuling, other: MatterRuling) -> bool:
    """Say whether two matters are of one class and family and counted for one and the same unit."""
    first, second = one.finding.rule, other.finding.rule
    assert first
    assert second
    kin = (first.ho_class, first.family) == (second.ho_class, second.family)
    return kin and _key(one) == _key(other)


def _key(ruling: MatterRuling) -> Key:
    assert ruling.finding.rule
    matter, unit = ruling.matter, ruling.finding.rule.unit
    if _counts_named_things(ruling):
        return (unit, "things", matter.offender, *matter.allegation.get("victims", ()))
    if unit in ("offender", "supplier") and not (unit == "supplier" and matter.victim):
        return (unit, matter.offender)
    if unit == "incident":
        return (unit, matter.incident, matter.offender)
    if unit == "each_time":
        return (unit, matter.incident, matter.whom, matter.offender)
    if unit == "owner":
        return (unit, matter.owner or matter.whom, matter.offender)
    if unit == "shop":
        return (unit, matter.shop or matter.whom, matter.offender)
    if unit in ("things", "building", "victims_and_things") and _units(ruling):
        return (unit, matter.offender, *matter.allegation.get("victims", ()))
    return (unit, matter.whom, matter.offender)


def _number(members: Sequence[MatterRuling]) -> int:
    return max(_number_of_one(ruling) for ruling in members)


def _number_of_one(ruling: MatterRuling) -> int:
    assert ruling.finding.rule
    matter, unit = ruling.matter, ruling.finding.rule.unit
    if _counts_named_things(ruling):
        return matter.number("units", 1)
    if unit in ("offender", "incident"):
        return 1
    if unit == "each_time":
        return matter.people * max(1, matter.number("times", 1))
    if unit == "penetrator":
        if matter.part.get("penetrators_undefined") == "yes":
            return matter.people
        return matter.people * max(1, matter.number("penetrators_distinct", 1))
    if unit == "supplier" and not matter.victim:
        return max(1, matter.number("suppliers", 1))
    if unit == "victims_and_things" and _units(ruling):
        return _units(ruling) + _intended_victims(matter)
    if unit == "victims_else_things" and not _victims_named(matter):
        return max(1, _units(ruling))
    if unit in ("things", "building") and _units(ruling):
        return _units(ruling)
    return matter.people


def _counts_named_things(ruling: MatterRuling) -> bool:
    """Say whether the report gives the number of just those offenders or households that the class counts."""
    assert ruling.finding.rule
    named = ruling.matter.allegation.get("unit") == ruling.finding.rule.thing
    return ruling.finding.rule.unit in ("offender", "owner") and named and _units(ruling) > 0


def _units(ruling: MatterRuling) -> int:
    """Give the number of things stated, if they are those that the class is counted by.

    Where the class counts them on one condition only, there is one at least once it is met.
    """
    rule, allegation = ruling.finding.rule, ruling.matter.allegation
    assert rule
    if rule.thing and allegation.get("unit", rule.thing) not in (rule.thing, *rule.thing.split("|")):
        return 0
    if rule.thing_if and allegation.get(rule.thing_if) != "yes":
        return 0
    return ruling.matter.number("units", 1 if rule.thing_if else 0)


def _intended_victims(matter: Matter) -> int:
    """Give how many of an allegation's victims were meant, where they are counted beside things."""
    if matter.allegation.get("specific_victim") == "no":
        return 0
    return _victims_named(matter)


def _victims_named(matter: Matter) -> int:
    return len(matter.allegation.get("victims", ())) or matter.number("victim_count", 0)
