"""How many logs a second the screen reads and counts, in one process.

Ten thousand logs of ordinary length are joined from lines of the annotated banks that are not for test alone.
Prints the median of five runs. Run: ``python
benchmarks/bench_screening.py [--logs N] [--runs N]``.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from pathlib import Path

import polars as pl

from firstpoint.screening import LogReader, screen

BANKS = Path(__file__).resolve().parents[1] / "corpus" / "banks"
TEST_ALONE = "fghs"
WORDS_OF_A_LOG = 175


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--logs", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=5)
    chosen = arguments.parse_args()
    incidents = made_logs(chosen.logs, seed=1)
    LogReader()
    times = [timed(incidents) for _ in range(chosen.runs)]
    median = statistics.median(times)
    words = sum(len(text.split()) for text in incidents["text"]) / incidents.height
    print(f"{incidents.height} logs of {words:.0f} words, {chosen.runs} runs")
    print(f"median {median:.2f} s, {incidents.height / median:,.0f} logs/s")


def timed(incidents: pl.DataFrame) -> float:
    started = time.perf_counter()
    screen(incidents, reader=LogReader())
    return time.perf_counter() - started


def made_logs(count: int, *, seed: int) -> pl.DataFrame:
    """Logs joined from sentences until they have the length of an ordinary log."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    pieces = corpus_lines()
    texts = []
    for _ in range(count):
        lines: list[str] = []
        while sum(line.count(" ") + 1 for line in lines) < WORDS_OF_A_LOG - 15:
            lines.append(chance.choice(pieces))
        texts.append("\n".join(lines))
    return pl.DataFrame({"incident_id": [str(number) for number in range(count)], "text": texts})


def corpus_lines() -> list[str]:
    files = [file for file in sorted(BANKS.glob("bank_*.jsonl")) if file.stem[-1] not in TEST_ALONE]
    logs = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [line for log in logs for line in log["text"].splitlines() if line.strip()]


if __name__ == "__main__":
    main()
