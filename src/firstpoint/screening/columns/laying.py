"""What was read of a column of logs laid out as the columns of the screened table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from firstpoint.screening.columns.alike import alike
from firstpoint.screening.columns.answers import NO_CLASS, Required
from firstpoint.screening.columns.choosing import Given
from firstpoint.screening.columns.compiling import compiled_loop
from firstpoint.screening.columns.phrases import Names
from firstpoint.screening.engine.columns import Texts
from firstpoint.screening.engine.loading import byte_at
from firstpoint.screening.kinds import kind_rows
from firstpoint.screening.stored import DISCLOSURE


def laid_out(
    texts: Texts, given: Given, required: Required, names: Names, classes: Sequence[str], facts: Sequence[str]
) -> pl.Series:
    """The disclosures of each log as lists of structs (see :mod:`~firstpoint.screening.stored`)."""
    rows = kind_rows()
    offences = [rows[kind].offence if kind in rows else "" for kind in names.kinds]
    logs = np.repeat(np.arange(len(texts.length)), np.diff(given.given_from))
    quoted = np.repeat(texts.address[logs], np.diff(given.quotes_from))
    columns = {
        "offence": _words(offences, given.kind),
        "ho_class": _words(
            [*classes, None], np.where(required.ho_class == NO_CLASS, len(classes), required.ho_class)
        ),
        "victims": pl.Series(given.victims.astype(np.int64)),
        "crimes": pl.Series(required.crimes),
        "certainty": pl.Series(given.certainty),
        "context": _words(names.contexts, required.context),
        "evidence": _listed(given.quotes_from, _quotes(quoted, given.quotes)),
        "kind": _words(names.kinds, given.kind),
        "pattern": _patterns(given, names),
        "facts": _words(facts, required.facts),
    }
    laid = pl.DataFrame(columns).to_struct().cast(DISCLOSURE)
    return _listed(given.given_from, laid)


def _words(words: Sequence[str | None], places: NDArray[np.integer[Any]]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(pl.Series(places.astype(np.uint32)))


def _patterns(given: Given, names: Names) -> pl.Series:
    """The ids of the patterns of each disclosure, by spaces."""
    found = alike(given.patterns.astype(np.int64), given.patterns_from)
    told = [
        " ".join(
            names.patterns[at]
            for at in given.patterns[given.patterns_from[row] : given.patterns_from[row + 1]]
        )
        for row in found.first.tolist()
    ]
    return _words(told, found.number)


def _quotes(addresses: NDArray[np.int64], quotes: NDArray[np.int32]) -> pl.Series:
    """Quotes as structs: where they stand in characters, and their words."""
    ends = np.concatenate(([0], np.cumsum(quotes[:, 1] - quotes[:, 0], dtype=np.int64)))
    letters = np.zeros(max(1, int(ends[-1])), dtype=np.uint8)
    copy_words(addresses + quotes[:, 0], ends, letters)
    words = pa.LargeStringArray.from_buffers(len(quotes), pa.py_buffer(ends), pa.py_buffer(letters))
    told = {
        "start": pl.Series(quotes[:, 2].astype(np.int64)),
        "end": pl.Series(quotes[:, 3].astype(np.int64)),
        "text": pl.Series(words, dtype=pl.String),
    }
    return pl.DataFrame(told).to_struct()


@compiled_loop
def copy_words(addresses, ends, letters):
    """Copy texts, each from its address, to their places in one row of bytes."""
    for number in range(addresses.size):
        begin, address = ends[number], addresses[number]
        for at in range(ends[number + 1] - begin):
            letters[begin + at] = byte_at(address + at)


def _listed(start: NDArray[np.int64], values: pl.Series) -> pl.Series:
    """Values as lists, those of row ``n`` from ``start[n]`` on."""
    held = values.to_arrow(compat_level=pl.CompatLevel.newest())
    if isinstance(held, pa.ChunkedArray):
        held = held.combine_chunks()
    return pl.Series(pa.LargeListArray.from_arrays(pa.array(start), held))
