"""What the audit commands say to people: the figure with its interval, and a sentence no surer than it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firstpoint.auditing import AuditResult, Comparison, Estimate
from firstpoint.auditing.agreement import Agreement
from firstpoint.auditing.assisted import AssistedResult
from firstpoint.auditing.monitoring import Alarm, ChangePoint
from firstpoint.cli.console import say, warn
from firstpoint.reporting.plain_words import (
    all_recorded_sentence,
    percent_outward,
    rate_sentence,
    unrecorded_sentence,
    wide_interval_sentence,
)
from firstpoint.reporting.words_of_agreement import agreement_sentence, beyond_luck_sentence
from firstpoint.reporting.words_of_change import alarm_sentence, change_point_sentence, change_sentence

Result = AuditResult | AssistedResult

COEFFICIENT_NAMES = {"kappa": "kappa", "ac1": "AC1", "alpha": "alpha"}


def say_estimate(result: Result) -> None:
    """Print the rates, the unrecorded crimes, what they mean and what must be borne in mind, for people."""
    answer = result.as_dict()
    for row in [*answer["strata"], {"stratum": "overall", **answer["overall"]}]:
        say(f"{row['stratum']:<12}{rate_words(row)}")
    missed = answer["unrecorded"]
    period = "a year" if answer["unrecorded_a_year"] else "in the period of the frame"
    limits = f"{missed['low']:,.0f} to {missed['high']:,.0f}"
    say(f"{'unrecorded':<12}{missed['estimate']:,.0f} crimes {period} ({limits})")
    for sentence in result_sentences(result):
        say(sentence)
    for caution in result.cautions:
        warn(f"Bear in mind: {caution}")


def rate_words(row: Mapping[str, Any]) -> str:
    """Give a rate as its figure, interval, level and counts."""
    if row["estimate"] is None:
        return f"no rate: {row['reason']}"
    low, high = percent_outward(row["low"], row["high"])
    return (
        f"{100 * row['estimate']:6.1f}%  ({low:.1f} to {high:.1f} at {100 * row['confidence']:g}% "
        f"confidence; {row['incidents']} reports, {row['crimes']} crimes)"
    )


def result_sentences(result: Result) -> list[str]:
    """Give what a board may be told of a result."""
    return [*_rate_sentences(result.overall), *_year_sentences(result.unrecorded_a_year)]


def _rate_sentences(rate: Estimate) -> Iterator[str]:
    if rate.low == rate.high:
        yield "Every report of the frame was audited, so the rate is a count and no estimate."
    elif rate.estimate >= 1.0:
        yield all_recorded_sentence(rate.low, rate.confidence)
    else:
        yield rate_sentence(rate.low, rate.high, rate.confidence)
        if wide := wide_interval_sentence(rate.low, rate.high):
            yield wide


def _year_sentences(year: Estimate | None) -> Iterator[str]:
    if year is not None:
        yield unrecorded_sentence(year.estimate, year.low, year.high, year.confidence)


def how_it_was_reached(one: Estimate) -> str:
    """Give the method of a figure in a sentence, and where its formula is printed."""
    return f"{one.method} Formula: {one.formula}." if one.formula else one.method


def comparison_sentences(comparison: Comparison) -> list[str]:
    """Give what a board may be told of two audits: no rise or fall of rates that are of other reports."""
    if comparison.in_one_only:
        return [
            "The two audits are not of the same strata, so they do not tell whether the recording rate of "
            f"the whole rose or fell; compare stratum by stratum ({', '.join(comparison.strata)})."
        ]
    moved, smallest = comparison.overall.difference, comparison.overall.smallest_found
    sentences = [change_sentence(max(moved.low, -1.0), min(moved.high, 1.0), moved.confidence)]
    if smallest > 0.0:
        sentences.append(
            f"Audits as sharp as these find a change of {100 * smallest:.1f} points four times in five."
        )
    return sentences


def agreement_sentences(found: Agreement, question: str) -> list[str]:
    """Give what a board may be told of the readers' agreement on a question."""
    sentences = []
    percent = found.figure(question, "percent").estimate
    if percent is not None:
        reports = percent.incidents or found.reports
        sentences.append(agreement_sentence(percent.low, percent.high, percent.confidence, reports=reports))
    ac1 = found.figure(question, "ac1").estimate
    if ac1 is not None:
        sentences.append(beyond_luck_sentence(ac1.low, ac1.high, ac1.confidence, coefficient="AC1"))
    return sentences


def watch_sentences(alarm: Alarm, change: ChangePoint | None) -> list[str]:
    """Give what a board may be told of a daily audit."""
    sentences = [alarm_sentence(alarm.sounded_on, alarm.accepted_rate, alarm.weeks_between_false_alarms)]
    if change is not None:
        sentences.append(
            change_point_sentence(
                change.earliest,
                change.latest,
                change.confidence,
                before=_limits(change.before) if change.found else None,
                after=_limits(change.after),
            )
        )
    return sentences


def _limits(rate: Estimate | None) -> tuple[float, float] | None:
    return None if rate is None else (rate.low, rate.high)
