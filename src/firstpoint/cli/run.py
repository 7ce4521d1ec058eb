"""``firstpoint run``: the main job on files, from extracts to a ranked list and, with marks, a rate."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import polars as pl
from attrs import frozen

from firstpoint import auditing, counting, records, screening
from firstpoint.cli.audit import say_estimate, write_draw
from firstpoint.cli.board import board_paper, read_draw, refuse_undrawn, write_report
from firstpoint.cli.console import finish, heading, progress_bar, say, warn
from firstpoint.cli.extracts import MAPPING_HELP, report_rejects, source_mapping
from firstpoint.cli.link import say_links
from firstpoint.cli.tables import write_table, write_text
from firstpoint.errors import Refused
from firstpoint.records.linking import Linkage, link_records
from firstpoint.reporting import BoardPaper, board_report

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@frozen
class Holdings:
    """What the force holds, read and linked.

    ``incidents`` and ``crimes`` have the canonical columns; ``links`` joins them and incidents of one event;
    ``opening_codes`` maps the opening codes that suggest crime to their audit stratum; ``rows_set_aside``
    counts rejected rows.
    """

    incidents: pl.DataFrame
    crimes: pl.DataFrame
    links: Linkage
    opening_codes: dict[str, str]
    rows_set_aside: int

    @property
    def window(self) -> tuple[date, date]:
        """The first and last London day on which an incident was received."""
        days = self.incidents["received_at"].dt.convert_time_zone("Europe/London").dt.date().drop_nulls()
        if days.is_empty():
            raise Refused(
                "no incident has a time of receipt, so there is no period to audit.",
                where="received_at",
                remedy="Map the column that holds it.",
            )
        first, last = days.min(), days.max()
        assert isinstance(first, date)
        assert isinstance(last, date)
        return first, last


@frozen
class Audit:
    """What the marks on a sample say: the rate, and the board's paper on it."""

    result: auditing.AuditResult
    paper: BoardPaper


@click.command(name="run")
@click.option("--incidents", required=True, type=EXISTING, help="Incident extract: CSV, Parquet or Excel.")
@click.option(
    "--crimes",
    type=EXISTING,
    help="Crime extract; without it the mapping's closing codes tell what was recorded.",
)
@click.option("--mapping", help=MAPPING_HELP)
@click.option("--marks", type=EXISTING, help="The auditors' marks on the sample.")
@click.option("--frame", type=EXISTING, help="The frame from which that sample was drawn.")
@click.option(
    "--draw", "draw_record", type=EXISTING, help="The record of the draw; beside the frame unless given."
)
@click.option(
    "--half-width",
    "half_width_points",
    default=3.0,
    show_default=True,
    help="Margin of the sample, in points.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of the draw; publish it.")
@click.option(
    "--partial", is_flag=True, help="Report although drawn reports are unmarked; the paper says so."
)
@click.option("--force", "force_name", default="", help="The force's name, for the report.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results."
)
def run_command(
    incidents: Path,
    crimes: Path | None,
    mapping: str | None,
    marks: Path | None,
    frame: Path | None,
    draw_record: Path | None,
    half_width_points: float,
    seed: int,
    partial: bool,
    force_name: str,
    out: Path,
) -> None:
    """Do the main job: link, screen, count, rank, then draw a sample or estimate the rate and report.

    Without --marks a sample is drawn for auditors to mark, and there is no rate. With --marks and --frame the
    rate is estimated and the board report written.
    """
    if (marks is None) != (frame is None):
        raise click.UsageError(
            "--marks and --frame go together: marks mean nothing without the frame they came from."
        )
    if marks and not force_name:
        raise click.UsageError("--marks makes a board paper, which needs the force's name: give --force.")
    # Marks that cannot be used are refused before the long work.
    audit = read_audit(marks, frame, draw_record, force_name, partial=partial) if marks and frame else None
    held = read_holdings(incidents, crimes, mapping, out)
    screen_and_count(held, out)
    if audit:
        write_text(json.dumps(audit.result.as_dict(), indent=1) + "\n", out / "estimate.json")
        heading("Recording rate")
        say_estimate(audit.result)
        write_report(board_report(audit.paper), out / "board-report")
    else:
        draw_sample(held, out, half_width_points=half_width_points, seed=seed)
    finish(rows_set_aside=held.rows_set_aside)


