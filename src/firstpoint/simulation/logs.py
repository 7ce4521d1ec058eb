"""The log of every incident of a force."""

from __future__ import annotations

from collections.abc import Sequence

from firstpoint.simulation.chance import Chance
from firstpoint.simulation.filing import Filed
from firstpoint.simulation.profile import ForceProfile
from firstpoint.simulation.telling import References, Telling, tell

_REGISTERS = {
    "control room": "call",
    "direct to IMU": "officer",
    "online": "form",
    "public protection": "referral",
    "secondary": "officer",
}


def tell_all(
    filed: Sequence[Filed], profile: ForceProfile, bank: str, chance: Chance
) -> list[Telling | None]:
    """Give the log of each incident, and None for each crime recorded without one."""
    return [_told(one, profile, bank, chance) for one in filed]


def _told(one: Filed, profile: ForceProfile, bank: str, chance: Chance) -> Telling | None:
    if one.place is None:
        return None
    return tell(
        one.event,
        one.place,
        one.recording,
        References(one.crime_ids, one.secondary_to, one.repeat_of, one.filed_under),
        _REGISTERS[one.place.route],
        chance,
        bank,
        profile,
    )
