"""What the commands on reviews share: their arguments, and the chosen logs joined to their marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from firstpoint.auditing.marks import standing_readings
from firstpoint.cli.tables import read_table
from firstpoint.screening import reviewing

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])

chosen_argument = click.argument("chosen", nargs=-1, required=True, type=EXISTING)
marks_option = click.option(
    "--marks",
    required=True,
    type=EXISTING,
    help="Marks of every chosen log: incident_id, should_record, recorded.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


def reviewed(chosen: Sequence[Path], marks: Path) -> pl.DataFrame:
    """Every chosen log of these files with what its review found; rulings stand before first readings."""
    frames = [read_table(path) for path in chosen]
    return reviewing.join_marks(
        pl.concat(frames, how="diagonal_relaxed"), standing_readings(read_table(marks))
    )
