"""``firstpoint audit design``: how many reports an audit reads, what that costs and what it will show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import click
import polars as pl
from attrs import evolve, frozen

from firstpoint import auditing
from firstpoint.auditing.planning import Allocation, expect, share_out
from firstpoint.auditing.planning.past import known_from
from firstpoint.auditing.planning.sharing import Known, planned, shares_of
from firstpoint.cli.audit_draw import CONFIDENCE, EXISTING, MIXING, WRITTEN
from firstpoint.cli.audit_options import refuse_ignored
from firstpoint.cli.audit_pictures import (
    PLOT,
    check_picture,
    cost_picture,
    save_picture,
    widths_picture,
)
from firstpoint.cli.audit_plan_assisted import (
    Trial,
    days_sentence,
    design_assisted,
    rehearsal_as_dict,
    rehearsed_widths,
)
from firstpoint.cli.console import print_json, say
from firstpoint.errors import InputError
from firstpoint.reporting import DesignWidth

CURVE = (0.4, 0.55, 0.7, 0.85, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)


@frozen
class Wish:
    """What the caller of ``design`` asks for."""

    half_width_points: float
    confidence: float
    whole_force: bool
    allocation: Allocation
    days: float | None
    cost: auditing.Cost
    assured: bool
    expected: Known


@click.command(name="design")
@click.argument("frame", type=EXISTING)
@click.option(
    "--half-width",
    "half_width_points",
    default=3.0,
    show_default=True,
    help="Percentage points, each stratum (force-wide with --whole-force or --assisted).",
)
@CONFIDENCE
@click.option("--assured", is_flag=True, help="Plan so that nine audits in ten meet the margin (by stratum).")
@click.option("--whole-force", is_flag=True, help="Plan for the margin of the force-wide rate.")
@click.option(
    "--allocation",
    type=click.Choice(get_args(Allocation)),
    default="neyman",
    show_default=True,
    help="How reports are shared out with --whole-force or --days (by harm needs --harm).",
)
@click.option("--harm", "harm", multiple=True, metavar="STRATUM=X", help="Harm of a missed crime there.")
@click.option("--days", type=float, help="Instead of a margin: the auditor days there are.")
@click.option("--minutes", type=float, help="Minutes that reading a report takes; assumed unless given.")
@click.option("--read-twice", default=0.0, show_default=True, help="Share of reports read a second time.")
@click.option("--assisted", is_flag=True, help="Plan an assisted audit: FRAME has predictions.")
@MIXING
@click.option("--last-marks", type=EXISTING, help="Marks of the last audit, to plan and rehearse with.")
@click.option("--last-frame", type=EXISTING, help="Its frame.")
@click.option("--runs", default=1000, show_default=True, help="Rehearsed audits, with --last-marks.")
@click.option("--seed", default=1, show_default=True, help="Of the rehearsal.")
@click.option("--tell", nargs=2, type=float, metavar="R1 R2", help="Chance of telling two rates apart.")
@click.option("--plot-cost", type=WRITTEN, help="Draw what auditor days buy, as .svg with .csv.")
@PLOT
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def design_command(
    frame: Path,
    half_width_points: float,
    confidence: float,
    assured: bool,
    whole_force: bool,
    allocation: Allocation,
    harm: tuple[str, ...],
    days: float | None,
    minutes: float | None,
    read_twice: float,
    assisted: bool,
    mixing: float,
    last_marks: Path | None,
    last_frame: Path | None,
    runs: int,
    seed: int,
    tell: tuple[float, float] | None,
    plot_cost: Path | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say how many reports to audit, what that costs, and what it will show.

    Without more, the sizes are for a margin in each stratum. With the last audit's marks and frame the plan
    takes rate and clustering from there, and the planned audit is rehearsed on them a thousand times: how
    wide the interval will be, and how often it holds, before anybody marks a record.
    """
    for path in (plot, plot_cost):
        check_picture(path)
    if (last_marks is None) != (last_frame is None):
        raise InputError(
            "--last-marks and --last-frame go together.", where="design", remedy="Give both or neither."
        )
    _refuse_what_does_nothing(assisted=assisted, days=days is not None, whole_force=whole_force)
    given = auditing.Cost(read_twice=read_twice)
    cost = given if minutes is None else evolve(given, minutes_a_report=minutes)
    reports = auditing.read_frame(frame)
    last = last_marks and last_frame and (auditing.read_marks(last_marks), auditing.read_frame(last_frame))
    if assisted:
        trial = Trial(last or None, runs, seed, mixing, cost)
        design_assisted(reports, half_width_points, confidence, trial, plot=plot, as_json=as_json)
        return
    wish = Wish(
        half_width_points,
        confidence,
        whole_force,
        allocation,
        days,
        cost,
        assured,
        known_from(*last) if last else Known(),
    )
    plan = _plan(reports, wish, _numbers(harm, "--harm") or None)
    sizes = dict(plan.select("stratum", "sample").iter_rows())
    rehearsal = last and auditing.rehearse(
        *last, sizes, planned_frame=reports, runs=runs, seed=seed, confidence=confidence
    )
    power = tell and _power(tell, sizes, plan, confidence)
    if as_json:
        _print_plan(plan, rehearsal or None, power, sizes, wish)
    else:
        _say_plan(plan, rehearsal or None, power, sizes, wish)
    if plot:
        save_picture(
            widths_picture(_widths(reports, sizes, rehearsal or None, wish), half_width_points), plot
        )
    if plot_cost:
        spent = auditing.auditor_days(sizes, wish.cost)
        curve = auditing.cost_curve(
            reports,
            [spent * part for part in CURVE],
            cost=wish.cost,
            allocation="neyman" if allocation == "by harm" else allocation,
            confidence=confidence,
            required=(),
            **wish.expected,
        )
        save_picture(cost_picture(curve, half_width_points), plot_cost)


