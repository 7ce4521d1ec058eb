"""What everyday words mean, as vectors: words of like meaning lie near each other, so that a word which no
annotated log holds tells the kind of its neighbours.

``weights/meanings.parquet`` has a row for each word: the word as the weights know it, and ``meaning``, its
place along the chief directions in which words differ. It was made by ``tools/make-meanings`` from a small
public model of English (MiniLM, Apache-2.0; ``docs/decisions/0014-meanings-of-words.md``), each word by
itself: the model never saw a log, and the product does not hold it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

_LENGTH = 3.0  # of a vector, on average


@frozen(eq=False)
class Meanings:
    """Words with their vectors (float32, words x directions); the last direction is 1 for every word."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]

    @property
    def directions(self) -> int:
        """How many numbers a vector has."""
        return int(self.vectors.shape[1])

    @classmethod
    def load(cls, path: Path) -> Meanings:
        """Read the table of a file."""
        table = pl.read_parquet(path)
        places = table["meaning"].to_numpy().astype(np.float32)
        places *= _LENGTH / np.linalg.norm(places, axis=1).mean()
        return cls(tuple(table["word"]), np.column_stack((places, np.ones(len(places), np.float32))))


@cache
def ready_meanings() -> Meanings:
    """The meanings that ship, read once."""
    return Meanings.load(Path(str(resources.files("firstpoint.screening") / "weights" / "meanings.parquet")))
