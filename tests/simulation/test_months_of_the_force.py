"""Years of a force, month by month: the same however made, resumable, written whole or not at all."""

import json
from collections import Counter
from datetime import date

import polars as pl
import pytest

from firstpoint.errors import InputError
from firstpoint.records import read_extract, read_mapping
from firstpoint.simulation import (
    Years,
    make_month,
    months_from,
    read_truth,
    scenarios,
    usual_profile,
    usual_profile_text,
    write_months,
)
from firstpoint.simulation.moments import days_of

A_YEAR = 6_000
EXTRACTS = ("incidents", "log_entries", "crimes", "victims")


def years(**changed) -> Years:
    asked = {
        "seed": 5, "incidents_a_year": A_YEAR, "bank": "training", "format": "parquet",
        "profile": usual_profile_text(),
    }  # fmt: skip
    return Years(**{**asked, **changed})


def written(folder, number, first=date(2026, 4, 1), *, workers=1, **changed):
    return list(write_months(years(**changed), months_from(first, number), folder, workers=workers))


@pytest.fixture(scope="module")
def three_months(tmp_path_factory):
    folder = tmp_path_factory.mktemp("years") / "force"
    written(folder, 3)
    return folder


def every_byte(folder) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_month_made_alone_is_the_month_among_others(three_months, tmp_path):
    written(tmp_path / "alone", 1, date(2026, 5, 1))
    alone = every_byte(tmp_path / "alone")
    assert alone.items() <= every_byte(three_months).items()
    assert sum("2026-05" in name for name in alone) == 8


def test_the_number_of_processes_changes_nothing(three_months, tmp_path):
    written(tmp_path / "force", 3, workers=2)
    assert every_byte(tmp_path / "force") == every_byte(three_months)


def test_a_finished_month_is_not_made_again(three_months):
    before = {p: p.stat().st_mtime_ns for p in three_months.rglob("*.parquet")}
    again = written(three_months, 3)
    assert [each.made_now for each in again] == [False] * 3
    assert before == {p: p.stat().st_mtime_ns for p in three_months.rglob("*.parquet")}


def test_a_month_broken_off_is_made_anew_and_whole(tmp_path, monkeypatch):
    folder = tmp_path / "force"
    written(folder, 1)
    whole = every_byte(folder)
    (folder / "months/2026-04.json").unlink()
    (folder / "crimes/2026-04.parquet").write_bytes(b"half a fi")
    (folder / "victims/2026-04.parquet").unlink()
    assert [each.made_now for each in written(folder, 1)] == [True]
    assert every_byte(folder) == whole


def test_a_full_disk_leaves_no_half_written_file_and_no_finished_month(tmp_path, monkeypatch):
    def full(self, path, *rest, **more):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(OSError, match="No space left"):
        written(tmp_path / "force", 1)
    assert not list((tmp_path / "force").rglob("*.part"))
    assert not list((tmp_path / "force").rglob("*.parquet"))
    assert not (tmp_path / "force/months").exists()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"seed": 6}, "seed 5, not 6"),
        ({"bank": "held_out"}, "bank 'training'"),
        ({"incidents_a_year": 99}, "incidents_a_year"),
        ({"profile": "late_share = 0.5"}, "another profile"),
    ],
)
def test_a_folder_of_another_force_is_refused_and_left_as_it_is(three_months, changed, told):
    before = every_byte(three_months)
    with pytest.raises(InputError, match=told):
        written(three_months, 4, **changed)
    assert every_byte(three_months) == before


