"""Victims' protected characteristics: for each a value, or the lawful reason for which there is none.

What there is to say is data, in ``grammar/characteristics.toml``: one table a field. A field is written where
the canonical victims' table has a column for it, so that a further column there needs no line of code here.
Someone whom the force meets again has the same values each time, whatever was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from zlib import crc32

from attrs import frozen

from firstpoint.records import TABLES
from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.events import Person
from firstpoint.simulation.grammar_files import toml_of

_REASONS = ("_absent", "_absent_because")
_NOT_RELEVANT = "not relevant"
_UNEXPLAINED = "unexplained"

Cell = float | str | None


@frozen
class Characteristic:
    """One protected characteristic: its column, that of its reason, and how often it is asked.

    ``of`` names what the event itself says of the victim; otherwise ``values`` gives the values.
    """

    name: str
    reason: str
    asked: float
    of: str
    values: Weighted[str] | None


@cache
def characteristics() -> tuple[Characteristic, ...]:
    """Give the characteristics that the canonical victims' table has columns for, in the order of the
    data."""
    columns = set(TABLES["victims"].schema())
    made = []
    for name, row in toml_of("characteristics").items():
        reason = next((name + ending for ending in _REASONS if name + ending in columns), "")
        if name in columns and reason:
            values = Weighted(row["values"]) if "values" in row else None
            made.append(Characteristic(name, reason, row["asked"], row.get("of", ""), values))
    return tuple(made)


def characteristic_columns() -> tuple[str, ...]:
    """Give the columns in the order in which :func:`characteristics_of` fills them."""
    return tuple(column for each in characteristics() for column in (each.name, each.reason))


def characteristics_of(victim: Person, reference: str, unit: str, chance: Chance) -> list[Cell]:
    """Give a value or a reason for each characteristic of a victim whose crime this unit recorded."""
    cells: list[Cell] = []
    for each in characteristics():
        if victim.type != "person":
            cells += (None, _NOT_RELEVANT)
            continue
        value = _value(each, victim, reference)
        if value is not None and chance.unit() < _asked(each.asked, unit):
            cells += (value, None)
        else:
            why = chance.weighted(_reasons(unit))
            cells += (None, None if why == _UNEXPLAINED else why)
    return cells


def _value(each: Characteristic, victim: Person, reference: str) -> Cell:
    if each.of == "age":
        return float(victim.age)
    if each.of:
        return getattr(victim, each.of) or None
    assert each.values is not None
    return each.values.at(crc32(f"{each.name} {reference}".encode()) / 2**32)


@cache
def _asked(share: float, unit: str) -> float:
    odds = share / (1 - share) * _of_unit("asked", unit)
    return odds / (1 + odds)


@cache
def _reasons(unit: str) -> Weighted[str]:
    reasons: Mapping[str, float] = toml_of("characteristics")["_reasons"]
    more = _of_unit(_UNEXPLAINED, unit)
    return Weighted({why: share * (more if why == _UNEXPLAINED else 1.0) for why, share in reasons.items()})


def _of_unit(what: str, unit: str) -> float:
    factor: float = toml_of("characteristics")["_units"][what].get(unit, 1.0)
    return factor
