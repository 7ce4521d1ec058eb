import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from firstpoint.errors import InputError
from firstpoint.records import TABLES
from firstpoint.simulation import make_force, usual_profile, write_force


def fingerprint(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def test_same_seed_makes_the_same_force_to_the_byte(tmp_path):
    first = write_force(make_force(seed=7, incidents=400), tmp_path / "first")
    np.random.seed(1)
    again = write_force(make_force(seed=7, incidents=400), tmp_path / "again")
    assert fingerprint(first) == fingerprint(again)


def test_same_seed_makes_the_same_force_in_another_process(tmp_path):
    here = write_force(make_force(seed=7, incidents=200), tmp_path / "here")
    code = (
        "import sys; from firstpoint.simulation import make_force, write_force; "
        "write_force(make_force(seed=7, incidents=200), sys.argv[1])"
    )
    there = tmp_path / "there"
    subprocess.run(
        [sys.executable, "-c", code, str(there)], check=True, env={**os.environ, "PYTHONHASHSEED": "41"}
    )
    assert fingerprint(here) == fingerprint(there)


def test_another_seed_makes_another_force():
    assert not make_force(seed=1, incidents=50).incidents.equals(make_force(seed=2, incidents=50).incidents)


def test_how_the_force_records_does_not_change_what_happened():
    honest = make_force(seed=3, incidents=300)
    careless = make_force(
        seed=3,
        incidents=300,
        profile=evolve(usual_profile(), recording_rate=dict.fromkeys(usual_profile().recording_rate, 0.4)),
    )
    same = ["incident_id", "scenario", "should_record", "facts"]
    logged = pl.col("kind") == "incident"
    assert (
        honest.truth_incidents.filter(logged)
        .select(same)
        .equals(careless.truth_incidents.filter(logged).select(same))
    )
    assert careless.crimes.height < honest.crimes.height


@pytest.mark.parametrize("table", ["incidents", "log_entries", "crimes", "victims"])
def test_the_force_holds_the_canonical_tables(force, table):
    assert getattr(force, table).schema == pl.Schema(TABLES[table].schema())


def test_every_incident_falls_in_the_days_asked_for():
    force = make_force(seed=5, incidents=500, start=date(2026, 10, 20), days=10)
    london = force.incidents["received_at"].dt.convert_time_zone("Europe/London").dt.date()
    assert london.min() >= date(2026, 10, 20)
    assert london.max() <= date(2026, 10, 30)
    midnight = datetime(2026, 10, 20, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
    assert force.incidents["received_at"].min() >= midnight


def test_most_incidents_hold_no_crime(force):
    incidents = force.truth_incidents.filter(pl.col("kind") == "incident")
    share = (incidents["should_record"] == 0).mean()
    # Further calls about a crime that is told already hold none of their own.
    assert 0.60 <= share <= 0.68


def test_the_strata_are_of_unequal_size_and_some_of_their_incidents_hold_no_crime(force):
    coded = force.truth_incidents.filter((pl.col("kind") == "incident") & (pl.col("stratum") != ""))
    shares = dict(coded.group_by("stratum").agg((pl.col("should_record") == 0).mean()).iter_rows())
    sizes = dict(coded.group_by("stratum").len().iter_rows())
    assert sizes["sexual"] * 5 < sizes["violence"] < sizes["other"]
    assert 0.10 < shares["violence"] < 0.38
    assert 0.15 < shares["other"] < 0.40


def test_few_incidents_hold_many_crimes(force):
    due = force.truth_incidents["should_record"]
    assert due.max() >= 12
    assert (due > 5).mean() < 0.01
    assert (due > 1).sum() > 100


def test_crimes_come_by_every_route(force):
    assert set(force.incidents["route"].unique()) == {
        "control room",
        "direct to IMU",
        "online",
        "public protection",
        "secondary",
    }


def test_a_secondary_incident_names_an_incident_of_the_force(force):
    named = force.incidents.filter(pl.col("route") == "secondary")["secondary_to"]
    assert named.is_in(force.incidents["incident_id"].to_list()).all()


def test_a_secondary_log_says_what_it_arises_from(force):
    secondary = force.incidents.filter(pl.col("secondary_to").is_not_null())
    assert secondary.height > 20
    assert secondary.select(pl.col("text").str.contains(pl.col("secondary_to"), literal=True).all()).item()


def test_no_crime_is_recorded_before_it_was_reported_or_reported_before_it_happened(force):
    times = force.crimes.select("occurred_from", "reported_at", "recorded_at")
    assert (times["occurred_from"] < times["reported_at"]).all()
    assert (times["reported_at"] < times["recorded_at"]).all()


def test_references_are_not_used_twice(force):
    assert force.incidents["incident_id"].is_unique().all()
    assert force.crimes["crime_id"].is_unique().all()
    assert force.victims["victim_id"].is_unique().all()


def test_every_recorded_victim_is_in_the_victims_table(force):
    named = force.crimes["victim_id"].drop_nulls().unique().sort()
    assert named.equals(force.victims["victim_id"].sort())


def test_a_force_of_no_incidents_is_refused():
    with pytest.raises(InputError, match="at least one incident"):
        make_force(seed=1, incidents=0)


def test_a_share_above_one_is_refused():
    with pytest.raises(InputError, match="late_share"):
        evolve(usual_profile(), late_share=1.2)
