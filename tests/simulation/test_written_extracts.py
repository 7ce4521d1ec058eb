from datetime import date

import polars as pl
import pytest

from firstpoint.auditing import build_frame
from firstpoint.records import read_extract, read_mapping
from firstpoint.simulation import write_force

TABLES = ("incidents", "log_entries", "crimes", "victims")
TRUTH_WORDS = {"should_record", "truth", "due", "due_id", "scenario", "error", "missed", "facts", "stratum"}


@pytest.fixture(scope="module")
def folder(force, tmp_path_factory):
    return write_force(force, tmp_path_factory.mktemp("force"))


@pytest.mark.parametrize("table", TABLES)
def test_an_extract_reads_cleanly_and_gives_the_force_back(force, folder, table):
    extract = read_extract(folder / f"{table}.csv", table, read_mapping(folder / "mapping.toml"))
    assert extract.rejects.height == 0
    assert extract.frame.equals(getattr(force, table))


@pytest.mark.parametrize("table", TABLES)
def test_an_extract_has_no_column_of_truth(folder, table):
    headings = pl.read_csv(folder / f"{table}.csv", n_rows=1, infer_schema=False).columns
    assert not TRUTH_WORDS & set(headings)


def test_nothing_outside_the_truth_folder_names_a_scenario_or_an_error(force, folder):
    words = {*force.truth_incidents["scenario"].unique(), *force.truth_errors["error"].unique()}
    tell_tale = {word for word in words if "_" in word}
    for path in folder.glob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in tell_tale if word in text], path.name


def test_times_are_local_with_their_offset(folder):
    received = pl.read_csv(folder / "incidents.csv", infer_schema=False)["received_at"]
    assert received.str.contains(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+01:00$").all()


def test_the_truth_is_beside_the_extracts(force, folder):
    for name in ("incidents", "crimes", "errors"):
        assert pl.read_parquet(folder / "truth" / f"{name}.parquet").equals(getattr(force, f"truth_{name}"))


def test_the_mapping_gives_the_strata_of_the_opening_codes(force, folder):
    strata = read_mapping(folder / "mapping.toml").opening_codes
    assert strata == {code: stratum for code, stratum in force.opening_codes.items() if stratum}


def test_the_audit_frame_of_the_extracts_is_that_of_the_truth(force, folder):
    strata = read_mapping(folder / "mapping.toml").opening_codes
    frame = build_frame(force.incidents, force.crimes, strata, date(2026, 4, 1), date(2026, 4, 30))
    truth = force.truth_incidents.filter(pl.col("stratum") != "").select("stratum", "incident_id", "kind")
    assert frame.equals(truth.sort("stratum", "incident_id"))
