"""``firstpoint audit``: how large a sample, which reports, and what their marks say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl

from firstpoint import auditing
from firstpoint.auditing import published
from firstpoint.auditing.intervals import IntervalName
from firstpoint.cli.console import heading, print_json, say, warn
from firstpoint.cli.tables import write_table, write_text
from firstpoint.reporting.plain_words import percent_outward

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(name="audit")
def audit_command() -> None:
    """Measure how accurate the force's crime recording is."""


@audit_command.command(name="design")
@click.argument("frame", type=EXISTING)
@click.option(
    "--half-width",
    "half_width_points",
    default=3.0,
    show_default=True,
    help="Percentage points, each stratum.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def design_command(frame: Path, half_width_points: float, as_json: bool) -> None:
    """Say how many reports to audit in each stratum for a stated half-width at 95 % confidence."""
    plan = auditing.plan_sample(auditing.read_frame(frame), half_width_points=half_width_points)
    if as_json:
        print_json(plan.to_dicts())
        return
    for row in plan.iter_rows(named=True):
        say(
            f"{row['stratum']:<12}{row['sample']:>8} of {row['incidents']} (expecting "
            f"{100 * row['expected_rate']:g}% recorded, design effect {row['design_effect']:g})"
        )


@audit_command.command(name="draw")
@click.argument("frame", type=EXISTING)
@click.option(
    "--seed", required=True, type=int, help="Publish it: with the frame's hash it repeats the draw."
)
@click.option(
    "--half-width",
    "half_width_points",
    default=3.0,
    show_default=True,
    help="Percentage points, each stratum.",
)
@click.option(
    "--size", "sizes", multiple=True, metavar="STRATUM=N", help="Set a stratum's sample size yourself."
)
@click.option("--from", "first", type=DAY, required=True, help="First day of the reports in the frame.")
@click.option("--to", "last", type=DAY, required=True, help="Last day of the reports in the frame.")
@click.option("--out", required=True, type=WRITTEN, help="The sample, as .csv, .jsonl or .parquet.")
def draw_command(
    frame: Path,
    seed: int,
    half_width_points: float,
    sizes: tuple[str, ...],
    first: datetime,
    last: datetime,
    out: Path,
) -> None:
    """Draw a sample that anyone can repeat from the frame and the seed.

    Beside OUT, OUT.json keeps the record of the draw: the seed, the frame's hash and dates, the sizes and the
    method. A board's paper is made with it.
    """
    reports = auditing.read_frame(frame)
    plan = auditing.plan_sample(reports, half_width_points=half_width_points)
    wanted = dict(plan.select("stratum", "sample").iter_rows()) | _sizes(sizes)
    sample = auditing.draw(reports, wanted, seed)
    write_draw(sample, out, plan=plan, window=(first.date(), last.date()))
    say(f"{sample.rows.height} reports drawn with seed {seed} from frame {sample.frame_sha256[:12]}…: {out}")


def write_draw(
    sample: auditing.Sample,
    out: Path,
    *,
    plan: pl.DataFrame,
    window: tuple[date, date],
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write the sample, and beside it the record of the draw: what repeats it, and what a board is told."""
    write_table(sample.rows, out)
    record = {
        "seed": sample.seed,
        "frame_sha256": sample.frame_sha256,
        "sizes": dict(sample.sizes),
        "in_frame": dict(sample.incidents),
        "window": [str(day) for day in window],
        "confidence": plan["confidence"][0],
        "half_width_points": plan["half_width_points"][0],
        "how_sizes_were_set": _how_sizes_were_set(plan, sample.sizes),
        "method": sample.method,
        **(more or {}),
    }
    write_text(json.dumps(record, indent=1) + "\n", out.with_name(out.name + ".json"))


def _how_sizes_were_set(plan: pl.DataFrame, sizes: Mapping[str, int]) -> str:
    words = []
    for row in plan.iter_rows(named=True):
        expected = f"{100 * row['expected_rate']:g}% recorded, design effect {row['design_effect']:g}"
        by_hand = sizes[row["stratum"]] != row["sample"]
        words.append(f"{row['stratum']} {'set by hand' if by_hand else expected}")
    return (
        "Each stratum's size follows from the margin and from what was expected before the audit: "
        f"{'; '.join(words)}."
    )


@audit_command.command(name="estimate")
@click.argument("marks", type=EXISTING)
@click.option(
    "--frame", required=True, type=EXISTING, help="A row per report, or a row per stratum with totals."
)
@click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.999))
@click.option(
    "--interval",
    type=click.Choice(["beta", "logit-t", "guarded"]),
    default="beta",
    show_default=True,
    help="guarded is wider: for strata in which few reports hold most crimes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the estimate as JSON.")
def estimate_command(
    marks: Path, frame: Path, confidence: float, interval: IntervalName, as_json: bool
) -> None:
    """Give the recording rate with its interval, overall and by stratum, and the crimes unrecorded."""
    result = auditing.estimate(
        auditing.read_marks(marks), auditing.read_frame(frame), confidence=confidence, interval=interval
    )
    if as_json:
        print_json(result.as_dict())
        return
    say_estimate(result)


@audit_command.command(name="published")
def published_command() -> None:
    """Work the published figures of 2017 through again: what follows from them, and what cannot.

    A force audited itself in December 2017, half a year after inspectors had found it inadequate. The rates
    can be rebuilt from the printed counts; the intervals cannot, and this says why.
    """
    audit = published.december_2017_audit()
    heading(audit.title)
    for row in audit.table.iter_rows(named=True):
        say(
            f"{row['stratum']:<12}{row['recorded']} of {row['should_record']} recorded: "
            f"{row['rate_percent']:.1f}% (published {row['published_rate']}%)"
        )
    say(f"{'added up':<12}{audit.recorded} of {audit.should_record}: {audit.pooled_percent:.1f}%")
    say(f"{audit.on_pooling}\n{audit.no_intervals}")
    inspection = published.inspection_2017()
    heading(inspection.title)
    rate, half_width = inspection.rates["overall"]
    year = inspection.unrecorded
    say(
        f"{rate}% ± {half_width} of {inspection.recorded_crimes_12m:,} recorded crimes "
        f"({inspection.recorded_crimes_period}): {year.estimate:,.0f} unrecorded a year "
        f"({year.low:,.0f} to {year.high:,.0f}); published {inspection.unrecorded_published:,}."
    )


def say_estimate(result: auditing.AuditResult) -> None:
    """Print the rates, the unrecorded crimes and what must be borne in mind, for people."""
    answer = result.as_dict()
    for row in [*answer["strata"], {"stratum": "overall", **answer["overall"]}]:
        say(f"{row['stratum']:<12}{_rate(row)}")
    missed = answer["unrecorded"]
    period = "a year" if answer["unrecorded_a_year"] else "in the period of the frame"
    limits = f"{missed['low']:,.0f} to {missed['high']:,.0f}"
    say(f"{'unrecorded':<12}{missed['estimate']:,.0f} crimes {period} ({limits})")
    for caution in result.cautions:
        warn(f"Bear in mind: {caution}")


def _rate(row: Mapping[str, Any]) -> str:
    if row["estimate"] is None:
        return f"no rate: {row['reason']}"
    low, high = percent_outward(row["low"], row["high"])
    return (
        f"{100 * row['estimate']:6.1f}%  ({low:.1f} to {high:.1f} at {100 * row['confidence']:g}% "
        f"confidence; {row['incidents']} reports, {row['crimes']} crimes)"
    )


def _sizes(values: tuple[str, ...]) -> dict[str, int]:
    sizes = {}
    for value in values:
        stratum, _, number = value.partition("=")
        if not number.isdigit():
            raise click.BadParameter(f"{value!r} is not STRATUM=N, such as sexual=213", param_hint="--size")
        sizes[stratum] = int(number)
    return sizes
