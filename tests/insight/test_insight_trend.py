"""A change beyond the ordinary wobble is signalled, and the baseline is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from firstpoint.errors import InputError, Refused, UnreadableFile
from firstpoint.insight import quarterly_trend, read_recorded_crime, rolling_year, xmr_limits, xmr_signals
from firstpoint.insight.trend import NEAR_LIMIT, OUTSIDE, RUN

KENT = (
    Path(__file__).resolve().parents[2].parent
    / "shared/data/real/uk/prc_kent_quarterly_reconstructed_2012_2018.csv"
)


def quarters(*offences: int) -> pl.DataFrame:
    ends = [(3, 31), (6, 30), (9, 30), (12, 31)]
    return pl.DataFrame(
        {
            "quarter_ending": [date(2012 + at // 4, *ends[at % 4]) for at in range(len(offences))],
            "offences": list(offences),
        }
    )


def test_limits_are_the_mean_and_2_66_mean_moving_ranges() -> None:
    limits = xmr_limits(np.array([10.0, 12.0, 9.0, 11.0, 10.0, 8.0]))
    assert (limits.centre, limits.mean_moving_range) == pytest.approx((10.0, 2.0))
    assert (limits.lower, limits.upper) == pytest.approx((10 - 5.32, 10 + 5.32))


def test_a_jump_after_the_baseline_is_signalled() -> None:
    trend = quarterly_trend(quarters(100, 104, 98, 102, 99, 101, 100, 103, 97, 100, 102, 98, 160))
    signals = trend.points["signal"].to_list()
    assert signals[-1] == OUTSIDE
    assert signals[:-1] == [None] * 12
    assert trend.points["in_baseline"].to_list() == [True] * 12 + [False]


def test_the_baseline_is_stated_and_can_be_chosen() -> None:
    series = quarters(100, 104, 98, 102, 99, 101, 200, 204, 198, 202, 199, 201)
    late = quarterly_trend(series, baseline_first=date(2013, 9, 30), baseline_last=date(2014, 12, 31))
    assert late.limits.centre == pytest.approx(1204 / 6)
    assert (late.baseline_first, late.baseline_last) == (date(2013, 9, 30), date(2014, 12, 31))
    assert "6 quarters ending September 2013 to December 2014" in late.method
    assert late.points["signal"][0] == OUTSIDE


def test_eight_on_one_side_are_a_signal_though_each_is_within_the_limits() -> None:
    limits = xmr_limits(np.array([10.0, 14.0, 6.0, 12.0, 8.0, 10.0]))
    signals = xmr_signals(np.array([10.0] + [11.0] * 8), limits)
    assert signals == [None] * 8 + [RUN]


def test_three_of_four_near_a_limit_are_a_signal() -> None:
    limits = xmr_limits(np.array([10.0, 14.0, 6.0, 12.0, 8.0, 10.0]))
    high = limits.upper - 0.1
    assert xmr_signals(np.array([high, 10.0, high, high]), limits) == [None, None, None, NEAR_LIMIT]


def test_a_count_has_no_limit_below_nothing() -> None:
    assert quarterly_trend(quarters(1, 9, 0, 8, 1, 9)).limits.lower == 0.0


def test_a_short_baseline_is_refused() -> None:
    with pytest.raises(Refused, match="too short"):
        quarterly_trend(quarters(1, 2, 3))


def test_a_quarter_twice_or_empty_is_turned_away() -> None:
    twice = pl.concat([quarters(1, 2, 3, 4, 5, 6), quarters(1)])
    with pytest.raises(InputError, match="2012-03-31"):
        quarterly_trend(twice)
    with pytest.raises(InputError, match="no figure"):
        quarterly_trend(quarters(1, 2, 3, 4, 5, 6).with_columns(offences=pl.lit(None, dtype=pl.Int64)))


def test_rows_do_not_need_to_come_in_order() -> None:
    series = quarters(100, 104, 98, 102, 99, 101, 100)
    assert quarterly_trend(series.reverse()).points.equals(quarterly_trend(series).points)


def test_a_rolling_year_adds_four_quarters_and_leaves_gaps_out() -> None:
    assert rolling_year(quarters(1, 2, 3, 4, 5))["offences"].to_list() == [10, 14]
    gap = quarters(1, 2, 3, 4, 5, 6).filter(pl.col("offences") != 2)
    assert rolling_year(gap)["offences"].to_list() == [3 + 4 + 5 + 6]


def test_offence_groups_of_a_quarter_are_added_together(tmp_path: Path) -> None:
    file = tmp_path / "prc.csv"
    head = "pfa,offence,quarter_ending,offences_quarter\n"
    file.write_text(f"{head}A,x,2012-06-30,5\nA,y,2012-06-30,6\nB,x,2012-06-30,70\n", encoding="utf-8")
    assert read_recorded_crime(file, "A").rows() == [(date(2012, 6, 30), 11)]
    with pytest.raises(InputError, match="2 areas"):
        read_recorded_crime(file)
    with pytest.raises(InputError, match="no area 'C'"):
        read_recorded_crime(file, "C")
    file.write_text(f"{head}A,x,30/06/2012,5\nA,y,2012-06-30,many\n", encoding="utf-8")
    with pytest.raises(InputError, match="2 rows"):
        read_recorded_crime(file)
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="quarter_ending"):
        read_recorded_crime(file)
    with pytest.raises(UnreadableFile):
        read_recorded_crime(tmp_path / "absent.csv")


@pytest.mark.shared
@pytest.mark.skipif(not KENT.is_file(), reason="the published recorded crime is not beside this checkout")
def test_kent_recorded_crime_adds_up_quarter_by_quarter_and_year_by_year() -> None:
    kent = read_recorded_crime(KENT)
    by_quarter = dict(kent.iter_rows())
    assert by_quarter[date(2012, 3, 31)] == 23_398
    assert by_quarter[date(2016, 12, 31)] == 33_245
    assert by_quarter[date(2018, 9, 30)] == 53_893
    assert dict(rolling_year(kent).iter_rows())[date(2016, 12, 31)] == 125_745


@pytest.mark.shared
@pytest.mark.skipif(not KENT.is_file(), reason="the published recorded crime is not beside this checkout")
def test_kent_recorded_crime_signals_its_rise_of_2017_and_2018() -> None:
    trend = quarterly_trend(read_recorded_crime(KENT))
    last_six = trend.points.tail(6)
    assert last_six["signal"].to_list() == [OUTSIDE] * 6
    assert last_six["offences"].min() > trend.limits.upper
