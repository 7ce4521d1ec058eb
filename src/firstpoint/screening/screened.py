"""The screen over a whole table of incidents: read, count, score, rank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

import polars as pl

from firstpoint.errors import InputError
from firstpoint.screening.disclosures import Disclosure
from firstpoint.screening.lexicon import ready_lexicon
from firstpoint.screening.logreading import LogReader, reader_for
from firstpoint.screening.many import MANY
from firstpoint.screening.reading import LexiconReader, Read, Reader, matching_rows
from firstpoint.screening.scoring import Score, score
from firstpoint.screening.stored import DISCLOSURE, stored
from firstpoint.screening.verdicts import Answers, counted

_USED = ("incident_id", "text", "received_at", "channel", "opening_code", "closing_code", "reporter_role")
_SCREENED: dict[str, pl.DataType | type[pl.DataType]] = {
    "incident_id": pl.String,
    "expected_crimes": pl.Float64,
    "chance_unrecorded": pl.Float64,
    "chance_crime": pl.Float64,
    "harm": pl.Float64,
    "rank": pl.Int64,
    "reader": pl.String,
    "disclosures": pl.List(DISCLOSURE),
    "not_read": pl.String,
}
_NOT_STANDING = ("cancelled", "transferred")
_TOLD_EVERY = 500
#: What the rank of a log depends on.
RANKED_BY_COLUMNS = ("incident_id", "chance_unrecorded", "harm", "not_read")
Linked = Mapping[str, list[str | None]]


def screen(
    incidents: pl.DataFrame,
    crimes: pl.DataFrame | None = None,
    *,
    reader: Reader | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """What each incident discloses, the chance that it is unrecorded, and its rank.

    ``incidents`` needs ``incident_id`` and ``text`` (null reads as empty); ``received_at``, ``channel``,
    ``opening_code`` and ``closing_code`` are used when there. ``crimes`` (canonical table) is linked by
    ``incident_id``; cancelled and transferred crimes cover nothing, and one without a class covers all that
    its incident discloses. ``progress`` is called with (done, total).

    ``reader`` is the one that ships (:class:`LogReader`) unless given: a thorough one where logs are few,
    else a quick one (:func:`reader_for`).

    Gives one row an incident, in the order of the input: ``incident_id``, ``expected_crimes``,
    ``chance_unrecorded``, ``chance_crime`` (0 to 1), ``harm`` (0 to 100),
    ``rank`` (1 is to be looked at first), ``reader`` (name and version), ``disclosures``, ``not_read``: why
    the text could not be read (another language or script), null where it was. What was not read has no
    figures, and ranks behind the logs in which something may be unrecorded and before those in which nothing
    was found. Raises :class:`InputError` when a needed column is missing.
    """
    reader = reader or reader_for(incidents.height)
    parts = screened_parts([incidents], crimes, reader=reader, total=incidents.height, progress=progress)
    frame = pl.concat(parts)
    return frame.with_columns(rank=ranks(frame)).select(*_SCREENED)


def screened_parts(
    parts: Iterable[pl.DataFrame],
    crimes: pl.DataFrame | None,
    *,
    reader: Reader,
    total: int,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[pl.DataFrame]:
    """The rows of :func:`screen`, but for their rank, of incidents that come in parts.

    They are given in order, not part for part. ``total`` is how many incidents there are; where they are
    many, a reader that can reads them in columns.
    """
    linked = _linked(crimes)
    rows = (_used(part) for part in parts)
    columns = _columns_of(reader) if total >= MANY else None
    told = _one_by_one(rows, linked, reader) if columns is None else columns(rows, linked)
    done = 0
    for part in told:
        done += part.height
        if progress:
            progress(done, total)
        yield part


def _used(incidents: pl.DataFrame) -> pl.DataFrame:
    for needed in ("incident_id", "text"):
        if needed not in incidents.columns:
            raise InputError(f"the incidents have no column {needed}", remedy="Name it in the mapping file.")
    return incidents.select(column for column in _USED if column in incidents.columns)


_Parts = Iterator[pl.DataFrame]


def _columns_of(reader: Reader) -> Callable[[_Parts, Linked], _Parts] | None:
    """What reads parts in columns; None where the reader or the installation does not allow it."""
    if type(reader) is not LogReader:  # one made from it may read otherwise
        return None
    try:
        from firstpoint.screening.columns import columns_of, read_parts
    except ImportError:  # without numba there are no loops
        return None
    columns = columns_of(reader)
    return None if columns is None else partial(read_parts, columns)


def _one_by_one(parts: Iterable[pl.DataFrame], linked: Linked, reader: Reader) -> Iterator[pl.DataFrame]:
    """The screened rows by any reader, each log by itself."""
    schema = pl.Schema({name: kind for name, kind in _SCREENED.items() if name != "rank"})
    answers: Answers = {}
    for part in parts:
        results = _results(part, linked, reader, answers)
        while rows := list(islice(results, _TOLD_EVERY)):
            yield pl.DataFrame(rows, schema=schema, orient="row")
        if part.is_empty():
            yield schema.to_frame()


def _results(
    rows: pl.DataFrame, linked: Linked, reader: Reader, answers: Answers
) -> Iterator[tuple[Any, ...]]:
    lexicon = reader.lexicon if isinstance(reader, LexiconReader | LogReader) else ready_lexicon()
    label = f"{reader.name} {reader.version}"
    sure_from = float(lexicon.weights["floor"]["counted_together"])
    read = _read(rows, reader)
    for incident, one in zip(rows.iter_rows(named=True), read, strict=True):
        disclosures = counted(incident, one.disclosures, answers, sure_from=sure_from)
        standing = next(
            (
                row.standing
                for row in matching_rows(incident.get("closing_code"), lexicon.closing_codes, lexicon)
            ),
            None,
        )
        figures = score(disclosures, linked.get(incident["incident_id"], []), standing, lexicon.weights)
        yield _row(incident["incident_id"], figures, label, disclosures, one.not_read)


def _read(rows: pl.DataFrame, reader: Reader) -> Iterator[Read]:
    if isinstance(reader, LexiconReader | LogReader):
        return reader.read_many(rows)
    return (Read(reader.read(incident)) for incident in rows.iter_rows(named=True))


def _row(
    incident_id: str,
    figures: Score,
    label: str,
    disclosures: tuple[Disclosure, ...],
    not_read: str | None,
) -> tuple[Any, ...]:
    told = (figures.expected_crimes, figures.chance_unrecorded, figures.chance_crime, figures.harm)
    return (
        incident_id,
        *(told if not_read is None else (None,) * len(told)),
        label,
        [stored(one) for one in disclosures],
        not_read,
    )


def _linked(crimes: pl.DataFrame | None) -> dict[str, list[str | None]]:
    """The classes of the standing crimes of each incident; None for a class that is not known."""
    if crimes is None or crimes.is_empty():
        return {}
    standing = crimes.filter(pl.col("incident_id").is_not_null())
    if "status" in crimes.columns:
        standing = standing.filter(~pl.col("status").is_in(_NOT_STANDING).fill_null(value=False))
    classes = standing["ho_class"].to_list() if "ho_class" in crimes.columns else [None] * standing.height
    linked: dict[str, list[str | None]] = {}
    for incident_id, ho_class in zip(standing["incident_id"].to_list(), classes, strict=True):
        linked.setdefault(str(incident_id), []).append(ho_class)
    return linked


def ranks(figures: pl.DataFrame) -> pl.Series:
    """The ``rank`` of each screened row: by harm times the chance that it is unrecorded, then that chance,
    then the reference; ``figures`` has the columns of ``RANKED_BY_COLUMNS``.

    What was not read stands between the logs that are worth a look and those that are not.
    """
    worth = pl.col("harm") * pl.col("chance_unrecorded")
    order = (
        figures.lazy()
        .select(RANKED_BY_COLUMNS)
        .with_row_index("row")
        .with_columns(
            worth=worth,
            standing=pl.when(worth > 0).then(0).when(pl.col("not_read").is_not_null()).then(1).otherwise(2),
        )
        .sort(
            ["standing", "worth", "chance_unrecorded", "incident_id"],
            descending=[False, True, True, False],
        )
        .select("row", rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
        .sort("row")
    )
    return order.collect()["rank"]
