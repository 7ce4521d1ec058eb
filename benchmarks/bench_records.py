"""A year of incidents read and checked, beside row loops, frictionless and pandera on the same file.

    python benchmarks/bench_records.py [--rows 600000] [--peer-rows 30000] [--peers PEERS/bin/python]

The file is made from the made-up force: its incidents, times and texts put together anew until there are
``--rows`` of them with about 1.5 kB of text each, and one fault planted in every thousandth row or so (no
number, a time that is none, a number used twice, a flag that is neither yes nor no, a grid reference that is
no number, closed before received).

The year is then loaded into an empty workbench (SQLite), words are looked for, and a day is loaded after it.

Each reader runs in a process of its own; time, processor time and the most memory come from the operating
system. The peers read the first ``--peer-rows`` rows, since two of them would need an hour for all, and ours
reads the same rows beside them; before any time is told, all must have found the same faults. What differs
works for the peers: ours also finds the encoding and the delimiter out, keeps the raw text of bad rows, looks
for identical rows, hashes the file, and puts the good rows by as typed columns.

The peers stand in an environment of their own, which this program does not make:

    python3.11 -m venv PEERS
    PEERS/bin/python -m pip install --require-hashes -r requirements/bench.txt
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OURS = """
import json, sys
import polars as pl
from firstpoint.records import check_extracts, read_extract
extract = read_extract(sys.argv[1], "incidents")
if sys.argv[2] == "check":
    check_extracts([extract])