def read_audit(
    marks: Path, frame: Path, draw_record: Path | None, force_name: str, *, partial: bool
) -> Audit:
    """Estimate the rate from the marks on a sample; raises Refused where marks, frame and draw do not belong
    together.
    """
    draw = read_draw(draw_record or frame.with_name("sample.csv.json"))
    marked, drawn_from = auditing.read_marks(marks), auditing.read_frame(frame)
    refuse_undrawn(marked, drawn_from, draw)
    result = auditing.estimate(marked, drawn_from)
    paper = board_paper(
        result.as_dict(),
        draw=draw,
        marks=marked,
        force=force_name,
        partial=partial,
        prepared_on=datetime.now(ZoneInfo("Europe/London")).date(),
    )
    return Audit(result, paper)


def read_holdings(incidents: Path, crimes: Path | None, mapping: str | None, out: Path) -> Holdings:
    """Read the extracts, say what is wrong with them, set bad rows aside, and link crimes to incidents."""
    heading("Reading and linking")
    source = source_mapping(mapping)
    extracts = [records.read_extract(incidents, "incidents", source)]
    if crimes:
        extracts.append(records.read_extract(crimes, "crimes", source))
    say(records.check_extracts(extracts).text())
    logs = extracts[0].frame
    if crimes:
        held = extracts[1].frame
    elif source and source.closing_codes:
        held = records.crimes_from_closing_codes(logs, source)
    else:
        held = records.TABLES["crimes"].empty()
        warn(
            "Nothing here tells what is recorded already, so the list shows what the logs disclose, not what "
            "is missing. Give --crimes, or [recorded] closing_codes in the mapping."
        )
    opening_codes = dict(source.opening_codes) if source else {}
    links = link(logs, held, opening_codes, out)
    return Holdings(
        incidents=logs,
        crimes=held,
        links=links,
        opening_codes=opening_codes,
        rows_set_aside=report_rejects(extracts, out / "rejects.csv"),
    )


def link(incidents: pl.DataFrame, crimes: pl.DataFrame, opening_codes: dict[str, str], out: Path) -> Linkage:
    """Link crimes to incidents, write ``links.csv`` and ``links_for_review.csv``, and say what was linked."""
    with progress_bar("Linking") as step:
        links = link_records(incidents, crimes, opening_codes=opening_codes, progress=step)
    write_table(links.links, out / "links.csv")
    write_table(links.review, out / "links_for_review.csv")
    say_links(links)
    if links.review.height:
        say(f"For review: {out / 'links_for_review.csv'}")
    return links


def screen_and_count(held: Holdings, out: Path) -> pl.DataFrame:
    """Screen every log, ask the rule book about those that disclose something, and give the screened frame.

    Writes ``screened.parquet``, ``verdicts.jsonl`` and ``ranked.csv``.
    """
    heading("Screening and counting")
    with progress_bar("Reading logs") as step:
        # A crime recorded under another incident, or under another report of the same event, is not missed.
        recorded = held.links.crimes_of_events(held.crimes)
        screened = screening.screen(held.incidents, recorded, progress=step)
    write_table(screened, out / "screened.parquet")
    verdicts = _verdicts(held.incidents, screened)
    write_text(
        "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in verdicts), out / "verdicts.jsonl"
    )
    ranked = _ranked_list(held, screened, verdicts)
    write_table(ranked, out / "ranked.csv")
    high = ranked.filter(pl.col("chance_unrecorded") >= 0.5).height
    say(
        f"{screened.height} logs read; {len(verdicts)} disclose something surely; {high} score 0.5 or more "
        "for an unrecorded crime. Scores put the list in order; no audit has measured them as chances. "
        f"The list, gravest and likeliest first: {out / 'ranked.csv'}"
    )
    return screened


