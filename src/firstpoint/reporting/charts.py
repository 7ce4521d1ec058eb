"""Charts for a board: rates with their intervals, and a series with its limits.

Both give a :class:`~firstpoint.reporting.tree.Chart`: a still picture (drawn in
:mod:`~firstpoint.reporting.drawing`), an alternative text made from the same figures, and the figures as a
table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from attrs import field, frozen

from firstpoint.errors import InputError
from firstpoint.reporting.drawing import Rate, Reading, forest_svg, letter, run_svg
from firstpoint.reporting.plain_text import printable
from firstpoint.reporting.plain_words import check_interval, percent, percent_outward
from firstpoint.reporting.tree import Chart, Column, Table, in_words

Measure: TypeAlias = Literal["rate", "count"]


@frozen
class Whisker:
    """One rate with its interval, as proportions from 0 to 1."""

    label: str = field(converter=printable)
    estimate: float
    low: float
    high: float


@frozen
class TrendPoint:
    """One period of a series: its value, and the centre line and limits that hold in it (where there are
    any).

    Values are in the unit of the chart's measure: proportions from 0 to 1 for a rate, crimes for a count.
    """

    period: str = field(converter=printable)
    value: float
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def is_outside(self) -> bool:
        """Whether the value lies beyond one of its limits."""
        below = self.lower is not None and self.value < self.lower
        return below or (self.upper is not None and self.value > self.upper)


@frozen
class Step:
    """A change that a reader should know of: from ``period`` on, with what happened."""

    period: str = field(converter=printable)
    text: str = field(converter=printable)


def interval_chart(
    whiskers: Sequence[Whisker],
    *,
    confidence: float,
    caption: str = "Recording rate, with its interval",
    of_what: str = "the recording rate",
    axis_title: str = "Crimes recorded of every 100 that should have been",
    row_name: str = "Stratum",
) -> Chart:
    """Give a forest chart: a diamond for each rate and a line for its interval, on one scale of percent.

    ``of_what``, ``axis_title`` and ``row_name`` name what is drawn where it is not recording rates by
    stratum. Raises InputError when there is nothing to draw, a label comes twice or an interval cannot be.
    """
    if not whiskers:
        raise InputError("there is no rate to draw", remedy="Leave the chart out where there is none.")
    _refuse_twice([w.label for w in whiskers], row_name.lower())
    for whisker in whiskers:
        check_interval(whisker.low, whisker.high, confidence)
    rates = tuple(_in_percent(w) for w in whiskers)
    level = percent(confidence)
    said = "; ".join(f"{r.label} {r.rate:.1f}% ({r.low:.1f}% to {r.high:.1f}%)" for r in rates)
    columns = (
        Column(row_name, "name", 2),
        Column("Rate", "rate"),
        Column(f"Low ({level})", "rate"),
        Column(f"High ({level})", "rate"),
    )
    rows = tuple((r.label, r.rate, r.low, r.high) for r in rates)
    return Chart(
        caption=caption,
        svg=forest_svg(rates, axis_title=axis_title),
        alternative=f"Chart of {of_what} with its {level} interval: {said}.",
        data=Table(caption=f"Figures: {caption}", columns=columns, rows=rows),
        note=f"Diamond: estimate. Line: {level} interval.",
    )


def trend_chart(
    points: Sequence[TrendPoint],
    *,
    title: str,
    value_name: str,
    measure: Measure = "count",
    steps: Sequence[Step] = (),
    method: str = "",
) -> Chart:
    """Give a run of periods as a line with its centre line, its limits, and the steps a reader should know
    of.

    ``method`` says how centre and limits were found, and stands under the table of figures. Raises
    InputError for fewer than two periods, a period that comes twice, or a step outside the series.
    """
    if len(points) < 2:
        raise InputError("a trend needs two periods or more", remedy="Leave the chart out until there are.")
    _refuse_twice([p.period for p in points], "period")
    _refuse_unknown_steps(points, steps)
    readings = tuple(_reading(p, measure) for p in points)
    headings = (value_name, "Centre line", "Lower limit", "Upper limit")
    columns = (
        Column("Period", "name", 1.3),
        *(Column(heading, measure) for heading in headings),
        Column("Remark", "text", 2.2),
    )
    remarks = {step.period: step.text for step in steps}
    rows = tuple((r.period, r.value, r.centre, r.lower, r.upper, _remark(r, remarks)) for r in readings)
    axis_title = value_name if measure == "count" else f"{value_name}, %"
    return Chart(
        caption=title,
        svg=run_svg(readings, axis_title=axis_title, step_periods=tuple(s.period for s in steps)),
        alternative=" ".join(_trend_words(readings, title, measure, steps)),
        data=Table(caption=f"Figures: {title}", columns=columns, rows=rows, note=method),
        note=" ".join(_marks_explained(readings, steps)),
    )


def _refuse_twice(names: Sequence[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"the {what} '{name}' comes twice in the chart", remedy=f"Give each {what} once, in order."
            )


def _refuse_unknown_steps(points: Sequence[TrendPoint], steps: Sequence[Step]) -> None:
    for step in steps:
        if all(step.period != p.period for p in points):
            raise InputError(
                f"the step '{step.text}' starts in {step.period}, which the trend does not show",
                remedy="Name a period of the series.",
            )


def _in_percent(whisker: Whisker) -> Rate:
    low, high = percent_outward(whisker.low, whisker.high)
    return Rate(whisker.label, 100 * whisker.estimate, low, high)


def _reading(point: TrendPoint, measure: Measure) -> Reading:
    factor = 100.0 if measure == "rate" else 1.0
    centre, lower, upper = (
        None if v is None else v * factor for v in (point.centre, point.lower, point.upper)
    )
    return Reading(point.period, point.value * factor, centre, lower, upper, point.is_outside)


def _remark(reading: Reading, remarks: dict[str, str]) -> str:
    words = (remarks.get(reading.period, ""), "outside its limits" if reading.is_outside else "")
    return "; ".join(filter(None, words))


def _trend_words(
    readings: Sequence[Reading], title: str, measure: Measure, steps: Sequence[Step]
) -> Iterator[str]:
    def said(reading: Reading) -> str:
        return f"{in_words(reading.value, measure)} in {reading.period}"

    lowest, highest = min(readings, key=lambda r: r.value), max(readings, key=lambda r: r.value)
    yield (
        f"Line chart, {title}: {len(readings)} periods, from {said(readings[0])} to {said(readings[-1])}; "
        f"lowest {said(lowest)}, highest {said(highest)}."
    )
    outside = [r.period for r in readings if r.is_outside]
    if any(r.lower is not None or r.upper is not None for r in readings):
        yield (
            f"Outside the limits: {', '.join(outside)}." if outside else "No period lies outside its limits."
        )
    yield from _steps_explained(steps)


def _marks_explained(readings: Sequence[Reading], steps: Sequence[Step]) -> Iterator[str]:
    if any(r.is_outside for r in readings):
        yield "Triangle: a period outside its limits."
    yield from _steps_explained(steps)


def _steps_explained(steps: Sequence[Step]) -> Iterator[str]:
    return (f"{letter(place)}, from {step.period}: {step.text}." for place, step in enumerate(steps))
