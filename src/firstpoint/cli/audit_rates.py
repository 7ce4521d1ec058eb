"""``firstpoint audit estimate``, ``combine`` and ``published``: what audits say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import get_args

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
from firstpoint.cli.audit_options import refuse_ignored
from firstpoint.cli.audit_pictures import (
    PLOT,
    check_picture,
    funnel_picture,
    rates_picture,
    save_picture,
)
from firstpoint.cli.audit_words import (
    Result,
    how_it_was_reached,
    rate_words,
    result_sentences,
    say_estimate,
)
from firstpoint.cli.console import heading, print_json, say, warn
from firstpoint.errors import InputError

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
    assisted = is_assisted(*audit) and not plain
    _refuse_what_does_nothing(one_rate=by is not None or kind != "recorded", assisted=assisted, bands=bands)
    if by is not None or kind != "recorded":
        _estimate_of(audit, by, kind, confidence, interval or "beta", variance, singles, plot, as_json)
        return
    if assisted:
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


def _refuse_what_does_nothing(*, one_rate: bool, assisted: bool, bands: Path | None) -> None:
    if one_rate:
        if assisted:
            raise InputError(
                "--by and --of do not use predictions or second readings, which this audit has.",
                where="estimate",
                remedy="Give --plain too: the rates are then plain ratios of first readings and rulings.",
            )
        refuse_ignored(
            ("bands", "day", "drawn", "with_method"),
            "--by and --of",
            "Estimate once more without --by and --of.",
        )
    if assisted:
        refuse_ignored(
            ("variance", "singles"),
            "an estimate with predictions or second readings",
            "Leave them out, or give --plain.",
        )
    else:
        refuse_ignored(("drawn",), "a plain estimate", "Give the frozen frame of the draw, without --plain.")
    if bands is None:
        refuse_ignored(("day",), "an estimate without --bands", "Give --bands too.")


def is_assisted(marks: pl.DataFrame, frame: pl.DataFrame) -> bool:
    """Say whether there are predictions or second readings with a known chance."""
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
    rates = _by_day(estimates)
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


def _by_day(estimates: tuple[str, ...]) -> dict[date, auditing.Estimate]:
    rates: dict[date, auditing.Estimate] = {}
    for given in estimates:
        day, rate = _dated_estimate(given)
        if day in rates:
            raise InputError(
                f"Two estimates are given for {day}.",
                where=given,
                remedy="Give each audit the middle day of its own period.",
            )
        rates[day] = rate
    return rates


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
