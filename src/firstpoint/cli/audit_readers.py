"""``firstpoint audit agree``, ``reread`` and ``flattery``: can the audit itself be trusted?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
import polars as pl

from firstpoint import auditing
from firstpoint.auditing.agreement import Agreement, agreement
from firstpoint.auditing.assisted.predictions import UNSEEN_CHANCE
from firstpoint.auditing.flattery import Allowance, Known, flattery_report
from firstpoint.auditing.readings import pick_second_readings
from firstpoint.cli.audit_draw import CONFIDENCE, DAY, EXISTING, WRITTEN
from firstpoint.cli.audit_pictures import PLOT, agreement_picture, check_picture, save_picture
from firstpoint.cli.audit_words import agreement_sentences, how_it_was_reached
from firstpoint.cli.console import heading, print_json, say, warn
from firstpoint.cli.tables import read_table, write_table
from firstpoint.errors import InputError

MAIN_QUESTION = "any crime missed"


@click.command(name="agree")
@click.argument("marks", type=EXISTING)
@click.option("--frame", type=EXISTING, help="Weighs each report up to its stratum, where marks do not.")
@click.option(
    "--against",
    type=click.Choice(["second", "ruling"]),
    default="second",
    show_default=True,
    help="What the first readings are held against.",
)
@click.option(
    "--ordering",
    type=click.Choice(["none", "linear", "quadratic"]),
    default="none",
    show_default=True,
    help="Whether numbers of crimes further apart disagree more.",
)
@CONFIDENCE
@click.option("--replicates", default=2000, show_default=True, help="Of the bootstrap over reports.")
@click.option("--seed", default=1, show_default=True, help="Of the bootstrap.")
@click.option("--question", default=MAIN_QUESTION, show_default=True, help="Which one is told and drawn.")
@click.option("--method", "with_method", is_flag=True, help="Say how each figure was reached.")
@PLOT
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def agree_command(
    marks: Path,
    frame: Path | None,
    against: str,
    ordering: str,
    confidence: float,
    replicates: int,
    seed: int,
    question: str,
    with_method: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say how far readers agree: percent, Cohen's kappa, Gwet's AC1 and Krippendorff's alpha.

    MARKS has reading (first, second, ruling) and, to tell auditors apart, auditor. Each figure has an
    interval by bootstrap over reports, for all readers and for each auditor, question by question.
    """
    check_picture(plot)
    found = agreement(
        auditing.read_marks(marks),
        auditing.read_frame(frame) if frame else None,
        against="ruling" if against == "ruling" else "second",
        ordering="linear" if ordering == "linear" else "quadratic" if ordering == "quadratic" else "none",
        confidence=confidence,
        replicates=replicates,
        seed=seed,
    )
    sentences = agreement_sentences(found, question)
    if as_json:
        print_json({**found.as_dict(), "sentences": sentences})
    else:
        _say_agreement(found, sentences)
        if with_method:
            _say_methods(found)
    if plot:
        save_picture(agreement_picture(found, question), plot)


def _say_agreement(found: Agreement, sentences: list[str]) -> None:
    say(f"{found.reports:,} reports read twice.")
    shown = ""
    for one in found.figures:
        if one.question != shown:
            shown = one.question
            heading(shown)
        who = one.auditor or "all readers"
        if one.estimate is None:
            say(f"  {who:<14}{one.coefficient:<9}no figure: {one.reason}")
            continue
        e = one.estimate
        say(
            f"  {who:<14}{one.coefficient:<9}{e.estimate:6.3f}  ({e.low:.3f} to {e.high:.3f}; "
            f"{e.incidents} reports)"
        )
    for sentence in sentences:
        say(sentence)
    for caution in found.cautions:
        warn(f"Bear in mind: {caution}")


def _say_methods(found: Agreement) -> None:
    told = {one.coefficient: one.estimate for one in found.figures if one.estimate is not None}
    for estimate in told.values():
        say(f"How: {how_it_was_reached(estimate)}")


@click.command(name="reread")
@click.argument("first_marks", type=EXISTING)
@click.option(
    "--known",
    required=True,
    type=EXISTING,
    help="What was known before the draw: incident_id, named, linked and, where there was a screen, "
    "chance_unrecorded; the frozen frame of an assisted draw has them.",
)
@click.option("--seed", required=True, type=int, help="Keep it from the auditors until they have read.")
@click.option("--share", default=0.25, show_default=True, help="Of the reports to be read a second time.")
@click.option("--out", required=True, type=WRITTEN, help="The reports and their chances.")
def reread_command(first_marks: Path, known: Path, seed: int, share: float, out: Path) -> None:
    """Pick the reports that a second auditor reads blind, those where an error would weigh most more often.

    The second auditor is shown neither the first marks nor the chances. Put second_probability beside the
    second marks: firstpoint audit estimate then corrects the rate for what the first reading overlooked.
    """
    before = read_table(known)
    if "chance_unrecorded" not in before.columns:
        before = before.with_columns(chance_unrecorded=pl.lit(UNSEEN_CHANCE))
    picked = pick_second_readings(auditing.read_marks(first_marks), before, seed, share=share)
    write_table(picked, out)
    say(f"{picked.height} reports to be read a second time: {out}")


@click.command(name="flattery")
@click.argument("marks", type=EXISTING)
@click.option("--seed", default=1, show_default=True, help="Of the redraws.")
@click.option("--chances", type=EXISTING, help="incident_id, chance_unrecorded as frozen before the draw.")
@click.option("--bank", type=EXISTING, help="Known cases with their settled marks.")
@click.option(
    "--frame", type=EXISTING, help="The frame, with route, received_on or checked_before where it has them."
)
@click.option("--reports", type=EXISTING, help="Every report of the period: route, in_frame.")
@click.option("--foretold", type=EXISTING, help="day, missing and due as the screen foretells, a year's.")
@click.option("--from", "first", type=DAY, help="First day of the frame, with --foretold.")
@click.option("--to", "last", type=DAY, help="Last day of the frame, with --foretold.")
@click.option("--overlooked", default=0.1, show_default=True, help="What an honest auditor may overlook.")
@click.option("--false-alarms", default=0.05, show_default=True, help="Rate of false alarms over all looks.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def flattery_command(
    marks: Path,
    seed: int,
    chances: Path | None,
    bank: Path | None,
    frame: Path | None,
    reports: Path | None,
    foretold: Path | None,
    first: datetime | None,
    last: datetime | None,
    overlooked: float,
    false_alarms: float,
    as_json: bool,
) -> None:
    """Say whether an audit flatters: against the screen, second readings, known cases, and its own frame.

    Whatever is not given is not looked at, and the report says so.
    """
    if foretold and (first is None or last is None):
        raise InputError(
            "--foretold needs --from and --to.", where="flattery", remedy="Give the frame's dates."
        )
    found = flattery_report(
        auditing.read_marks(marks),
        Known(
            chances=_table(chances),
            bank=_table(bank),
            frame=_table(frame),
            reports=_table(reports),
            foretold=_table(foretold),
            window=(first.date(), last.date()) if first and last else None,
        ),
        seed=seed,
        allowance=Allowance(overlooked=overlooked),
        false_alarm_rate=false_alarms,
    )
    print_json(found.as_dict()) if as_json else say(found.text())


def _table(path: Path | None) -> pl.DataFrame | None:
    return None if path is None else read_table(path)
