"""The kinds of event that befall the made-up force, read from ``grammar/*.toml``.

A scenario of crime holds one or more acts, each a kind of allegation with the facts that decide its class and
the class that follows; ``counting`` is asked by a test whether it agrees. A scenario without acts holds no
crime: its facts are an event that nobody calls a crime, or an allegation that for a stated reason is not one.
The facts stand once; each bank of phrases tells them in words of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from io import StringIO
from typing import Any

from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.simulation.chance import Weighted
from firstpoint.simulation.grammar_files import text_of, toml_of

_CRIME_TABLES = ("violence", "sexual", "property", "state")


@frozen(eq=False)
class Act:
    """One allegation of a scenario.

    ``ho_class`` and ``ho_code`` are by sex of the victim (``female``, ``male``, or ``any``). ``on`` says
    whom it befalls: ``victims`` (all of the event), ``another`` (one more, told of in the same log),
    ``first`` (the first victim, counted once) or ``state``. ``counted`` is ``each`` victim or ``once``.
    ``chance`` is how often the act is part of the event. ``taken_for`` lists the classes it is wrongly
    recorded as. ``told`` are ways of saying it, ``more`` of saying that it befell further victims too,
    ``after`` of what followed.
    """

    kind: str
    ho_class: Mapping[str, str]
    ho_code: Mapping[str, str]
    facts: Mapping[str, Any]
    told: tuple[str, ...]
    more: tuple[str, ...]
    after: tuple[str, ...]
    on: str
    counted: str
    chance: float
    taken_for: tuple[str, ...]


@frozen
class Story:
    """A report of no crime: how it is told, and ways of saying what was found."""

    lead: str
    found: tuple[str, ...]


@frozen(eq=False)
class Scenario:
    """A kind of event: who tells it, under which codes, what happens, and what it is worth in crimes.

    ``victims`` names how many there are (``one``, ``few``, ``siblings``, ``many``, ``heavy``) and
    ``victim_type`` what they are. ``allegation``, ``victim_facts`` and ``report`` are facts of a report that
    alleges something and yet is no crime to be recorded; ``topic`` is that of an event which alleges nothing.
    ``callers`` is how many people ring about the same event, the first included; ``family`` is the file in
    which it stands. ``reported`` is the code of the reported incident that must be recorded, if any.
    """

    id: str
    family: str
    weight: float
    openings: Weighted[str]
    reporters: Weighted[str]
    relationships: Weighted[str]
    settings: tuple[str, ...]
    victims: str
    victim_type: str
    sexes: str
    offender_sex: str
    ages: tuple[int, int]
    offender_ages: tuple[int, int]
    duty: str
    voice: str
    acts: tuple[Act, ...]
    report: Mapping[str, Any]
    victim_facts: Mapping[str, Any]
    allegation: Mapping[str, Any]
    topic: str
    stories: tuple[Story, ...]
    closings: tuple[str, ...]
    callers: str
    reported: str

    @property
    def is_crime(self) -> bool:
        """Whether a crime is due in this kind of event."""
        return bool(self.acts)


@cache
def scenarios(bank: str = "training") -> dict[str, Scenario]:
    """Give every scenario by its id, crimes first, told in the phrases of this bank."""
    made = {}
    for table in (*_CRIME_TABLES, "no_crime"):
        for name, row in toml_of(table).items():
            told = row if bank == "training" else toml_of(table, bank).get(name)
            if told is None:
                raise InputError(
                    f"the bank {bank} does not tell of {name}",
                    where=f"grammar/{bank}/{table}.toml",
                    remedy=f"Add a table [{name}] with its phrases.",
                )
            made[name] = _scenario(name, table, row, told)
    return made


@cache
def opening_codes() -> dict[str, str]:
    """Give the stratum (violence, sexual, other, or "" for no crime) of every opening code."""
    text = StringIO(text_of("opening_codes.csv"), newline="")
    return {row["opening_code"]: row["stratum"] for row in csv.DictReader(text)}


@cache
def weights(table: str, key: str = "") -> Weighted[str]:
    """Give one table of ``grammar/weights.toml``, or the table under a key of it."""
    found = toml_of("weights")[table]
    return Weighted(found[key] if key else found)


def _scenario(name: str, family: str, row: Mapping[str, Any], told: Mapping[str, Any]) -> Scenario:
    """Give a scenario: its facts from ``row``, its phrases from ``told``."""
    acts = row.get("acts", ())
    return Scenario(
        id=name,
        family=family,
        weight=row["weight"],
        openings=Weighted(row["openings"]),
        reporters=Weighted(row["reporters"]),
        relationships=Weighted(row.get("relationships", {"unknown": 1.0})),
        settings=tuple(row.get("settings", ())),
        victims=row.get("victims", "one"),
        victim_type=row.get("victim_type", "person"),
        sexes=row.get("sexes", "any"),
        offender_sex=row.get("offender_sex", "mostly male"),
        ages=tuple(row.get("ages", (18, 82))),
        offender_ages=tuple(row.get("offender_ages", (18, 60))),
        duty=row.get("duty", ""),
        voice=row.get("voice", ""),
        acts=tuple(_act(act, said) for act, said in zip(acts, told.get("acts", ()), strict=True)),
        report=row.get("report", {}),
        victim_facts=row.get("victim_facts", {}),
        allegation=row.get("allegation", {}),
        topic=row.get("topic", ""),
        stories=tuple(Story(story["lead"], tuple(story["found"])) for story in told.get("stories", ())),
        closings=tuple(row.get("closings", ())),
        callers=row.get("callers", "one"),
        reported=row.get("reported", ""),
    )


def _act(row: Mapping[str, Any], told: Mapping[str, Any]) -> Act:
    return Act(
        kind=row["kind"],
        ho_class=_by_sex(row["ho_class"]),
        ho_code=_by_sex(row["ho_code"]),
        facts=row.get("facts", {}),
        told=tuple(told["told"]),
        more=tuple(told.get("more", ())),
        after=tuple(told.get("after", ())),
        on=row.get("on", "victims"),
        counted=row.get("counted", "each"),
        chance=row.get("chance", 1.0),
        taken_for=tuple(row.get("taken_for", ())),
    )


def _by_sex(value: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"female": value, "male": value, "any": value} if isinstance(value, str) else value
