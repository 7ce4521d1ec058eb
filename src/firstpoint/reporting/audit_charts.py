"""Charts of an audit: units in a funnel, designs side by side, and what another auditor day buys.

Each gives a :class:`~firstpoint.reporting.tree.Chart`: a still picture, an alternative text made from the
same figures, and the figures as a table. :func:`described_svg` gives the picture as a file that carries its
title and its description within itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape

from attrs import field, frozen

from firstpoint.errors import InputError
from firstpoint.reporting.audit_drawing import (
    Cost,
    Edge,
    Unit,
    Watched,
    Width,
    cost_svg,
    funnel_svg,
    watch_svg,
    widths_svg,
)
from firstpoint.reporting.plain_text import printable
from firstpoint.reporting.plain_words import check_interval, percent_outward, plain_number
from firstpoint.reporting.tree import Chart, Column, Table, british_date

_MOST_NAMED = 8


@frozen
class FunnelUnit:
    """A unit, route or auditor in a funnel: the crimes audited there and its rate (a proportion)."""

    label: str = field(converter=printable)
    crimes: int
    rate: float
    low: float
    high: float

    @property
    def is_outside(self) -> bool:
        """Whether the rate lies beyond the inner limits for so many crimes, ``low`` and ``high``."""
        return not self.low <= self.rate <= self.high


@frozen
class FunnelLimit:
    """The limits between which a rate no different from all others stays, for so many crimes."""

    name: str = field(converter=printable)
    crimes: int
    low: float
    high: float


@frozen
class DesignWidth:
    """A design and the half-width in points that it gives: expected, and in nine audits of ten at most.

    ``coverage`` is the share of trials whose interval held the truth, None where there were none.
    """

    label: str = field(converter=printable)
    incidents: int
    expected: float
    ninetieth: float
    coverage: float | None = None


@frozen
class CostPoint:
    """What so many auditor days buy: incidents audited, and the half-width in points as in a design.

    ``ninetieth`` is None where no trial gave it.
    """

    auditor_days: float
    incidents: int
    expected: float
    ninetieth: float | None = None


@frozen
class WatchedWeek:
    """A week of a daily audit: its last day, and the rate of its window with limits (proportions).

    ``so_far`` are the limits of all weeks up to this that hold at every look, None where there are none.
    """

    ends: date
    rate: float
    low: float
    high: float
    so_far: tuple[float, float] | None = None


def funnel_chart(
    units: Sequence[FunnelUnit],
    limits: Sequence[FunnelLimit],
    *,
    centre: float,
    title: str,
    of_what: str = "unit",
    method: str = "",
) -> Chart:
    """Give rates of units against the crimes audited, between limits for units no different from all.

    ``limits`` give each limit at growing numbers of crimes, the inner one first; ``centre`` is the rate of
    all (proportion). Units outside the inner limits are triangles with their names. Raises InputError where
    there is nothing to draw or a rate cannot be.
    """
    if not units or len(limits) < 2:
        raise InputError(
            "there is no funnel to draw", remedy=f"Give a {of_what} and limits to hold it against."
        )
    for one in units:
        check_interval(one.rate, one.rate, 0.95)
        check_interval(one.low, one.high, 0.95)
    edges = [Edge(limit.name, limit.crimes, 100 * limit.low, is_upper=False) for limit in limits]
    edges += [Edge(limit.name, limit.crimes, 100 * limit.high, is_upper=True) for limit in limits]
    drawn = tuple(Unit(u.label, u.crimes, 100 * u.rate, u.is_outside) for u in units)
    named = [u.label for u in units if u.is_outside]
    columns = (
        Column(of_what.capitalize(), "name", 2),
        Column("Crimes audited", "count"),
        Column("Rate", "rate"),
        Column("Expected from", "rate"),
        Column("to", "rate"),
        Column("Remark", "text", 1.4),
    )
    rows = tuple(
        (u.label, u.crimes, 100 * u.rate, 100 * u.low, 100 * u.high, "outside" if u.is_outside else "")
        for u in units
    )
    return Chart(
        caption=title,
        svg=funnel_svg(
            drawn,
            tuple(edges),
            centre=100 * centre,
            crimes_title="Crimes audited",
            rate_title="Recorded of every 100 that should have been",
        ),
        alternative=(
            f"Funnel chart, {title}: {len(units)} rates around {100 * centre:.1f}%. "
            f"{_outside(named, of_what)}"
        ),
        data=Table(caption=f"Figures: {title}", columns=columns, rows=rows, note=method),
        note=(
            "Circle: within what luck explains. Triangle: outside it. Dashed and full lines: the limits, "
            "which narrow as more crimes are audited."
        ),
    )


def design_chart(
    designs: Sequence[DesignWidth],
    *,
    target_points: float | None = None,
    title: str = "Half-width of the interval by design",
    method: str = "",
) -> Chart:
    """Give the interval that each design leads to: what to expect, and what nine audits in ten stay below."""
    if not designs:
        raise InputError("there is no design to draw", remedy="Leave the chart out where there is none.")
    for one in designs:
        _check_width(one.expected, one.ninetieth, one.label)
    drawn = tuple(
        Width(d.label, d.expected, d.ninetieth, f"± {d.expected:.1f} (up to {d.ninetieth:.1f})")
        for d in designs
    )
    has_coverage = any(d.coverage is not None for d in designs)
    columns = (
        Column("Design", "name", 2.4),
        Column("Incidents", "count"),
        Column("Expected ±", "text"),
        Column("Nine in ten below ±", "text"),
        *([Column("Held the truth", "rate")] if has_coverage else []),
    )
    rows = tuple(
        (
            d.label,
            d.incidents,
            f"{d.expected:.2f}",
            f"{d.ninetieth:.2f}",
            *([None if d.coverage is None else 100 * d.coverage] if has_coverage else []),
        )
        for d in designs
    )
    said = "; ".join(
        f"{d.label}, {d.incidents:,} incidents: ± {d.expected:.1f}, nine in ten below ± {d.ninetieth:.1f}"
        for d in designs
    )
    return Chart(
        caption=title,
        svg=widths_svg(drawn, target=target_points),
        alternative=f"Chart, {title}, in points: {said}.{_wanted(target_points)}",
        data=Table(caption=f"Figures: {title}", columns=columns, rows=rows, note=method),
        note=f"Diamond: expected. Tick: nine audits in ten stay below.{_wanted(target_points)}",
    )


def cost_chart(
    points: Sequence[CostPoint],
    *,
    target_points: float | None = None,
    title: str = "What auditor days buy",
    method: str = "",
) -> Chart:
    """Give the half-width against auditor days, expected and, where it is known, in nine audits of ten."""
    if len(points) < 2:
        raise InputError("a curve needs two points or more", remedy="Work out the plan for several budgets.")
    ordered = sorted(points, key=lambda point: point.auditor_days)
    for one in ordered:
        ninetieth = one.expected if one.ninetieth is None else one.ninetieth
        _check_width(one.expected, ninetieth, f"{one.auditor_days} auditor days")
    costs = [Cost("expected", p.auditor_days, p.expected) for p in ordered]
    costs += [Cost("nine in ten", p.auditor_days, p.ninetieth) for p in ordered if p.ninetieth is not None]
    has_ninetieth = len(costs) > len(ordered)
    columns = (
        Column("Auditor days", "name"),
        Column("Incidents", "count"),
        Column("Expected ±", "text"),
        *([Column("Nine in ten below ±", "text")] if has_ninetieth else []),
    )
    rows = tuple(
        (
            plain_number(round(p.auditor_days, 1)),
            p.incidents,
            f"{p.expected:.2f}",
            *([None if p.ninetieth is None else f"{p.ninetieth:.2f}"] if has_ninetieth else []),
        )
        for p in ordered
    )
    broken = " Broken line: nine audits in ten stay below." if has_ninetieth else ""
    return Chart(
        caption=title,
        svg=cost_svg(tuple(costs), target=target_points),
        alternative=f"Line chart, {title}: {_ends(ordered[0], ordered[-1])}.{_wanted(target_points)}",
        data=Table(caption=f"Figures: {title}", columns=columns, rows=rows, note=method),
        note=f"Full line: expected.{broken}{_wanted(target_points)}",
    )


def _ends(first: CostPoint, last: CostPoint) -> str:
    said = (
        f"from ± {first.expected:.1f} points at {first.auditor_days:.0f} auditor days to "
        f"± {last.expected:.1f} at {last.auditor_days:.0f}"
    )
    if first.ninetieth is None or last.ninetieth is None:
        return said
    return f"{said}; nine audits in ten stay below ± {first.ninetieth:.1f} and ± {last.ninetieth:.1f}"


def watch_chart(
    weeks: Sequence[WatchedWeek],
    *,
    accepted: float,
    title: str,
    sounded_on: date | None = None,
    began_between: tuple[date, date] | None = None,
    method: str = "",
) -> Chart:
    """Give the running rate of a daily audit, with the accepted rate, the alarm and when a change began.

    Rates are proportions. Raises InputError for fewer than two weeks or a rate that cannot be.
    """
    if len(weeks) < 2:
        raise InputError("a watch needs two weeks or more", remedy="Leave the chart out until there are.")
    for week in weeks:
        check_interval(week.low, week.high, 0.95)
    drawn = tuple(
        Watched(week.ends.isoformat(), 100 * week.rate, 100 * week.low, 100 * week.high) for week in weeks
    )
    columns = (
        Column("Week to", "name", 1.4),
        Column("Rate of the window", "rate"),
        Column("Low", "rate"),
        Column("High", "rate"),
        Column("Low so far, every look", "rate"),
        Column("High so far, every look", "rate"),
    )
    rows = tuple(
        (
            week.ends.isoformat(),
            100 * week.rate,
            *percent_outward(week.low, week.high),
            *(percent_outward(*week.so_far) if week.so_far else (None, None)),
        )
        for week in weeks
    )
    return Chart(
        caption=title,
        svg=watch_svg(
            drawn,
            accepted=100 * accepted,
            sounded=sounded_on.isoformat() if sounded_on else None,
            began=(began_between[0].isoformat(), began_between[1].isoformat()) if began_between else None,
        ),
        alternative=" ".join(_watch_words(weeks, accepted, title, sounded_on, began_between)),
        data=Table(caption=f"Figures: {title}", columns=columns, rows=rows, note=method),
        note="Line: rate of the window. Grey band: its interval, for one look. Broken line: accepted.",
    )


def _watch_words(
    weeks: Sequence[WatchedWeek],
    accepted: float,
    title: str,
    sounded_on: date | None,
    began_between: tuple[date, date] | None,
) -> Iterator[str]:
    first, last = weeks[0], weeks[-1]
    yield (
        f"Line chart, {title}: {len(weeks)} weeks, from {100 * first.rate:.1f}% to {100 * last.rate:.1f}%; "
        f"{100 * accepted:.3g}% is accepted."
    )
    yield f"The alarm sounded on {british_date(sounded_on)}." if sounded_on else "The alarm has not sounded."
    if began_between:
        yield (
            f"Shaded: the change began between {british_date(began_between[0])} and "
            f"{british_date(began_between[1])}."
        )


def described_svg(chart: Chart) -> str:
    """Give the picture as a file of its own, its title and description inside for those who hear it read."""
    words = f"<title>{escape(chart.caption)}</title><desc>{escape(' '.join(_described(chart)))}</desc>"
    opening = re.match(r"(?:<\?xml[^>]*\?>\s*)?<svg\b[^>]*>", chart.svg)
    if opening is None:
        raise InputError("the picture is not an SVG document", remedy="Draw it with the charts of this room.")
    start = re.sub(r'\srole="[^"]*"', "", opening[0])
    return f'{start[:-1]} role="img">{words}{chart.svg[opening.end() :]}'


def _described(chart: Chart) -> Iterator[str]:
    yield chart.alternative
    if chart.note:
        yield chart.note
    if chart.data.note:
        yield chart.data.note


def _outside(named: Sequence[str], of_what: str) -> str:
    if not named:
        return f"No {of_what} lies outside the limits."
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"Outside the limits: {', '.join(named[:_MOST_NAMED])}{more}."


def _wanted(target: float | None) -> str:
    return "" if target is None else f" Wanted: ± {plain_number(target)} points."


def _check_width(expected: float, ninetieth: float, where: str) -> None:
    if not 0.0 < expected <= 100.0 or not expected <= ninetieth + 1e-9 <= 100.0 + 1e-9:
        raise InputError(
            f"a half-width of {expected} points, nine in ten below {ninetieth}, cannot be",
            where=where,
            remedy="Give both in points, the second not below the first.",
        )
