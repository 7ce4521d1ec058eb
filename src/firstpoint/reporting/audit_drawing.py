"""The pictures behind the charts of an audit: a funnel of units, designs side by side, and a curve of cost.

They are drawn as those of :mod:`~firstpoint.reporting.drawing`, whose type, colours and rules they share:
nothing is told by colour alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from attrs import frozen

from firstpoint.reporting.drawing import (
    ALERT,
    DRAWN_LATELY,
    GRID,
    INK,
    MARK,
    QUIET,
    WIDTH,
    WIDTH_OF_WORDS,
    still_svg,
)

_HEIGHT = 280


@frozen
class Unit:
    """A point of the funnel: the crimes it rests on, its rate in percent, and whether it lies outside."""

    label: str
    crimes: float
    rate: float
    is_outside: bool


@frozen
class Edge:
    """One place along a limit of the funnel: its name, the crimes, the limit in percent, and which side."""

    name: str
    crimes: float
    rate: float
    is_upper: bool


@frozen
class Width:
    """A design's half-width in points: expected, and not exceeded in nine of ten audits; with its words."""

    label: str
    expected: float
    ninetieth: float
    words: str


@frozen
class Cost:
    """A place on the curve of cost: auditor days, and a half-width in points under a name."""

    name: str
    days: float
    half_width: float


