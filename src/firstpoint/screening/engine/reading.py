"""Many logs read at once: :func:`read_column` and the :class:`Reading` that it gives."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from attrs import define, field
from numpy.typing import NDArray

from firstpoint.screening.engine.columns import Texts, texts_of
from firstpoint.screening.engine.passing import (
    BEARINGS,
    CUES_FOUND,
    HITS,
    NO_ROOM,
    NO_SPACE,
    WHY,
    WORDS_FULL,
    Out,
    Room,
    read_logs,
)
from firstpoint.screening.engine.standing import NEEDS
from firstpoint.screening.engine.tables import Lexis, Tables, lines
from firstpoint.screening.engine.words import KEPT, Words, moved
from firstpoint.screening.lexicon import STRENGTHS, Lexicon
from firstpoint.screening.matching import CueHit, Found, Hit
from firstpoint.screening.tokens import coded, tokens_of

_MOST_BITS = 20  # of places for words met in one run, some 24 MB; a table that is fuller begins anew


@define
class Reading:
    """What the engine found in a column of logs, as plain arrays.

    Logs are numbered by row. Hits and cues are in the order of the logs, within a log in the order of the
    text. Those of log ``n`` are the places ``hit_from[n]`` to ``hit_from[n + 1]`` (``cue_from`` likewise).

    ``phrase`` and ``cue`` (int32) are places in ``lexicon.phrases`` and ``lexicon.cues``; ``hit_tokens`` and
    ``cue_tokens`` (int32, n x 2) first and past-the-last token; ``hit_places`` and ``cue_places`` (int32,
    n x 4) start and end in bytes of the text's UTF-8, then start and end in its characters. The cues that
    bear on hit ``h`` are ``bearing[bearing_from[h]:bearing_from[h + 1]]``, places in the arrays of cues.
    """

    lexicon: Lexicon
    texts: Texts = field(repr=False)
    tokens: NDArray[np.int32]
    tally: NDArray[np.int32]
    hit_from: NDArray[np.int64]
    phrase: NDArray[np.int32]
    hit_tokens: NDArray[np.int32]
    hit_places: NDArray[np.int32]
    bearing_from: NDArray[np.int64]
    bearing: NDArray[np.int32]
    cue_from: NDArray[np.int64]
    cue: NDArray[np.int32]
    cue_tokens: NDArray[np.int32]
    cue_places: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Found]:
        return (self.log(row) for row in range(len(self)))

    @cached_property
    def log_of_hit(self) -> NDArray[np.int64]:
        """The row of each hit's log."""
        return np.repeat(np.arange(len(self)), np.diff(self.hit_from))

    @cached_property
    def log_of_cue(self) -> NDArray[np.int64]:
        """The row of each cue's log."""
        return np.repeat(np.arange(len(self)), np.diff(self.cue_from))

    @cached_property
    def strength(self) -> NDArray[np.int8]:
        """The strength of each hit, as a place in ``STRENGTHS``."""
        of = np.array([STRENGTHS.index(p.strength) for p in self.lexicon.phrases], dtype=np.int8)
        return of[self.phrase]

    @cached_property
    def not_read(self) -> list[str | None]:
        """Why each log could not be read, or None: see :mod:`~firstpoint.screening.languages`."""
        why = self.lexicon.languages.why_not_read
        return [why(words, other, told) for words, other, *told in self.tally.tolist()]

    def log(self, row: int) -> Found:
        """One log as the plain reading gives it, with the cues that bear on each hit."""
        return EngineFound(self, row)


