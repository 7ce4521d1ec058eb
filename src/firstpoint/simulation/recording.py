"""What the force wrote down of what happened: which crimes it recorded, late, wrongly, or not at all,
and which it recorded though none was due, or cancelled.

The chance of a miss is set within each stratum so that the recorded share of the crimes due meets the
profile's rate in expectation, given what fell due; units and routes lie around it by their carelessness.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from math import log

import numpy as np
from attrs import frozen

from firstpoint.simulation.chance import Chance, Weighted
from firstpoint.simulation.events import Event
from firstpoint.simulation.profile import ForceProfile
from firstpoint.simulation.scenarios import weights

_DAY_MINUTES = 24 * 60

# The class that a thing which is no crime is recorded as, by the stratum of its opening code.
_TAKEN_FOR = {
    "violence": ("105A", "8L", "8R"),
    "sexual": ("20A", "88E"),
    "other": ("49", "58C", "9A"),
    "": ("105A", "49", "58A", "8L"),
}


@frozen
class Place:
    """Where an incident came in: the unit and team, the place, the route and channel, its code's stratum.

    ``street`` is the number of the street in the list of streets.
    """

    unit: str
    team: str
    area: str
    street: int
    house: int
    easting: int
    northing: int
    route: str
    channel: str
    stratum: str
    taken_by: str
    secondary: bool


@frozen
class Recorded:
    """One crime as recorded: the place of its due in the event, the class given, and the delay.

    ``due`` is None for a crime recorded though none was due. ``cancellation`` is the ground on which it was
    cancelled afterwards, empty where it stands; ``wrongly`` whether that was without ground.
    """

    due: int | None
    ho_class: str
    recorded_after: timedelta
    cancellation: str = ""
    wrongly: bool = False


@frozen
class Recording:
    """What was made of one event: the crimes recorded, those not due last.

    ``missed_kind`` is why crimes were missed (empty where none was): the whole of them
    (``dismissed_in_closing``, ``awaiting_statement``, ``left_to_agency``, ``filed_on_existing``,
    ``n100_misuse``) or a part (``only_one_victim``, ``first_act_only``).
    """

    recorded: tuple[Recorded, ...]
    missed_kind: str


def record_events(
    events: Sequence[Event],
    places: Sequence[Place],
    profile: ForceProfile,
    generator: np.random.Generator,
) -> list[Recording]:
    """Give what the force recorded of each event; ``places`` runs beside ``events``."""
    chance = Chance(generator)
    whole = _whole_miss_chances(events, places, profile)
    return [
        _record(event, place, miss, profile, chance)
        for event, place, miss in zip(events, places, whole, strict=True)
    ]


def record_directly(
    events: Sequence[Event], profile: ForceProfile, generator: np.random.Generator
) -> list[Recording]:
    """Give what was recorded of reports that never had an incident: one crime of each, and no more."""
    chance = Chance(generator)
    made = []
    for event in events:
        missed = _partial_kind(event) if len(event.dues) > 1 else ""
        made.append(Recording((_one(event, 0, "", profile, chance),), missed))
    return made


def _whole_miss_chances(
    events: Sequence[Event], places: Sequence[Place], profile: ForceProfile
) -> list[float]:
    """Give the chance that all of an event's crimes are missed.

    With D crimes due in a stratum, of which P beyond the first of their event, a partial miss of share p
    and a whole miss of share q lose q·D + (1 - q)·p·P crimes; q solves this for the loss (1 - rate)·D.
    """
    due = np.array([len(event.dues) for event in events], dtype=float)
    beyond = np.maximum(due - 1, 0)
    odds = np.array(
        [
            profile.unit_carelessness.get(at.unit, 1.0)
            * profile.team_carelessness.get(at.team, 1.0)
            * profile.route_carelessness.get(at.route, 1.0)
            for at in places
        ]
    )
    chances = np.zeros(len(events))
    of_stratum = np.array([at.stratum or "none" for at in places])
    for stratum, rate in profile.recording_rate.items():
        here = (of_stratum == stratum) & (due > 0)
        if not here.any():
            continue
        partly = profile.partial_share * beyond[here]
        lost = (1 - rate) * due[here].sum() - partly.sum()
        share = lost / (due[here] - partly).sum()
        weight = odds[here] / _or_one(np.average(odds[here], weights=due[here] - partly))
        chances[here] = np.clip(share * weight, 0.0, 1.0)
    return [float(value) for value in chances]


def _or_one(value: float) -> float:
    return value if value > 0 else 1.0


def _record(
    event: Event, place: Place, whole_miss: float, profile: ForceProfile, chance: Chance
) -> Recording:
    if not event.dues:
        return _not_due(event, place, profile, chance)
    if chance.happens(whole_miss):
        return Recording((), _whole_kind(event, place, profile, chance))
    if len(event.dues) > 1 and chance.happens(profile.partial_share):
        return Recording((_one(event, 0, place.unit, profile, chance),), _partial_kind(event))
    first = _one(event, 0, place.unit, profile, chance)
    rest = [_beside(event, due, first) for due in range(1, len(event.dues))]
    return Recording((first, *rest), "")


def _not_due(event: Event, place: Place, profile: ForceProfile, chance: Chance) -> Recording:
    """Give a crime where none is due: the same event recorded again, or no crime taken for one."""
    twice = event.repeat and bool(event.acts)
    share = profile.recorded_twice_share if twice else profile.over_recorded_share
    if event.scenario.reported or not chance.happens(share):
        return Recording((), "")
    if twice:
        sex = event.victims[0].sex if event.victims[0].type == "person" else "any"
        given = event.acts[0][0].ho_class[sex]
    else:
        given = chance.pick(_TAKEN_FOR[place.stratum])
    found_out = chance.happens(profile.over_recorded_cancelled_share)
    ground = ("C3" if twice else chance.pick(("C4", "C4", "C2"))) if found_out else ""
    return Recording((Recorded(None, given, _delay(profile.late_share, chance), ground),), "")


def _whole_kind(event: Event, place: Place, profile: ForceProfile, chance: Chance) -> str:
    if event.dues[0].kind == "rape":
        return "n100_misuse"
    reporter = "professional" if event.reporter.startswith("professional") else "usual"
    return chance.weighted(_kinds(reporter, tuple(profile.unit_kinds_of_error.get(place.unit, {}).items())))


@cache
def _kinds(reporter: str, of_unit: tuple[tuple[str, float], ...]) -> Weighted[str]:
    """Give why crimes are missed, with the weights of a kind of reporter and of a unit."""
    more = dict(of_unit)
    usual = weights("missed", reporter).weights
    return Weighted({kind: weight * more.get(kind, 1.0) for kind, weight in usual.items()})


def _partial_kind(event: Event) -> str:
    return "only_one_victim" if event.dues[0].act == event.dues[1].act else "first_act_only"


def _one(event: Event, due: int, unit: str, profile: ForceProfile, chance: Chance) -> Recorded:
    crime = event.dues[due]
    wrong = crime.taken_for and chance.happens(profile.wrong_class_share)
    given = chance.pick(crime.taken_for) if wrong else crime.ho_class
    delay = _delay(profile.late_share * profile.unit_lateness.get(unit, 1.0), chance)
    if not chance.happens(profile.cancelled_share):
        return Recorded(due, given, delay)
    return Recorded(due, given, delay, "C2", chance.happens(profile.wrongly_cancelled_share))


def _beside(event: Event, due: int, first: Recorded) -> Recorded:
    """Give a further crime of the same report, recorded minutes after the first."""
    crime = event.dues[due]
    alike = crime.act == event.dues[0].act and first.ho_class != event.dues[0].ho_class
    return Recorded(
        due, first.ho_class if alike else crime.ho_class, first.recorded_after + timedelta(minutes=due)
    )


def _delay(late_share: float, chance: Chance) -> timedelta:
    """Give the time from report to record: mostly within hours, a few of them days late."""
    if chance.happens(late_share):
        return timedelta(minutes=_DAY_MINUTES + 1 + int(-4000 * log(1 - chance.unit())))
    return timedelta(minutes=8 + int((_DAY_MINUTES - 60) * chance.unit() ** 3))
