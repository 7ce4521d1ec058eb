"""Labels of allegations: a kind, with the facts that mostly decide its class (``words/decisive.csv``).

A label reads ``assault injury=minor``; a fact of the first victim or of the place has its owner before it, as
in the lexicon (``victim.duty=constable``).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import StringIO
from typing import Any

_LIKE = {"passing_pain": "none", "lasting_pain": "minor"}
_OLDER = 16
_DUTY = "victim.duty"


def labels_of(facts: Mapping[str, Any]) -> set[str]:
    """The labels of all allegations in the facts of a report."""
    victims = {one["id"]: one for one in facts.get("victims", ())}
    return {_label(one, victims) for one in facts.get("allegations", ())}


def kind_of(label: str) -> str:
    """The kind of a label."""
    return label.partition(" ")[0]


def facts_of(label: str) -> dict[str, str]:
    """The facts of a label that a reader may take as likely: not that a victim is a constable or an emergency
    worker, which makes a graver class and is told in words that the lexicon knows."""
    told = label.partition(" ")[2]
    facts = dict(part.split("=", 1) for part in told.split(";") if part)
    return {name: value for name, value in facts.items() if name != _DUTY}


@cache
def decisive() -> Mapping[str, tuple[str, ...]]:
    """For each kind the facts that stand in its labels."""
    text = (resources.files("firstpoint.screening") / "words" / "decisive.csv").read_text("utf-8")
    return {row["kind"]: tuple(row["facts"].split()) for row in csv.DictReader(StringIO(text))}


def _label(allegation: Mapping[str, Any], victims: Mapping[str, Mapping[str, Any]]) -> str:
    first = victims.get(next(iter(allegation.get("victims", ())), ""), {})
    owners = {"victim": _with_band(first), "place": allegation.get("place", {})}
    told = []
    for name in decisive().get(allegation["kind"], ()):
        owner, _, fact = name.rpartition(".")
        value = (owners[owner] if owner else allegation).get(fact)
        if isinstance(value, str) and value != "unknown":
            told.append(f"{name}={_LIKE.get(value, value)}")
    return " ".join([allegation["kind"], *filter(None, [";".join(told)])])


def _with_band(victim: Mapping[str, Any]) -> Mapping[str, Any]:
    """A victim with the band of the age, where the age is told."""
    if not isinstance(victim.get("age"), int):
        return victim
    age = victim["age"]
    band = "under_13" if age < 13 else "13_to_15" if age < _OLDER else "16_and_over"
    return {**victim, "age_band": band}
