"""``firstpoint review``: which logs people read each day, and what follows from what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import click
import polars as pl

from firstpoint import records
from firstpoint.cli.console import finish, heading, print_json, say, warn
from firstpoint.cli.extracts import MAPPING_HELP, report_rejects, source_mapping
from firstpoint.cli.review_learning import compare_command, drift_command, learn_command, reliability_command
from firstpoint.cli.review_marks import (
    DAY,
    EXISTING,
    WRITTEN,
    chosen_argument,
    json_option,
    marks_option,
    reviewed,
)
from firstpoint.cli.tables import read_table, write_table, write_text
from firstpoint.errors import Refused
from firstpoint.screening import reviewing


@click.group(name="review")
def review_command() -> None:
    """Choose the logs that people read, and learn from what they find."""


@review_command.command(name="choose")
@click.argument("screened", type=EXISTING)
@click.option("--budget", required=True, type=click.IntRange(min=1), help="How many logs are to be read.")
@click.option("--day", required=True, type=DAY, help="The day that the choice is for.")
@click.option(
    "--seed", required=True, type=int, help="Publish it: with the frame's hash it repeats the draw."
)
@click.option(
    "--mix",
    default="60,30,10",
    show_default=True,
    help="Per cent from the top of the list, drawn by score, and drawn uniformly.",
)
@click.option("--power", default=0.5, show_default=True, help="Power of the score that chances follow.")
@click.option(
    "--order",
    type=click.Choice(["rank", "score"]),
    default="rank",
    show_default=True,
    help="What the top is the top of: the list as ranked, or the score alone.",
)
@click.option("--score", default="chance_unrecorded", show_default=True, help="The column that is the score.")
@click.option(
    "--incidents",
    type=EXISTING,
    help="The extract that was screened: only logs received on the day are then in the frame, and its flags, "
    "codes and words help to tell the grave strata.",
)
@click.option("--mapping", help=MAPPING_HELP)
@click.option("--grave", type=EXISTING, help="Grave strata and their shares (TOML), in place of the usual.")
@click.option("--no-quotas", is_flag=True, help="Give grave strata no reviews of their own.")
@click.option("--out", required=True, type=WRITTEN, help="The chosen logs, as .csv, .jsonl or .parquet.")
def choose_command(
    screened: Path,
    budget: int,
    day: datetime,
    seed: int,
    mix: str,
    power: float,
    order: Literal["rank", "score"],
    score: str,
    incidents: Path | None,
    mapping: str | None,
    grave: Path | None,
    no_quotas: bool,
    out: Path,
) -> None:
    """Choose the day's logs for review from what firstpoint screen wrote.

    Part is the top of the list, part is drawn with chances that follow the score, and part uniformly, so
    that the marks can say what all logs hide. Beside OUT, OUT.json keeps the record of the draw and what
    other mixes would cost, and OUT.frame.parquet every log of the frame with its inclusion probability.
    """
    strata = reviewing.grave_strata(grave)
    extracts = _extract(incidents, mapping)
    held = reviewing.received_on(extracts[0].frame, day.date()) if extracts else None
    table = _of_the_day(read_table(screened), held)
    frame = reviewing.frame_of(table, held, score=score, order=order, strata=strata)
    choice = reviewing.choose(
        frame,
        budget=budget,
        seed=seed,
        day=day.date(),
        mix=reviewing.read_mix(mix, power=power),
        quotas={} if no_quotas else reviewing.quotas(budget, strata),
    )
    costs = reviewing.costs_beside(frame, choice)
    record = choice.record() | {"score": score, "order": order, "costs": costs.to_dicts()}
    write_table(choice.chosen, out)
    write_table(choice.logs, out.with_name(out.name + ".frame.parquet"))
    write_text(json.dumps(record, indent=1) + "\n", out.with_name(out.name + ".json"))
    _say_choice(choice, costs, strata)
    say(f"Result: {out}")
    finish(rows_set_aside=report_rejects(extracts, out.with_name(out.name + ".rejects.csv")))


@review_command.command(name="estimate")
@chosen_argument
@marks_option
@click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.999))
@json_option
def estimate_command(chosen: tuple[Path, ...], marks: Path, confidence: float, as_json: bool) -> None:
    """Say how many crimes are missed in all logs that the CHOSEN ones were chosen from.

    CHOSEN are the files that firstpoint review choose wrote, of one day or of many.
    """
    _refuse_out_of_reach(chosen)
    logs = reviewed(chosen, marks)
    answer = reviewing.estimate_missed(logs, confidence=confidence)
    share, low, high = reviewing.share_hiding(logs, confidence=confidence)
    if as_json:
        shares = {"estimate": share, "low": low, "high": high}
        print_json(answer.as_dict() | {"share_of_logs_hiding": shares})
        return
    say(
        f"{answer.estimate:,.0f} crimes missed ({answer.low:,.0f} to {answer.high:,.0f} at "
        f"{confidence:.0%} confidence); {answer.crimes_found} were found in {answer.reviews} reviews."
    )
    say(f"{100 * share:.2f}% of logs hide one ({100 * low:.2f} to {100 * high:.2f}).")
    if answer.share_from_heaviest > 0.2:
        warn(
            f"Bear in mind: one log alone makes {answer.share_from_heaviest:.0%} of the estimate; more days "
            "will steady it."
        )


@review_command.command(name="below")
@click.argument("frame", type=EXISTING)
@click.option("--cut", required=True, type=click.IntRange(min=0), help="Place at which reading stopped.")
@click.option("--size", type=click.IntRange(min=1), help="How many logs below it to draw.")
@click.option("--at-most", type=click.IntRange(min=0), help="Or: draw what bounds the logs below by this.")
@click.option("--seed", required=True, type=int, help="Publish it.")
@click.option("--out", required=True, type=WRITTEN, help="The sample, as .csv, .jsonl or .parquet.")
def below_command(frame: Path, cut: int, size: int | None, at_most: int | None, seed: int, out: Path) -> None:
    """Draw the elusion sample: logs that nobody read, from below the cut.

    FRAME is the OUT.frame.parquet of firstpoint review choose. With --at-most the sample is as large as
    finding nothing in it must be to leave no more logs than that below the cut, at 95 % confidence.
    """
    if (size is None) == (at_most is None):
        raise click.UsageError("give either --size or --at-most.")
    logs = read_table(frame)
    under = logs.filter(pl.col("place") > cut).height
    drawn = size if size is not None else reviewing.to_read(under, at_most or 0)
    day = logs["day"].max()
    assert isinstance(day, date)
    sample = reviewing.draw_below(logs, cut=cut, size=drawn, seed=seed, day=day)
    write_table(sample, out)
    say(f"{drawn} of the {under} logs below place {cut} drawn with seed {seed}: {out}")


@review_command.command(name="stop")
@click.option("--below", required=True, type=click.IntRange(min=0), help="Logs below the cut.")
@click.option("--read", required=True, type=click.IntRange(min=0), help="Of those, drawn and read.")
@click.option("--found", required=True, type=click.IntRange(min=0), help="Of those, hiding a missed crime.")
@click.option("--found-above", required=True, type=click.IntRange(min=0), help="Found above the cut.")
@click.option("--recall", default=0.9, show_default=True, type=float, help="Share of logs wanted found.")
@click.option(
    "--looks", default=1, show_default=True, type=click.IntRange(min=1), help="Looks planned in all."
)
@click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.999))
@json_option
def stop_command(
    below: int,
    read: int,
    found: int,
    found_above: int,
    recall: float,
    looks: int,
    confidence: float,
    as_json: bool,
) -> None:
    """Say how much may lie below the cut, and whether reading may stop there."""
    answer = reviewing.elusion_of(
        below=below,
        read=read,
        found=found,
        found_above=found_above,
        target_recall=recall,
        confidence=confidence,
        looks=looks,
    )
    if as_json:
        print_json(answer.as_dict())
        return
    say(
        f"At most {answer.logs_at_most:,} of {below:,} logs below the cut hide a missed crime, so at least "
        f"{100 * answer.recall_at_least:.1f}% of those that do were found ({confidence:.0%} confidence)."
    )
    say(
        "Reading may stop here, if:"
        if answer.may_stop
        else f"That is below {recall:.0%}: read on. It holds if:"
    )
    for assumption in answer.assumptions:
        say(f"  - {assumption};")


def _extract(incidents: Path | None, mapping: str | None) -> list[records.Extract]:
    if incidents is None:
        return []
    needed = ("incident_id", "received_at")
    return [records.read_extract(incidents, "incidents", source_mapping(mapping), needs=needed)]


def _of_the_day(screened: pl.DataFrame, held: pl.DataFrame | None) -> pl.DataFrame:
    """The screened logs that came in on the day; a warning where some of that day's were not screened."""
    if held is None:
        return screened
    table = screened.join(held.select("incident_id"), on="incident_id", how="semi", maintain_order="left")
    if unscreened := held.height - table.height:
        warn(f"Logs of the day that are not in the screened file and cannot be chosen: {unscreened}.")
    return table


