"""How a made-up force behaves: how much crime it meets, and how well it records it.

The figures are data, in ``profile.toml``; :func:`usual_profile` gives them, and ``attrs.evolve`` changes one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from attrs import fields, frozen

from firstpoint.errors import InputError


@frozen
class ForceProfile:
    """The habits of a force. Shares and rates lie between 0 and 1.

    ``recording_rate`` is crimes recorded over crimes due, by the stratum of the opening code (``none`` for
    an incident opened under no crime). ``unit_carelessness`` and ``route_carelessness`` raise or lower the
    chance of a miss around that rate. ``crime_share`` is the share of incidents drawn from scenarios of
    crime. Raises :class:`~firstpoint.errors.InputError` for a share outside 0 to 1.
    """

    crime_share: float
    direct_share: float
    late_share: float
    wrong_class_share: float
    partial_share: float
    no_support_share: float
    typing_error_share: float
    distractor_share: float
    recording_rate: Mapping[str, float]
    unit_carelessness: Mapping[str, float]
    route_carelessness: Mapping[str, float]

    def __attrs_post_init__(self) -> None:
        shares = {f.name: getattr(self, f.name) for f in fields(ForceProfile) if f.name.endswith("_share")}
        for name, share in {**shares, **self.recording_rate}.items():
            if not 0 <= share <= 1:
                raise InputError(f"the share {share} is not between 0 and 1", where=f"profile, {name}")


@cache
def usual_profile() -> ForceProfile:
    """Give the profile that is shipped."""
    text = (resources.files(__package__) / "profile.toml").read_text(encoding="utf-8")
    return ForceProfile(**tomllib.loads(text))
