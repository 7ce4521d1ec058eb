"""A made-up force as the files that a real one would send, with the truth in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
from attrs import frozen

from firstpoint.simulation.force import MadeUpForce

_ENGLAND = "Europe/London"
EXTRACTS = ("incidents", "log_entries", "crimes", "victims")
TRUTHS = ("incidents", "crimes", "errors")


@frozen
class TruthTables:
    """The truth of a force, read back from its folder; the columns are those of a ``MadeUpForce``."""

    truth_incidents: pl.DataFrame
    truth_crimes: pl.DataFrame
    truth_errors: pl.DataFrame


def write_force(force: MadeUpForce, directory: str | Path) -> Path:
    """Write the force and give its directory (made where it is not there).

    ``incidents.csv``, ``log_entries.csv``, ``crimes.csv`` and ``victims.csv`` carry canonical headings, local
    times in ISO 8601 with their offset, and lists joined with ``;``. ``mapping.toml`` names the strata of the
    opening codes. ``truth/`` holds ``incidents.parquet``, ``crimes.parquet`` and ``errors.parquet``; nothing
    outside it tells what should have been recorded.
    """
    folder = Path(directory)
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    for name in EXTRACTS:
        table: pl.DataFrame = getattr(force, name)
        kept = [column for column in table.columns if table[column].null_count() < table.height]
        as_exported(table.select(kept)).write_csv(folder / f"{name}.csv")
    (folder / "mapping.toml").write_text(mapping_of(force.opening_codes), encoding="utf-8")
    for name in TRUTHS:
        getattr(force, f"truth_{name}").write_parquet(truth / f"{name}.parquet")
    return folder


def read_truth(directory: str | Path) -> TruthTables:
    """Give the truth beside the extracts in a folder, of one file a table or of a file a month."""
    truth = Path(directory) / "truth"
    return TruthTables(*(pl.read_parquet(_files(truth, name)) for name in TRUTHS))


def mapping_of(opening_codes: dict[str, str]) -> str:
    """Give the mapping file of the force's extracts: its opening codes and the strata they suggest."""
    coded = {code: stratum for code, stratum in opening_codes.items() if stratum}
    lines = [
        'name = "made-up-force"',
        'title = "Extracts of a made-up force, with canonical headings"',
        "",
        "[opening_codes]",
        *(f'"{code}" = "{stratum}"' for code, stratum in coded.items()),
    ]
    return "\n".join(lines) + "\n"


def as_exported(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the frame as a CSV export has it: local times with offset, whole numbers, lists joined."""
    return frame.select(_written(name, kind) for name, kind in frame.schema.items())


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name and put it in its place when it is whole, or leave nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _files(truth: Path, name: str) -> list[Path]:
    by_month = sorted((truth / name).glob("*.parquet"))
    return by_month or [truth / f"{name}.parquet"]


def _written(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        return pl.col(name).dt.convert_time_zone(_ENGLAND).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    if isinstance(kind, pl.List):
        return pl.col(name).list.join(";")
    if kind == pl.Float64:
        return pl.col(name).cast(pl.Int64)
    return pl.col(name)
