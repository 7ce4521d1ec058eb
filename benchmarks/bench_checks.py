"""How long all checks take on a year of a made-up force: 600,000 incidents with text and 450,000 crimes.

The extracts are made by a process of their own and stand in Parquet files, from which the checks read the
columns that they need: so neither the making nor the reading of a force's own files is timed, and the memory
is that of the checks. Prints user CPU and wall time as medians, the most memory held, and the looks that took
longest. Run: ``python benchmarks/bench_checks.py [--days N] [--a-day N] [--words N] [--runs N]``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from attrs import frozen

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "records"))
from clean_force import clean_force, extract_of

from firstpoint.records import Extract, check_extracts
from firstpoint.records.checking.found import Material
from firstpoint.records.checks import LOOKS

SLOWEST_SHOWN = 6
TABLES = ("incidents", "crimes", "victims")


@frozen
class OnDisk(Extract):
    """An extract whose good rows stand in a Parquet file."""

    def scan(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.path)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--days", type=int, default=365)
    arguments.add_argument("--a-day", type=float, default=1_644)
    arguments.add_argument("--words", type=int, default=150)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.make:
        make(chosen.make, chosen)
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--make", folder], check=True)
        measure([on_disk(Path(folder), table) for table in TABLES], chosen.runs)


def make(folder: Path, chosen) -> None:
    frames = clean_force(1, days=chosen.days, a_day=chosen.a_day, words=chosen.words)
    for table in TABLES:
        frames[table].write_parquet(folder / f"{table}.parquet", row_group_size=50_000)
    characters = frames["incidents"]["text"].str.len_bytes().sum()
    print(
        ", ".join(f"{frames[table].height:,} {table}" for table in TABLES),
        f"{characters / 1e9:.2f} GB of text",
    )


def on_disk(folder: Path, table: str) -> OnDisk:
    path = folder / f"{table}.parquet"
    made = extract_of(pl.scan_parquet(path).head(0).collect(), table, str(path))
    rows = pl.scan_parquet(path).select(pl.len()).collect().item()
    return OnDisk(
        table=table,
        path=path,
        sha256="",
        rows_read=rows,
        frame=made.frame,
        rejects=made.rejects,
        warnings=made.warnings,
        faults=(),
        row_numbers=pl.Series("row", range(2, rows + 2), pl.Int64),
    )


def measure(extracts, runs: int) -> None:
    times = [timed(extracts) for _ in range(runs)]
    user, wall = (statistics.median(each[at] for each in times) for at in (0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"user {user:.1f} s, wall {wall:.1f} s, {times[0][2]} findings, {peak / 1e6:,.0f} MB held at most")
    for seconds, name in sorted(slowest(extracts), reverse=True)[:SLOWEST_SHOWN]:
        print(f"  {seconds:.2f} s {name}")


def timed(extracts):
    user, wall = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
    report = check_extracts(extracts)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - user
    return used, time.perf_counter() - wall, len(report.faults)


def slowest(extracts):
    for look in LOOKS:
        started = time.perf_counter()
        for extract in extracts:
            list(look(Material(extract, tuple(extracts))))
        yield time.perf_counter() - started, look.__name__


if __name__ == "__main__":
    main()
