"""The weights of words: a table that can be read, and the open table that the loops look features up in.

``words.csv`` numbers the words; ``sentences.parquet`` has a row for each feature of sentences: ``feature`` in
words, and how much it makes a sentence tell a crime (``tells``) or undo one (``undoes``); ``logs.parquet``
how much it makes a log hold one (``whole``); ``kinds.parquet`` the features that tell one kind of allegation
from the others.
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

LEAST = 0.05  # a weight nearer to nought than this is left out
LEAST_OF_KIND = 0.10
WHOLE = 2  # the place of a log's weight in ``values``, after the two of sentences


@frozen(eq=False)
class Weights:
    """Weights by feature.

    ``numbers`` are the numbers of words; ``slots`` (int64) holds the key of a feature at its place or nought,
    ``values`` (float32, places x 3) its weights. ``kinds`` are the names of the kinds; ``kind_row`` (int32)
    is the row of a feature in ``kind_values`` (float32, rows x kinds), the first of which is nought for
    features that tell no kind.
    """

    numbers: Mapping[str, int]
    slots: NDArray[np.int64]
    values: NDArray[np.float32]
    kinds: tuple[str, ...]
    kind_row: NDArray[np.int32]
    kind_values: NDArray[np.float32]

    @classmethod
    def made(
        cls,
        numbers: Mapping[str, int],
        table: NDArray[np.int64],
        *,
        tells: NDArray[np.float32],
        undoes: NDArray[np.float32],
        whole: NDArray[np.float32],
        kinds: tuple[tuple[str, ...], NDArray[np.float32]],
    ) -> Weights:
        """Weights of the features in ``table`` (int64 keys); those near nought are left out."""
        values = np.column_stack((tells, undoes, whole)).astype(np.float32).round(2)
        values[np.abs(values) < LEAST] = 0
        names, of_kinds = kinds
        of_kinds = np.where(np.abs(of_kinds) < LEAST_OF_KIND, np.float32(0), of_kinds.round(2))
        kept = values.any(axis=1) | of_kinds.any(axis=1)
        telling: NDArray[np.bool_] = np.asarray(of_kinds[kept].any(axis=1))
        return cls._of(numbers, table[kept], values[kept], names, (telling, of_kinds[kept][telling]))

    @classmethod
    def _of(
        cls,
        numbers: Mapping[str, int],
        keys: NDArray[np.int64],
        values: NDArray[np.float32],
        kinds: tuple[str, ...],
        of_kinds: tuple[NDArray[np.bool_], NDArray[np.float32]],
    ) -> Weights:
        """Weights from their parts; ``of_kinds``: which features tell kinds, and a row for each of those."""
        size = 1 << max(4, int(2 * len(keys)).bit_length())
        slots, places = np.zeros(size, np.int64), np.zeros(len(keys), np.int64)
        _enter(keys, slots, places)
        laid, row = np.zeros((size, 3), np.float32), np.zeros(size, np.int32)
        laid[places] = values
        telling, told = of_kinds
        row[places[telling]] = np.arange(1, telling.sum() + 1)
        rows = np.zeros((len(told) + 1, len(kinds)), np.float32)
        rows[1:] = told
        return cls(numbers, slots, laid, kinds, row, rows)

    def save(self, folder: Path) -> None:
        """Write the four files."""
        spelling = {number: word for word, number in self.numbers.items()}
        used = np.flatnonzero(self.slots)
        used = used[np.argsort(self.slots[used])]
        names = [feature_text(int(key), spelling) for key in self.slots[used]]
        pl.DataFrame({"word": list(self.numbers)}).write_csv(folder / "words.csv")
        columns = {name: self.values[used, at] for at, name in enumerate(("tells", "undoes", "whole"))}
        table = pl.DataFrame({"feature": names, **columns})
        of_sentences = table.select("feature", "tells", "undoes").filter(
            (pl.col("tells") != 0) | (pl.col("undoes") != 0)
        )
        _write(of_sentences, folder / "sentences.parquet")
        _write(table.select("feature", "whole").filter(pl.col("whole") != 0), folder / "logs.parquet")
        of_kinds = self.kind_values[self.kind_row[used]]
        row, kind = np.nonzero(of_kinds)
        told = {
            "feature": [names[at] for at in row],
            "kind": [self.kinds[at] for at in kind],
            "weight": of_kinds[row, kind],
        }
        schema = {"feature": pl.String, "kind": pl.String, "weight": pl.Float32}
        _write(pl.DataFrame(told, schema=schema), folder / "kinds.parquet")

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """Read what :meth:`save` wrote."""
        words = pl.read_csv(folder / "words.csv", infer_schema=False)
        numbers = numbered(words["word"].to_list())
        kinds = pl.read_parquet(folder / "kinds.parquet")
        tables = [pl.read_parquet(folder / name) for name in ("sentences.parquet", "logs.parquet")]
        named = (
            pl.concat([*(each.select("feature") for each in tables), kinds.select("feature")])
            .unique()
            .sort("feature")
        )
        table = named.join(tables[0], on="feature", how="left").join(tables[1], on="feature", how="left")
        table = table.sort("feature").fill_null(0.0)
        features = table["feature"].to_list()
        keys = np.array([feature_key(text, numbers) for text in features], np.int64)
        names = tuple(sorted(kinds["kind"].unique().to_list()))
        rows = pl.DataFrame({"feature": features}).with_row_index("row")
        placed = kinds.join(rows, on="feature", how="left")
        column = placed["kind"].replace_strict(
            dict(zip(names, range(len(names)), strict=True)), return_dtype=pl.Int64
        )
        telling = np.zeros(len(keys), dtype=np.bool_)
        telling[placed["row"].to_numpy()] = True
        of_kinds = np.zeros((int(telling.sum()), len(names)), np.float32)
        of_telling = (np.cumsum(telling) - 1)[placed["row"].to_numpy()]
        of_kinds[of_telling, column.to_numpy()] = placed["weight"].to_numpy()
        return cls._of(numbers, keys, table.drop("feature").to_numpy(), names, (telling, of_kinds))


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
