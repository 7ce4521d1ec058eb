"""``firstpoint audit design --assisted``: what an audit with predictions will show, tried on the last one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from firstpoint import auditing
from firstpoint.auditing.assisted import freeze
from firstpoint.auditing.assisted.expected import FORMULA, assisted_plan, expected_half_width
from firstpoint.auditing.planning import rehearse_assisted
from firstpoint.cli.audit_draw import predicted
from firstpoint.cli.audit_pictures import save_picture, widths_picture
from firstpoint.cli.console import print_json, say, warn
from firstpoint.reporting import DesignWidth


@frozen(eq=False)
class Trial:
    """The last audit to rehearse on, as (marks, frame) or None, how often and from which seed.

    ``mixing`` is the part drawn with equal chances, ``cost`` what reading a report takes.
    """

    last: tuple[pl.DataFrame, pl.DataFrame] | None
    runs: int
    seed: int
    mixing: float
    cost: auditing.Cost


def design_assisted(
    reports: pl.DataFrame,
    half_width_points: float,
    confidence: float,
    trial: Trial,
    *,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say how many reports an assisted audit reads, and what it will show."""
    predictions = freeze(predicted(reports))
    sizes = assisted_plan(
        predictions, half_width_points=half_width_points, mixing=trial.mixing, confidence=confidence
    )
    reached = expected_half_width(predictions, sizes, mixing=trial.mixing, confidence=confidence)
    rehearsal = _rehearsed(trial, sizes, confidence)
    if as_json:
        print_json(
            {
                "sizes": sizes,
                "auditor_days": auditing.auditor_days(sizes, trial.cost),
                "mixing": trial.mixing,
                "expected_half_width_points": reached,
                "confidence": confidence,
                "predictions_sha256": predictions.sha256,
                "formula": FORMULA,
                "rehearsal": rehearsal and rehearsal_as_dict(rehearsal),
            }
        )
    else:
        _say(sizes, reached, rehearsal, trial.cost)
    if plot:
        widths = (
            rehearsed_widths(rehearsal)
            if rehearsal
            else [DesignWidth("force-wide, by predictions", sum(sizes.values()), reached, reached)]
        )
        save_picture(widths_picture(widths, half_width_points), plot)


def rehearsal_as_dict(rehearsal: auditing.Rehearsal) -> dict[str, Any]:
    """Give a rehearsal as plain values for JSON."""
    return {
        "parts": rehearsal.table.to_dicts(),
        "runs": rehearsal.runs,
        "seed": rehearsal.seed,
        "method": rehearsal.method,
        "formula": rehearsal.formula,
        "cautions": list(rehearsal.cautions),
    }


def rehearsed_widths(rehearsal: auditing.Rehearsal) -> list[DesignWidth]:
    """Give the half-widths of a rehearsal, by part and interval, as they are drawn."""
    return [
        DesignWidth(
            f"{row['part']}, {row['interval']}",
            row["sample"],
            row["expected_half_width_points"],
            max(row["half_width_points_90"], row["expected_half_width_points"]),
            row["coverage"],
        )
        for row in rehearsal.table.iter_rows(named=True)
    ]


def days_sentence(sizes: Mapping[str, int], cost: auditing.Cost) -> str:
    """Give what a sample takes in auditor days."""
    return (
        f"{sum(sizes.values()):,} reports take about {auditing.auditor_days(sizes, cost):.1f} auditor "
        f"days at {cost.minutes_a_report:g} minutes a report."
    )


def _rehearsed(trial: Trial, sizes: dict[str, int], confidence: float) -> auditing.Rehearsal | None:
    if trial.last is None:
        return None
    marks, frame = trial.last
    return rehearse_assisted(
        marks,
        predicted(frame),
        sizes,
        mixing=trial.mixing,
        runs=trial.runs,
        seed=trial.seed,
        confidence=confidence,
    )


def _say(
    sizes: dict[str, int], reached: float, rehearsal: auditing.Rehearsal | None, cost: auditing.Cost
) -> None:
    for stratum, size in sizes.items():
        say(f"{stratum:<12}{size:>8}")
    say(days_sentence(sizes, cost))
    say(
        f"Expected of the force-wide rate: ± {reached:.1f} points, if the predictions are as good as "
        "they say."
    )
    if rehearsal is not None:
        say(rehearsal.text())
    else:
        warn("Plan a quarter more for nine audits in ten; twice as many until an audit has borne them out.")