def test_a_folder_with_something_else_in_it_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(InputError, match="holds no made-up force"):
        written(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_mark_that_cannot_be_read_is_named(three_months, tmp_path):
    folder = tmp_path / "force"
    written(folder, 1)
    (folder / "months/2026-04.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="something else") as refused:
        written(folder, 1)
    assert "2026-04.json" in refused.value.where


def test_no_reference_stands_for_two_things_in_different_months(three_months):
    for table, key in (("incidents", "incident_id"), ("crimes", "crime_id")):
        assert pl.read_parquet(three_months / table / "*.parquet")[key].is_unique().all()


def test_a_crime_recorded_late_over_the_turn_of_the_year_keeps_a_number_of_its_own():
    decembers = [
        make_month(seed=5, month=date(year, 12, 1), incidents_a_year=6_000).crimes for year in (2026, 2027)
    ]
    assert (decembers[0]["recorded_at"].dt.year() == 2027).any()
    assert pl.concat(decembers)["crime_id"].is_unique().all()


def test_the_force_meets_people_and_firms_again_month_after_month_and_they_stay_who_they_are(tmp_path):
    written(tmp_path / "force", 3, profile="repeat_victim_share = 1.0")
    due = read_truth(tmp_path / "force").truth_crimes.drop_nulls("victim_id")
    met = due.group_by("victim_id").agg(
        months=pl.col("incident_id").str.slice(1, 6).n_unique(),
        sexes=pl.col("victim_sex").n_unique(),
        aged=pl.col("victim_age").max() - pl.col("victim_age").min(),
    )
    again = met.filter(pl.col("months") > 1)
    people = again.drop_nulls("aged")
    assert again.height > people.height > 3
    assert (people["sexes"] == 1).all()
    assert (people["aged"] <= 1).all()


def test_crimes_of_a_month_hang_together(three_months):
    truth = read_truth(three_months)
    incidents = pl.read_parquet(three_months / "incidents/*.parquet")
    crimes = pl.read_parquet(three_months / "crimes/*.parquet")
    assert crimes["incident_id"].drop_nulls().is_in(incidents["incident_id"].to_list()).all()
    held = Counter(truth.truth_crimes["crime_id"].drop_nulls())
    assert set(held.values()) == {1}
    counted = json.loads((three_months / "months/2026-06.json").read_text(encoding="utf-8"))
    assert counted["incidents"] == pl.read_parquet(three_months / "incidents/2026-06.parquet").height


@pytest.mark.parametrize("table", EXTRACTS)
def test_csv_and_parquet_extracts_of_a_month_read_as_the_same(three_months, tmp_path, table):
    folder = tmp_path / "csv"
    list(write_months(years(format="csv"), [date(2026, 4, 1)], folder, workers=1))
    mapping = read_mapping(folder / "mapping.toml")
    by_csv = read_extract(folder / table / "2026-04.csv", table, mapping)
    by_parquet = read_extract(three_months / table / "2026-04.parquet", table, mapping)
    assert by_csv.rejects.height == by_parquet.rejects.height == 0
    assert by_csv.frame.equals(by_parquet.frame)


def test_no_truth_stands_outside_its_folder(three_months):
    truth = read_truth(three_months)
    words = {*truth.truth_incidents["scenario"].unique(), *truth.truth_errors["error"].unique()}
    for path in (*three_months.glob("*.*"), *(p for t in EXTRACTS for p in (three_months / t).iterdir())):
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else None
        if frame is None:
            assert not [word for word in words if "_" in word and word in path.read_text(encoding="utf-8")]
        else:
            assert not {"should_record", "scenario", "error", "facts", "due_id"} & set(frame.columns)


def test_a_month_brings_what_its_season_does():
    made = list(scenarios().values())
    winter, summer = (days_of(made, date(2026, month, 1), 31, usual_profile()) for month in (1, 7))
    assert summer.expected(1) > winter.expected(1)
    shift = dict(zip(scenarios(), summer.weights.sum(axis=1) / winter.weights.sum(axis=1), strict=True))
    assert shift["burglary_home"] < 0.95 < 1.05 < shift["assault_injury"] < 1.4 < shift["bicycle_theft"]
    drawn = make_month(seed=1, month=date(2026, 7, 9), incidents_a_year=12_000).incidents.height
    assert drawn == pytest.approx(summer.expected(12_000), abs=4 * summer.expected(12_000) ** 0.5)


def test_an_average_year_brings_what_it_is_said_to():
    made = list(scenarios().values())
    year = days_of(made, date(2025, 10, 1), 365, usual_profile())
    assert year.expected(600_000) == pytest.approx(600_000, rel=0.01)


def test_a_month_keeps_to_its_days_even_where_the_clocks_change_on_its_last():
    for month, days in ((date(2030, 3, 1), 31), (date(2027, 10, 1), 31), (date(2028, 2, 1), 29)):
        force = make_month(seed=3, month=month, incidents_a_year=3_000)
        local = force.incidents["received_at"].dt.convert_time_zone("Europe/London").dt.date()
        assert local.min() >= month
        assert local.max() <= month.replace(day=days)
        assert force.incidents["incident_id"].str.slice(1, 6).unique().to_list() == [f"{month:%Y%m}"]


def test_a_year_of_less_than_an_incident_is_refused():
    with pytest.raises(InputError, match="at least one incident a year"):
        make_month(seed=1, month=date(2026, 1, 1), incidents_a_year=0.2)
