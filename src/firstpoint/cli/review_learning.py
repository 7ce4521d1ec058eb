"""``firstpoint review learn``, ``reliability``, ``compare`` and ``drift``: what marks teach of the scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import click
import polars as pl

from firstpoint.auditing.marks import standing_readings
from firstpoint.cli.console import print_json, say, warn
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
from firstpoint.errors import InputError
from firstpoint.screening import reviewing


@click.command(name="learn")
@chosen_argument
@marks_option
@click.option(
    "--features",
    required=True,
    type=EXISTING,
    help="incident_id and a numeric column a feature; what firstpoint screen wrote will do.",
)
@click.option("--feature", "names", multiple=True, help="A column to use; all numeric ones unless given.")
@click.option("--scores", type=WRITTEN, help="Write the new score of every log in the features here.")
@click.option("--out", required=True, type=WRITTEN, help="The weights, as JSON.")
def learn_command(
    chosen: tuple[Path, ...],
    marks: Path,
    features: Path,
    names: tuple[str, ...],
    scores: Path | None,
    out: Path,
) -> None:
    """Fit the ranker's weights anew on what reviews found.

    The weights are for a challenger: firstpoint review compare says, on later marks, whether it is better.
    """
    table = read_table(features)
    ranker = reviewing.learn(table, reviewed(chosen, marks), names=names or None)
    write_text(json.dumps(ranker.as_dict(), indent=1) + "\n", out)
    say(
        f"Learnt from {ranker.logs} reviewed logs, {ranker.hiding} of them hiding a crime, of "
        f"{ranker.first_day} to {ranker.last_day} (penalty {ranker.penalty:g})."
    )
    for one in sorted(ranker.weights, key=lambda weight: -abs(weight.coefficient)):
        say(f"  {one.feature:<28}{one.coefficient:+8.3f} ± {1.96 * one.standard_error:.3f}")
    if scores:
        write_table(_rescored(ranker, table), scores)
        say(f"Scores: {scores}")
    say(f"Weights: {out}")


@click.command(name="reliability")
@chosen_argument
@marks_option
@click.option("--score", default="score", show_default=True, help="The column of CHOSEN that is the score.")
@click.option("--seed", default=1, show_default=True, help="Of the trials behind the chance figures.")
@json_option
def reliability_command(chosen: tuple[Path, ...], marks: Path, score: str, seed: int, as_json: bool) -> None:
    """Say how far scores can be believed as chances."""
    logs = reviewed(chosen, marks)
    if score not in logs.columns:
        raise InputError(
            f"There is no column {score}.", where=str(chosen[0]), remedy="Name another with --score."
        )
    values = logs[score].cast(pl.Float64).to_numpy()
    hides, weight = logs["hides"].cast(pl.Float64).to_numpy(), logs["weight"].to_numpy()
    answer = reviewing.reliability_of(values, hides, weight, seed=seed)
    table = reviewing.reliability_table(values, hides, weight)
    if as_json:
        print_json(answer.as_dict() | {"table": table.to_dicts()})
        return
    say(f"{'said':>8}{'seen':>8}{'from':>8}{'to':>8}{'logs':>7}")
    for row in table.iter_rows(named=True):
        say(f"{row['said']:8.3f}{row['seen']:8.3f}{row['low']:8.3f}{row['high']:8.3f}{row['logs']:7}")
    say(
        f"Calibration error {answer.ece:.3f}; a perfectly calibrated score shows {answer.ece_by_chance:.3f} "
        "by chance. "
        f"Slope {answer.slope:.2f} ({answer.slope_low:.2f} to {answer.slope_high:.2f}); 1 is right. "
        f"Brier score {answer.brier:.4f}."
    )
    if answer.logs < reviewing.LEAST_AUDITED:
        warn(f"Under {reviewing.LEAST_AUDITED} audited logs no score may be shown as a chance.")


@click.command(name="compare")
@chosen_argument
@marks_option
@click.option("--scores", required=True, type=EXISTING, help="incident_id and both scores, of every log.")
@click.option("--champion", required=True, help="The column in use.")
@click.option("--challenger", required=True, help="The column that might replace it.")
@click.option("--made-until", required=True, type=DAY, help="Last day that either score was learnt from.")
@click.option(
    "--decided-by",
    type=click.Choice(["auc", "yield"]),
    default="auc",
    show_default=True,
    help="The figure that decides, named before looking.",
)
@click.option("--budget-share", default=0.03, show_default=True, type=click.FloatRange(0, 1))
@click.option("--out", required=True, type=WRITTEN, help="The record of the comparison, as JSON.")
def compare_command(
    chosen: tuple[Path, ...],
    marks: Path,
    scores: Path,
    champion: str,
    challenger: str,
    made_until: datetime,
    decided_by: Literal["auc", "yield"],
    budget_share: float,
    out: Path,
) -> None:
    """Set a challenger's score against the champion's on later marks, and keep the record."""
    answer = reviewing.compare(
        reviewed(chosen, marks),
        read_table(scores),
        champion=champion,
        challenger=challenger,
        made_until=made_until.date(),
        decided_by=decided_by,
        budget_share=budget_share,
    )
    write_text(json.dumps(answer.as_dict(), indent=1) + "\n", out)
    for name, one in (("area under the curve", answer.auc), ("missed crimes in the top", answer.yields)):
        say(
            f"{name:<26}{champion} {one.champion:.3f}, {challenger} {one.challenger:.3f}: "
            f"{one.lead:+.3f} ({one.low:+.3f} to {one.high:+.3f})"
        )
    say(f"{answer.reason} Record: {out}")


@click.command(name="drift")
@click.option("--then", "before", required=True, multiple=True, type=EXISTING, help="Frames of earlier days.")
@click.option("--now", required=True, multiple=True, type=EXISTING, help="Frames of the days in question.")
@click.option("--features", type=EXISTING, help="incident_id and further columns, for the logs of all days.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    help="A column of the features whose mean is watched too, such as the share of unknown words.",
)
@click.option("--marks", type=EXISTING, help="Marks of the chosen logs of all days: watches the top as well.")
@click.option(
    "--as-chances",
    is_flag=True,
    help="The score is a calibrated chance: with marks, watch that as many logs hide something as it says.",
)
@click.option("--seed", default=1, show_default=True, help="Of the deals that give the false-alarm rate.")
@json_option
def drift_command(
    before: tuple[Path, ...],
    now: tuple[Path, ...],
    features: Path | None,
    columns: tuple[str, ...],
    marks: Path | None,
    as_chances: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Raise an alarm where logs, scores or findings are not what they were.

    Frames are the OUT.frame.parquet files of firstpoint review choose, of whole weeks on each side.
    """
    if bool(columns) != (features is not None):
        raise click.UsageError("--features and --column go together.")
    if as_chances and not marks:
        raise click.UsageError("--as-chances compares the score with marks: give --marks.")
    then, lately = _frames(before, features, columns), _frames(now, features, columns)
    alarms = [reviewing.scores_drifted(then, lately, score="score", seed=seed)]
    alarms += [
        reviewing.share_drifted(then, lately, column=column, name=column, seed=seed) for column in columns
    ]
    if marks:
        given = standing_readings(read_table(marks))
        reviews = [_marked(frame, given) for frame in (then, lately)]
        alarms.append(reviewing.top_precision_fell(*reviews))
        if as_chances:
            parts = (reviews[1][name].cast(pl.Float64).to_numpy() for name in ("score", "hides", "weight"))
            alarms.append(reviewing.level_drifted(*parts, seed=seed))
    if as_json:
        print_json([alarm.as_dict() for alarm in alarms])
        return
    for alarm in alarms:
        (warn if alarm.raised else say)(f"{'ALARM ' if alarm.raised else 'quiet '} {alarm.words}")
    rate = sum(alarm.false_alarm_rate for alarm in alarms)
    say(
        f"If nothing has changed, a look like this raises an alarm at most {100 * rate:g} times in a hundred."
    )


def _rescored(ranker: reviewing.Ranker, features: pl.DataFrame) -> pl.DataFrame:
    """Every log's new score; called a chance only where enough logs were audited."""
    enough = ranker.logs >= reviewing.LEAST_AUDITED
    if not enough:
        warn(f"Under {reviewing.LEAST_AUDITED} audited logs these are scores, an order and no chances.")
    chances = ranker.chances(features).alias("chance" if enough else "score")
    return features.select("incident_id", chances)


def _frames(paths: Sequence[Path], features: Path | None, columns: Sequence[str]) -> pl.DataFrame:
    frame = pl.concat([read_table(path) for path in paths], how="diagonal_relaxed")
    if features is None:
        return frame
    table = read_table(features)
    for column in ("incident_id", *columns):
        if column not in table.columns:
            raise InputError(f"There is no column {column}.", where=str(features), remedy="Name one of it.")
    wanted = [column for column in columns if column not in frame.columns]
    return frame.join(table.select("incident_id", *wanted), on="incident_id", how="left")


def _marked(frame: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    chosen = frame.filter("chosen")
    return reviewing.join_marks(chosen, marks.join(chosen, on="incident_id", how="semi"))
