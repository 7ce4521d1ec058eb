"""A made-up police force: its incidents, logs, crimes and victims, and beside them what truly happened.

:func:`make_force` gives some days of it, :func:`make_month` a calendar month of a force that has years
of them. The same seed, size and dates give the same force to the byte.
"""

from __future__ import annotations

import gc
from calendar import monthrange
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.simulation.chance import Chance, streams
from firstpoint.simulation.events import Event, draw_event, repeat_of
from firstpoint.simulation.filing import (
    Numbering,
    file_directly,
    file_incidents,
    numbered,
    place_events,
)
from firstpoint.simulation.grammar_files import Bank
from firstpoint.simulation.logs import tell_all
from firstpoint.simulation.moments import days_of, draw_moments
from firstpoint.simulation.names import Names, names
from firstpoint.simulation.population import Population, population_of
from firstpoint.simulation.profile import ForceProfile, usual_profile
from firstpoint.simulation.recording import record_events
from firstpoint.simulation.scenarios import Scenario, opening_codes, scenarios, weights
from firstpoint.simulation.tables import crimes_frame, incidents_frame, log_entries_frame, victims_frame
from firstpoint.simulation.truth import truth_crimes_frame, truth_errors_frame, truth_incidents_frame

FORCE = "Fellshire"

_STREAMS = ("times", "events", "places", "recording", "direct", "telling", "callers", "filing", "victims")


@frozen
class MadeUpForce:
    """A force and its truth, as polars frames.

    ``incidents``, ``log_entries``, ``crimes`` and ``victims`` are what the force's own systems hold, in the
    canonical columns. ``truth_incidents`` has a row per sampled report (each incident, and each crime
    recorded without one, ``kind``): incident_id, scenario, opening_code, stratum, unit, should_record,
    recorded (of those due, wherever they are filed), over_recorded, reported_incident (the code of one that
    is due), repeat_of, secondary_to, domestic, and facts, the report as JSON in the form that ``counting``
    reads. ``truth_crimes`` has a row per crime due: due_id, incident_id, kind (of allegation), ho_class,
    victim_id, victim_sex, victim_age, crime_id and recorded_class (null where missed), filed_under (the
    incident under which it stands where that is another's), cancellation, and error: ``none``,
    ``not_recorded``, ``fewer_than_required``, ``wrong_class``, ``wrongly_cancelled`` or ``late``.
    ``truth_errors`` has a row per error: incident_id, due_id, crime_id and error, which for a missed crime is
    the reason, and for a crime that was not due ``over_recorded`` or ``recorded_twice``. ``opening_codes``
    gives the stratum of each opening code ("" for a code that names no crime).
    """

    incidents: pl.DataFrame
    log_entries: pl.DataFrame
    crimes: pl.DataFrame
    victims: pl.DataFrame
    truth_incidents: pl.DataFrame
    truth_crimes: pl.DataFrame
    truth_errors: pl.DataFrame
    opening_codes: dict[str, str]


@frozen
class _Span:
    """Some days to be made: which, how many incidents, and where their chance and references come from."""

    seed: int
    part: tuple[int, ...]
    start: date
    days: int
    incidents: int | None
    a_year: float
    numbering: Numbering


def make_force(
    *,
    seed: int,
    incidents: int,
    start: date = date(2026, 4, 1),
    days: int = 30,
    profile: ForceProfile | None = None,
    bank: Bank = "training",
) -> MadeUpForce:
    """Give a made-up force with this many incidents, received over ``days`` from ``start``.

    ``profile`` says how it behaves (:func:`~firstpoint.simulation.usual_profile` where absent), as it stands
    on the first day; ``bank`` in whose phrases its logs are told. Raises
    :class:`~firstpoint.errors.InputError` where there would be no incident or no day.
    """
    if incidents < 1 or days < 1:
        raise InputError(
            "a force needs at least one incident and one day",
            where=f"incidents={incidents}, days={days}",
            remedy="Give a number of one or more for each.",
        )
    span = _Span(seed, (), start, days, incidents, 0.0, Numbering())
    with _collector_resting():
        return _made(span, (profile or usual_profile()).on(start), bank)


def make_month(
    *,
    seed: int,
    month: date,
    incidents_a_year: float = 600_000,
    profile: ForceProfile | None = None,
    bank: Bank = "training",
) -> MadeUpForce:
    """Give the calendar month in which ``month`` lies, of a force that meets so many incidents a year.

    How many incidents the month brings is drawn about what its season, weekdays, bank holidays and the trend
    of each kind of event bring (a Poisson number). A month is the same whether others are made or not; its
    references share none with those of another month, but for people and firms that the force meets again.
    Raises InputError where a year would bring less than an incident.
    """
    if not incidents_a_year >= 1:
        raise InputError(
            "a force needs at least one incident a year",
            where=f"incidents_a_year={incidents_a_year}",
            remedy="Give a number such as 600000.",
        )
    start = month.replace(day=1)
    # The year is that of the report: a crime recorded in January keeps clear of the next December's numbers.
    numbering = Numbering(crimes=f"{start:%m}", year=f"{start:%y}", victims=f"V{start:%y%m}")
    days = monthrange(start.year, start.month)[1]
    span = _Span(seed, (start.year, start.month), start, days, None, incidents_a_year, numbering)
    with _collector_resting():
        return _made(span, (profile or usual_profile()).on(start), bank)


