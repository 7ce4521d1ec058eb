"""``firstpoint audit draw``: which reports are read, drawn so that anybody can repeat it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl

from firstpoint import auditing
from firstpoint.auditing.assisted import (
    AssistedSample,
    FrozenPredictions,
    draw_assisted,
    draw_tiers,
    freeze,
    known_before,
    named_and_linked_predictions,
    screened_predictions,
)
from firstpoint.auditing.assisted.expected import assisted_plan, expected_half_width
from firstpoint.cli.audit_options import refuse_ignored
from firstpoint.cli.console import say
from firstpoint.cli.tables import read_table, write_table, write_text
from firstpoint.errors import InputError

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
PREDICTED = {"predicted_due", "predicted_recorded", "predicted_sd"}

HALF_WIDTH = click.option(
    "--half-width",
    "half_width_points",
    default=3.0,
    show_default=True,
    help="Percentage points, each stratum (force-wide with --assisted).",
)
MIXING = click.option(
    "--mixing", default=0.25, show_default=True, help="Part drawn with equal chances (--assisted)."
)
CONFIDENCE = click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.999))


@click.command(name="draw")
@click.argument("frame", type=EXISTING)
@click.option(
    "--seed", required=True, type=int, help="Publish it: with the frame's hash it repeats the draw."
)
@HALF_WIDTH
@click.option(
    "--size", "sizes", multiple=True, metavar="STRATUM=N", help="Set a stratum's sample size yourself."
)
@click.option("--from", "first", type=DAY, required=True, help="First day of the reports in the frame.")
@click.option("--to", "last", type=DAY, required=True, help="Last day of the reports in the frame.")
@click.option(
    "--assisted",
    is_flag=True,
    help="Draw with chances by predicted residual. FRAME has predicted_due, predicted_recorded and "
    "predicted_sd, or named and linked and, where there was a screen, chance_unrecorded.",
)
@click.option("--screened", type=EXISTING, help="What firstpoint screen wrote, to predict from (--assisted).")
@click.option("--crimes", type=EXISTING, help="The crimes held, with --screened.")
@MIXING
@click.option("--tiers", type=int, help="Draw by so many tiers of the score instead (--assisted).")
@click.option("--out", required=True, type=WRITTEN, help="The sample, as .csv, .jsonl or .parquet.")
def draw_command(
    frame: Path,
    seed: int,
    half_width_points: float,
    sizes: tuple[str, ...],
    first: datetime,
    last: datetime,
    assisted: bool,
    screened: Path | None,
    crimes: Path | None,
    mixing: float,
    tiers: int | None,
    out: Path,
) -> None:
    """Draw a sample that anyone can repeat from the frame and the seed.

    Beside OUT, OUT.json keeps the record of the draw: the seed, the frame's hash and dates, the sizes and the
    method. A board's paper is made with it. An assisted draw freezes the predictions first: OUT.frame.parquet
    holds them, their hash is in the record, and the estimate is made with that frame.
    """
    if not assisted:
        refuse_ignored(
            ("mixing", "tiers", "screened", "crimes"), "a draw without --assisted", "Give --assisted too."
        )
    if tiers is not None:
        refuse_ignored(
            ("mixing",), "a draw by tiers, equally likely within each", "Leave out --mixing or --tiers."
        )
    reports = auditing.read_frame(frame)
    if (screened is None) != (crimes is None):
        raise InputError("--screened and --crimes go together.", where="draw", remedy="Give both or neither.")
    if screened and crimes:
        reports = known_before(reports, read_table(screened), read_table(crimes))
    window = (first.date(), last.date())
    if "received_on" in reports.columns:
        auditing.check_period(reports, *window)
    if assisted:
        predictions = freeze(predicted(reports))
        planned = assisted_plan(predictions, half_width_points=half_width_points, mixing=mixing, tiers=tiers)
        wanted = planned | _sizes(sizes)
        drawn = (
            draw_assisted(predictions, wanted, seed, mixing=mixing)
            if tiers is None
            else draw_tiers(predictions, wanted, seed, tiers=tiers)
        )
        write_assisted_draw(
            drawn, predictions, out, reports=reports, window=window, mixing=mixing, planned=planned
        )
        say(
            f"{drawn.rows.height} reports drawn with seed {seed} by predictions "
            f"{drawn.predictions_sha256[:12]}…"
        )
        say(f"predictions {drawn.predictions_sha256[:12]}…, frozen with the frame: {frozen_frame(out)}")
        return
    plan = auditing.plan_sample(reports, half_width_points=half_width_points)
    sample = auditing.draw(reports, dict(plan.select("stratum", "sample").iter_rows()) | _sizes(sizes), seed)
    write_draw(sample, out, plan=plan, window=window)
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
    _write_with_record(sample.rows, record, out)


def write_assisted_draw(
    sample: AssistedSample,
    predictions: FrozenPredictions,
    out: Path,
    *,
    reports: pl.DataFrame,
    window: tuple[date, date],
    mixing: float,
    planned: Mapping[str, int] | None = None,
) -> None:
    """Write an assisted sample, its record, and the frozen frame with which the rate is estimated.

    The frozen frame keeps the frame's other columns: what was known beforehand, from which second readings
    are picked, and routes and days, by which rates are given. ``planned`` are the sizes that
    followed from the margin, where some may have been set by hand.
    """
    record = {
        **sample.record(),
        "window": [str(day) for day in window],
        "confidence": 0.95,
        "half_width_points": round(
            expected_half_width(predictions, sample.sizes, mixing=mixing, tiers=sample.tiers), 2
        ),
        "how_sizes_were_set": _how_assisted_sizes_were_set(sample.sizes, planned or sample.sizes),
    }
    predictions_own = [name for name in predictions.rows.columns if name != "incident_id"]
    known = reports.drop(predictions_own, strict=False)
    write_table(predictions.rows.join(known, on="incident_id", how="left"), frozen_frame(out))
    _write_with_record(sample.rows, record, out)


def frozen_frame(out: Path) -> Path:
    """Give where the frozen frame of an assisted draw stands."""
    return out.with_name(out.name + ".frame.parquet")


def _write_with_record(rows: pl.DataFrame, record: Mapping[str, Any], out: Path) -> None:
    write_table(rows, out)
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


def _how_assisted_sizes_were_set(sizes: Mapping[str, int], planned: Mapping[str, int]) -> str:
    by_hand = [name for name, size in sizes.items() if size != planned.get(name)]
    if len(by_hand) == len(sizes):
        return "Each stratum's size was set by hand."
    but = f"; set by hand: {', '.join(by_hand)}" if by_hand else ""
    return f"Each stratum's size follows from the predicted residuals and the margin{but}."


def _sizes(values: tuple[str, ...]) -> dict[str, int]:
    sizes = {}
    for value in values:
        stratum, _, number = value.partition("=")
        if not number.isdigit():
            raise click.BadParameter(f"{value!r} is not STRATUM=N, such as sexual=213", param_hint="--size")
        sizes[stratum] = int(number)
    return sizes


def predicted(reports: pl.DataFrame) -> pl.DataFrame:
    """Give a frame with predictions: its own, the screen's, or those of offences named and crimes linked."""
    if set(reports.columns) >= PREDICTED:
        return reports
    if "chance_unrecorded" in reports.columns:
        return screened_predictions(reports)
    return named_and_linked_predictions(reports)
