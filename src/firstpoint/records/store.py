"""The tables kept in a directory, whole or not at all.

A store is a directory with ``manifest.json`` and Parquet files beside it. A load writes new files under
names that nobody reads yet, has the disk keep them, and then replaces the manifest in one step: before that
step the store is what it was, after it the load is in. A process killed at any moment leaves one or the
other. Files that no manifest names are swept away by the next load.

The manifest holds the SHA-256 of every file loaded, so that the same extract twice does nothing. A row
whose key is already there replaces the older one; the loads are kept in order, so a reader can see which
file was last. Loads are made one at a time: a lock on ``store.lock`` holds the second until the first has
finished.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import polars as pl
from attrs import asdict, field, frozen

from firstpoint.errors import UnreadableFile
from firstpoint.records.files import frame_of_parquet
from firstpoint.records.reading import Extract
from firstpoint.records.tables import TABLES, TableName

MANIFEST = "manifest.json"


@frozen
class Load:
    """One extract that is in the store: its table, file name, hash and number of rows."""

    table: str
    file: str
    sha256: str
    rows: int


@frozen
class Stored:
    """What a call of :func:`store_extracts` did: loads that went in, loads that were there already."""

    loaded: tuple[Load, ...]
    already_loaded: tuple[Load, ...]


@frozen
class _Manifest:
    tables: Mapping[str, str] = field(factory=dict)
    loads: tuple[Load, ...] = ()


def store_extracts(directory: str | Path, extracts: Sequence[Extract]) -> Stored:
    """Load extracts into the store at ``directory`` (made when it is not there), all of them or none.

    An extract whose bytes were loaded into the same table before is left out. Rows replace those of the
    same key; tables without a key lose rows that are identical.
    """
    home = Path(directory)
    home.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(home):
        manifest = _read_manifest(home)
        known = {(each.table, each.sha256) for each in manifest.loads}
        new: dict[tuple[str, str], Extract] = {}
        for extract in extracts:
            if (extract.table, extract.sha256) not in known:
                new.setdefault((extract.table, extract.sha256), extract)
        if new:
            tables = _with_new_rows(home, manifest, list(new.values()))
            manifest = _Manifest(tables, (*manifest.loads, *map(_load, new.values())))
            _replace_manifest(home, manifest)
        _sweep(home, manifest.tables)
    return Stored(
        loaded=tuple(map(_load, new.values())),
        already_loaded=tuple(_load(each) for each in extracts if (each.table, each.sha256) in known),
    )


def read_store(directory: str | Path) -> dict[TableName, pl.DataFrame]:
    """The tables of the store, every canonical table present, those without a load empty.

    A load that finishes meanwhile is read whole. UnreadableFile when the directory holds no store or a
    damaged one.
    """
    home = Path(directory)
    if not (home / MANIFEST).exists():
        raise UnreadableFile(
            "There is no store here.", where=str(home), remedy="Load extracts first, or check the directory."
        )
    manifest = _read_manifest(home)
    while True:
        try:
            return {name: _read_table(home, manifest, name) for name in TABLES}
        except UnreadableFile:
            before, manifest = manifest, _read_manifest(home)
            if manifest == before:
                raise


def loads_of(directory: str | Path) -> tuple[Load, ...]:
    """The extracts that the store holds, in the order in which they were loaded."""
    return _read_manifest(Path(directory)).loads


def _load(extract: Extract) -> Load:
    return Load(extract.table, extract.path.name, extract.sha256, extract.frame.height)


def _with_new_rows(home: Path, manifest: _Manifest, extracts: Sequence[Extract]) -> dict[str, str]:
    """Write each changed table to a new file and give the file of every table."""
    tables = dict(manifest.tables)
    for name in dict.fromkeys(cast(TableName, each.table) for each in extracts):
        added = [each.frame for each in extracts if each.table == name]
        merged = _merged([_read_table(home, manifest, name), *added], TABLES[name].key)
        tables[name] = _write_table(home, name, len(manifest.loads) + len(extracts), merged)
    return tables


def _merged(frames: Sequence[pl.DataFrame], key: str) -> pl.DataFrame:
    """The rows of all frames, the last standing for each key, in the order in which keys were first seen."""
    rows = pl.concat(frames)
    if not key:
        return rows.unique(maintain_order=True)
    placed = rows.with_row_index("at").with_columns(pl.col("at").min().over(key))
    return placed.unique(key, keep="last", maintain_order=True).sort("at").drop("at")


def _write_table(home: Path, name: str, version: int, frame: pl.DataFrame) -> str:
    file = f"{name}-{version:06d}.parquet"
    frame.write_parquet(home / file, compression="zstd")
    _keep_on_disk(home / file)
    return file


def _read_table(home: Path, manifest: _Manifest, name: TableName) -> pl.DataFrame:
    if name not in manifest.tables:
        return TABLES[name].empty()
    try:
        kept = frame_of_parquet(home / manifest.tables[name])
    except UnreadableFile as error:
        raise UnreadableFile(
            f"The store's file of {name} is damaged or gone.",
            where=str(home / manifest.tables[name]),
            remedy="Restore the directory from a backup, or load the extracts into a new one.",
        ) from error
    columns = TABLES[name].empty()
    return pl.concat([columns, kept], how="diagonal").select(columns.columns)


def _read_manifest(home: Path) -> _Manifest:
    try:
        data: dict[str, Any] = json.loads((home / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return _Manifest()
    return _Manifest(tables=data["tables"], loads=tuple(Load(**each) for each in data["loads"]))


def _replace_manifest(home: Path, manifest: _Manifest) -> None:
    """The one step that makes a load visible."""
    waiting = home / f"{MANIFEST}.new"
    waiting.write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    _keep_on_disk(waiting)
    waiting.replace(home / MANIFEST)
    if sys.platform != "win32":
        _keep_on_disk(home)


def _keep_on_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(home: Path, tables: Mapping[str, str]) -> None:
    """Take away table files that the manifest no longer names."""
    for file in home.glob("*.parquet"):
        if file.name not in tables.values():
            file.unlink()


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    with (home / "store.lock").open("a") as lock:
        _wait_for(lock)
        yield


def _wait_for(lock: IO[str]) -> None:
    """Hold the lock until the file is closed; the system lets it go when a process dies."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
