"""How an event becomes an incident in the force's systems: place, route, references, and its log.

A *filed* event is the event with all that the force holds of it and all that it should hold.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from attrs import frozen

from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.clock import local_day
from firstpoint.simulation.events import Event
from firstpoint.simulation.names import Names
from firstpoint.simulation.population import Population, site_at
from firstpoint.simulation.profile import ForceProfile
from firstpoint.simulation.recording import Place, Recording, record_directly
from firstpoint.simulation.rhythms import rhythm_of
from firstpoint.simulation.scenarios import opening_codes, weights
from firstpoint.vocabulary import offence_class

_REMEMBERED = 40
SECONDARY = "secondary"


@frozen
class Filed:
    """An event with its references. ``place`` is None for a crime recorded directly, without an incident.

    ``repeat_of`` is the incident of the first call about the same event. ``filed_under`` is the incident
    under which its crimes stand where that is another's.
    """

    event: Event
    recording: Recording
    report_id: str
    place: Place | None
    stratum: str
    unit: str
    crime_ids: tuple[str, ...] = ()
    victim_ids: tuple[str, ...] = ()
    secondary_to: str | None = None
    repeat_of: str | None = None
    filed_under: str | None = None


@frozen
class Numbering:
    """How references are given: crimes ``77/{crimes}{number}/{year}``, victims ``{victims}{number}``.

    ``year`` is two digits, or empty for that of the day of recording.
    """

    crimes: str = ""
    year: str = ""
    crime_digits: int = 6
    victims: str = "V"


def place_events(
    events: Sequence[Event],
    firsts: Sequence[int | None],
    profile: ForceProfile,
    names: Names,
    population: Population,
    chance: Chance,
) -> list[Place]:
    """Give where each event came in; ``firsts`` gives the place in ``events`` of a repeat call's first
    call."""
    places: list[Place] = []
    for event, first in zip(events, firsts, strict=True):
        site = places[first] if first is not None else None
        places.append(_place(event, site, profile, names, population, chance))
    return places


def file_incidents(
    events: Sequence[Event],
    places: Sequence[Place],
    recordings: Sequence[Recording],
    firsts: Sequence[int | None],
    profile: ForceProfile,
    chance: Chance,
) -> list[Filed]:
    """Give each event as an incident, numbered within its day in order of report."""
    ids = _incident_ids(events)
    others: dict[int, int] = {}
    for at, first in enumerate(firsts):
        if first is not None:
            others.setdefault(first, at)
    seen: dict[str, deque[str]] = {}
    made: list[Filed] = []
    for at, (event, place, recording) in enumerate(zip(events, places, recordings, strict=True)):
        lately = seen.setdefault(place.unit, deque(maxlen=_REMEMBERED))
        parent = chance.pick(lately) if place.secondary and lately else None
        under = ids[others[at]] if at in others else parent
        elsewhere = (
            under is not None
            and event.dues
            and recording.recorded
            and chance.happens(profile.elsewhere_share)
        )
        first = firsts[at]
        made.append(
            Filed(
                event,
                recording,
                ids[at],
                place,
                place.stratum,
                place.unit,
                secondary_to=parent,
                repeat_of=None if first is None else ids[first],
                filed_under=under if elsewhere else None,
            )
        )
        lately.append(ids[at])
    return made


def file_directly(
    events: Sequence[Event], profile: ForceProfile, generator: np.random.Generator
) -> list[Filed]:
    """Give each event as a crime recorded without an incident; the report's reference is then the crime's."""
    recordings = record_directly(events, profile, generator)
    chance = Chance(generator)
    return [
        Filed(
            event,
            recording,
            "",
            None,
            _class_stratum(recording),
            chance.weighted(_units(rhythm_of(event.scenario.id), profile)),
        )
        for event, recording in zip(events, recordings, strict=True)
    ]


def numbered(filed: Sequence[Filed], numbering: Numbering) -> list[Filed]:
    """Give the same with crime numbers in order of recording and victims' references in order of report.

    A victim whom the force knows already keeps the reference that he or she has.
    """
    given = _crime_numbers(filed, numbering)
    made: list[Filed] = []
    of_event: dict[str, tuple[str, ...]] = {}
    victims = 0
    for place, one in enumerate(filed):
        crimes = tuple(given[place, order] for order in range(len(one.recording.recorded)))
        if one.repeat_of is not None:
            people = of_event[one.repeat_of][:1]
        else:
            people = tuple(
                victim.reference or f"{numbering.victims}{victims + index + 1:07d}"
                for index, victim in enumerate(one.event.victims)
            )
            victims += len(people)
        report_id = one.report_id or crimes[0]
        if one.event.scenario.callers != "one":
            of_event[report_id] = people
        made.append(
            Filed(
                one.event,
                one.recording,
                report_id,
                one.place,
                one.stratum,
                one.unit,
                crimes,
                people,
                one.secondary_to,
                one.repeat_of,
                one.filed_under,
            )
        )
    return made


def _crime_numbers(filed: Sequence[Filed], numbering: Numbering) -> Mapping[tuple[int, int], str]:
    when = [
        (one.event.received + int(crime.recorded_after.total_seconds()), place, order)
        for place, one in enumerate(filed)
        for order, crime in enumerate(one.recording.recorded)
    ]
    digits = numbering.crime_digits
    return {
        (place, order): f"77/{numbering.crimes}{number:0{digits}d}/{numbering.year or local_day(at)[2:4]}"
        for number, (at, place, order) in enumerate(sorted(when), start=1)
    }


def _incident_ids(events: Sequence[Event]) -> list[str]:
    ids: list[str] = []
    day, number = "", 0
    for event in events:
        today = local_day(event.received)
        number = number + 1 if today == day else 1
        day = today
        ids.append(f"I{today.replace('-', '')}-{number:04d}")
    return ids


def _place(
    event: Event,
    first: Place | None,
    profile: ForceProfile,
    names: Names,
    population: Population,
    chance: Chance,
) -> Place:
    """Give where an event came in; a repeat call is about the place of the ``first``."""
    unit = first.unit if first else chance.weighted(_units(rhythm_of(event.scenario.id), profile))
    route = chance.weighted(weights("routes", _who(event.reporter)))
    if _told_in_confidence(event) and chance.happens(profile.secondary_share):
        route = SECONDARY
    if chance.happens(profile.repeat_place_share):
        site = population.site(unit, chance.unit())
    else:
        site = site_at(unit, chance, names)
    return Place(
        unit=unit,
        team=chance.pick("ABCDE"),
        area=first.area if first else names.areas[unit][site.area],
        street=(first or site).street,
        house=(first or site).house,
        easting=(first or site).easting,
        northing=(first or site).northing,
        route=route,
        channel=chance.weighted(weights("channels", route)),
        stratum=opening_codes()[event.opening_code],
        taken_by=f"CT{chance.between(11, 88)}",
        secondary=route == SECONDARY,
    )


def _told_in_confidence(event: Event) -> bool:
    """Whether it is a crime that comes out while police deal with something else."""
    if event.repeat or not event.dues:
        return False
    return event.domestic or event.scenario.family == "sexual" or event.victims[0].age < 16


def _who(reporter: str) -> str:
    """Give under which heading the routes of this reporter stand."""
    if reporter.startswith("professional"):
        return "professional"
    return reporter if reporter in ("victim", "victim_organisation", "police_officer") else "other"


def _units(rhythm: str, profile: ForceProfile) -> Weighted[str]:
    """Give the units with the weights at which they meet events of a rhythm."""
    return _weighted_units(tuple((unit, mix.get(rhythm, 1.0)) for unit, mix in profile.unit_mix.items()))


@cache
def _weighted_units(mix: tuple[tuple[str, float], ...]) -> Weighted[str]:
    factor = dict(mix)
    return Weighted(
        {unit: weight * factor.get(unit, 1.0) for unit, weight in weights("units").weights.items()}
    )


def _class_stratum(recording: Recording) -> str:
    """Give the stratum in which an auditor would look for it: that of the class recorded, right or wrong."""
    found = offence_class(recording.recorded[0].ho_class)
    return found.audit_stratum if found else ""
