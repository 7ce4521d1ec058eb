"""The keys of the rows read so far, as hashes: which row's key stood on an earlier one.

Sixteen bytes a row are kept, sorted in runs of growing length, so that asking and adding stay cheap however
many rows there are.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import polars as pl
from attrs import define, field

Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"


@define
class KeysSeen:
    """Rows with the hash of their key, in the order in which they came."""

    rows: list[pl.Series] = field(factory=list)
    hashes: list[pl.Series] = field(factory=list)
    runs: list[Hashes] = field(factory=list)

    def add(self, rows: pl.Series, hashes: pl.Series) -> pl.Series:
        """Add rows with the hashes of their keys, and give those rows whose key was there before."""
        asked = hashes.to_numpy()
        before = ~hashes.is_first_distinct().to_numpy()
        for run in self.runs:
            before |= _stand_in(asked, run)
        self.rows.append(rows)
        self.hashes.append(hashes)
        self._keep(np.unique(asked))
        return rows.filter(pl.Series(before, dtype=pl.Boolean))

    def frame(self) -> pl.DataFrame:
        """All rows added: ``row`` (Int64) and ``identity`` (UInt64)."""
        return pl.DataFrame({"row": pl.concat(self.rows), "identity": pl.concat(self.hashes)})

    def _keep(self, run: Hashes) -> None:
        while self.runs and len(self.runs[-1]) <= 2 * len(run):
            run = np.unique(np.concatenate([self.runs.pop(), run]))
        self.runs.append(run)


def _stand_in(asked: Hashes, run: Hashes) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if not len(run):
        return np.zeros(len(asked), bool)
    at = np.minimum(np.searchsorted(run, asked), len(run) - 1)
    found: np.ndarray[Any, np.dtype[np.bool_]] = run[at] == asked
    return found
