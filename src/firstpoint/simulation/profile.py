"""How a made-up force behaves: how much crime it meets, and how well it records it, now and over the years.

The figures are data, in ``profile.toml``; :func:`usual_profile` gives them, :func:`read_profile` lays a
reader's own file over them, and ``attrs.evolve`` changes one. :meth:`ForceProfile.on` gives the profile of a
day: slow drift, and the step of each reform.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from attrs import evolve, fields, frozen

from firstpoint.errors import InputError, UnreadableFile

_DAYS_A_YEAR = 365.25


@frozen
class ForceProfile:
    """The habits of a force. Shares and rates lie between 0 and 1.

    ``recording_rate`` is crimes recorded over crimes due, by the stratum of the opening code (``none`` for
    an incident opened under no crime), as it is on ``as_of``; ``drift`` is its change a year.
    ``unit_carelessness``, ``team_carelessness`` and ``route_carelessness`` raise or lower the chance of a
    miss around that rate. ``crime_share`` is the share of incidents drawn from scenarios of crime.
    ``unit_lateness`` multiplies the share recorded late, ``unit_kinds_of_error`` the weights of why crimes
    are missed. ``unit_mix`` says what a unit meets more of, ``opening_confusion`` as what an event is
    opened when not as itself, ``log_words`` how long logs are, ``reforms`` what changed on a day. Raises
    :class:`~firstpoint.errors.InputError` for a share outside 0 to 1.
    """

    as_of: date
    crime_share: float
    direct_share: float
    late_share: float
    wrong_class_share: float
    partial_share: float
    no_support_share: float
    further_calls_share: float
    elsewhere_share: float
    recorded_twice_share: float
    over_recorded_share: float
    cancelled_share: float
    wrongly_cancelled_share: float
    over_recorded_cancelled_share: float
    repeat_victim_share: float
    repeat_place_share: float
    secondary_share: float
    typing_error_share: float
    distractor_share: float
    dialect_share: float
    log_words: Mapping[str, float]
    recording_rate: Mapping[str, float]
    drift: Mapping[str, float]
    unit_carelessness: Mapping[str, float]
    unit_drift: Mapping[str, float]
    unit_lateness: Mapping[str, float]
    unit_kinds_of_error: Mapping[str, Mapping[str, float]]
    team_carelessness: Mapping[str, float]
    route_carelessness: Mapping[str, float]
    unit_mix: Mapping[str, Mapping[str, float]]
    opening_confusion: Mapping[str, Mapping[str, Any]]
    reforms: tuple[Mapping[str, Any], ...]

    def __attrs_post_init__(self) -> None:
        shares = {f.name: getattr(self, f.name) for f in fields(ForceProfile) if f.name.endswith("_share")}
        for name, share in {**shares, **self.recording_rate}.items():
            if not 0 <= share <= 1:
                raise InputError(
                    f"the share {share} is not between 0 and 1",
                    where=f"profile, {name}",
                    remedy="Give a share such as 0.07.",
                )

    def on(self, day: date) -> ForceProfile:
        """Give the profile of a day: its rates drifted from ``as_of``, its reforms done or not yet done."""
        years = (day - self.as_of).days / _DAYS_A_YEAR
        steps = [(reform, _step(reform["from"], day, self.as_of)) for reform in self.reforms]
        rates = {
            stratum: _held(
                rate
                + self.drift.get(stratum, 0.0) * years
                + sum(sign * reform.get("recording_rate", {}).get(stratum, 0.0) for reform, sign in steps)
            )
            for stratum, rate in self.recording_rate.items()
        }
        shares = {
            name: _held(
                getattr(self, name) + sum(sign * r.get("shares", {}).get(name, 0.0) for r, sign in steps)
            )
            for name in {name for reform in self.reforms for name in reform.get("shares", {})}
        }
        odds = {
            unit: max(value + self.unit_drift.get(unit, 0.0) * years, 0.0)
            for unit, value in self.unit_carelessness.items()
        }
        changed: dict[str, Any] = {**shares, "recording_rate": rates, "unit_carelessness": odds}
        return evolve(self, **changed)


@cache
def usual_profile() -> ForceProfile:
    """Give the profile that is shipped."""
    return _profile(_usual())


def read_profile(path: str | Path) -> ForceProfile:
    """Give the profile of a TOML file, laid over the usual one.

    A table such as ``[recording_rate]`` replaces only the entries it names; ``[[reforms]]`` replaces them
    all. Raises :class:`~firstpoint.errors.UnreadableFile` where there is no such file or it is not TOML,
    and InputError for a name that no profile has or a value out of bounds.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as fault:
        raise _unreadable(fault, str(place)) from fault
    return profile_of_text(text, where=str(place))


def profile_of_text(text: str, *, where: str) -> ForceProfile:
    """Give the profile of the text of a file, as :func:`read_profile` does; ``where`` names it in errors."""
    try:
        own = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise _unreadable(fault, where) from fault
    usual = _usual()
    for name in own.keys() - usual.keys():
        raise InputError(
            "no profile has anything of this name",
            where=f"{where}, {name}",
            remedy=f"The names are: {', '.join(usual)}.",
        )
    return _profile({name: _laid(value, own.get(name, value)) for name, value in usual.items()})


def _laid(usual: Any, own: Any) -> Any:
    """Give a reader's value, a table laid over the usual one."""
    return {**usual, **own} if isinstance(usual, dict) and isinstance(own, dict) else own


def _unreadable(fault: Exception, where: str) -> UnreadableFile:
    return UnreadableFile(
        f"The profile cannot be read ({fault}).",
        where=where,
        remedy="Give a TOML file with the names of the usual profile.",
    )


def usual_profile_text() -> str:
    """Give the file of the usual profile, to be copied and changed."""
    return (resources.files(__package__) / "profile.toml").read_text(encoding="utf-8")


def _usual() -> dict[str, Any]:
    return tomllib.loads(usual_profile_text())


def _profile(values: Mapping[str, Any]) -> ForceProfile:
    try:
        named = {**values, "reforms": tuple(values["reforms"])}
        for reform in named["reforms"]:
            _check_reform(reform)
        return ForceProfile(**named)
    except (TypeError, AttributeError) as fault:
        raise InputError(
            "a value of the profile is of the wrong sort",
            where=f"profile: {fault}",
            remedy="Give a number where the usual profile has one, and a table where it has a table.",
        ) from fault


def _check_reform(reform: Mapping[str, Any]) -> None:
    unknown = set(reform.get("shares", {})) - {f.name for f in fields(ForceProfile)}
    if not isinstance(reform.get("from"), date) or unknown:
        raise InputError(
            "a reform needs a day (from = 2024-04-01) and may change only shares that a profile has",
            where=f"profile, reforms, {reform.get('title', reform)}",
            remedy="Write the day without quotes, and check the names under shares.",
        )


def _step(begun: date, day: date, as_of: date) -> int:
    """Give what a reform begun on a day means there, against ``as_of``: done since, undone before, or
    same."""
    return int(begun <= day) - int(begun <= as_of)


def _held(share: float) -> float:
    return min(max(share, 0.0), 1.0)