@lru_cache(DRAWN_LATELY)
def funnel_svg(
    units: tuple[Unit, ...], edges: tuple[Edge, ...], *, centre: float, crimes_title: str, rate_title: str
) -> str:
    """Give a point for each unit between limits that narrow as more crimes were audited."""
    import altair as alt

    lowest = min(min(unit.rate for unit in units), min(edge.rate for edge in edges))
    scale = alt.Scale(domain=[max(0.0, 10 * (lowest // 10)), 100], nice=False)
    most = max(max(unit.crimes for unit in units), max(edge.crimes for edge in edges))
    along = alt.Scale(domain=[0, most], nice=False)
    x = alt.X("crimes:Q", title=crimes_title, scale=along, axis=alt.Axis(format=",.0f", tickCount=6))
    y = alt.Y("rate:Q", title=rate_title, scale=scale, axis=alt.Axis(format=".0f", tickCount=5))
    width = WIDTH - WIDTH_OF_WORDS + 60
    points = alt.Chart(
        alt.InlineData(
            values=[
                {"label": u.label, "crimes": u.crimes, "rate": u.rate, "outside": u.is_outside} for u in units
            ]
        ),
        width=width,
        height=_HEIGHT,
    ).encode(x=x, y=y)
    limits = alt.Chart(
        alt.InlineData(
            values=[{"name": e.name, "crimes": e.crimes, "rate": e.rate, "upper": e.is_upper} for e in edges]
        )
    ).encode(x=x, y=y, detail=["name:N", "upper:N"])
    inner = edges[0].name
    wide = f"datum.name != '{inner}'"
    inside = points.transform_filter("!datum.outside")
    outside = points.transform_filter("datum.outside")
    ends = {edge.name: edge for edge in edges if not edge.is_upper}
    written = [{"crimes": e.crimes, "rate": e.rate, "name": e.name} for e in ends.values()]
    written.append({"crimes": most, "rate": centre, "name": f"all, {centre:.1f}%"})
    names = alt.Chart(alt.InlineData(values=written)).mark_text(align="left", dx=6, color=QUIET, fontSize=12)
    middle = alt.Chart(alt.InlineData(values=[{"rate": centre, "crimes": most, "name": "all"}]))
    return still_svg(
        alt.layer(
            limits.transform_filter(wide).mark_line(color=QUIET, strokeWidth=1.2, clip=True),
            limits.transform_filter(f"!({wide})").mark_line(
                color=QUIET, strokeWidth=1.2, strokeDash=[5, 4], clip=True
            ),
            middle.mark_rule(color=QUIET, strokeWidth=1).encode(y=y),
            inside.mark_point(shape="circle", size=55, filled=True, color=MARK, opacity=1),
            outside.mark_point(shape="triangle-down", size=130, filled=True, color=ALERT, opacity=1),
            outside.mark_text(align="left", dx=9, color=INK, fontSize=12).encode(text="label:N"),
            names.encode(x=x, y=y, text="name:N"),
        )
    )


@lru_cache(DRAWN_LATELY)
def widths_svg(widths: tuple[Width, ...], *, target: float | None) -> str:
    """Give for each design a bar to its expected half-width and a line on to that of nine audits in ten."""
    import altair as alt

    most = max([w.ninetieth for w in widths] + ([target] if target else []))
    scale = alt.Scale(domain=[0, most * 1.05], nice=True)
    values = [
        {"label": w.label, "expected": w.expected, "ninetieth": w.ninetieth, "words": w.words} for w in widths
    ]
    width = WIDTH - WIDTH_OF_WORDS - 60
    base = alt.Chart(alt.InlineData(values=values), width=width, height=alt.Step(38))
    axis = alt.Axis(ticks=False, domain=False, labelLimit=260, labelPadding=10)
    y = alt.Y("label:N", sort=None, title=None, axis=axis)
    x = alt.X("expected:Q", scale=scale, title="Half-width of the interval, points either way")
    ends = base.mark_tick(thickness=3, size=14, color=MARK, opacity=1)
    layers = [
        base.mark_rule(strokeWidth=3, color=MARK).encode(x=x, x2="ninetieth:Q", y=y),
        ends.encode(x=alt.X("ninetieth:Q", scale=scale), y=y),
        base.mark_point(shape="diamond", size=130, filled=True, color=INK, opacity=1).encode(x=x, y=y),
        base.mark_text(align="left", dx=14, color=INK, fontSize=13).encode(
            x=alt.value(width), y=y, text="words:N"
        ),
    ]
    if target is not None:
        wanted = alt.Chart(alt.InlineData(values=[{"at": target}]))
        rule = wanted.mark_rule(color=ALERT, strokeWidth=1.5, strokeDash=[5, 3])
        layers.append(rule.encode(x=alt.X("at:Q", scale=scale)))
    return still_svg(alt.layer(*layers))


@lru_cache(DRAWN_LATELY)
def cost_svg(costs: tuple[Cost, ...], *, target: float | None) -> str:
    """Give half-width against auditor days: a line for each name, the first solid, the others broken."""
    import altair as alt

    names = list(dict.fromkeys(cost.name for cost in costs))
    values = [
        {"name": c.name, "days": c.days, "half_width": c.half_width, "place": names.index(c.name)}
        for c in costs
    ]
    x = alt.X("days:Q", title="Auditor days", axis=alt.Axis(format=",.0f", tickCount=6))
    y = alt.Y(
        "half_width:Q",
        title="Half-width, points either way",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(tickCount=5),
    )
    base = alt.Chart(alt.InlineData(values=values), width=WIDTH - 90, height=_HEIGHT - 50).encode(x=x, y=y)
    layers = []
    for place, _ in enumerate(names):
        own = base.transform_filter(f"datum.place == {place}")
        dash = [[1, 0], [6, 4], [2, 3]][min(place, 2)]
        layers.append(own.mark_line(color=MARK, strokeWidth=2.2, strokeDash=dash))
        layers.append(
            own.mark_point(
                shape=("circle", "square", "diamond")[min(place, 2)],
                size=40,
                filled=True,
                color=MARK,
                opacity=1,
            )
        )
    last = {cost.name: cost for cost in costs}
    words = alt.Chart(
        alt.InlineData(
            values=[{"name": c.name, "days": c.days, "half_width": c.half_width} for c in last.values()]
        )
    ).mark_text(align="left", dx=10, color=INK, fontSize=12)
    layers.append(words.encode(x=x, y=y, text="name:N"))
    if target is not None:
        rule = alt.Chart(alt.InlineData(values=[{"half_width": target}])).mark_rule(
            color=ALERT, strokeWidth=1.5, strokeDash=[5, 3]
        )
        layers.append(rule.encode(y=y))
    return still_svg(alt.layer(*layers))


@frozen
class Watched:
    """A week of the watch: its last day in ISO 8601, and the rate of its window with limits, in percent."""

    day: str
    rate: float
    low: float
    high: float


@lru_cache(DRAWN_LATELY)
def watch_svg(
    weeks: tuple[Watched, ...],
    *,
    accepted: float,
    sounded: str | None,
    began: tuple[str, str] | None,
) -> str:
    """Give the running rate over the band of its interval, with accepted rate, alarm and dates."""
    import altair as alt

    values = [{"day": w.day, "rate": w.rate, "low": w.low, "high": w.high} for w in weeks]
    floor = max(0.0, 5 * ((min(min(w.low for w in weeks), accepted) - 2) // 5))
    scale = alt.Scale(domain=[floor, 100], nice=False)
    axis = alt.Axis(format="%-d %b %Y", tickCount=5, grid=False, labelFlush=False)
    x = alt.X("day:T", title=None, axis=axis)
    title = "Recorded of every 100 that should have been"
    y = alt.Y("rate:Q", title=title, scale=scale, axis=alt.Axis(format=".0f", tickCount=6))
    base = alt.Chart(alt.InlineData(values=values), width=WIDTH, height=_HEIGHT - 30).encode(x=x)
    layers: list[Any] = []
    if began is not None:
        dates = alt.Chart(alt.InlineData(values=[{"first": began[0], "last": began[1]}]))
        layers.append(
            dates.mark_rect(color=ALERT, opacity=0.15).encode(x=alt.X("first:T"), x2=alt.X2("last:T"))
        )
    layers += [
        base.mark_area(color=GRID, opacity=1).encode(y=alt.Y("low:Q", scale=scale, title=title), y2="high:Q"),
        base.mark_line(color=MARK, strokeWidth=2.2).encode(y=y),
        base.mark_point(shape="circle", size=26, filled=True, color=MARK, opacity=1).encode(y=y),
    ]
    wanted = alt.Chart(alt.InlineData(values=[{"rate": accepted}]))
    layers.append(wanted.mark_rule(color=INK, strokeWidth=1.3, strokeDash=[5, 3]).encode(y=y))
    last = [{"day": weeks[-1].day, "rate": accepted, "words": f"accepted, {accepted:.3g}%"}]
    names = alt.Chart(alt.InlineData(values=last)).mark_text(align="left", dx=8, color=INK, fontSize=12)
    layers.append(names.encode(x=x, y=y, text="words:N"))
    if sounded is not None:
        alarm = alt.Chart(alt.InlineData(values=[{"day": sounded, "words": "alarm"}])).encode(x=x)
        words = alarm.mark_text(color=ALERT, fontSize=13, fontWeight="bold", dy=-8)
        layers += [
            alarm.mark_rule(color=ALERT, strokeWidth=1.6),
            words.encode(y=alt.value(0), text="words:N"),
        ]
    return still_svg(alt.layer(*layers))
