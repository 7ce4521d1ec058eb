"""Rows put by as they are read, in memory or on disk, so that a file larger than the memory can be read.

On disk they stand as Parquet files in a folder of their own, which its owner alone can open, and which goes
when nobody holds the rows any longer. A folder that a killed process left behind is swept away by the next
that makes one.
"""

from __future__ import annotations

import errno
import re
import shutil
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import polars as pl
from attrs import define, field

from firstpoint.errors import NoRoom

FOLDER_PREFIX = "firstpoint-rows-"
IN_USE = "in-use"
LEFT_ALONE_SECONDS = 60
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SpoolFolder:
    """A folder for spooled rows, there as long as this value is held."""

    def __init__(self, within: Path | None = None) -> None:
        _sweep(within or Path(tempfile.gettempdir()))
        with _saying_where_there_is_no_room(within or Path(tempfile.gettempdir())):
            self.path = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=within))
            lock = (self.path / IN_USE).open("w")
        _locked(lock)
        weakref.finalize(self, _remove, self.path, lock)


def _remove(path: Path, lock: IO[Any]) -> None:
    lock.close()
    shutil.rmtree(path, ignore_errors=True)


def _sweep(home: Path) -> None:
    """Take away what killed processes left: folders whose lock nobody holds."""
    if sys.platform == "win32":
        return
    for mark in home.glob(f"{FOLDER_PREFIX}*/{IN_USE}"):
        try:
            with mark.open("r+") as lock:
                if time.time() - mark.stat().st_mtime > LEFT_ALONE_SECONDS and _locked(lock):
                    shutil.rmtree(mark.parent, ignore_errors=True)
        except OSError:
            continue


def _locked(lock: IO[Any]) -> bool:
    """Whether the lock could be had; it is held until the file is closed or the process dies."""
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


@contextmanager
def _saying_where_there_is_no_room(place: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        if not _is_of_a_full_disk(error):
            raise
        raise NoRoom(
            "The disk is full: rows being read could not be put by.",
            where=str(place),
            remedy="Make room (about half the size of the file), or set TMPDIR to a larger disk.",
        ) from error


def _is_of_a_full_disk(error: Exception) -> bool:
    number = getattr(error, "errno", None)
    if number is None and (told := re.search(r"\(os error (\d+)\)", str(error))):
        number = int(told[1])
    return number in FULL


@define
class Spool:
    """Frames of one schema, each sorted by ``row`` and all rows of one before those of the next.

    In memory without a ``folder``, else in Parquet files there, their names beginning with ``name``.
    """

    name: str
    folder: SpoolFolder | None = None
    parts: list[pl.DataFrame | Path] = field(factory=list)
    rows: list[tuple[int, int]] = field(factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Put a frame by; one without rows only when it is the first, so that the schema is known."""
        if frame.height or not self.parts:
            self.parts.append(self._put(frame, f"{self.name}-{len(self.parts):05d}"))
            self.rows.append(_first_and_last(frame))

    def replace(self, at: int, frame: pl.DataFrame) -> None:
        """Put a frame in the place of another."""
        before = self.parts[at]
        self.parts[at] = self._put(frame, f"{self.name}-{at:05d}-settled")
        if isinstance(before, Path):
            before.unlink()

    def frame(self, at: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """One of the frames, or some columns of it."""
        part = self.parts[at]
        if isinstance(part, Path):
            return pl.read_parquet(part, columns=None if columns is None else list(columns))
        return part if columns is None else part.select(columns)

    def scan(self) -> pl.LazyFrame:
        """All rows, to be read when they are collected."""
        if self.folder is None:
            return pl.concat([part for part in self.parts if isinstance(part, pl.DataFrame)]).lazy()
        return pl.scan_parquet([part for part in self.parts if isinstance(part, Path)])

    def places_of(self, rows: pl.Series) -> Iterator[tuple[int, pl.Series]]:
        """Where rows stand: the place of a frame, and those of ``rows`` within its reach."""
        for at, (first, last) in enumerate(self.rows):
            here = rows.filter(rows.is_between(first, last))
            if here.len():
                yield at, here

    def with_rows(self, rows: pl.Series, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The frame of these rows alone."""
        found = [
            self.frame(at, columns).filter(pl.col("row").is_in(here.implode()))
            for at, here in self.places_of(rows)
        ]
        return pl.concat(found) if found else self.frame(0, columns).clear()

    def _put(self, frame: pl.DataFrame, name: str) -> pl.DataFrame | Path:
        if self.folder is None:
            return frame
        path = self.folder.path / f"{name}.parquet"
        with _saying_where_there_is_no_room(path.parent), path.open("wb") as file:
            frame.write_parquet(file, compression="lz4", statistics=False)
        return path


def _first_and_last(frame: pl.DataFrame) -> tuple[int, int]:
    rows = frame["row"]
    return (rows[0], rows[-1]) if rows.len() else (0, -1)
