"""``firstpoint simulate``: months of a made-up force on disk, gone on with, and refused where it must be."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from firstpoint.cli import main
from firstpoint.cli.simulate import _first_month
from firstpoint.simulation import read_truth, usual_profile_text

SMALL = ["--incidents-a-year", "1500", "--workers", "1", "--start", "2026-04"]


def simulate(*words):
    return CliRunner().invoke(main, ["simulate", *map(str, words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "force"
    ran = simulate(*SMALL, "--months", 2, "--out", out)
    assert ran.exit_code == 0, ran.output
    assert "2 months made, 0 were there already." in ran.output
    return out


def test_it_leaves_a_file_a_month_of_each_table_and_the_truth(folder):
    for table in (
        "incidents",
        "log_entries",
        "crimes",
        "victims",
        "truth/incidents",
        "truth/crimes",
        "truth/errors",
    ):
        assert sorted(path.name for path in (folder / table).iterdir()) == [
            "2026-04.parquet",
            "2026-05.parquet",
        ]
    truth = read_truth(folder).truth_incidents
    assert truth["should_record"].sum() > truth["recorded"].sum() > 0


def test_it_goes_on_where_it_was_and_tells_so_to_machines(folder):
    ran = simulate(*SMALL, "--months", 3, "--out", folder, "--json")
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert [(each["month"], each["made_now"]) for each in told] == [
        ("2026-04", False),
        ("2026-05", False),
        ("2026-06", True),
    ]
    for each in told:
        assert each["incidents"] == pl.read_parquet(folder / f"incidents/{each['month']}.parquet").height


def test_another_force_in_the_same_folder_is_refused(folder):
    ran = simulate(*SMALL, "--months", 2, "--out", folder, "--seed", 7)
    assert ran.exit_code == 2
    assert "another force" in ran.output


def test_the_held_out_bank_and_csv_can_be_asked_for(folder, tmp_path):
    ran = simulate(*SMALL, "--months", 1, "--out", tmp_path / "f", "--bank", "held_out", "--format", "csv")
    assert ran.exit_code == 0, ran.output
    told = pl.read_csv(tmp_path / "f/incidents/2026-04.csv", infer_schema=False)
    usual = pl.read_parquet(folder / "incidents/2026-04.parquet")
    assert told["incident_id"].equals(usual["incident_id"])
    assert not told["text"].is_in(usual["text"].to_list()).any()


def test_the_usual_profile_can_be_shown_changed_and_used(folder, tmp_path):
    assert simulate("--show-profile").stdout.rstrip("\n") == usual_profile_text().rstrip("\n")
    own = tmp_path / "own.toml"
    own.write_text(
        "[recording_rate]\nviolence = 0.2\nsexual = 0.2\nother = 0.2\nnone = 0.2\n", encoding="utf-8"
    )
    ran = simulate(*SMALL, "--months", 1, "--out", tmp_path / "f", "--profile", own)
    assert ran.exit_code == 0, ran.output
    careless, usual = (read_truth(path).truth_incidents for path in (tmp_path / "f", folder))
    assert careless["recorded"].sum() / careless["should_record"].sum() < 0.5
    assert usual["recorded"].sum() / usual["should_record"].sum() > 0.7
    assert (tmp_path / "f/truth/profile.toml").read_text(encoding="utf-8") == own.read_text(encoding="utf-8")


def test_a_bad_profile_is_refused_before_anything_is_written(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text("late_share = 3\n", encoding="utf-8")
    ran = simulate(*SMALL, "--months", 1, "--out", tmp_path / "f", "--profile", own)
    assert ran.exit_code == 2
    assert "late_share" in ran.output
    assert not (tmp_path / "f").exists()


def test_without_a_folder_nothing_is_done():
    ran = simulate(*SMALL)
    assert ran.exit_code == 2
    assert "--out" in ran.output


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    ran = simulate(*SMALL, "--months", 1, "--out", tmp_path / "file" / "force")
    assert ran.exit_code == 2
    assert "could not be written" in ran.output
    assert "the same command again" in ran.output


def test_unless_told_the_last_month_is_the_latest_that_is_over():
    assert _first_month(date(2026, 11, 27), 1) == date(2026, 10, 1)
    assert _first_month(date(2026, 11, 27), 60) == date(2021, 11, 1)
    assert _first_month(date(2026, 1, 1), 12) == date(2025, 1, 1)
