"""``firstpoint screen``: what each log discloses, ranked; and what is to be known of the screen itself."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click
import polars as pl
from attrs import define

from firstpoint import records, screening
from firstpoint.cli.console import finish, progress_bar, say
from firstpoint.cli.extracts import MAPPING_HELP, report_rejects, source_mapping
from firstpoint.cli.screen_card import card_command
from firstpoint.cli.screen_subgroups import subgroups_command
from firstpoint.cli.tables import write_parts
from firstpoint.errors import InputError
from firstpoint.screening.logreading import THOROUGH_UP_TO

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
NEEDED_OF_A_LOG = ("incident_id", "text")
NEEDED_OF_A_CRIME = ("crime_id",)
LIKELY = 0.5


class LogsUnlessNamed(click.Group):
    """A group whose first word may be the file of logs itself: ``screen FILE`` is ``screen logs FILE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``logs`` before words that name no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["logs", *args]
        return super().parse_args(ctx, args)


@click.group(name="screen", cls=LogsUnlessNamed)
def screen_command() -> None:
    """Read every log and rank those that disclose a crime no record answers.

    firstpoint screen INCIDENTS --out FILE is short for firstpoint screen logs. A file that is called like
    one of the commands is given with its folder: ./card.
    """


screen_command.add_command(card_command)
screen_command.add_command(subgroups_command)


@define
class Tally:
    """How many logs were screened, could not be read, and more likely than not disclose a crime."""

    logs: int = 0
    unread: int = 0
    disclosing: int = 0

    def counted(self, part: pl.DataFrame) -> pl.DataFrame:
        """Count a part of the screened rows, and give it back."""
        self.logs += part.height
        self.unread += part["not_read"].count()
        self.disclosing += part.filter(pl.col("chance_crime") >= LIKELY).height
        return part


@screen_command.command(name="logs")
@click.argument("incidents", type=EXISTING)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Result, as .jsonl or .parquet.")
@click.option("--crimes", type=EXISTING, help="Crimes held already.")
@click.option("--mapping", help=MAPPING_HELP)
@click.option(
    "--words", type=EXISTING, multiple=True, help="A force's own words (CSV), added to the lexicon."
)
@click.option(
    "--thorough/--quick",
    default=None,
    help="Ask the language model besides, some hundredths of a second a log, or not. "
    f"Unless told: up to {THOROUGH_UP_TO:,} logs.",
)
def logs_command(
    incidents: Path,
    out: Path,
    crimes: Path | None,
    mapping: str | None,
    words: tuple[Path, ...],
    thorough: bool | None,
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
    phrases = screening.LexiconReader(extensions=words)
    source = source_mapping(mapping)
    logs = records.read_extract(incidents, "incidents", source, needs=NEEDED_OF_A_LOG)
    read = [logs]
    if crimes:
        read.append(records.read_extract(crimes, "crimes", source, needs=NEEDED_OF_A_CRIME))
    reader = _reader(thorough, logs.rows_read, phrases)
    tally = Tally()
    out.parent.mkdir(parents=True, exist_ok=True)
    with progress_bar("Reading logs") as step, TemporaryDirectory(dir=out.parent, prefix=".") as folder:
        screened = screening.screen_in_parts(
            logs.scan(),
            read[1].frame if crimes else None,
            folder=Path(folder),
            reader=reader,
            progress=step,
        )
        write_parts(map(tally.counted, screened), out)
    unread = tally.unread
    apart = f" {unread} could not be read, being in another language or script." if unread else ""
    read_logs = f"{tally.logs - unread} logs read"
    disclosing = tally.disclosing
    say(
        f"{read_logs}; {disclosing} more likely than not disclose a crime.{apart} Reader: {reader.name}. "
        f"Result: {out}"
    )
    finish(rows_set_aside=report_rejects(read, out.with_name(out.name + ".rejects.csv")))


def _reader(thorough: bool | None, logs: int, phrases: screening.LexiconReader) -> screening.LogReader:
    if thorough is None:
        return screening.reader_for(logs, phrases)
    return screening.thorough_reader(phrases) if thorough else screening.LogReader(phrases)