def _refuse_what_does_nothing(*, assisted: bool, days: bool, whole_force: bool) -> None:
    if assisted:
        refuse_ignored(
            ("days", "tell", "allocation", "plot_cost", "assured", "harm", "whole_force"),
            "an assisted plan, which is for the force-wide rate and shares reports out by predictions",
            "Leave them out, or plan without --assisted.",
        )
        return
    refuse_ignored(("mixing",), "a plan without --assisted", "Give --assisted too.")
    if days or whole_force:
        refuse_ignored(("assured",), "--days and --whole-force", "Plan by stratum, or leave out --assured.")
    else:
        refuse_ignored(
            ("allocation", "harm"), "a margin in each stratum", "Give --whole-force or --days too."
        )
    if days:
        refuse_ignored(("whole_force",), "a plan by --days", "Give --days or --whole-force, not both.")


def _plan(reports: pl.DataFrame, wish: Wish, harm: Mapping[str, float] | None) -> pl.DataFrame:
    if wish.days is not None:
        return auditing.afford(
            reports,
            wish.days,
            cost=wish.cost,
            allocation=wish.allocation,
            confidence=wish.confidence,
            harm=harm,
            **wish.expected,
        )
    if wish.whole_force:
        return auditing.plan_force(
            reports,
            half_width_points=wish.half_width_points,
            allocation=wish.allocation,
            confidence=wish.confidence,
            harm=harm,
            **wish.expected,
        )
    return auditing.plan_sample(
        reports,
        half_width_points=wish.half_width_points,
        confidence=wish.confidence,
        assured=wish.assured,
        **wish.expected,
    )


def _power(
    rates: tuple[float, float], sizes: Mapping[str, int], plan: pl.DataFrame, confidence: float
) -> dict[str, Any]:
    """Give the chance that two audits as large as this tell the rates apart, stratum by stratum."""
    chances = {
        row["stratum"]: auditing.power_to_tell(
            *rates,
            sizes[row["stratum"]],
            design_effect=row["design_effect"],
            crimes_per_incident=row["crimes_per_incident"],
            confidence=confidence,
        )
        for row in plan.iter_rows(named=True)
    }
    return {"first": rates[0], "second": rates[1], "chance_by_stratum": chances}


def _print_plan(
    plan: pl.DataFrame,
    rehearsal: auditing.Rehearsal | None,
    power: dict[str, Any] | None,
    sizes: Mapping[str, int],
    wish: Wish,
) -> None:
    print_json(
        {
            "plan": plan.to_dicts(),
            "auditor_days": auditing.auditor_days(sizes, wish.cost),
            "rehearsal": rehearsal and rehearsal_as_dict(rehearsal),
            "power": power,
        }
    )


def _say_plan(
    plan: pl.DataFrame,
    rehearsal: auditing.Rehearsal | None,
    power: dict[str, Any] | None,
    sizes: Mapping[str, int],
    wish: Wish,
) -> None:
    for row in plan.iter_rows(named=True):
        say(
            f"{row['stratum']:<12}{row['sample']:>8} of {row['incidents']} (expecting "
            f"{100 * row['expected_rate']:.4g}% recorded, design effect {row['design_effect']:.3g})"
        )
    say(days_sentence(sizes, wish.cost))
    if "force_half_width_points" in plan.columns:
        say(f"Expected of the force-wide rate: ± {plan['force_half_width_points'][0]:.1f} points.")
    for stratum, chance in (power or {}).get("chance_by_stratum", {}).items():
        say(f"{stratum}: two such audits tell these rates apart with a chance of {chance:.0%}.")
    if rehearsal:
        say(rehearsal.text())


def _widths(
    reports: pl.DataFrame, sizes: Mapping[str, int], rehearsal: auditing.Rehearsal | None, wish: Wish
) -> list[DesignWidth]:
    """Give the interval by design: rehearsed where there was a rehearsal, else by each way of sharing out."""
    if rehearsal is not None:
        return rehearsed_widths(rehearsal)
    expected = expect(reports, **wish.expected)
    total = sum(sizes.values())
    widths = []
    for allocation in ("equal", "proportional", "neyman"):
        shared = share_out(total, shares_of(expected, allocation), expected, 2)
        points = float(planned(expected, shared, wish.confidence)["force_half_width_points"][0])
        widths.append(DesignWidth(f"force-wide, {allocation} sizes", total, points, points))
    return widths


def _numbers(values: tuple[str, ...], option: str) -> dict[str, float]:
    numbers = {}
    for value in values:
        stratum, _, number = value.partition("=")
        try:
            numbers[stratum] = float(number)
        except ValueError:
            raise click.BadParameter(f"{value!r} is not STRATUM=NUMBER", param_hint=option) from None
    return numbers
