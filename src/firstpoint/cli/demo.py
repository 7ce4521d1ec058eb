"""``firstpoint demo``: the whole of it on a made-up force, in one go."""

from __future__ import annotations

import csv
import json
import shutil
import socket
from datetime import date, datetime, timedelta
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import click
import polars as pl
from attrs import frozen

from firstpoint import auditing, casework, counting, records, simulation
from firstpoint.cli.audit import say_estimate
from firstpoint.cli.board import board_paper, read_draw, write_report
from firstpoint.cli.console import heading, say
from firstpoint.cli.extracts import TABLES
from firstpoint.cli.run import Holdings, draw_sample, read_holdings, screen_and_count
from firstpoint.cli.tables import write_table, write_text
from firstpoint.errors import InputError
from firstpoint.reporting import BoardPaper, Recommendation, board_report
from firstpoint.reporting.board_paper import Status

LONDON = ZoneInfo("Europe/London")
PASSWORD = "made-up-force-2026"  # noqa: S105 - published on purpose, for made-up data alone
NOTICE = "Made-up data, published passwords. Nothing here is about a real person, place or force."
PEOPLE = tuple(each.role for each in casework.roles())


@frozen
class Size:
    """How large a made-up force to build, and the margin for which its audit sample is drawn."""

    incidents: int
    days: int
    half_width_points: float


SIZES = {
    "small": Size(incidents=6_000, days=14, half_width_points=4.0),
    "month": Size(incidents=50_000, days=30, half_width_points=3.0),
    "year": Size(incidents=600_000, days=365, half_width_points=3.0),
}


@click.command(name="demo")
@click.option("--size", type=click.Choice(list(SIZES)), default="small", show_default=True)
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
)
@click.option("--seed", default=2026, show_default=True, help="The same seed and start make the same force.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Its first day; unless given, chosen so that its last day is yesterday and the clocks still run.",
)
@click.option("--no-serve", is_flag=True, help="Stop after building everything.")
@click.option("--port", default=8000, show_default=True, help="Where to serve the workbench.")
def demo_command(
    size: str, directory: Path, seed: int, start: datetime | None, no_serve: bool, port: int
) -> None:
    """Build a made-up force, do the main job on it and serve the workbench.

    DIR then holds the extracts, the hidden truth (truth/), what the screen found (screened.parquet), the
    audit (sample.csv, marks.csv, estimate.json), the board report and the workbench's database. Nothing in it
    is real.
    """
    chosen = SIZES[size]
    if not no_serve:
        _refuse_taken(port)
    _empty(directory)
    first = start.date() if start else _first_day(datetime.now(LONDON).date(), chosen.days)
    heading(
        f"A made-up force: {chosen.incidents:,} incidents in {chosen.days} days from {first}, seed {seed}"
    )
    force = simulation.make_force(seed=seed, incidents=chosen.incidents, start=first, days=chosen.days)
    simulation.write_force(force, directory)
    held = read_holdings(
        directory / "incidents.csv", directory / "crimes.csv", str(directory / "mapping.toml"), directory
    )
    screened = screen_and_count(held, directory)
    sample = draw_sample(held, directory, half_width_points=chosen.half_width_points, seed=seed)
    assert sample is not None
    heading("Audit: made-up auditors mark the sample")
    marks = simulation.auditor_marks(
        force, sample.rows, auditor="auditor", overlooks=0.0, over_calls=0.0, seed=seed
    )
    write_table(marks, directory / "marks.csv")
    paper = _estimate(held, marks, directory, days=chosen.days)
    write_report(board_report(paper), directory / "board-report")
    _fill_workbench(directory, held, screened, sample, marks, paper)
    if no_serve:
        say(f"\nEverything is in {directory}. To serve it: firstpoint serve --dir {directory}")
        return
    _serve(directory, port)


def _estimate(held: Holdings, marks: pl.DataFrame, directory: Path, *, days: int) -> BoardPaper:
    """Estimate the rate from the marks, write it, and give the board's paper."""
    frame = _frame_with_a_years_crimes(held, directory, days)
    result = auditing.estimate(marks, frame)
    write_text(json.dumps(result.as_dict(), indent=1) + "\n", directory / "estimate.json")
    say_estimate(result)
    return board_paper(
        result.as_dict(),
        draw=read_draw(directory / "sample.csv.json"),
        marks=marks,
        force=simulation.FORCE,
        prepared_on=held.window[1],
        recommendations=_plan(held.window[1]),
        recorded_a_year=int(frame["recorded_crimes_12m"].sum()),
        made_up=True,
    )


def _plan(published: date) -> tuple[Recommendation, ...]:
    """Give the made-up improvement plan, its deadlines counted from the day of the paper."""
    text = (resources.files("firstpoint.cli") / "demo_plan.csv").read_text(encoding="utf-8")
    return tuple(
        Recommendation(
            row["recommendation"],
            published + timedelta(days=int(row["due_in_days"])),
            row["owner"],
            cast(Status, row["status"]),
            row["progress"],
        )
        for row in csv.DictReader(StringIO(text))
    )


