"""``firstpoint screen``: what each log discloses, ranked."""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from firstpoint import records, screening
from firstpoint.cli.console import finish, progress_bar, say
from firstpoint.cli.extracts import MAPPING_HELP, report_rejects, source_mapping
from firstpoint.cli.tables import write_table
from firstpoint.errors import InputError

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
NEEDED_OF_A_LOG = ("incident_id", "text")
NEEDED_OF_A_CRIME = ("crime_id",)


@click.command(name="screen")
@click.argument("incidents", type=EXISTING)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Result, as .jsonl or .parquet.")
@click.option("--crimes", type=EXISTING, help="Crimes held already.")
@click.option("--mapping", help=MAPPING_HELP)
@click.option(
    "--words", type=EXISTING, multiple=True, help="A force's own words (CSV), added to the lexicon."
)
def screen_command(
    incidents: Path, out: Path, crimes: Path | None, mapping: str | None, words: tuple[Path, ...]
) -> None:
    """Read every log and rank those that disclose a crime no record answers.

    INCIDENTS (CSV, Parquet, Excel or JSON lines) needs the columns incident_id and text; received_at,
    channel, opening_code and closing_code are used when they are there. Rows without the two are set aside
    in OUT.rejects.csv.
    """
    if out.suffix not in (".jsonl", ".parquet"):
        raise InputError(
            "what the screen found is nested and needs a format that can hold it.",
            where=str(out),
            remedy="End the name in .jsonl or .parquet.",
        )
    reader = screening.LexiconReader(extensions=words)
    source = source_mapping(mapping)
    logs = records.read_extract(incidents, "incidents", source, needs=NEEDED_OF_A_LOG)
    read = [logs]
    if crimes:
        read.append(records.read_extract(crimes, "crimes", source, needs=NEEDED_OF_A_CRIME))
    with progress_bar("Reading logs") as step:
        screened = screening.screen(
            logs.frame, read[1].frame if crimes else None, reader=reader, progress=step
        )
    write_table(screened, out)
    disclosing = screened.filter(pl.col("disclosures").list.len() > 0).height
    unread = screened["not_read"].count()
    apart = f" {unread} could not be read, being in another language or script." if unread else ""
    read_logs = f"{screened.height - unread} logs read"
    say(f"{read_logs}; {disclosing} disclose at least one possible crime.{apart} Result: {out}")
    finish(rows_set_aside=report_rejects(read, out.with_name(out.name + ".rejects.csv")))
