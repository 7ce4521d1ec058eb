"""A chart of days: how many of something there were each day, and the band in which they were expected.

Like the other charts it is a still picture with an alternative text made from the same figures, and the
figures as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from attrs import frozen

from firstpoint.errors import InputError
from firstpoint.reporting.drawing import Day, band_svg
from firstpoint.reporting.tree import Chart, Column, Table, british_date


@frozen
class DayCount:
    """A day, its count, and between which counts it was expected (None where nothing was expected)."""

    day: date
    count: int
    low: float | None = None
    high: float | None = None

    @property
    def is_outside(self) -> bool:
        """Whether the count lies beyond what was expected."""
        below = self.low is not None and self.count < self.low
        return below or (self.high is not None and self.count > self.high)


def day_chart(days: Sequence[DayCount], *, title: str, value_name: str, method: str = "") -> Chart:
    """Give the counts of days as a line over the band in which they were expected.

    ``days`` in order, each once. ``method`` says how the band was found. Raises InputError for fewer than two
    days or days out of order.
    """
    if len(days) < 2 or any(here.day >= then.day for here, then in pairwise(days)):
        raise InputError(
            "a chart of days needs two days or more, each once and in order",
            remedy="Leave the chart out, or sort the days.",
        )
    columns = (
        Column("Day", "name", 1.4),
        Column(value_name, "count"),
        Column("Expected from", "count"),
        Column("to", "count"),
        Column("Remark", "text", 1.6),
    )
    rows = tuple(
        (british_date(d.day), d.count, d.low, d.high, "outside what was expected" if d.is_outside else "")
        for d in days
    )
    drawn = tuple(Day(d.day.isoformat(), d.count, d.low, d.high, d.is_outside) for d in days)
    return Chart(
        caption=title,
        svg=band_svg(drawn, axis_title=value_name),
        alternative=" ".join(_words(days, title)),
        data=Table(caption=f"Figures: {title}", columns=columns, rows=rows, note=method),
        note="Line: each day. Band: what was expected. Triangle: a day outside it.",
    )


def _words(days: Sequence[DayCount], title: str) -> Iterator[str]:
    lowest, highest = min(days, key=lambda d: d.count), max(days, key=lambda d: d.count)
    yield (
        f"Line chart, {title}: {len(days)} days from {british_date(days[0].day)} to "
        f"{british_date(days[-1].day)}; lowest {lowest.count:,} on "
        f"{british_date(lowest.day)}, highest {highest.count:,} on "
        f"{british_date(highest.day)}."
    )
    if any(d.low is not None for d in days):
        outside = [british_date(d.day) for d in days if d.is_outside]
        yield (
            f"Outside what was expected: {', '.join(outside)}."
            if outside
            else "No day lies outside the band."
        )