def _frame_with_a_years_crimes(held: Holdings, directory: Path, days: int) -> pl.DataFrame:
    """Give the frame by stratum, with the crimes recorded from its reports carried to twelve months.

    Only crimes of reports in the frame count: the rate says nothing of the others. The made-up force has no
    history, so a year is its days' crimes times 365 over their number.
    """
    reports = auditing.read_frame(directory / "frame.csv")
    recorded = (
        held.crimes.filter(pl.col("status") == "recorded")
        .with_columns(incident_id=pl.col("incident_id").fill_null(pl.col("crime_id")))
        .join(reports, on="incident_id")
        .group_by("stratum")
        .agg(recorded_crimes_12m=(pl.len() * 365 / days).round().cast(pl.Int64))
    )
    return reports.group_by("stratum").agg(incidents=pl.len()).join(recorded, on="stratum").sort("stratum")


def _fill_workbench(
    directory: Path,
    held: Holdings,
    screened: pl.DataFrame,
    sample: auditing.Sample,
    marks: pl.DataFrame,
    paper: BoardPaper,
) -> None:
    """Load the extracts, open the work, the audit and the board page, and add the people who sign in."""
    from firstpoint.workbench import launch

    heading("Workbench")
    write_text(
        f'force = "{simulation.FORCE}"\nnotice = "{NOTICE}"\nsecond_factor = "offered"\n',
        directory / launch.SETTINGS,
    )
    launch.prepare(directory)
    from firstpoint.workbench.accounts.people import add_user
    from firstpoint.workbench.audits.sampling import enter_marks, open_audit
    from firstpoint.workbench.boards.publishing import publish
    from firstpoint.workbench.imports.linking import keep_links
    from firstpoint.workbench.imports.loading import load
    from firstpoint.workbench.imports.screening import screen_held

    source = records.read_mapping(directory / "mapping.toml")
    for loaded in load([records.read_extract(directory / f"{table}.csv", table, source) for table in TABLES]):
        say(str(loaded))
    keep_links(held.links, held.crimes.get_column("crime_id").to_list())
    seen = screen_held(screened=screened)
    say(f"{seen.opened:,} incidents put on the recording list.")
    for role in PEOPLE:
        add_user(role, [role], PASSWORD)
    _draw_the_last_day()
    audit = open_audit(sample, title="Demo audit", auditors=["auditor"])
    # A tenth of the reports, those dealt out last, is left for whoever signs in as the auditor.
    dealt = audit.reports.order_by("number").values_list("report_id", flat=True)
    marked = list(dealt)[: len(dealt) * 9 // 10]
    enter_marks(audit, marks.filter(pl.col("incident_id").is_in(marked)), auditor="auditor")
    publish(paper, pdf=(directory / "board-report.pdf").read_bytes())


def _draw_the_last_day() -> None:
    """Draw the daily audit of the newest day that is held, so that auditors find it waiting."""
    from django.utils import timezone

    from firstpoint.workbench.accounts.people import THE_COMMAND
    from firstpoint.workbench.incidents.listing import newest_day
    from firstpoint.workbench.work.handling import do_daily

    day = newest_day()
    if day is not None:
        say(f"{do_daily(day, timezone.now(), THE_COMMAND):,} reports of {day:%-d %B %Y} drawn for audit.")


def _serve(directory: Path, port: int) -> None:
    from firstpoint.workbench import launch

    def ready(address: str) -> None:
        heading(f"\nThe workbench is at {address}")
        say(f"Sign in as any of: {', '.join(PEOPLE)}")
        say(f"The password of each: {PASSWORD}")
        say("These are published passwords on made-up data: do not serve this to others. Ctrl-C stops it.")

    launch.serve(directory, "127.0.0.1", port, ready=ready, worker=True)


def _first_day(today: date, days: int) -> date:
    """Give the day from which the made-up days end yesterday, within what the newest rule book covers."""
    newest = counting.listed_books()[-1]
    return min(max(today - timedelta(days=days), newest.valid_from), newest.valid_to - timedelta(days=days))


def _refuse_taken(port: int) -> None:
    """Raise InputError where the port is taken, before anything is built or cleared."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            raise InputError(
                f"this port is taken ({fault.strerror}), perhaps by a demo that still runs.",
                where=f"127.0.0.1:{port}",
                remedy=f"Stop that, or choose another: --port {port + 1} (make demo PORT={port + 1}).",
            ) from fault


def _empty(directory: Path) -> None:
    """Clear what an earlier demo left, and refuse a folder that holds anything else."""
    if directory.exists() and any(directory.iterdir()):
        if not (directory / "truth").is_dir():
            raise InputError(
                "this folder is not empty and holds no earlier demo, so nothing in it will be touched.",
                where=str(directory),
                remedy="Name another folder with --dir.",
            )
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
