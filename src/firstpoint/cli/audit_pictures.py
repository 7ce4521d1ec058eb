"""The pictures of the audit commands, each with its words inside and its figures in a file beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import numpy as np
import polars as pl

from firstpoint.auditing import Comparison, Domains, Estimate
from firstpoint.auditing.agreement import Agreement
from firstpoint.auditing.funnel import INNER, OUTER, funnel_limits
from firstpoint.auditing.monitoring import Alarm, ChangePoint, Running
from firstpoint.cli.console import say
from firstpoint.cli.tables import write_table, write_text
from firstpoint.errors import InputError, Refused
from firstpoint.reporting import (
    Chart,
    CostPoint,
    DesignWidth,
    FunnelLimit,
    FunnelUnit,
    WatchedWeek,
    Whisker,
    cost_chart,
    described_svg,
    design_chart,
    funnel_chart,
    interval_chart,
    watch_chart,
)

PLOT = click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw it as an .svg with title and description inside; its figures go beside it as .csv.",
)


def check_picture(path: Path | None) -> None:
    """Raise InputError for the name of a picture that is no SVG, before any work is done."""
    if path is not None and path.suffix != ".svg":
        raise InputError("A picture is drawn as .svg.", where=str(path), remedy="Name it so.")


def save_picture(chart: Chart, path: Path) -> None:
    """Write the picture, and the figures that it shows beside it."""
    check_picture(path)
    write_text(described_svg(chart), path)
    headings = [column.heading for column in chart.data.columns]
    names = [name if headings.count(name) == 1 else f"{name} {at + 1}" for at, name in enumerate(headings)]
    rows = [
        {name: str(cell) if cell is not None else "" for name, cell in zip(names, row, strict=True)}
        for row in chart.data.rows
    ]
    figures = write_table(pl.DataFrame(rows), path.with_suffix(".csv"))
    say(f"picture: {path}, its figures: {figures}")


def rates_picture(rates: Mapping[str, Estimate | None], confidence: float, of_what: str, axis: str) -> Chart:
    """Give the forest of some rates; those without a figure are left out."""
    whiskers = [
        Whisker(name, one.estimate, one.low, one.high) for name, one in rates.items() if one is not None
    ]
    return interval_chart(
        whiskers,
        confidence=confidence,
        caption=f"{of_what[0].upper()}{of_what[1:]}, with its interval",
        of_what=of_what,
        axis_title=axis,
        row_name="Part",
    )


def funnel_picture(domains: Domains, whole: Estimate, design_effect: float) -> Chart:
    """Give the funnel of the parts of a frame around the rate of all, as wide as the clustering makes it."""
    parts = {name: one for name, one in domains.rates.items() if one.crimes}
    if not parts:
        raise Refused(
            "No part has a rate.", where=f"by {domains.by}", remedy="Audit more, or leave out --plot."
        )
    crimes = np.asarray([one.crimes for one in parts.values()], dtype=np.float64)
    low, high = funnel_limits(whole.estimate, crimes, design_effect=design_effect)
    units = [
        FunnelUnit(name, int(number), one.estimate, float(least), float(most))
        for (name, one), number, least, most in zip(parts.items(), crimes, low, high, strict=True)
    ]
    along = np.unique(np.geomspace(max(crimes.min() / 2, 1), crimes.max() * 1.05, 60).round())
    limits = [
        FunnelLimit(f"{level:.1%}".replace(".0%", "%"), int(number), float(least), float(most))
        for level in (INNER, OUTER)
        for number, least, most in zip(
            along,
            *funnel_limits(whole.estimate, along, design_effect=design_effect, confidence=level),
            strict=True,
        )
    ]
    return funnel_chart(
        units,
        limits,
        centre=whole.estimate,
        title=f"Recording rate by {domains.by}",
        of_what=domains.by,
        method=f"Binomial limits (Spiegelhalter 2005) with a design effect of {design_effect:.1f}.",
    )


def widths_picture(designs: Sequence[DesignWidth], target: float | None) -> Chart:
    """Give designs side by side."""
    return design_chart(designs, target_points=target)


def cost_picture(curve: pl.DataFrame, target: float) -> Chart:
    """Give what auditor days buy."""
    points = [
        CostPoint(row["auditor_days"], row["incidents"], row["half_width_points"])
        for row in curve.iter_rows(named=True)
    ]
    return cost_chart(points, target_points=target)


def agreement_picture(found: Agreement, question: str) -> Chart:
    """Give the percentage of agreement of all readers and of each auditor on one question."""
    shown = {
        one.auditor or "all readers": one.estimate
        for one in found.figures
        if one.question == question and one.coefficient == "percent"
    }
    confidence = next(one.confidence for one in shown.values() if one is not None)
    return rates_picture(
        shown, confidence, f"agreement on {question}", "Marked alike of every 100 reports read twice"
    )


def change_picture(comparison: Comparison, confidence: float) -> Chart:
    """Give both audits' rates, stratum by stratum."""
    changes = {**comparison.strata, "overall": comparison.overall}
    rates = {
        f"{name}, {when}": one
        for name, change in changes.items()
        for when, one in (("earlier", change.earlier), ("later", change.later))
    }
    return rates_picture(
        rates,
        confidence,
        "the recording rate in both audits",
        "Crimes recorded of every 100 that should have been",
    )


def watch_picture(running: Running, alarm: Alarm, change: ChangePoint | None) -> Chart:
    """Give the running rate with its interval, the accepted rate, the alarm and the dates of the change."""
    weeks = [
        WatchedWeek(
            row["week_ends"],
            row["rate"],
            row["low"],
            row["high"],
            None if row["low_so_far"] is None else (row["low_so_far"], row["high_so_far"]),
        )
        for row in running.weeks.iter_rows(named=True)
        if row["rate"] is not None
    ]
    dates = (change.earliest, change.latest) if change else (None, None)
    return watch_chart(
        weeks,
        accepted=alarm.accepted_rate,
        title=f"Recording rate of {running.window_weeks} weeks, daily audit",
        sounded_on=alarm.sounded_on,
        began_between=(dates[0], dates[1]) if dates[0] and dates[1] else None,
        method=running.method,
    )