def _refuse_out_of_reach(chosen: Sequence[Path]) -> None:
    """Refuse a choice whose record says that some log could never be chosen."""
    for path in chosen:
        record = path.with_name(path.name + ".json")
        if record.exists() and json.loads(record.read_text("utf-8"))["least_probability"] == 0:
            raise Refused(
                "Some logs of its frame could never be chosen, so what they hide is beyond any estimate.",
                where=str(path),
                remedy="Leave that day out, and choose with a uniform share.",
            )


def _say_choice(
    choice: reviewing.Choice, costs: pl.DataFrame, strata: Sequence[reviewing.GraveStratum]
) -> None:
    chosen = choice.chosen
    heading(f"{chosen.height} of {choice.logs.height} logs for {choice.day:%d %B %Y}".replace(" 0", " "))
    top = chosen.filter(pl.col("lot") == "top").height
    say(
        f"{top} from the top, {chosen.height - top} drawn with seed {choice.seed} from frame "
        f"{choice.frame_sha256[:12]}… ({choice.mix.words()})."
    )
    counts = dict(chosen["grave"].drop_nulls().value_counts().iter_rows())
    if counts or choice.quotas:
        told = ", ".join(f"{one.name} {counts.get(one.id, 0)}" for one in strata)
        say(f"Grave strata: {told}.")
    say("What mixes should find, and say after 30 such days, if scores are chances:")
    for row in costs.iter_rows(named=True):
        half = row["half_width_percent"]
        sharp = "no estimate possible" if half is None else f"estimate ± {half:.0f}%"
        say(f"  {row['mix']:<16} {row['found_per_100']:5.1f} finds in 100 reviews, {sharp}")


for _command in (learn_command, reliability_command, compare_command, drift_command):
    review_command.add_command(_command)
