"""The chart of days: its picture, its words and its figures say the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from firstpoint.errors import InputError
from firstpoint.reporting import DayCount, day_chart

FIRST = date(2026, 4, 6)


def days(*counts, low=5, high=15):
    return [DayCount(FIRST + timedelta(days=at), count, low, high) for at, count in enumerate(counts)]


def test_a_day_outside_the_band_is_told_in_words_and_in_the_figures():
    chart = day_chart(days(10, 2, 11), title="Incidents by day", value_name="Rows")
    assert "Outside what was expected: 7 April 2026." in chart.alternative
    assert [row[-1] for row in chart.data.rows] == ["", "outside what was expected", ""]
    assert chart.svg.startswith("<svg")


def test_days_within_the_band_are_said_to_be():
    chart = day_chart(days(10, 9, 11), title="Incidents by day", value_name="Rows")
    assert "No day lies outside the band." in chart.alternative


def test_days_of_which_nothing_was_expected_are_drawn_without_a_band():
    chart = day_chart(days(10, 9, low=None, high=None), title="Incidents by day", value_name="Rows")
    assert "band." not in chart.alternative
    assert [row[2:4] for row in chart.data.rows] == [(None, None)] * 2


@pytest.mark.parametrize("given", [days(10), [*days(10), *days(10)]])
def test_a_single_day_or_days_out_of_order_are_refused(given):
    with pytest.raises(InputError, match="in order"):
        day_chart(given, title="Incidents by day", value_name="Rows")