class EngineFound(Found):
    """One log of a reading, its values made from the arrays when they are asked for."""

    def __init__(self, reading: Reading, row: int) -> None:
        self._reading, self._row = reading, row
        self._first_cue = int(reading.cue_from[row])
        lexicon = reading.lexicon
        cues = slice(self._first_cue, int(reading.cue_from[row + 1]))
        self.cues = [
            CueHit(lexicon.cues[cue], start, end)
            for cue, (start, end) in zip(
                reading.cue[cues].tolist(), reading.cue_tokens[cues].tolist(), strict=True
            )
        ]
        hits = slice(int(reading.hit_from[row]), int(reading.hit_from[row + 1]))
        self.hits = [
            Hit(lexicon.phrases[phrase], start, end)
            for phrase, (start, end) in zip(
                reading.phrase[hits].tolist(), reading.hit_tokens[hits].tolist(), strict=True
            )
        ]
        bounds = reading.bearing_from[hits.start : hits.stop + 1].tolist()
        self.bearing = [
            tuple(self.cues[cue - self._first_cue] for cue in reading.bearing[low:high].tolist())
            for low, high in itertools.pairwise(bounds)
        ]
        places = reading.hit_places[hits]
        tokens = reading.hit_tokens[hits]
        self._starts = dict(zip(tokens[:, 0].tolist(), places[:, 2].tolist(), strict=True))
        self._ends = dict(zip(tokens[:, 1].tolist(), places[:, 3].tolist(), strict=True))

    @cached_property
    def text(self) -> str:  # type: ignore[override]
        """The log."""
        return self._reading.texts.bytes_at(self._row).decode("utf-8", "replace")

    @cached_property
    def tokens(self) -> list[str]:  # type: ignore[override]
        """The tokens as they are spelt in the log."""
        return tokens_of(self.text)

    @cached_property
    def codes(self) -> str:  # type: ignore[override]
        """The token codes of the log."""
        return coded(self.tokens, self._reading.lexicon.alphabet)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original text under the tokens ``start`` to ``end``."""
        if start in self._starts and end in self._ends:
            return self._starts[start], self._ends[end]
        return super().span(start, end)


def read_column(
    column: pl.Series | pa.Array | pa.ChunkedArray,
    tables: Tables,
    kinds: Sequence[str | None] | None = None,
    met: WordsMet | None = None,
) -> Reading:
    """Read a column of logs in one pass.

    ``kinds``, one a row where given, are kinds of offence that a log's codes tell; cues for them are found
    although no phrase tells of them. ``met`` is what the parts of one run share. Null reads as empty. Raises
    :class:`InputError` for a column of another type than text.
    """
    texts = texts_of(column)
    asked = np.full(len(texts.length), -1, dtype=np.int64)
    if kinds is not None:
        asked[:] = [-1 if kind is None else tables.kinds[kind] for kind in kinds]
    run = _Run(tables, len(texts.length), met)
    first = 0
    while first < len(texts.length):
        first = read_logs(first, texts.address, texts.length, asked, run.lexis, run.room, run.out, run.state)
        run.make_way()
    if met is not None:
        met.words = run.lexis.words
    return run.reading(texts)


class WordsMet(threading.local):
    """The words that one run has met so far and what each stands for, in every thread its own.

    Most words that no lexicon holds come again in the next part, and finding what a word is misspelt for
    takes longer than reading a sentence.
    """

    words: Words | None = None


class _Run:
    """The arrays of one run, made larger where a log does not fit them."""

    def __init__(self, tables: Tables, logs: int, met: WordsMet | None) -> None:
        self.tables = tables
        self.lexis: Lexis = tables.lexis(met.words if met is not None else None)
        self.room = _room(tables, 4096)
        self.out = _out(logs, 1024 + 4 * logs, _tally(tables.lexicon))
        self.state = np.zeros(8, dtype=np.int64)

    def make_way(self) -> None:
        """Put right what stopped the loop."""
        why = int(self.state[WHY])
        if why == NO_ROOM:
            tried = self.room.tried
            self.room = _room(self.tables, 2 * len(self.room.code))._replace(tried=tried)
        elif why == NO_SPACE:
            self.out = _larger(self.out)
        elif why == WORDS_FULL:
            self.lexis = self.lexis._replace(words=self._more_words(self.lexis.words))

    def _more_words(self, words: Words) -> Words:
        bits = int(words.state[2]) + 1
        if bits > _MOST_BITS:
            return self.tables.words()
        slots = lines(1 << bits, 4).reshape(-1)
        moved(words.slots, slots, bits)
        state = np.array([words.state[0], (1 << bits) // 2, bits], dtype=np.int64)
        return words._replace(slots=slots, state=state)

    def reading(self, texts: Texts) -> Reading:
        out, hits, cues = self.out, int(self.state[HITS]), int(self.state[CUES_FOUND])
        return Reading(
            lexicon=self.tables.lexicon,
            texts=texts,
            tokens=out.tokens,
            tally=out.tally,
            hit_from=out.hit_from,
            phrase=out.phrase[:hits],
            hit_tokens=np.column_stack((out.hit_start[:hits], out.hit_end[:hits])),
            hit_places=out.hit_places[:hits],
            bearing_from=out.bearing_from[: hits + 1],
            bearing=out.bearing[: int(self.state[BEARINGS])],
            cue_from=out.cue_from,
            cue=out.cue[:cues],
            cue_tokens=np.column_stack((out.cue_start[:cues], out.cue_end[:cues])),
            cue_places=out.cue_places[:cues],
        )


def _tally(lexicon: Lexicon) -> int:
    """The columns of a tally: words, those of another script, then those that tell each language."""
    return 2 + len(lexicon.languages.names)


def _room(tables: Tables, size: int) -> Room:
    elements, tokens = tables.longest
    cues = len(tables.lexicon.cues)
    arrays: Any = {name: np.zeros(size, dtype=np.int32) for name in Room._fields}
    for name in ("seen_log", "seen_entry", "seen_earlier"):
        arrays[name] = np.zeros(cues, dtype=np.int32)
    arrays |= {
        "tried": np.zeros(len(tables.patterns.rank), dtype=np.int64),
        "code": np.zeros(size, dtype=np.uint32),
        "size": np.zeros(size, dtype=np.uint8),
        "keys": np.zeros((size, 4), dtype=np.uint64),
        "edges": np.zeros((2 * size, 2), dtype=np.uint32),
        "found": np.zeros((size, 3), dtype=np.int32),
        "met": np.zeros((size, NEEDS), dtype=np.uint64),
        "of_phrases": np.zeros(2 * size, dtype=np.uint64),
        "of_cues": np.zeros(2 * size, dtype=np.uint64),
        "choices": np.zeros((elements + 2, 2), dtype=np.int64),
        "visited": np.zeros((elements + 2, tokens // 64 + 1), dtype=np.uint64),
        "key": np.zeros(2, dtype=np.uint64),
        "chunk": np.zeros(1, dtype=np.uint64),
        "spelt": np.zeros(3, dtype=np.int64),
        "kept": np.zeros(KEPT, dtype=np.uint8),
        "tally": np.zeros(_tally(tables.lexicon), dtype=np.int64),
        "told": np.zeros(2, dtype=np.uint64),
    }
    return Room(**arrays)


def _out(logs: int, size: int, tally: int) -> Out:
    return Out(
        hit_from=np.zeros(logs + 1, dtype=np.int64),
        cue_from=np.zeros(logs + 1, dtype=np.int64),
        tokens=np.zeros(logs, dtype=np.int32),
        tally=np.zeros((logs, tally), dtype=np.int32),
        phrase=np.zeros(size, dtype=np.int32),
        hit_start=np.zeros(size, dtype=np.int32),
        hit_end=np.zeros(size, dtype=np.int32),
        hit_places=np.zeros((size, 4), dtype=np.int32),
        bearing_from=np.zeros(size + 1, dtype=np.int64),
        cue=np.zeros(size, dtype=np.int32),
        cue_start=np.zeros(size, dtype=np.int32),
        cue_end=np.zeros(size, dtype=np.int32),
        cue_places=np.zeros((size, 4), dtype=np.int32),
        bearing=np.zeros(size, dtype=np.int32),
    )


def _larger(out: Out) -> Out:
    """The same with room for twice as many finds."""
    kept = {"hit_from", "cue_from", "tokens", "tally"}
    return out._replace(
        **{
            name: np.concatenate((array, np.zeros_like(array)))
            for name, array in out._asdict().items()
            if name not in kept
        }
    )
