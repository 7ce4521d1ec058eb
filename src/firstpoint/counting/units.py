"""How many crimes the counted matters make: each class has its unit, and what was reported together counts
once.

A crime is counted once for each different key: the victim, owner, shop, offender, incident or number of
things that the class is counted by, with the offender beside it. Matters of one key are one finished
incident.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from firstpoint.counting.cells import Fact
from firstpoint.counting.matters import Matter
from firstpoint.counting.rulings import MatterRuling

Key = tuple[str, ...]


@frozen
class Counted:
    """Crimes of one class for one key: how many, and the positions of the matters that make them."""

    ho_class: str
    key: Key
    count: int
    members: tuple[int, ...]


def count_units(recorded: Sequence[MatterRuling], counted: Sequence[int]) -> list[Counted]:
    """Give the crimes that the matters at these positions make, in the order of their first matter."""
    groups: dict[tuple[str, Key], list[int]] = {}
    for at in counted:
        ruling = recorded[at]
        assert ruling.rule
        groups.setdefault((ruling.rule.ho_class, _key(ruling)), []).append(at)
    return [
        Counted(ho_class, key, _number([recorded[at] for at in members]), tuple(members))
        for (ho_class, key), members in groups.items()
    ]


def same_unit(one: MatterRuling, other: MatterRuling) -> bool:
    """Say whether two matters are of one class and counted for one and the same unit."""
    assert one.rule
    assert other.rule
    return one.rule.ho_class == other.rule.ho_class and _key(one) == _key(other)


def _key(ruling: MatterRuling) -> Key:
    assert ruling.rule
    matter, unit = ruling.matter, ruling.rule.unit
    if unit in ("offender", "supplier") and not (unit == "supplier" and matter.victim):
        return (unit, matter.offender)
    if unit == "incident":
        return (unit, matter.incident, matter.offender)
    if unit == "owner":
        return (unit, matter.owner or matter.whom, matter.offender)
    if unit == "shop":
        return (unit, matter.shop or matter.whom, matter.offender)
    if unit == "victims_else_things" and not matter.victim:
        return (unit, matter.whom, matter.offender)
    if unit in ("things", "building", "victims_and_things") and _units(ruling):
        return (unit, matter.offender, *matter.allegation.get("victims", ()))
    return (unit, matter.whom, matter.offender)


def _number(members: Sequence[MatterRuling]) -> int:
    return max(_number_of_one(ruling) for ruling in members)


def _number_of_one(ruling: MatterRuling) -> int:
    assert ruling.rule
    matter, unit = ruling.matter, ruling.rule.unit
    if unit in ("offender", "incident"):
        return max(1, _units(ruling)) if ruling.rule.thing else 1
    if unit == "penetrator":
        return matter.people * max(1, _whole(matter.facts.get("penetrators_distinct"), 1))
    if unit == "supplier" and not matter.victim:
        return max(1, _whole(matter.facts.get("suppliers"), 1))
    if unit == "victims_and_things" and _units(ruling):
        return _intended_victims(matter) + _units(ruling)
    if unit == "victims_else_things" and matter.facts.get("victim_found") != "yes":
        return max(1, _units(ruling))
    if unit in ("things", "building") and _units(ruling):
        return _units(ruling)
    return matter.people


def _intended_victims(matter: Matter) -> int:
    """Give how many of an allegation's victims were meant, where they are counted beside things."""
    if matter.facts.get("victim_found") != "yes" or matter.facts.get("specific_victim") == "no":
        return 0
    return matter.people if not matter.victim else len(matter.allegation.get("victims", ()))


def _units(ruling: MatterRuling) -> int:
    """Give the number of things stated, if they are those that the class is counted by.

    Where the class counts them on one condition only, there is one at least once it is met.
    """
    assert ruling.rule
    rule, facts = ruling.rule, ruling.matter.facts
    foreign = bool(rule.thing) and facts.get("unit", rule.thing) not in (rule.thing, *rule.thing.split("|"))
    if foreign or (rule.thing_if and facts.get(rule.thing_if) != "yes"):
        return 0
    return _whole(facts.get("units"), 1 if rule.thing_if else 0)


def _whole(fact: Fact | None, otherwise: int) -> int:
    return fact[0] if isinstance(fact, tuple) else otherwise
