"""A stream of chance that a maker of the force draws from, one stream to each kind of thing made.

Each stream comes from its own child of one ``SeedSequence``, so that a change to how texts are worded does
not change which crimes were missed. Numbers are drawn in blocks: a single draw costs some tens of
nanoseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

_BLOCK = 16_384


class Weighted(Generic[T]):
    """Values with the weights at which they are picked."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.weights = dict(weights)
        self.values = list(weights)
        total = sum(weights.values())
        self.ends = [end / total for end in accumulate(weights.values())][:-1]

    def at(self, unit: float) -> T:
        """Give the value that stands at this place between 0 and 1."""
        return self.values[bisect_right(self.ends, unit)]


class Chance:
    """A repeatable source of picks; it holds a place in its stream and nothing else."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.unit = chain.from_iterable(_blocks(generator)).__next__

    def happens(self, probability: float) -> bool:
        """Whether a thing of this probability happens now."""
        return self.unit() < probability

    def below(self, bound: int) -> int:
        """Give a whole number from 0 up to, not including, ``bound``."""
        return int(self.unit() * bound)

    def between(self, low: int, high: int) -> int:
        """Give a whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, values: Sequence[T]) -> T:
        """Give one of the values, all being equally likely."""
        return values[int(self.unit() * len(values))]

    def weighted(self, values: Weighted[T]) -> T:
        """Give one of the values by their weights."""
        return values.values[bisect_right(values.ends, self.unit())]


def streams(seed: int, names: Sequence[str], *, of: tuple[int, ...] = ()) -> dict[str, np.random.Generator]:
    """Give an independent generator to each name, repeatable for the seed.

    ``of`` names a part of a whole, such as a year and month: each part has generators of its own.
    """
    children = np.random.SeedSequence(seed, spawn_key=of).spawn(len(names))
    return {
        name: np.random.Generator(np.random.PCG64(child)) for name, child in zip(names, children, strict=True)
    }


def _blocks(generator: np.random.Generator) -> Iterator[list[float]]:
    while True:
        yield generator.random(_BLOCK).tolist()
