"""Who and where trouble comes back to: people, firms and places that the force meets again and again.

They stand for the whole of a force's years and come from its seed alone, so that a month made alone knows the
same people as the month in the five years. How often each is drawn has a heavy tail.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from itertools import accumulate

from attrs import frozen

from firstpoint.simulation.chance import Chance, streams
from firstpoint.simulation.names import Names
from firstpoint.simulation.scenarios import weights

PEOPLE = 12_000
PLACES_A_UNIT = 1_500
FIRMS = 1_200
_TAIL = 0.75


@frozen
class Site:
    """A place: the town, the street by its number in the list of streets, the house, and the grid
    reference."""

    area: int
    street: int
    house: int
    easting: int
    northing: int


@frozen
class Known:
    """A person the force meets again: names by their number in the lists, so that no bank changes who it
    is."""

    reference: str
    sex: str
    first: int
    last: int
    born: int
    ethnicity: str


@frozen(eq=False)
class Population:
    """Everybody and everywhere of the standing pools, with how often each is drawn."""

    people: Mapping[str, tuple[Known, ...]]
    people_ends: Mapping[str, tuple[float, ...]]
    sites: Mapping[str, tuple[Site, ...]]
    site_ends: tuple[float, ...]
    firm_ends: tuple[float, ...]

    def person(self, sex: str, unit: float) -> Known:
        """Give the person of this sex who stands at this place between 0 and 1."""
        return self.people[sex][bisect_right(self.people_ends[sex], unit)]

    def site(self, district: str, unit: float) -> Site:
        """Give the place of a unit of the force that stands at this point between 0 and 1."""
        return self.sites[district][bisect_right(self.site_ends, unit)]

    def firm(self, unit: float) -> int:
        """Give the number of a firm's branch."""
        return bisect_right(self.firm_ends, unit)


def population_of(seed: int, names: Names) -> Population:
    """Give the standing pools of the force of this seed."""
    chance = Chance(streams(seed, ["population"], of=(0,))["population"])
    people = {sex: tuple(_known(sex, n, chance) for n in range(PEOPLE)) for sex in ("female", "male")}
    sites = {
        district: tuple(site_at(district, chance, names) for _ in range(PLACES_A_UNIT))
        for district in names.areas
    }
    return Population(
        people=people,
        people_ends={sex: _ends(len(those)) for sex, those in people.items()},
        sites=sites,
        site_ends=_ends(PLACES_A_UNIT),
        firm_ends=_ends(FIRMS),
    )


def site_at(district: str, chance: Chance, names: Names) -> Site:
    """Give some place of a unit of the force."""
    return Site(
        area=chance.below(len(names.areas[district])),
        street=chance.below(10_000),
        house=chance.between(1, 180),
        easting=400_000 + chance.below(60_000),
        northing=300_000 + chance.below(60_000),
    )


def age_on(known: Known, day: date) -> int:
    """Give a person's age on a day; ``born`` is counted in days from the first of January 1900."""
    return (day.toordinal() - date(1900, 1, 1).toordinal() - known.born) * 4 // 1461


def _known(sex: str, number: int, chance: Chance) -> Known:
    years = 1946 + int(58 * chance.unit() ** 0.8)
    return Known(
        reference=f"V{sex[0].upper()}{number + 1:05d}",
        sex=sex,
        first=chance.below(10_000),
        last=chance.below(10_000),
        born=(years - 1900) * 1461 // 4 + chance.below(365),
        ethnicity=chance.weighted(weights("ethnicities")),
    )


def _ends(number: int) -> tuple[float, ...]:
    """Give where each of so many ends between 0 and 1, the first drawn most (a power of the rank)."""
    shares = [(rank + 3.0) ** -_TAIL for rank in range(number)]
    total = sum(shares)
    return tuple(end / total for end in accumulate(shares))[:-1]
