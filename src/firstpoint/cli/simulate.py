"""``firstpoint simulate``: years of a made-up force, to test on."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from firstpoint import simulation
from firstpoint.cli.console import heading, print_json, progress_bar, say
from firstpoint.errors import InputError

LONDON = ZoneInfo("Europe/London")


@click.command(name="simulate")
@click.option("--years", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--months", type=click.IntRange(min=1), help="So many months, in place of whole years.")
@click.option(
    "--incidents-a-year",
    type=click.FloatRange(min=1),
    default=600_000,
    show_default="600000",
    help="In an average year; a month brings what its season does.",
)
@click.option(
    "--out",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write. A folder begun earlier is gone on with: finished months are not made again.",
)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m"]),
    help="Its first month; unless given, chosen so that the last is the latest whole month.",
)
@click.option("--seed", default=2026, show_default=True, help="The same seed makes the same months.")
@click.option(
    "--bank",
    type=click.Choice(simulation.BANKS),
    default="training",
    show_default=True,
    help="In whose phrases the logs are told; the banks share none.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="Of the extracts; the truth is always Parquet.",
)
@click.option(
    "--profile",
    type=click.Path(dir_okay=False, path_type=Path),
    help="How the force behaves (TOML), laid over the usual profile.",
)
@click.option("--show-profile", is_flag=True, help="Print the usual profile, to copy and change, and stop.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=2, show_default=True, help="How many processes make it."
)
@click.option("--json", "as_json", is_flag=True, help="Print the months as JSON.")
def simulate_command(
    years: int,
    months: int | None,
    incidents_a_year: float,
    directory: Path | None,
    start: datetime | None,
    seed: int,
    bank: simulation.Bank,
    form: str,
    profile: Path | None,
    show_profile: bool,
    workers: int,
    as_json: bool,
) -> None:
    """Make years of a made-up force, month by month, with the truth beside them.

    The folder then holds incidents/, log_entries/, crimes/ and victims/ with a file for each month, a
    mapping, and truth/: what happened, what each report should have become, and each error. Nothing in it is
    real. A month is the same whether made alone or among others.
    """
    if show_profile:
        say(simulation.usual_profile_text())
        return
    if directory is None:
        raise InputError("there is nowhere to write to", where="--out", remedy="Name a folder with --out.")
    number = months or years * 12
    first = start.date() if start else _first_month(datetime.now(LONDON).date(), number)
    asked = simulation.Years(
        seed=seed,
        incidents_a_year=incidents_a_year,
        bank=bank,
        format="csv" if form == "csv" else "parquet",
        profile=_profile_text(profile),
    )
    if not as_json:
        heading(f"A made-up force: {number} months from {first:%B %Y}, seed {seed}")
    made = _write(asked, simulation.months_from(first, number), directory, workers)
    if as_json:
        print_json([_row(each) for each in made])
        return
    now = [each for each in made if each.made_now]
    say(f"{len(now)} months made, {len(made) - len(now)} were there already.")
    incidents, crimes = (sum(getattr(each, what) for each in made) for what in ("incidents", "crimes"))
    say(f"{incidents:,} incidents and {crimes:,} crimes.")
    say(f"Everything is in {directory}; truth/ is for measuring, not for reading beforehand.")


def _write(
    asked: simulation.Years, months: list[date], directory: Path, workers: int
) -> list[simulation.MonthWritten]:
    made = []
    try:
        with progress_bar("Months") as step:
            for each in simulation.write_months(asked, months, directory, workers=workers):
                made.append(each)
                step(len(made), len(months))
    except OSError as fault:
        raise InputError(
            f"a file could not be written ({fault.strerror}); finished months are kept",
            where=str(fault.filename or directory),
            remedy="Make room or choose another folder, and give the same command again.",
        ) from fault
    return sorted(made, key=lambda each: each.month)


def _row(made: simulation.MonthWritten) -> dict[str, object]:
    return {
        "month": made.month,
        "incidents": made.incidents,
        "crimes": made.crimes,
        "victims": made.victims,
        "made_now": made.made_now,
    }


def _profile_text(path: Path | None) -> str:
    """Give the text of the profile, found to be one."""
    if path is None:
        return simulation.usual_profile_text()
    simulation.read_profile(path)
    return path.read_text(encoding="utf-8")


def _first_month(today: date, number: int) -> date:
    """Give the first of so many months, the last of which is the latest that is over."""
    over = today.year * 12 + today.month - 1
    return simulation.months_from(date((over - number) // 12, (over - number) % 12 + 1, 1), 1)[0]
