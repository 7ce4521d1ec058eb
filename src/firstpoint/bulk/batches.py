"""A pure function over a long file, batch by batch, into one file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import polars as pl

from firstpoint.errors import InputError, UnreadableFile

if TYPE_CHECKING:
    import pyarrow.parquet as pq

Function = Callable[[pl.DataFrame], pl.DataFrame]
Progress = Callable[[int], None]

PARQUET_ENDINGS = (".parquet", ".pq")
JSON_LINES_ENDINGS = (".jsonl", ".ndjson")


def map_batches(
    source_path: str | Path,
    function: Function,
    out_path: str | Path,
    *,
    batch_rows: int = 20_000,
    progress: Progress | None = None,
) -> int:
    """Write ``function`` of each batch of the source to one file, in order, and give the number of rows
    written.

    ``source_path`` is Parquet or CSV (UTF-8, every column read as text); ``out_path`` is Parquet or JSON
    lines, by its ending, and is replaced in one step at the end. ``function`` gives a frame of the same
    columns and types for every batch, and must not depend on where batches begin. ``progress`` is called
    with the rows read so far. An exception from ``function`` leaves ``out_path`` as it was. InputError for
    another ending or a batch that is not at least one row; UnreadableFile when the source cannot be read.
    """
    source, out = Path(source_path), Path(out_path)
    if batch_rows < 1:
        raise InputError("A batch must have at least one row.", remedy="Give batch_rows of 1 or more.")
    written = read = 0
    with appearing_whole(out) as writer:
        for batch in read_batches(source, batch_rows):
            result = function(batch)
            writer.write(result)
            read += batch.height
            written += result.height
            if progress is not None:
                progress(read)
    return written


def read_batches(source: Path, batch_rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet or CSV file in frames of at most ``batch_rows``, in order.

    A file without rows gives one empty frame. UnreadableFile when it is not there or is not a whole file of
    its kind.
    """
    if not source.is_file():
        raise UnreadableFile("There is no such file.", where=str(source), remedy="Check the path.")
    batches = _parquet_batches if source.suffix.lower() in PARQUET_ENDINGS else _csv_batches
    for batch in batches(source, batch_rows):
        yield from batch.iter_slices(batch_rows) if batch.height else [batch]


def _csv_batches(source: Path, batch_rows: int) -> Iterator[pl.DataFrame]:
    rows = pl.scan_csv(source, infer_schema=False, glob=False)
    try:
        batches = rows.collect_batches(chunk_size=batch_rows, maintain_order=True)
        first = next(batches, None)
        yield pl.DataFrame(schema=rows.collect_schema()) if first is None else first
        yield from batches
    except pl.exceptions.PolarsError as error:
        raise _not_whole(source, "CSV file in UTF-8") from error


def _parquet_batches(source: Path, batch_rows: int) -> Iterator[pl.DataFrame]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:  # pyarrow, since polars can end the whole process on a damaged page
        with pq.ParquetFile(source) as file:
            if not file.metadata.num_rows:
                yield cast(pl.DataFrame, pl.from_arrow(file.schema_arrow.empty_table()))
            for batch in file.iter_batches(batch_rows):
                batch.validate(full=True)
                yield cast(pl.DataFrame, pl.from_arrow(batch))
    except (pa.ArrowException, pl.exceptions.PanicException, UnicodeError, ValueError, OSError) as error:
        raise _not_whole(source, "Parquet file") from error


def _not_whole(source: Path, kind: str) -> UnreadableFile:
    return UnreadableFile(
        f"This is not a whole {kind}.",
        where=str(source),
        remedy="Check it with the check command, which names the rows at fault.",
    )


class _Writer(Protocol):
    def write(self, frame: pl.DataFrame) -> None: ...

    def close(self) -> None: ...


class _JsonLines:
    """Writes frames as JSON, a line a row."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")

    def write(self, frame: pl.DataFrame) -> None:
        if frame.height:
            frame.write_ndjson(self._stream)

    def close(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()


class _Parquet:
    """Writes frames as row groups of one Parquet file; the first frame settles columns and types."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")
        self._writer: pq.ParquetWriter | None = None

    def write(self, frame: pl.DataFrame) -> None:
        import pyarrow.parquet as pq

        table = frame.to_arrow()
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, table.schema, compression="zstd")
        self._writer.write_table(table.cast(self._writer.schema))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        os.fsync(self._stream.fileno())
        self._stream.close()


def _writer(path: Path, ending: str) -> _Writer:
    return _Parquet(path) if ending in PARQUET_ENDINGS else _JsonLines(path)


def rows_in(source: Path) -> int:
    """Give how many rows a Parquet file has; UnreadableFile when it is no whole file of that format."""
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        return int(pq.read_metadata(source).num_rows)
    except (OSError, ArrowException) as reason:
        raise UnreadableFile(
            f"cannot be read: {reason}.", where=str(source), remedy="Give a whole Parquet file."
        ) from reason


@contextmanager
def appearing_whole(out: Path) -> Iterator[_Writer]:
    """A writer to a file beside ``out`` that takes its place at the end, and goes if anything fails."""
    ending = out.suffix.lower()
    if ending not in PARQUET_ENDINGS + JSON_LINES_ENDINGS:
        raise InputError(
            f"The ending {ending!r} names no format that is written here.",
            where=str(out),
            remedy=f"Use one of {', '.join(PARQUET_ENDINGS + JSON_LINES_ENDINGS)}.",
        )
    waiting = out.with_name(f".{out.name}.{os.getpid()}.part")
    writer = _writer(waiting, ending)
    try:
        yield writer
        writer.close()
        waiting.replace(out)
    finally:
        waiting.unlink(missing_ok=True)
