"""The made-up people, streets and firms, from ``grammar/names.toml``.

First names and surnames are ordinary ones, joined at random; streets, towns and firms are invented. Each bank
of phrases has lists of its own, the towns excepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from attrs import frozen

from firstpoint.simulation.grammar_files import toml_of


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
def names(bank: str = "training") -> Names:
    """Give the lists that are shipped with this bank."""
    lists = toml_of("names", bank)
    streets = tuple(f"{name} {kind}" for name in lists["street_names"] for kind in lists["street_kinds"])
    return Names(
        first={sex: tuple(given) for sex, given in lists["first"].items()},
        last=tuple(lists["last"]),
        streets=streets,
        firms=tuple(lists["firms"]),
        places=tuple(lists["places"]),
        areas={unit: tuple(towns) for unit, towns in toml_of("names")["areas"].items()},
    )
