"""How the force behaves is a file that a reader can change, drifts, and steps where a reform is done."""

from datetime import date, timedelta

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from firstpoint.errors import InputError, UnreadableFile
from firstpoint.simulation import make_month, opening_codes, read_profile, usual_profile, usual_profile_text

REFORM = usual_profile().reforms[0]


def laid(tmp_path, text):
    path = tmp_path / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def test_on_its_own_day_a_profile_is_as_its_file_says():
    usual = usual_profile()
    assert usual.on(usual.as_of) == usual


def test_a_reform_is_a_step_between_one_day_and_the_next():
    eve, day = (usual_profile().on(REFORM["from"] + timedelta(days=n)) for n in (-1, 0))
    for stratum, step in REFORM["recording_rate"].items():
        assert day.recording_rate[stratum] - eve.recording_rate[stratum] == pytest.approx(step, abs=1e-3)
    assert day.late_share - eve.late_share == pytest.approx(REFORM["shares"]["late_share"])


def test_while_nothing_is_done_a_rate_drifts_and_one_unit_grows_more_careless():
    now, later = usual_profile().on(date(2026, 4, 1)), usual_profile().on(date(2028, 4, 1))
    for stratum, a_year in usual_profile().drift.items():
        assert later.recording_rate[stratum] - now.recording_rate[stratum] == pytest.approx(
            2 * a_year, abs=1e-4
        )
    assert later.unit_carelessness["South"] > now.unit_carelessness["South"]
    assert later.unit_carelessness["North"] < now.unit_carelessness["North"]


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_no_day_has_a_share_outside_its_bounds(day):
    there = usual_profile().on(day)
    assert all(0 <= rate <= 1 for rate in there.recording_rate.values())
    assert all(odds >= 0 for odds in there.unit_carelessness.values())


def test_the_reform_can_be_seen_in_what_is_recorded():
    before, after = (
        make_month(seed=8, month=date(2024, month, 1), incidents_a_year=36_000).truth_incidents
        for month in (3, 4)
    )

    def rate(truth):
        violence = truth.filter(pl.col("stratum") == "violence")
        return violence["recorded"].sum() / violence["should_record"].sum()

    assert rate(after) - rate(before) > 0.02


def test_a_readers_file_is_laid_over_the_usual_profile(tmp_path):
    own = laid(tmp_path, "late_share = 0.3\n[recording_rate]\nviolence = 0.5\n")
    assert own.late_share == 0.3
    assert own.recording_rate == {**usual_profile().recording_rate, "violence": 0.5}
    assert own.wrong_class_share == usual_profile().wrong_class_share


def test_the_usual_profile_copied_is_the_usual_profile(tmp_path):
    assert laid(tmp_path, usual_profile_text()) == usual_profile()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("late_shar = 0.1", "nothing of this name|anything of this name"),
        ("late_share = 1.5", "not between 0 and 1"),
        ('late_share = "many"', "wrong sort"),
        ("recording_rate = 3", "wrong sort"),
        ('[[reforms]]\nfrom = "2024-04-01"', "needs a day"),
        ("[[reforms]]\nfrom = 2024-04-01\nshares = { late = 0.1 }", "only shares that a profile has"),
    ],
)
def test_a_bad_profile_is_refused_with_its_place_and_a_remedy(tmp_path, text, told):
    with pytest.raises(InputError, match=told) as refused:
        laid(tmp_path, text)
    assert refused.value.where
    assert refused.value.remedy


def test_a_profile_that_is_no_toml_or_not_there_is_unreadable(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        laid(tmp_path, "late_share == 3")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_profile(tmp_path / "nowhere.toml")


def test_every_confusion_is_of_codes_that_are_there():
    for confused in usual_profile().opening_confusion.values():
        assert set(confused["codes"]) <= set(opening_codes())
        assert 0 <= confused["share"] <= 1


def test_every_share_states_its_source():
    lines = usual_profile_text().splitlines()
    shares = [line for line in lines if "_share = " in line and not line.startswith("shares")]
    assert all("#" in line and ("ours" in line or "CDI" in line) for line in shares)


def test_further_calls_can_be_turned_off():
    alone = evolve(usual_profile(), further_calls_share=0.0)
    month = make_month(seed=2, month=date(2026, 4, 1), incidents_a_year=6_000, profile=alone)
    assert month.truth_incidents["repeat_of"].null_count() == month.truth_incidents.height
