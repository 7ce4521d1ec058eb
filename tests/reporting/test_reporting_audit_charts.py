"""Charts of an audit: every figure drawn stands in words and a table, and a picture carries its words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import date

import pytest

from firstpoint.errors import InputError
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

UNITS = (
    FunnelUnit("North", 120, 0.92, 0.83, 0.96),
    FunnelUnit("South <b>", 60, 0.70, 0.80, 0.98),
)
LIMITS = tuple(
    FunnelLimit(name, crimes, 0.9 - wide / crimes, min(0.9 + wide / crimes, 1.0))
    for name, wide in (("95%", 6.0), ("99.8%", 9.0))
    for crimes in (20, 60, 150)
)
DESIGNS = (DesignWidth("Equal split", 790, 3.02, 3.41, 0.953), DesignWidth("By size", 164, 2.96, 4.12))
COSTS = (CostPoint(40, 800, 2.1, 2.6), CostPoint(10, 200, 4.2, 5.3), CostPoint(20, 400, 3.0, 3.7))


def charts() -> list[Chart]:
    return [
        funnel_chart(UNITS, LIMITS, centre=0.9, title="Recording rate by unit", method="Limits by luck."),
        design_chart(DESIGNS, target_points=3.0),
        cost_chart(COSTS, target_points=3.0),
        interval_chart((Whisker("A1", 0.95, 0.88, 0.99),), confidence=0.95, row_name="Auditor"),
    ]


def test_a_picture_as_a_file_carries_its_title_and_description() -> None:
    for chart in charts():
        picture = ElementTree.fromstring(described_svg(chart))  # noqa: S314 - our own drawing
        title, description = picture[0], picture[1]
        assert (title.tag.split("}")[1], description.tag.split("}")[1]) == ("title", "desc")
        assert title.text == chart.caption
        assert chart.alternative in (description.text or "")
        assert picture.get("role") == "img"


def test_pictures_are_still_and_labels_stay_labels() -> None:
    for chart in charts():
        assert "<script" not in chart.svg
        assert "<b>" not in described_svg(chart)
        assert not re.search(r'(href|src)="(?!#)', chart.svg)


def test_a_unit_outside_is_named_in_words_picture_and_table() -> None:
    chart = charts()[0]
    assert "Outside the limits: South <b>." in chart.alternative
    assert "South &lt;b&gt;</text>" in chart.svg
    assert [row[-1] for row in chart.data.rows] == ["", "outside"]
    assert chart.data.note == "Limits by luck."
    inside = funnel_chart(UNITS[:1], LIMITS, centre=0.9, title="T")
    assert "No unit lies outside" in inside.alternative


def test_designs_are_told_with_both_widths_and_what_was_wanted() -> None:
    chart = charts()[1]
    assert "Equal split, 790 incidents: ± 3.0, nine in ten below ± 3.4" in chart.alternative
    assert "Wanted: ± 3 points." in chart.alternative
    assert chart.data.rows[0][-1] == pytest.approx(95.3)
    assert chart.data.rows[1][-1] is None


def test_the_curve_of_cost_runs_from_few_days_to_many() -> None:
    chart = charts()[2]
    assert [row[0] for row in chart.data.rows] == ["10", "20", "40"]
    assert "from ± 4.2 points at 10 auditor days to ± 2.1 at 40" in chart.alternative


def test_the_forest_says_what_it_shows() -> None:
    chart = interval_chart(
        (Whisker("A1", 0.95, 0.88, 0.99),),
        confidence=0.95,
        of_what="agreement",
        axis_title="Marked alike of every 100",
        row_name="Auditor",
    )
    assert chart.alternative.startswith("Chart of agreement with its 95% interval: A1 95.0%")
    assert "Marked alike of every 100" in chart.svg
    assert chart.data.columns[0].heading == "Auditor"


def test_the_watch_tells_rate_alarm_and_dates() -> None:
    weeks = [
        WatchedWeek(
            date(2026, 1, 4 + 7 * at), 0.97 - 0.05 * at, 0.9 - 0.05 * at, 0.99, (0.8, 1.0) if at else None
        )
        for at in range(3)
    ]
    chart = watch_chart(
        weeks,
        accepted=0.95,
        title="Daily audit",
        sounded_on=date(2026, 1, 18),
        began_between=(date(2026, 1, 5), date(2026, 1, 18)),
    )
    assert "from 97.0% to 87.0%; 95% is accepted." in chart.alternative
    assert "The alarm sounded on 18 January 2026." in chart.alternative
    assert "between 5 January 2026 and 18 January 2026" in chart.alternative
    assert chart.data.rows[0][-1] is None
    assert ">alarm</text>" in chart.svg
    quiet = watch_chart(weeks, accepted=0.8, title="Daily audit")
    assert "has not sounded" in quiet.alternative
    with pytest.raises(InputError):
        watch_chart(weeks[:1], accepted=0.95, title="T")


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InputError):
        funnel_chart((), LIMITS, centre=0.9, title="T")
    with pytest.raises(InputError):
        funnel_chart((FunnelUnit("X", 5, 1.2, 0.8, 0.9),), LIMITS, centre=0.9, title="T")
    with pytest.raises(InputError):
        design_chart(())
    with pytest.raises(InputError):
        design_chart((DesignWidth("X", 10, 4.0, 3.0),))
    with pytest.raises(InputError):
        cost_chart(COSTS[:1])
