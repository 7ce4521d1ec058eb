"""The pictures behind the charts: still SVG, drawn with altair and vl-convert, which are imported only here
and only when a chart is drawn.

Colours have at least 4.5 : 1 against white, and nothing is told by colour alone: a point outside its limits
is a triangle, limits are dashed, and every line carries its name at its right end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    import altair as alt

INK = "#1d2733"  # 15 : 1 against white
MARK = "#1f4e79"  # 8.7 : 1
ALERT = "#a3260f"  # 7.2 : 1
QUIET = "#4f5b66"  # 7.0 : 1
GRID = "#dfe3e8"
FACE = "Arial, Helvetica, Liberation Sans, sans-serif"
WIDTH = 520
WIDTH_OF_WORDS = 110
MOST_LABELS = 6
DRAWN_LATELY = 16  # the same chart is drawn for page, paper and site, and drawing is the slow part


@frozen
class Rate:
    """A line of the forest: all three in percent."""

    label: str
    rate: float
    low: float
    high: float


@frozen
class Reading:
    """A point of the run, in the unit of its axis."""

    period: str
    value: float
    centre: float | None
    lower: float | None
    upper: float | None
    is_outside: bool


@frozen
class Day:
    """A point of a run of days: the day in ISO 8601, its count, and the band in which it was expected."""

    day: str
    count: int
    low: float | None
    high: float | None
    is_outside: bool


@lru_cache(DRAWN_LATELY)
def forest_svg(rates: tuple[Rate, ...], *, axis_title: str) -> str:
    """Give a diamond for each rate and a line for its interval, with the figures written beside."""
    import altair as alt

    values = [
        {"label": r.label, "rate": r.rate, "low": r.low, "high": r.high, "words": words_of(r)} for r in rates
    ]
    floor = max(0.0, 10 * ((min(r.low for r in rates) - 5) // 10))
    scale = alt.Scale(domain=[floor, 100], nice=False)
    axis = alt.Axis(ticks=False, domain=False, labelLimit=220, labelPadding=10)
    y = alt.Y("label:N", sort=None, title=None, axis=axis)
    x = alt.X("low:Q", scale=scale, title=axis_title)
    width = WIDTH - WIDTH_OF_WORDS
    base = alt.Chart(alt.InlineData(values=values), width=width, height=alt.Step(38))

    def end(name: str) -> Any:
        tick = base.mark_tick(thickness=3, size=14, color=MARK, opacity=1)
        return tick.encode(x=alt.X(f"{name}:Q", scale=scale), y=y)

    diamond = base.mark_point(shape="diamond", size=130, filled=True, color=INK, opacity=1)
    words = base.mark_text(align="left", dx=14, color=INK, fontSize=13)
    return still_svg(
        alt.layer(
            base.mark_rule(strokeWidth=3, color=MARK).encode(x=x, x2="high:Q", y=y),
            end("low"),
            end("high"),
            diamond.encode(x=alt.X("rate:Q", scale=scale), y=y),
            words.encode(x=alt.value(width), y=y, text="words:N"),
        )
    )


def words_of(rate: Rate) -> str:
    """Give a rate and its interval as they are written beside the line."""
    return f"{rate.rate:.1f}% ({rate.low:.1f} to {rate.high:.1f})"


@lru_cache(DRAWN_LATELY)
def run_svg(readings: tuple[Reading, ...], *, axis_title: str, step_periods: tuple[str, ...]) -> str:
    """Give a line through the readings, with centre and limits in stretches and a letter at each step."""
    import altair as alt

    order = [r.period for r in readings]
    every = -(-len(order) // MOST_LABELS)
    labels = alt.Axis(values=order[::every], labelAngle=0, labelOverlap=False)
    x = alt.X("period:N", sort=order, title=None, axis=labels, scale=alt.Scale(padding=0.4))
    axis = alt.Axis(format=",.0f", tickCount=5)

    def height(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", scale=alt.Scale(zero=False, nice=True), title=axis_title, axis=axis)

    values = list(_values(readings))
    base = alt.Chart(alt.InlineData(values=values), width=WIDTH, height=230).encode(x=x)
    limits = base.mark_line(color=QUIET, strokeWidth=1.2, strokeDash=[5, 4])
    within = base.transform_filter("!datum.outside").mark_point(
        shape="circle", size=45, filled=True, color=MARK
    )
    outside = base.transform_filter("datum.outside").mark_point(
        shape="triangle-up", size=150, filled=True, color=ALERT
    )
    layers = [
        base.mark_line(color=QUIET, strokeWidth=1.2).encode(y=height("centre"), detail="stretch:N"),
        limits.encode(y=height("lower"), detail="stretch:N"),
        limits.encode(y=height("upper"), detail="stretch:N"),
        base.mark_line(color=MARK, strokeWidth=2.2).encode(y=height("value")),
        within.encode(y=height("value"), opacity=alt.value(1)),
        outside.encode(y=height("value"), opacity=alt.value(1)),
        *_line_names(readings[-1], x, height("at")),
        *_step_letters(step_periods, x),
    ]
    return still_svg(alt.layer(*layers))


@lru_cache(DRAWN_LATELY)
def band_svg(days: tuple[Day, ...], *, axis_title: str) -> str:
    """Give a line through the counts of days, over the band in which they were expected."""
    import altair as alt

    values = [
        {"day": d.day, "count": d.count, "low": d.low, "high": d.high, "outside": d.is_outside} for d in days
    ]
    axis = alt.Axis(format="%-d %b %Y", tickCount=4, grid=False, labelFlush=False)
    base = alt.Chart(alt.InlineData(values=values), width=WIDTH + WIDTH_OF_WORDS, height=150).encode(
        x=alt.X("day:T", title=None, axis=axis)
    )
    height = alt.Y("count:Q", title=axis_title, axis=alt.Axis(format=",.0f", tickCount=4))
    band = base.transform_filter("isValid(datum.low)").mark_area(color=GRID, opacity=1)
    edges = base.transform_filter("isValid(datum.low)").mark_line(
        color=QUIET, strokeWidth=0.8, strokeDash=[3, 3]
    )
    outside = base.transform_filter("datum.outside").mark_point(
        shape="triangle-up", size=110, filled=True, color=ALERT, opacity=1
    )
    return still_svg(
        alt.layer(
            band.encode(y=alt.Y("low:Q", title=axis_title), y2="high:Q"),
            edges.encode(y="low:Q"),
            edges.encode(y="high:Q"),
            base.mark_line(color=MARK, strokeWidth=1.4).encode(y=height),
            outside.encode(y=height),
        )
    )


def _values(readings: Sequence[Reading]) -> Iterator[dict[str, Any]]:
    """Each reading with the number of its stretch: a new one begins where centre or limits change."""
    frames = [(r.centre, r.lower, r.upper) for r in readings]
    begins = (int(here != before) for here, before in zip(frames, [frames[0], *frames], strict=False))
    for reading, stretch in zip(readings, accumulate(begins), strict=True):
        yield {
            "period": reading.period,
            "value": reading.value,
            "centre": reading.centre,
            "lower": reading.lower,
            "upper": reading.upper,
            "outside": reading.is_outside,
            "stretch": stretch,
        }


def _line_names(last: Reading, x: alt.X, y: alt.Y) -> list[Any]:
    import altair as alt

    named = {"centre line": last.centre, "lower limit": last.lower, "upper limit": last.upper}
    values = [{"period": last.period, "at": at, "name": name} for name, at in named.items() if at is not None]
    if not values:
        return []
    words = alt.Chart(alt.InlineData(values=values)).mark_text(align="left", dx=14, color=QUIET, fontSize=12)
    return [words.encode(x=x, y=y, text="name:N")]


def _step_letters(periods: Sequence[str], x: alt.X) -> list[Any]:
    import altair as alt

    if not periods:
        return []
    values = [{"period": period, "letter": letter(place)} for place, period in enumerate(periods)]
    base = alt.Chart(alt.InlineData(values=values)).encode(x=x)
    words = base.mark_text(color=ALERT, fontSize=13, fontWeight="bold", dy=-8, align="center")
    return [
        base.mark_rule(color=ALERT, strokeWidth=1.2, strokeDash=[2, 3]),
        words.encode(y=alt.value(0), text="letter:N"),
    ]


def letter(place: int) -> str:
    """Give the letter by which a step is named: A, B, … Z, then A2, B2, …"""
    turn, within = divmod(place, 26)
    return chr(65 + within) + (str(turn + 1) if turn else "")


def still_svg(chart: Any) -> str:
    """Give the chart as a still SVG document, in the type and colours of the house."""
    import vl_convert

    padding = {"left": 4, "top": 14, "right": 10, "bottom": 4}
    styled = chart.configure(font=FACE, background="white", padding=padding).configure_view(stroke=None)
    styled = styled.configure_axis(
        labelColor=INK,
        titleColor=INK,
        labelFontSize=13,
        titleFontSize=13,
        titleFontWeight="normal",
        titlePadding=10,
        gridColor=GRID,
        domainColor=QUIET,
        tickColor=QUIET,
    )
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict())
    return svg
