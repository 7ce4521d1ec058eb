"""The weights of words: a table that can be read, and the open table that the loops look features up in.

``words.csv`` numbers the words; ``sentences.parquet`` has a row for each feature of sentences: ``feature`` in
words, and how much it makes a sentence tell a crime (``tells``) or undo one (``undoes``); ``logs.parquet``
how much it makes a log hold one (``whole``); ``kinds.parquet`` the directions of meaning that tell one kind
of allegation from the others (:mod:`~firstpoint.screening.words.directions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from firstpoint.screening.words.compiling import compiled_loop
from firstpoint.screening.words.cutting import feature_key, feature_text, numbered
from firstpoint.screening.words.directions import KindDirections
from firstpoint.screening.words.meanings import ready_meanings

LEAST = 0.05  # a weight nearer to nought than this is left out
WHOLE = 2  # the place of a log's weight in ``values``, after the two of sentences


@frozen(eq=False)
class Weights:
    """Weights by feature.

    ``numbers`` are the numbers of words; ``slots`` (int64) holds the key of a feature at its place or nought,
    ``values`` (float32, places x 3) its weights. ``kinds`` are the names of the kinds; ``kind_row`` (int32)
    is the row of a feature in ``kind_values`` (float32, rows x kinds), the first of which is nought for
    features that tell no kind; ``told_by`` is what these rows are made of.
    """

    numbers: Mapping[str, int]
    slots: NDArray[np.int64]
    values: NDArray[np.float32]
    kinds: tuple[str, ...]
    kind_row: NDArray[np.int32]
    kind_values: NDArray[np.float32]
    told_by: KindDirections

    @classmethod
    def made(
        cls,
        numbers: Mapping[str, int],
        table: NDArray[np.int64],
        *,
        tells: NDArray[np.float32],
        undoes: NDArray[np.float32],
        whole: NDArray[np.float32],
        kinds: KindDirections,
    ) -> Weights:
        """Weights of the features in ``table`` (int64 keys); those near nought are left out."""
        values = np.column_stack((tells, undoes, whole)).astype(np.float32).round(2)
        values[np.abs(values) < LEAST] = 0
        kept = values.any(axis=1)
        return cls._of(numbers, table[kept], values[kept], kinds)

    @classmethod
    def _of(
        cls,
        numbers: Mapping[str, int],
        keys: NDArray[np.int64],
        values: NDArray[np.float32],
        kinds: KindDirections,
    ) -> Weights:
        kind_keys, of_kinds = kinds.rows(numbers, ready_meanings())
        together = np.union1d(keys, kind_keys)
        size = 1 << max(4, int(2 * len(together)).bit_length())
        slots, places = np.zeros(size, np.int64), np.zeros(len(together), np.int64)
        _enter(together, slots, places)
        laid, row = np.zeros((size, 3), np.float32), np.zeros(size, np.int32)
        laid[places[np.searchsorted(together, keys)]] = values
        row[places[np.searchsorted(together, kind_keys)]] = np.arange(1, len(kind_keys) + 1)
        rows = np.vstack((np.zeros((1, len(kinds.names)), np.float32), of_kinds))
        return cls(numbers, slots, laid, kinds.names, row, np.ascontiguousarray(rows), kinds)

    def save(self, folder: Path) -> None:
        """Write the four files."""
        spelling = {number: word for word, number in self.numbers.items()}
        used = np.flatnonzero(self.values.any(axis=1))
        used = used[np.argsort(self.slots[used])]
        names = [feature_text(int(key), spelling) for key in self.slots[used]]
        columns = {
            "word": list(self.numbers),
            "rarity": self.told_by.rarity,
            "in_codes": self.told_by.in_codes,
        }
        pl.DataFrame(columns).write_csv(folder / "words.csv", float_precision=4)
        weights = {name: self.values[used, at] for at, name in enumerate(("tells", "undoes", "whole"))}
        table = pl.DataFrame({"feature": names, **weights})
        of_sentences = table.select("feature", "tells", "undoes").filter(
            (pl.col("tells") != 0) | (pl.col("undoes") != 0)
        )
        _write(of_sentences, folder / "sentences.parquet")
        _write(table.select("feature", "whole").filter(pl.col("whole") != 0), folder / "logs.parquet")
        _write_directions(self.told_by, folder / "kinds.parquet")

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """Read what :meth:`save` wrote."""
        words = pl.read_csv(
            folder / "words.csv",
            schema={"word": pl.String, "rarity": pl.Float32, "in_codes": pl.Boolean},
        )
        numbers = numbered(words["word"].to_list())
        tables = [pl.read_parquet(folder / name) for name in ("sentences.parquet", "logs.parquet")]
        table = tables[0].join(tables[1], on="feature", how="full", coalesce=True)
        table = table.sort("feature").fill_null(0.0)
        keys = np.array([feature_key(text, numbers) for text in table["feature"]], np.int64)
        names, directions = _read_directions(folder / "kinds.parquet")
        kinds = KindDirections(names, directions, words["rarity"].to_numpy(), words["in_codes"].to_numpy())
        return cls._of(numbers, keys, table.drop("feature").to_numpy(), kinds)


def _write_directions(kinds: KindDirections, path: Path) -> None:
    """A row a label: its direction for the words of a sentence, and that for those of the opening code."""
    of_words, of_codes = kinds.directions.transpose(0, 2, 1)
    shape = pl.Array(pl.Float32, of_words.shape[1])
    columns = {"label": kinds.names, "of_words": of_words, "of_codes": of_codes}
    table = pl.DataFrame(columns, schema={"label": pl.String, "of_words": shape, "of_codes": shape})
    table.write_parquet(path, compression="zstd", compression_level=19, statistics=False)


def _read_directions(path: Path) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    table = pl.read_parquet(path)
    parts = [table[name].to_numpy().reshape(table.height, -1).T for name in ("of_words", "of_codes")]
    return tuple(table["label"]), np.ascontiguousarray(np.stack(parts))


def _write(table: pl.DataFrame, path: Path) -> None:
    table.sort(table.columns[:-1]).write_parquet(
        path, compression="zstd", compression_level=19, statistics=False
    )


@compiled_loop
def place_of(slots, key):  # type: ignore[no-untyped-def]
    """Give the place of a key in an open table: its own or the free one where it belongs."""
    last = slots.size - 1
    mixed = (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
    at = np.int64(mixed) & last
    while slots[at] != 0 and slots[at] != key:
        at = (at + 1) & last
    return at


@compiled_loop
def _enter(keys, slots, places):  # type: ignore[no-untyped-def]
    for number in range(keys.size):
        at = place_of(slots, keys[number])
        slots[at] = keys[number]
        places[number] = at
