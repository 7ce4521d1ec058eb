"""The kinds of event that befall the made-up force, read from ``grammar/*.toml``.

A scenario of crime holds one or more acts, each a kind of allegation with the facts that decide its class and
the class that follows; ``counting`` is asked by a test whether it agrees. A scenario without acts holds no
crime: its facts are an event that nobody calls a crime, or an allegation that for a stated reason is not one.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import StringIO
from typing import Any

from attrs import frozen

from firstpoint.simulation.chance import Weighted

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
    """

    id: str
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

    @property
    def is_crime(self) -> bool:
        """Whether a crime is due in this kind of event."""
        return bool(self.acts)


@cache
def scenarios() -> dict[str, Scenario]:
    """Give every scenario by its id, crimes first."""
    made = {}
    for table in (*_CRIME_TABLES, "no_crime"):
        for name, row in _toml(table).items():
            made[name] = _scenario(name, row)
    return made


@cache
def opening_codes() -> dict[str, str]:
    """Give the stratum (violence, sexual, other, or "" for no crime) of every opening code."""
    text = (resources.files(__package__) / "grammar/opening_codes.csv").read_text(encoding="utf-8")
    return {row["opening_code"]: row["stratum"] for row in csv.DictReader(StringIO(text, newline=""))}


@cache
def weights(table: str, key: str = "") -> Weighted[str]:
    """Give one table of ``grammar/weights.toml``, or the table under a key of it."""
    found = _toml("weights")[table]
    return Weighted(found[key] if key else found)


@cache
def calls_by_hour_of_week() -> tuple[tuple[float, ...], ...]:
    """Give the weight of each hour of the day (London time), for each weekday from Monday."""
    found = _toml("weights")
    return tuple(tuple(day * hour for hour in found["calls_by_hour"]) for day in found["calls_by_weekday"])


def _scenario(name: str, row: Mapping[str, Any]) -> Scenario:
    return Scenario(
        id=name,
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
        acts=tuple(_act(act) for act in row.get("acts", ())),
        report=row.get("report", {}),
        victim_facts=row.get("victim_facts", {}),
        allegation=row.get("allegation", {}),
        topic=row.get("topic", ""),
        stories=tuple(Story(story["lead"], tuple(story["found"])) for story in row.get("stories", ())),
        closings=tuple(row.get("closings", ())),
    )


def _act(row: Mapping[str, Any]) -> Act:
    return Act(
        kind=row["kind"],
        ho_class=_by_sex(row["ho_class"]),
        ho_code=_by_sex(row["ho_code"]),
        facts=row.get("facts", {}),
        told=tuple(row["told"]),
        more=tuple(row.get("more", ())),
        after=tuple(row.get("after", ())),
        on=row.get("on", "victims"),
        counted=row.get("counted", "each"),
        chance=row.get("chance", 1.0),
        taken_for=tuple(row.get("taken_for", ())),
    )


def _by_sex(value: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"female": value, "male": value, "any": value} if isinstance(value, str) else value


def _toml(table: str) -> dict[str, Any]:
    text = (resources.files(__package__) / f"grammar/{table}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
