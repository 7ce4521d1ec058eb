"""What truly happened: one event at a time, from a scenario, with the facts of its report and the crimes due.

The truth comes from the event and never from its words; the words are made from the event afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from firstpoint.simulation.chance import Chance
from firstpoint.simulation.names import Names
from firstpoint.simulation.scenarios import Act, Scenario, weights

LONDON = ZoneInfo("Europe/London")

THIRD_PARTIES = frozenset(
    {"witness", "neighbour", "friend_or_relative", "passer_by", "anonymous", "police_officer"}
)
"""Reporters whose word the victim must confirm."""


@frozen
class Person:
    """A victim or offender. ``type`` is ``person``, ``household`` or ``business``."""

    type: str
    first: str
    last: str
    sex: str
    age: int
    ethnicity: str


@frozen
class Due:
    """One crime that must be recorded: its kind, class, code and victim (an index, or None)."""

    kind: str
    ho_class: str
    ho_code: str
    victim: int | None
    act: int
    taken_for: tuple[str, ...]


@frozen
class Event:
    """One event with its report. ``acts`` are the acts that took place, each with its victims' indices."""

    scenario: Scenario
    received_at: datetime
    reporter: str
    relationship: str
    setting: str
    opening_code: str
    victims: tuple[Person, ...]
    offender: Person
    acts: tuple[tuple[Act, tuple[int, ...]], ...]
    dues: tuple[Due, ...]
    supports: bool
    occurred_at: datetime

    @property
    def domestic(self) -> bool:
        """Whether offender and victim are partners, former partners or family, both grown up."""
        return self.relationship in ("partner", "former_partner", "family") and self.victims[0].age >= 16


def draw_event(
    scenario: Scenario, received_at: datetime, chance: Chance, names: Names, no_support_share: float
) -> Event:
    """Give one event of the scenario, reported at this moment (UTC)."""
    number = int(chance.weighted(weights("victims", scenario.victims)))
    sex = chance.weighted(weights("sexes", scenario.sexes))
    victims = [_victim(scenario, sex, chance, names) for _ in range(number)]
    if scenario.victims == "siblings":
        victims = [evolve(child, last=victims[0].last) for child in victims]
    acts, dues = [], []
    for place, act in enumerate(scenario.acts):
        if act.chance < 1 and not chance.happens(act.chance):
            continue
        struck = _struck(act, victims, chance, names)
        acts.append((act, struck))
        dues += _dues(act, place, struck, victims)
    reporter = chance.weighted(scenario.reporters)
    return Event(
        scenario=scenario,
        received_at=received_at,
        reporter=reporter,
        relationship=chance.weighted(scenario.relationships),
        setting=chance.pick(scenario.settings) if scenario.settings else "",
        opening_code=chance.weighted(scenario.openings),
        victims=tuple(victims),
        offender=_person(
            chance.weighted(weights("sexes", scenario.offender_sex)), scenario.offender_ages, chance, names
        ),
        acts=tuple(acts),
        dues=tuple(dues),
        supports=not (scenario.is_crime and chance.happens(no_support_share)),
        occurred_at=received_at - timedelta(minutes=int(chance.weighted(weights("minutes_before")))),
    )


def report_of(event: Event, report_id: str) -> dict[str, Any]:
    """Give the facts of the event's report, in the form of ``report.schema.json``."""
    received = event.received_at.astimezone(LONDON)
    facts: dict[str, Any] = {
        "schema_version": 1,
        "report_id": report_id,
        "reported_at": received.isoformat(timespec="seconds"),
        "reporter": {"role": event.reporter},
        "allegations": _allegations(event),
        **event.scenario.report,
    }
    named = _victim_facts(event)
    if named:
        facts["victims"] = named
    if event.acts or event.scenario.allegation:
        facts["offenders"] = [{"id": "o1", "sex": event.offender.sex, "age": event.offender.age}]
    return facts


def _allegations(event: Event) -> list[dict[str, Any]]:
    if event.acts:
        return [_allegation(event, number, act, struck) for number, (act, struck) in enumerate(event.acts)]
    if event.scenario.allegation:
        return [{"id": "a1", "victims": ["v1"], "offender": "o1", **event.scenario.allegation}]
    return [{"id": "a1", "kind": "no_crime_event", "nsir_topic": event.scenario.topic}]


def _allegation(event: Event, number: int, act: Act, struck: tuple[int, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"a{number + 1}", "kind": act.kind, "offender": "o1"}
    if struck:
        made["victims"] = [f"v{index + 1}" for index in struck]
    made["when"] = {"from": event.occurred_at.astimezone(LONDON).date().isoformat()}
    if event.setting:
        made["place"] = {"setting": event.setting}
    if struck and event.relationship != "unknown":
        made["relationship"] = event.relationship if act.on != "another" else "other"
    return {**made, **act.facts}


def _victim_facts(event: Event) -> list[dict[str, Any]]:
    """Give what is known of every victim whom an allegation names."""
    named = {index for _, struck in event.acts for index in struck} or (
        {0} if event.scenario.allegation else set()
    )
    facts = []
    for index in sorted(named):
        victim = event.victims[index]
        row: dict[str, Any] = {"id": f"v{index + 1}"}
        if victim.type == "person":
            row |= {"sex": victim.sex, "age": victim.age}
        else:
            row["type"] = victim.type
        if event.scenario.duty:
            row["duty"] = event.scenario.duty
        if not event.supports:
            row["supports"] = "no"
        if event.acts and event.reporter in THIRD_PARTIES:
            row["confirms"] = "confirmed"
        facts.append({**row, **event.scenario.victim_facts})
    return facts


def _struck(act: Act, victims: list[Person], chance: Chance, names: Names) -> tuple[int, ...]:
    if act.on == "state":
        return ()
    if act.on == "first":
        return (0,)
    if act.on == "another":
        victims.append(_person(chance.pick(("female", "male")), (18, 80), chance, names))
        return (len(victims) - 1,)
    return tuple(range(len(victims)))


def _dues(act: Act, place: int, struck: tuple[int, ...], victims: list[Person]) -> list[Due]:
    whom: tuple[int | None, ...] = (
        struck if act.counted == "each" and struck else (struck[0] if struck else None,)
    )
    made = []
    for index in whom:
        sex = "any" if index is None or victims[index].type != "person" else victims[index].sex
        made.append(Due(act.kind, act.ho_class[sex], act.ho_code[sex], index, place, act.taken_for))
    return made


def _victim(scenario: Scenario, sex: str, chance: Chance, names: Names) -> Person:
    if scenario.victim_type == "person":
        return _person(sex, scenario.ages, chance, names)
    if scenario.victim_type == "business":
        return Person("business", "", chance.pick(names.firms), "", 0, "")
    householder = _person(sex, scenario.ages, chance, names)
    return Person("household", householder.first, householder.last, sex, householder.age, "")


def _person(sex: str, ages: tuple[int, int], chance: Chance, names: Names) -> Person:
    age = ages[0] + int((ages[1] - ages[0] + 1) * chance.unit() ** 1.4)
    return Person(
        "person",
        chance.pick(names.first[sex]),
        chance.pick(names.last),
        sex,
        age,
        chance.weighted(weights("ethnicities")),
    )
