"""Tables kept in a directory: the same extract twice, corrected rows, and a kill at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from firstpoint.errors import UnreadableFile
from firstpoint.records import TABLES, loads_of, read_extract, read_store, store_extracts

LOADER = """
import os, signal, sys
from firstpoint.records import read_extract, store, store_extracts

home, extract, moment = sys.argv[1:]
kept = store._keep_on_disk
calls = 0

def keep_and_perhaps_die(path):
    global calls
    kept(path)
    calls += 1
    if str(calls) == moment:
        os.kill(os.getpid(), signal.SIGKILL)

store._keep_on_disk = keep_and_perhaps_die
read = read_extract(extract, "incidents")
print("reading done", flush=True)
store_extracts(home, [read])
"""


def log(path: Path, first: int, rows: int) -> Path:
    lines = "".join(f"I{n},2026-04-01T09:00:00Z,words of log {n}\n" for n in range(first, first + rows))
    path.write_text("incident_id,received_at,text\n" + lines)
    return path


def start_loading(home: Path, extract: Path, moment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(home), str(extract), moment], stdout=subprocess.PIPE
    )


def test_what_is_stored_can_be_read_back(incidents, crimes, tmp_path):
    home = tmp_path / "store"
    extracts = [read_extract(incidents, "incidents"), read_extract(crimes, "crimes")]
    stored = store_extracts(home, extracts)
    assert [(each.table, each.rows) for each in stored.loaded] == [("incidents", 3), ("crimes", 2)]
    tables = read_store(home)
    assert tables["incidents"].equals(extracts[0].frame)
    assert tables["crimes"].equals(extracts[1].frame)
    assert tables["victims"].schema == pl.Schema(TABLES["victims"].schema())
    assert tables["victims"].is_empty()


def test_the_same_extract_twice_does_nothing(incidents, tmp_path):
    home = tmp_path / "store"
    store_extracts(home, [read_extract(incidents, "incidents")])
    before = {file.name: file.read_bytes() for file in home.iterdir()}
    again = store_extracts(home, [read_extract(incidents, "incidents")])
    assert again.loaded == ()
    assert [each.file for each in again.already_loaded] == ["incidents.csv"]
    assert {file.name: file.read_bytes() for file in home.iterdir()} == before


def test_the_same_extract_under_two_names_goes_in_once(incidents, write, tmp_path):
    copy = write("copy.csv", incidents.read_bytes())
    stored = store_extracts(
        tmp_path / "store", [read_extract(incidents, "incidents"), read_extract(copy, "incidents")]
    )
    assert len(stored.loaded) == 1
    assert read_store(tmp_path / "store")["incidents"].height == 3


def test_a_corrected_row_replaces_the_older_one_in_its_place(incidents, write, tmp_path):
    home = tmp_path / "store"
    store_extracts(home, [read_extract(incidents, "incidents")])
    rows = "I2,2026-04-01,corrected\nI4,2026-04-03,new\n"
    later = write("later.csv", "incident_id,received_at,text\n" + rows)
    store_extracts(home, [read_extract(later, "incidents")])
    frame = read_store(home)["incidents"]
    assert frame["incident_id"].to_list() == ["I1", "I2", "I3", "I4"]
    assert frame["text"].to_list() == ["He punched me", "corrected", "Not seen for days", "new"]
    assert [each.file for each in loads_of(home)] == ["incidents.csv", "later.csv"]


def test_entries_already_there_are_not_doubled(write, tmp_path):
    head = "incident_id,entry_at,text\n"
    first = write("monday.csv", head + "I1,2026-04-01,a\nI1,2026-04-01,b\n")
    second = write("tuesday.csv", head + "I1,2026-04-01,b\nI1,2026-04-02,c\n")
    for path in (first, second):
        store_extracts(tmp_path / "store", [read_extract(path, "log_entries")])
    assert read_store(tmp_path / "store")["log_entries"]["text"].to_list() == ["a", "b", "c"]


def test_old_files_are_swept_away(incidents, write, tmp_path):
    home = tmp_path / "store"
    store_extracts(home, [read_extract(incidents, "incidents")])
    store_extracts(home, [read_extract(log(tmp_path / "b.csv", 10, 5), "incidents")])
    assert len(list(home.glob("*.parquet"))) == 1


def test_a_directory_without_a_store_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="no store here"):
        read_store(tmp_path)


def test_a_damaged_store_is_refused_in_our_words(incidents, tmp_path):
    home = tmp_path / "store"
    store_extracts(home, [read_extract(incidents, "incidents")])
    next(home.glob("*.parquet")).write_bytes(b"not a table")
    with pytest.raises(UnreadableFile, match=r"damaged or gone.*backup"):
        read_store(home)


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_a_load_killed_after_any_write_leaves_the_old_state_or_the_new(tmp_path, moment):
    home = tmp_path / "store"
    store_extracts(home, [read_extract(log(tmp_path / "old.csv", 0, 50), "incidents")])
    new = log(tmp_path / "new.csv", 30, 50)
    process = start_loading(home, new, str(moment))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    visible = moment == 3  # after the table and the waiting manifest, the directory with the new manifest
    assert read_store(home)["incidents"].height == (80 if visible else 50)
    again = store_extracts(home, [read_extract(new, "incidents")])
    assert bool(again.already_loaded) is visible
    assert read_store(home)["incidents"]["incident_id"].n_unique() == 80
    assert len(list(home.glob("*.parquet"))) == 1


def test_a_load_killed_at_a_random_moment_leaves_the_old_state_or_the_new(tmp_path):
    home = tmp_path / "store"
    store_extracts(home, [read_extract(log(tmp_path / "old.csv", 0, 20_000), "incidents")])
    chance = random.Random(20260401)  # noqa: S311
    heights = []
    for attempt in range(12):
        rows = read_store(home)["incidents"].height
        extract = log(tmp_path / f"{attempt}.csv", 20_000 + 5_000 * attempt, 5_000)
        process = start_loading(home, extract, "never")
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.06))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        after = read_store(home)["incidents"]
        assert after.height in (rows, rows + 5_000)
        assert after["incident_id"].n_unique() == after.height
        assert after["text"].null_count() == 0
        heights.append(after.height - rows)
    assert len(heights) == 12


def test_two_loads_at_once_both_go_in(tmp_path):
    home = tmp_path / "store"
    extracts = [log(tmp_path / f"{first}.csv", first, 3_000) for first in (0, 10_000)]
    processes = [start_loading(home, extract, "never") for extract in extracts]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert read_store(home)["incidents"].height == 6_000
    assert len(loads_of(home)) == 2


def test_a_table_stored_before_a_column_existed_is_read_with_it(incidents, tmp_path):
    home = tmp_path / "store"
    store_extracts(home, [read_extract(incidents, "incidents")])
    file = next(home.glob("*.parquet"))
    pl.read_parquet(file).drop("qualifiers").write_parquet(file)
    assert read_store(home)["incidents"].schema == pl.Schema(TABLES["incidents"].schema())
