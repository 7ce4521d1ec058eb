"""How an event becomes an incident in the force's systems: place, route, references, and its log.

A *filed* event is the event with all that the force holds of it and all that it should hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from attrs import evolve, frozen

from firstpoint.simulation.chance import Chance
from firstpoint.simulation.events import LONDON, Event
from firstpoint.simulation.names import names
from firstpoint.simulation.profile import ForceProfile
from firstpoint.simulation.recording import Place, Recording, record_directly
from firstpoint.simulation.scenarios import opening_codes, weights
from firstpoint.simulation.telling import Telling, tell
from firstpoint.vocabulary import offence_class

_REGISTERS = {
    "control room": "call",
    "direct to IMU": "officer",
    "online": "form",
    "public protection": "referral",
    "secondary": "officer",
}


@frozen
class Filed:
    """An event with its references. ``place`` is None for a crime recorded directly, without an incident."""

    event: Event
    recording: Recording
    report_id: str
    place: Place | None
    stratum: str
    unit: str
    crime_ids: tuple[str, ...] = ()
    victim_ids: tuple[str, ...] = ()
    secondary_to: str | None = None


def place_events(events: Sequence[Event], chance: Chance) -> list[Place]:
    """Give where each event came in."""
    strata = opening_codes()
    return [_place(event, strata[event.opening_code], chance) for event in events]


def file_incidents(
    events: Sequence[Event], places: Sequence[Place], recordings: Sequence[Recording]
) -> list[Filed]:
    """Give each event as an incident, numbered within its day in order of report."""
    made: list[Filed] = []
    day, number = "", 0
    for event, place, recording in zip(events, places, recordings, strict=True):
        today = event.received_at.astimezone(LONDON).strftime("%Y%m%d")
        number = number + 1 if today == day else 1
        day = today
        earlier = made[-1].report_id if place.secondary and made else None
        made.append(
            Filed(
                event,
                recording,
                f"I{day}-{number:04d}",
                place,
                place.stratum,
                place.unit,
                secondary_to=earlier,
            )
        )
    return made


def file_directly(
    events: Sequence[Event], profile: ForceProfile, generator: np.random.Generator
) -> list[Filed]:
    """Give each event as a crime recorded without an incident; the report's reference is then the crime's."""
    recordings = record_directly(events, profile, generator)
    chance = Chance(generator)
    return [
        Filed(event, recording, "", None, _class_stratum(recording), chance.weighted(weights("units")))
        for event, recording in zip(events, recordings, strict=True)
    ]


def numbered(filed: Sequence[Filed]) -> list[Filed]:
    """Give the same with crime numbers in order of recording and victims' references in order of report."""
    when: list[tuple[datetime, int, int]] = [
        (one.event.received_at + crime.recorded_after, place, order)
        for place, one in enumerate(filed)
        for order, crime in enumerate(one.recording.recorded)
    ]
    given: dict[tuple[int, int], str] = {}
    for number, (moment, place, order) in enumerate(sorted(when), start=1):
        given[place, order] = f"77/{number:06d}/{moment.astimezone(LONDON):%y}"
    made, victims = [], 0
    for place, one in enumerate(filed):
        crimes = tuple(given[place, order] for order in range(len(one.recording.recorded)))
        people = tuple(f"V{victims + index + 1:07d}" for index in range(len(one.event.victims)))
        victims += len(people)
        made.append(evolve(one, crime_ids=crimes, victim_ids=people, report_id=one.report_id or crimes[0]))
    return made


def tell_all(filed: Sequence[Filed], profile: ForceProfile, chance: Chance) -> list[Telling | None]:
    """Give the log of each incident, and None for each crime recorded without one."""
    return [_told(one, profile, chance) for one in filed]


def _told(one: Filed, profile: ForceProfile, chance: Chance) -> Telling | None:
    if one.place is None:
        return None
    return tell(
        one.event,
        one.recording,
        one.crime_ids,
        _REGISTERS[one.place.route],
        chance,
        names(),
        arising_from=one.secondary_to,
        typing_error_share=profile.typing_error_share,
        distractor_share=profile.distractor_share,
    )


def _place(event: Event, stratum: str, chance: Chance) -> Place:
    unit = chance.weighted(weights("units"))
    route = chance.weighted(weights("routes", _who(event.reporter)))
    return Place(
        unit=unit,
        area=chance.pick(names().areas[unit]),
        easting=400_000 + chance.below(60_000),
        northing=300_000 + chance.below(60_000),
        route=route,
        channel=chance.weighted(weights("channels", route)),
        stratum=stratum,
        taken_by=f"CT{chance.between(11, 88)}",
        secondary=route == "secondary",
    )


def _who(reporter: str) -> str:
    """Give under which heading the routes of this reporter stand."""
    if reporter.startswith("professional"):
        return "professional"
    return reporter if reporter in ("victim", "victim_organisation", "police_officer") else "other"


def _class_stratum(recording: Recording) -> str:
    """Give the stratum in which an auditor would look for it: that of the class recorded, right or wrong."""
    found = offence_class(recording.recorded[0].ho_class)
    return found.audit_stratum if found else ""
