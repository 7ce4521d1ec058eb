"""``firstpoint audit watch`` and ``effort``: the daily audit week by week, and what it can see."""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from firstpoint import auditing
from firstpoint.auditing.monitoring import (
    Alarm,
    ChangePoint,
    Running,
    change_point,
    running_rate,
    watch_for_fall,
    weeks_until_seen,
)
from firstpoint.auditing.monitoring.alarm import TEN_YEARS
from firstpoint.auditing.monitoring.evidence import MOST_CRIMES
from firstpoint.cli.audit_draw import CONFIDENCE, EXISTING
from firstpoint.cli.audit_pictures import PLOT, check_picture, save_picture, watch_picture
from firstpoint.cli.audit_words import how_it_was_reached, rate_words, watch_sentences
from firstpoint.cli.console import print_json, say, warn
from firstpoint.cli.tables import read_table
from firstpoint.errors import Refused
from firstpoint.reporting.plain_words import percent_outward

SHOWN_WEEKS = 8


@click.command(name="watch")
@click.argument("daily", type=EXISTING)
@click.option("--accepted", required=True, type=float, help="The rate that is accepted, as 0.95.")
@click.option(
    "--false-alarm-every",
    "weeks_between",
    default=TEN_YEARS,
    show_default=True,
    help="Weeks, on average and at the least, between false alarms.",
)
@click.option("--window", "window_weeks", default=13, show_default=True, help="Weeks of the running rate.")
@click.option(
    "--sequence",
    type=click.Choice(["asymptotic", "betting"]),
    default="asymptotic",
    show_default=True,
    help="How the limits that hold at every look are made; betting assumes least and is widest.",
)
@click.option(
    "--most-crimes", default=MOST_CRIMES, show_default=True, help="Bound on the crimes of one report."
)
@click.option(
    "--shape",
    type=click.Choice(["step", "slide"]),
    help="Of the change, where it is known; either unless given.",
)
@CONFIDENCE
@click.option("--replicates", default=999, show_default=True, help="For the dates of a change.")
@click.option("--seed", default=1, show_default=True, help="Of the replicates.")
@click.option("--method", "with_method", is_flag=True, help="Say how each figure was reached.")
@PLOT
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def watch_command(
    daily: Path,
    accepted: float,
    weeks_between: int,
    window_weeks: int,
    sequence: str,
    most_crimes: int,
    shape: str | None,
    confidence: float,
    replicates: int,
    seed: int,
    with_method: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Watch the daily audit: the running rate, an alarm for a fall, and when a change began.

    DAILY has day, incident_id, should_record and recorded, a row for each audited report, and
    inclusion_probability unless all were equally likely. The alarm may be looked at every week: its false
    alarms are bounded all the same.
    """
    check_picture(plot)
    marks = read_table(daily)
    running = running_rate(
        marks,
        window_weeks=window_weeks,
        sequence="betting" if sequence == "betting" else "asymptotic",
        confidence=confidence,
        most_crimes=most_crimes,
    )
    alarm = watch_for_fall(marks, accepted, weeks_between_false_alarms=weeks_between, most_crimes=most_crimes)
    change, no_date = _change(marks, shape, confidence, replicates, seed)
    sentences = watch_sentences(alarm, change)
    if as_json:
        print_json(
            {
                "running": running.as_dict(),
                "alarm": alarm.as_dict(),
                "change": change.as_dict() if change else {"found": None, "reason": no_date},
                "sentences": sentences,
            }
        )
    else:
        _say_watch(running, sentences, no_date)
        if with_method:
            _say_methods(running, alarm, change)
    if plot:
        save_picture(watch_picture(running, alarm, change), plot)


def _change(
    marks: pl.DataFrame, shape: str | None, confidence: float, replicates: int, seed: int
) -> tuple[ChangePoint | None, str]:
    """Give the change, or why none can be dated."""
    try:
        found = change_point(
            marks,
            shape="step" if shape == "step" else "slide" if shape == "slide" else None,
            confidence=confidence,
            replicates=replicates,
            seed=seed,
        )
    except Refused as reason:
        return None, str(reason)
    return found, ""


def _say_watch(running: Running, sentences: list[str], no_date: str) -> None:
    say(f"last {running.window_weeks} weeks  {rate_words(running.latest.as_dict())}")
    for row in running.weeks.tail(SHOWN_WEEKS).iter_rows(named=True):
        if row["rate"] is None or row["low_so_far"] is None:
            continue
        low, high = percent_outward(row["low_so_far"], row["high_so_far"])
        say(
            f"  week to {row['week_ends']}: {100 * row['rate']:5.1f}% of the window; so far "
            f"{100 * row['rate_so_far']:.1f}% ({low:.1f} to {high:.1f}, at every look)"
        )
    if running.changed:
        warn("No one rate fits all weeks: it has changed.")
    for sentence in sentences:
        say(sentence)
    if no_date:
        warn(f"No change is dated: {no_date}")


def _say_methods(running: Running, alarm: Alarm, change: ChangePoint | None) -> None:
    say(f"How: {how_it_was_reached(running.latest)}")
    said = [(running.method, running.formula), (alarm.method, alarm.formula)]
    if change is not None:
        said.append((change.method, change.formula))
    for method, formula in said:
        say(f"How: {method} Formula: {formula}.")


@click.command(name="effort")
@click.argument("marks", type=EXISTING)
@click.option("--a-week", "efforts", multiple=True, type=int, default=(10, 20, 40, 100), show_default=True)
@click.option("--from-rate", "start", default=0.96, show_default=True, help="Where the slide starts.")
@click.option("--to-rate", "end", default=0.84, show_default=True, help="Where it ends.")
@click.option("--weeks", "slide_weeks", default=78, show_default=True, help="How long it takes.")
@click.option("--accepted", type=float, help="The accepted rate; the start unless given.")
@click.option("--false-alarm-every", "weeks_between", default=TEN_YEARS, show_default=True)
@click.option("--most-crimes", default=MOST_CRIMES, show_default=True)
@click.option("--trials", default=500, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def effort_command(
    marks: Path,
    efforts: tuple[int, ...],
    start: float,
    end: float,
    slide_weeks: int,
    accepted: float | None,
    weeks_between: int,
    most_crimes: int,
    trials: int,
    seed: int,
    as_json: bool,
) -> None:
    """Say in how many weeks a daily audit of so many reports a week would see a slide.

    MARKS are those of an earlier audit; each week's reports are drawn from them, so crimes stay bunched as
    they are in this force.
    """
    earlier = auditing.read_marks(marks)
    seen = [
        weeks_until_seen(
            earlier,
            incidents_a_week=effort,
            start_rate=start,
            end_rate=end,
            slide_weeks=slide_weeks,
            accepted_rate=accepted,
            weeks_between_false_alarms=weeks_between,
            most_crimes=most_crimes,
            trials=trials,
            seed=seed,
        )
        for effort in efforts
    ]
    if as_json:
        print_json([one.as_dict() for one in seen])
        return
    say(f"A slide from {100 * start:g}% to {100 * end:g}% over {slide_weeks} weeks is seen:")
    for one in seen:
        half = (
            "in less than half of the trials"
            if one.median_weeks is None
            else f"within {one.median_weeks} weeks in half of the trials"
        )
        most = "" if one.ninetieth_weeks is None else f", {one.ninetieth_weeks} in nine of ten"
        say(
            f"  {one.incidents_a_week:>5} reports a week: {half}{most}; false alarms in "
            f"{one.false_alarms:.1%} of {one.trials} trials as long without a slide"
        )
