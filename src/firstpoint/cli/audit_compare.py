"""``firstpoint audit compare``: what changed from one audit to another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import polars as pl
from attrs import evolve

from firstpoint import auditing
from firstpoint.auditing.assisted import estimate_assisted
from firstpoint.auditing.intervals import IntervalName
from firstpoint.auditing.over_time import compare_results
from firstpoint.cli.audit_draw import CONFIDENCE, EXISTING
from firstpoint.cli.audit_pictures import PLOT, change_picture, check_picture, save_picture
from firstpoint.cli.audit_rates import INTERVAL, is_assisted
from firstpoint.cli.audit_words import Result, comparison_sentences, how_it_was_reached
from firstpoint.cli.console import print_json, say, warn
from firstpoint.reporting.words_of_change import change_sentence

Given = tuple[pl.DataFrame, pl.DataFrame]


@click.command(name="compare")
@click.argument("earlier_marks", type=EXISTING)
@click.argument("later_marks", type=EXISTING)
@click.option("--earlier-frame", required=True, type=EXISTING)
@click.option("--later-frame", required=True, type=EXISTING)
@CONFIDENCE
@INTERVAL
@click.option("--plain", is_flag=True, help="Leave predictions and second readings aside, in both audits.")
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
    plain: bool,
    with_method: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say what changed from one audit to another, and how small a change the two would have found.

    Where an audit has predictions or second readings its rate is the one that ``estimate`` gives.
    """
    check_picture(plot)
    earlier = (auditing.read_marks(earlier_marks), auditing.read_frame(earlier_frame))
    later = (auditing.read_marks(later_marks), auditing.read_frame(later_frame))
    found = _compared(earlier, later, confidence, interval, plain=plain)
    if as_json:
        print_json(
            {
                "overall": _change_as_dict(found.overall, told=not found.in_one_only),
                "strata": {name: _change_as_dict(one) for name, one in found.strata.items()},
                "cautions": list(found.cautions),
                "sentences": comparison_sentences(found),
            }
        )
    else:
        _say(found, with_method=with_method)
    if plot:
        save_picture(change_picture(found, confidence), plot)


def _compared(
    earlier: Given, later: Given, confidence: float, interval: IntervalName | None, *, plain: bool
) -> auditing.Comparison:
    if plain or not (is_assisted(*earlier) or is_assisted(*later)):
        return auditing.compare(earlier, later, confidence=confidence, interval=interval or "beta")
    results = [_result(audit, confidence, interval) for audit in (earlier, later)]
    shared = set(earlier[0]["incident_id"]) & set(later[0]["incident_id"])
    found = compare_results(results[0], results[1], shared=len(shared))
    own = [
        f"{when} audit: {caution}"
        for when, result in zip(("earlier", "later"), results, strict=True)
        for caution in result.cautions
    ]
    return evolve(found, cautions=(*found.cautions, *own))


def _result(audit: Given, confidence: float, interval: IntervalName | None) -> Result:
    if is_assisted(*audit):
        return estimate_assisted(*audit, confidence=confidence, interval=interval)
    return auditing.estimate(*audit, confidence=confidence, interval=interval or "beta")


def _say(found: auditing.Comparison, *, with_method: bool) -> None:
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
        for when, rate in (("earlier", found.overall.earlier), ("later", found.overall.later)):
            say(f"How ({when}): {how_it_was_reached(rate)}")
        say(f"How: {how_it_was_reached(found.overall.difference)}")


def _change_as_dict(one: auditing.Change, *, told: bool = True) -> dict[str, Any]:
    """Give a change as plain values; its sentence is None where the rates are not of the same reports."""
    sentence = change_sentence(
        max(one.difference.low, -1.0), min(one.difference.high, 1.0), one.difference.confidence
    )
    return {
        "earlier": one.earlier.as_dict(),
        "later": one.later.as_dict(),
        "difference": one.difference.as_dict(),
        "told_apart": one.told_apart,
        "smallest_found": one.smallest_found,
        "sentence": sentence if told else None,
    }
