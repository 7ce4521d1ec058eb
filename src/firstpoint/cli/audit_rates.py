"""``firstpoint audit estimate``, ``compare``, ``combine`` and ``published``: what audits say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import click
import polars as pl

from firstpoint import auditing
from firstpoint.auditing import published
from firstpoint.auditing.assisted import AssistedResult, estimate_assisted
from firstpoint.auditing.intervals import IntervalName
from firstpoint.auditing.kinds import Kind
from firstpoint.auditing.rates import VarianceName
from firstpoint.auditing.ratio import SingleRule
from firstpoint.cli.audit_draw import CONFIDENCE, DAY, EXISTING
from firstpoint.cli.audit_pictures import (
    PLOT,
    change_picture,
    check_picture,
    funnel_picture,
    rates_picture,
    save_picture,
)
from firstpoint.cli.audit_words import (
    Result,
    comparison_sentences,
    how_it_was_reached,
    rate_words,
    result_sentences,
    say_estimate,
)
from firstpoint.cli.console import heading, print_json, say, warn
from firstpoint.errors import InputError
from firstpoint.reporting.words_of_change import change_sentence

RECORDED = "Crimes recorded of every 100 that should have been"
INTERVAL = click.option(
    "--interval",
    type=click.Choice(get_args(IntervalName)),
    help="beta unless said; guarded is wider: for strata in which few reports hold most crimes.",
)


@click.command(name="estimate")
@click.argument("marks", type=EXISTING)
@click.option(
    "--frame", required=True, type=EXISTING, help="A row per report, or a row per stratum with totals."
)
@CONFIDENCE
@INTERVAL
@click.option(
    "--variance", type=click.Choice(get_args(VarianceName)), default="linearised", show_default=True
)
@click.option(
    "--single-incidents",
    "singles",
    type=click.Choice(get_args(SingleRule)),
    default="refuse",
    show_default=True,
    help="What to do with a stratum of which one incident was audited.",
)
@click.option("--by", help="Rates by a column of the marks or the frame: unit, route, domestic, ho_class.")
@click.option(
    "--of",
    "kind",
    type=click.Choice(get_args(Kind)),
    default="recorded",
    show_default=True,
    help="Which rate, with --by or for the whole.",
)
@click.option("--plain", is_flag=True, help="Leave predictions and second readings aside.")
@click.option(
    "--drawn",
    type=EXISTING,
    help="Record of an assisted draw (OUT.json): the predictions must be those it was made with.",
)
@click.option("--bands", type=EXISTING, help="The force's own dated bands (TOML), with the chance of each.")
@click.option("--on", "day", type=DAY, help="The day whose bands hold; needed with --bands.")
@click.option("--method", "with_method", is_flag=True, help="Say how each figure was reached.")
@PLOT
@click.option("--json", "as_json", is_flag=True, help="Print the estimate as JSON.")
def estimate_command(
    marks: Path,
    frame: Path,
    confidence: float,
    interval: IntervalName | None,
    variance: VarianceName,
    singles: SingleRule,
    by: str | None,
    kind: Kind,
    plain: bool,
    drawn: Path | None,
    bands: Path | None,
    day: datetime | None,
    with_method: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Give the recording rate with its interval, overall and by stratum, and the crimes unrecorded.

    Where the frame holds predictions, or some reports were read twice with a known chance, the estimate uses
    them (difference estimator, corrected readings) and says beside it what the plain ratio would have been.
    """
    check_picture(plot)
    audit = (auditing.read_marks(marks), auditing.read_frame(frame))
    if by is not None or kind != "recorded":
        _estimate_of(audit, by, kind, confidence, interval or "beta", variance, singles, plot, as_json)
        return
    if not plain and _is_assisted(*audit):
        record = json.loads(drawn.read_text(encoding="utf-8")) if drawn else None
        result: Result = estimate_assisted(*audit, drawn=record, confidence=confidence, interval=interval)
    else:
        result = auditing.estimate(
            *audit, confidence=confidence, interval=interval or "beta", variance=variance, singles=singles
        )
    chances = _chances_of_bands(result.overall, bands, day)
    if as_json:
        more = {} if chances is None else {"bands": chances.to_dicts()}
        bounds = {name: one.as_dict() for name, one in _bounds(result, *audit).items()}
        said = {**result.as_dict(), "bias_bounds": bounds, "sentences": result_sentences(result)}
        print_json({**said, **more})
    else:
        say_estimate(result)
        _say_bounds(_bounds(result, *audit))
        _say_more(result, chances, with_method)
    if plot:
        rates = {**result.strata, "overall": result.overall}
        save_picture(rates_picture(rates, confidence, "the recording rate", RECORDED), plot)


