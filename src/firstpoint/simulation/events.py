"""What truly happened: one event at a time, from a scenario, with the facts of its report and the crimes due.

The truth comes from the event and never from its words; the words are made from the event afterwards.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from attrs import evolve, frozen

from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.clock import local_day, local_iso, moment
from firstpoint.simulation.names import Names
from firstpoint.simulation.population import Population, age_on
from firstpoint.simulation.profile import ForceProfile
from firstpoint.simulation.scenarios import Act, Scenario, weights

THIRD_PARTIES = frozenset(
    {"witness", "neighbour", "friend_or_relative", "passer_by", "anonymous", "police_officer"}
)
"""Reporters whose word the victim must confirm."""

_GROWN_UP = (18, 82)


@frozen
class Person:
    """A victim or offender. ``type`` is ``person``, ``household`` or ``business``.

    ``reference`` is that of someone whom the force meets again and again, empty for all others.
    """

    type: str
    first: str
    last: str
    sex: str
    age: int
    ethnicity: str
    reference: str = ""


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
    """One event with its report. ``acts`` are the acts that took place, each with its victims' indices.

    ``received`` and ``occurred`` are seconds since 1970 (UTC). ``repeat`` is true of a further call about an
    event that another caller has told already: nothing is due for it. ``story`` says which of its
    scenario's stories an event without crime is.
    """

    scenario: Scenario
    received: int
    reporter: str
    relationship: str
    setting: str
    opening_code: str
    victims: tuple[Person, ...]
    offender: Person
    acts: tuple[tuple[Act, tuple[int, ...]], ...]
    dues: tuple[Due, ...]
    supports: bool
    occurred: int
    story: int = 0
    repeat: bool = False

    @property
    def received_at(self) -> datetime:
        """When the report reached the force (UTC)."""
        return moment(self.received)

    @property
    def domestic(self) -> bool:
        """Whether offender and victim are partners, former partners or family, both grown up."""
        return self.relationship in ("partner", "former_partner", "family") and self.victims[0].age >= 16


def draw_event(
    scenario: Scenario,
    received: int,
    chance: Chance,
    names: Names,
    population: Population,
    profile: ForceProfile,
) -> Event:
    """Give one event of the scenario, reported at this moment (seconds since 1970)."""
    number = int(chance.weighted(weights("victims", scenario.victims)))
    sex = chance.weighted(weights("sexes", scenario.sexes))
    victims = [_victim(scenario, sex, chance, names, population) for _ in range(number)]
    if scenario.victims == "siblings":
        victims = [evolve(child, last=victims[0].last) for child in victims]
    elif scenario.victim_type == "person" and chance.happens(profile.repeat_victim_share):
        victims[0] = _known(victims[0], received, chance, names, population, scenario.ages)
    acts, dues = [], []
    for place, act in enumerate(scenario.acts):
        if act.chance < 1 and not chance.happens(act.chance):
            continue
        struck = _struck(act, victims, chance, names)
        acts.append((act, struck))
        dues += _dues(act, place, struck, victims)
    reporter = chance.weighted(scenario.reporters)
    minutes = int(chance.weighted(weights("minutes_before"))) * (0.5 + chance.unit())
    return Event(
        scenario=scenario,
        received=received,
        reporter=reporter,
        relationship=chance.weighted(scenario.relationships),
        setting=chance.pick(scenario.settings) if scenario.settings else "",
        opening_code=_opening_code(scenario, chance, profile),
        victims=tuple(victims),
        offender=_person(
            chance.weighted(weights("sexes", scenario.offender_sex)), scenario.offender_ages, chance, names
        ),
        acts=tuple(acts),
        dues=tuple(dues),
        supports=not (scenario.is_crime and chance.happens(profile.no_support_share)),
        occurred=received - 60 - int(minutes * 60),
        story=chance.below(10_000),
    )


def repeat_of(event: Event, received: int, chance: Chance, profile: ForceProfile) -> Event:
    """Give a further call about an event: what one more caller saw of it, its first act on its first
    victim."""
    return Event(
        scenario=event.scenario,
        received=received,
        reporter=chance.weighted(weights("further_callers")),
        relationship=event.relationship,
        setting=event.setting,
        opening_code=_opening_code(event.scenario, chance, profile),
        victims=event.victims[:1],
        offender=event.offender,
        acts=tuple((act, struck[:1]) for act, struck in event.acts[:1]),
        dues=(),
        supports=True,
        occurred=event.occurred,
        story=event.story,
        repeat=True,
    )


def report_of(event: Event, report_id: str) -> dict[str, Any]:
    """Give the facts of the event's report, in the form of ``report.schema.json``.

    A repeat call's allegation is the very matter that is, or should be, on record from the first call.
    """
    facts: dict[str, Any] = {
        "schema_version": 1,
        "report_id": report_id,
        "reported_at": local_iso(event.received),
        "reporter": {"role": event.reporter},
        "allegations": _allegations(event),
        **event.scenario.report,
    }
    if event.repeat and event.acts:
        act = event.acts[0][0]
        sex = event.victims[0].sex if event.victims[0].type == "person" else "any"
        record = {"id": "p1", "class": act.ho_class[sex], "offender": "o1", "status": "open", "victim": "v1"}
        facts["prior_records"] = [record]
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
    if event.repeat:
        made["same_as_record"] = "p1"
    if struck:
        made["victims"] = [f"v{index + 1}" for index in struck]
    made["when"] = {"from": local_day(event.occurred)}
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


def _opening_code(scenario: Scenario, chance: Chance, profile: ForceProfile) -> str:
    """Give the code under which the event is opened: one usual for it, or what it was taken for."""
    confused = profile.opening_confusion.get(_sort_of(scenario))
    own = chance.weighted(scenario.openings)
    if confused and chance.happens(confused["share"]):
        return chance.weighted(_codes(tuple(confused["codes"].items())))
    return own


def _sort_of(scenario: Scenario) -> str:
    return "domestic" if scenario.openings.values[0] == "DOMESTIC INCIDENT" else scenario.family


@cache
def _codes(codes: tuple[tuple[str, float], ...]) -> Weighted[str]:
    return Weighted(dict(codes))


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


def _victim(scenario: Scenario, sex: str, chance: Chance, names: Names, population: Population) -> Person:
    if scenario.victim_type == "person":
        return _person(sex, scenario.ages, chance, names)
    if scenario.victim_type == "business":
        firm = population.firm(chance.unit())
        return Person("business", "", names.firms[firm % len(names.firms)], "", 0, "", f"VB{firm + 1:05d}")
    householder = _person(sex, scenario.ages, chance, names)
    return Person("household", householder.first, householder.last, sex, householder.age, "")


def _known(
    stranger: Person,
    received: int,
    chance: Chance,
    names: Names,
    population: Population,
    ages: tuple[int, int],
) -> Person:
    """Give one of those whom the force knows in place of a stranger, where the ages of the scenario allow."""
    known = population.person(stranger.sex, chance.unit())
    age = age_on(known, moment(received).date())
    if ages != _GROWN_UP or not ages[0] <= age <= ages[1]:
        return stranger
    first = names.first[known.sex]
    return Person(
        "person",
        first[known.first % len(first)],
        names.last[known.last % len(names.last)],
        known.sex,
        age,
        known.ethnicity,
        known.reference,
    )


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
