"""Charts for a board: rates with their intervals, and a series with its limits.

Both give a :class:`~firstpoint.reporting.tree.Chart`: a still SVG, an alternative text made from the same figures, and
the figures as a table. Nothing is told by colour alone (a point outside its limits is another shape, limits are
dashed and named), and every colour of text and mark has at least 4.5 : 1 against white.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from firstpoint.errors import InputError
from firstpoint.reporting.plain_text import printable
from firstpoint.reporting.plain_words import check_interval, percent, percent_outward
from firstpoint.reporting.tree import Chart, Column, Table

if TYPE_CHECKING:
    import altair as alt

INK = "#1d2733"  # 15 : 1 against white
MARK = "#1f4e79"  # 8.7 : 1
ALERT = "#a3260f"  # 7.2 : 1
QUIET = "#4f5b66"  # 7.0 : 1
GRID = "#dfe3e8"
FACE = "Arial, Helvetica, Liberation Sans, sans-serif"
WIDTH = 520

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
    """One period of a series: its value, and the centre line and limits that hold in it (where there are any).

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
    whiskers: Sequence[Whisker], *, confidence: float, caption: str = "Recording rate, with its interval"
) -> Chart:
    """Give a forest chart: a dot for each rate and a line for its interval, on one scale of percent."""
    if not whiskers:
        raise InputError("there is no rate to draw", remedy="Leave the chart out where there is none.")
    for whisker in whiskers:
        check_interval(whisker.low, whisker.high, confidence)
    rows = [_whisker_row(w) for w in whiskers]
    level = percent(confidence)
    said = "; ".join(f"{label} {rate:.1f}% ({low:.1f}% to {high:.1f}%)" for label, rate, low, high in rows)
    return Chart(
        caption=caption,
        svg=_svg(_forest(rows)),
        alternative=f"Dot and line chart of the recording rate with its {level} interval: {said}.",
        data=Table(
            caption=f"Figures of the chart: {caption}",
            columns=(
                Column("Stratum", "name", 2),
                Column("Rate", "rate"),
                Column(f"Low ({level})", "rate"),
                Column(f"High ({level})", "rate"),
            ),
            rows=rows,
        ),
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
    """Give a run of periods as a line with its centre line, its limits and the steps that a reader should know of.

    ``method`` says how centre and limits were found, and stands under the table of figures.
    """
    if len(points) < 2:
        raise InputError("a trend needs two periods or more", remedy="Leave the chart out until there are.")
    _check_steps(points, steps)
    columns = (
        Column("Period", "name", 1.4),
        *(Column(heading, measure) for heading in (value_name, "Centre line", "Lower limit", "Upper limit")),
        Column("Remark", "text", 2),
    )
    remarks = {step.period: step.text for step in steps}
    rows = [(*_in_unit(p, measure), _remark(p, remarks)) for p in points]
    return Chart(
        caption=title,
        svg=_svg(_run(points, measure, value_name, steps)),
        alternative=_trend_words(points, title, measure, steps),
        data=Table(caption=f"Figures of the chart: {title}", columns=columns, rows=rows, note=method),
    )


def _whisker_row(whisker: Whisker) -> tuple[str, float, float, float]:
    low, high = percent_outward(whisker.low, whisker.high)
    return whisker.label, round(100 * whisker.estimate, 1), low, high


def _forest(rows: Sequence[tuple[str, float, float, float]]) -> alt.LayerChart:
    import altair as alt

    values = [
        {
            "label": label,
            "rate": rate,
            "low": low,
            "high": high,
            "text": f"{rate:.1f}% ({low:.1f} to {high:.1f})",
        }
        for label, rate, low, high in rows
    ]
    base = alt.Chart(alt.InlineData(values=values), width=WIDTH - 110, height=alt.Step(38))
    floor = max(0.0, 10 * ((min(low for _, _, low, _ in rows) - 5) // 10))
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=220, labelPadding=10),
    )
    scale = alt.Scale(domain=[floor, 100], nice=False)
    x = alt.X("low:Q", scale=scale, title="Crimes recorded of every 100 that should have been")
    line = base.mark_rule(strokeWidth=3, color=MARK, strokeCap="butt").encode(x=x, x2="high:Q", y=y)
    ends = [
        base.mark_tick(thickness=3, size=14, color=MARK).encode(x=alt.X(f"{end}:Q", scale=scale), y=y)
        for end in ("low", "high")
    ]
    dot = base.mark_point(shape="diamond", size=130, filled=True, color=INK, opacity=1).encode(
        x=alt.X("rate:Q", scale=scale), y=y
    )
    words = base.mark_text(align="left", dx=14, color=INK, fontSize=13).encode(
        x=alt.value(WIDTH - 110), y=y, text="text:N"
    )
    return alt.layer(line, *ends, dot, words)


def _run(
    points: Sequence[TrendPoint], measure: Measure, value_name: str, steps: Sequence[Step]
) -> alt.LayerChart:
    import altair as alt

    values = [
        dict(zip(("period", "value", "centre", "lower", "upper"), _in_unit(p, measure), strict=True))
        | {"outside": p.is_outside}
        for p in points
    ]
    order = [p.period for p in points]
    every = max(1, len(order) // 8)
    shown = [period for place, period in enumerate(order) if place % every == 0]
    x = alt.X("period:N", sort=order, title=None, axis=alt.Axis(values=shown, labelAngle=0, ticks=True))
    scale = alt.Scale(zero=False, nice=True)
    unit = ".0f" if measure == "rate" else ",.0f"
    title = value_name if measure == "count" else f"{value_name}, %"

    def height(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q", scale=scale, title=title, axis=alt.Axis(format=unit, tickCount=5))

    base = alt.Chart(alt.InlineData(values=values), width=WIDTH, height=230)
    layers: list[Any] = [
        base.mark_line(color=QUIET, strokeWidth=1.2, interpolate="step").encode(x=x, y=height("centre")),
        *(
            base.mark_line(color=QUIET, strokeWidth=1.2, strokeDash=[5, 4], interpolate="step").encode(
                x=x, y=height(limit)
            )
            for limit in ("lower", "upper")
        ),
        base.mark_line(color=MARK, strokeWidth=2.2).encode(x=x, y=height("value")),
        base.transform_filter("!datum.outside")
        .mark_point(shape="circle", size=45, filled=True, color=MARK, opacity=1)
        .encode(x=x, y=height("value")),
        base.transform_filter("datum.outside")
        .mark_point(shape="triangle-up", size=150, filled=True, color=ALERT, opacity=1)
        .encode(x=x, y=height("value")),
    ]
    layers += _line_names(points, measure, x, scale)
    layers += _step_marks(steps, x)
    return alt.layer(*layers)


def _line_names(points: Sequence[TrendPoint], measure: Measure, x: alt.X, scale: alt.Scale) -> list[Any]:
    """Names for the lines at their right end, so that no legend and no colour is needed."""
    import altair as alt

    _, value, centre, lower, upper = _in_unit(points[-1], measure)
    del value
    names = [("average", centre), ("lower limit", lower), ("upper limit", upper)]
    values = [{"period": points[-1].period, "at": at, "name": name} for name, at in names if at is not None]
    if not values:
        return []
    return [
        alt.Chart(alt.InlineData(values=values))
        .mark_text(align="left", dx=14, color=QUIET, fontSize=12)
        .encode(x=x, y=alt.Y("at:Q", scale=scale), text="name:N")
    ]


def _step_marks(steps: Sequence[Step], x: alt.X) -> list[Any]:
    import altair as alt

    if not steps:
        return []
    values = [{"period": step.period, "text": f"{chr(65 + place)}"} for place, step in enumerate(steps)]
    base = alt.Chart(alt.InlineData(values=values)).encode(x=x)
    return [
        base.mark_rule(color=ALERT, strokeWidth=1.2, strokeDash=[2, 3]),
        base.mark_text(color=ALERT, fontSize=13, fontWeight="bold", dy=-8, align="center").encode(
            y=alt.value(0), text="text:N"
        ),
    ]


def _check_steps(points: Sequence[TrendPoint], steps: Sequence[Step]) -> None:
    known = {p.period for p in points}
    if len(known) < len(points):
        raise InputError(
            "a period appears twice in the trend", remedy="Give each period once, in order of time."
        )
    for step in steps:
        if step.period not in known:
            raise InputError(
                f"the step '{step.text}' starts in {step.period}, which the trend does not show",
                remedy="Name a period of the series.",
            )


def _in_unit(
    point: TrendPoint, measure: Measure
) -> tuple[str, float, float | None, float | None, float | None]:
    factor = 100.0 if measure == "rate" else 1.0
    centre, lower, upper = (
        None if v is None else v * factor for v in (point.centre, point.lower, point.upper)
    )
    return point.period, point.value * factor, centre, lower, upper


def _remark(point: TrendPoint, remarks: dict[str, str]) -> str:
    words = [remarks.get(point.period, ""), "outside its limits" if point.is_outside else ""]
    return "; ".join(filter(None, words))


def _trend_words(points: Sequence[TrendPoint], title: str, measure: Measure, steps: Sequence[Step]) -> str:
    def said(value: float) -> str:
        return f"{100 * value:.1f}%" if measure == "rate" else f"{value:,.0f}"

    first, last = points[0], points[-1]
    lowest, highest = min(points, key=lambda p: p.value), max(points, key=lambda p: p.value)
    parts = [
        f"Line chart, {title}: {len(points)} periods from {first.period} ({said(first.value)}) to {last.period} "
        f"({said(last.value)}); lowest {said(lowest.value)} in {lowest.period}, highest {said(highest.value)} in "
        f"{highest.period}."
    ]
    outside = [p.period for p in points if p.is_outside]
    if any(p.centre is not None for p in points):
        parts.append(
            f"Outside the limits: {', '.join(outside)}." if outside else "No period lies outside the limits."
        )
    parts += [f"{chr(65 + place)}, {step.period}: {step.text}." for place, step in enumerate(steps)]
    return " ".join(parts)


def _svg(chart: alt.LayerChart) -> str:
    """Give the chart as a still SVG document, in the type and colours of the house."""
    import vl_convert

    styled = (
        chart.configure(font=FACE, background="white", padding={"left": 4, "top": 14, "right": 10, "bottom": 4})
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=INK, labelFontSize=13, titleFontSize=13, titleFontWeight="normal",
            gridColor=GRID, domainColor=QUIET, tickColor=QUIET, titlePadding=10,
        )
    )  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(styled.to_dict())
    return svg
