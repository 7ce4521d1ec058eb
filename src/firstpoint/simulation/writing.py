"""A made-up force as the files that a real one would send, with the truth in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from firstpoint.simulation.force import MadeUpForce

_ENGLAND = "Europe/London"


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
    for name in ("incidents", "log_entries", "crimes", "victims"):
        _exported(getattr(force, name)).write_csv(folder / f"{name}.csv")
    (folder / "mapping.toml").write_text(mapping_of(force), encoding="utf-8")
    force.truth_incidents.write_parquet(truth / "incidents.parquet")
    force.truth_crimes.write_parquet(truth / "crimes.parquet")
    force.truth_errors.write_parquet(truth / "errors.parquet")
    return folder


def mapping_of(force: MadeUpForce) -> str:
    """Give the mapping file of the force's extracts: its opening codes and the strata they suggest."""
    coded = {code: stratum for code, stratum in force.opening_codes.items() if stratum}
    lines = [
        'name = "made-up-force"',
        'title = "Extracts of a made-up force, with canonical headings"',
        "",
        "[opening_codes]",
        *(f'"{code}" = "{stratum}"' for code, stratum in coded.items()),
    ]
    return "\n".join(lines) + "\n"


def _exported(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the frame as an export has it: filled columns only, local times with offset, lists joined."""
    kept = [name for name in frame.columns if frame[name].null_count() < frame.height]
    return frame.select(_written(name, frame.schema[name]) for name in kept)


def _written(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        return pl.col(name).dt.convert_time_zone(_ENGLAND).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    if isinstance(kind, pl.List):
        return pl.col(name).list.join(";")
    if kind == pl.Float64:
        return pl.col(name).cast(pl.Int64)
    return pl.col(name)
