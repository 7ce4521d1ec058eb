"""How long a force-year of logs takes from Parquet to ranked Parquet, and how much memory.

600,000 logs are joined from lines of the annotated banks that are not for test alone, as long as those of the
bank that tells a natural week (some 65 words), and spread over a year, with opening and closing codes, and
two crimes for every five logs. They are written once; then a process of its own for each run reads, screens,
ranks and writes them. A run is warm: the loops are compiled, the lexicon and the weights are loaded, and some
logs were read before the clock starts. Prints wall time, time of the processor, and the most memory that the
process had. Run: ``python benchmarks/bench_force_year.py [--logs N] [--runs N] [--folder DIR]``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from firstpoint.cli.tables import write_parts
from firstpoint.screening import LogReader, screen, screen_in_parts

BANKS = Path(__file__).resolve().parents[1] / "corpus" / "banks"
TEST_ALONE = "fghs"
NATURAL_WEEK = "D"
YEAR_BEGINS = datetime(2025, 6, 1, tzinfo=UTC)
SECONDS = 365 * 24 * 3600
OF_A_FILE_PART = 50_000
WARMED_ON = 4_000
CRIMES_OF_A_LOG = 0.4


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--logs", type=int, default=600_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--folder", type=Path, help="where the files go; default: nowhere that stays")
    arguments.add_argument("--once", action="store_true", help="one run over files that are there")
    chosen = arguments.parse_args()
    if chosen.once:
        print(json.dumps(measured(chosen.folder)))
        return
    with TemporaryDirectory() as made:
        folder = chosen.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        words = make_year(folder, chosen.logs)
        runs = [in_a_process(folder) for _ in range(chosen.runs)]
    print(f"{chosen.logs} logs of {words:.0f} words, {chosen.runs} runs; load before {os.getloadavg()}")
    for run in runs:
        print("  ".join(f"{name} {value:,.1f}" for name, value in run.items()))
    wall = statistics.median(run["wall_seconds"] for run in runs)
    print(f"median {wall:.1f} s, {chosen.logs / wall:,.0f} logs/s")


def in_a_process(folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--once", "--folder", str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    run: dict[str, float] = json.loads(told)
    return run


def measured(folder: Path) -> dict[str, float]:
    reader, year = LogReader(), folder / "year.parquet"
    crimes = pl.read_parquet(folder / "crimes.parquet")
    screen(pl.scan_parquet(year).head(WARMED_ON).collect(), crimes.head(10), reader=reader)
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    with TemporaryDirectory(dir=folder) as put_by:
        parts = screen_in_parts(pl.scan_parquet(year), crimes, folder=Path(put_by), reader=reader)
        write_parts(parts, folder / "ranked.parquet")
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wall_seconds": wall,
        "user_seconds": after.ru_utime - before.ru_utime,
        "system_seconds": after.ru_stime - before.ru_stime,
        "peak_megabytes": after.ru_maxrss / 1024,
    }


def make_year(folder: Path, count: int) -> float:
    """Write ``year.parquet`` and ``crimes.parquet``, and give the words of a log."""
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    logs = annotated()
    lines = [line for log in logs for line in log["text"].splitlines() if line.strip()]
    lengths = [len(log["text"].split()) for log in logs if log["id"].startswith(NATURAL_WEEK)]
    codes = [(log["opening_code"], log["closing_code"]) for log in logs]
    classes = sorted({one["ho_class"] for log in logs for one in log["disclosed"] if one["ho_class"]})
    parts, words = [], 0
    for first in range(0, count, OF_A_FILE_PART):
        texts = [
            joined(lines, chance.choice(lengths), chance) for _ in range(min(OF_A_FILE_PART, count - first))
        ]
        told = [chance.choice(codes) for _ in texts]
        words += sum(text.count(" ") + text.count("\n") + 1 for text in texts)
        parts.append(
            pl.DataFrame(
                {
                    "incident_id": [f"I{first + number:07}" for number in range(len(texts))],
                    "received_at": [
                        YEAR_BEGINS + timedelta(seconds=chance.randrange(SECONDS)) for _ in texts
                    ],
                    "opening_code": [opening for opening, _ in told],
                    "closing_code": [closing for _, closing in told],
                    "text": texts,
                }
            )
        )
    write_parts(parts, folder / "year.parquet")
    many = int(CRIMES_OF_A_LOG * count)
    crimes = {
        "incident_id": [f"I{chance.randrange(count):07}" for _ in range(many)],
        "ho_class": [chance.choice(classes) for _ in range(many)],
    }
    pl.DataFrame(crimes).write_parquet(folder / "crimes.parquet")
    return words / count


def joined(lines: list[str], words: int, chance: random.Random) -> str:
    """Lines until they come as near to so many words as they will."""
    told = [chance.choice(lines)]
    many = told[0].count(" ") + 1
    while many < words:
        more = chance.choice(lines)
        if many + (more.count(" ") + 1) / 2 > words:
            break
        told.append(more)
        many += more.count(" ") + 1
    return "\n".join(told)


def annotated() -> list[dict[str, object]]:
    files = [file for file in sorted(BANKS.glob("bank_*.jsonl")) if file.stem[-1] not in TEST_ALONE]
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
