"""Charts: every figure drawn is also said, and nothing is told by colour alone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from firstpoint.errors import InputError
from firstpoint.reporting import Step, TrendPoint, Whisker, interval_chart, trend_chart
from firstpoint.reporting.drawing import ALERT, INK, MARK, QUIET, letter

WHISKERS = (Whisker("Violence", 0.888, 0.8379, 0.9243), Whisker("Sexual offences", 0.8346, 0.715, 0.9187))
POINTS = tuple(TrendPoint(f"2025 Q{q}", v, 100, 80, 120) for q, v in enumerate((98, 104, 131, 99), start=1))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [INK, MARK, ALERT, QUIET])
def test_every_colour_stands_out_against_the_paper(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_an_interval_chart_says_every_figure_it_draws() -> None:
    chart = interval_chart(WHISKERS, confidence=0.95)
    assert "Violence 88.8% (83.7% to 92.5%)" in chart.alternative
    assert "Sexual offences 83.5% (71.5% to 91.9%)" in chart.alternative
    assert "95% interval" in chart.alternative
    assert [row[0] for row in chart.data.rows] == ["Violence", "Sexual offences"]


def test_a_chart_is_a_still_picture_that_asks_nothing_of_the_network() -> None:
    for chart in (interval_chart(WHISKERS, confidence=0.95), trend_chart(POINTS, title="T", value_name="V")):
        ElementTree.fromstring(chart.svg)  # noqa: S314 - our own drawing
        assert "<script" not in chart.svg
        assert not re.search(r'(href|src)="(?!#)', chart.svg)


def test_a_label_with_markup_stays_a_label() -> None:
    chart = interval_chart((Whisker("<script>alert(1)</script>", 0.9, 0.8, 0.95),), confidence=0.95)
    assert "<script" not in chart.svg


def test_a_trend_names_its_lowest_highest_and_outlying_period() -> None:
    chart = trend_chart(POINTS, title="Crimes recorded", value_name="Crimes")
    assert "lowest 98 in 2025 Q1, highest 131 in 2025 Q3" in chart.alternative
    assert "Outside the limits: 2025 Q3." in chart.alternative
    assert chart.data.rows[2][-1] == "outside its limits"
    assert "Triangle" in chart.note


def test_a_step_is_named_in_picture_words_and_table() -> None:
    chart = trend_chart(POINTS, title="T", value_name="V", steps=(Step("2025 Q3", "new bureau"),))
    assert "A, from 2025 Q3: new bureau." in chart.alternative
    assert "A, from 2025 Q3: new bureau." in chart.note
    assert "new bureau" in str(chart.data.rows[2][-1])
    assert ">A</text>" in chart.svg


def test_a_trend_of_rates_is_told_in_percent() -> None:
    points = (TrendPoint("2024", 0.836), TrendPoint("2025", 0.966))
    chart = trend_chart(points, title="Recording rate", value_name="Rate", measure="rate")
    assert "from 83.6% in 2024 to 96.6% in 2025" in chart.alternative
    assert "limits" not in chart.alternative


def test_a_long_series_is_drawn_whole() -> None:
    points = tuple(TrendPoint(f"week {n}", n % 7, 3, 0, 6) for n in range(120))
    chart = trend_chart(points, title="T", value_name="V")
    assert len(chart.data.rows) == 120


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(InputError):
        interval_chart((), confidence=0.95)
    with pytest.raises(InputError):
        trend_chart(POINTS[:1], title="T", value_name="V")


def test_what_would_draw_two_things_in_one_place_is_refused() -> None:
    with pytest.raises(InputError, match="comes twice"):
        interval_chart(WHISKERS * 2, confidence=0.95)
    with pytest.raises(InputError, match="comes twice"):
        trend_chart(POINTS * 2, title="T", value_name="V")


def test_a_step_outside_the_series_is_refused() -> None:
    with pytest.raises(InputError, match="2031"):
        trend_chart(POINTS, title="T", value_name="V", steps=(Step("2031", "later"),))


def test_an_interval_that_cannot_be_is_not_drawn() -> None:
    with pytest.raises(InputError):
        interval_chart((Whisker("Violence", 0.9, 0.95, 0.8),), confidence=0.95)


def test_steps_beyond_the_alphabet_keep_names_of_their_own() -> None:
    assert [letter(place) for place in (0, 25, 26)] == ["A", "Z", "A2"]