def _is_assisted(marks: pl.DataFrame, frame: pl.DataFrame) -> bool:
    return "predicted_due" in frame.columns or (
        "reading" in marks.columns and "second_probability" in marks.columns
    )


def _bounds(result: Result, marks: pl.DataFrame, frame: pl.DataFrame) -> Mapping[str, auditing.BiasBound]:
    """Give what auditors' own errors would do to each rate."""
    if isinstance(result, AssistedResult):
        return result.biases
    return auditing.bias_beside(marks, frame, {**result.strata, "overall": result.overall})


def _say_bounds(bounds: Mapping[str, auditing.BiasBound]) -> None:
    say("Beside each rate: " + "; ".join(f"{name} {one.short_text()}" for name, one in bounds.items()) + ".")
    say(bounds["overall"].text())


def _say_more(result: Result, chances: pl.DataFrame | None, with_method: bool) -> None:
    if not isinstance(result, auditing.AuditResult):
        overall = result.plain.as_dict()["overall"]
        say(f"plain ratio {rate_words(overall)}")
        say(
            "Incidents that move the rate most (points): "
            + ", ".join(f"{one.incident_id} {one.moves_points:+.2f}" for one in result.heaviest[:10])
        )
    if chances is not None:
        for row in chances.iter_rows(named=True):
            say(f"{row['band']:<20} from {100 * row['least']:g}%: chance {row['chance']:.0%}")
        say("These are the force's own bands; no grade of an inspection is foretold by them.")
    if with_method:
        say(f"How: {how_it_was_reached(result.overall)}")
        say(f"How (unrecorded): {how_it_was_reached(result.unrecorded)}")


def _chances_of_bands(
    rate: auditing.Estimate, bands: Path | None, day: datetime | None
) -> pl.DataFrame | None:
    if bands is None:
        return None
    if day is None:
        raise InputError("--bands needs --on.", where="estimate", remedy="Give the day whose bands hold.")
    return auditing.chance_of_bands(rate, auditing.bands_on(auditing.read_bands(bands), day.date()))