def _made(span: _Span, profile: ForceProfile, bank: Bank) -> MadeUpForce:
    chance = streams(span.seed, _STREAMS, of=span.part)
    known = _population(span.seed, bank)
    events, firsts, unlogged = _all_events(span, profile, chance, known, bank)
    places = place_events(events, firsts, profile, names(bank), known, Chance(chance["places"]))
    recordings = record_events(events, places, profile, chance["recording"])
    filed = [
        *file_incidents(events, places, recordings, firsts, profile, Chance(chance["filing"])),
        *file_directly(unlogged, profile, chance["direct"]),
    ]
    filed = numbered(filed, span.numbering)
    told = tell_all(filed, profile, bank, Chance(chance["telling"]))
    return MadeUpForce(
        incidents=incidents_frame(filed, told, FORCE),
        log_entries=log_entries_frame(filed, told),
        crimes=crimes_frame(filed, FORCE),
        victims=victims_frame(filed, Chance(chance["victims"])),
        truth_incidents=truth_incidents_frame(filed),
        truth_crimes=truth_crimes_frame(filed),
        truth_errors=truth_errors_frame(filed),
        opening_codes=opening_codes(),
    )


def _all_events(
    span: _Span,
    profile: ForceProfile,
    chance: dict[str, np.random.Generator],
    known: Population,
    bank: Bank,
) -> tuple[list[Event], list[int | None], list[Event]]:
    """Give the events told in incidents, the first call of each that is a repeat, and those never logged.

    All are in order of their report.
    """
    made = list(scenarios(bank).values())
    of_days = days_of(made, span.start, span.days, profile)
    number = span.incidents
    if number is None:
        number = max(int(chance["times"].poisson(of_days.expected(span.a_year))), 1)
    whens, which = draw_moments(of_days, number, chance["times"])
    callers = Chance(chance["callers"])
    share = profile.further_calls_share
    calls = _calls(made, whens.tolist(), which.tolist(), number, of_days.end, share, callers)
    draws = Chance(chance["events"])
    events, firsts = _drawn(calls, made, draws, names(bank), known, profile)
    crimes = days_of([one for one in made if one.is_crime], span.start, span.days, profile)
    direct = draw_moments(crimes, round(number * profile.direct_share), chance["times"])
    unlogged = [
        draw_event(crimes.scenarios[at], when, draws, names(bank), known, profile)
        for when, at in sorted(zip(*(each.tolist() for each in direct), strict=True))
    ]
    return events, firsts, unlogged


def _calls(
    made: Sequence[Scenario],
    whens: Sequence[int],
    which: Sequence[int],
    number: int,
    end: int,
    further_share: float,
    chance: Chance,
) -> list[tuple[int, int, int]]:
    """Give so many calls in order of time: the moment, the scenario, and the number of the event told.

    One event in several is told by more than one caller, within the hour for the most part.
    """
    calls: list[tuple[int, int, int]] = []
    for event, (when, at) in enumerate(zip(whens, which, strict=True)):
        if len(calls) >= number:
            break
        calls.append((when, at, event))
        callers = made[at].callers
        further = 0 if callers == "one" else int(chance.weighted(weights("callers", callers))) - 1
        for _ in range(further):
            logged_at = min(when + 20 + int(2400 * chance.unit() ** 3), end - 1)
            if chance.happens(further_share) and len(calls) < number:
                calls.append((logged_at, at, event))
    return sorted(calls)


def _drawn(
    calls: Sequence[tuple[int, int, int]],
    made: Sequence[Scenario],
    draws: Chance,
    lists: Names,
    known: Population,
    profile: ForceProfile,
) -> tuple[list[Event], list[int | None]]:
    events: list[Event] = []
    firsts: list[int | None] = []
    of_event: dict[int, int] = {}
    for when, at, number in calls:
        first = of_event.get(number)
        if first is None:
            of_event[number] = len(events)
            events.append(draw_event(made[at], when, draws, lists, known, profile))
        else:
            events.append(repeat_of(events[first], when, draws, profile))
        firsts.append(first)
    return events, firsts


@lru_cache(maxsize=4)
def _population(seed: int, bank: Bank) -> Population:
    return population_of(seed, names(bank))


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Rest the garbage collector: the values made here hold no cycles, and looking costs a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
