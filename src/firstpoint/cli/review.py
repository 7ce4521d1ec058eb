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
from firstpoint.auditing.marks import standing_readings
from firstpoint.cli.console import finish, heading, print_json, say, warn
from firstpoint.cli.extracts import MAPPING_HELP, report_rejects, source_mapping
from firstpoint.cli.tables import read_table, write_table, write_text
from firstpoint.errors import InputError, Refused
from firstpoint.screening import reviewing

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITTEN = click.Path(dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
MARKS_HELP = "Marks of every chosen log: incident_id, should_record, recorded."
_chosen = click.argument("chosen", nargs=-1, required=True, type=EXISTING)
_marks = click.option("--marks", required=True, type=EXISTING, help=MARKS_HELP)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


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
@_chosen
@_marks
@click.option("--confidence", default=0.95, show_default=True, type=click.FloatRange(0.5, 0.999))
@_as_json
def estimate_command(chosen: tuple[Path, ...], marks: Path, confidence: float, as_json: bool) -> None:
    """Say how many crimes are missed in all logs that the CHOSEN ones were chosen from.

    CHOSEN are the files that firstpoint review choose wrote, of one day or of many.
    """
    _refuse_out_of_reach(chosen)
    logs = _reviewed(chosen, marks)
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
@_as_json
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


@review_command.command(name="learn")
@_chosen
@_marks
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
    ranker = reviewing.learn(table, _reviewed(chosen, marks), names=names or None)
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


@review_command.command(name="reliability")
@_chosen
@_marks
@click.option("--score", default="score", show_default=True, help="The column of CHOSEN that is the score.")
@click.option("--seed", default=1, show_default=True, help="Of the trials behind the chance figures.")
@_as_json
def reliability_command(chosen: tuple[Path, ...], marks: Path, score: str, seed: int, as_json: bool) -> None:
    """Say how far scores can be believed as chances."""
    logs = _reviewed(chosen, marks)
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


@review_command.command(name="compare")
@_chosen
@_marks
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
        _reviewed(chosen, marks),
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


@review_command.command(name="drift")
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
@_as_json
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


def _reviewed(chosen: Sequence[Path], marks: Path) -> pl.DataFrame:
    frames = [read_table(path) for path in chosen]
    return reviewing.join_marks(
        pl.concat(frames, how="diagonal_relaxed"), standing_readings(read_table(marks))
    )


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