def _estimate_of(
    audit: tuple[pl.DataFrame, pl.DataFrame],
    by: str | None,
    kind: Kind,
    confidence: float,
    interval: IntervalName,
    variance: VarianceName,
    singles: SingleRule,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Print one of the other rates, or the rate of each part."""

    def whole() -> auditing.Estimate:
        return auditing.ratio(
            *audit, of=kind, confidence=confidence, interval=interval, variance=variance, singles=singles
        )

    if by is None:
        one = whole()
        print_json(one.as_dict()) if as_json else say(f"{kind:<14}{rate_words(one.as_dict())}")
        if plot:
            save_picture(rates_picture({kind: one}, confidence, f"the rate {kind}", "Of every 100"), plot)
        return
    domains = auditing.ratio(
        *audit, by=by, of=kind, confidence=confidence, interval=interval, variance=variance, singles=singles
    )
    if as_json:
        print_json(domains.table().to_dicts())
    else:
        for part, estimate in domains.rates.items():
            say(f"{part:<20}{rate_words(estimate.as_dict())}")
        for part, reason in domains.no_rate.items():
            say(f"{part:<20}no rate: {reason}")
    if plot:
        save_picture(funnel_picture(domains, *_with_design_effect(whole())), plot)


def _with_design_effect(rate: auditing.Estimate) -> tuple[auditing.Estimate, float]:
    alone = rate.estimate * (1.0 - rate.estimate) / max(rate.crimes or 1, 1)
    return rate, max(rate.standard_error**2 / alone, 1.0) if alone > 0.0 else 1.0


@click.command(name="compare")
@click.argument("earlier_marks", type=EXISTING)
@click.argument("later_marks", type=EXISTING)
@click.option("--earlier-frame", required=True, type=EXISTING)
@click.option("--later-frame", required=True, type=EXISTING)
@CONFIDENCE
@INTERVAL
@click.option("--method", "with_method", is_flag=True, help="Say how each figure was reached.")
@PLOT
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare_command(
    earlier_marks: Path,
    later_marks: Path,
    earlier_frame: Path,
    later_frame: Path,
    confidence: float,
    interval: IntervalName | None,
    with_method: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say what changed from one audit to another, and how small a change the two would have found."""
    check_picture(plot)
    found = auditing.compare(
        (auditing.read_marks(earlier_marks), auditing.read_frame(earlier_frame)),
        (auditing.read_marks(later_marks), auditing.read_frame(later_frame)),
        confidence=confidence,
        interval=interval or "beta",
    )
    if as_json:
        print_json(
            {
                "overall": _change_as_dict(found.overall),
                "strata": {name: _change_as_dict(one) for name, one in found.strata.items()},
                "cautions": list(found.cautions),
                "sentences": comparison_sentences(found),
            }
        )
    else:
        for name, one in {**found.strata, "overall": found.overall}.items():
            moved = one.difference
            say(
                f"{name:<12}{100 * one.earlier.estimate:.1f}% to {100 * one.later.estimate:.1f}%: "
                f"{100 * moved.estimate:+.1f} points ({100 * moved.low:+.1f} to {100 * moved.high:+.1f})"
            )
        for sentence in comparison_sentences(found):
            say(sentence)
        for caution in found.cautions:
            warn(f"Bear in mind: {caution}")
        if with_method:
            say(f"How: {how_it_was_reached(found.overall.difference)}")
    if plot:
        save_picture(change_picture(found, confidence), plot)


def _change_as_dict(one: auditing.Change) -> dict[str, Any]:
    return {
        "earlier": one.earlier.as_dict(),
        "later": one.later.as_dict(),
        "difference": one.difference.as_dict(),
        "told_apart": one.told_apart,
        "smallest_found": one.smallest_found,
        "sentence": change_sentence(
            max(one.difference.low, -1.0), min(one.difference.high, 1.0), one.difference.confidence
        ),
    }


@click.command(name="combine")
@click.argument("estimates", nargs=-1, required=True, metavar="DAY=ESTIMATE.json...")
@click.option(
    "--drift",
    "drift_points",
    type=float,
    help="How far the rate may walk in a month, in points; found from the audits where there are five.",
)
@click.option("--on", "day", type=DAY, help="The day asked for; the last audit's unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print the figure as JSON.")
def combine_command(
    estimates: tuple[str, ...], drift_points: float | None, day: datetime | None, as_json: bool
) -> None:
    """Put several audits together, each given as the middle day of its period and its estimate's JSON."""
    rates = dict(map(_dated_estimate, estimates))
    drift = auditing.drift_of(rates) if drift_points is None and len(rates) >= 5 else drift_points or 0.0
    found = auditing.combine(rates, drift_points_a_month=drift, on=day.date() if day else None)
    if as_json:
        print_json(
            {
                "rate": found.rate.as_dict(),
                "on": found.on,
                "weights": {str(each): weight for each, weight in found.weights.items()},
                "drift_points_a_month": found.drift_points_a_month,
                "disagreement": found.disagreement,
            }
        )
        return
    say(f"{found.on}  {rate_words(found.rate.as_dict())}")
    say(f"How: {how_it_was_reached(found.rate)}")
    for warning in found.rate.warnings:
        warn(f"Bear in mind: {warning}")


def _dated_estimate(given: str) -> tuple[date, auditing.Estimate]:
    day, _, path = given.partition("=")
    try:
        middle = date.fromisoformat(day)
        overall = json.loads(Path(path).read_text(encoding="utf-8"))["overall"]
        overall["warnings"] = tuple(overall.get("warnings", ()))
        return middle, auditing.Estimate(**overall)
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise InputError(
            f"{given!r} is no day and estimate ({type(error).__name__}).",
            where="combine",
            remedy="Give DAY=FILE with FILE from firstpoint audit estimate --json.",
        ) from error


@click.command(name="published")
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