def draw_sample(held: Holdings, out: Path, *, half_width_points: float, seed: int) -> auditing.Sample | None:
    """Build the frame and draw a sample from it, or say why neither can be had (and give None)."""
    heading("Audit sample")
    if not held.opening_codes:
        warn("No sample: the mapping does not say which opening codes suggest crime ([opening_codes]).")
        return None
    start, end = held.window
    carrying = [name for name in ("route", "unit") if name in held.incidents.columns]
    frame = auditing.build_frame(
        held.incidents, held.crimes, held.opening_codes, start, end, carrying=[*carrying, "received_on"]
    )
    say(auditing.frame_report(held.incidents, held.crimes, held.opening_codes, start, end).text())
    try:
        plan = auditing.plan_sample(frame, half_width_points=half_width_points)
        sample = auditing.draw(frame, dict(plan.select("stratum", "sample").iter_rows()), seed)
    except Refused as refusal:
        warn(f"No sample: {refusal}")
        return None
    write_table(frame, out / "frame.csv")
    write_draw(sample, out / "sample.csv", plan=plan, window=(start, end), more=_left_out(held))
    say(
        f"{sample.rows.height} reports to audit (seed {seed}, frame {sample.frame_sha256[:12]}…): "
        f"{out / 'sample.csv'}. Until they are marked there is no rate."
    )
    return sample


def _left_out(held: Holdings) -> dict[str, Any]:
    """Give what a board is told of the frame: each stratum's opening codes, and what it leaves out."""
    codes: dict[str, list[str]] = {}
    for code, stratum in sorted(held.opening_codes.items()):
        if stratum:
            codes.setdefault(stratum, []).append(code)
    report = auditing.frame_report(held.incidents, held.crimes, held.opening_codes, *held.window)
    return {"opening_codes": codes, "left_out": dict(report.left_out)}


def _verdicts(incidents: pl.DataFrame, screened: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the rule book's verdict on every log that discloses something surely enough, in rank order."""
    disclosing = (
        screened.filter(pl.col("disclosures").list.len() > 0)
        .sort("rank")
        .join(incidents, on="incident_id", how="left", maintain_order="left")
    )
    verdicts = []
    for row in disclosing.iter_rows(named=True):
        sure = screening.sure_enough(map(screening.disclosure_of, row["disclosures"]))
        if sure:
            verdicts.append(counting.count_report(screening.report_facts(row, sure)))
    return verdicts


def _ranked_list(held: Holdings, screened: pl.DataFrame, verdicts: list[dict[str, Any]]) -> pl.DataFrame:
    """Give one row a log that discloses something: rank, chances, what is due and recorded, the words."""
    due = pl.DataFrame(
        [(each["report_id"], each["decision"], _classes(each)) for each in verdicts],
        schema={"incident_id": pl.String, "decision": pl.String, "classes_due": pl.String},
        orient="row",
    )
    crimes = held.links.crimes_of_events(held.crimes)
    recorded = crimes.group_by("incident_id").agg(crimes_recorded=pl.len())
    words = pl.col("disclosures").list.eval(
        pl.element().struct.field("evidence").list.eval(pl.element().struct.field("text")).list.join(" … ")
    )
    return (
        screened.filter(pl.col("disclosures").list.len() > 0)
        .sort("rank")
        .join(due, on="incident_id", how="left")
        .join(recorded, on="incident_id", how="left")
        .select(
            "rank",
            "incident_id",
            pl.col("chance_unrecorded").round(3),
            pl.col("harm").round(1),
            pl.col("expected_crimes").round(2),
            pl.col("crimes_recorded").fill_null(0),
            "decision",
            "classes_due",
            words=words.list.join(" | "),
        )
        .sort("rank")
    )


def _classes(verdict: dict[str, Any]) -> str:
    """Give the crimes due by class, and how many more are due in a class that the log leaves open."""
    due = [f"{crime['count']} x {crime['ho_class']}" for crime in verdict["crimes"]]
    if still_open := counting.crimes_due_with_open_class(verdict):
        due.append(f"at least {still_open} of open class")
    return ", ".join(due)
