"""``firstpoint report``: papers from what is already known."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from firstpoint import auditing, records
from firstpoint.cli.board import (
    board_paper,
    read_draw,
    read_recommendations,
    recorded_crime_trend,
    write_report,
)
from firstpoint.cli.equality_page import equality_page
from firstpoint.cli.extracts import MAPPING_HELP, source_mapping
from firstpoint.reporting import Heading, Metadata, Paragraph, Report, board_report, trend_chart

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
LONDON = ZoneInfo("Europe/London")
STEM = click.Path(path_type=Path)


@click.group(name="report")
def report_command() -> None:
    """Write papers, as accessible HTML and tagged PDF."""


@report_command.command(name="board")
@click.option(
    "--estimate", required=True, type=EXISTING, help="estimate.json of `run` or `audit estimate --json`."
)
@click.option("--marks", required=True, type=EXISTING, help="The auditors' marks.")
@click.option(
    "--draw", "draw_path", required=True, type=EXISTING, help="The record of the draw, sample.csv.json."
)
@click.option(
    "--plan",
    type=EXISTING,
    help="Recommendations: CSV with recommendation, deadline, owner, status, progress.",
)
@click.option("--quarters", type=EXISTING, help="Published recorded crime by quarter, for the trend.")
@click.option("--area", help="The area in --quarters, where it holds several.")
@click.option("--recorded-a-year", type=int, help="Crimes recorded in twelve months, as the frame gave them.")
@click.option(
    "--partial", is_flag=True, help="Report although drawn reports are unmarked; the paper says so."
)
@click.option("--force", required=True, help="The force's name.")
@click.option(
    "--date", "prepared_on", type=click.DateTime(["%Y-%m-%d"]), help="Date of the paper; today unless given."
)
@click.option("--out", required=True, type=STEM, help="Where: OUT.html and OUT.pdf.")
def board_command(
    estimate: Path,
    marks: Path,
    draw_path: Path,
    plan: Path | None,
    quarters: Path | None,
    area: str | None,
    recorded_a_year: int | None,
    partial: bool,
    force: str,
    prepared_on: datetime | None,
    out: Path,
) -> None:
    """Write the Performance and Delivery Board's paper on an audit."""
    paper = board_paper(
        json.loads(estimate.read_text(encoding="utf-8")),
        draw=read_draw(draw_path),
        marks=auditing.read_marks(marks),
        force=force,
        prepared_on=(prepared_on or datetime.now(LONDON)).date(),
        recommendations=read_recommendations(plan) if plan else (),
        trend=recorded_crime_trend(quarters, area) if quarters else None,
        recorded_a_year=recorded_a_year,
        partial=partial,
    )
    write_report(board_report(paper), out)


@report_command.command(name="equality")
@click.argument("victims", type=EXISTING)
@click.option("--crimes", type=EXISTING, help="Crime extract, for shares by unit and by group of offence.")
@click.option("--mapping", help=MAPPING_HELP)
@click.option("--period", default="Not stated", help="The period that the extracts cover, in words.")
@click.option("--force", required=True, help="The force's name.")
@click.option("--out", required=True, type=STEM, help="Where: OUT.html and OUT.pdf.")
def equality_command(
    victims: Path, crimes: Path | None, mapping: str | None, period: str, force: str, out: Path
) -> None:
    """Tell a board how complete the equality data of victims are; small counts are hidden.

    VICTIMS is an extract of victims. For each protected characteristic there is a value, a lawful reason for
    its absence, or neither.
    """
    source = source_mapping(mapping)
    recorded = records.read_extract(crimes, "crimes", source).scan() if crimes else None
    held = records.read_extract(victims, "victims", source).scan().collect()
    completeness = records.equality_completeness(
        held, recorded.select("victim_id", "unit", "ho_class").collect() if recorded is not None else None
    )
    today = datetime.now(LONDON).date()
    write_report(equality_page(completeness, force=force, prepared_on=today, period=period), out)


@report_command.command(name="trend")
@click.argument("quarters", type=EXISTING)
@click.option("--area", help="The area, where the table holds several.")
@click.option("--force", required=True, help="The force's name.")
@click.option("--out", required=True, type=STEM, help="Where: OUT.html and OUT.pdf.")
def trend_command(quarters: Path, area: str | None, force: str, out: Path) -> None:
    """Chart recorded crime by quarter against the limits of its ordinary wobble.

    QUARTERS is CSV with the columns quarter_ending, offences_quarter and, where there are several areas, pfa.
    """
    trend = recorded_crime_trend(quarters, area)
    chart = trend_chart(trend.points, title=trend.title, value_name=trend.value_name, measure=trend.measure)
    first, last = trend.points[0].period, trend.points[-1].period
    report = Report(
        title=trend.title,
        strap="Published figures of police recorded crime",
        metadata=Metadata(
            force=force,
            period=f"{first} to {last}",
            prepared_on=datetime.now(LONDON).date(),
        ),
        blocks=(Heading("Trend"), chart, Paragraph(trend.method), Paragraph(trend.remark)),
    )
    write_report(report, out)