bad, told = extract.rejects, extract.warnings["column"].to_list()
twice = bad.filter(pl.col("reason").str.contains("stands on an earlier row")).height
early = extract.scan().filter(pl.col("closed_at") < pl.col("received_at")).select(pl.len()).collect().item()
print(json.dumps({
    "rows": extract.rows_read, "domestic": told.count("domestic"), "easting": told.count("easting"),
    "received_at": bad.filter(column="received_at").height, "twice": twice,
    "none": bad.filter(column="incident_id").height - twice, "order": early,
}))
"""

LOADED = """
import json, sys
from pathlib import Path
from firstpoint.workbench import launch
launch.prepare(Path(sys.argv[2]))
from firstpoint.records import check_extracts, read_extract
from firstpoint.workbench.imports.loading import load
extract = read_extract(sys.argv[1], "incidents")
check_extracts([extract])
(loaded,) = load([extract])
print(json.dumps({"rows": extract.rows_read, "added": loaded.added, "replaced": loaded.replaced}))
"""
SEARCHED = """
import json, sys, time
from pathlib import Path
from firstpoint.workbench import launch
launch.prepare(Path(sys.argv[1]))
from firstpoint.casework import Person
from firstpoint.workbench.incidents.models import Incident
from firstpoint.workbench.incidents.words import with_words
began = time.perf_counter()
found = with_words(Person("p.1", frozenset({"registrar"})), sys.argv[2])
ms = 1000 * (time.perf_counter() - began)
print(json.dumps({"rows": Incident.objects.count(), "found": found.total, "ms": ms}))
"""


def make_year(path: Path, rows: int, seed: int) -> None:
    """Write a year of incidents with planted faults, 12,000 rows at a time."""
    import numpy as np
    import polars as pl

    from firstpoint.simulation import make_force

    base = make_force(seed=seed, incidents=12_000, days=365).incidents
    base = base.with_columns(pl.col("qualifiers").list.join(";"))
    chance = np.random.default_rng(seed)
    with path.open("wb") as file:
        for block, start in enumerate(range(0, rows, base.height)):
            part = base.head(min(base.height, rows - start))
            texts = [base["text"].gather(chance.integers(0, base.height, part.height)) for _ in range(2)]
            at = pl.int_range(start, start + part.height)
            part = part.with_columns(
                incident_id=pl.format("{}-{}", "incident_id", pl.lit(block)),
                text=pl.select(pl.concat_str(texts, separator="\n")).to_series(),
                received_at=pl.col("received_at").dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
                closed_at=pl.col("closed_at").dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
                domestic=pl.col("domestic").cast(pl.String),
                easting=pl.col("easting").cast(pl.String),
            ).with_columns(
                incident_id=pl.when(at % 1009 == 5).then(None).when(at % 1013 == 7)
                .then(pl.col("incident_id").shift(1)).otherwise("incident_id"),
                received_at=pl.when(at % 1019 == 11).then(pl.lit("31/02/2026")).otherwise("received_at"),
                domestic=pl.when(at % 1021 == 13).then(pl.lit("perhaps")).otherwise("domestic"),
                easting=pl.when(at % 1031 == 17).then(pl.lit("here")).otherwise("easting"),
                closed_at=pl.when(at % 1033 == 19).then(pl.lit("2001-01-01T00:00:00+00:00"))
                .otherwise("closed_at"),
            )  # fmt: skip
            file.write(part.write_csv(include_header=block == 0).encode())


def first_rows(year: Path, few: Path, rows: int) -> None:
    """Write the first rows of the file to another."""
    import polars as pl

    pl.read_csv(year, infer_schema=False, n_rows=rows).write_csv(few)


def run(command: list[str]) -> tuple[dict[str, Any], float, float, float]:
    """What a process says, and its seconds, seconds of processor, and most memory in GB."""
    with tempfile.TemporaryFile("w+") as said:
        began = time.perf_counter()
        process = os.posix_spawn(
            command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), 1)]
        )
        _, status, used = os.wait4(process, 0)
        seconds = time.perf_counter() - began
        said.seek(0)
        if status:
            sys.exit(f"{command[:3]} ended with {status}")
        answer = json.loads(said.read().splitlines()[-1])
    return answer, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6


def measured(name: str, command: list[str], runs: int) -> tuple[dict[str, Any], float]:
    """Print the median of some runs, and give what was found with the median of processor seconds."""
    results = [run(command) for _ in range(runs)]
    wall, cpu, memory = (statistics.median(each[at] for each in results) for at in (1, 2, 3))
    rows = results[0][0]["rows"]
    print(
        f"{name:42} {rows:>9,} rows  {wall:8.2f} s  {cpu:8.2f} s of processor  {memory:5.2f} GB", flush=True
    )
    return results[0][0], cpu / rows


def loading(year: Path, day: Path, folder: Path, runs: int) -> None:
    """Print what it takes to read, check and load a year into an empty workbench, and then a day."""
    for number in range(runs):
        site = str(folder / f"site-{number}")
        for name, source in (("a year, into an empty workbench", year), ("a day, into that", day)):
            answer, wall, cpu, memory = run([sys.executable, "-c", LOADED, str(source), site])
            print(
                f"read, checked, loaded: {name}: {answer['rows']:,} rows, {answer['added']:,} added, "
                f"{answer['replaced']:,} replaced; {wall:.1f} s, {cpu:.1f} s of processor, {memory:.2f} GB",
                flush=True,
            )
        for words in ("window", "window forced", "burgl* kitchen"):
            answer, *_ = run([sys.executable, "-c", SEARCHED, site, words])
            print(f"{words!r} in {answer['rows']:,} logs: {answer['found']:,} in {answer['ms']:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=600_000)
    parser.add_argument("--peer-rows", type=int, default=30_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--loads", type=int, default=1, help="How often the year is loaded.")
    parser.add_argument("--seed", type=int, default=20260401)
    parser.add_argument("--peers", help="Python of an environment with requirements/bench.txt")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        year, few = Path(folder) / "incidents.csv", Path(folder) / "few" / "incidents.csv"
        day = Path(folder) / "day" / "incidents.csv"
        few.parent.mkdir()
        day.parent.mkdir()
        # In a process of its own: what this one has held would be counted as its children's memory.
        for make, *words in (
            (make_year, year, given.rows, given.seed),
            (first_rows, year, few, given.peer_rows),
            (make_year, day, given.rows // 365, given.seed + 1),
        ):
            process = get_context("spawn").Process(target=make, args=words)
            process.start()
            process.join()
        print(f"{year.stat().st_size / 1e9:.2f} GB; load before: {os.getloadavg()[0]:.1f}")
        measured("ours, a year read", [sys.executable, "-c", OURS, str(year), "read"], given.runs)
        measured(
            "ours, a year read and checked", [sys.executable, "-c", OURS, str(year), "check"], given.runs
        )
        loading(year, day, Path(folder), given.loads)
        beside_peers(few, given.peers or sys.executable, given.runs, with_libraries=bool(given.peers))


def beside_peers(few: Path, python: str, runs: int, *, with_libraries: bool) -> None:
    """Ours and the peers on the same rows; an error where they found different faults."""
    ours, our_cost = measured("ours, read and checked", [sys.executable, "-c", OURS, str(few), "check"], runs)
    for peer in ("loops", "pandera", "frictionless") if with_libraries else ("loops",):
        command = [python, str(HERE / "peers" / f"records_{peer}.py"), str(few)]
        found, cost = measured(peer, command, 1 if peer == "frictionless" else runs)
        if found != ours:
            sys.exit(f"{peer} found {found}, ours {ours}")
        print(f"{'':42} {cost / our_cost:.1f} times ours in processor time")


if __name__ == "__main__":
    main()
