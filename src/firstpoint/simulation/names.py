"""The made-up people, streets and firms, from ``grammar/names.toml``.

First names and surnames are ordinary ones, joined at random; streets, towns and firms are invented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from attrs import frozen


@frozen
class Names:
    """Lists of names: ``first`` names by sex, and towns (``areas``) by unit."""

    first: Mapping[str, tuple[str, ...]]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    firms: tuple[str, ...]
    places: tuple[str, ...]
    areas: Mapping[str, tuple[str, ...]]


@cache
def names() -> Names:
    """Give the lists that are shipped."""
    text = (resources.files(__package__) / "grammar/names.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text)
    streets = tuple(f"{name} {kind}" for name in lists["street_names"] for kind in lists["street_kinds"])
    return Names(
        first={sex: tuple(given) for sex, given in lists["first"].items()},
        last=tuple(lists["last"]),
        streets=streets,
        firms=tuple(lists["firms"]),
        places=tuple(lists["places"]),
        areas={unit: tuple(towns) for unit, towns in lists["areas"].items()},
    )
