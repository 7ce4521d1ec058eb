"""When things are reported, and England's clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.simulation import make_force, scenarios
from firstpoint.simulation.clock import local_day, local_hour, local_iso, local_time, seconds_of
from firstpoint.simulation.grammar_files import toml_of
from firstpoint.simulation.rhythms import (
    HOURS_A_YEAR,
    bank_holidays,
    rhythm_of,
    rhythms,
    weights_by_hour,
)

LONDON = ZoneInfo("Europe/London")


@given(
    st.integers(
        int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2037, 1, 1, tzinfo=UTC).timestamp())
    )
)
def test_the_clock_agrees_with_the_time_zone_database(seconds):
    local = datetime.fromtimestamp(seconds, LONDON)
    assert local_iso(seconds) == local.isoformat()
    assert local_time(seconds) == f"{local:%H:%M}"
    assert local_day(seconds) == f"{local:%Y-%m-%d}"
    assert local_hour(seconds) == local.hour


@pytest.mark.parametrize("hour", range(-3, 4))
@pytest.mark.parametrize(
    "change", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
)
def test_the_clock_is_right_about_the_hours_in_which_it_changes(change, hour):
    seconds = int(change.timestamp()) + hour * 1800
    assert local_iso(seconds) == datetime.fromtimestamp(seconds, LONDON).isoformat()


def test_a_day_begins_at_midnight_in_london():
    assert local_iso(seconds_of(date(2026, 7, 1))) == "2026-07-01T00:00:00+01:00"


def test_bank_holidays_are_those_of_the_calendar():
    # gov.uk/bank-holidays, England and Wales.
    assert sorted(bank_holidays(2026, 2026)) == [
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 4), date(2026, 5, 25),
        date(2026, 8, 31), date(2026, 12, 25), date(2026, 12, 28),
    ]  # fmt: skip
    assert {date(2022, 1, 3), date(2022, 12, 26), date(2022, 12, 27)} <= bank_holidays(2022, 2022)
    assert {date(2023, 1, 2), date(2023, 12, 25), date(2023, 12, 26)} <= bank_holidays(2023, 2023)


def test_every_scenario_follows_one_rhythm_and_every_rhythm_names_scenarios_that_are():
    named = [scenario for row in toml_of("rhythms").values() for scenario in row["scenarios"]]
    assert len(named) == len(set(named))
    assert set(named) <= set(scenarios())
    assert all(row["source"] for row in toml_of("rhythms").values())


def test_the_weights_of_a_rhythm_have_the_mean_of_one():
    for rhythm in rhythms().values():
        for weights, length in ((rhythm.by_month, 12), (rhythm.by_weekday, 7), (rhythm.by_hour, 24)):
            assert weights.shape == (length,)
            assert weights.mean() == pytest.approx(1)
            assert (weights > 0).all()


def test_a_scenarios_weight_is_kept_over_an_average_year():
    made = list(scenarios().values())
    weights = weights_by_hour(made, date(2026, 1, 1), 365, date(2026, 7, 2), frozenset())
    usual = np.array([one.weight for one in made])
    assert weights.sum(axis=1) / HOURS_A_YEAR == pytest.approx(usual, rel=0.02)


@pytest.fixture(scope="module")
def june():
    return make_force(seed=2, incidents=5_000, start=date(2026, 6, 1), days=28)


def test_fights_are_a_matter_of_weekend_nights_and_thefts_in_shops_of_the_day(june):
    local = june.incidents["received_at"].dt.convert_time_zone("Europe/London")
    told = june.incidents.select("incident_id").with_columns(hour=local.dt.hour(), weekday=local.dt.weekday())
    told = told.join(june.truth_incidents, on="incident_id")

    def share(scenario, condition):
        of_it = told.filter(pl.col("scenario") == scenario)
        return of_it.filter(condition).height / of_it.height

    night = (pl.col("hour") >= 20) | (pl.col("hour") < 5)
    assert share("assault_injury", night) > 0.5
    assert share("assault_injury", pl.col("weekday") >= 5) > 0.5
    assert share("shoplifting", pl.col("hour").is_between(8, 20)) > 0.85
    assert share("advice", pl.col("weekday") <= 5) > 0.8


def test_units_meet_a_mix_of_their_own(june):
    rhythm = pl.col("scenario").map_elements(rhythm_of, return_dtype=pl.String)
    nights = dict(june.truth_incidents.group_by("unit").agg((rhythm == "night_out").mean()).iter_rows())
    assert nights["Central"] > 1.4 * nights["North"]
