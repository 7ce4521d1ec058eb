"""A made-up police force: its incidents, logs, crimes and victims, and beside them what truly happened.

:func:`make_force` gives it. The same seed, size and dates give the same force to the byte.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.simulation.chance import Chance, Weighted, streams
from firstpoint.simulation.events import LONDON, Event, draw_event
from firstpoint.simulation.filing import file_directly, file_incidents, numbered, place_events, tell_all
from firstpoint.simulation.names import names
from firstpoint.simulation.profile import ForceProfile, usual_profile
from firstpoint.simulation.recording import record_events
from firstpoint.simulation.scenarios import calls_by_hour_of_week, opening_codes, scenarios
from firstpoint.simulation.tables import (
    crimes_frame,
    incidents_frame,
    log_entries_frame,
    truth_crimes_frame,
    truth_errors_frame,
    truth_incidents_frame,
    victims_frame,
)

FORCE = "Fellshire"

_STREAMS = ("times", "events", "places", "recording", "direct", "telling")


@frozen
class MadeUpForce:
    """A force and its truth, as polars frames.

    ``incidents``, ``log_entries``, ``crimes`` and ``victims`` are what the force's own systems hold, in the
    canonical columns. ``truth_incidents`` has a row per sampled report (each incident, and each crime
    recorded without one, ``kind``): incident_id, scenario, opening_code, stratum, unit, should_record,
    recorded, and facts, the report as JSON in the form that ``counting`` reads. ``truth_crimes`` has a row
    per crime due: due_id, incident_id, kind (of allegation), ho_class, victim_id, victim_sex, victim_age,
    crime_id and recorded_class (null where missed), and error: ``none``, ``not_recorded``,
    ``fewer_than_required``, ``wrong_class`` or ``late``. ``truth_errors`` has a row per recording error:
    incident_id, due_id, crime_id and error, which for a missed crime is the reason. ``opening_codes`` gives
    the stratum of each opening code ("" for a code that names no crime).
    """

    incidents: pl.DataFrame
    log_entries: pl.DataFrame
    crimes: pl.DataFrame
    victims: pl.DataFrame
    truth_incidents: pl.DataFrame
    truth_crimes: pl.DataFrame
    truth_errors: pl.DataFrame
    opening_codes: dict[str, str]


def make_force(
    *,
    seed: int,
    incidents: int,
    start: date = date(2026, 4, 1),
    days: int = 30,
    profile: ForceProfile | None = None,
) -> MadeUpForce:
    """Give a made-up force with this many incidents, received over ``days`` from ``start``.

    ``profile`` says how it behaves (:func:`~firstpoint.simulation.usual_profile` where absent). Raises
    :class:`~firstpoint.errors.InputError` where there would be no incident or no day.
    """
    if incidents < 1 or days < 1:
        raise InputError(
            "a force needs at least one incident and one day", where=f"incidents={incidents}, days={days}"
        )
    with _collector_resting():
        return _made(seed, incidents, start, days, profile or usual_profile())


def _made(seed: int, incidents: int, start: date, days: int, profile: ForceProfile) -> MadeUpForce:
    chance = streams(seed, _STREAMS)
    direct = round(incidents * profile.direct_share)
    logged = _events(incidents, start, days, profile, chance, crimes_only=False)
    unlogged = _events(direct, start, days, profile, chance, crimes_only=True)
    places = place_events(logged, Chance(chance["places"]))
    recordings = record_events(logged, places, profile, chance["recording"])
    filed = [
        *file_incidents(logged, places, recordings),
        *file_directly(unlogged, profile, chance["direct"]),
    ]
    filed = numbered(filed)
    told = tell_all(filed, profile, Chance(chance["telling"]))
    return MadeUpForce(
        incidents=incidents_frame(filed, told, FORCE),
        log_entries=log_entries_frame(filed, told),
        crimes=crimes_frame(filed, FORCE),
        victims=victims_frame(filed),
        truth_incidents=truth_incidents_frame(filed),
        truth_crimes=truth_crimes_frame(filed),
        truth_errors=truth_errors_frame(filed),
        opening_codes=opening_codes(),
    )


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


def _events(
    number: int,
    start: date,
    days: int,
    profile: ForceProfile,
    chance: dict[str, np.random.Generator],
    *,
    crimes_only: bool,
) -> list[Event]:
    """Give this many events in order of their report; with ``crimes_only`` all of them hold a crime."""
    crimes = Weighted({made: made.weight for made in scenarios().values() if made.is_crime})
    others = Weighted({made: made.weight for made in scenarios().values() if not made.is_crime})
    draws = Chance(chance["events"])
    times = _times(chance["times"], number, start, days)
    return [
        draw_event(
            draws.weighted(crimes if crimes_only or draws.happens(profile.crime_share) else others),
            received_at,
            draws,
            names(),
            profile.no_support_share,
        )
        for received_at in times
    ]


def _times(generator: np.random.Generator, number: int, start: date, days: int) -> list[datetime]:
    """Give moments of report in order (UTC, whole seconds), by the hour and weekday at which people call."""
    week = calls_by_hour_of_week()
    weights = np.array([week[(start + timedelta(days=day)).weekday()] for day in range(days)]).ravel()
    hours = generator.choice(days * 24, size=number, p=weights / weights.sum())
    seconds = np.sort(hours * 3600 + generator.integers(0, 3600, size=number))
    midnight = datetime(start.year, start.month, start.day, tzinfo=LONDON).astimezone(UTC)
    return [midnight + timedelta(seconds=second) for second in seconds.tolist()]
